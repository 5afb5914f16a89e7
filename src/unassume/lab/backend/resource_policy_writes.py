"""Resource policies on their way to moto: only those that AWS would take and the lab can judge get there.

Sentences seen in answers of AWS, by the letter beside them; those without a letter are ASSUMPTIONS, codes too.
  A  2019-10-15: https://github.com/cloud-custodian/cloud-custodian/issues/4948
  B  2025-04-15: https://github.com/hashicorp/terraform-provider-aws/pull/42209
  C  2022-07-29: https://github.com/hashicorp/terraform-provider-aws/issues/26041
  D  2020-05-12: https://github.com/aws/serverless-application-model/issues/1591
  E  2025-05-06: https://github.com/LBHackney-IT/Data-Platform/pull/2238
AWS: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html (code, length)
AWS: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html (codes)
AWS: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, Policy, parse
from unassume.iam.limits import LIMITS
from unassume.lab.accounts.history import History
from unassume.lab.accounts.key_policies import leave_keys_to_the_gate
from unassume.lab.accounts.resource_policies import leave_to_the_gate
from unassume.lab.backend.policy_principals import absent_principal
from unassume.lab.backend.secret_policies import check_not_public
from unassume.lab.operations.policy_attributes import policy_attribute
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal


class Words(msgspec.Struct, frozen=True):
    """How a service refuses a policy: its code, what it says of any or of a malformed one, and of a size in bytes.

    An empty `malformed` leaves the sentence to the lab, which says the place and the rule.
    """

    code: str
    malformed: str
    no_principal: str
    most: int
    too_long: tuple[str, str]


_WORDS: Mapping[str, Words] = {
    "s3": Words(
        code="MalformedPolicy",
        malformed="",
        no_principal="Invalid principal in policy",  # A
        most=LIMITS["bucket"],
        too_long=("MalformedPolicy", "Policy exceeds the maximum allowed document size."),
    ),
    "sqs": Words(
        code="InvalidAttributeValue",
        malformed="Invalid value for the parameter Policy.",  # B
        no_principal="Invalid value for the parameter Policy.",
        most=LIMITS["queue"],
        too_long=("InvalidAttributeValue", "Invalid value for the parameter Policy."),
    ),
    "sns": Words(
        code="InvalidParameter",
        malformed="Invalid parameter: Policy Error: null",  # D
        no_principal="Invalid parameter: Policy Error: PrincipalNotFound",  # C
        most=30_720,
        too_long=("InvalidParameter", "Invalid parameter: Policy Error: Policy is too large"),
    ),
    "kms": Words(
        code="MalformedPolicyDocumentException",
        malformed="",
        no_principal="Policy contains a statement with one or more invalid principals.",  # E
        most=LIMITS["key"],
        too_long=("LimitExceededException", "The key policy is larger than the limit of 32768 bytes."),
    ),
    "secretsmanager": Words(
        code="MalformedPolicyDocumentException",
        malformed="",
        no_principal="This resource policy contains an unsupported principal.",
        most=20_480,
        too_long=("ValidationException", "The resource policy is longer than 20480 characters."),
    ),
}


def check_resource_policy(operation: Operation, incoming: Incoming, history: History) -> None:
    """A Refusal when the call would write a resource policy that AWS would refuse or the lab cannot judge."""
    text = _written(operation, incoming)
    if text is None:
        return
    policy = read_resource_policy(operation.service, text, history)
    match operation.service:
        case "s3":
            _check_resources(policy, str(operation.parameters["Bucket"]))
            leave_to_the_gate(str(operation.parameters["Bucket"]))
        case "kms":
            leave_keys_to_the_gate()
        case "secretsmanager" if operation.parameters.get("BlockPublicPolicy"):
            check_not_public(policy)
        case _:
            return


def read_resource_policy(service: str, text: str | bytes, history: History) -> Policy:
    """The policy, or the service's Refusal; `reason` keeps the place and rule where the service does not tell."""
    words = _WORDS[service]
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > words.most:
        code, message = words.too_long
        raise Refusal(code=code, status=400, message=message)
    try:
        policy = parse(text, DocumentKind.RESOURCE)
    except InputError as problem:
        message = words.malformed or problem.message
        raise Refusal(code=words.code, status=400, message=message, reason=problem.message) from None
    absent = absent_principal(policy, history)
    if absent is not None:
        reason = f"there is no `{absent}`"
        raise Refusal(code=words.code, status=400, message=words.no_principal, reason=reason)
    return policy


def _written(operation: Operation, incoming: Incoming) -> str | bytes | None:
    given = operation.parameters
    match operation.service, operation.name:
        case "s3", "PutBucketPolicy":
            return incoming.body
        case "sqs", _:
            # An empty policy takes the queue's away.
            return policy_attribute(operation) or None
        case "sns", _:
            return policy_attribute(operation)
        case "secretsmanager", "PutResourcePolicy":
            return str(given.get("ResourcePolicy") or "")
        case "kms", "PutKeyPolicy":
            return str(given.get("Policy") or "")
        case "kms", "CreateKey":
            return str(given.get("Policy") or "") or None
        case _:
            return None


def _check_resources(policy: Policy, bucket: str) -> None:
    """A Refusal for a resource outside of the bucket.

    AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html
    ASSUMPTION: the sentence, and that a `*` in the place of the bucket's name is outside whatever it would match.
    """
    own = f"arn:aws:s3:::{bucket}"
    for statement in policy.statements:
        if any(each != own and not each.startswith((f"{own}/", f"{own}*")) for each in statement.resources or ()):
            raise Refusal(code="MalformedPolicy", status=400, message="Policy has invalid resource")
