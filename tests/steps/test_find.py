"""find and survey: from any lead to the leaked sessions, whoever stands beside them, and what stands in the account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import (
    CHILD_ID,
    CHILD_NAME,
    ISSUED,
    KEITH,
    KEYS,
    ROLE_ID,
    ROLE_NAME,
    WHOLE_ROLE,
    Scene,
    issuance,
    keith_identity,
    made_role,
    role_arn,
    scene,
    use,
)
from unassume.model.leads import KeyLead, Lead, OneLead, PrincipalLead, RoleLead, SessionLead, SeveralLeads
from unassume.model.lineages import Lineage
from unassume.model.sightings import Identity
from unassume.steps.survey import survey

KEY = KeyLead(key_id=KEYS["keith"])
PRINCIPAL = PrincipalLead(role_id=ROLE_ID, session_name="keith")


def names(lineage: Lineage, ids: tuple[str, ...]) -> list[str]:
    return sorted(lineage.session(one).session_name for one in ids)


@pytest.mark.parametrize("lead", [KEITH, KEY, PRINCIPAL])
def test_every_lead_of_a_session_leads_to_it(lead: Lead) -> None:
    """By ARN, by key id or by principal id, the leaked session is Keith's, and the others are seen beside it."""
    lineage = scene().found(lead)
    assert names(lineage, lineage.leaked) == ["keith"]
    assert names(lineage, tuple(one.id for one in lineage.sessions)) == ["bob", "keith", "mary"]
    assert (list(lineage.holders), lineage.seen_in_trail) == ([ROLE_ID], True)
    assert lineage.session(lineage.leaked[0]).issued_at == ISSUED["keith"]


def test_a_role_alone_names_nobody() -> None:
    """A lead that is a role shows its sessions and calls none of them leaked."""
    lineage = scene().found(WHOLE_ROLE)
    assert (len(lineage.sessions), lineage.leaked, lineage.on_the_holders) == (3, (), ())


def test_what_the_leaked_session_issued_is_followed() -> None:
    """A session of another role that Keith's session assumed, and one below it, are descendants."""
    set_up = scene()
    set_up.child(START - timedelta(minutes=5))
    below = Identity(
        kind="AssumedRole",
        account=ACCOUNT,
        arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{CHILD_NAME}/loot",
        principal_id=f"{CHILD_ID}:loot",
        key_id="ASIAEXAMPLECHILD0000",
        issued_at=START - timedelta(minutes=5),
    )
    again = START - timedelta(minutes=4)
    set_up.trail.seen.append(issuance("loot2", again, "ASIAEXAMPLECHILD0001", caller=below, hours=1))
    lineage = set_up.found()
    assert names(lineage, lineage.descendants) == ["loot", "loot2"]
    assert names(lineage, lineage.on_the_holders) == ["keith", "loot2"]


