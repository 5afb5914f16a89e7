"""S3 operations and their IAM actions, which often differ in name.

AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import missing
from unassume.lab.operations.s3_keys import s3_keys
from unassume.lab.operations.s3_names import BUCKET, OBJECT, VERSIONS
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.standing import bucket_owner, object_tags, upload_key
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal, ambiguous, not_implemented

_GRANTS = ("x-amz-acl", "x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp",
           "x-amz-grant-write-acp")  # fmt: skip
_SOURCE_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")
_MAKING = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload"})


def s3_needs(operation: Operation, scene: Scene) -> tuple[Needed, ...] | None:
    """What an S3 call must be allowed, or None where it names no bucket; a Refusal for one the table does not know."""
    name, given, incoming = operation.name, operation.parameters, scene.incoming
    if name == "ListBuckets":
        return (Needed("s3:ListAllMyBuckets", "*", s3_keys("s3:ListAllMyBuckets", operation, incoming)),)
    bucket, key = given.get("Bucket"), given.get("Key")
    if bucket is None:
        return None
    owner = None if name == "CreateBucket" else bucket_owner(str(bucket))
    if name in BUCKET:
        return tuple(_needed(action, f"arn:aws:s3:::{bucket}", operation, scene, owner) for action in BUCKET[name])
    if name == "DeleteObjects":
        return _deletions(str(bucket), operation, scene, owner)
    actions = OBJECT.get(name)
    if key is None or actions is None:
        # On `*` a Deny of this bucket would not bite; PostObject's key stands in a form that only moto reads.
        raise not_implemented(f"s3:{name}")
    if "uploadId" in given and owner is not None:
        _check_upload(str(bucket), str(key), str(given["uploadId"]))
    target = f"arn:aws:s3:::{bucket}/{key}"
    copied = _copied(operation, scene) if name in ("CopyObject", "UploadPartCopy") else ()
    if "versionId" in given:
        actions = tuple(VERSIONS.get(action, action) for action in actions)
    more = _with_headers(incoming) if name in _MAKING else ()
    return copied + tuple(_needed(action, target, operation, scene, owner) for action in (*actions, *more))


def _needed(action: str, resource: str, operation: Operation, scene: Scene, owner: str | None) -> Needed:
    return Needed(f"s3:{action}", resource, s3_keys(f"s3:{action}", operation, scene.incoming), owner)


def _check_upload(bucket: str, key: str, upload: str) -> None:
    """A Refusal unless the upload is of that key: moto looks at the id alone, and would write the upload's own key.

    AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (NoSuchUpload)
    """
    if upload_key(bucket, upload) != key:
        message = "The specified upload does not exist. The upload ID may be invalid."
        raise Refusal(code="NoSuchUpload", status=404, message=message)


def _copied(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """What reading the source of a copy needs; the header is the path, encoded, with the version as its query."""
    header = scene.incoming.header("x-amz-copy-source") or ""
    path, _, query = header.partition("?")
    bucket, slash, key = unquote(path).lstrip("/").partition("/")
    # moto reads the header as a whole URL, so what a URL would split off elsewhere is not taken.
    if not slash or not key or not _SOURCE_BUCKET.fullmatch(bucket) or set(path) & set(";#:"):
        raise Refusal(code="InvalidArgument", status=400, message="Copy Source must mention the source bucket and key")
    is_version = "versionId" in dict(parse_qsl(query))
    action, owner = ("GetObjectVersion" if is_version else "GetObject"), bucket_owner(bucket)
    tagging = ("GetObjectVersionTagging" if is_version else "GetObjectTagging",)
    is_tagged = operation.name == "CopyObject" and scene.incoming.header("x-amz-tagging-directive") != "REPLACE"
    source = f"arn:aws:s3:::{bucket}/{key}"
    reads = (action, *(tagging if is_tagged and _has_tags(bucket, key) else ()))
    return tuple(_needed(each, source, operation, scene, owner) for each in reads)


def _has_tags(bucket: str, key: str) -> bool:
    """AWS: copying an object with tags needs s3:GetObjectTagging on the source too."""
    return bool(object_tags(bucket, key))


def _with_headers(incoming: Incoming) -> tuple[str, ...]:
    """AWS: a write that sends tags or an ACL needs the action for those as well."""
    tagging = ("PutObjectTagging",) if incoming.header("x-amz-tagging") else ()
    return tagging + (("PutObjectAcl",) if any(incoming.header(name) for name in _GRANTS) else ())


def _deletions(bucket: str, operation: Operation, scene: Scene, owner: str | None) -> tuple[Needed, ...]:
    found = []
    for key, is_version in _keys(scene.incoming):
        action = "DeleteObjectVersion" if is_version else "DeleteObject"
        found.append(_needed(action, f"arn:aws:s3:::{bucket}/{key}", operation, scene, owner))
    if not found:
        raise missing("Object")
    return tuple(found)


def _keys(incoming: Incoming) -> list[tuple[str, bool]]:
    """The keys a DeleteObjects body lists, and whether each comes with a version."""
    try:
        root = ElementTree.fromstring(incoming.body)  # noqa: S314  # expat bounds entity growth; the client is local
    except ElementTree.ParseError:
        raise Refusal(code="MalformedXML", status=400, message="The XML you provided was not well-formed") from None
    found = []
    for each in root.iter():
        if _tag(each) == "Object":
            fields = {_tag(child): child.text or "" for child in each}
            if len(fields) < len(each):
                raise ambiguous()
            found.append((fields.get("Key", ""), bool(fields.get("VersionId"))))
    return found


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
