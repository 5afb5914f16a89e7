"""The tags a resource has in moto, by its ARN; only where one line of moto's tells them.

moto's models are internals: `tests/lab/operations/test_standing.py` holds every attribute used here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from unassume.lab.operations.standing import backend_of, object_tags

Tags = Mapping[str, str]


def tags_of(arn: str) -> Tags | None:
    """The tags of the resource, empty when it is not there or has none; None where the lab cannot tell."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    if parts[2] == "s3":
        bucket, slash, key = parts[5].partition("/")
        return (object_tags(bucket, key) or {}) if slash else None
    read = _READERS.get(parts[2])
    if read is None or "*" in parts[5]:
        return None
    backend = backend_of(parts[2], parts[4], parts[3] or "aws")
    return {} if backend is None else read(backend, arn, parts[5])


def _iam(backend: Any, arn: str, name: str) -> Tags | None:
    held = {"role": backend.roles, "user": backend.users}.get(name.partition("/")[0])
    if held is None:
        return None
    found = next((each for each in list(held.values()) if each.arn == arn), None)
    return {tag["Key"]: tag["Value"] for tag in found.tags or ()} if found else {}


def _ec2(backend: Any, arn: str, name: str) -> Tags:
    return dict(backend.tags.get(name.rpartition("/")[2]) or {})


def _dynamodb(backend: Any, arn: str, name: str) -> Tags:
    table = backend.tables.get(name.split("/")[1])
    return {tag["Key"]: tag["Value"] for tag in table.tags} if table else {}


def _secret(backend: Any, arn: str, name: str) -> Tags:
    found = backend.secrets.get(arn)
    return {tag["Key"]: tag["Value"] for tag in found.tags or ()} if found else {}


def _kms(backend: Any, arn: str, name: str) -> Tags | None:
    if not name.startswith("key/"):
        return None
    return dict(backend.tagger.get_tag_dict_for_resource(name.removeprefix("key/")))


def _sqs(backend: Any, arn: str, name: str) -> Tags:
    queue = backend.queues.get(name)
    return dict(queue.tags or {}) if queue else {}


def _sns(backend: Any, arn: str, name: str) -> Tags:
    topic = backend.topics.get(arn)
    return dict(topic._tags or {}) if topic else {}


def _lambda(backend: Any, arn: str, name: str) -> Tags | None:
    found = next((each for each in backend.list_functions() if each.function_arn == ":".join(arn.split(":")[:7])), None)
    return dict(found.tags or {}) if found else {}


_READERS: Mapping[str, Callable[[Any, str, str], Tags | None]] = {
    "iam": _iam, "ec2": _ec2, "dynamodb": _dynamodb, "secretsmanager": _secret, "kms": _kms, "sqs": _sqs, "sns": _sns,
    "lambda": _lambda,
}  # fmt: skip
