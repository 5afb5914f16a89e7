"""Looking around over HTTP: what the lab answers, EKS as it is played, and refusals that are answers too."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.aws.loopback import Answer as Answered
from tests.aws.loopback import FrozenClock, Loopback, refusal, xml
from tests.lab.acting import allow
from unassume.aws.connection import Connection
from unassume.aws.surroundings import AwsSurroundings
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client
from unassume.model.preflights import Answer, AskAllowed, AskWorkloads, AskWrites, Service
from unassume.model.surveys import RoleSubject

REGIONS = ("us-east-1", "eu-west-1")
ARN, OTHER = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("Worker", "Bystander"))
ROLE = RoleSubject(account=ACCOUNT, name="Worker")
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


class Stage(NamedTuple):
    """A lab with workloads on two roles, and a look around it as its administrator."""

    lab: Lab
    root: Credentials
    around: AwsSurroundings

    def runs(self, service: Service, region: str = "us-east-1") -> tuple[str, ...]:
        """What is found of one service on the role, where nothing is missing."""
        answer = self.answer(service, region)
        assert answer.missing == ()
        return tuple(one.name for one in answer.workloads)

    def answer(self, service: Service, region: str = "us-east-1") -> Answer:
        ask = AskWorkloads(role=ROLE, role_arn=ARN, service=service, region=region)
        return self.around.look([ask])[ask]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab of two regions whose trail is not late."""
    with Lab(regions=REGIONS) as served:
        iam = client(served, "iam", served.credentials("root"))
        for name in ("Worker", "Bystander"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
            iam.create_instance_profile(InstanceProfileName=f"{name}-profile")
            iam.add_role_to_instance_profile(InstanceProfileName=f"{name}-profile", RoleName=name)
        yield served


@pytest.fixture
def stage(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The look around, on the root user's keys."""
    root = lab.credentials("root")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", root.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", root.secret_access_key)
    connection = Connection(lab.clock, region="us-east-1", endpoint_url=lab.endpoint_url)
    return Stage(lab, root, AwsSurroundings(connection, seconds=100))


def started(ec2: Any, profile: str) -> str:
    made = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, IamInstanceProfile={"Name": profile})
    return str(made["Instances"][0]["InstanceId"])


def test_instances_of_the_role_s_profiles(stage: Stage) -> None:
    """Those that run with a profile of the role, in the region asked; not those of others, nor those that ended."""
    ec2 = client(stage.lab, "ec2", stage.root)
    runs, ended = started(ec2, "Worker-profile"), started(ec2, "Worker-profile")
    started(ec2, "Bystander-profile")
    ec2.terminate_instances(InstanceIds=[ended])
    assert (stage.runs("ec2"), stage.runs("ec2", "eu-west-1")) == ((runs,), ())


def test_functions_by_their_role(stage: Stage) -> None:
    """Lambda lists all functions; those of the role are kept."""
    functions, code = client(stage.lab, "lambda", stage.root), io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "")
    for name, role in (("report", ARN), ("other", OTHER)):
        functions.create_function(
            FunctionName=name, Runtime="python3.11", Role=role, Handler="main.run", Code={"ZipFile": code.getvalue()}
        )  # fmt: skip
    assert (stage.runs("lambda"), stage.runs("lambda", "eu-west-1")) == (("report",), ())


def test_tasks_by_their_definition(stage: Stage) -> None:
    """A running task is named by its cluster; the role counts as task role and as execution role."""
    ecs, ec2 = client(stage.lab, "ecs", stage.root), client(stage.lab, "ec2", stage.root)
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    ecs.create_cluster(clusterName="batch")
    for family, roles in (
        ("own", {"taskRoleArn": ARN}),
        ("pulls", {"executionRoleArn": ARN}),
        ("other", {"taskRoleArn": OTHER}),
    ):
        ecs.register_task_definition(
            family=family, containerDefinitions=[{"name": "c", "image": "i", "memory": 64}], **roles
        )  # fmt: skip
        ecs.run_task(
            cluster="batch", taskDefinition=family, launchType="FARGATE", count=1,
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet]}},
        )  # fmt: skip
    names = stage.runs("ecs")
    assert (len(names), {name.partition("/task:")[0] for name in names}) == (2, {"batch"})


def test_who_wrote_the_role(stage: Stage) -> None:
    """The writes are found under the role's name in IAM's own region, with who and how."""
    iam = client(stage.lab, "iam", stage.root)
    iam.put_role_policy(RoleName="Worker", PolicyName="Work", PolicyDocument=allow(["s3:GetObject"]))
    iam.delete_role_policy(RoleName="Worker", PolicyName="Work")
    stage.lab.clock.advance(1)
    ask = AskWrites(subject=ROLE, partition="aws")
    answer = stage.around.look([ask])[ask]
    assert [(one.call, one.policy) for one in answer.writes[:2]] == [
        ("DeleteRolePolicy", "Work"),
        ("PutRolePolicy", "Work"),
    ]
    assert {(one.by, one.tool) for one in answer.writes} == {(f"arn:aws:iam::{ACCOUNT}:root", "sdk")}
    assert answer.missing == ()


