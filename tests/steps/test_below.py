"""What came of the leaked session on other roles is cut with it, proved by itself, and spares who else is there."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import CHILD_ID, CHILD_NAME, EVERYTHING, ROLE_ID, Scene, issuance, made_role, proof, scene, use
from unassume.errors import RefusedError
from unassume.means.mark import our_statements
from unassume.model.evidence import Evidence, Wait
from unassume.model.plans import Choices, Plan, RungName
from unassume.model.previews import Verdict
from unassume.model.selectors import IssuanceSelector, SessionNameSelector
from unassume.model.sightings import Issuance
from unassume.model.slots import RoleInlinePolicy
from unassume.steps.apply import apply
from unassume.steps.plan import plan
from unassume.steps.preview import preview
from unassume.steps.survey import survey
from unassume.steps.verify import verify

CHILD_AT = START - timedelta(minutes=5)


def chained() -> Scene:
    """Keith's leaked session holds a session of a second role as well."""
    set_up = scene()
    set_up.child(CHILD_AT)
    return set_up


def other(name: str) -> Issuance:
    """Somebody else's session of the second role."""
    at = START - timedelta(minutes=30)
    return issuance(name, at, "ASIAEXAMPLEOTHER0000", role=(CHILD_NAME, CHILD_ID))


def written_on(made: Plan) -> list[str]:
    return [change.holder_id for change in made.changes]


def below(made: Plan) -> list[object]:
    """What is selected on the second role, canaries left out."""
    text = next(change.after for change in made.changes if change.holder_id == CHILD_ID)
    return [one.selector for one in our_statements(text or "") or () if "Canary" not in one.sid]


def blocking(made: Plan) -> list[str]:
    return [f"{gap.what}: {gap.why}" for gap in made.gaps if gap.blocks_containment]


def test_a_live_child_is_cut_on_its_own_role() -> None:
    """One policy on each role, each with its own canary, and no gap is left."""
    made = chained().planned()
    assert (written_on(made), len(made.canaries)) == ([ROLE_ID, CHILD_ID], 2)
    assert below(made) == [SessionNameSelector(f"{CHILD_ID}:loot")]
    assert blocking(made) == []
    assert {session.session_name for session in made.sessions if session.id in made.targets} == {"keith", "loot"}


@pytest.mark.parametrize("rung", ["older-sessions", "hold"])
def test_a_wider_cut_above_is_no_wider_below(rung: RungName) -> None:
    """Whoever else is on the second role has nothing to do with it: there the thief's session alone is cut."""
    made = chained().planned(rung=rung)
    assert below(made) == [SessionNameSelector(f"{CHILD_ID}:loot")]


def test_one_issuance_above_is_one_below() -> None:
    """Where the trail tells when each was issued, the second role loses that issuance alone."""
    made = chained().planned(rung="issuance", leaked="session")
    (selector,) = below(made)
    assert isinstance(selector, IssuanceSelector)
    assert selector.principal_id == f"{CHILD_ID}:loot"


def test_a_namesake_on_the_second_role_is_a_bystander() -> None:
    """The thief chooses names: he who shares one is hit, and shown, and nothing is written without consent."""
    set_up = chained()
    set_up.trail.seen.append(other("loot"))
    made = set_up.planned()
    seen = preview(made, made.sessions, made.cut_off.expected(START), targets=made.targets)
    assert [judgement.verdict for judgement in seen.bystanders] == [Verdict.CUT]
    with pytest.raises(RefusedError, match="of others would or may be hit"):
        apply(made, set_up.world)
    assert set_up.accounts.writes == []


def test_others_on_the_second_role_are_shown_and_spared() -> None:
    """Who is on the second role under another name is in the preview, spared."""
    set_up = chained()
    set_up.trail.seen.append(other("nightly"))
    made = set_up.planned()
    seen = preview(made, made.sessions, made.cut_off.expected(START), targets=made.targets)
    names = {session.id: session.session_name for session in made.sessions}
    assert {names[one.session_id] for one in seen.judgements if one.verdict is Verdict.SPARED} == {
        "bob",
        "mary",
        "nightly",
    }


def test_this_role_only_leaves_the_child_as_a_gap() -> None:
    """Asked to leave other roles alone, the plan names what lives there, and cannot be contained."""
    set_up = chained()
    lineage = set_up.found()
    made = plan(lineage, survey(lineage, set_up.world), Choices(incident="inc-1", this_role_only=True))
    assert written_on(made) == [ROLE_ID]
    assert ["`loot` of role `Reporting`" in told for told in blocking(made)] == [True]


