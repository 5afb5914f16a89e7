"""The SCP rung: chosen by hand, bound to its role, proved by its canary, refused where it would bind others."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import CHILD_ID, KEITH, ROLE_ID, ROLE_NAME, WHOLE_ROLE, Scene, made_role, scene
from unassume.errors import RefusedError
from unassume.iam.limits import LIMITS, count
from unassume.means.mark import document, our_statements
from unassume.model.evidence import Evidence
from unassume.model.plans import Plan, RungName
from unassume.model.selectors import HoldSelector, OlderSessionsSelector, Selector, SessionNameSelector
from unassume.model.slots import RoleInlinePolicy, Scp
from unassume.model.surveys import ScpRoom
from unassume.steps.apply import apply
from unassume.steps.guards import Consent
from unassume.steps.status import status
from unassume.steps.undo import undo
from unassume.steps.verify import verify

POWERS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}'
CONSENT = Consent(confirmed=frozenset({ACCOUNT}))
EVERYTHING_HERE = Consent(max_bystanders=None, confirmed=frozenset({ACCOUNT, ROLE_NAME}))


def fighting(left: int = 4) -> Scene:
    """A role that may write IAM, in an account that takes so many SCPs more."""
    set_up = scene(scps=ScpRoom(left=left))
    set_up.accounts.roles[ROLE_NAME] = made_role(inline={"powers": POWERS})
    return set_up


def blocking(made: Plan) -> list[str]:
    return [f"{gap.what}: {gap.why}" for gap in made.gaps if gap.blocks_containment]


def test_an_scp_is_written_instead_of_a_policy_of_the_role() -> None:
    """One SCP with its canary, nothing on the role for the thief to delete, and so no gap."""
    made = fighting().planned(rung="scp")
    (change,) = made.changes
    assert isinstance(change.slot, Scp)
    assert (change.slot.account, change.slot.role, change.holder_id) == (ACCOUNT, ROLE_NAME, ROLE_ID)
    assert len(made.canaries) == 1
    assert blocking(made) == []


def test_it_is_never_chosen_by_itself() -> None:
    """Not asked for, the cut stands on the role, and the plan says that the thief may take it away."""
    made = fighting().planned()
    assert isinstance(made.changes[0].slot, RoleInlinePolicy)
    assert any("could remove our deny" in told and "--rung scp" in told for told in blocking(made))


@pytest.mark.parametrize(
    ("room", "why"),
    [
        (ScpRoom(why_not="account 1 is the management account, which no SCP binds"), "management account"),
        (ScpRoom(left=0), "takes 0 more SCPs"),
    ],
)
def test_where_none_can_be_attached_nothing_is_planned(room: ScpRoom, why: str) -> None:
    """A full quota, the management account, missing credentials: said, and nothing is written in its place."""
    set_up = fighting()
    set_up.accounts.scps = room
    made = set_up.planned(rung="scp")
    assert made.changes == ()
    assert any(why in told for told in blocking(made))
    assert any(why in one.remains for one in made.outlooks if one.rung == "scp")


def test_a_role_alone_gives_an_scp_nobody_to_name() -> None:
    """An SCP binds all of an account: without a session to name there is none."""
    assert fighting().planned(WHOLE_ROLE, rung="scp").changes == ()


def test_hundreds_of_names_take_several_scps() -> None:
    """Each within its limit, white space counted, and no more than the account takes."""
    set_up = fighting()
    for number in range(150):
        set_up.child(START - timedelta(minutes=5))
        one = set_up.trail.seen[-1]
        name = f"loot-{number:050}"
        held = {"session_name": name, "principal_id": f"{CHILD_ID}:{name}", "key_ids": (f"ASIAEXAMPLELOOT{number:05}",)}
        raw = msgspec.structs.replace(one.raw, event_id=name)  # type: ignore[union-attr]  # an issuance
        set_up.trail.seen[-1] = msgspec.structs.replace(one, raw=raw, **held)
    made = set_up.planned(rung="scp")
    below = [change for change in made.changes if change.holder_id == CHILD_ID]
    assert len(below) == 3
    assert all(count(change.after or "", "scp") <= LIMITS["scp"] for change in below)
    set_up.accounts.scps = ScpRoom(left=3)
    fewer = set_up.planned(rung="scp")
    assert [change.holder_id for change in fewer.changes] == [ROLE_ID]
    assert any("takes 2 more SCPs, the cut needs 3" in told for told in blocking(fewer))


def test_the_account_is_typed_first() -> None:
    """An SCP is written on the whole account: it wants the account confirmed."""
    set_up = fighting()
    with pytest.raises(RefusedError, match=f"attaches an SCP to account {ACCOUNT}"):
        apply(set_up.planned(rung="scp"), set_up.world)
    assert set_up.accounts.writes == []


def test_it_is_proved_and_undone() -> None:
    """Its canary is asked for an SCP's refusal, before and after; undone, nothing of it stands."""
    set_up = fighting()
    receipt = apply(set_up.planned(rung="scp"), set_up.world, CONSENT)
    found = verify(receipt, set_up.world, patience=timedelta(minutes=5))
    assert isinstance(found, Evidence)
    assert found.contained
    assert {probe.by_scp for probe in set_up.accounts.probed} == {True}
    apply(undo(receipt, set_up.world), set_up.world, Consent(reopen=True))
    assert set_up.accounts.slots == {}


