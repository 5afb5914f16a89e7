"""A leaked session's refusal by an SCP: it proves ours only where no other can have given it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import FOREIGN, ISSUED, KEITH, KEYS, Scene, proof, scene, use
from unassume.model.evidence import Evidence, Probed
from unassume.model.receipts import Receipt
from unassume.model.surveys import ScpRoom
from unassume.steps.apply import apply
from unassume.steps.guards import Consent
from unassume.steps.verify import verify

CONSENT = Consent(confirmed=frozenset({ACCOUNT}))
ALLOWS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
SECOND = timedelta(seconds=1)


def cut() -> tuple[Scene, Receipt, str]:
    """Cut by an SCP without a canary; and the SCP's id."""
    set_up = scene(scps=ScpRoom(left=4))
    receipt = apply(set_up.planned(KEITH, rung="scp", canary=False), set_up.world, CONSENT)
    (held,) = set_up.accounts.held_scps().policies
    return set_up, receipt, held.id


def refused(set_up: Scene, after: int, *by: str) -> None:
    """Keith is refused some seconds after the cut, by the SCPs of these ids."""
    at = START + after * SECOND
    denies = tuple((id_, at) for id_ in by)
    set_up.trail.seen.append(use("keith", ISSUED["keith"], KEYS["keith"], at, denied=1, scp_denies=denies))


def is_proved(set_up: Scene, receipt: Receipt) -> bool:
    set_up.clock.at = max(set_up.clock.at, START + timedelta(minutes=2))
    return proof(verify(receipt, set_up.world), "enforced")


def test_ours_by_its_id_proves_it_whatever_else_denies() -> None:
    """AWS's message names our SCP: no other gave that refusal."""
    set_up, receipt, ours = cut()
    set_up.accounts.other_scps = (("Regions", FOREIGN),)
    refused(set_up, 5, ours)
    found = verify_at(set_up, receipt)
    assert found.contained
    assert found.enforced_from == START + 6 * SECOND


def verify_at(set_up: Scene, receipt: Receipt) -> Evidence:
    set_up.clock.at = START + timedelta(minutes=5)
    found = verify(receipt, set_up.world, patience=timedelta(minutes=10))
    assert isinstance(found, Evidence)
    return found


@pytest.mark.parametrize(
    ("others", "is_proof"),
    [((), True), ((("FullAWSAccess", ALLOWS),), True), ((("Regions", FOREIGN),), False), ((("Odd", "{"),), False)],
    ids=["none", "an allow", "a deny", "not judged"],
)
def test_a_refusal_that_names_none_is_ours_where_no_other_denies(
    others: tuple[tuple[str, str], ...], is_proof: bool
) -> None:
    """Which SCP said no is not told: any other that denies anything may have."""
    set_up, receipt, _ = cut()
    set_up.accounts.other_scps = others
    refused(set_up, 5, "")
    assert is_proved(set_up, receipt) is is_proof


def test_another_s_id_proves_nothing() -> None:
    """AWS names an SCP, and it is not ours."""
    set_up, receipt, _ = cut()
    refused(set_up, 5, "p-theirs")
    assert not is_proved(set_up, receipt)


def test_what_nobody_may_read_proves_nothing() -> None:
    """Without the organization's credentials nobody knows which other SCPs there are."""
    set_up, receipt, ours = cut()
    refused(set_up, 5, "", ours)
    set_up.accounts.scps_unread = "it needs --organization-profile"
    assert not is_proved(set_up, receipt)


def test_a_refusal_before_the_cut_or_a_call_let_through_since_proves_nothing() -> None:
    """It was no doing of ours, or it did not last."""
    set_up, receipt, ours = cut()
    refused(set_up, -60, ours)
    assert not is_proved(set_up, receipt)
    set_up, receipt, ours = cut()
    refused(set_up, 5, ours)
    at = START + 9 * SECOND
    set_up.trail.seen.append(use("keith", ISSUED["keith"], KEYS["keith"], at, last_allowed_at=at))
    assert not is_proved(set_up, receipt)


def test_a_policy_of_the_role_that_refuses_says_nothing_of_the_scp() -> None:
    """An identity-based policy's refusal is not the SCP's."""
    set_up, receipt, _ = cut()
    at = START + 5 * SECOND
    more = {"denied": 1, "explicit_denies": 1, "first_explicit_deny_at": at}
    set_up.trail.seen.append(use("keith", ISSUED["keith"], KEYS["keith"], at, **more))
    assert not is_proved(set_up, receipt)


@pytest.mark.parametrize(("others", "is_proof"), [((), True), ((("Regions", FOREIGN),), False)])
def test_the_leaked_credentials_prove_it_where_no_other_denies(
    others: tuple[tuple[str, str], ...], is_proof: bool
) -> None:
    """Asked now, an SCP refuses them: another that denies may be the one."""
    set_up, receipt, _ = cut()
    set_up.accounts.other_scps = others
    keith = next(one.principal_id for one in receipt.plan.sessions if one.session_name == "keith")
    said = Probed(at=set_up.clock.now(), outcome="explicit-deny", detail="as the fake says", principal_id=keith)
    set_up.accounts.profiles["leaked"] = [said] * 5
    set_up.clock.at = START + timedelta(minutes=2)
    assert proof(verify(receipt, set_up.world, leaked_profile="leaked"), "enforced") is is_proof
