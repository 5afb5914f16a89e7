"""What a call must be allowed: IAM actions, resources and the service's own context keys.

The rule is `prefix:Operation`; each service's table holds rows of resources and the exceptions. What no table knows is
judged on `*` and marked unmapped, never allowed by default.
AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from unassume.lab.operations.dynamodb import DYNAMODB
from unassume.lab.operations.ec2 import EC2
from unassume.lab.operations.iam import IAM
from unassume.lab.operations.kms import KMS
from unassume.lab.operations.lambda_functions import LAMBDA
from unassume.lab.operations.logs import LOGS
from unassume.lab.operations.needed import Needed, owner_of
from unassume.lab.operations.organizations import ORGANIZATIONS
from unassume.lab.operations.others import (
    ACCOUNT,
    APIGATEWAY,
    BUDGETS,
    CLOUDFRONT,
    CLOUDTRAIL,
    CLOUDWATCH,
    ECR,
    EVENTS,
    EXECUTE_API,
    KINESIS,
    SCHEDULER,
    STATES,
    STS,
)
from unassume.lab.operations.passing import other_roles_passed, roles_passed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, Template
from unassume.lab.operations.s3 import s3_needs
from unassume.lab.operations.s3_by_others import s3_needs_of
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.secret_keys import key_needs
from unassume.lab.operations.secretsmanager import SECRETSMANAGER
from unassume.lab.operations.sns import SNS
from unassume.lab.operations.sqs import SQS
from unassume.lab.operations.ssm import SSM
from unassume.lab.operations.tagging import TAGGING
from unassume.lab.operations.tags import request_tags
from unassume.lab.operations.unjudged import NOT_JUDGED_YET

__all__ = ["NOT_JUDGED_YET", "SERVICES", "Needs", "Scene", "needs"]

SERVICES: Mapping[str, Service] = {
    "account": ACCOUNT, "apigateway": APIGATEWAY, "budgets": BUDGETS, "cloudfront": CLOUDFRONT,
    "execute-api": EXECUTE_API, "cloudtrail": CLOUDTRAIL, "cloudwatch": CLOUDWATCH, "dynamodb": DYNAMODB, "ec2": EC2,
    "ecr": ECR, "events": EVENTS, "iam": IAM, "kinesis": KINESIS, "kms": KMS, "lambda": LAMBDA, "logs": LOGS,
    "organizations": ORGANIZATIONS, "scheduler": SCHEDULER, "secretsmanager": SECRETSMANAGER, "sns": SNS, "sqs": SQS,
    "ssm": SSM, "states": STATES, "sts": STS, "tag": TAGGING,
}  # fmt: skip


class Needs(msgspec.Struct, frozen=True):
    """All that must be allowed for one call; `mapped` is false where no table knows the operation."""

    all: tuple[Needed, ...]
    mapped: bool = True


def needs(operation: Operation, scene: Scene) -> Needs:
    """The actions and resources of one call; a Refusal when a parameter that a table needs is missing or strange."""
    own = s3_needs(operation, scene) if operation.prefix == "s3" else _by_table(operation, scene)
    # Needing nothing would be allowed unjudged: a call that names no resource is judged like an unmapped one.
    found = _with_tags(own, operation) if own else _unmapped(operation, scene)
    found += s3_needs_of(operation)
    found += key_needs(found, scene)
    service = SERVICES.get(operation.prefix)
    found += other_roles_passed(operation, scene, found, service.passed_to if service else "")
    return Needs(found, mapped=bool(own))


def _with_tags(found: tuple[Needed, ...], operation: Operation) -> tuple[Needed, ...]:
    tags = request_tags(operation.parameters)
    if not tags:
        return found
    return (msgspec.structs.replace(found[0], keys={**found[0].keys, **tags}), *found[1:])


def _by_table(operation: Operation, scene: Scene) -> tuple[Needed, ...] | None:
    service = SERVICES.get(operation.prefix)
    if service is None:
        return None
    own = _own(operation, scene, service)
    return None if own is None else (*own, *roles_passed(operation, scene, service))


def _own(operation: Operation, scene: Scene, service: Service) -> tuple[Needed, ...] | None:
    special = service.special.get(operation.name, service.every)
    if special is not None:
        return special(operation, scene)
    templates = _templates(operation.prefix).get(operation.name)
    if templates is None:
        return None
    action = named_action(operation)
    return tuple(
        Needed(action, each, service.keys(operation, scene, each) if service.keys else {}, owner_of(each))
        for template in templates
        for each in template.fill(operation.parameters, scene)
    )


def named_action(operation: Operation) -> str:
    """The IAM action by the rule and the tables of exceptions."""
    service = SERVICES.get(operation.prefix)
    name = service.actions.get(operation.name, operation.name) if service else operation.name
    return f"{operation.prefix}:{name}"


@lru_cache(maxsize=64)
def _templates(prefix: str) -> Mapping[str, tuple[Template, ...]]:
    return SERVICES[prefix].compiled()


def _unmapped(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """`*`, owned by another account when a parameter is an ARN of one, which moto might answer from the caller's."""
    action = named_action(operation)
    foreign = next((owner for owner in _owners(operation.parameters) if owner != scene.account), None)
    return (Needed(action, "*", {}, foreign),)


def _owners(given: Mapping[str, Any]) -> list[str]:
    texts = (value for value in given.values() if isinstance(value, str) and value.startswith("arn:"))
    return [owner for owner in map(owner_of, texts) if owner]
