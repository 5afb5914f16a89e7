"""Roles are handed over in many parameters; wherever one stands in a call that writes, iam:PassRole is asked for."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.lab.operations.asking import ACCOUNT, REGION, ask, request
from unassume.iam.values import UNKNOWN, Known
from unassume.lab.accounts.state import AccountView
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.parts import MOST
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.table import Needs, needs
from unassume.lab.wire.refusals import Refusal

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
_OTHER = f"arn:aws:iam::{ACCOUNT}:role/o"


def _passing(found: Needs) -> list[Needed]:
    return [each for each in found.all if each.action == "iam:PassRole"]


@pytest.mark.parametrize(
    ("service", "name", "given", "to"),
    [
        ("ecs", "RegisterTaskDefinition", {"executionRoleArn": _ROLE}, "ecs-tasks"),
        ("ecs", "RunTask", {"overrides": {"taskRoleArn": _ROLE}}, "ecs-tasks"),
        ("batch", "RegisterJobDefinition", {"containerProperties": {"jobRoleArn": _ROLE}}, "ecs-tasks"),
        ("firehose", "CreateDeliveryStream", {"S3DestinationConfiguration": {"RoleARN": _ROLE}}, "firehose"),
        ("cognito-identity", "SetIdentityPoolRoles", {"Roles": {"authenticated": _ROLE}}, "cognito-identity"),
        ("config", "PutConfigurationRecorder", {"ConfigurationRecorder": {"roleARN": _ROLE}}, "config"),
        ("codepipeline", "CreatePipeline", {"pipeline": {"roleArn": f" {_ROLE}"}}, "codepipeline"),
        ("redshift", "CreateCluster", {"IamRoles.IamRoleArn.1": _ROLE}, "redshift"),
        ("sagemaker", "CreateModel", {"ExecutionRoleArn": _ROLE}, "sagemaker"),
        ("elasticmapreduce", "RunJobFlow", {"ServiceRole": "r"}, "elasticmapreduce"),
        ("glue", "CreateJob", {"Role": "r"}, "glue"),
        ("rds", "CreateDBInstance", {"MonitoringRoleArn": _ROLE}, None),
        ("ec2", "CreateFlowLogs", {"DeliverLogsPermissionArn": _ROLE}, None),
        ("lambda", "CreateFunction", {"FunctionName": "f", "Role": _ROLE}, "lambda"),
        ("none", "Nothing", {"A": [{"B": [[_ROLE]]}]}, None),
    ],
)
def test_roles_anywhere(service: str, name: str, given: dict[str, Any], to: str | None) -> None:
    """A role at any depth is passed once; to whom is unknown where no table says it."""
    (found,) = _passing(ask(service, name, **given))
    assert found.resource == _ROLE
    wanted = Known((f"{to}.amazonaws.com",)) if to else UNKNOWN
    assert found.keys["iam:passedtoservice"] == wanted


@pytest.mark.parametrize(
    ("service", "name", "given"),
    [
        ("ecs", "DescribeTasks", {"a": _ROLE}),
        ("dynamodb", "PutItem", {"TableName": "t", "Item": {"k": {"S": _ROLE}}}),
        ("ssm", "PutParameter", {"Name": "n", "Value": _ROLE}),
        ("ecs", "CreateCluster", {"tags": [{"key": "k", "value": _ROLE}]}),
        ("ec2", "CreateVpc", {"TagSpecification.1.Tag.1.Value": _ROLE}),
        ("eks", "CreateAccessEntry", {"clusterName": "c", "principalArn": _ROLE}),
        ("iam", "TagRole", {"RoleName": "r", "Other": _ROLE}),
    ],
)
def test_roles_that_are_not_handed_over(service: str, name: str, given: dict[str, Any]) -> None:
    """Reads, contents, tags and principals pass nothing."""
    assert not _passing(ask(service, name, **given))


def test_listed_and_other_roles() -> None:
    """A role that the table names is asked for once, the others beside it."""
    found = _passing(ask("ecs", "RegisterTaskDefinition", taskRoleArn=_ROLE, executionRoleArn=_OTHER, again=[_ROLE]))
    assert sorted(each.resource for each in found) == [_OTHER, _ROLE]


def _replicate(body: bytes) -> Needs:
    incoming = request(None, **{"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    scene = Scene(ACCOUNT, REGION, AccountView({}, {}, {}), incoming)
    return needs(Operation("s3", "s3", "PutBucketReplication", {"Bucket": "b"}), scene)


def test_a_role_in_xml() -> None:
    """The role of a replication stands in the body; one that cannot be read is refused."""
    text = f'<ReplicationConfiguration xmlns="x"><Role>{_ROLE[:9]}<!-- -->{_ROLE[9:]}</Role></ReplicationConfiguration>'
    assert [each.resource for each in _passing(_replicate(text.encode()))] == [_ROLE]
    with pytest.raises(Refusal):
        _replicate(b"<Role>")


def test_too_many_values() -> None:
    """What is too large to be searched is refused, however it is nested."""
    deep: Any = _ROLE
    for _ in range(5000):
        deep = [deep]
    assert len(_passing(ask("none", "Nothing", A=deep))) == 1
    with pytest.raises(Refusal) as refused:
        ask("none", "Nothing", A=["x"] * MOST)
    assert refused.value.status == 501
