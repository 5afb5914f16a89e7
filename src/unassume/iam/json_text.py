"""JSON read strictly: duplicate keys, NaN and broken text are errors; numbers and booleans keep the text they had.

stdlib `json` with a pair hook, since AWS refuses duplicate keys and most parsers drop one silently.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

from unassume.errors import InputError

Node = None | str | list["Node"] | dict[str, "Node"]
MAX_CHARACTERS = 1_000_000
_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]+")


class Bare(str):
    """A number or boolean, as it stood without quotes."""

    __slots__ = ()


class Members(list[tuple[str, object]]):
    """The members of an object, in order, before duplicates are looked for."""


def read_json(text: str | bytes) -> Node:
    """The tree of a JSON text; InputError naming the place for duplicate keys, NaN, broken or too deep text."""
    return _unfold(_load(text), "$")


def in_ascii(text: bytes) -> bytes:
    """The same JSON with every letter beyond ASCII spelt by its escape: no terminal that shows it can be steered."""
    return _BEYOND_ASCII.sub(
        lambda found: json.dumps(found[0])[1:-1].replace("\x7f", "\\u007f"), text.decode()
    ).encode()


def refuse(path: str, rule: str) -> NoReturn:
    """Raise InputError: the place as a JSON path, then the rule that was broken."""
    path, rule = _printable(path), _printable(rule)
    raise InputError(f"cannot judge the policy at `{path}`: {rule}", facts={"path": path, "rule": rule})


def child(path: str, name: str) -> str:
    """The JSON path of a member of an object."""
    return f"{path}.{name}" if name.replace("_", "a").isalnum() else f"{path}[{json.dumps(name)}]"


def _load(text: str | bytes) -> object:
    if len(text) > MAX_CHARACTERS:
        refuse("$", f"it is longer than {MAX_CHARACTERS} characters")
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        return json.loads(
            decoded, object_pairs_hook=Members, parse_int=Bare, parse_float=Bare, parse_constant=_refuse_constant
        )
    except RecursionError:
        refuse("$", "it is nested too deeply")
    except json.JSONDecodeError as error:
        refuse("$", f"it is not JSON: {error.msg.lower()} in line {error.lineno}, column {error.colno}")
    except UnicodeDecodeError:
        refuse("$", "it is not UTF-8")


def _refuse_constant(name: str) -> NoReturn:
    refuse("$", f"{name} is not JSON")


def _unfold(node: object, path: str, depth: int = 0) -> Node:
    if depth > 50:
        refuse(path, "it is nested too deeply")
    if isinstance(node, Members):
        return _unfold_object(node, path, depth)
    if isinstance(node, list):
        return [_unfold(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(node)]
    if isinstance(node, bool):
        return Bare("true" if node else "false")
    if node is None:
        return None
    text = node if isinstance(node, str) else str(node)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        refuse(path, "it holds half a surrogate pair")
    return text


def _unfold_object(members: Members, path: str, depth: int) -> Node:
    tree: dict[str, Node] = {}
    for name, value in members:
        if name in tree:
            refuse(path, f"the key `{name[:80]}` stands twice")
        _unfold(name, path, depth + 1)
        tree[name] = _unfold(value, child(path, name), depth + 1)
    return tree


def _printable(text: str) -> str:
    """INVARIANT: an error is one line, whatever the document holds."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
