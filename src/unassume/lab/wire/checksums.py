"""Checksums of an S3 upload, in a header or a trailer, compared with the body.

CRC32C and CRC64NVME are taken as the client gives them: Python has neither, and computing them byte by byte would
cost seconds for an upload of 20 MB.
# AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping

from unassume.lab.wire.refusals import Refusal

PREFIX = "x-amz-checksum-"
_COMPUTED: dict[str, Callable[[bytes], bytes]] = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
}
_GIVEN = frozenset({"crc32c", "crc64nvme", "md5", "sha512", "xxhash3", "xxhash64", "xxhash128"})


def check(body: bytes, given: Mapping[str, str]) -> None:
    """A Refusal when a checksum among these headers (lower case) is not that of the body."""
    for name, value in given.items():
        algorithm = name.removeprefix(PREFIX)
        compute = _COMPUTED.get(algorithm)
        if compute is not None and base64.b64encode(compute(body)).decode() != value.strip():
            message = f"The {algorithm.upper()} you specified did not match the calculated checksum."
            raise Refusal(code="BadDigest", status=400, message=message)


def is_checksum(name: str) -> bool:
    """Whether a header of that name (lower case) carries a checksum of the body."""
    return name.startswith(PREFIX) and name.removeprefix(PREFIX) in _COMPUTED.keys() | _GIVEN
