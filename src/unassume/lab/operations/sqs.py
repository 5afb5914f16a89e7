"""SQS's operations, which name a queue by its URL; the batch calls need the action of the single one.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
"""

from __future__ import annotations

import re

from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, missing, on
from unassume.lab.operations.scene import Scene

_URL = re.compile(r"https?://[^/]+(?:/(\d{12}))?/([^/?#]+)")


def _queue(text: str, scene: Scene) -> str:
    """The ARN of a queue from its URL; moto reads the last part of the path, and takes a bare name too."""
    match = _URL.fullmatch(text)
    if match is None and "/" in text:
        raise missing("QueueUrl")
    owner, name = match.groups() if match else (None, text)
    return f"arn:aws:sqs:{scene.region}:{owner or scene.account}:{name}"


def _queue_url(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    given = operation.parameters
    owner = given.get("QueueOwnerAWSAccountId") or scene.account
    if not given.get("QueueName"):
        raise missing("QueueName")
    return (on("sqs:GetQueueUrl", f"arn:aws:sqs:{scene.region}:{owner}:{given['QueueName']}"),)


SQS = Service(
    base="arn:aws:sqs:{region}:{account}:",
    rows={
        "*": "ListQueues",
        "{QueueName}": "CreateQueue",
        "{QueueUrl:queue}": "AddPermission ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage "
        "DeleteMessageBatch DeleteQueue GetQueueAttributes ListDeadLetterSourceQueues ListQueueTags PurgeQueue "
        "ReceiveMessage RemovePermission SendMessage SendMessageBatch SetQueueAttributes TagQueue UntagQueue",
        "{SourceArn}": "StartMessageMoveTask ListMessageMoveTasks",
    },
    resolvers={"queue": _queue},
    special={"GetQueueUrl": _queue_url},
    actions={
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
        "DeleteMessageBatch": "DeleteMessage",
        "SendMessageBatch": "SendMessage",
    },
)