@pytest.mark.parametrize(
    "selectors",
    [
        (OlderSessionsSelector(),),
        (HoldSelector("AROAEXAMPLEPAYROLL000"),),
        (OlderSessionsSelector("AROAEXAMPLEANALYST00"),),
        (SessionNameSelector("AROAEXAMPLEPAYROLL000:mary"),),
        (SessionNameSelector(f"{ROLE_ID}:keith"), SessionNameSelector("AIDAEXAMPLEMARY000000")),
    ],
)
def test_an_scp_that_would_bind_others_is_refused(selectors: tuple[Selector, ...]) -> None:
    """A plan file whose SCP goes by no user id of its role would cut people nobody was shown."""
    set_up = fighting()
    made = set_up.planned(KEITH, rung="scp", canary=False)
    forged = msgspec.structs.replace(made.changes[0], after=document(selectors))
    with pytest.raises(RefusedError, match="bind others of the account"):
        apply(msgspec.structs.replace(made, changes=(forged,)), set_up.world, CONSENT)


@pytest.mark.parametrize(
    ("rung", "selector"),
    [("scp-older-sessions", OlderSessionsSelector(ROLE_ID)), ("scp-hold", HoldSelector(ROLE_ID))],
)
def test_a_whole_role_is_named_by_its_id(rung: RungName, selector: Selector) -> None:
    """Everybody on this very role, and nobody else of the account; role and account are typed, the canary is asked."""
    set_up = fighting()
    made = set_up.planned(WHOLE_ROLE, rung=rung)
    (change,) = made.changes
    assert isinstance(change.slot, Scp)
    found = [ours.selector for ours in our_statements(change.after or "") or ()]
    assert found[0] == selector
    assert len(found) == 2
    with pytest.raises(RefusedError, match=r"older session|denies everybody"):
        apply(made, set_up.world, Consent(max_bystanders=None, confirmed=frozenset({ACCOUNT})))
    receipt = apply(made, set_up.world, EVERYTHING_HERE)
    assert receipt.enforced.at is not None
    apply(undo(receipt, set_up.world), set_up.world, Consent(reopen=True))
    assert set_up.accounts.slots == {}


def test_a_hold_by_scp_is_told_as_one() -> None:
    """It is never over, has no cut-off, and is put back by undo alone."""
    set_up = fighting()
    apply(set_up.planned(WHOLE_ROLE, rung="scp-hold"), set_up.world, EVERYTHING_HERE)
    set_up.clock.at += timedelta(days=400)
    (one,) = status(set_up.world).ours
    assert (one.state, one.holder_id, one.cut_off) == ("hold", ROLE_ID, None)
