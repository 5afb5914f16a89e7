"""status and prune of SCPs and keys: judged by the ids and times in their text, keys by receipts alone."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import KEITH, ROLE_ID, ROLE_NAME, Scene, made_role, scene
from tests.steps.test_users import CONSENT as KEY_CONSENT
from tests.steps.test_users import TOKEN, leaked_user, planned
from unassume.errors import RefusedError
from unassume.means.mark import NEEDED_FOR, bind, document, policy_name
from unassume.model.inventories import HeldPolicy, Status
from unassume.model.leads import KeyLead
from unassume.model.selectors import HoldSelector, OlderSessionsSelector, Selector, SessionNameSelector
from unassume.model.slots import Scp
from unassume.model.surveys import ScpRoom
from unassume.report.status import status_lines
from unassume.steps.apply import apply
from unassume.steps.guards import Consent
from unassume.steps.prune import prune
from unassume.steps.status import status
from unassume.steps.undo import undo

CONSENT = Consent(confirmed=frozenset({ACCOUNT}))
AN_HOUR_TOO_LONG = NEEDED_FOR + timedelta(hours=1)
ELSEWHERE = "999988887777"


def cut() -> Scene:
    """The incident, cut by an SCP."""
    set_up = scene(scps=ScpRoom(left=4))
    apply(set_up.planned(KEITH, rung="scp"), set_up.world, CONSENT)
    return set_up


def made(on: str, *selectors: Selector) -> HeldPolicy:
    """An SCP of our name, attached to that."""
    text = bind(document(selectors or (SessionNameSelector(f"{ROLE_ID}:keith"),)), START) or ""
    name = policy_name("inc-1", text)
    return HeldPolicy(account=on or ACCOUNT, holder="account", holder_name=on, holder_id="", name=name, text=text)


def told(found: Status) -> list[tuple[str, bool]]:
    return [(one.state, one.slot is not None) for one in found.ours]


def test_an_scp_that_stands_is_told_with_whom_it_is_for() -> None:
    """By the user id in it: the role's id, its name where the account has it, its times."""
    set_up = cut()
    (one,) = status(set_up.world).ours
    assert (one.incident, one.state, one.holder_id, one.sessions) == ("inc-1", "needed", ROLE_ID, 1)
    assert isinstance(one.slot, Scp)
    assert (one.slot.role, one.until) == (ROLE_NAME, START + timedelta(seconds=30) + NEEDED_FOR)
    shown = "\n".join(status_lines(status(set_up.world), 200))
    assert f"SCP on {ACCOUNT}, for role {ROLE_NAME}" in shown
    assert "not looked at" not in shown


def test_without_the_organization_s_profile_it_is_said() -> None:
    """One line says why; no receipt of an SCP is held against what nobody may read."""
    set_up = cut()
    set_up.accounts.scps_unread = "it needs --organization-profile"
    found = status(set_up.world)
    assert (found.ours, found.leftovers, found.is_clean) == ((), (), True)
    assert status_lines(found)[-1] == "SCPs were not looked at: it needs --organization-profile"


@pytest.mark.parametrize("is_gone", [False, True])
def test_prune_takes_it_away_when_it_is_over(is_gone: bool) -> None:
    """Not a second before, and then also when its role was deleted since."""
    set_up = cut()
    assert prune(status(set_up.world), set_up.world).changes == ()
    set_up.clock.at += AN_HOUR_TOO_LONG
    if is_gone:
        del set_up.accounts.roles[ROLE_NAME]
    found = status(set_up.world)
    assert [one.slot.subject.name for one in found.ours if one.slot] == [ROLE_ID if is_gone else ROLE_NAME]
    assert apply(prune(found, set_up.world), set_up.world).is_complete
    assert set_up.accounts.slots == {}


def test_of_one_role_only_its_own_are_told() -> None:
    """By the role's unique id, whatever the SCP's name says."""
    set_up = cut()
    set_up.accounts.roles["Other"] = made_role("Other", "AROAEXAMPLEOTHER0000")
    assert len(status(set_up.world, ROLE_NAME).ours) == 1
    assert status(set_up.world, "Other").ours == ()