@pytest.mark.parametrize("path", ["/aws-service-role/x.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/"])
def test_a_child_on_a_role_of_aws_is_a_gap(path: str) -> None:
    """A role IAM refuses to edit keeps the child alive: said, with the reason."""
    set_up = chained()
    set_up.accounts.roles[CHILD_NAME] = made_role(CHILD_NAME, CHILD_ID, path=path)
    made = set_up.planned()
    assert written_on(made) == [ROLE_ID]
    assert any("owns" in told for told in blocking(made))


def test_a_child_whose_role_is_gone_is_a_gap() -> None:
    """What cannot be surveyed cannot be cut: said."""
    set_up = chained()
    del set_up.accounts.roles[CHILD_NAME]
    assert any("gone or could not be read" in told for told in blocking(set_up.planned()))


def test_a_role_that_may_remove_our_deny_blocks_wherever_it_stands() -> None:
    """A second role that may write IAM takes our deny from itself: not contained, said so."""
    powers = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}'
    set_up = chained()
    set_up.accounts.roles[CHILD_NAME] = made_role(CHILD_NAME, CHILD_ID, inline={"powers": powers})
    assert any("could remove our deny" in told for told in blocking(set_up.planned()))


def test_both_cuts_together_are_contained() -> None:
    """Each role's canary is refused, the trail is later than both, nothing is left."""
    set_up = chained()
    receipt = apply(set_up.planned(), set_up.world, EVERYTHING)
    found = verify(receipt, set_up.world, patience=timedelta(minutes=5))
    assert isinstance(found, Evidence)
    assert found.contained
    assert set(set_up.receipt().enforced.roles) == {ROLE_ID, CHILD_ID}


def test_one_role_enforced_is_not_the_other() -> None:
    """The second role's canary is still let in: not proved, and the reason names that role."""
    set_up = chained()
    made = set_up.planned()
    receipt = apply(made, set_up.world, EVERYTHING)
    slot = next(change.slot for change in made.changes if change.holder_id == CHILD_ID)
    set_up.accounts.propagation = 10_000
    set_up.accounts._last.pop(made.changes[0].slot)
    found = verify(msgspec.structs.replace(receipt, enforced=type(receipt.enforced)(at=None, by="")), set_up.world)
    evidence = found.evidence if isinstance(found, Wait) else found
    assert isinstance(slot, RoleInlinePolicy)
    assert not proof(found, "enforced")
    assert any(f"role `{CHILD_NAME}`: the canary is allowed" in one.detail for one in evidence.proofs)


def test_a_call_of_the_child_after_its_deny_is_not_contained() -> None:
    """The second role's session was let through after E on its role: the first proof of a break-out."""
    set_up = chained()
    receipt = apply(set_up.planned(), set_up.world, EVERYTHING)
    at = START + timedelta(minutes=2)
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{CHILD_NAME}/loot"
    set_up.trail.seen.append(
        use(
            "loot", CHILD_AT, "ASIAEXAMPLECHILD0000", at, principal_id=f"{CHILD_ID}:loot", principal_arn=arn,
            last_allowed_at=at,
        )
    )  # fmt: skip
    set_up.clock.at += timedelta(minutes=3)
    found = verify(receipt, set_up.world)
    assert not (isinstance(found, Evidence) and found.contained)


def test_a_child_that_ran_out_needs_no_proof_of_its_own() -> None:
    """An hour later the chained session is over: its role's deny need not be shown enforced any more."""
    set_up = chained()
    made = set_up.planned()
    set_up.accounts.probes = ["allowed", "unavailable"]
    receipt = apply(made, set_up.world, EVERYTHING)
    set_up.clock.at += timedelta(minutes=61)
    found = verify(receipt, set_up.world, patience=timedelta(minutes=5))
    assert isinstance(found, Evidence)
    assert proof(found, "enforced")


def test_a_plan_that_adds_a_role_nobody_leads_to_is_refused() -> None:
    """A plan file that writes a third role is refused: of it nobody was shown."""
    set_up = chained()
    made = set_up.planned()
    set_up.accounts.roles["Payroll"] = made_role("Payroll", "AROAEXAMPLEPAYROLL000")
    added = msgspec.structs.replace(
        made.changes[1],
        slot=RoleInlinePolicy(account=ACCOUNT, role="Payroll", policy="Unassume-inc-1-00000000"),
        holder_id="AROAEXAMPLEPAYROLL000",
        after='{"Version":"2012-10-17","Statement":[{"Sid":"UnassumeHold","Effect":"Deny","Action":"*","Resource":"*"}]}',
    )
    with pytest.raises(RefusedError, match="plan cuts role `Payroll`"):
        apply(msgspec.structs.replace(made, changes=(*made.changes, added)), set_up.world, EVERYTHING)
