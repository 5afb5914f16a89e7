"""explain from the account, with a lab of two accounts: whole layers, and layers that may not be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import REGIONS, CommandLine, settings
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client
from unassume.lab.profiles import write_profiles

OWN = "111122223333"
_SESSION = f"arn:aws:sts::{OWN}:assumed-role/Work/kim"
_SUE = f"arn:aws:iam::{OWN}:user/staff/sue"
_JOBS = f"arn:aws:sqs:us-east-1:{OWN}:jobs"
_READ = ["iam:Get*", "iam:List*", "s3:GetBucketPolicy", "sqs:Get*", "organizations:Describe*"]


def _document(sid: str, effect: str, action: str | list[str], **more: Any) -> str:
    statement = {"Sid": sid, "Effect": effect, "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=2, regions=REGIONS) as opened:
        _organize(opened)
        _people(opened)
        _things(opened)
        yield opened


def _organize(lab: Lab) -> None:
    """An SCP over the second account that denies the deletion of queues."""
    organizations: Any = client(lab, "organizations", lab.credentials("root"))
    root = organizations.list_roots()["Roots"][0]["Id"]
    kind = "SERVICE_CONTROL_POLICY"
    organizations.enable_policy_type(RootId=root, PolicyType=kind)
    text = _document("NoDelete", "Deny", "sqs:DeleteQueue")
    made = organizations.create_policy(Content=text, Name="Guard", Description="of a test", Type=kind)
    organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=OWN)


def _people(lab: Lab) -> None:
    """A role with a path, a boundary and a managed policy of two versions; a user whose group gives it queues."""
    iam: Any = client(lab, "iam", lab.credentials(f"root-{OWN}"))
    trust = {"Effect": "Allow", "Principal": {"AWS": _SUE}, "Action": "sts:AssumeRole"}
    bound = iam.create_policy(PolicyName="Bound", PolicyDocument=_document("B", "Allow", "s3:*"))["Policy"]["Arn"]
    team = iam.create_policy(PolicyName="Team", PolicyDocument=_document("Old", "Allow", "ec2:*"))["Policy"]["Arn"]
    newer = _document("New", "Allow", ["s3:*", "lambda:*"])
    iam.create_policy_version(PolicyArn=team, PolicyDocument=newer, SetAsDefault=True)
    iam.create_user(UserName="sue", Path="/staff/", Tags=[{"Key": "team", "Value": "red"}])
    iam.create_group(GroupName="staff")
    iam.add_user_to_group(GroupName="staff", UserName="sue")
    condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    iam.put_group_policy(
        GroupName="staff", PolicyName="Queues", PolicyDocument=_document("Q", "Allow", "sqs:*", Condition=condition)
    )
    iam.attach_group_policy(GroupName="staff", PolicyArn=team)
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="Work", Path="/team/", AssumeRolePolicyDocument=text, PermissionsBoundary=bound)
    iam.attach_role_policy(RoleName="Work", PolicyArn=team)


def _things(lab: Lab) -> None:
    """A bucket with a policy, a queue without one."""
    s3: Any = client(lab, "s3", lab.credentials(f"root-{OWN}"))
    s3.create_bucket(Bucket="data-of-two")
    resource = "arn:aws:s3:::data-of-two/secret/*"
    statement = {"Sid": "NoSecret", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource}
    s3.put_bucket_policy(Bucket="data-of-two", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    client(lab, "sqs", lab.credentials(f"root-{OWN}")).create_queue(QueueName="jobs")


def _user(lab: Lab, name: str, actions: list[str]) -> Credentials:
    iam: Any = client(lab, "iam", lab.credentials(f"root-{OWN}"))
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="Own", PolicyDocument=_document("Own", "Allow", actions))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture(scope="module")
def profiles(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Profiles of those who may read all but the organization, almost nothing, and the organization."""
    path = tmp_path_factory.mktemp("profiles") / "credentials"
    held = {"auditor": _user(lab, "auditor", _READ), "blind": _user(lab, "blind", ["iam:GetRole"])}
    write_profiles(path, {**held, "management": lab.credentials("root")})
    return path