@pytest.mark.parametrize(
    "selectors",
    [
        (OlderSessionsSelector(),),
        (HoldSelector(),),
        (SessionNameSelector(f"{ROLE_ID}:keith"), SessionNameSelector("AROAEXAMPLEOTHER0000:keith")),
    ],
)
def test_one_that_binds_others_is_none_that_we_write(selectors: tuple[Selector, ...]) -> None:
    """Of our name and shapes, but for everybody or several roles: told as edited, and never pruned."""
    set_up = scene()
    set_up.accounts.stray = (made(ACCOUNT, *selectors),)
    set_up.clock.at += AN_HOUR_TOO_LONG
    found = status(set_up.world)
    assert (told(found), found.is_clean) == ([("edited", False)], False)
    assert prune(found, set_up.world).changes == ()


@pytest.mark.parametrize("on", ["r-abcd", "ou-abcd-12345678", f"{ACCOUNT}, {ELSEWHERE}"])
def test_one_that_was_attached_elsewhere_too_is_edited(on: str) -> None:
    """We attach to one account alone: whoever attached it to more looks after it."""
    set_up = scene()
    set_up.accounts.stray = (made(on),)
    set_up.clock.at += AN_HOUR_TOO_LONG
    assert told(status(set_up.world)) == [("edited", False)]


def test_one_attached_nowhere_stops_nobody() -> None:
    """While it would be needed that is told first; when it is over it is pruned like any other."""
    set_up = scene()
    set_up.accounts.stray = (made(""),)
    found = status(set_up.world)
    assert (told(found), found.is_clean) == ([("unattached", True)], False)
    assert "stops nobody" in status_lines(found)[0]
    set_up.clock.at += AN_HOUR_TOO_LONG
    assert len(prune(status(set_up.world), set_up.world).changes) == 1


def test_one_of_another_account_is_told_and_not_pruned() -> None:
    """What is over there is pruned with that account's credentials."""
    set_up = scene()
    set_up.accounts.stray = (made(ELSEWHERE),)
    set_up.clock.at += AN_HOUR_TOO_LONG
    found = status(set_up.world)
    assert [one.policy.account for one in found.ours] == [ELSEWHERE]
    assert prune(found, set_up.world).changes == ()


def test_a_lying_prune_of_an_scp_is_refused() -> None:
    """A plan file that says it prunes an SCP still needed takes nothing away."""
    set_up = cut()
    found = status(set_up.world)
    lying = msgspec.structs.replace(found, ours=tuple(msgspec.structs.replace(one, state="over") for one in found.ours))
    with pytest.raises(RefusedError, match="may still be needed"):
        apply(prune(lying, set_up.world), set_up.world, CONSENT)


def test_a_key_we_stopped_is_named_until_it_works_again() -> None:
    """By the receipt that says so; never pruned, and no longer told once undone, or active by another's hand."""
    set_up = leaked_user()
    receipt = apply(planned(set_up, KeyLead(key_id=TOKEN), keys=True), set_up.world, KEY_CONSENT)
    (one,) = status(set_up.world).keys
    assert (one.receipt_id, one.incident, one.slot.user) == (receipt.id, receipt.plan.incident, "keith")
    shown = " ".join(status_lines(status(set_up.world)))
    assert f"key {one.slot.key_id} of user keith is inactive, by us as receipt" in shown
    set_up.clock.at += AN_HOUR_TOO_LONG
    found = status(set_up.world)
    assert len(found.keys) == 1
    assert all(change.slot != one.slot for change in prune(found, set_up.world).changes)
    apply(undo(receipt, set_up.world), set_up.world, Consent(reopen=True))
    assert status(set_up.world).keys == ()


def test_a_key_that_is_inactive_and_in_no_receipt_is_not_ours() -> None:
    """Who made it inactive nobody knows: it is not told."""
    set_up = leaked_user()
    for user in set_up.accounts.users.values():
        keys = tuple(msgspec.structs.replace(key, is_active=False) for key in user.keys)
        set_up.accounts.users[user.name] = msgspec.structs.replace(user, keys=keys)
    assert status(set_up.world).keys == ()
