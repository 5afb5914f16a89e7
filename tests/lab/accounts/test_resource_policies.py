"""Resource policies over HTTP: they allow, cut, are refused when malformed, and can go again, in each service alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.lab.accounts.guarding import administrator, session
from tests.lab.acting import TRUST, allow, answer_of, code_of
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.accounts.resource_policies import resource_policy
from unassume.lab.clients import client

Door = tuple[str, str, Callable[[Any], Any], Callable[[Any, str], Any], Callable[[Any], Any]]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        yield opened


@pytest.fixture(scope="module")
def boss(lab: Lab) -> Credentials:
    return administrator(lab, ACCOUNT)


@pytest.fixture(params=["s3", "sqs", "sns", "kms", "secretsmanager"])
def door(lab: Lab, boss: Credentials, request: pytest.FixtureRequest) -> Door:
    """A service, the ARN of a resource, a read of it, and how its policy is written and taken away."""
    made = client(lab, request.param, boss)
    match request.param:
        case "s3":
            made.create_bucket(Bucket="doors")
            made.put_object(Bucket="doors", Key="k", Body=b"-")
            return ("s3", "arn:aws:s3:::doors", lambda c: c.get_object(Bucket="doors", Key="k"),
                    lambda c, text: c.put_bucket_policy(Bucket="doors", Policy=text),
                    lambda c: c.delete_bucket_policy(Bucket="doors"))  # fmt: skip
        case "sqs":
            url = made.create_queue(QueueName="doors")["QueueUrl"]
            return ("sqs", f"arn:aws:sqs:us-east-1:{ACCOUNT}:doors", lambda c: c.list_queue_tags(QueueUrl=url),
                    lambda c, text: c.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text}),
                    lambda c: c.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""}))  # fmt: skip
        case "sns":
            topic = made.create_topic(Name="doors")["TopicArn"]
            default = made.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
            return ("sns", topic, lambda c: c.get_topic_attributes(TopicArn=topic),
                    lambda c, text: c.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text),
                    lambda c: c.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=default),
                    )  # fmt: skip
        case "kms":
            keys = made.list_keys()["Keys"] or [made.create_key()["KeyMetadata"]]
            key = keys[0].get("KeyArn") or keys[0]["Arn"]
            default = made.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
            return ("kms", key, lambda c: c.describe_key(KeyId=key),
                    lambda c, text: c.put_key_policy(KeyId=key, PolicyName="default", Policy=text),
                    lambda c: c.put_key_policy(KeyId=key, PolicyName="default", Policy=default))  # fmt: skip
        case _:
            listed = made.list_secrets()["SecretList"]
            arn = listed[0]["ARN"] if listed else made.create_secret(Name="doors", SecretString="-")["ARN"]
            return ("secretsmanager", arn, lambda c: c.describe_secret(SecretId=arn),
                    lambda c, text: c.put_resource_policy(SecretId=arn, ResourcePolicy=text),
                    lambda c: c.delete_resource_policy(SecretId=arn))  # fmt: skip


def document(effect: str, door: Door, principal: Any, **more: Any) -> str:
    resource = [door[1], f"{door[1]}/*"] if door[0] == "s3" else door[1]
    statement = {"Effect": effect, "Principal": principal, "Action": f"{door[0]}:*", "Resource": resource, **more}
    # A key's policy must let its writer write the next one.
    own = [{**statement, "Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Condition": {}}] if door[0] == "kms" else []
    return json.dumps({"Version": "2012-10-17", "Statement": [*own, statement]})


def passes(call: Callable[[Any], Any], asking: Any) -> bool:
    return code_of(lambda: call(asking)) == "OK"


def test_a_policy_lets_in_and_its_removal_shuts_out(lab: Lab, boss: Credentials, door: Door) -> None:
    """A policy that names a user of the account is enough for it, as long as it stands."""
    service, arn, read, write, remove = door
    before = resource_policy(arn)
    iam = client(lab, "iam", boss)
    name = f"bare-{service}"
    user = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    bare = client(lab, service, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    owner = client(lab, service, boss)
    assert not passes(read, bare)
    write(owner, document("Allow", door, {"AWS": user}))
    assert resource_policy(arn) != before
    assert passes(read, bare)
    remove(owner)
    assert (passes(read, bare), resource_policy(arn)) == (False, before)


def test_a_deny_cuts_one_session_and_spares_its_twin(lab: Lab, boss: Credentials, door: Door) -> None:
    """An explicit deny by aws:userid binds that session alone, in AWS's words, as long as it stands."""
    service, _, read, write, remove = door
    iam = client(lab, "iam", boss)
    name = f"work-{service}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="All", PolicyDocument=allow(["*"]))
    keith, user_id = session(lab, boss, role, "keith")
    twin, _ = session(lab, boss, role, "twin")
    condition = {"StringEquals": {"aws:userid": user_id}}
    write(client(lab, service, boss), document("Deny", door, "*", Condition=condition))
    message = answer_of(lambda: read(client(lab, service, keith)))[2]
    assert "with an explicit deny in a resource-based policy" in message
    assert passes(read, client(lab, service, twin))
    remove(client(lab, service, boss))
    assert passes(read, client(lab, service, keith))


def test_what_cannot_be_judged_is_not_written(lab: Lab, boss: Credentials, door: Door) -> None:
    """A malformed policy is refused by the service's own code, and nothing of it stands."""
    codes = {
        "s3": "MalformedPolicy",
        "sqs": "InvalidAttributeValue",
        "sns": "InvalidParameter",
        "kms": "MalformedPolicyDocumentException",
        "secretsmanager": "MalformedPolicyDocumentException",
    }
    broken, before = document("Perhaps", door, "*"), resource_policy(door[1])
    assert code_of(lambda: door[3](client(lab, door[0], boss), broken)) == codes[door[0]]
    assert resource_policy(door[1]) == before
