"""What a request claims about who signed it, in whichever way it was signed."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache

import msgspec

ALGORITHM = "AWS4-HMAC-SHA256"
S3_SERVICES = frozenset({"s3", "s3-object-lambda", "s3express", "s3-outposts"})
"""The services that sign the path as sent, and take unsigned and chunked bodies."""


class Style(Enum):
    """The ways of signing that the lab proves, as CloudTrail's `AuthenticationMethod` and `SignatureVersion`."""

    HEADER = ("AuthHeader", "SigV4")
    QUERY = ("QueryString", "SigV4")
    QUERY_V2 = ("QueryString", "SigV2")

    @property
    def method(self) -> str:
        """Where the signature stood: `AuthHeader` or `QueryString`."""
        return self.value[0]

    @property
    def version(self) -> str:
        """`SigV4` or `SigV2`."""
        return self.value[1]


class Signed(msgspec.Struct, frozen=True):
    """A claim, not yet proven; it holds no token, which stays in the request.

    `stamp` is the time of signing as the client wrote it and `expires_at` the end of a presigned request. SigV2 names
    no time, region or service: its claim is for S3 in the region of the endpoint, and its `stamp` is empty.
    """

    key_id: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str
    style: Style = Style.HEADER
    stamp: str = ""
    expires_at: datetime | None = None

    @property
    def scope(self) -> str:
        """The credential scope without the key id."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"

    @property
    def header(self) -> str:
        """The claim written anew as a SigV4 header, in the one order moto reads, however it was signed."""
        names = ";".join(self.headers)
        credential = f"Credential={self.key_id}/{self.scope}"
        return f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={self.signature}"

    @property
    def at(self) -> datetime:
        """The instant the client says it signed at."""
        return instant(self.stamp)


@lru_cache(maxsize=1024)
def instant(stamp: str) -> datetime:
    """The instant of an ISO 8601 basic time; ValueError for any other form."""
    if len(stamp) != 16 or not stamp.isascii():
        raise ValueError(stamp)
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
