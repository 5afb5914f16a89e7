"""How a thief would slip past the proofs: each of these must never end in contained."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import (
    CHILD_ID,
    CHILD_NAME,
    EVERYTHING,
    KEITH,
    ROLE_ID,
    ROLE_NAME,
    WHOLE_ROLE,
    WORK,
    Scene,
    issuance,
    keith_identity,
    made_role,
    proof,
    role_arn,
    scene,
)
from tests.steps.test_verify import NOW_ONLY, cut, later, look, minted, settled, unmet
from tests.trail.made import assume, user
from unassume.model.evidence import Evidence, Wait
from unassume.model.leads import KeyLead, Lead, SessionLead
from unassume.model.previews import Verdict
from unassume.model.receipts import Receipt
from unassume.model.sightings import Identity
from unassume.steps.apply import apply
from unassume.steps.preview import preview
from unassume.trail.sightings import sightings_of

CHILD_KEY, BACK_KEY = "ASIAEXAMPLECHILD0000", "ASIAEXAMPLEBACK00000"


def child_identity(at: datetime) -> Identity:
    """The session Keith's leaked one issued on the other role, as the caller of a further call."""
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{CHILD_NAME}/loot"
    return Identity(
        kind="AssumedRole", account=ACCOUNT, arn=arn, principal_id=f"{CHILD_ID}:loot", key_id=CHILD_KEY, issued_at=at
    )


def comes_back_by_a_child(set_up: Scene, name: str) -> None:
    """Before the cut the thief got a session elsewhere that outlives it by 50 s: with it he takes the role again."""
    early = later(-60)
    set_up.child(early, hours=110 / 3600)
    set_up.trail.seen.append(issuance(name, later(45), BACK_KEY, caller=child_identity(early), hours=1))


@pytest.mark.parametrize("name", ["thief2", "keith"], ids=["another name", "the leaked name"])
@pytest.mark.parametrize("lead", [KEITH, KeyLead(key_id="ASIAEXAMPLEKEITH0000"), WHOLE_ROLE])
def test_who_comes_back_by_a_child_is_not_contained(lead: Lead, name: str) -> None:
    """A session of the role below a leaked one is the thief's, after E and under any name, its issuer dead or not."""
    set_up, receipt = cut(lead)
    comes_back_by_a_child(set_up, name)
    found = settled(set_up, receipt)
    assert isinstance(found, Evidence)
    assert unmet(found) == ["nothing-left"]
    assert len(found.uncut) == 1
    assert found.notes == ()


def test_what_keith_issues_on_the_holder_after_his_return_is_his() -> None:
    """Below a session he came back with there is no leaked one: it is not the thief's, whatever it is called."""
    set_up, receipt = cut()
    minted(set_up, 45)
    back = msgspec.structs.replace(keith_identity(), key_id="ASIAEXAMPLEMINTED000", issued_at=later(45))
    set_up.trail.seen.append(issuance("report", later(50), BACK_KEY, caller=back, hours=1))
    assert unmet(settled(set_up, receipt)) == []


def test_an_expired_child_in_an_account_nobody_read_is_not_contained() -> None:
    """What it issued in turn cannot be seen: that it ended proves nothing."""
    set_up, receipt = cut()
    made = issuance("loot", later(1), CHILD_KEY, caller=keith_identity(), role=(CHILD_NAME, CHILD_ID), hours=0.25)
    arn = f"arn:aws:iam::999900001111:role/{CHILD_NAME}"
    set_up.trail.seen.append(msgspec.structs.replace(made, account="999900001111", holder_arn=arn))
    set_up.clock.at += timedelta(hours=2)
    assert unmet(settled(set_up, receipt)) == ["nothing-left"]


@pytest.mark.parametrize("name", ["Keith", "keitH", "KEITH"])
def test_a_lead_of_another_case_is_never_contained(name: str) -> None:
    """`aws:userid` is compared letter by letter: a deny of `Keith` does not hit `keith`, now or when all is over."""
    set_up, receipt = cut(SessionLead(account=ACCOUNT, role_name=ROLE_NAME, session_name=name))
    for _ in range(2):
        assert "nothing-left" in unmet(look(set_up, set_up.receipt(receipt.id)))
        set_up.clock.at += timedelta(hours=13)


def test_a_session_not_seen_yet_may_still_come() -> None:
    """The trail is late, not empty: the cut of a name no event shows is waited for, and proved when one does."""
    set_up, receipt = cut(SessionLead(account=ACCOUNT, role_name=ROLE_NAME, session_name="ghost"))
    assert isinstance(look(set_up, receipt), Wait)
    set_up.trail.seen.append(issuance("ghost", later(-600), BACK_KEY))
    assert unmet(look(set_up, set_up.receipt())) == []


def test_sessions_the_trail_forgot_are_not_contained() -> None:
    """When the fresh look no longer shows what the cut was made for, nothing was proved of it."""
    set_up, receipt = cut()
    set_up.trail.seen[:] = [one for one in set_up.trail.seen if one.session_name != "keith"]
    assert "nothing-left" in unmet(look(set_up, receipt))


def test_a_plan_without_its_deny_is_not_contained() -> None:
    """The canary is refused as ever: what counts is whether the text that stands hits the leaked session."""
    set_up = scene()
    made = set_up.planned()
    read = json.loads(made.changes[0].after or "")
    read["Statement"] = [one for one in read["Statement"] if one["Sid"] == "UnassumeCanary"]
    weak = msgspec.structs.replace(made.changes[0], after=json.dumps(read))
    receipt = apply(msgspec.structs.replace(made, changes=(weak,)), set_up.world, EVERYTHING)
    found = settled(set_up, receipt)
    assert proof(found, "enforced")
    assert unmet(found) == ["nothing-left"]


