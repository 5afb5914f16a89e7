"""AssumeRole: who may, for how long, and what persists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.acting import CHILD_ARN, ROLE_ARN, TRUST, allow, answer_of, assume, code_of, reads
from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client
from unassume.lab.trail.events import Event


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as opened:
        yield opened


def trying(lab: Lab, profile: str, **parameters: Any) -> tuple[str, int, str]:
    """How AssumeRole is answered; the seed's role and a good name unless told otherwise."""
    sts = client(lab, "sts", lab.credentials(profile))
    return answer_of(sts.assume_role, **({"RoleArn": ROLE_ARN, "RoleSessionName": "some"} | parameters))


def last(lab: Lab, name: str) -> Event:
    return [event for event in lab.events() if event.name == name][-1]


def test_times_are_whole_seconds(lab: Lab) -> None:
    """Expiration is a whole second, and the event's time plus the duration."""
    sts = client(lab, "sts", lab.credentials("bob-user"))
    given = sts.assume_role(RoleArn=ROLE_ARN, RoleSessionName="bob", DurationSeconds=900)
    event = last(lab, "AssumeRole")
    assert given["Credentials"]["Expiration"].microsecond == 0
    assert (given["Credentials"]["Expiration"] - event.at).total_seconds() == 900


def test_missing_role_is_access_denied(lab: Lab) -> None:
    """A role that does not exist cannot be told from one that may not be assumed."""
    code, status, message = trying(lab, "admin", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/Nobody")
    assert (code, status) == ("AccessDenied", 403)
    assert message.endswith("is not authorized to perform: sts:AssumeRole on resource: "
                            f"arn:aws:iam::{ACCOUNT}:role/Nobody")  # fmt: skip


def test_trust_alone_does_not_let_an_account_in(lab: Lab) -> None:
    """Trust naming the account delegates: the caller needs its own permission too."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    sts = client(lab, "sts", type(lab.credentials("root"))(key["AccessKeyId"], key["SecretAccessKey"]))
    assert code_of(sts.assume_role, RoleArn=ROLE_ARN, RoleSessionName="some") == "AccessDenied"


def test_trust_naming_the_user_is_enough(lab: Lab) -> None:
    """In one account, trust that names the caller needs no permission on the caller's side."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="named")
    key = iam.create_access_key(UserName="named")["AccessKey"]
    statement = {**TRUST["Statement"][0], "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/named"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_role(RoleName="ForNamed", AssumeRolePolicyDocument=trust)
    sts = client(lab, "sts", type(lab.credentials("root"))(key["AccessKeyId"], key["SecretAccessKey"]))
    role = f"arn:aws:iam::{ACCOUNT}:role/ForNamed"
    assert code_of(sts.assume_role, RoleArn=role, RoleSessionName="some") == "OK"
    assert trying(lab, "admin", RoleArn=role)[0] == "AccessDenied"


def test_permission_alone_is_not_enough(lab: Lab) -> None:
    """A caller allowed everything does not get into a role whose trust does not name it."""
    assert trying(lab, "admin", RoleArn=CHILD_ARN)[:2] == ("AccessDenied", 403)


def test_root_assumes_nothing(lab: Lab) -> None:
    """The root user cannot assume a role."""
    assert trying(lab, "root") == ("AccessDenied", 403, "Roles may not be assumed by root accounts.")


def test_tags_need_permission_on_both_sides(lab: Lab) -> None:
    """Bob may not tag his session: his own policy lacks sts:TagSession though trust has it."""
    code, _, message = trying(lab, "bob-user", Tags=[{"Key": "team", "Value": "x"}])
    assert (code, "sts:TagSession" in message) == ("AccessDenied", True)
    assert trying(lab, "admin", Tags=[{"Key": "team", "Value": "x"}])[0] == "OK"


@pytest.mark.parametrize("name", ["a", "with space", "x" * 65, "sl/ash"])
def test_session_name_is_checked(lab: Lab, name: str) -> None:
    """A session name outside AWS's pattern or length is a ValidationError."""
    sts = client(lab, "sts", lab.credentials("bob-user"))
    sts.meta.events.register("before-parameter-build.sts", lambda **_: None)
    sts.meta.events.register("before-call.sts", lambda params, **_: params["body"].update(RoleSessionName=name))
    assert code_of(sts.assume_role, RoleArn=ROLE_ARN, RoleSessionName="good") == "ValidationError"


@pytest.mark.parametrize(("seconds", "code"), [(900, "OK"), (43_200, "OK"), (43_201, "ValidationError")])
def test_duration_limits(lab: Lab, seconds: int, code: str) -> None:
    """A duration lies between 900 seconds and 12 hours."""
    assert trying(lab, "bob-user", DurationSeconds=seconds)[0] == code


def test_duration_beyond_the_roles_maximum(lab: Lab) -> None:
    """A duration above the role's MaxSessionDuration is a ValidationError that says so."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_role(RoleName="Short", AssumeRolePolicyDocument=json.dumps(TRUST))
    short = f"arn:aws:iam::{ACCOUNT}:role/Short"
    code, _, message = trying(lab, "admin", RoleArn=short, DurationSeconds=3601)
    assert (code, "MaxSessionDuration" in message) == ("ValidationError", True)
    assert trying(lab, "admin", RoleArn=short, DurationSeconds=3600)[0] == "OK"


def test_chained_session_lasts_an_hour_at_most(lab: Lab) -> None:
    """Role chaining allows one hour, whatever the role's maximum."""
    code, _, message = trying(lab, "keith", RoleArn=CHILD_ARN, DurationSeconds=3601)
    assert (code, "role chaining" in message) == ("ValidationError", True)
    child = assume(lab, lab.credentials("keith"), CHILD_ARN, "keith")
    assert child.expires_at is not None
    assert (child.expires_at - last(lab, "AssumeRole").at).total_seconds() == 3600


def test_source_identity_persists_and_cannot_be_changed(lab: Lab) -> None:
    """A chained session keeps its source identity, and asking for another one is denied."""
    assert trying(lab, "keith", RoleArn=CHILD_ARN, SourceIdentity="mary")[0] == "AccessDenied"
    child = assume(lab, lab.credentials("keith"), CHILD_ARN, "other-name")
    client(lab, "sts", child).get_caller_identity()
    identity = last(lab, "GetCallerIdentity").record["userIdentity"]
    assert identity["sessionContext"]["sourceIdentity"] == "keith"


def test_transitive_tags_reach_the_next_session(lab: Lab) -> None:
    """A transitive tag is a principal tag of the chained session; another tag is not."""
    iam = client(lab, "iam", lab.credentials("root"))
    trust = json.dumps(TRUST)
    for name in ("First", "Second"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName=name, PolicyName="P", PolicyDocument=allow(["*"]))
    first = assume(
        lab, lab.credentials("admin"), f"arn:aws:iam::{ACCOUNT}:role/First", "tagged",
        Tags=[{"Key": "team", "Value": "red"}, {"Key": "stay", "Value": "here"}], TransitiveTagKeys=["team"],
    )  # fmt: skip
    second = assume(lab, first, f"arn:aws:iam::{ACCOUNT}:role/Second", "tagged")
    statements = [json.loads(allow(["s3:GetObject"], condition={"StringEquals": {f"aws:PrincipalTag/{key}": value}}))
                  for key, value in (("team", "red"), ("stay", "here"))]  # fmt: skip
    iam.put_role_policy(RoleName="Second", PolicyName="P", PolicyDocument=json.dumps(statements[0]))
    assert reads(lab, second) == "OK"
    iam.put_role_policy(RoleName="Second", PolicyName="P", PolicyDocument=json.dumps(statements[1]))
    assert reads(lab, second) == "AccessDenied"


def test_session_policy_limits_each_call(lab: Lab) -> None:
    """What the session policy does not allow is denied, and the denial names the session policy."""
    narrow = assume(lab, lab.credentials("bob-user"), ROLE_ARN, "bob", Policy=allow(["s3:GetObject"]))
    assert reads(lab, narrow) == "OK"
    code, _, message = answer_of(client(lab, "dynamodb", narrow).scan, TableName="orders")
    assert (code, "no session policy allows" in message) == ("AccessDeniedException", True)


def test_session_policy_must_be_readable(lab: Lab) -> None:
    """A session policy that cannot be judged is refused when the session is asked for."""
    assert trying(lab, "bob-user", Policy='{"Version": "2012-10-17"}')[0] == "MalformedPolicyDocument"


def test_caller_identity(lab: Lab) -> None:
    """GetCallerIdentity shows the session ARN and `AROA...:name`."""
    answer = client(lab, "sts", lab.credentials("mary")).get_caller_identity()
    assert answer["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/DataAnalyst/mary"
    assert answer["UserId"].startswith("AROA")
    assert answer["UserId"].endswith(":mary")


def test_access_key_info(lab: Lab) -> None:
    """GetAccessKeyInfo tells the account of a session's key."""
    sts = client(lab, "sts", lab.credentials("admin"))
    key_id = lab.credentials("keith").access_key_id
    assert sts.get_access_key_info(AccessKeyId=key_id)["Account"] == ACCOUNT
    assert code_of(sts.get_access_key_info, AccessKeyId="ASIA" + "B" * 16) == "ValidationError"


def test_other_sts_calls_are_not_implemented(lab: Lab) -> None:
    """AssumeRoot and the like say that they are missing; moto's made-up answers are never given."""
    sts = client(lab, "sts", lab.credentials("admin"))
    task = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
    assert code_of(sts.assume_root, TargetPrincipal=ACCOUNT, TaskPolicyArn=task) == "NotImplemented"
    assert code_of(sts.get_web_identity_token, Audience=["x"], SigningAlgorithm="RS256") == "NotImplemented"
