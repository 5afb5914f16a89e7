"""verify: contained is the sum of four proofs, and each missing one is enough to say no."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.fakes import START
from tests.steps.made import (
    CHILD_ID,
    CHILD_NAME,
    EVERYTHING,
    FOREIGN,
    ISSUED,
    KEITH,
    KEYS,
    LOST,
    ROLE_ID,
    ROLE_NAME,
    WHOLE_ROLE,
    WORK,
    Scene,
    issuance,
    keith_identity,
    made_role,
    proof,
    scene,
    use,
)
from unassume.errors import InputError, PartialError
from unassume.model.evidence import Evidence, Probed, Wait
from unassume.model.leads import Lead
from unassume.model.plans import RungName
from unassume.model.receipts import Observed, Receipt, Undone
from unassume.steps.apply import apply
from unassume.steps.undo import undo
from unassume.steps.verify import verify

NAMES = ("policies-stand", "enforced", "trail-caught-up", "nothing-left")
MINUTES = timedelta(minutes=10)
NOW_ONLY = timedelta(0)


def cut(lead: Lead = KEITH, *, canary: bool = True, **more: object) -> tuple[Scene, Receipt]:
    """The incident, cut at START; `more` are fields of the fake accounts."""
    set_up = scene(**more)
    return set_up, apply(set_up.planned(lead, canary=canary), set_up.world, EVERYTHING)


def look(set_up: Scene, receipt: Receipt, patience: timedelta = MINUTES) -> Evidence | Wait:
    return verify(receipt, set_up.world, patience=patience)


def settled(set_up: Scene, receipt: Receipt) -> Evidence | Wait:
    """The evidence a minute after the first look, when the trail has gone past E: what is missing now is not late."""
    look(set_up, receipt)
    set_up.clock.at += timedelta(minutes=1)
    return look(set_up, set_up.receipt())


def unmet(found: Evidence | Wait) -> list[str]:
    """The names of the proofs that are missing."""
    evidence = found.evidence if isinstance(found, Wait) else found
    assert evidence.contained is (isinstance(found, Evidence) and all(proof(found, name) for name in NAMES))
    return [name for name in NAMES if not proof(found, name)]


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def used(set_up: Scene, seconds: float, **more: object) -> None:
    """The thief calls with Keith's leaked session so many seconds after the cut."""
    set_up.trail.seen.append(use("keith", ISSUED["keith"], KEYS["keith"], later(seconds), **more))


def minted(set_up: Scene, seconds: float) -> None:
    """A further session under Keith's name, its second known exactly."""
    at, key = later(seconds), "ASIAEXAMPLEMINTED000"
    set_up.trail.seen += [issuance("keith", at, key), use("keith", at, key, at)]


def test_all_proofs_together_are_contained() -> None:
    """Policies stand, the canary is refused, the trail is later than E, nothing is left: contained."""
    set_up, receipt = cut()
    found = look(set_up, receipt)
    assert isinstance(found, Evidence)
    assert found.contained
    assert (unmet(found), found.uncut, found.later_cut_off, found.notes) == ([], (), None, ())
    # The canary was first refused at +3 s, as AWS tells it to the second: the deny held from +4 s at the latest.
    assert found.enforced_from == later(4)
    assert found.cut_off == receipt.begun.cut_off


def test_e_is_kept_and_the_canary_asked_again() -> None:
    """The instant E is in the receipt and stays; a later look asks the canary once whether the deny still holds."""
    set_up, receipt = cut()
    look(set_up, receipt)
    set_up.accounts.probed.clear()
    set_up.clock.at += timedelta(hours=1)
    found = look(set_up, set_up.receipt(), NOW_ONLY)
    assert unmet(found) == []
    assert len(set_up.accounts.probed) == 1
    assert set_up.receipt().enforced.at == later(4)


def gone(set_up: Scene, receipt: Receipt) -> None:
    set_up.accounts.edit(receipt.begun.changes[0].slot, None)


def edited(set_up: Scene, receipt: Receipt) -> None:
    set_up.accounts.edit(receipt.begun.changes[0].slot, FOREIGN)


