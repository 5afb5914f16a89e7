"""Every text in a request's parameters with the names that lead to it, at any depth and in any protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.s3_names import BUCKET
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal, not_implemented

MOST = 10_000
"""How many values a request may hold; one that holds more cannot be searched, so it is refused."""


def parts(operation: Operation, incoming: Incoming) -> Iterator[tuple[tuple[str, ...], str]]:
    """The texts with their names, lower case; a form's `A.1.B` is three; a Refusal for too many values."""
    stack: list[tuple[tuple[str, ...], Any]] = [((), operation.parameters), ((), _document(operation, incoming))]
    count = 0
    while stack:
        path, value = stack.pop()
        count += 1
        if count > MOST:
            raise not_implemented(f"{operation.service}:{operation.name} with more than {MOST} values")
        match value:
            case Mapping():
                # The last names tell what a value is; whole ones would be as long as the request is deep.
                stack += [((*path, *str(name).lower().split("."))[-_DEEPEST:], each) for name, each in value.items()]
            case list() | tuple():
                stack += [(path, each) for each in value]
            case str():
                yield path, value.strip()
            case _:
                continue


_DEEPEST = 24


def _document(operation: Operation, incoming: Incoming) -> list[dict[str, str]]:
    """The texts of S3's XML configurations; objects are contents."""
    if operation.service != "s3" or operation.name not in BUCKET or operation.name == "PutBucketPolicy":
        return []
    if not incoming.body.strip():
        return []
    try:
        root = ElementTree.fromstring(incoming.body)  # noqa: S314  # expat bounds entity growth; the client is local
    except ElementTree.ParseError:
        raise Refusal(code="MalformedXML", status=400, message="The XML you provided was not well-formed") from None
    return [{each.tag.rpartition("}")[2]: each.text or ""} for each in root.iter()]
