"""The tagging API writes the tags of many services at once; each of its ARNs needs that service's own action besides.

AWS: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_TagResources.html ("you must have
permission for the tagging operation of the service", besides tag:TagResources)
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from unassume.iam.values import Value
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, missing, on, values_of
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.standing import bucket_owner, secret_arn
from unassume.lab.operations.tags import request_tags
from unassume.lab.wire.refusals import not_implemented

_ARN = re.compile(r"arn:aws:([\w-]+):([\w-]*):(\d{12}|):([!-~]+)")
_BUCKET = re.compile(r"[A-Za-z0-9._-]+")


class Tagged(msgspec.Struct, frozen=True):
    """How one service calls the writing and the removing of tags, and which of its resources the lab can tell."""

    pattern: str
    tag: str = "TagResource"
    untag: str = "UntagResource"


_KINDS: Mapping[str, Tagged] = {
    "dynamodb": Tagged(r"table/[^/:]+"),
    "ecr": Tagged(r"repository/[^:]+"),
    "events": Tagged(r"(rule|event-bus)/[^:]+"),
    "kms": Tagged(r"key/[^/:]+"),
    "lambda": Tagged(r"function:[^:]+"),
    "logs": Tagged(r"log-group:[^:]+"),
    "secretsmanager": Tagged(r"secret:[^:]+"),
    "sns": Tagged(r"[^:]+"),
    "sqs": Tagged(r"[^:/]+", "TagQueue", "UntagQueue"),
    "states": Tagged(r"(stateMachine|activity):[^:]+"),
}


def _written(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """The call itself, and the service's own action on each ARN; of any other ARN the lab cannot tell, so 501."""
    arns = values_of(operation.parameters, "ResourceARNList")
    if not arns:
        raise missing("ResourceARNList")
    keys = request_tags(operation.parameters)
    is_tag = operation.name == "TagResources"
    own = Needed(f"tag:{operation.name}", "*", keys)
    return (own, *(_one(arn, scene, keys, is_tag=is_tag) for arn in dict.fromkeys(arns)))


def _one(arn: str, scene: Scene, keys: Mapping[str, Value], *, is_tag: bool) -> Needed:
    match = _ARN.fullmatch(arn)
    service, region, account, name = match.groups() if match else ("", "", "", "")
    if service == "s3" and not region and not account and _BUCKET.fullmatch(name):
        return Needed("s3:PutBucketTagging", arn, keys, bucket_owner(name))
    kind = _KINDS.get(service)
    if kind is None or region != scene.region or not account or not re.fullmatch(kind.pattern, name):
        raise not_implemented("tagging this kind of resource by resourcegroupstaggingapi")
    resource = secret_arn(arn, account, region) if service == "secretsmanager" else arn
    return on(f"{service}:{kind.tag if is_tag else kind.untag}", resource, keys)


TAGGING = Service(
    base="arn:aws:tag:{region}:{account}:",
    rows={"*": "GetResources GetTagKeys GetTagValues GetComplianceSummary DescribeReportCreation StartReportCreation"},
    special={"TagResources": _written, "UntagResources": _written},
)
