"""The Blobs port on S3 buckets, for trails that deliver there.

AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from unassume.aws.connection import Connection
from unassume.aws.refusals import asking, code_of
from unassume.errors import InputError, UnassumeError

_MISSING = frozenset({"NoSuchBucket", "NoSuchKey", "404"})


class BucketBlobs:
    """Objects by `s3://bucket/key`, read with the responder's own credentials."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def names(self, prefix: str, wanted: Callable[[str], bool] = lambda _: True) -> Iterator[str]:
        """Every object below the prefix, folder by folder; a folder that is not wanted costs no call.

        InputError when the bucket is not there or its name is none, AccessError when it may not be listed.
        """
        bucket, key = _parts(prefix)
        yield from self._below(bucket, key, wanted)

    def read(self, name: str) -> bytes:
        """The bytes of an object; InputError naming it when it is not there or not readable."""
        bucket, key = _parts(name)
        try:
            with asking("s3:GetObject"):
                answer = self._connection.client("s3").get_object(Bucket=bucket, Key=key)
                return bytes(answer["Body"].read())
        except UnassumeError as error:
            raise InputError(f"`{name}` cannot be read: {error.message}", hint=error.hint) from None

    def _below(self, bucket: str, key: str, wanted: Callable[[str], bool]) -> Iterator[str]:
        folders: list[str] = []
        for page in self._pages(bucket, key):
            yield from (f"s3://{bucket}/{each['Key']}" for each in page.get("Contents", ()) if each.get("Size") != 0)
            folders += (each["Prefix"] for each in page.get("CommonPrefixes", ()))
        for folder in folders:
            if wanted(f"s3://{bucket}/{folder}".removesuffix("/")):
                yield from self._below(bucket, folder, wanted)

    def _pages(self, bucket: str, key: str) -> Iterator[Any]:
        from botocore.exceptions import ClientError

        client = self._connection.client("s3")
        with asking("s3:ListBucket"):
            try:
                yield from client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key, Delimiter="/")
            except ClientError as error:
                if code_of(error) in _MISSING:
                    raise InputError(f"there is no bucket `{bucket}`") from None
                raise


def _parts(name: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`."""
    found = urlsplit(name, allow_fragments=False)
    if found.scheme != "s3" or not found.netloc:
        raise InputError(f"`{name[:80]}` names no bucket", hint="write it like s3://bucket/AWSLogs/")
    return found.netloc, name.removeprefix(f"s3://{found.netloc}").removeprefix("/")
