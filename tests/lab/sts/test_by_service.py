"""An AWS service takes a role for itself: whom the trust lets in, and what the event shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.acting import code_of
from tests.lab.sts.people import last, role, root, trusting, trusting_account
from unassume.errors import AccessError
from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client

EC2 = "ec2.amazonaws.com"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(None) as opened:
        yield opened


def test_an_instance_gets_its_role(lab: Lab) -> None:
    """A role that trusts EC2 gives the instance a session for longer than its maximum."""
    arn = role(lab, "Instance", trusting({"Service": EC2}, ["sts:AssumeRole"]))
    held = lab.assume_as_service(EC2, arn, "i-0123456789abcdef0")
    assert client(lab, "sts", held).get_caller_identity()["Arn"].endswith("assumed-role/Instance/i-0123456789abcdef0")
    assert held.expires_at is not None
    assert (held.expires_at - last(lab, "AssumeRole").at).total_seconds() == 21_600
    assert code_of(client(lab, "s3", held).list_buckets) == "OK"


def test_trust_must_name_the_service(lab: Lab) -> None:
    """Neither another service nor trust in the account lets it in, nor a role that is not there."""
    arn = role(lab, "Function", trusting({"Service": "lambda.amazonaws.com"}, ["sts:AssumeRole"]))
    account = role(lab, "People", trusting_account())
    for wrong in (arn, account, f"arn:aws:iam::{ACCOUNT}:role/None"):
        with pytest.raises(AccessError, match="Not authorized"):
            lab.assume_as_service(EC2, wrong, "i-1")
    root(lab).get_role(RoleName="Function")


def test_the_event_has_no_person(lab: Lab) -> None:
    """The event's identity is the service, and EC2's response names no assumed role user."""
    arn = role(lab, "Seen", trusting({"Service": [EC2, "rds.amazonaws.com"]}, ["sts:AssumeRole"]))
    held = lab.assume_as_service(EC2, arn, "i-2")
    event = last(lab, "AssumeRole")
    assert event.record["userIdentity"] == {"type": "AWSService", "invokedBy": EC2}
    assert (event.record["sourceIPAddress"], event.record["userAgent"]) == (EC2, EC2)
    assert event.record["responseElements"]["credentials"]["accessKeyId"] == held.access_key_id
    assert "assumedRoleUser" not in event.record["responseElements"]
    assert held.secret_access_key not in str(event.record)
    lab.assume_as_service("rds.amazonaws.com", arn, "db-1")
    assert "assumedRoleUser" in last(lab, "AssumeRole").record["responseElements"]
