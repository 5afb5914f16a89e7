"""What a call to another service must be allowed in S3, which the service reads or writes for its caller.

ASSUMPTION: whether such a call counts as made by way of the service (`aws:ViaAWSService`, `aws:CalledVia`) is not
documented for all of them, so these keys are unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from unassume.iam.values import UNKNOWN, Known, Value
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import missing
from unassume.lab.operations.s3_keys import ABSENT_KEYS
from unassume.lab.operations.standing import bucket_owner, object_keys
from unassume.lab.wire.refusals import not_implemented

MOST = 1000
"""How many objects a call may read or write there."""

_VIA: Mapping[str, Value] = dict.fromkeys(
    ("aws:viaawsservice", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast"), UNKNOWN
)
_SSE = "s3:x-amz-server-side-encryption"


def s3_needs_of(operation: Operation) -> tuple[Needed, ...]:
    """What the call needs in S3; nothing where no table knows it to go there."""
    reader = _READERS.get((operation.prefix, operation.name))
    return reader(operation.parameters) if reader else ()


def _needed(action: str, bucket: str, key: str = "", keys: Mapping[str, Value] | None = None) -> Needed:
    resource = f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
    return Needed(f"s3:{action}", resource, {**ABSENT_KEYS, **_VIA, **(keys or {})}, bucket_owner(bucket))


def _code(given: object) -> tuple[Needed, ...]:
    """The object a function's or a layer's code is read from.

    AWS: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html
    """
    if not isinstance(given, Mapping) or not given.get("S3Bucket"):
        return ()
    if not given.get("S3Key"):
        raise missing("S3Key")
    bucket, key, version = str(given["S3Bucket"]), str(given["S3Key"]), given.get("S3ObjectVersion")
    if version:
        return (_needed("GetObjectVersion", bucket, key, {"s3:versionid": Known((str(version),))}),)
    return (_needed("GetObject", bucket, key),)


def _export(given: Mapping[str, Any]) -> tuple[Needed, ...]:
    """AWS: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html"""
    if not given.get("S3Bucket"):
        raise missing("S3Bucket")
    prefix = str(given.get("S3Prefix") or "")
    key = f"{prefix}/AWSDynamoDB/*" if prefix else "AWSDynamoDB/*"
    algorithm = given.get("S3SseAlgorithm")
    # DynamoDB picks the rest of the key; which headers it sends by itself is not documented.
    keys: dict[str, Value] = {_SSE: Known((str(algorithm),)) if algorithm else UNKNOWN}
    return (_needed("PutObject", str(given["S3Bucket"]), key, keys),)


def _import(given: Mapping[str, Any]) -> tuple[Needed, ...]:
    """AWS: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html"""
    source = given.get("S3BucketSource")
    if not isinstance(source, Mapping) or not source.get("S3Bucket"):
        raise missing("S3BucketSource")
    bucket, prefix = str(source["S3Bucket"]), str(source.get("S3KeyPrefix") or "")
    listing: dict[str, Value] = {"s3:prefix": Known((prefix,)), "s3:max-keys": UNKNOWN, "s3:delimiter": UNKNOWN}
    # A Deny of one object bites only if that object is judged, so each that would be read is.
    read = (*object_keys(bucket, prefix, MOST), f"{prefix}*")
    if len(read) > MOST:
        raise not_implemented(f"dynamodb:ImportTable from more than {MOST - 1} objects")
    return (*(_needed("GetObject", bucket, each) for each in read), _needed("ListBucket", bucket, "", listing))


_READERS: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], tuple[Needed, ...]]] = {
    ("dynamodb", "ExportTableToPointInTime"): _export,
    ("dynamodb", "ImportTable"): _import,
    ("lambda", "CreateFunction"): lambda given: _code(given.get("Code")),
    ("lambda", "UpdateFunctionCode"): _code,
    ("lambda", "PublishLayerVersion"): lambda given: _code(given.get("Content")),
}
