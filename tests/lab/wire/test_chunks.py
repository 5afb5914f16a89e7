"""Chunked uploads, against AWS's published examples."""

from __future__ import annotations

import base64
import io
import zlib
from typing import Any

import pytest

from unassume.lab.wire.authorization import read_authorization
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.proof import verify
from unassume.lab.wire.refusals import Family, Refusal

_SECRET = "wJalrXUtnFEMI/" + "K7MDENG/bPxRfiCY" + "EXAMPLEKEY"
_SCOPE = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
_BODY = b"a" * 65_536 + b"a" * 1_024

# AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
_SIGNED = {
    "HTTP_X_AMZ_CONTENT_SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "HTTP_CONTENT_ENCODING": "aws-chunked",
    "CONTENT_LENGTH": "66824",
    "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={_SCOPE}, SignedHeaders=content-encoding;content-length;host;"
    "x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class, "
    "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
}
_SIGNED_CHUNKS = (
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
)
# AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
_TRAILED = {
    "HTTP_X_AMZ_CONTENT_SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "HTTP_CONTENT_ENCODING": "aws-chunked",
    "HTTP_X_AMZ_TRAILER": "x-amz-checksum-crc32c",
    "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={_SCOPE}, SignedHeaders=content-encoding;host;"
    "x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer, "
    "Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
}
_TRAILED_CHUNKS = (
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
)
_TRAILER = (
    b"x-amz-checksum-crc32c:sOO8/Q==\n\r\n"
    b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
)


def framed(signatures: tuple[str, ...], trailer: bytes = b"\r\n") -> bytes:
    pieces = (_BODY[:65_536], _BODY[65_536:], b"")
    return b"".join(
        f"{len(piece):x};chunk-signature={given}\r\n".encode() + piece + (b"\r\n" if piece else b"")
        for piece, given in zip(pieces, signatures, strict=True)
    ) + trailer  # fmt: skip


def request(example: dict[str, str], body: bytes, **changes: Any) -> Incoming:
    environ = {
        "REQUEST_METHOD": "PUT",
        "RAW_URI": "/examplebucket/chunkObject.txt",
        "HTTP_HOST": "s3.amazonaws.com",
        "HTTP_X_AMZ_DATE": "20130524T000000Z",
        "HTTP_X_AMZ_STORAGE_CLASS": "REDUCED_REDUNDANCY",
        "HTTP_X_AMZ_DECODED_CONTENT_LENGTH": "66560",
        **example,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
    }
    return Incoming({**environ, **changes})


def proven(incoming: Incoming) -> Incoming:
    verify(incoming, read_authorization(incoming), _SECRET)
    return incoming


def code_of(incoming: Incoming) -> str:
    with pytest.raises(Refusal) as refused:
        proven(incoming)
    return refused.value.worded(Family.S3)[0]


def test_published_signed_chunks() -> None:
    """AWS's example of signed chunks verifies, and the backend sees the plain body without any framing."""
    plain = proven(request(_SIGNED, framed(_SIGNED_CHUNKS)))
    assert plain.body == _BODY
    environ = plain.environ()
    assert environ["CONTENT_LENGTH"] == "66560"
    gone = ("HTTP_CONTENT_ENCODING", "HTTP_X_AMZ_CONTENT_SHA256", "HTTP_X_AMZ_DECODED_CONTENT_LENGTH")
    assert not set(gone) & set(environ)


def test_published_signed_trailer() -> None:
    """AWS's example of a signed trailer verifies, and its checksum becomes a header of the plain request."""
    plain = proven(request(_TRAILED, framed(_TRAILED_CHUNKS, _TRAILER)))
    assert plain.body == _BODY
    assert plain.header("x-amz-checksum-crc32c") == "sOO8/Q=="
    assert plain.environ()["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"] == "CRC32C"


