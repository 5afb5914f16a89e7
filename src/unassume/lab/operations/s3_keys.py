"""S3's own condition keys as the request's headers and parameters set them; S3 sets none of them on other actions.

AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from unassume.iam.values import ABSENT, UNKNOWN, Known, Value
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.incoming import Incoming

_LISTING = ("prefix", "delimiter", "max-keys")
_GRANTS = (
    "x-amz-acl", "x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write",
    "x-amz-grant-write-acp",
)  # fmt: skip
_STORING = (
    *_GRANTS, "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm", "x-amz-storage-class", "x-amz-copy-source",
    "x-amz-metadata-directive", "x-amz-website-redirect-location", "if-match", "if-none-match",
)  # fmt: skip
ABSENT_KEYS: Mapping[str, Value] = {
    f"s3:{name}": ABSENT
    for name in (
        *_LISTING, *_STORING, "x-amz-object-ownership", "versionid", "locationconstraint", "requestobjecttagkeys",
        "requestobjecttag/*", "dataaccesspointarn", "dataaccesspointaccount", "accesspointnetworkorigin",
        "accessgrantsinstancearn", "resourcearnbeingauthorized",
    )
}  # fmt: skip
_HEADERS = {
    "s3:PutObject": _STORING,
    "s3:PutObjectAcl": _GRANTS,
    "s3:PutObjectVersionAcl": _GRANTS,
    "s3:PutBucketAcl": _GRANTS,
    "s3:CreateBucket": (*_GRANTS, "x-amz-object-ownership"),
}
_VERSIONED = frozenset({
    "s3:GetObjectVersion", "s3:DeleteObjectVersion", "s3:GetObjectVersionAcl", "s3:PutObjectVersionAcl",
    "s3:GetObjectVersionTagging", "s3:PutObjectVersionTagging", "s3:DeleteObjectVersionTagging",
})  # fmt: skip
_TAGGED = frozenset({"s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectVersionTagging"})


def s3_keys(action: str, operation: Operation, incoming: Incoming) -> Mapping[str, Value]:
    """The keys of one S3 action, lower case; what the request does not say is absent."""
    if action == "s3:GetObject":
        return ABSENT_KEYS
    keys = dict(ABSENT_KEYS)
    if action in ("s3:ListBucket", "s3:ListBucketVersions") and operation.name != "HeadBucket":
        given = operation.parameters
        keys |= {f"s3:{name}": Known((str(given[name]),)) for name in _LISTING if name in given}
    for name in _HEADERS.get(action, ()):
        value = incoming.header(name)
        if value is not None:
            keys[f"s3:{name}"] = Known((value,))
    if action in _VERSIONED and "versionId" in operation.parameters:
        keys["s3:versionid"] = Known((str(operation.parameters["versionId"]),))
    return keys | (_tags(operation, incoming) if action in _TAGGED else {})


def _tags(operation: Operation, incoming: Incoming) -> dict[str, Value]:
    """The object tags of the request: those of the header; those of a body are not read, so they stay unknown."""
    if operation.name == "PutObjectTagging":
        return {"s3:requestobjecttag/*": UNKNOWN, "s3:requestobjecttagkeys": UNKNOWN}
    pairs = dict(parse_qsl(incoming.header("x-amz-tagging") or "", keep_blank_values=True))
    if not pairs:
        return {}
    tags: dict[str, Value] = {f"s3:requestobjecttag/{name.lower()}": Known((text,)) for name, text in pairs.items()}
    return {**tags, "s3:requestobjecttagkeys": Known(tuple(pairs), several=True)}
