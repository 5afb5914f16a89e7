"""Plan files: read, written and refused; a plan is a way to write IAM, so its shape is checked to the letter."""

from __future__ import annotations

import json
import os

import msgspec

from unassume.cli.given import read_given
from unassume.errors import AccessError, InputError
from unassume.iam.json_text import in_ascii
from unassume.model.plans import FORMAT, Plan
from unassume.ports import Blobs
from unassume.trail.secrets import is_secret

_MAKE = "make one with unassume plan LEAD --out FILE"


def read_plan(blobs: Blobs, name: str) -> Plan:
    """The plan in a file (`-`: standard input); InputError names what is not as a plan should be."""
    raw = read_given(blobs, name)
    try:
        read = json.loads(raw)
    except (ValueError, RecursionError):
        raise InputError(f"`{name}` is not a plan: it is not JSON", hint=_MAKE) from None
    if not isinstance(read, dict) or "format" not in read:
        raise InputError(f"`{name}` is not a plan of unassume", hint=_MAKE)
    if read["format"] != FORMAT:
        said = json.dumps(read["format"])[:20]
        raise InputError(f"`{name}` has format {said}; this release reads format {FORMAT}", hint=_MAKE)
    read.pop("document", None)
    try:
        made = msgspec.convert(read, Plan)
    except msgspec.ValidationError as error:
        raise InputError(f"`{name}` is not a plan this release can read: {_lower(error)}", hint=_MAKE) from None
    if (place := _secret_in(msgspec.to_builtins(made))) is not None:
        raise InputError(f"`{name}` holds what looks like a secret key or session token in `{place}`", hint=_MAKE)
    return made


def _secret_in(value: object, place: str = "plan") -> str | None:
    """Where a text of the file is nothing but a secret: a receipt keeps the plan as it is, so it may not come in."""
    if isinstance(value, str):
        return place if is_secret(value) else None
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, tuple | list) else ()
    found = (_secret_in(item, f"{place}.{key}") for key, item in items)
    return next((each for each in found if each is not None), None)


def _lower(error: Exception) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]


def write_plan(plan: Plan, name: str) -> None:
    """Write the plan so that only its owner can read it; an existing file is replaced whole or not at all."""
    text = in_ascii(msgspec.json.format(msgspec.json.encode(plan), indent=2)) + b"\n"
    partial = f"{name}.{os.getpid()}.part"
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, name)
    except OSError as error:
        if os.path.exists(partial):
            os.unlink(partial)
        raise AccessError(
            f"cannot write the plan to `{name}`: {error.strerror}", hint="name another file with --out"
        ) from None
