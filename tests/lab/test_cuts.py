"""A deny on the shared role hits exactly whom it should."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest

from tests.lab.acting import ROLE_ARN, TRUST, allow, answer_of, assume, code_of, deny, reads
from unassume.lab import Lab
from unassume.lab.clients import client
from unassume.lab.clock import iso
from unassume.lab.seeds.bob_mary_keith import PEOPLE


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _uncut(lab: Lab) -> Iterator[None]:
    yield
    iam = client(lab, "iam", lab.credentials("root"))
    code_of(iam.delete_role_policy, RoleName="DataAnalyst", PolicyName="Cut")


def cut(lab: Lab, document: str) -> None:
    iam = client(lab, "iam", lab.credentials("responder"))
    iam.put_role_policy(RoleName="DataAnalyst", PolicyName="Cut", PolicyDocument=document)


def who_reads(lab: Lab) -> list[str]:
    return [person for person in PEOPLE if reads(lab, lab.credentials(person)) == "OK"]


def test_everybody_reads_before_a_cut(lab: Lab) -> None:
    """All three sessions of the seed work."""
    assert who_reads(lab) == ["bob", "mary", "keith"]


def test_user_id_names_one_session_name(lab: Lab) -> None:
    """A deny by aws:userid cuts that session name and nobody else."""
    role = client(lab, "iam", lab.credentials("responder")).get_role(RoleName="DataAnalyst")["Role"]
    cut(lab, deny({"StringEquals": {"aws:userid": f"{role['RoleId']}:keith"}}))
    assert who_reads(lab) == ["bob", "mary"]


def test_source_identity_names_one_person(lab: Lab) -> None:
    """A deny by aws:SourceIdentity cuts that person's sessions and nobody else's."""
    cut(lab, deny({"StringEquals": {"aws:SourceIdentity": "keith"}}))
    assert who_reads(lab) == ["bob", "mary"]


def test_issue_time_cuts_all_older_sessions(lab: Lab) -> None:
    """A deny by aws:TokenIssueTime cuts every session issued before, and spares the ones issued after."""
    lab.clock.advance(2)
    cut(lab, deny({"DateLessThan": {"aws:TokenIssueTime": iso(lab.clock.now())}}))
    assert who_reads(lab) == []
    lab.clock.advance(1)
    fresh = assume(lab, lab.credentials("bob-user"), ROLE_ARN, "bob", SourceIdentity="bob")
    assert reads(lab, fresh) == "OK"
    assert reads(lab, lab.credentials("bob")) == "AccessDenied"


def test_issue_time_compares_strictly(lab: Lab) -> None:
    """A session issued in exactly the cut-off's second survives; one issued a second earlier does not."""
    events = {e.username: e for e in lab.events() if e.name == "AssumeRole"}
    cut(lab, deny({"DateLessThan": {"aws:TokenIssueTime": iso(events["mary"].at)}}))
    assert who_reads(lab) == ["mary", "keith"]


def test_issue_time_in_between_seconds_is_decided(lab: Lab) -> None:
    """A cut-off written in milliseconds is judged against the whole second the session was issued in."""
    events = {e.username: e for e in lab.events() if e.name == "AssumeRole"}
    moment = iso(events["mary"].at).replace("Z", ".500Z")
    cut(lab, deny({"DateLessThan": {"aws:TokenIssueTime": moment}}))
    assert who_reads(lab) == ["keith"]


def test_caller_identity_is_never_denied(lab: Lab) -> None:
    """GetCallerIdentity works under an explicit deny of everything, so it proves nothing."""
    cut(lab, deny({"StringEquals": {"aws:SourceIdentity": "keith"}}))
    sts = client(lab, "sts", lab.credentials("keith"))
    assert sts.get_caller_identity()["Arn"].endswith(":assumed-role/DataAnalyst/keith")


def test_denied_call_says_explicit_deny(lab: Lab) -> None:
    """An explicit deny is told apart from a missing allow, in the message and in the call record."""
    cut(lab, deny({"StringEquals": {"aws:SourceIdentity": "keith"}}))
    bucket = {"Bucket": "analytics-data", "Key": "2026/orders.csv"}
    _, status, message = answer_of(client(lab, "s3", lab.credentials("keith")).get_object, **bucket)
    assert status == 403
    assert message.endswith("with an explicit deny in an identity-based policy")
    call = lab.calls()[-1]
    assert (call.session_name, call.action, call.allowed) == ("keith", "s3:GetObject", False)
    assert call.reason.startswith("explicit-deny Cut:")


