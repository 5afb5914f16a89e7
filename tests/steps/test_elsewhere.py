"""A cut by place: neither yes nor no for the session, judged by the addresses its calls were let through from."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest

from tests.fakes import START
from tests.steps.made import ISSUED, KEITH, KEYS, ROLE_ID, Scene, scene, use
from unassume.errors import RefusedError
from unassume.means.mark import our_statements
from unassume.means.recognise import is_over
from unassume.model.evidence import Evidence, Wait
from unassume.model.plans import Choices, Leaked, Plan
from unassume.model.previews import Verdict
from unassume.model.selectors import ElsewhereSelector
from unassume.steps.apply import apply
from unassume.steps.guards import Consent
from unassume.steps.plan import plan
from unassume.steps.preview import preview
from unassume.steps.survey import survey
from unassume.steps.undo import undo
from unassume.steps.verify import verify

HOME, AWAY, EGRESS, VPC = "192.0.2.10", "203.0.113.66", "192.0.2.0/24", "vpc-0a1b2c3d"


def planned(set_up: Scene, leaked: Leaked = "session", vpcs: tuple[str, ...] = ()) -> Plan:
    lineage = set_up.found(KEITH)
    choices = Choices(
        incident="inc-1", rung="elsewhere", canary=True, leaked=leaked, egress=(EGRESS,), vpcs=vpcs,
        no_presigned_urls=True,
    )  # fmt: skip
    return plan(lineage, survey(lineage, set_up.world), choices)


def looked(
    set_up: Scene, calls: dict[str, int], leaked: Leaked = "session", vpcs: tuple[str, ...] = ()
) -> Evidence | Wait:
    """Verify after the session was let through from these addresses, so many seconds after the cut."""
    receipt = apply(planned(set_up, leaked, vpcs), set_up.world)
    for address, seconds in calls.items():
        at = START + timedelta(seconds=seconds)
        set_up.trail.seen.append(
            use(
                "keith", ISSUED["keith"], KEYS["keith"], at, last_allowed_at=at, last_allowed_from=((address, at),),
                addresses=(address,),
            )
        )  # fmt: skip
    set_up.clock.at += timedelta(minutes=10)
    return verify(receipt, set_up.world)


def is_contained(found: Evidence | Wait) -> bool:
    return isinstance(found, Evidence) and found.contained


def test_the_session_is_neither_cut_nor_spared() -> None:
    """Some of its calls are: UNSURE, with the places as the reason; everybody else is spared."""
    set_up = scene()
    made = planned(set_up)
    seen = preview(made, made.sessions, made.cut_off.expected(START), targets=made.targets)
    names = {session.id: session.session_name for session in made.sessions}
    verdicts = {names[one.session_id]: one.verdict for one in seen.judgements}
    assert verdicts == {"keith": Verdict.UNSURE, "bob": Verdict.SPARED, "mary": Verdict.SPARED}
    assert seen.bystanders == ()


@pytest.mark.parametrize("egress", [(), (EGRESS,)])
def test_without_the_responder_s_word_there_is_no_such_rung(egress: tuple[str, ...]) -> None:
    """Places, and that no presigned URLs are handed out, are the responder's word: without it nothing is written."""
    lineage, said = scene().found(KEITH), Choices(incident="inc-1", rung="elsewhere", egress=egress)
    assert plan(lineage, survey(lineage, scene().world), said).changes == ()


@pytest.mark.parametrize(
    "egress",
    [
        ("0.0.0.0/1", "128.0.0.0/1"), ("0.0.0.0/0",), ("2000::/3",), ("10.0.0.0/8",), ("172.0.0.0/8",), (),
        tuple(f"{number}.0.0.0/8" for number in range(20, 30)), ("192.0.2.0/24", "home"),
    ],
)  # fmt: skip
def test_a_plan_file_that_spares_the_internet_is_refused(egress: tuple[str, ...]) -> None:
    """It would cut nobody and look like a cut: what is no place is not of our shapes."""
    set_up = scene()
    made = planned(set_up)
    (change,) = made.changes
    written = json.loads(change.after or "")
    written["Statement"][0]["Condition"]["NotIpAddress"]["aws:SourceIp"] = list(egress)
    forged = msgspec.structs.replace(change, after=json.dumps(written, separators=(",", ":")))
    with pytest.raises(RefusedError, match="not exactly of our shapes"):
        apply(msgspec.structs.replace(made, changes=(forged,)), set_up.world)


def test_calls_from_within_are_no_break_out() -> None:
    """The workload goes on from its own network: contained."""
    assert is_contained(looked(scene(), {HOME: 300}))


@pytest.mark.parametrize("address", [AWAY, "10.0.0.7", "ec2.amazonaws.com", "?"])
def test_a_call_let_through_from_outside_is_not_contained(address: str) -> None:
    """From another address, from a network of no VPC named, or from nobody knows where, after the deny held."""
    assert not is_contained(looked(scene(), {HOME: 300, address: 300}))


def test_a_call_from_outside_before_the_deny_held_is_what_leaked() -> None:
    """What he did before is why he is cut."""
    assert is_contained(looked(scene(), {AWAY: -60, HOME: 300}))


def test_a_private_address_is_within_the_vpcs_named() -> None:
    """Through another VPC's endpoint the call would have been refused."""
    assert is_contained(looked(scene(), {"10.0.0.7": 300}, vpcs=(VPC,)))


@pytest.mark.parametrize("leaked", ["unknown", "workload", "person"])
def test_a_host_that_may_be_his_is_not_contained(leaked: Leaked) -> None:
    """Unless the responder says that the credentials alone leaked, the thief may sit within the places."""
    set_up = scene()
    assert any(gap.what == "within the places" and gap.blocks_containment for gap in planned(set_up, leaked).gaps)
    assert not is_contained(looked(set_up, {HOME: 300}, leaked))


def test_it_has_no_end_and_is_undone_by_hand() -> None:
    """It lasts like a hold: never over, never pruned, reopened by word."""
    set_up = scene()
    receipt = apply(planned(set_up), set_up.world)
    text = receipt.begun.changes[0].after or ""
    (place, _) = [one.selector for one in our_statements(text) or ()]
    assert place == ElsewhereSelector(f"{ROLE_ID}:keith", (EGRESS,))
    assert not is_over(text, START + timedelta(days=400))
    set_up.clock.at += timedelta(days=400)
    with pytest.raises(RefusedError, match="lets them in again"):
        apply(undo(receipt, set_up.world), set_up.world)
    apply(undo(receipt, set_up.world), set_up.world, Consent(reopen=True))
    assert set_up.accounts.slots == {}


def test_what_the_plan_tells_of_places() -> None:
    """Where calls were seen that will be refused, and that endpoints of no VPC named are outside."""
    set_up = scene()
    set_up.trail.seen.append(use("keith", ISSUED["keith"], KEYS["keith"], START, addresses=(AWAY, HOME)))
    told = {gap.what: gap.why for gap in planned(set_up).gaps}
    assert AWAY in told["outside the places"]
    assert HOME not in told["outside the places"]
    assert "VPC endpoints" in told
    assert "VPC endpoints" not in {gap.what for gap in planned(set_up, vpcs=(VPC,)).gaps}
