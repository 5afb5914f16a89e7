"""A cut that a drill made, begun again in memory by a process that dies: from every point both ways lead to an end.

A point lies before and after each write to AWS and each write to the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from tests.crash.mortal import Died, Life, mortal
from tests.crash.recording import Cut
from tests.fakes import FakeAccounts, FakeClock, FakeJournal, FakeTrail
from tests.steps.made import Scene
from unassume.errors import InputError
from unassume.means.trust import all_standing
from unassume.model.plans import Plan
from unassume.model.receipts import Receipt, fold
from unassume.model.slots import AccessKeyStatus, InlinePolicy, ManagedPolicy, Slot
from unassume.model.surveys import Role, Surveyed, User
from unassume.ports import World
from unassume.steps.apply import apply, resume
from unassume.steps.guards import Consent
from unassume.steps.undo import undo

NEVER = 10**9
RESTARTED = timedelta(seconds=2)
_MOST_SEEN = 20
"""Of a crowd so many sightings are kept: what a crash leaves does not hang on how many others there are."""


def survives(cut: Cut) -> int:
    """How many points applying the cut and undoing it have; each was died at, and survived both ways."""
    applying, undoing = _points(cut)
    for point in range(1, applying + 1):
        _is_finished(cut, point)
        _is_put_back(cut, point)
    for point in range(1, undoing + 1):
        _undo_is_finished(cut, point, again=True)
        _undo_is_finished(cut, point, again=False)
    return applying + undoing


def left_by(scene: Scene) -> Receipt | None:
    """The newest receipt that can be read; None where none was begun."""
    for entries in reversed(list(scene.journal.kept.values())):
        try:
            return fold(entries)
        except InputError:
            continue
    return None


def _begin(cut: Cut) -> Scene:
    """The drill's account, trail and time, in memory, just before the cut."""
    clock, journal = FakeClock(at=cut.at), FakeJournal()
    accounts = FakeAccounts(clock=clock, journal=journal, who=cut.caller)
    accounts.roles = {one.name: one for one in cut.holders if isinstance(one, Role)}
    accounts.users = {one.name: one for one in cut.holders if isinstance(one, User)}
    return Scene(clock, journal, accounts, FakeTrail(accounts=accounts, seen=list(cut.sightings[:_MOST_SEEN])))


def _consent(cut: Cut) -> Consent:
    names = frozenset({*(one.name for one in cut.holders), *cut.plan.accounts})
    return Consent(max_bystanders=None, confirmed=names, protected=names, reopen=True)


def _points(cut: Cut) -> tuple[int, int]:
    """How many points there are when nobody dies."""
    scene, applying, undoing = _begin(cut), Life(NEVER), Life(NEVER)
    receipt = apply(cut.plan, _dying(scene, applying), _consent(cut))
    assert _stands(scene, receipt)
    apply(undo(receipt, scene.world), _dying(scene, undoing), _consent(cut))
    assert _is_as_at_the_start(scene, cut)
    return applying.passed, undoing.passed


def _dying(scene: Scene, life: Life) -> World:
    return mortal(scene.world, scene.accounts, scene.journal, life)


def _died(scene: Scene, plan: Plan, cut: Cut, point: int) -> Receipt | None:
    """What is left of a plan whose process died at that point."""
    with pytest.raises(Died):
        apply(plan, _dying(scene, Life(point)), _consent(cut))
    scene.clock.at += RESTARTED
    return left_by(scene)


def _is_finished(cut: Cut, point: int) -> None:
    """Resumed, or applied again where nothing had begun, the cut stands whole and nobody else's policy changed."""
    scene = _begin(cut)
    receipt = _died(scene, cut.plan, cut, point)
    if receipt is None:
        assert scene.accounts.writes == []
        ended = apply(cut.plan, scene.world, _consent(cut))
    else:
        ended = resume(receipt, scene.world, _consent(cut))
    assert ended.is_complete, point
    assert _stands(scene, ended), point
    assert _others(scene, cut) == _others(_begin(cut), cut), point


def _is_put_back(cut: Cut, point: int) -> None:
    """Undone from wherever it died, the account is as at the start."""
    scene = _begin(cut)
    receipt = _died(scene, cut.plan, cut, point)
    if receipt is not None and set(receipt.states) != {"untouched"}:
        assert apply(undo(receipt, scene.world), scene.world, _consent(cut)).is_complete, point
    assert _is_as_at_the_start(scene, cut), point


def _undo_is_finished(cut: Cut, point: int, *, again: bool) -> None:
    """An undo that died is done again, or its own receipt is resumed: either way the account is as at the start."""
    scene = _begin(cut)
    receipt = apply(cut.plan, scene.world, _consent(cut))
    ended = _died(scene, undo(receipt, scene.world), cut, point)
    assert ended is not None
    if ended.id == receipt.id or (again and not scene.receipt(receipt.id).undone_by):
        assert apply(undo(scene.receipt(receipt.id), scene.world), scene.world, _consent(cut)).is_complete, point
    elif not again:
        assert resume(ended, scene.world, _consent(cut)).is_complete, point
    assert _is_as_at_the_start(scene, cut), point


def _stands(scene: Scene, receipt: Receipt) -> bool:
    """Whether every slot of the cut holds what its receipt says."""
    return all(scene.accounts.read(change.slot).text == change.after for change in receipt.begun.changes)


def _is_as_at_the_start(scene: Scene, cut: Cut) -> bool:
    """Whether every slot and every holder is byte for byte as before the cut."""
    before = all(scene.accounts.read(change.slot).text == change.before for change in cut.plan.changes)
    return before and all(scene.accounts.survey(one.subject) == one for one in cut.holders)


def _others(scene: Scene, cut: Cut) -> list[Surveyed]:
    """Every holder as it stands, without the slots of the cut."""
    slots = [change.slot for change in cut.plan.changes]
    standing = (scene.accounts.survey(one.subject) for one in cut.holders)
    return [_without([slot for slot in slots if slot.subject == one.subject], one) for one in standing if one]


def _others_trust(text: str) -> str:
    """The trust without statements of ours, which stand at the head of the list."""
    for ours in all_standing(text).values():
        text = text.replace(f"{ours},", "").replace(ours, "")
    return text


def _without(slots: Sequence[Slot], holder: Surveyed) -> Surveyed:
    policies = {slot.policy for slot in slots if isinstance(slot, InlinePolicy)}
    arns = {slot.arn for slot in slots if isinstance(slot, ManagedPolicy)}
    set_ = {slot.key_id for slot in slots if isinstance(slot, AccessKeyStatus)}
    inline = {name: text for name, text in holder.inline.items() if name not in policies}
    attached = {arn: text for arn, text in holder.attached.items() if arn not in arns}
    if isinstance(holder, Role):
        return msgspec.structs.replace(holder, inline=inline, attached=attached, trust=_others_trust(holder.trust))
    keys = tuple(one for one in holder.keys if one.id not in set_)
    return msgspec.structs.replace(holder, inline=inline, attached=attached, keys=keys)
