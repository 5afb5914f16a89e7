"""The ids of a lab's accounts: fixed, so that pages, tests and policies can name them."""

from __future__ import annotations

from unassume.errors import InputError

MANAGEMENT = "123456789012"
"""The first account; with more than one, the management account of their organization."""
MOST = 50
_DOCUMENTED = ("111122223333", "444455556666", "777788889999")


def account_ids(count: int) -> tuple[str, ...]:
    """The ids of that many accounts; InputError below 1 or above 50.

    The second to fourth are the ones AWS's own examples use; from the fifth on, 100 and the number, four times over.
    """
    if isinstance(count, bool) or not 1 <= count <= MOST:
        raise InputError(f"the lab cannot have `{count}` accounts", hint=f"give a number from 1 to {MOST}")
    later = tuple(f"{100 + number}" * 4 for number in range(5, count + 1))
    return (MANAGEMENT, *_DOCUMENTED, *later)[:count]
