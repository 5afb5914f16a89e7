"""Documents held against the shapes of botocore's models: the kinds of values, and no member the model has not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unassume.lab.wire.refusals import Refusal

_NUMBERS = ("integer", "long", "float", "double")
_DEEPEST = 40


def members_of(shape: Any) -> Mapping[str, Any]:
    """The members of a structure, by name; none where an operation takes nothing."""
    return {} if shape is None else shape.members


def check_shape(shape: Any, document: Any, depth: int = 0) -> None:
    """A Refusal where the document is not of that shape; null counts as absent."""
    if depth > _DEEPEST:
        raise _refused("it is nested too deep")
    if shape is None:
        if document:
            raise _refused("the operation takes no parameters")
        return
    match shape.type_name:
        case "structure":
            _check_structure(shape, document, depth)
        case "list":
            _check_is(document, list, "a list")
            for item in document:
                check_shape(shape.member, item, depth + 1)
        case "map":
            _check_is(document, dict, "an object")
            for value in document.values():
                if value is not None:
                    check_shape(shape.value, value, depth + 1)
        case kind:
            _check_plain(kind, document)


def _check_structure(shape: Any, document: Any, depth: int) -> None:
    _check_is(document, dict, "an object")
    if getattr(shape, "is_document_type", False):
        return
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    for name, value in document.items():
        member = members.get(name) or shape.members.get(name)
        if member is None:
            raise _refused(f"the lab does not know the parameter {name}")
        if value is not None:
            check_shape(member, value, depth + 1)


def _check_plain(kind: str, value: Any) -> None:
    if kind in _NUMBERS:
        is_right = isinstance(value, int | float) and not isinstance(value, bool)
    elif kind == "boolean":
        is_right = isinstance(value, bool)
    elif kind == "timestamp":
        is_right = isinstance(value, int | float | str) and not isinstance(value, bool)
    else:
        is_right = isinstance(value, str)
    if not is_right:
        raise _refused(f"a value is no {kind}")


def _check_is(value: Any, kind: type, words: str) -> None:
    if not isinstance(value, kind):
        raise _refused(f"a value is not {words}")


def _refused(message: str) -> Refusal:
    return Refusal(code="SerializationException", status=400, message=message)
