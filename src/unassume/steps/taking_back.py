"""What is taken back although whom it was for may be gone: roles and users are deleted, and made anew, after a cut.

Rule: a policy goes with its holder, and counts as taken back; what outlives it, an SCP or a managed policy, is removed.
A new one of the same name is not touched, unless our very text stands on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from unassume.means.access_key import ACTIVE
from unassume.model.plans import Change
from unassume.model.slots import AccessKeyStatus, AnyScp, Standing
from unassume.ports import World


def takes_back(change: Change) -> bool:
    """Whether a change puts nothing new: it removes what we wrote, or lets a key work again."""
    return change.after is None or (isinstance(change.slot, AccessKeyStatus) and change.after == ACTIVE)


def fits(change: Change, standing: Standing) -> bool:
    """Whether what stands is what the change is for: what was before, what comes after, or nothing where it is gone."""
    return standing.text in (change.before, change.after) or (standing.text is None and takes_back(change))


def absent(changes: Sequence[Change], standings: Sequence[Standing]) -> tuple[int, ...]:
    """The numbers of those that have nothing left to take back."""
    pairs = zip(changes, standings, strict=True)
    return tuple(number for number, (one, standing) in enumerate(pairs) if _is_absent(one, standing))


def cannot_be_put_back(change: Change, world: World) -> bool:
    """Whether a key that should work again is gone: IAM would refuse to write it, and nothing is left to do."""
    is_key = isinstance(change.slot, AccessKeyStatus) and takes_back(change)
    return is_key and world.accounts.read(change.slot).text is None


def _is_absent(change: Change, standing: Standing) -> bool:
    return takes_back(change) and standing.text is None


def tell_absent(change: Change, standing: Standing, world: World) -> None:
    """Say that whom a change was for is not there any more, and what becomes of what we wrote."""
    holder, is_gone = change.slot.subject.label, standing.holder_id is None
    if isinstance(change.slot, AnyScp) or (standing.holder_id == change.holder_id and standing.text is not None):
        return
    if isinstance(change.slot, AccessKeyStatus) and standing.text is None:
        world.progress.tell("apply", f"the key {change.slot.key_id} of {holder} is gone: nothing to put back")
    elif is_gone:
        world.progress.tell("apply", f"{holder} is gone, and with it the {change.slot.label}")
    elif standing.holder_id != change.holder_id:
        stands = "is left alone" if standing.text is None else "bears our policy, which is taken away"
        world.progress.tell("apply", f"{holder} was re-created since the cut: the new one {stands}")
