"""Canonical text, and the fingerprint that texts of one meaning share."""

from __future__ import annotations

import json

import pytest

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, fingerprint, parse, render

DENY = {
    "Statement": [
        {
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:userid": ["AROAEXAMPLE:b", "AROAEXAMPLE:a"]}},
            "Effect": "Deny",
            "Action": ["s3:*", "ec2:*"],
            "Sid": "Cut",
        }
    ],
    "Version": "2012-10-17",
}


def test_rendering_is_compact_and_in_awss_order() -> None:
    """Elements stand in the order AWS's documents use, without white space; lists stand as given."""
    assert render(DENY) == (
        '{"Version":"2012-10-17","Statement":[{"Sid":"Cut","Effect":"Deny","Action":["s3:*","ec2:*"],"Resource":"*",'
        '"Condition":{"StringEquals":{"aws:userid":["AROAEXAMPLE:b","AROAEXAMPLE:a"]}}}]}'
    )


def test_a_parsed_policy_renders_to_the_same() -> None:
    """Parsing and rendering a rendered document changes nothing."""
    assert render(parse(render(DENY))) == render(DENY)


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "123456789012"}, {"AWS": ["123456789012", "*"], "Service": "x.amazonaws.com"}]
)
def test_principals_render(principal: object) -> None:
    """Every form of Principal survives parsing and rendering."""
    statement = {"Effect": "Deny", "NotPrincipal": principal, "NotAction": "sts:TagSession"}
    text = render({"Version": "2008-10-17", "Id": "x", "Statement": [statement]})
    assert render(parse(text, DocumentKind.TRUST)) == text


def test_the_fingerprint_ignores_what_aws_ignores() -> None:
    """White space, escapes, order of keys, statements and list entries, and a list of one make no difference."""
    other = {"Effect": "Allow", "Action": ["iam:GetRole"], "Resource": ["*", "*"]}
    one = json.dumps({**DENY, "Statement": [*DENY["Statement"], other]}, indent=3)
    two = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetRole","Resource":"*"},{"Sid":"\\u0043ut",'
        '"Effect":"Deny","Action":["ec2:*","s3:*"],"Resource":["*"],"Condition":{"StringEquals":{"aws:userid":'
        '["AROAEXAMPLE:a","AROAEXAMPLE:b"]}}}]}'
    )
    assert fingerprint(one) == fingerprint(two)
    assert len(fingerprint(one)) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Deny", "Allow"),
        ("AROAEXAMPLE:a", "AROAEXAMPLE:A"),
        ("s3:*", "s3:?"),
        ("Cut", "Cut2"),
        ("2012-10-17", "2008-10-17"),
        ("StringEquals", "StringLike"),
    ],
)
def test_the_fingerprint_sees_every_other_change(old: str, new: str) -> None:
    """Another effect, value, action, Sid, version or operator gives another fingerprint."""
    text = json.dumps(DENY)
    assert text.count(old) >= 1
    assert fingerprint(text.replace(old, new)) != fingerprint(text)


def test_no_json_has_no_fingerprint() -> None:
    """A text that is no JSON, or says a key twice, is an InputError."""
    for text in ("", "{", '{"a": 1, "a": 1}'):
        with pytest.raises(InputError):
            fingerprint(text)
