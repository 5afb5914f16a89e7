"""Errors in the shape of each protocol, what is missing, and what a policy write is held to."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.acting import ROLE_ARN, TRUST, allow, answer_of, assume, code_of, deny
from unassume.errors import InputError
from unassume.lab import ACCOUNT, Credentials, Lab, serve_lines
from unassume.lab.accounts.regions import REGIONS
from unassume.lab.clients import client


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        iam = client(opened, "iam", opened.credentials("root"))
        iam.create_role(RoleName="Idle", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.create_role(RoleName="DataAnalyst", AssumeRolePolicyDocument=json.dumps(TRUST))
        yield opened


@pytest.fixture(scope="module")
def idle(lab: Lab) -> Credentials:
    """A user who may do nothing."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="idle")
    key = iam.create_access_key(UserName="idle")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


_ARN = f"arn:aws:iam::{ACCOUNT}:user/idle"
_ENCODED = ". Encoded authorization failure message: "
_TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"


@pytest.mark.parametrize(
    ("service", "call", "parameters", "code", "status", "action", "resource"),
    [
        ("s3", "get_object", {"Bucket": "b", "Key": "k"}, "AccessDenied", 403, "s3:GetObject", '"arn:aws:s3:::b/k"'),
        ("s3", "list_objects_v2", {"Bucket": "b"}, "AccessDenied", 403, "s3:ListBucket", '"arn:aws:s3:::b"'),
        ("s3", "list_buckets", {}, "AccessDenied", 403, "s3:ListAllMyBuckets", "*"),
        ("dynamodb", "scan", {"TableName": "orders"}, "AccessDeniedException", 400, "dynamodb:Scan", _TABLE),
        ("ec2", "describe_instances", {}, "UnauthorizedOperation", 403, "ec2:DescribeInstances", "*"),
        ("iam", "get_role", {"RoleName": "Idle"}, "AccessDenied", 403, "iam:GetRole",
         f"arn:aws:iam::{ACCOUNT}:role/Idle"),
        ("cloudtrail", "lookup_events", {}, "AccessDeniedException", 400, "cloudtrail:LookupEvents", "*"),
        ("account", "list_regions", {}, "AccessDeniedException", 403, "account:ListRegions",
         f"arn:aws:account::{ACCOUNT}:account"),
    ],
)  # fmt: skip
def test_denials(
    lab: Lab, idle: Credentials, service: str, call: str, parameters: dict[str, Any], code: str, status: int,
    action: str, resource: str,
) -> None:  # fmt: skip
    """Each protocol says no in its own shape, naming the caller, the action, the resource and the reason."""
    seen_code, seen_status, message = answer_of(getattr(client(lab, service, idle), call), **parameters)
    assert (seen_code, seen_status) == (code, status)
    assert message.partition(_ENCODED)[0].endswith(
        f"User: {_ARN} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )


def test_explicit_deny_of_ec2(lab: Lab, idle: Credentials) -> None:
    """EC2 words an explicit deny after its own sentence."""
    iam = client(lab, "iam", lab.credentials("root"))
    document = deny({"Bool": {"aws:SecureTransport": "false"}})
    iam.put_user_policy(UserName="idle", PolicyName="No", PolicyDocument=document)
    _, _, message = answer_of(client(lab, "ec2", idle).describe_instances)
    iam.delete_user_policy(UserName="idle", PolicyName="No")
    assert message.partition(_ENCODED)[0] == (
        f"You are not authorized to perform this operation. User: {_ARN} is not authorized to perform: "
        "ec2:DescribeInstances on resource: * with an explicit deny in an identity-based policy"
    )


def test_group_and_managed_policies_count(lab: Lab) -> None:
    """A user is allowed what its groups' inline and managed policies allow."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="grouped")
    key = iam.create_access_key(UserName="grouped")["AccessKey"]
    held = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="grouped")
    iam.put_group_policy(GroupName="readers", PolicyName="P", PolicyDocument=allow(["s3:ListAllMyBuckets"]))
    managed = iam.create_policy(PolicyName="Tables", PolicyDocument=allow(["dynamodb:ListTables"]))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="readers", PolicyArn=managed)
    assert code_of(client(lab, "s3", held).list_buckets) == "OK"
    assert code_of(client(lab, "dynamodb", held).list_tables) == "OK"
    assert code_of(client(lab, "iam", held).list_users) == "AccessDenied"


def test_unmapped_operation_is_denied_by_default_and_marked(lab: Lab, idle: Credentials) -> None:
    """An operation no table knows is judged on `*`, denied without a policy, and marked in event and record."""
    assert code_of(client(lab, "athena", idle).list_work_groups) in ("AccessDenied", "AccessDeniedException")
    assert lab.events()[-1].record["additionalEventData"] == {"lab:unmapped": True}
    assert (lab.calls()[-1].unmapped, lab.calls()[-1].resource) == (True, "*")


def test_unmapped_operation_needs_a_wildcard(lab: Lab, idle: Credentials) -> None:
    """A policy for some ARN never covers an unmapped operation, one for `*` does, and a deny of some ARN stops it.

    What it would touch is not known, so what hangs on it is refused as the lab's own failure.
    """
    iam = client(lab, "iam", lab.credentials("root"))
    athena = client(lab, "athena", idle)
    iam.put_user_policy(UserName="idle", PolicyName="Q", PolicyDocument=allow(["athena:*"], "arn:aws:athena:*:*:*"))
    assert code_of(athena.list_work_groups) != "OK"
    iam.put_user_policy(UserName="idle", PolicyName="Q", PolicyDocument=allow(["athena:*"]))
    assert code_of(athena.list_work_groups) == "OK"
    one = {"Effect": "Deny", "Action": "athena:*", "Resource": "arn:aws:athena:us-east-1:123456789012:workgroup/one"}
    document = json.loads(allow(["athena:*"]))
    document["Statement"].append(one)
    iam.put_user_policy(UserName="idle", PolicyName="Q", PolicyDocument=json.dumps(document))
    assert code_of(athena.list_work_groups) != "OK"
    assert lab.calls()[-1].reason.startswith("lab:unjudged")
    iam.delete_user_policy(UserName="idle", PolicyName="Q")


@pytest.mark.parametrize(
    ("service", "call", "parameters"),
    [
        ("iam", "generate_service_last_accessed_details", {"Arn": _ARN}),
        ("sts", "get_delegated_access_token", {"TradeInToken": "none"}),
        ("cloudtrail", "list_queries", {"EventDataStore": "none"}),
        ("dynamodb", "list_global_tables", {}),
        ("ec2", "describe_fpga_images", {}),
        ("account", "get_region_opt_status", {"RegionName": "eu-west-1"}),
        ("accessanalyzer", "list_analyzers", {}),
    ],
)
def test_what_is_missing_is_501(lab: Lab, service: str, call: str, parameters: dict[str, Any]) -> None:
    """What moto lacks is answered NotImplemented in the caller's protocol."""
    assert answer_of(getattr(client(lab, service, lab.credentials("root")), call), **parameters)[:2] == (
        "NotImplemented", 501,
    )  # fmt: skip


def test_policies_that_are_not_judged_are_not_taken(lab: Lab) -> None:
    """A key's grant, which the lab does not enforce yet, is refused instead of ignored."""
    kms = client(lab, "kms", lab.credentials("root"))
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    given = {"KeyId": key, "GranteePrincipal": ACCOUNT, "Operations": ["Encrypt"]}
    assert code_of(kms.create_grant, **given) == "NotImplemented"


def test_list_regions(lab: Lab) -> None:
    """account:ListRegions gives the 17 regions enabled by default, in pages."""
    account = client(lab, "account", lab.credentials("root"))
    names = [region["RegionName"] for page in account.get_paginator("list_regions").paginate(MaxResults=5)
             for region in page["Regions"]]  # fmt: skip
    assert tuple(names) == REGIONS
    assert len(names) == 17


@pytest.mark.parametrize(
    "document",
    [
        "no json",
        '{"Version": "2012-10-17"}',
        deny({"DateLessThan": {"aws:TokenIssueTime": "${aws:CurrentTime}"}}),
        deny({"DateLessThan": {"aws:TokenIssueTime": "yesterday"}}),
        deny({"StringIs": {"aws:userid": "x"}}),
    ],
)
def test_malformed_policies(lab: Lab, document: str) -> None:
    """A document the lab could not judge is MalformedPolicyDocument, a variable in a Date operator included."""
    iam = client(lab, "iam", lab.credentials("root"))
    put = {"RoleName": "Idle", "PolicyName": "P", "PolicyDocument": document}
    assert answer_of(iam.put_role_policy, **put)[:2] == ("MalformedPolicyDocument", 400)
    assert iam.list_role_policies(RoleName="Idle")["PolicyNames"] == []


def test_inline_quota_of_a_role(lab: Lab) -> None:
    """All inline policies of a role together hold 10,240 characters without white space; a new text frees the old."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_role(RoleName="Full", AssumeRolePolicyDocument=json.dumps(TRUST))

    def put(name: str, letters: int) -> str:
        document = json.dumps(json.loads(allow(["s3:" + "x" * letters])), indent=4)
        return code_of(iam.put_role_policy, RoleName="Full", PolicyName=name, PolicyDocument=document)

    assert [put("A", 6000), put("B", 6000), put("B", 3000), put("A", 7500), put("A", 6100)] == [
        "OK", "LimitExceeded", "OK", "LimitExceeded", "OK",
    ]  # fmt: skip
    answer = answer_of(iam.put_role_policy, RoleName="Full", PolicyName="C", PolicyDocument=allow(["s3:" + "x" * 6000]))
    assert answer == ("LimitExceeded", 409, "Maximum policy size of 10240 bytes exceeded for role Full")


def test_repeated_parameters_are_refused(lab: Lab, idle: Credentials) -> None:
    """A form that names its operation twice is refused: the gate and moto might not read the same one."""
    iam = client(lab, "iam", idle)

    def doubled(request: Any, **_: Any) -> None:
        request.data = "Action=GetUser&Version=2010-05-08&Action=ListUsers"

    iam.meta.events.register("before-sign.iam", doubled)
    assert code_of(iam.get_user) == "ValidationError"


def test_profiles_file(lab: Lab) -> None:
    """The credentials file is readable by its owner only, and the lines to export hold no secret."""
    assert stat.S_IMODE(lab.profiles_path.stat().st_mode) == 0o600
    held = lab.credentials("root")
    assert held.secret_access_key in lab.profiles_path.read_text()
    lines = serve_lines(lab)
    assert f"export AWS_ENDPOINT_URL={lab.endpoint_url}" in lines
    assert all(held.secret_access_key not in line for line in lines)


def test_unknown_names(lab: Lab) -> None:
    """An unknown profile or seed is one clear line, and no lab stays open behind it."""
    with pytest.raises(InputError, match="no profile `nobody`"):
        lab.credentials("nobody")


def test_object_bytes_come_back(lab: Lab) -> None:
    """An object with an awkward key and odd bytes is the same after a round trip."""
    s3 = client(lab, "s3", lab.credentials("root"))
    s3.create_bucket(Bucket="round-trip")
    body = bytes(range(256)) * 300
    s3.put_object(Bucket="round-trip", Key="a b+c/ü&=é.bin", Body=body, ContentType="text/html")
    assert s3.get_object(Bucket="round-trip", Key="a b+c/ü&=é.bin")["Body"].read() == body
    assert s3.head_object(Bucket="round-trip", Key="a b+c/ü&=é.bin")["ContentLength"] == len(body)
    assert code_of(s3.head_object, Bucket="round-trip", Key="none") == "404"


def test_sessions_of_an_idle_role(lab: Lab) -> None:
    """A session of a role without policies may do nothing but ask who it is."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="maker")
    iam.put_user_policy(UserName="maker", PolicyName="P", PolicyDocument=allow(["sts:AssumeRole"], ROLE_ARN))
    key = iam.create_access_key(UserName="maker")["AccessKey"]
    session = assume(lab, Credentials(key["AccessKeyId"], key["SecretAccessKey"]), ROLE_ARN, "made")
    assert code_of(client(lab, "s3", session).list_buckets) == "AccessDenied"
    assert code_of(client(lab, "sts", session).get_caller_identity) == "OK"
