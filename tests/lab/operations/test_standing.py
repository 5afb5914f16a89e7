"""Every attribute of moto's models that the tables read, asked of things that really stand in moto."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.acting import TRUST
from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client
from unassume.lab.operations import standing
from unassume.lab.operations.resource_tags import tags_of

_TAGS = [{"Key": "Team", "Value": "red"}]
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/R"
_HOME = (ACCOUNT, "us-east-1")


@pytest.fixture(scope="module")
def made() -> Iterator[dict[str, str]]:
    """A tagged thing of each kind, by the name of its service."""
    with Lab(seed=None) as lab:
        root = lab.credentials("root")

        def of(service: str) -> Any:
            return client(lab, service, root)

        of("iam").create_role(RoleName="R", AssumeRolePolicyDocument=json.dumps(TRUST), Tags=_TAGS)
        of("iam").create_instance_profile(InstanceProfileName="P")
        of("iam").add_role_to_instance_profile(InstanceProfileName="P", RoleName="R")
        of("s3").create_bucket(Bucket="tagged")
        of("s3").put_object(Bucket="tagged", Key="k", Body=b"x", Tagging="Team=red")
        key = of("kms").create_key(Tags=[{"TagKey": "Team", "TagValue": "red"}])["KeyMetadata"]
        of("kms").create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
        of("dynamodb").create_table(
            TableName="t", BillingMode="PAY_PER_REQUEST", Tags=_TAGS,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )  # fmt: skip
        of("sqs").create_queue(QueueName="q", tags={"Team": "red"})
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("main.py", "")
        made = of("lambda").create_function(
            FunctionName="f", Runtime="python3.11", Role=_ROLE, Handler="main.run",
            Code={"ZipFile": code.getvalue()}, Tags={"Team": "red"},
        )  # fmt: skip
        vpc = of("ec2").create_vpc(
            CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": _TAGS}]
        )["Vpc"]["VpcId"]  # fmt: skip
        yield {
            "iam": _ROLE,
            "s3": "arn:aws:s3:::tagged/k",
            "kms": key["Arn"],
            "secretsmanager": of("secretsmanager").create_secret(Name="s", SecretString="x", Tags=_TAGS)["ARN"],
            "dynamodb": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t",
            "sqs": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q",
            "sns": of("sns").create_topic(Name="n", Tags=_TAGS)["TopicArn"],
            "lambda": made["FunctionArn"],
            "ec2": f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/{vpc}",
        }


@pytest.mark.parametrize(
    "service", ["iam", "s3", "kms", "secretsmanager", "dynamodb", "sqs", "sns", "lambda", "ec2"]
)  # fmt: skip
def test_tags(made: dict[str, str], service: str) -> None:
    """The tags a resource was made with are read back by its ARN."""
    assert tags_of(made[service]) == {"Team": "red"}


def test_names(made: dict[str, str]) -> None:
    """Owners, aliases, secrets, profiles, partition keys and groups are found by the names calls use."""
    assert standing.bucket_owner("tagged") == ACCOUNT
    assert standing.key_arn("alias/a", *_HOME) == made["kms"]
    assert standing.secret_arn("s", *_HOME) == made["secretsmanager"]
    assert standing.secret_arn(made["secretsmanager"].rpartition("-")[0], *_HOME) == made["secretsmanager"]
    assert standing.profile_roles(ACCOUNT, "P") == (_ROLE,)
    assert standing.profile_arn(ACCOUNT, "P") == f"arn:aws:iam::{ACCOUNT}:instance-profile/P"
    assert standing.partition_key(made["dynamodb"]) == "id"
    assert standing.security_group_id("default", *_HOME).startswith("sg-")
    assert standing.launch_template_id("none", *_HOME) == "none"
    assert standing.organization_of(ACCOUNT) is None