@pytest.fixture
def run(
    lab: Lab, profiles: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> CommandLine:
    """The command line with those profiles."""
    for name, value in {**settings(lab, tmp_path, "auditor"), "AWS_SHARED_CREDENTIALS_FILE": str(profiles)}.items():
        monkeypatch.setenv(name, value)
    return CommandLine(capsys, lab.clock, tmp_path)


def _asked(run: CommandLine, principal: str, action: str, resource: str, *more: str, who: str = "auditor") -> Any:
    words = ("--principal", principal, "--action", action, "--resource", resource, "--profile", who, *more)
    ran = run("explain", "--from-account", *words, "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


_WHOLE = ("--organization-profile", "management", "--without", "session")


def test_an_allow_with_every_layer_read_is_one(run: CommandLine) -> None:
    """The default version of the managed policy, the boundary and the bucket's policy are judged; nothing is unread."""
    answer = _asked(run, _SESSION, "s3:GetObject", "arn:aws:s3:::data-of-two/a", *_WHOLE)
    assert (answer["outcome"], answer["not_read"]) == ("allow", [])
    found = {(each["layer"], each["policy"], each["sid"]) for each in answer["statements"]}
    assert ("identity-based policy", "Team", "New") in found
    assert ("permissions boundary", "Bound", "B") in found
    assert ("resource-based policy", "resource-based policy", "NoSecret") in found


def test_an_allow_with_unread_layers_is_not_known(run: CommandLine) -> None:
    """Without the organization and the session's policies the answer is unknown and says what was not read."""
    answer = _asked(run, _SESSION, "s3:GetObject", "arn:aws:s3:::data-of-two/a")
    assert (answer["outcome"], answer["outcome_as_read"]) == ("unknown", "allow")
    layers = {each["layer"] for each in answer["not_read"]}
    assert layers == {"session policy", "service control policy", "resource control policy"}
    assert any("organizations:ListParents" in each["because"] for each in answer["not_read"])
    assert answer["because"].startswith("allowed as far as the policies read go")


def test_a_deny_holds_whatever_is_unread(run: CommandLine) -> None:
    """The bucket's own deny, and a boundary that does not allow, are answers without the organization's policies."""
    secret = _asked(run, _SESSION, "s3:GetObject", "arn:aws:s3:::data-of-two/secret/a")
    assert (secret["outcome"], secret["layer"]) == ("explicit_deny", "resource-based policy")
    beyond = _asked(run, _SESSION, "lambda:ListFunctions", "*")
    assert (beyond["outcome"], beyond["layer"]) == ("implicit_deny", "permissions boundary")


def test_a_user_has_its_groups_policies_and_its_tags(run: CommandLine) -> None:
    """A group's inline policy applies by the user's tag, whether or not the ARN is given with its path."""
    for arn in (_SUE, _SUE.replace("staff/", "")):
        answer = _asked(run, arn, "sqs:SendMessage", _JOBS, "--organization-profile", "management")
        assert (answer["outcome"], answer["because"]) == (
            "allow", "allowed by an identity-based policy: `staff/Queues:Q`",
        )  # fmt: skip


def test_the_organization_s_deny_is_read(run: CommandLine) -> None:
    """An SCP on the account denies what the group allows."""
    answer = _asked(run, _SUE, "sqs:DeleteQueue", _JOBS, "--organization-profile", "management")
    assert (answer["outcome"], answer["layer"]) == ("explicit_deny", "service control policy")


def test_a_role_to_be_assumed_has_its_trust_policy(run: CommandLine) -> None:
    """The trust policy names sue, which is enough within the account, and does not name the role itself."""
    role = f"arn:aws:iam::{OWN}:role/team/Work"
    assert _asked(run, _SUE, "sts:AssumeRole", role, *_WHOLE)["outcome"] == "allow"
    assert _asked(run, _SESSION, "sts:AssumeRole", role, *_WHOLE)["outcome"] == "implicit_deny"


def test_a_refusal_leaves_a_layer_unread(run: CommandLine) -> None:
    """Who may read only the role gets no definite answer, and each refused call is named."""
    answer = _asked(run, _SESSION, "s3:GetObject", "arn:aws:s3:::data-of-two/a", who="blind")
    assert (answer["outcome"], answer["outcome_as_read"]) == ("unknown", "implicit_deny")
    told = json.dumps(answer["not_read"])
    for call in ("iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:GetPolicy", "s3:GetBucketPolicy"):
        assert f"`{call}`" in told


def test_a_service_that_is_not_read_is_named(run: CommandLine) -> None:
    """The policy of a table is not read, so that nothing allows it is no answer, unless it is said to have none."""
    words = (_SUE, "dynamodb:GetItem", f"arn:aws:dynamodb:us-east-1:{OWN}:table/orders")
    assert _asked(run, *words)["outcome"] == "unknown"
    assert _asked(run, *words, "--without", "resource")["outcome"] == "implicit_deny"


def test_the_session_s_policy_comes_from_a_file(run: CommandLine) -> None:
    """Files and the account are judged together: a session policy that allows no object denies it for certain."""
    path = run.folder / "session.json"
    path.write_text(_document("Narrow", "Allow", "sqs:*"))
    answer = _asked(run, _SESSION, "s3:GetObject", "arn:aws:s3:::data-of-two/a", "--session-policy", str(path))
    assert (answer["outcome"], answer["layer"]) == ("implicit_deny", "session policy")


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("--principal", f"arn:aws:iam::{OWN}:role/Nobody", "--profile", "auditor"), 4, "role/Nobody"),
        (("--principal", f"arn:aws:iam::{OWN}:user/nobody", "--profile", "auditor"), 4, "user/nobody"),
        (("--principal", _SESSION, "--profile", "management"), 2, f"`{OWN}`"),
        (("--principal", _SESSION, "--profile", "nowhere"), 2, "`nowhere`"),
        (("--principal", _SESSION, "--profile", "auditor", "--organization-profile", "nowhere"), 2, "`nowhere`"),
    ],
)
def test_who_cannot_be_read_is_one_line(run: CommandLine, words: tuple[str, ...], code: int, named: str) -> None:
    """An unknown role ends with 4, another account or profile with 2, each with one line that names it."""
    ran = run("explain", "--from-account", "--action", "s3:GetObject", *words)
    assert (ran.code, ran.out) == (code, "")
    assert named in ran.complaint[0]
    assert len(ran.complaint) == 2
