"""What the responder names to be read: a file, or standard input."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from unassume.errors import InputError

if TYPE_CHECKING:
    from unassume.model.leads import Lead, RoleLead
    from unassume.ports import Blobs

_MOST_BYTES = 1_000_000


def read_given(blobs: Blobs, name: str) -> bytes:
    """The bytes of a file the responder named, or of standard input for `-`."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return blobs.read(name)
    except InputError as error:
        raise InputError(
            error.message, hint=error.hint or "name a file you may read, or `-` for standard input"
        ) from None


def given_lead(given: tuple[str, ...]) -> Lead:
    """The lead that the arguments amount to, `-` being the lines of standard input; InputError when they are none."""
    from unassume.model.leads import parse_lead

    return parse_lead(" ".join(_typed() if one == "-" else one for one in given))


def given_role(text: str) -> RoleLead:
    """The role a name or ARN names; InputError when it names something else."""
    from unassume.model.leads import RoleLead, describe_lead, parse_lead

    found = parse_lead(text)
    if not isinstance(found, RoleLead):
        raise InputError(f"a role is wanted, not {describe_lead(found)}", hint="give its name or its ARN")
    return found


def _typed() -> str:
    """The lines of standard input but blank ones and comments; InputError names the line that is no lead."""
    from unassume.model.leads import parse_lead

    text = sys.stdin.buffer.read(_MOST_BYTES + 1)
    if len(text) > _MOST_BYTES:
        raise InputError(f"standard input holds more than {_MOST_BYTES:,} bytes: these are no leads")
    numbered = enumerate(text.decode(errors="replace").splitlines(), start=1)
    lines = {number: line for number, line in numbered if line.strip() and not line.lstrip().startswith("#")}
    if not lines:
        raise InputError("standard input holds no lead", hint="give one a line: a session ARN, AROA...:name, ASIA...")
    for number, line in lines.items():
        try:
            parse_lead(line)
        except InputError as error:
            raise InputError(f"standard input, line {number}: {error.message}", hint=error.hint) from None
    return " ".join(lines.values())
