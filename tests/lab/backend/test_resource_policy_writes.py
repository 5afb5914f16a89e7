"""Which resource policies AWS refuses, over HTTP and in its words, and that everything it takes is enforced."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from tests.lab.accounts.guarding import SECOND, administrator
from tests.lab.acting import answer_of, code_of
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

_GONE = f"arn:aws:iam::{ACCOUNT}:role/gone"
Write = Callable[[str], Any]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def boss(lab: Lab) -> Credentials:
    return administrator(lab, ACCOUNT)


@pytest.fixture(scope="module")
def writes(lab: Lab, boss: Credentials) -> dict[str, tuple[Write, str]]:
    """For each service, how a policy is written, and the ARN it is about."""
    s3, sqs, sns, kms, secrets = (client(lab, each, boss) for each in ("s3", "sqs", "sns", "kms", "secretsmanager"))
    s3.create_bucket(Bucket="kept")
    url = sqs.create_queue(QueueName="kept")["QueueUrl"]
    topic = sns.create_topic(Name="kept")["TopicArn"]
    key = kms.create_key()["KeyMetadata"]["Arn"]
    secret = secrets.create_secret(Name="kept", SecretString="-")["ARN"]

    def set_topic(text: str) -> Any:
        return sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)

    return {
        "s3": (lambda text: s3.put_bucket_policy(Bucket="kept", Policy=text), "arn:aws:s3:::kept"),
        "sqs": (
            lambda text: sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text}),
            f"arn:aws:sqs:us-east-1:{ACCOUNT}:kept",
        ),
        "sns": (set_topic, topic),
        "kms": (lambda text: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text), key),
        "secretsmanager": (lambda text: secrets.put_resource_policy(SecretId=secret, ResourcePolicy=text), secret),
    }


def document(service: str, resource: str, principal: Any, **more: Any) -> str:
    common = {"Effect": "Allow", "Action": f"{service}:*", "Resource": resource}
    statements = [{**common, "Principal": {"AWS": ACCOUNT}}, {**common, "Principal": principal, **more}]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.mark.parametrize(
    ("service", "code", "message"),
    [
        ("s3", "MalformedPolicy", "Invalid principal in policy"),
        ("sqs", "InvalidAttributeValue", "Invalid value for the parameter Policy."),
        ("sns", "InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound"),
        ("kms", "MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."),
        (
            "secretsmanager",
            "MalformedPolicyDocumentException",
            "This resource policy contains an unsupported principal.",
        ),
    ],
)
def test_principals_that_are_not_there(
    lab: Lab, writes: dict[str, tuple[Write, str]], service: str, code: str, message: str
) -> None:
    """A role that its account does not have is refused; the account, its user and another's unknown role are not."""
    write, arn = writes[service]
    assert answer_of(lambda: write(document(service, arn, {"AWS": [ACCOUNT, _GONE]}))) == (code, 400, message)
    known = [f"arn:aws:iam::{ACCOUNT}:user/boss", "arn:aws:iam::999999999999:role/somewhere"]
    assert code_of(lambda: write(document(service, arn, {"AWS": known}))) == "OK"


@pytest.mark.parametrize("text", [f"arn:aws:iam::{SECOND}:user/gone", f"arn:aws:sts::{ACCOUNT}:assumed-role/gone/s"])
def test_users_and_sessions_that_are_not_there(writes: dict[str, tuple[Write, str]], text: str) -> None:
    """A user of another account of the lab must exist too, and so must the role of a session."""
    write, arn = writes["s3"]
    assert code_of(lambda: write(document("s3", arn, {"AWS": text}))) == "MalformedPolicy"


@pytest.mark.parametrize(
    ("service", "size", "code"),
    [
        ("s3", 20_480, "MalformedPolicy"),
        ("sqs", 8_192, "InvalidAttributeValue"),
        ("sns", 30_720, "InvalidParameter"),
        ("kms", 32_768, "LimitExceededException"),
        ("secretsmanager", 20_480, "ValidationException"),
    ],
)
def test_sizes(writes: dict[str, tuple[Write, str]], service: str, size: int, code: str) -> None:
    """A policy of the size each service allows is taken, and one a byte longer is not."""
    write, arn = writes[service]
    text = document(service, arn, {"AWS": ACCOUNT})
    assert code_of(lambda: write(text.ljust(size))) == "OK"
    assert code_of(lambda: write(text.ljust(size + 1))) == code


@pytest.mark.parametrize("resource", ["arn:aws:s3:::other", "arn:aws:s3:::kep*", "*", "arn:aws:s3:::kept2/*"])
def test_resources_outside_of_the_bucket(writes: dict[str, tuple[Write, str]], resource: str) -> None:
    """A bucket's policy is about that bucket."""
    write, arn = writes["s3"]
    refused = ("MalformedPolicy", 400, "Policy has invalid resource")
    assert answer_of(lambda: write(document("s3", arn, "*", Resource=[arn, resource]))) == refused
    assert code_of(lambda: write(document("s3", arn, "*", Resource=[arn, f"{arn}/*"]))) == "OK"