def recreated(set_up: Scene, _: Receipt) -> None:
    set_up.accounts.roles[ROLE_NAME] = made_role(role_id="AROAEXAMPLEANALYST999")


def undone(set_up: Scene, receipt: Receipt) -> None:
    set_up.journal.append(receipt.id, Undone(at=START, by_receipt="r-2"))


@pytest.mark.parametrize("meanwhile", [gone, edited, recreated, undone])
def test_a_policy_that_does_not_stand_is_not_contained(meanwhile: Callable[[Scene, Receipt], None]) -> None:
    """Deleted, edited, on another role, or undone: the first proof is missing, and waiting does not bring it."""
    set_up, receipt = cut()
    set_up.clock.at += timedelta(seconds=40)
    meanwhile(set_up, receipt)
    found = look(set_up, set_up.receipt())
    assert isinstance(found, Evidence)
    assert "policies-stand" in unmet(found)


def test_a_half_written_receipt_is_not_contained() -> None:
    """What was only intended is not a policy that stands, even when AWS has it."""
    set_up = scene(faults=[LOST], is_lost=True)
    with pytest.raises(PartialError):
        apply(set_up.planned(), set_up.world)
    assert "policies-stand" in unmet(look(set_up, set_up.receipt()))


def test_a_read_that_lags_is_waited_for() -> None:
    """In the first 30 s a read that shows the former state may be late, afterwards it is missing."""
    set_up, receipt = cut()
    set_up.accounts.read_lag = 45.0
    early = look(set_up, receipt, NOW_ONLY)
    assert isinstance(early, Wait)
    assert "policies-stand" in unmet(early)
    set_up.clock.at = later(36)
    late = look(set_up, set_up.receipt(), NOW_ONLY)
    assert isinstance(late, Evidence)
    assert "policies-stand" in unmet(late)


def test_a_canary_still_let_in_is_not_contained() -> None:
    """A deny that is not enforced yet is missing, and may come."""
    set_up, receipt = cut(propagation=3600.0)
    found = look(set_up, receipt, NOW_ONLY)
    assert isinstance(found, Wait)
    assert {"enforced", "trail-caught-up"} <= set(unmet(found))
    assert 60 <= sum(set_up.clock.slept) <= 80  # apply asks for 20 s, verify for 60


@pytest.mark.parametrize("before", ["explicit-deny", "unavailable"])
def test_a_canary_denied_before_the_cut_proves_nothing(before: str) -> None:
    """Who was denied already says nothing about our policy by being denied."""
    set_up, receipt = cut(probes=[before])
    assert "enforced" in unmet(look(set_up, receipt))
    assert len(set_up.accounts.probed) == 1


def test_a_denial_of_another_kind_proves_nothing() -> None:
    """Only an explicit deny is ours; a canary that is merely not allowed is not."""
    set_up, receipt = cut()
    set_up.accounts.probes = ["denied"] * 200
    assert "enforced" in unmet(look(set_up, receipt, NOW_ONLY))


def test_a_region_that_cannot_be_read_is_not_contained() -> None:
    """One region refused is one region in which anything may have happened."""
    set_up, receipt = cut()
    set_up.trail.refused = frozenset({"eu-west-1"})
    found = look(set_up, receipt)
    assert isinstance(found, Evidence)
    assert unmet(found) == ["trail-caught-up"]


@pytest.mark.parametrize("newest", [None, START, later(34)], ids=["empty", "before", "exactly E and 30 s"])
def test_a_region_not_later_than_e_is_waited_for(newest: datetime | None) -> None:
    """Each region must show an event more than 30 s later than E: one that does not is missing, and may come."""
    set_up, receipt = cut()
    set_up.trail.behind = {"eu-west-1": newest}
    found = look(set_up, receipt)
    assert isinstance(found, Wait)
    assert unmet(found) == ["trail-caught-up"]
    set_up.trail.behind = {"eu-west-1": later(35)}
    assert unmet(look(set_up, set_up.receipt())) == []


def test_no_trail_is_not_contained() -> None:
    """Without a readable trail nothing can be proved, and waiting does not help."""
    set_up, receipt = cut()
    set_up.trail.is_unreadable = True
    found = look(set_up, receipt)
    assert isinstance(found, Evidence)
    assert "trail-caught-up" in unmet(found)


