"""ContextEntries: the condition keys of the simulated request, all that it has.

AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ContextEntry.html
ASSUMPTION: nothing is added of the simulated caller, so aws:username and aws:PrincipalArn are missing unless given; an
entry without a type is text; an entry of a plain type with several values, or a key given twice, is InvalidInput.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from unassume.iam.constants import parse_address, parse_binary, parse_boolean, parse_instant, parse_number
from unassume.iam.values import ABSENT, Context, Known, Value
from unassume.lab.simulation.asked import ContextEntry, invalid
from unassume.lab.simulation.entities import shown

_READERS: Mapping[str, Callable[[str], object]] = {
    "string": str,
    "numeric": parse_number,
    "boolean": parse_boolean,
    "ip": parse_address,
    "binary": parse_binary,
    "date": parse_instant,
}


def context(entries: tuple[ContextEntry, ...]) -> Context:
    """The keys that have a value; every other key is absent, as an empty one is.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html ("If you leave the value
    for a condition key empty, then that key is ignored during the simulation.")
    """
    values: dict[str, Value] = {}
    for entry in entries:
        key = entry.context_key_name.lower()
        if key in values:
            raise invalid(f"The context key {shown(entry.context_key_name)} is given twice.")
        if any(entry.context_key_values):
            values[key] = _known(entry)
    return Context(values, ABSENT)


def _known(entry: ContextEntry) -> Known:
    kind, texts = entry.context_key_type or "string", entry.context_key_values
    base, is_list = kind.removesuffix("List"), kind.endswith("List")
    if len(texts) > 1 and entry.context_key_type and not is_list:
        raise invalid(f"The context key {shown(entry.context_key_name)} of type {kind} takes one value.")
    for text in texts:
        _check(entry, base, text)
    return Known(texts, several=is_list or len(texts) > 1)


def _check(entry: ContextEntry, base: str, text: str) -> None:
    try:
        _READERS[base](text)
    except ValueError:
        raise invalid(f"The context key {shown(entry.context_key_name)} holds a value that is no {base}.") from None
