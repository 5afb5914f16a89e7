"""undo: the inverse plan of a receipt; it goes through the same apply, guards and all.

Sessions that were cut may still live: then apply asks for `--reopen`. A policy of ours that somebody
edited is never overwritten: apply finds it stale.
"""

from __future__ import annotations

import msgspec

from unassume._version import __version__
from unassume.errors import RefusedError
from unassume.model.plans import Plan
from unassume.model.receipts import Receipt
from unassume.ports import World
from unassume.steps.checks import check_receipt


def undo(receipt: Receipt, world: World) -> Plan:
    """The plan that puts back every slot the receipt may have written; RefusedError when it was undone already."""
    if receipt.undone_by:
        raise RefusedError(
            f"receipt {receipt.id} was undone already, by {receipt.undone_by}", hint="there is nothing left to put back"
        )
    if receipt.plan.purpose != "cut":
        raise RefusedError(f"receipt {receipt.id} took a cut back already", hint="to cut again, plan again")
    check_receipt(receipt)
    made = receipt.plan
    touched = [
        change for change, state in zip(receipt.begun.changes, receipt.states, strict=True) if state != "untouched"
    ]
    if not touched:
        raise RefusedError(f"receipt {receipt.id} wrote nothing", hint="there is nothing to put back")
    return Plan(
        tool=f"unassume {__version__}",
        purpose="undo",
        incident=made.incident,
        created_at=world.accounts.now(),
        caller_arn=made.caller_arn,
        accounts=made.accounts,
        lead=made.lead,
        leaked=made.leaked,
        assumed=f"puts back what receipt {receipt.id} wrote",
        rung=made.rung,
        cut_off=made.cut_off,
        changes=tuple(msgspec.structs.replace(one, before=one.after, after=one.before) for one in reversed(touched)),
        gaps=(),
        undoes=receipt.id,
    )