def test_public_policies_of_secrets(lab: Lab, boss: Credentials, writes: dict[str, tuple[Write, str]]) -> None:
    """A policy for everybody is refused where that is asked for, one for few is taken, an unclear one is neither."""
    secrets, arn = client(lab, "secretsmanager", boss), writes["secretsmanager"][1]

    def block(principal: Any, **more: Any) -> str:
        text = document("secretsmanager", arn, principal, **more)
        return code_of(secrets.put_resource_policy, SecretId=arn, ResourcePolicy=text, BlockPublicPolicy=True)

    assert block("*") == "PublicPolicyException"
    assert block({"AWS": ACCOUNT}) == "OK"
    assert block("*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}) == "OK"
    assert block("*", Effect="Deny", Condition={"StringEquals": {"aws:username": "nobody"}}) == "OK"
    assert block("*", Condition={"Bool": {"aws:SecureTransport": "true"}}) == "NotImplemented"
    validated = secrets.validate_resource_policy(SecretId=arn, ResourcePolicy=document("secretsmanager", arn, "*"))
    assert (validated["PolicyValidationPassed"], len(validated["ValidationErrors"])) == (False, 1)
    text = document("secretsmanager", arn, {"AWS": ACCOUNT})
    assert secrets.validate_resource_policy(ResourcePolicy=text)["PolicyValidationPassed"]
    assert code_of(secrets.validate_resource_policy, ResourcePolicy="{}") == "MalformedPolicyDocumentException"


def _form(lab: Lab, held: Credentials, service: str, **fields: str) -> str:
    """A call of the query protocol, signed as SDKs sign it; the answer's text."""
    body = urlencode(fields)
    asked = AWSRequest("POST", f"{lab.endpoint_url}/", data=body, headers={"Content-Type": _FORM})
    SigV4Auth(_Held(held), service, "us-east-1").add_auth(asked)
    sent = Request(asked.url, body.encode(), dict(asked.headers))
    with urlopen(sent, timeout=10) as answer:
        return str(answer.read().decode())


_FORM = "application/x-www-form-urlencoded; charset=utf-8"


class _Held:
    """Credentials as botocore's signer reads them."""

    def __init__(self, held: Credentials) -> None:
        self.access_key = held.access_key_id
        self.secret_key = held.secret_access_key
        self.token = held.session_token


def _bare(lab: Lab, boss: Credentials, service: str, name: str) -> tuple[Any, str]:
    iam = client(lab, "iam", boss)
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return client(lab, service, Credentials(key["AccessKeyId"], key["SecretAccessKey"])), str(arn)


def test_a_queue_made_with_a_policy(lab: Lab, boss: Credentials) -> None:
    """CreateQueue's policy is enforced, written as JSON or in a form, and SetQueueAttributes' form too."""
    asking, arn = _bare(lab, boss, "sqs", "queuer")
    sqs = client(lab, "sqs", boss)
    text = document("sqs", "*", {"AWS": arn})
    url = sqs.create_queue(QueueName="made", Attributes={"Policy": text})["QueueUrl"]
    assert code_of(asking.send_message, QueueUrl=url, MessageBody="-") == "OK"
    named = {"Attribute.1.Name": "Policy", "Attribute.1.Value": document("sqs", "*", {"AWS": ACCOUNT})}
    _form(lab, boss, "sqs", Action="SetQueueAttributes", Version="2012-11-05", QueueUrl=url, **named)
    assert code_of(asking.send_message, QueueUrl=url, MessageBody="-") == "AccessDenied"
    named["Attribute.1.Value"] = text
    _form(lab, boss, "sqs", Action="CreateQueue", Version="2012-11-05", QueueName="formed", **named)
    url = sqs.get_queue_url(QueueName="formed")["QueueUrl"]
    assert code_of(asking.send_message, QueueUrl=url, MessageBody="-") == "OK"
    assert code_of(sqs.create_queue, QueueName="broken", Attributes={"Policy": "{}"}) == "InvalidAttributeValue"


def test_a_topic_made_with_a_policy(lab: Lab, boss: Credentials) -> None:
    """CreateTopic's policy is enforced; the default one leaves it to IAM."""
    asking, arn = _bare(lab, boss, "sns", "publisher")
    sns = client(lab, "sns", boss)
    plain = sns.create_topic(Name="plain")["TopicArn"]
    assert code_of(asking.publish, TopicArn=plain, Message="-") == "AuthorizationError"
    text = document("sns", "*", {"AWS": arn})
    made = sns.create_topic(Name="made", Attributes={"Policy": text})["TopicArn"]
    assert code_of(asking.publish, TopicArn=made, Message="-") == "OK"
    assert code_of(sns.create_topic, Name="broken", Attributes={"Policy": "{}"}) == "InvalidParameter"


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_permissions_of_queues_and_topics(lab: Lab, boss: Credentials, service: str) -> None:
    """AddPermission writes a statement for an account, which delegates and no more; RemovePermission takes it back."""
    owner = client(lab, service, boss)
    if service == "sqs":
        named = {"QueueUrl": owner.create_queue(QueueName="permitted")["QueueUrl"]}
        given = {"Label": "theirs", "AWSAccountId.1": ACCOUNT, "ActionName.1": "SendMessage"}
        _form(lab, boss, "sqs", Action="AddPermission", Version="2012-11-05", **named, **given)
        owner.add_permission(**named, Label="more", AWSAccountIds=[ACCOUNT], Actions=["ReceiveMessage"])

        def policy() -> str:
            return str(owner.get_queue_attributes(**named, AttributeNames=["Policy"]).get("Attributes", {}))
    else:
        named = {"TopicArn": owner.create_topic(Name="permitted")["TopicArn"]}
        owner.add_permission(**named, Label="theirs", AWSAccountId=[ACCOUNT], ActionName=["Publish"])

        def policy() -> str:
            return str(owner.get_topic_attributes(**named)["Attributes"]["Policy"])

    asking, _ = _bare(lab, boss, service, f"permitted-{service}")
    call = asking.send_message if service == "sqs" else asking.publish
    message = {"MessageBody": "-"} if service == "sqs" else {"Message": "-"}
    assert "theirs" in policy()
    assert code_of(call, **named, **message) != "OK"
    assert code_of(client(lab, service, boss).remove_permission, **named, Label="theirs") == "OK"
    assert "theirs" not in policy()
