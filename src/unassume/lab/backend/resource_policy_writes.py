"""Resource policies on their way to moto: only those that can be judged get there.

ASSUMPTION: the messages, and the codes besides S3's MalformedPolicy and Secrets Manager's documented exception.
AWS: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, parse
from unassume.lab.accounts.resource_policies import leave_to_the_gate
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal, not_implemented

_CODES: Mapping[str, str] = {
    "s3": "MalformedPolicy",
    "sqs": "InvalidAttributeValue",
    "secretsmanager": "MalformedPolicyDocumentException",
}


def check_resource_policy(operation: Operation, incoming: Incoming) -> None:
    """A Refusal when the call would write a resource policy that AWS would refuse or the lab cannot judge."""
    text = _written(operation, incoming)
    if text is None:
        return
    try:
        parse(text, DocumentKind.RESOURCE)
    except InputError as problem:
        raise Refusal(code=_CODES[operation.service], status=400, message=problem.message) from None
    if operation.service == "s3":
        leave_to_the_gate(str(operation.parameters["Bucket"]))


def _written(operation: Operation, incoming: Incoming) -> str | bytes | None:
    given = operation.parameters
    match operation.service, operation.name:
        case "s3", "PutBucketPolicy":
            return incoming.body
        case "sqs", "SetQueueAttributes":
            attributes = given.get("Attributes")
            # An empty policy takes the queue's away.
            return str(attributes.get("Policy") or "") or None if isinstance(attributes, Mapping) else None
        case "secretsmanager", "PutResourcePolicy":
            if given.get("BlockPublicPolicy"):
                raise not_implemented("secretsmanager:PutResourcePolicy with BlockPublicPolicy")
            return str(given.get("ResourcePolicy") or "")
        case _:
            return None