def test_a_namesake_s_session_is_somebody_else() -> None:
    """By key id, a session of the same name that another user got is not leaked; the same user's second one is."""
    set_up = scene()
    anne = Identity(kind="IAMUser", account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/anne", principal_id="AIDAANNE")
    early, late = START - timedelta(minutes=30), START - timedelta(minutes=20)
    set_up.trail.seen.append(issuance("keith", early, "ASIAEXAMPLEANNE00000", caller=anne))
    set_up.trail.seen.append(issuance("keith", late, "ASIAEXAMPLESECOND000"))
    lineage = set_up.found(KEY)
    assert {lineage.session(one).issued_at for one in lineage.leaked} == {ISSUED["keith"], late}


def test_a_session_no_event_shows_stands() -> None:
    """The trail may be late: the session the lead names is listed with an unknown issue time."""
    lineage = scene().found(SessionLead(account=ACCOUNT, role_name=ROLE_NAME, session_name="ghost"))
    (leaked,) = lineage.leaked
    assert not lineage.seen_in_trail
    assert (lineage.session(leaked).principal_id, lineage.session(leaked).issued_at) == (f"{ROLE_ID}:ghost", None)


@pytest.mark.parametrize(
    ("lead", "why"),
    [
        (RoleLead(name="Nobody"), "no role `Nobody`"),
        (KeyLead(key_id="ASIAEXAMPLENOBODY000"), "no event shows"),
        (PrincipalLead(role_id="AROAEXAMPLENOBODY0000", session_name="ann"), "no event shows"),
    ],
)
def test_nothing_found_is_a_value(lead: Lead, why: str) -> None:
    """A lead that leads nowhere gives an empty lineage that says why; nothing is missing from the trail for that."""
    lineage = scene().found(lead)
    assert (lineage.holders, lineage.sessions, lineage.leaked) == ({}, (), ())
    assert why in lineage.why_nothing
    assert lineage.coverage.gaps == ()


def test_a_re_created_role_has_no_session_of_the_old_one() -> None:
    """A key of a role that was deleted and made again leads nowhere: its sessions are dead."""
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = made_role(role_id="AROAEXAMPLEANALYST999")
    lineage = set_up.found(KEY)
    assert not lineage.holders
    assert "re-created" in lineage.why_nothing


def test_an_unreadable_trail_is_a_gap() -> None:
    """Without a trail the named session still stands, and the coverage says that nothing was read."""
    set_up = scene()
    set_up.trail.is_unreadable = True
    lineage = set_up.found()
    assert len(lineage.leaked) == 1
    assert not lineage.coverage.readable
    assert any("could not be read" in gap for gap in lineage.coverage.gaps)


def test_each_question_is_put_once() -> None:
    """No role, key or name is asked for twice: LookupEvents allows two calls a second."""
    set_up = scene()
    set_up.child(START - timedelta(minutes=5))
    set_up.found()
    for group in ("role_arns", "key_ids", "session_names"):
        asked = [one for ask in set_up.trail.asked for one in getattr(ask, group)]
        assert sorted(asked) == sorted(set(asked))
    assert role_arn(ROLE_NAME) in set_up.trail.asked[0].role_arns


def test_the_window_holds_every_live_session() -> None:
    """The trail is asked from 36 h before AWS's now, the longest any session lives."""
    set_up = scene(skew=500.0)
    set_up.found()
    (first, *_) = set_up.trail.asked
    assert (first.until, first.until - first.since) == (START - timedelta(seconds=500), timedelta(hours=36))


@pytest.mark.parametrize(
    "lead", [KeyLead(key_id="ASIAEXAMPLEOLD000000"), PrincipalLead(role_id=ROLE_ID, session_name="old")]
)
def test_a_lead_older_than_any_session_is_found(lead: Lead) -> None:
    """A key or principal id that 36 hours do not show is looked for in all 90 days, and the window then holds it."""
    set_up = scene()
    issued = START - timedelta(hours=60)
    set_up.trail.seen.append(issuance("old", issued, "ASIAEXAMPLEOLD000000", hours=1))
    set_up.trail.seen.append(use("old", issued, "ASIAEXAMPLEOLD000000", issued + timedelta(minutes=5)))
    lineage = set_up.found(lead)
    assert names(lineage, lineage.leaked) == ["old"]
    assert not lineage.session(lineage.leaked[0]).live
    assert lineage.coverage.since <= issued
    assert min(ask.since for ask in set_up.trail.asked) == START - timedelta(days=90)


def test_what_36_hours_show_is_not_looked_for_further() -> None:
    """90 days of LookupEvents take long: only a lead that leads nowhere is worth them."""
    set_up = scene()
    set_up.found(KEY)
    assert {ask.since for ask in set_up.trail.asked} == {START - timedelta(hours=36)}


def chained(set_up: Scene, hops: int) -> None:
    """Keith's session issues one on the other role, that one the next, and so on, a second apart."""
    caller = keith_identity()
    for hop in range(hops):
        at, key, name = START - timedelta(seconds=hops - hop), f"ASIAEXAMPLEHOP{hop:06}", f"hop{hop:03}"
        set_up.trail.seen.append(issuance(name, at, key, caller=caller, role=(CHILD_NAME, CHILD_ID), hours=1))
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{CHILD_NAME}/{name}"
        caller = Identity(
            kind="AssumedRole", account=ACCOUNT, arn=arn, principal_id=f"{CHILD_ID}:{name}", key_id=key, issued_at=at
        )


def test_a_long_chain_is_followed_to_its_end() -> None:
    """Ten hops away is still the thief."""
    set_up = scene()
    chained(set_up, 10)
    lineage = set_up.found()
    assert names(lineage, lineage.descendants) == [f"hop{hop:03}" for hop in range(10)]
    assert lineage.coverage.gaps == ()


def test_a_family_too_large_to_follow_is_a_gap() -> None:
    """What more than 500 sessions issued in turn is not looked for, and is said to be missing."""
    set_up = scene()
    for number in range(501):
        key, at = f"ASIAEXAMPLEMANY{number:05}", START - timedelta(seconds=number + 1)
        made = issuance(f"m{number:03}", at, key, caller=keith_identity(), role=(CHILD_NAME, CHILD_ID), hours=1)
        set_up.trail.seen.append(made)
    assert any("more than 500 sessions" in gap for gap in set_up.found().coverage.gaps)


def test_survey_reads_the_role_and_the_clocks() -> None:
    """The survey holds the role as it stands, who we are, AWS's time and how far ours is off."""
    set_up = scene(skew=100.0)
    seen = survey(set_up.found(), set_up.world)
    assert [role.id for role in seen.holders] == [ROLE_ID]
    assert (seen.as_of, seen.skew_seconds, seen.gaps) == (START - timedelta(seconds=100), 100.0, ())
    assert seen.caller == set_up.accounts.who


def test_survey_of_a_role_gone_since_is_a_gap() -> None:
    """A role deleted between find and survey is a gap, not an error."""
    set_up = scene()
    lineage = set_up.found()
    del set_up.accounts.roles[ROLE_NAME]
    seen = survey(lineage, set_up.world)
    assert (seen.holders, seen.gaps) == ((), (f"role `{ROLE_NAME}` is gone",))


def test_keith_s_child_is_found_by_his_key_alone() -> None:
    """The issuer of a session on another role is known by the key it was issued to."""
    set_up = scene()
    set_up.child(START - timedelta(minutes=5))
    lineage = set_up.found(KEY)
    (child,) = lineage.descendants
    parent = lineage.session(child).parent
    assert parent is not None
    assert (parent.session_id, parent.key_id) == (lineage.leaked[0], keith_identity().key_id)


def several(*leads: OneLead) -> SeveralLeads:
    return SeveralLeads(leads=leads)


def test_several_leads_of_one_role_are_one_lineage() -> None:
    """Keith's key and Mary's session: both leaked, Bob is beside them, and the role is read once."""
    set_up = scene()
    mary = SessionLead(account=ACCOUNT, role_name=ROLE_NAME, session_name="mary")
    lineage = set_up.found(several(KEY, mary))
    assert names(lineage, lineage.leaked) == ["keith", "mary"]
    assert names(lineage, tuple(one.id for one in lineage.sessions)) == ["bob", "keith", "mary"]
    assert lineage.seen_in_trail


def test_one_of_several_that_no_event_shows_is_cut_by_name() -> None:
    """A name nobody has seen yet stands beside those seen, and the whole is not taken for seen."""
    ghost = SessionLead(account=ACCOUNT, role_name=ROLE_NAME, session_name="ghost")
    lineage = scene().found(several(KEY, ghost))
    assert names(lineage, lineage.leaked) == ["ghost", "keith"]
    assert not lineage.seen_in_trail


def test_one_of_several_that_leads_nowhere_is_a_gap() -> None:
    """The others are found all the same, and what was not found is told with its reason."""
    lineage = scene().found(several(KEY, KeyLead(key_id="ASIAEXAMPLENOBODY000")))
    assert names(lineage, lineage.leaked) == ["keith"]
    assert any("ASIAEXAMPLENOBODY000" in gap and "no event shows" in gap for gap in lineage.coverage.gaps)
    assert not lineage.coverage.is_complete


def test_several_that_all_lead_nowhere_lead_nowhere() -> None:
    """Nothing found is a value, for several as for one."""
    lineage = scene().found(several(KeyLead(key_id="ASIAEXAMPLENOBODY000"), KeyLead(key_id="ASIAEXAMPLENOBODY001")))
    assert (lineage.holders, lineage.leaked) == ({}, ())