def test_a_session_between_cut_off_and_e_is_leaked_too() -> None:
    """Issued after the cut-off and before the deny held, it is uncut: a cut-off 30 s after E is proposed."""
    set_up, receipt = cut(propagation=55.0)
    minted(set_up, 45)
    found = settled(set_up, receipt)
    assert isinstance(found, Evidence)
    assert unmet(found) == ["nothing-left"]
    assert len(found.uncut) == 1
    assert found.enforced_from == later(56)
    assert found.later_cut_off == later(86)


def test_a_session_at_the_edge_of_the_cut_off_is_leaked_too() -> None:
    """When nobody can say on which side of the cut-off it was issued, it is not contained."""
    set_up, receipt = cut()
    set_up.trail.seen.append(issuance("keith", later(30), "ASIAEXAMPLEMINTED000"))
    found = settled(set_up, receipt)
    assert unmet(found) == ["nothing-left"]


def test_keith_s_return_is_a_note() -> None:
    """A session of the name issued after E is not what leaked: it is told, and contained all the same."""
    set_up, receipt = cut()
    minted(set_up, 45)
    found = look(set_up, receipt)
    assert isinstance(found, Evidence)
    assert found.contained
    (note,) = found.notes
    assert "`keith` was issued 18:00:45Z, after the cut" in note


def test_what_keith_issues_after_his_return_is_his() -> None:
    """A session on another role below his fresh one is no descendant of the leak."""
    set_up, receipt = cut()
    minted(set_up, 45)
    back = msgspec.structs.replace(keith_identity(), key_id="ASIAEXAMPLEMINTED000", issued_at=later(45))
    role = (CHILD_NAME, CHILD_ID)
    set_up.trail.seen.append(issuance("report", later(50), "ASIAEXAMPLECHILD0000", caller=back, role=role, hours=1))
    assert unmet(look(set_up, receipt)) == []


def test_a_live_child_elsewhere_is_not_contained() -> None:
    """A session the thief made on another role since the plan is uncut until it ends."""
    set_up, receipt = cut()
    set_up.child(later(1))
    found = settled(set_up, receipt)
    assert isinstance(found, Evidence)
    assert unmet(found) == ["nothing-left"]
    assert len(found.uncut) == 1
    set_up.clock.at += timedelta(hours=2)
    assert unmet(look(set_up, set_up.receipt())) == []


def test_a_gap_of_the_plan_blocks() -> None:
    """A role that may remove our deny is never contained by it."""
    set_up = scene()
    admin = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    set_up.accounts.roles[ROLE_NAME] = made_role(inline={"admin": admin})
    receipt = apply(set_up.planned(), set_up.world)
    found = settled(set_up, receipt)
    assert isinstance(found, Evidence)
    assert unmet(found) == ["nothing-left"]


def test_an_allowed_call_after_e_is_not_contained() -> None:
    """Without a canary to ask again, a call that was let through after the deny was seen takes the proof away."""
    set_up, receipt = cut(canary=False)
    used(set_up, 5, denied=1, explicit_denies=1, first_explicit_deny_at=later(5))
    assert unmet(look(set_up, receipt)) == []
    used(set_up, 60, last_allowed_at=later(60))
    assert "enforced" in unmet(look(set_up, set_up.receipt()))


def test_e_is_measured_anew_after_an_allowed_call() -> None:
    """Propagation is uneven: a call let through after E makes E later, by the canary, and the trail must reach it."""
    set_up, receipt = cut()
    assert unmet(look(set_up, receipt)) == []
    set_up.clock.at = later(100)
    used(set_up, 60, last_allowed_at=later(60))
    waiting = look(set_up, set_up.receipt(), NOW_ONLY)
    assert isinstance(waiting, Wait)
    assert unmet(waiting) == ["trail-caught-up"]
    found = look(set_up, set_up.receipt())
    assert isinstance(found, Evidence)
    assert found.contained
    assert found.enforced_from == later(101) == set_up.receipt().enforced.at


