"""The resource's own policy, for the services whose resources this tool knows how to ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from unassume.aws.attempts import Attempts
from unassume.aws.connection import Connection
from unassume.iam.statements import DocumentKind

_NONE = ""


class Arn(NamedTuple):
    """The parts of an ARN that a call needs."""

    whole: str
    service: str
    region: str
    account: str
    name: str


class _Row(NamedTuple):
    call: str
    ask: Callable[[Any, Arn, str], str | None]


def resource_policy(attempts: Attempts, connection: Connection, resource: str, owner: str) -> str | None:
    """The policy of what the ARN names; None where it has none, or was not read. `owner` is the account it is in.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
    A role's trust policy is the only resource-based policy of IAM, and it bears on its being assumed alone.
    """
    arn = arn_of(resource)
    if arn is None or arn.service == "iam":
        return None
    row = _ROWS.get(arn.service)
    if row is None:
        because = f"`{arn.service}` is no service whose policies are read here"
        attempts.leave(DocumentKind.RESOURCE, because)
        return None

    def read() -> str:
        client = connection.client(arn.service, arn.region or None)
        return row.ask(client, arn, owner) or _NONE

    return attempts.ask(DocumentKind.RESOURCE, row.call, read, _NONE) or None


def arn_of(resource: str) -> Arn | None:
    """The parts of an ARN; None for `*`."""
    parts = resource.split(":", 5)
    return Arn(resource, parts[2], parts[3], parts[4], parts[5]) if len(parts) == 6 else None


def _bucket(client: Any, arn: Arn, owner: str) -> str | None:
    """AWS refuses when the bucket is not the expected account's, so a bucket of that name elsewhere is never taken."""
    answer = client.get_bucket_policy(Bucket=arn.name.partition("/")[0], ExpectedBucketOwner=owner)
    return str(answer["Policy"])


def _queue(client: Any, arn: Arn, _: str) -> str | None:
    url = client.get_queue_url(QueueName=arn.name, QueueOwnerAWSAccountId=arn.account)["QueueUrl"]
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    return _maybe(found.get("Attributes", {}).get("Policy"))


def _topic(client: Any, arn: Arn, _: str) -> str | None:
    return _maybe(client.get_topic_attributes(TopicArn=_first(arn, 1))["Attributes"].get("Policy"))


def _key(client: Any, arn: Arn, _: str) -> str | None:
    return str(client.get_key_policy(KeyId=arn.whole, PolicyName="default")["Policy"])


def _function(client: Any, arn: Arn, _: str) -> str | None:
    parts = arn.name.split(":")
    given = {"FunctionName": _first(arn, 2)} | ({"Qualifier": parts[2]} if len(parts) > 2 else {})
    return str(client.get_policy(**given)["Policy"])


def _secret(client: Any, arn: Arn, _: str) -> str | None:
    return _maybe(client.get_resource_policy(SecretId=arn.whole).get("ResourcePolicy"))


def _first(arn: Arn, count: int) -> str:
    """The ARN with only that many parts of its name."""
    head = arn.whole[: len(arn.whole) - len(arn.name)]
    return head + ":".join(arn.name.split(":")[:count])


def _maybe(text: object) -> str | None:
    return (text if isinstance(text, str) else json.dumps(text)) if text else None


_ROWS: Mapping[str, _Row] = {
    "s3": _Row("s3:GetBucketPolicy", _bucket),
    "sqs": _Row("sqs:GetQueueAttributes", _queue),
    "sns": _Row("sns:GetTopicAttributes", _topic),
    "kms": _Row("kms:GetKeyPolicy", _key),
    "lambda": _Row("lambda:GetPolicy", _function),
    "secretsmanager": _Row("secretsmanager:GetResourcePolicy", _secret),
}
