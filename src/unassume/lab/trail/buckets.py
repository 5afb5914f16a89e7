"""The only place of the trail that reads and writes moto's S3; `tests/lab/trail/test_moto.py` holds what is used."""

from __future__ import annotations

from typing import Any

from moto.s3.models import s3_backends
from werkzeug.exceptions import HTTPException

_PARTITION = "aws"


def owner_of(bucket: str) -> str | None:
    """The account a bucket belongs to, or None when there is none of that name."""
    found = s3_backends.bucket_accounts.get(bucket)
    return None if found is None else str(found[1])


def put_object(bucket: str, key: str, body: bytes) -> bool:
    """Write an object as the bucket's owner; false when the bucket is not there."""
    owner = owner_of(bucket)
    if owner is None:
        return False
    backend: Any = s3_backends[owner][_PARTITION]
    try:
        written = backend.put_object(bucket, key, body)
    except HTTPException:  # the bucket went away meanwhile, or is one moto does not write to
        return False
    written.set_metadata({"Content-Type": "application/json", "Content-Encoding": "gzip"})
    return True
