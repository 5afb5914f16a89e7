"""S3 requests that the gate and moto could read as different calls: refused before they are judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from moto.core.utils import get_service_model

from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal, ambiguous

_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")


def check_s3_request(incoming: Incoming, matched: Any, labels: Mapping[str, Any]) -> None:
    """A Refusal for a bucket name with a slash in it, a repeated parameter, or sub-resources of two operations."""
    bucket = labels.get("Bucket")
    if bucket is not None and not _BUCKET.fullmatch(str(bucket)):
        raise Refusal(code="InvalidBucketName", status=400, message="The specified bucket is not valid.")
    names = [name for name, _ in incoming.query]
    if len(set(names)) < len(names) or set(names) & _selectors() - _own(matched):
        raise ambiguous()


@lru_cache(maxsize=1)
def _selectors() -> frozenset[str]:
    """The query parameters that tell one operation on a path from another."""
    model = get_service_model("s3")
    operations = (model.operation_model(name) for name in model.operation_names)
    return frozenset(name for operation in operations for name in operation.http_trait.query_args)


def _own(matched: Any) -> frozenset[str]:
    members = matched.input_shape.members.values() if matched.input_shape else ()
    places = (member.serialization for member in members)
    given = {place.get("name", "") for place in places if place.get("location") == "querystring"}
    return frozenset(given | set(matched.http_trait.query_args))
