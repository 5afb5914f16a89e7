"""DecodeAuthorizationMessage: what a denial of EC2 keeps from the denied, and who may read it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.lab.acting import allow, answer_of, code_of
from tests.lab.sts.people import DENY_ALL, user
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client

MARK = "Encoded authorization failure message: "


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(None) as opened:
        yield opened


@pytest.fixture(scope="module")
def reader(lab: Lab) -> Credentials:
    return user(lab, "reader", allow(["sts:DecodeAuthorizationMessage"]))


def encoded(lab: Lab, held: Credentials) -> str:
    code, _, message = answer_of(client(lab, "ec2", held).describe_instances)
    assert (code, MARK in message) == ("UnauthorizedOperation", True)
    return message.partition(MARK)[2]


def test_a_denial_is_decoded(lab: Lab, reader: Credentials) -> None:
    """The message tells principal, action, resource and condition keys, and whether a deny was explicit."""
    message = encoded(lab, user(lab, "denied", DENY_ALL))
    said = json.loads(client(lab, "sts", reader).decode_authorization_message(EncodedMessage=message)["DecodedMessage"])
    assert (said["allowed"], said["explicitDeny"]) == (False, True)
    assert said["matchedStatements"]["items"] != []
    assert said["context"]["principal"]["arn"].endswith(":user/denied")
    assert said["context"]["action"] == "ec2:DescribeInstances"
    conditions = {each["key"]: each["values"]["items"][0]["value"] for each in said["context"]["conditions"]["items"]}
    assert conditions["aws:username"] == "denied"


def test_an_implicit_denial(lab: Lab, reader: Credentials) -> None:
    """Where nothing allows, no statement matched."""
    message = encoded(lab, user(lab, "poor"))
    said = json.loads(client(lab, "sts", reader).decode_authorization_message(EncodedMessage=message)["DecodedMessage"])
    assert (said["explicitDeny"], said["matchedStatements"]["items"]) == (False, [])


def test_decoding_needs_permission(lab: Lab) -> None:
    """Who was denied cannot read why without sts:DecodeAuthorizationMessage."""
    held = user(lab, "curious")
    message = encoded(lab, held)
    call = client(lab, "sts", held).decode_authorization_message
    assert code_of(call, EncodedMessage=message) == "AccessDenied"
    assert "ec2:DescribeInstances" not in message


def test_a_wrong_message(lab: Lab, reader: Credentials) -> None:
    """A changed message, or one that never was, is refused with STS's own code."""
    message = encoded(lab, user(lab, "other"))
    call = client(lab, "sts", reader).decode_authorization_message
    swapped = ("B" if message[20] != "B" else "C").join((message[:20], message[21:]))
    for wrong in ("nonsense", swapped, message[:-8], "é"):
        assert code_of(call, EncodedMessage=wrong) == "InvalidAuthorizationMessageException"
