"""The parameters of a call, read where its protocol puts them and nowhere else.

INVARIANT: what the gate judges is what moto acts on. moto looks for a parameter in the query, the form and the body
alike, so a request that names anything in a place, under a name or in a shape that the service's own model does not
have is refused: never merged, never ignored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from unassume.lab.operations.shapes import check_shape, members_of
from unassume.lab.wire.incoming import Incoming, Pairs
from unassume.lab.wire.refusals import Refusal, ambiguous, not_implemented

_FORM = "application/x-www-form-urlencoded"
_PROTOCOL_WORDS = frozenset({"Action", "Version"})
_SDK_WORDS = frozenset({"x-id"})
"""What newer SDKs add to a query to name the operation; it means nothing to the service."""


def read_parameters(incoming: Incoming, matched: Any, labels: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as sent, for an operation of any service but S3; a Refusal for what its model does not have."""
    if (incoming.header("content-encoding") or "identity") != "identity":
        raise not_implemented("compressed requests")
    protocol = protocol_of(incoming, matched)
    match protocol:
        case "json":
            return _json(incoming, matched)
        case "query" | "ec2":
            return _query(incoming, matched)
        case "rest-json" | "rest-xml":
            return _rest(incoming, matched, labels, protocol)
        case _:
            raise not_implemented(f"the protocol {protocol}")


def protocol_of(incoming: Incoming, matched: Any) -> str:
    """The protocol the request speaks; a Refusal for one the service does not."""
    model = matched.service_model
    known = tuple(model.metadata.get("protocols") or (model.protocol,))
    if incoming.header("smithy-protocol"):
        raise not_implemented("this protocol")
    if incoming.header("x-amz-target"):
        spoken = "json"
    else:
        spoken = next((each for each in known if each not in ("json", "smithy-rpc-v2-cbor")), str(model.protocol))
    if spoken not in known:
        raise ambiguous()
    return spoken


def _json(incoming: Incoming, matched: Any) -> dict[str, Any]:
    kind = (incoming.header("content-type") or "application/x-amz-json-1.1").lower()
    is_json = kind.startswith(("application/x-amz-json", "application/json"))
    if incoming.query or incoming.method != "POST" or not is_json:
        raise ambiguous()
    document = _document(incoming.body)
    check_shape(matched.input_shape, document)
    return {name: value for name, value in document.items() if value is not None}


def _query(incoming: Incoming, matched: Any) -> dict[str, Any]:
    is_form = (incoming.header("content-type") or "").lower().startswith(_FORM)
    if incoming.body and (not is_form or incoming.query):
        raise ambiguous()
    pairs = incoming.form_pairs if incoming.body else incoming.query
    _check_names(matched, pairs)
    return {name: value for name, value in pairs if name not in _PROTOCOL_WORDS}


def _check_names(matched: Any, pairs: Pairs) -> None:
    """A Refusal for a name said twice, one the model has not, or a list where it has a plain value and the reverse."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ambiguous()
    members = query_members(matched)
    for name, value in pairs:
        head, dot, _ = name.partition(".")
        if head in _PROTOCOL_WORDS and not dot:
            continue
        if head not in members:
            raise Refusal(code="ValidationError", status=400, message=f"the lab does not know the parameter {head}")
        if members[head] is not bool(dot) and (dot or value):
            raise Refusal(code="ValidationError", status=400, message=f"the parameter {head} has another shape")


@lru_cache(maxsize=4096)
def query_members(matched: Any) -> dict[str, bool]:
    """The names a query call may use, each with whether something follows it behind a dot."""
    found: dict[str, bool] = {}
    for name, shape in members_of(matched.input_shape).items():
        is_nested = shape.type_name in ("list", "map", "structure")
        inner = shape.member.serialization if shape.type_name == "list" else {}
        for each in _spellings(name, shape.serialization) | (_spellings("", inner) if is_nested else set()):
            found[each] = is_nested
    return found


def _spellings(name: str, said: Mapping[str, Any]) -> set[str]:
    keys = ("name", "queryName", "locationNameForQueryCompatibility")
    words = {name, *(str(said[key]) for key in keys if key in said)}
    return {spelled for word in words if word for spelled in (word, word[:1].upper() + word[1:])}


def _rest(incoming: Incoming, matched: Any, labels: Mapping[str, Any], protocol: str) -> dict[str, Any]:
    members = members_of(matched.input_shape)
    _check_rest_query(incoming.query, members, matched)
    found: dict[str, Any] = {**dict(incoming.query), **labels}
    payload = (matched.input_shape.serialization if matched.input_shape else {}).get("payload")
    if protocol == "rest-xml" or not incoming.body:
        return found
    if payload is not None:
        shape = members[payload]
        if shape.type_name == "structure":
            found[payload] = _document(incoming.body)
            check_shape(shape, found[payload])
        return found
    document = _document(incoming.body)
    placed = {shape.serialization.get("name", name) for name, shape in members.items() if _is_elsewhere(shape)}
    if placed & set(document):
        raise ambiguous()
    check_shape(matched.input_shape, document)
    return found | {name: value for name, value in document.items() if value is not None}


def _check_rest_query(pairs: Pairs, members: Mapping[str, Any], matched: Any) -> None:
    allowed = {
        shape.serialization.get("name", name)
        for name, shape in members.items()
        if shape.serialization.get("location") == "querystring"
    }
    has_map = any(
        shape.type_name == "map" and shape.serialization.get("location") == "querystring" for shape in members.values()
    )
    names = {name for name, _ in pairs} - _SDK_WORDS - set(matched.http_trait.query_args)
    if not has_map and not names <= allowed:
        raise ambiguous()
    _check_singles(pairs, members)


def _check_singles(pairs: Pairs, members: Mapping[str, Any]) -> None:
    several = {
        shape.serialization.get("name", name) for name, shape in members.items() if shape.type_name in ("list", "map")
    }
    names = [name for name, _ in pairs if name not in several]
    if len(set(names)) < len(names):
        raise ambiguous()


def _is_elsewhere(shape: Any) -> bool:
    return shape.serialization.get("location") in ("uri", "querystring", "header", "headers")


def _document(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; a Refusal for anything else, a name said twice included."""
    try:
        document = json.loads(body or b"{}", object_pairs_hook=_once)
    except (ValueError, RecursionError):
        message = "The request body is not valid JSON."
        raise Refusal(code="SerializationException", status=400, message=message) from None
    if not isinstance(document, dict):
        raise Refusal(code="SerializationException", status=400, message="The request body is no JSON object.")
    return document


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError("a name stands twice")
        found[name] = value
    return found