@pytest.mark.parametrize("canary", [True, False])
def test_a_call_no_policy_stops_proves_nothing(canary: bool) -> None:
    """GetCallerIdentity after E breaks no proof, and makes none."""
    set_up, receipt = cut(canary=canary)
    used(set_up, 60, calls=3, exempt=3)
    assert unmet(look(set_up, receipt)) == ([] if canary else ["enforced", "trail-caught-up"])


def test_the_thief_s_own_denial_proves_enforcement() -> None:
    """Without a canary, a leaked session refused with an explicit deny since the write shows the deny in force."""
    set_up, receipt = cut(canary=False)
    used(set_up, 5, denied=1, explicit_denies=1, first_explicit_deny_at=later(5))
    found = look(set_up, receipt)
    assert isinstance(found, Evidence)
    assert found.contained
    assert found.enforced_from == later(6)


@pytest.mark.parametrize(
    "fields",
    [
        {"inline": {"work": WORK, "keep-out": FOREIGN}},
        {"attached": {"arn:aws:iam::aws:policy/KeepOut": FOREIGN}},
        {"attached": {"arn:aws:iam::aws:policy/Unread": None}},
        {"inline": {"work": "not to be judged"}},
    ],
    ids=["inline", "attached", "unreadable", "not judged"],
)
def test_a_denial_another_policy_may_have_given_proves_nothing(fields: dict[str, Any]) -> None:
    """When the role has another deny, or a policy nobody could read, the thief's refusal may not be ours."""
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = made_role(**fields)
    receipt = apply(set_up.planned(canary=False), set_up.world)
    used(set_up, 5, denied=1, explicit_denies=1, first_explicit_deny_at=later(5))
    assert "enforced" in unmet(look(set_up, receipt))


def test_a_denial_before_the_write_proves_nothing() -> None:
    """A refusal older than our policy was not its doing."""
    set_up, receipt = cut(canary=False)
    used(set_up, -60, denied=1, explicit_denies=1, first_explicit_deny_at=later(-60))
    assert "enforced" in unmet(look(set_up, receipt))


def test_a_denial_before_an_allowed_call_proves_nothing() -> None:
    """Refused, then let through: the deny does not hold everywhere yet."""
    set_up, receipt = cut(canary=False)
    used(set_up, 20, explicit_denies=1, first_explicit_deny_at=later(5), last_allowed_at=later(20))
    assert "enforced" in unmet(look(set_up, receipt))


def test_a_bystander_s_calls_prove_nothing() -> None:
    """Bob works on, and neither his calls nor his denials change the evidence."""
    set_up, receipt = cut()
    set_up.trail.seen.append(use("bob", ISSUED["bob"], KEYS["bob"], later(60), last_allowed_at=later(60)))
    assert unmet(look(set_up, receipt)) == []


def test_where_the_whole_role_was_cut_everybody_counts() -> None:
    """After a cut of all older sessions, an allowed call of anybody issued before it is one too many."""
    set_up, receipt = cut(WHOLE_ROLE, canary=False)
    denied = {"denied": 1, "explicit_denies": 1, "first_explicit_deny_at": later(5)}
    set_up.trail.seen.append(use("mary", ISSUED["mary"], KEYS["mary"], later(5), **denied))
    assert unmet(look(set_up, receipt)) == []
    set_up.trail.seen.append(use("bob", ISSUED["bob"], KEYS["bob"], later(60), last_allowed_at=later(60)))
    assert "enforced" in unmet(look(set_up, set_up.receipt()))


def test_patience_waits_by_the_clock() -> None:
    """A trail five minutes late is waited for on the Clock until it shows E and 30 s more, in pauses that fit."""
    set_up, receipt = cut()
    set_up.trail.lag = 300.0
    assert isinstance(look(set_up, receipt, NOW_ONLY), Wait)
    found = look(set_up, set_up.receipt(), timedelta(minutes=20))
    assert unmet(found) == []
    assert 334 < (set_up.clock.at - START).total_seconds() <= 345


def test_patience_ends() -> None:
    """When the time is up, what is missing is said."""
    set_up, receipt = cut()
    set_up.trail.lag = 10**6
    found = look(set_up, receipt, timedelta(minutes=20))
    assert isinstance(found, Wait)
    assert found.until > set_up.accounts.now()
    assert timedelta(minutes=20) <= set_up.clock.at - START <= timedelta(minutes=26)