@pytest.mark.parametrize("at", [100, 66_000, 66_700])
def test_any_changed_byte_breaks_it(at: int) -> None:
    """A byte changed in the first chunk, in the second or in the last signature is refused."""
    body = bytearray(framed(_SIGNED_CHUNKS))
    body[at] ^= 1
    assert code_of(request(_SIGNED, bytes(body))) in ("SignatureDoesNotMatch", "MalformedTrailerError")


def test_changed_trailer_breaks_it() -> None:
    """Another checksum than the signed one is refused by the trailer's signature."""
    changed = _TRAILER.replace(b"sOO8", b"sOO9")
    assert code_of(request(_TRAILED, framed(_TRAILED_CHUNKS, changed))) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "IncompleteBody"),
        (b"zz\r\n", "MalformedTrailerError"),
        (b"-5;chunk-signature=00\r\n", "MalformedTrailerError"),
        (b"5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError"),
        (b"ffffffffffffffff;chunk-signature=" + b"0" * 64 + b"\r\nx", "IncompleteBody"),
        (b"1" * 300, "MalformedTrailerError"),
        (framed(_SIGNED_CHUNKS)[:-200], "IncompleteBody"),
        (framed(_SIGNED_CHUNKS, b"x-amz-checksum-crc32:AAAAAA==\r\n\r\n"), "MalformedTrailerError"),
        (framed(_SIGNED_CHUNKS, b"\xff\xfe\r\n"), "MalformedTrailerError"),
    ],
)  # fmt: skip
def test_broken_framing(body: bytes, code: str) -> None:
    """Framing that is cut short or is no framing is refused as AWS refuses it, and nothing hangs."""
    assert code_of(request(_SIGNED, body)) == code


def test_declared_length_must_be_true() -> None:
    """A body of another length than x-amz-decoded-content-length is refused by the signature or as incomplete."""
    assert code_of(request(_SIGNED, framed(_SIGNED_CHUNKS), HTTP_X_AMZ_DECODED_CONTENT_LENGTH="x")) != "OK"


def unsigned(body: bytes, checksum: str, algorithm: str = "crc32", length: int | None = None) -> Incoming:
    """An upload with an unsigned trailer, its seed signature right."""
    from unassume.lab.wire.sigv4 import payload_hash, signature

    kind, name = "STREAMING-UNSIGNED-PAYLOAD-TRAILER", f"x-amz-checksum-{algorithm}"
    sent = f"{len(body):x}\r\n".encode() + body + f"\r\n0\r\n{name}:{checksum}\r\n\r\n".encode()
    example = {**_TRAILED, "HTTP_X_AMZ_CONTENT_SHA256": kind, "HTTP_X_AMZ_TRAILER": name}
    example["HTTP_X_AMZ_DECODED_CONTENT_LENGTH"] = str(len(body) if length is None else length)
    first = request(example, sent)
    claim = read_authorization(first)
    right = signature(first, claim, _SECRET, payload_hash(first, claim))
    header = example["HTTP_AUTHORIZATION"].replace(claim.signature, right)
    return request(example, sent, HTTP_AUTHORIZATION=header)


def test_unsigned_trailer() -> None:
    """The checksum of an unsigned trailer is compared with the body."""
    right = base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big")).decode()
    assert proven(unsigned(b"hello", right)).body == b"hello"
    assert code_of(unsigned(b"jello", right)) == "BadDigest"
    assert code_of(unsigned(b"hello", right, length=4)) == "IncompleteBody"


def test_checksums_that_python_lacks_are_kept() -> None:
    """A CRC64NVME is taken as it was given."""
    assert proven(unsigned(b"hello", "AAAAAAAAAAA=", "crc64nvme")).header("x-amz-checksum-crc64nvme") == "AAAAAAAAAAA="


def test_trailer_that_was_not_promised() -> None:
    """A trailer other than a checksum is refused."""
    assert code_of(unsigned(b"hello", "public-read", "mode")) == "MalformedTrailerError"
