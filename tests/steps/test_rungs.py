"""The rungs on their way through plan, guards, apply and verify: what leaked is cut, and everybody else works on."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import (
    EVERYTHING,
    ISSUED,
    KEITH,
    KEYS,
    ROLE_ID,
    ROLE_NAME,
    Scene,
    issuance,
    made_role,
    proof,
    scene,
    use,
)
from unassume.errors import RefusedError
from unassume.model.evidence import Evidence, Wait
from unassume.model.leads import KeyLead
from unassume.model.plans import Plan, RungName
from unassume.model.receipts import Receipt
from unassume.model.sightings import Identity, Issuance
from unassume.steps.apply import apply
from unassume.steps.guards import Consent
from unassume.steps.undo import undo
from unassume.steps.verify import verify

OTHER_KEY = "ASIAEXAMPLEKEITHS2ND"
SECOND_AT = START - timedelta(minutes=30)
BY_KEY = KeyLead(key_id=KEYS["keith"])


def two_sessions() -> Scene:
    """Keith holds a second session of the same name, which did not leak."""
    set_up = scene()
    set_up.trail.seen += [
        issuance("keith", SECOND_AT, OTHER_KEY),
        use("keith", SECOND_AT, OTHER_KEY, START - timedelta(minutes=3)),
    ]
    return set_up


def persons(**identities: str) -> Scene:
    """Everybody's sessions bear their source identity."""
    set_up = scene()
    said = {"bob": "b", "mary": "m", "keith": "k.miller", **identities}
    set_up.trail.seen = [
        msgspec.structs.replace(one, source_identity=said[one.session_name]) for one in set_up.trail.seen
    ]
    return set_up


def tagged() -> Scene:
    """Bob's and Keith's sessions carry a tag of theirs; Mary's carries none, and so has the role's own."""
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = made_role(tags={"Person": "nobody"})
    set_up.trail.seen = [
        msgspec.structs.replace(one, tags=(("person", one.session_name),)) if isinstance(one, Issuance) else one
        for one in set_up.trail.seen
        if one.session_name != "mary"
    ]
    set_up.trail.seen.append(issuance("mary", ISSUED["mary"], KEYS["mary"]))
    return set_up


def cut_names(made: Plan) -> set[datetime | str | None]:
    """Issue times of those of the chosen rung's cut that are called keith, names of the others."""
    (chosen,) = (one for one in made.outlooks if one.chosen)
    hit = [session for session in made.sessions if session.id in chosen.cut]
    return {one.issued_at if one.session_name == "keith" else one.session_name for one in hit}


def refused_at(set_up: Scene, seconds: float) -> None:
    """The thief's own session is refused with an explicit deny, so many seconds after START."""
    at = START + timedelta(seconds=seconds)
    set_up.trail.seen.append(
        use("keith", ISSUED["keith"], KEYS["keith"], at, denied=1, explicit_denies=1, first_explicit_deny_at=at)
    )


def settled(set_up: Scene, receipt: Receipt) -> Evidence | Wait:
    set_up.clock.at += timedelta(minutes=2)
    return verify(receipt, set_up.world, patience=timedelta(minutes=5))


def test_told_that_one_session_leaked_only_that_one_is_cut() -> None:
    """With the trail read whole, one session by its key: its owner's other session of the same name works on."""
    made = two_sessions().planned(BY_KEY, leaked="session")
    assert made.rung == "issuance"
    assert cut_names(made) == {ISSUED["keith"]}
    assert "later ones of the name are left alone" in made.assumed


def test_untold_the_name_is_cut() -> None:
    """Nobody said that one session alone leaked: everything of the name counts as leaked."""
    made = two_sessions().planned(BY_KEY)
    assert made.rung == "session-name"
    assert cut_names(made) == {ISSUED["keith"], SECOND_AT}


def test_a_trail_with_holes_widens_the_cut() -> None:
    """Where not all of the trail was read, nothing below the name is chosen by default."""
    set_up = two_sessions()
    set_up.trail.gaps = ("data events are not in this trail",)
    assert set_up.planned(BY_KEY, leaked="session").rung == "session-name"


def test_an_issuance_is_not_proved_by_a_canary() -> None:
    """That AWS reads the issue time as the trail shows it is an assumption: the session's own refusal shows it."""
    set_up = two_sessions()
    receipt = apply(set_up.planned(BY_KEY, leaked="session"), set_up.world, EVERYTHING)
    found = settled(set_up, receipt)
    assert not proof(found, "enforced")
    refused_at(set_up, 5)
    found = settled(set_up, set_up.receipt())
    assert isinstance(found, Evidence)
    assert found.contained


def test_an_issuance_asked_for_but_not_sworn_to_is_never_contained() -> None:
    """Asked for by hand while all of the name counts as leaked, it leaves a leaked session alive, and says so."""
    set_up = two_sessions()
    receipt = apply(set_up.planned(KEITH, rung="issuance"), set_up.world, EVERYTHING)
    set_up.trail.seen += [issuance("keith", START + timedelta(seconds=2), "ASIAEXAMPLELATER0000")]
    refused_at(set_up, 5)
    assert not proof(settled(set_up, receipt), "nothing-left")