def test_the_journal_is_read_again_while_waiting() -> None:
    """Who undoes the cut while verify waits is noticed: it does not end in contained."""
    set_up, receipt = cut()
    set_up.trail.lag = 300.0

    def undo_it() -> None:
        if set_up.receipt(receipt.id).undone_by is None:
            undone(set_up, receipt)

    look(set_up, receipt, NOW_ONLY)
    set_up.clock.on_sleep = undo_it
    found = look(set_up, set_up.receipt(receipt.id), timedelta(minutes=20))
    assert isinstance(found, Evidence)
    assert "policies-stand" in unmet(found)


def test_another_s_observation_is_taken_over() -> None:
    """An E that another verify wrote meanwhile is the journal's word, and is used."""
    set_up, receipt = cut(canary=False)
    set_up.journal.append(receipt.id, Observed(at=later(8), enforced_from=later(8), by="somebody else saw it"))
    found = look(set_up, set_up.receipt())
    assert isinstance(found, Evidence)
    assert found.enforced_from == later(8)


def test_an_undo_is_nothing_to_prove() -> None:
    """A receipt that took a cut back is bad input to verify."""
    set_up, receipt = cut()
    back = apply(undo(receipt, set_up.world), set_up.world, EVERYTHING)
    with pytest.raises(InputError, match="nothing to prove"):
        look(set_up, back)


def test_aws_s_clock_counts_not_ours() -> None:
    """With the local clock off by minutes the evidence is the same, in AWS's time."""
    set_up, receipt = cut(skew=250.0)
    found = look(set_up, receipt)
    assert isinstance(found, Evidence)
    assert found.contained
    assert found.enforced_from == later(4 - 250)


def probed(outcome: str, name: str = "keith", seconds: float = 5) -> Probed:
    """How AWS answered the leaked credentials."""
    seen = {"at": later(seconds), "outcome": outcome, "detail": "as AWS says", "principal_id": f"{ROLE_ID}:{name}"}
    return msgspec.convert(seen, Probed)


@pytest.mark.parametrize("rung", ["session-name", "issuance"])
def test_the_leaked_credentials_prove_the_cut(rung: RungName) -> None:
    """Asked until they are refused with an explicit deny: that proves it, where no canary could, too."""
    set_up = scene()
    receipt = apply(set_up.planned(KEITH, rung=rung, canary=False), set_up.world, EVERYTHING)
    set_up.accounts.profiles["leaked"] = [probed("allowed"), probed("denied"), probed("explicit-deny", seconds=6)]
    found = verify(receipt, set_up.world, patience=MINUTES, leaked_profile="leaked")
    assert isinstance(found, Evidence)
    assert (found.contained, found.enforced_from) == (True, later(7))


@pytest.mark.parametrize("outcome", ["allowed", "unavailable", "denied"])
def test_leaked_credentials_that_are_let_in_prove_nothing(outcome: str) -> None:
    """Let in to the end, dead, or refused for another reason: the cut is not proved by them."""
    set_up, receipt = cut(canary=False)
    set_up.accounts.profiles["leaked"] = [probed(outcome) for _ in range(60)]
    assert "enforced" in unmet(verify(receipt, set_up.world, leaked_profile="leaked"))


def test_somebody_else_s_credentials_are_bad_input() -> None:
    """A profile of a session that is not cut would be asked for nothing: the responder is told whose it is."""
    set_up, receipt = cut(canary=False)
    set_up.accounts.profiles["leaked"] = [probed("explicit-deny", name="bob")]
    with pytest.raises(InputError, match="no session the receipt cuts"):
        verify(receipt, set_up.world, leaked_profile="leaked")


def test_another_deny_takes_the_leaked_credentials_word_away() -> None:
    """Where another policy of the role denies too, their refusal may not be ours."""
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = made_role(inline={"work": WORK, "keep-out": FOREIGN})
    receipt = apply(set_up.planned(canary=False), set_up.world, EVERYTHING)
    set_up.accounts.profiles["leaked"] = [probed("explicit-deny")]
    assert "enforced" in unmet(verify(receipt, set_up.world, leaked_profile="leaked"))
