"""S3 operations and their IAM actions, which often differ in name.

# AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

from urllib.parse import unquote
from xml.etree import ElementTree

from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.incoming import Incoming

_BUCKET = {
    "HeadBucket": "ListBucket", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions", "ListMultipartUploads": "ListBucketMultipartUploads",
    "DeleteBucketTagging": "PutBucketTagging", "DeleteBucketCors": "PutBucketCORS",
    "GetBucketCors": "GetBucketCORS", "PutBucketCors": "PutBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration", "PutBucketReplication": "PutReplicationConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
} | {name: name for name in (
    "CreateBucket", "DeleteBucket", "GetBucketLocation", "GetBucketAcl", "PutBucketAcl", "GetBucketPolicy",
    "DeleteBucketPolicy", "PutBucketPolicy", "GetBucketVersioning", "PutBucketVersioning", "GetBucketTagging",
    "PutBucketTagging", "GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite", "GetBucketLogging",
    "PutBucketLogging", "GetBucketRequestPayment", "GetBucketPolicyStatus", "GetBucketOwnershipControls",
    "PutBucketOwnershipControls",
)}  # fmt: skip
_OBJECT = {
    "HeadObject": "GetObject", "GetObject": "GetObject", "PutObject": "PutObject", "DeleteObject": "DeleteObject",
    "CreateMultipartUpload": "PutObject", "UploadPart": "PutObject", "CompleteMultipartUpload": "PutObject",
    "AbortMultipartUpload": "AbortMultipartUpload", "ListParts": "ListMultipartUploadParts",
    "GetObjectAcl": "GetObjectAcl", "PutObjectAcl": "PutObjectAcl", "GetObjectTagging": "GetObjectTagging",
    "PutObjectTagging": "PutObjectTagging", "DeleteObjectTagging": "DeleteObjectTagging",
    "RestoreObject": "RestoreObject",
}  # fmt: skip
_VERSIONED = frozenset({"GetObject", "DeleteObject", "GetObjectAcl", "GetObjectTagging", "PutObjectTagging"})
_VERSION_ACTIONS = {"GetObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion"}


def s3_needs(operation: Operation, incoming: Incoming) -> tuple[Needed, ...] | None:
    """What an S3 call must be allowed, or None where the table does not know the operation."""
    name, given = operation.name, operation.parameters
    bucket, key = given.get("Bucket"), given.get("Key")
    if name == "ListBuckets":
        return (Needed("s3:ListAllMyBuckets", "*"),)
    if bucket is None:
        return None
    if name in _BUCKET:
        return (Needed(f"s3:{_BUCKET[name]}", f"arn:aws:s3:::{bucket}", _list_keys(operation)),)
    if name == "DeleteObjects":
        return tuple(Needed("s3:DeleteObject", f"arn:aws:s3:::{bucket}/{k}") for k in _keys(incoming)) or None
    if key is None:
        return None
    target = f"arn:aws:s3:::{bucket}/{key}"
    if name in ("CopyObject", "UploadPartCopy"):
        source = unquote(incoming.header("x-amz-copy-source") or "").lstrip("/").partition("?")[0]
        return (Needed("s3:GetObject", f"arn:aws:s3:::{source}"), Needed("s3:PutObject", target))
    if name == "GetObjectAttributes":
        return (Needed("s3:GetObject", target), Needed("s3:GetObjectAttributes", target))
    if name not in _OBJECT:
        return None
    action = _OBJECT[name]
    if "versionId" in given and action in _VERSIONED:
        action = _VERSION_ACTIONS.get(action, action.replace("Object", "ObjectVersion", 1))
    return (Needed(f"s3:{action}", target),)


def _keys(incoming: Incoming) -> list[str]:
    try:
        root = ElementTree.fromstring(incoming.body)  # noqa: S314  # expat bounds entity growth; the client is local
    except ElementTree.ParseError:
        return []
    return [(element.text or "").strip() for element in root.iter() if element.tag.rpartition("}")[2] == "Key"]


def _list_keys(operation: Operation) -> dict[str, Value]:
    if not operation.name.startswith("List"):
        return {}
    names = ("prefix", "delimiter", "max-keys")
    given = operation.parameters
    return {f"s3:{name}": Known((str(given[name]),)) if name in given else ABSENT for name in names}