@pytest.mark.parametrize("gap", ["region eu-west-1 was not read: no", "3 events were left out"])
def test_a_gap_of_the_trail_is_not_contained(gap: str) -> None:
    """What could have been read and was not may hold the thief: waiting does not bring it."""
    set_up, receipt = cut()
    set_up.trail.gaps = (gap,)
    found = look(set_up, receipt)
    assert isinstance(found, Evidence)
    assert unmet(found) == ["trail-caught-up"]


def test_what_no_trail_shows_does_not_block() -> None:
    """The limits of every event history are told beside the evidence, and are no gap of this one."""
    set_up, receipt = cut()
    found = look(set_up, receipt)
    assert isinstance(found, Evidence)
    assert found.contained
    assert any("chains kept alive" in one for one in found.not_in_evidence)


def test_a_canary_that_cannot_be_asked_any_more_takes_nothing_back() -> None:
    """Once the deny was seen enforced, a trust policy that was shut since does not unprove it."""
    set_up, receipt = cut()
    set_up.clock.at += timedelta(hours=1)
    set_up.accounts.probes = ["unavailable"]
    assert unmet(look(set_up, receipt)) == []


@pytest.mark.parametrize("answer", ["allowed", "denied"])
def test_a_canary_let_in_again_is_not_contained(answer: str) -> None:
    """A deny that held an hour ago and does not hold now is no containment; when it holds again, it is."""
    set_up, receipt = cut()
    assert unmet(look(set_up, receipt)) == []
    set_up.clock.at += timedelta(hours=1)
    set_up.accounts.probes = [answer]
    found = look(set_up, set_up.receipt(), NOW_ONLY)
    assert isinstance(found, Wait)
    assert unmet(found) == ["enforced", "trail-caught-up"]
    assert unmet(look(set_up, set_up.receipt(), NOW_ONLY)) == []


GAINED: dict[str, dict[str, Any]] = {
    "attach": {"inline": {"work": WORK, "more": WORK.replace("s3:*", "iam:AttachRolePolicy")}},
    "put": {"inline": {"work": WORK, "more": WORK.replace("s3:*", "iam:PutRolePolicy")}},
    "trust": {"inline": {"work": WORK, "more": WORK.replace("s3:*", "iam:UpdateAssumeRolePolicy")}},
    "managed": {"attached": {"arn:aws:iam::aws:policy/IAMFullAccess": WORK.replace("s3:*", "iam:*")}},
    "unread": {"attached": {"arn:aws:iam::aws:policy/Unread": None}},
}


@pytest.mark.parametrize("gained", GAINED)
def test_a_role_that_gained_a_way_out_is_not_contained(gained: str) -> None:
    """Verify judges the role as it stands, not as the plan saw it."""
    set_up, receipt = cut()
    set_up.accounts.roles[ROLE_NAME] = made_role(**GAINED[gained])
    found = settled(set_up, receipt)
    assert isinstance(found, Evidence)
    assert unmet(found) == ["nothing-left"]


def token_named(set_up: Scene, name: str) -> None:
    """A session of the role under that name, read from the CloudTrail event that issued it."""
    event = assume(0, user(), name, BACK_KEY, role_id=ROLE_ID, role_arn=role_arn(ROLE_NAME))
    set_up.trail.seen.extend(sightings_of([event]))


@pytest.mark.parametrize("start", ["IQoJ", "FwoG", "FQoG"])
def test_a_session_named_like_a_token_is_cut(start: str) -> None:
    """The longest name AWS takes, beginning as a token does, is no secret: it is seen, and cut by its whole name."""
    set_up, name = scene(), start + "x" * 60
    assert len(name) == 64
    token_named(set_up, name)
    lead = SessionLead(account=ACCOUNT, role_name=ROLE_NAME, session_name=name)
    made, lineage = set_up.planned(lead), set_up.found(lead)
    assert lineage.seen_in_trail
    assert f'"{ROLE_ID}:{name}"' in (made.changes[0].after or "")
    seen = preview(made, lineage.sessions, START, targets=lineage.on_the_holders)
    assert [one.verdict for one in seen.judgements if one.is_target] == [Verdict.CUT]


def test_two_sessions_never_share_an_id_by_their_first_letters() -> None:
    """People see twelve letters of an id; every judgement goes by the whole."""
    set_up = scene()
    ids = {session.id for session in set_up.found().sessions}
    assert {len(one) for one in ids} == {34}
    assert {session.short_id for session in set_up.found().sessions} == {one[:12] for one in ids}


def test_a_receipt_s_window_is_looked_at_again() -> None:
    """A cut of a session older than any usual window is proved in the window its plan was made in."""
    set_up = scene()
    set_up.trail.seen.append(issuance("old", START - timedelta(hours=60), BACK_KEY, hours=1))
    receipt: Receipt = apply(set_up.planned(KeyLead(key_id=BACK_KEY)), set_up.world, EVERYTHING)
    set_up.trail.asked.clear()
    assert unmet(look(set_up, receipt)) == []
    assert {ask.since for ask in set_up.trail.asked} == {START - timedelta(hours=60, minutes=1)}