def test_a_partition_nobody_knows(stage: Stage) -> None:
    """Where IAM logs in an unknown partition is not guessed."""
    ask = AskWrites(subject=ROLE, partition="aws-elsewhere")
    assert "aws-elsewhere" in stage.around.look([ask])[ask].missing[0]


ASSOCIATIONS = json.dumps({
    "associations": [
        {"namespace": "jobs", "serviceAccount": name, "associationId": name, "clusterName": "blue"} for name in "abc"
    ]
})  # fmt: skip


def test_pods_by_their_associations(aws: Loopback, connection: Connection) -> None:
    """Each association is described, for the list names no role; the role it leads to next counts too."""
    aws.play("clusters", json.dumps({"clusters": ["blue"]}))
    aws.play("clusters/blue/pod-identity-associations", ASSOCIATIONS)
    for name, roles in (
        ("a", {"roleArn": ARN}),
        ("b", {"roleArn": OTHER}),
        ("c", {"roleArn": OTHER, "targetRoleArn": ARN}),
    ):
        aws.play(f"clusters/blue/pod-identity-associations/{name}", json.dumps({"association": roles}))
    ask = AskWorkloads(role=ROLE, role_arn=ARN, service="eks", region="eu-west-1")
    answer = AwsSurroundings(connection).look([ask])[ask]
    assert [one.name for one in answer.workloads] == ["blue/jobs/a", "blue/jobs/c"]
    assert {asked.region for asked in aws.asked} == {"eu-west-1"}


def test_a_refusal_is_an_answer(aws: Loopback, connection: Connection) -> None:
    """What may not be asked, and what is answered with nonsense, is said in words; the rest has its answers."""
    aws.play("ListInstanceProfilesForRole", xml("ListInstanceProfilesForRole", "<InstanceProfiles/>"))
    aws.play("clusters", json.dumps({"clusters": ["blue"]}))
    aws.play("clusters/blue/pod-identity-associations", json.dumps({"associations": [{}]}))
    asks = [
        AskWorkloads(role=ROLE, role_arn=ARN, service=service, region="us-east-1")
        for service in ("ec2", "lambda", "ecs", "eks")
    ]  # fmt: skip
    writes, allowed = AskWrites(subject=ROLE, partition="aws"), AskAllowed(actions=("iam:PutRolePolicy",), resource=ARN)
    found = AwsSurroundings(connection).look([*asks, writes, allowed])
    assert [found[one].missing[:1] for one in asks[:1]] == [()]
    for one, call in zip(asks[1:3], ("lambda:ListFunctions", "ecs:ListClusters"), strict=True):
        assert f"not allowed to call `{call}`" in found[one].missing[0]
    assert found[asks[3]].missing == ("AWS's answer could not be understood",)
    assert "not allowed to call `cloudtrail:LookupEvents`" in found[writes].missing[0]
    assert found[allowed] == Answer()


def test_a_throttled_history_is_asked_again(aws: Loopback, connection: Connection, clock: FrozenClock) -> None:
    """A throttled lookup is repeated after a wait, a few times and no more; what was not read is said."""
    aws.play("LookupEvents", refusal("ThrottlingException", "Rate exceeded", 400))
    ask = AskWrites(subject=ROLE, partition="aws")
    answer = AwsSurroundings(connection).look([ask])[ask]
    assert (answer.writes, len(answer.missing)) == ((), 1)
    assert aws.actions().count("LookupEvents") == 6
    assert clock.slept > 0


def test_only_the_newest_pages_are_read(aws: Loopback, connection: Connection) -> None:
    """A role that is named all day is read for three pages, and the rest is said to be unread."""
    page = [{"CloudTrailEvent": f"no event {number}"} for number in range(50)]
    aws.play("LookupEvents", json.dumps({"Events": page, "NextToken": "more"}))
    ask = AskWrites(subject=ROLE, partition="aws")
    answer = AwsSurroundings(connection).look([ask])[ask]
    assert answer.missing == ("the newest 150 events that name it were read, and no older ones",)
    assert aws.actions().count("LookupEvents") == 3


def test_silence_is_an_answer_after_a_while(aws: Loopback, connection: Connection) -> None:
    """A service that does not answer within the seconds given is left behind, and that is said."""
    never = threading.Event()
    aws.plays["clusters"] = lambda _: Answered(json.dumps({"clusters": []}) if never.wait(60) else "")
    ask = AskWorkloads(role=ROLE, role_arn=ARN, service="eks", region="us-east-1")
    answer = AwsSurroundings(connection, seconds=0.1).look([ask])[ask]
    never.set()
    assert answer.missing == ("no answer within 0 s",)