def test_a_person_is_cut_under_all_his_names() -> None:
    """His source identity finds him under another session name; Bob and Mary bear others and work on."""
    set_up = persons()
    set_up.trail.seen.append(
        msgspec.structs.replace(issuance("nightly", SECOND_AT, OTHER_KEY), source_identity="k.miller")
    )
    made = set_up.planned(leaked="person")
    assert made.rung == "person"
    assert cut_names(made) == {ISSUED["keith"], "nightly"}
    assert {one.session_name for one in made.sessions if one.id in made.targets} == {"keith", "nightly"}
    receipt = apply(made, set_up.world)
    found = settled(set_up, receipt)
    assert isinstance(found, Evidence)
    assert found.contained


def test_a_session_of_nobody_known_may_be_the_person_s() -> None:
    """A chained session may have inherited the tag: it keeps the cut of a person by tag from being contained."""
    set_up = tagged()
    receipt = apply(set_up.planned(leaked="person", person_tag="Person"), set_up.world)
    other = Identity(kind="AssumedRole", account=ACCOUNT, principal_id="AROAEXAMPLEOTHER00000:x")
    set_up.trail.seen.append(issuance("ghost", SECOND_AT, OTHER_KEY, caller=other))
    found = settled(set_up, receipt)
    assert not proof(found, "nothing-left")


def test_a_name_cut_of_a_person_leaves_his_other_names() -> None:
    """Told that everything of a person leaked, a cut by one name is not all of it."""
    set_up = persons()
    set_up.trail.seen.append(
        msgspec.structs.replace(issuance("nightly", SECOND_AT, OTHER_KEY), source_identity="k.miller")
    )
    receipt = apply(set_up.planned(leaked="person", rung="session-name"), set_up.world, EVERYTHING)
    assert not proof(settled(set_up, receipt), "nothing-left")


def test_a_person_by_a_tag_of_his_session() -> None:
    """A session tag tells him apart, the role's own tags included; who bears another value works on."""
    made = tagged().planned(leaked="person", person_tag="Person")
    assert made.rung == "person"
    assert cut_names(made) == {ISSUED["keith"]}
    (chosen,) = (one for one in made.outlooks if one.chosen)
    assert (chosen.unsure, chosen.bystanders) == ((), ())


def test_a_hold_asks_for_the_role_and_hits_everybody() -> None:
    """A hold denies whoever is on the role: the role must be typed, and the others' consent given."""
    set_up = scene()
    made = set_up.planned(rung="hold")
    with pytest.raises(RefusedError, match="denies everybody on role"):
        apply(made, set_up.world, Consent(max_bystanders=None))
    assert cut_names(made) == {ISSUED["keith"], "bob", "mary"}
    receipt = apply(made, set_up.world, Consent(max_bystanders=None, confirmed=frozenset({ROLE_NAME})))
    found = settled(set_up, receipt)
    assert isinstance(found, Evidence)
    assert found.contained


def test_a_hold_stops_who_comes_later_too() -> None:
    """Whoever assumes the role after a hold is denied: nothing of his is left, whoever he is."""
    set_up = scene()
    receipt = apply(set_up.planned(rung="hold"), set_up.world, EVERYTHING)
    set_up.trail.seen.append(issuance("keith", START + timedelta(minutes=1), "ASIAEXAMPLELATER0000"))
    found = settled(set_up, receipt)
    assert isinstance(found, Evidence)
    assert (found.contained, found.notes) == (True, ())


def test_lifting_a_hold_needs_reopen_for_ever() -> None:
    """Also long after: whoever waited is let in again, so it is said and asked for."""
    set_up = scene()
    receipt = apply(set_up.planned(rung="hold"), set_up.world, EVERYTHING)
    set_up.clock.at += timedelta(days=30)
    back = undo(receipt, set_up.world)
    with pytest.raises(RefusedError, match="lets them in again"):
        apply(back, set_up.world)
    apply(back, set_up.world, Consent(reopen=True))
    assert set_up.accounts.slots == {}


def test_our_own_session_under_another_rung_is_refused() -> None:
    """Whoever stands on the role is never cut by a hold or a person's cut that may be his."""
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE_NAME}/responder"
    rungs: tuple[RungName, ...] = ("hold", "person")
    for rung in rungs:
        set_up = persons()
        set_up.accounts.who = msgspec.structs.replace(
            set_up.accounts.who, arn=arn, user_id=f"{ROLE_ID}:responder", role_name=ROLE_NAME
        )
        made = set_up.planned(rung=rung, leaked="person")
        with pytest.raises(RefusedError, match="your own session"):
            apply(made, set_up.world, EVERYTHING)