def test_child_session_lives_on(lab: Lab) -> None:
    """A session of a second role taken before the cut works until that role is cut too."""
    child = assume(lab, lab.credentials("keith"), ROLE_ARN.replace("DataAnalyst", "Reporting"), "keith")
    cut(lab, deny({"StringEquals": {"aws:SourceIdentity": "keith"}}))
    assert reads(lab, lab.credentials("keith")) == "AccessDenied"
    assert reads(lab, child) == "OK"


def test_recreated_role_revives_nobody(lab: Lab) -> None:
    """A session belongs to the role's unique id: under a new role of the same name it stays denied."""
    iam = client(lab, "iam", lab.credentials("root"))
    trust = json.dumps(TRUST)
    iam.create_role(RoleName="Passing", AssumeRolePolicyDocument=trust)
    policy = {"RoleName": "Passing", "PolicyName": "Read", "PolicyDocument": allow(["s3:GetObject"])}
    iam.put_role_policy(**policy)
    old = assume(lab, lab.credentials("admin"), ROLE_ARN.replace("DataAnalyst", "Passing"), "old")
    assert reads(lab, old) == "OK"
    iam.delete_role_policy(RoleName="Passing", PolicyName="Read")
    iam.delete_role(RoleName="Passing")
    iam.create_role(RoleName="Passing", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(**policy)
    new = assume(lab, lab.credentials("admin"), ROLE_ARN.replace("DataAnalyst", "Passing"), "old")
    assert (reads(lab, old), reads(lab, new)) == ("AccessDenied", "OK")


def test_key_the_lab_cannot_know_is_refused_loudly(lab: Lab) -> None:
    """A deny on a key the lab does not compute refuses the call and says so, without claiming AWS's explicit deny."""
    cut(lab, deny({"StringEquals": {"s3:BucketTag/team": "red"}}))
    bucket = {"Bucket": "analytics-data", "Key": "2026/orders.csv"}
    code, _, message = answer_of(client(lab, "s3", lab.credentials("bob")).get_object, **bucket)
    assert code == "AccessDenied"
    assert "the lab cannot judge" in message
    assert "explicit deny" not in message
    assert lab.calls()[-1].reason.startswith("lab:unjudged")


@pytest.mark.parametrize("address", ["nowhere", "198.51.100.7, 198.51.100.8", "198.51.100.0/24"])
def test_a_source_address_that_is_none(lab: Lab, address: str) -> None:
    """The lab's header with anything else than an address refuses the call: nobody is taken for the machine itself."""
    s3 = client(lab, "s3", lab.credentials("keith"), address=address)
    assert answer_of(s3.list_buckets)[:2] == ("InvalidRequest", 400)
    assert (lab.calls()[-1].allowed, lab.calls()[-1].principal_arn) == (False, "")


def test_a_region_that_is_not_enabled(lab: Lab) -> None:
    """The code is that of an unknown key, as AWS's is; the message names the regions the lab serves."""
    held = lab.credentials("keith")
    sts = boto3.client("sts", region_name="me-south-1", endpoint_url=lab.endpoint_url,
                       aws_access_key_id=held.access_key_id, aws_secret_access_key=held.secret_access_key,
                       aws_session_token=held.session_token)  # fmt: skip
    code, status, message = answer_of(sts.get_caller_identity)
    assert (code, status) == ("InvalidClientTokenId", 403)
    assert message.startswith("the region me-south-1 is not enabled; the lab serves ap-northeast-1, ")


def test_source_address_comes_from_the_labs_header(lab: Lab) -> None:
    """The unsigned lab header sets aws:SourceIp and the event's sourceIPAddress."""
    cut(lab, deny({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}))
    s3 = client(lab, "s3", lab.credentials("keith"), address="198.51.100.7")
    assert code_of(s3.get_object, Bucket="analytics-data", Key="2026/orders.csv") == "AccessDenied"
    assert lab.calls()[-1].source_ip == "198.51.100.7"
    assert lab.events()[-1].record["sourceIPAddress"] == "198.51.100.7"
    assert reads(lab, lab.credentials("keith")) == "OK"
