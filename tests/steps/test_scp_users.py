"""The SCP rung for a user's tokens: by his own id, by what he gave out, and nobody else of the account."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.fakes import ACCOUNT
from tests.steps.made import Scene
from tests.steps.test_users import GIVEN, TOKEN, USER_ID, blocking, planned, selected, with_portal
from unassume.errors import RefusedError
from unassume.means.mark import document
from unassume.model.leads import KeyLead, UserLead
from unassume.model.plans import RungName
from unassume.model.selectors import Selector, SessionNameSelector
from unassume.model.slots import UserScp
from unassume.model.surveys import ScpRoom
from unassume.steps.apply import apply
from unassume.steps.guards import Consent
from unassume.steps.status import status
from unassume.steps.undo import undo

CONSENT = Consent(confirmed=frozenset({ACCOUNT}))
ANYBODY = Consent(confirmed=frozenset({ACCOUNT}), max_bystanders=None)


def roomy() -> Scene:
    """Keith's token and the portal's, in an account that takes SCPs."""
    set_up = with_portal()
    set_up.accounts.scps = ScpRoom(left=4)
    return set_up


def test_his_token_goes_by_his_id() -> None:
    """One SCP on his account that names his unique id, without a canary, and undone whole."""
    set_up = roomy()
    made = planned(set_up, KeyLead(key_id=TOKEN), rung="scp")
    (change,) = made.changes
    assert isinstance(change.slot, UserScp)
    assert (change.slot.user, change.holder_id, made.canaries) == ("keith", USER_ID, ())
    assert selected(made) == [SessionNameSelector(USER_ID)]
    assert not any("could remove our deny" in told for told in blocking(made))
    receipt = apply(made, set_up.world, CONSENT)
    (one,) = status(set_up.world).ours
    assert (one.state, one.holder_id) == ("needed", USER_ID)
    apply(undo(receipt, set_up.world), set_up.world, Consent(reopen=True))
    assert set_up.accounts.slots == {}


def test_what_he_gave_out_may_be_another_s_too() -> None:
    """No condition tells who gave a token out: the name is cut for all of the account, and that has to be agreed to."""
    set_up = roomy()
    made = planned(set_up, KeyLead(key_id=GIVEN), rung="scp")
    assert selected(made) == [SessionNameSelector(f"{ACCOUNT}:portal")]
    with pytest.raises(RefusedError, match="whoever gave it out"):
        apply(made, set_up.world, CONSENT)
    assert set_up.accounts.slots == {}
    assert apply(made, set_up.world, ANYBODY).is_complete


@pytest.mark.parametrize("rung", ["scp-older-sessions", "scp-hold"])
def test_all_that_he_gives_out_cannot_be_named(rung: RungName) -> None:
    """What a user gives out has no trace of him in its keys: no SCP for everybody on a user."""
    made = planned(roomy(), UserLead(account=ACCOUNT, name="keith"), rung=rung)
    assert made.changes == ()
    assert any("cannot name all that a user gives out" in told for told in blocking(made))


@pytest.mark.parametrize(
    ("selectors", "why"),
    [
        ((SessionNameSelector("AIDAEXAMPLEMARY000000"),), "bind others"),
        ((SessionNameSelector(USER_ID), SessionNameSelector("999988887777:portal")), "bind others"),
        ((SessionNameSelector(f"{ACCOUNT}:payroll"),), "no event shows"),
    ],
)
def test_a_plan_file_that_names_others_is_refused(selectors: tuple[Selector, ...], why: str) -> None:
    """Another user, another account, or a token that he is not seen to have given out, whatever is agreed to."""
    set_up = roomy()
    made = planned(set_up, KeyLead(key_id=TOKEN), rung="scp")
    forged: Any = msgspec.structs.replace(made.changes[0], after=document(selectors))
    with pytest.raises(RefusedError, match=why):
        apply(msgspec.structs.replace(made, changes=(forged,)), set_up.world, ANYBODY)
    assert set_up.accounts.slots == {}
