"""Signature Version 4, against AWS's published example and botocore's signer."""

from __future__ import annotations

import io
from typing import Any

import pytest

from unassume.lab.wire.authorization import read_authorization
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Family, Refusal
from unassume.lab.wire.sigv4 import canonical_path, canonical_query, payload_hash, signature

# AWS: https://docs.aws.amazon.com/general/latest/gr/sigv4-create-canonical-request.html (the IAM ListUsers example)
_SECRET = "wJalrXUtnFEMI/" + "K7MDENG+bPxRfiCY" + "EXAMPLEKEY"
_EXAMPLE = {
    "REQUEST_METHOD": "GET",
    "RAW_URI": "/?Action=ListUsers&Version=2010-05-08",
    "HTTP_HOST": "iam.amazonaws.com",
    "CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8",
    "HTTP_X_AMZ_DATE": "20150830T123600Z",
    "HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, "
    "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
}


def incoming(**changes: Any) -> Incoming:
    made = {**_EXAMPLE, "wsgi.input": io.BytesIO(b""), **changes}
    return Incoming({name: value for name, value in made.items() if value is not None})


def test_published_example() -> None:
    """The example of AWS's documents verifies."""
    request = incoming()
    signed = read_authorization(request)
    assert signature(request, signed, _SECRET, payload_hash(request, signed)) == signed.signature


@pytest.mark.parametrize(
    "change", [{"HTTP_HOST": "sts.amazonaws.com"}, {"RAW_URI": "/?Action=ListRoles&Version=2010-05-08"},
               {"REQUEST_METHOD": "POST"}, {"HTTP_X_AMZ_DATE": "20150830T123601Z"}],
)  # fmt: skip
def test_any_change_breaks_it(change: dict[str, str]) -> None:
    """A change of host, query, method or date gives another signature."""
    request = incoming(**change)
    signed = read_authorization(request)
    assert signature(request, signed, _SECRET, payload_hash(request, signed)) != signed.signature


@pytest.mark.parametrize(
    "header",
    ["", "AWS4-HMAC-SHA256", "Bearer x", "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=x",
     "AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=x-amz-date, Signature=x",
     "AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=host"],
)  # fmt: skip
def test_unreadable_headers(header: str) -> None:
    """A header that is not whole, or does not sign the host, is refused."""
    with pytest.raises(Refusal):
        read_authorization(incoming(HTTP_AUTHORIZATION=header))


def test_paths() -> None:
    """S3 signs the path as sent; other services a normalised path, encoded once more."""
    assert canonical_path("/a/../b%20c", "s3") == "/a/../b%20c"
    assert canonical_path("/a/../b%20c/", "lambda") == "/b%2520c/"
    assert canonical_path("//a", "iam") == "/a"


def test_query_is_sorted_and_encoded() -> None:
    """Pairs are sorted by encoded name and value; a value may be empty or missing."""
    assert canonical_query("b=2&a=z&a=%7e%20+&acl") == "a=z&a=~%20%2B&acl=&b=2"


def test_body_must_be_the_hashed_one() -> None:
    """A body other than the one x-amz-content-sha256 names is refused."""
    request = incoming(HTTP_X_AMZ_CONTENT_SHA256="0" * 64)
    signed = read_authorization(request)
    with pytest.raises(Refusal, match="does not match"):
        payload_hash(request, signed)


def test_date_header_serves_too() -> None:
    """Without x-amz-date the Date header is the time of signing, in the form that is signed."""
    request = incoming(HTTP_X_AMZ_DATE=None, HTTP_DATE="Sun, 30 Aug 2015 12:36:00 GMT")
    assert read_authorization(request).stamp == "20150830T123600Z"


@pytest.mark.parametrize(
    ("header", "code"),
    [("AWS AKIDEXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=", "InvalidRequest"),
     ("AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20150830/s3/aws4_request, SignedHeaders=host, Signature=ab",
      "InvalidRequest"),
     ("AWS3-HTTPS AWSAccessKeyId=AKIDEXAMPLE", "InvalidRequest"), ("Bearer x", "AuthorizationHeaderMalformed")],
)  # fmt: skip
def test_other_mechanisms(header: str, code: str) -> None:
    """SigV2 in a header, SigV4A and others are refused with S3's code, never passed."""
    with pytest.raises(Refusal) as refused:
        read_authorization(incoming(HTTP_AUTHORIZATION=header))
    assert refused.value.worded(Family.S3)[0] == code


def test_two_ways_at_once() -> None:
    """A request signed in its header and in its query is refused: nobody can tell which one counts."""
    with pytest.raises(Refusal, match="Only one auth mechanism allowed"):
        read_authorization(incoming(RAW_URI="/?X-Amz-Signature=x"))


def test_forms_of_browsers() -> None:
    """An upload by an HTML form, which carries its signature in the form, is refused as not implemented."""
    form = {"HTTP_AUTHORIZATION": None, "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    with pytest.raises(Refusal) as refused:
        read_authorization(incoming(**form))
    assert refused.value.status == 501
