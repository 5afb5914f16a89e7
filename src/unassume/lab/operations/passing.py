"""iam:PassRole: whoever hands a role to a service must be allowed to.

The tables name the parameters of some calls. In every other call that writes, any value that is a role or an instance
profile counts as handed over, so that a call nobody listed passes no role unjudged. ASSUMPTION: AWS asks for the
permission in all of them; it documents that service by service.
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from unassume.iam.values import UNKNOWN, Known, Value
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.parts import parts
from unassume.lab.operations.reads import is_read
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, on, values_of
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.standing import profile_roles
from unassume.lab.wire.refusals import Refusal

PASSED_TO = {
    "autoscaling": "autoscaling", "batch:RegisterJobDefinition": "ecs-tasks", "batch:SubmitJob": "ecs-tasks",
    "codebuild": "codebuild", "codepipeline": "codepipeline", "cognito-identity": "cognito-identity",
    "config": "config", "ecs": "ecs-tasks", "ecs:CreateService": "ecs", "ecs:UpdateService": "ecs", "eks": "eks",
    "elasticmapreduce": "elasticmapreduce", "firehose": "firehose", "glue": "glue", "pipes": "pipes",
    "redshift": "redshift", "s3": "s3", "sagemaker": "sagemaker",
}  # fmt: skip
"""The service, without `.amazonaws.com`, that a call or all of a service pass roles to; another is not known."""

_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/.+")
_PROFILE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:instance-profile/.+")
_ROLE_NAMED = frozenset({"servicerole", "autoscalingrole", "iamrole", "glue:role"})
_PROFILE_NAMED = frozenset({"jobflowrole", "instancerole", "instanceprofilename", "instanceprofilearn"})
# What a call stores or sends for its caller, and whom it speaks of: no service takes a role from there.
_CONTENT = frozenset({
    "cloudwatch:PutMetricData", "events:PutEvents", "kinesis:PutRecord", "kinesis:PutRecords", "lambda:Invoke",
    "lambda:InvokeAsync", "lambda:InvokeWithResponseStream", "logs:PutLogEvents", "sns:Publish", "sns:PublishBatch",
    "securityhub:BatchImportFindings", "ssm:PutParameter",
})  # fmt: skip
_NO_ROLES = frozenset({"dynamodb", "iam", "kms", "organizations", "secretsmanager", "sqs", "sts", "tag"})
_SPOKEN_OF = frozenset({"tag", "tags", "taglist", "tagset", "tagspecification", "tagspecifications", "principal",
                        "principalarn"})  # fmt: skip


def passed(role_arn: str, service: str | None) -> Needed:
    """That a role may be passed to a service, None for one the lab does not know; nor does it know what to."""
    to: Value = Known((service,)) if service else UNKNOWN
    return on("iam:PassRole", role_arn, {"iam:passedtoservice": to, "iam:associatedresourcearn": UNKNOWN})


def roles_passed(operation: Operation, scene: Scene, service: Service) -> tuple[Needed, ...]:
    """The roles a call hands over, in the parameter its table names; a bare name is one of the caller's account."""
    path = service.passes.get(operation.name)
    if path is None:
        return ()
    return tuple(passed(_arn(each, scene), service.passed_to) for each in values_of(operation.parameters, path))


def other_roles_passed(
    operation: Operation, scene: Scene, covered: tuple[Needed, ...], usual: str = ""
) -> tuple[Needed, ...]:
    """The roles anywhere in a call that writes, besides those that `covered` asks for; `usual` is whom they go to."""
    action = f"{operation.prefix}:{operation.name}"
    if is_read(operation) or operation.prefix in _NO_ROLES or action in _CONTENT:
        return ()
    known = {each.resource for each in covered if each.action == "iam:PassRole"}
    short = PASSED_TO.get(action) or PASSED_TO.get(operation.prefix)
    to = f"{short}.amazonaws.com" if short else usual or None
    found: dict[str, str | None] = {}
    for path, text in parts(operation, scene.incoming):
        if not _SPOKEN_OF.intersection(path):
            found |= _roles(operation.prefix, scene, path, text, to)
    return tuple(passed(role, service) for role, service in found.items() if role not in known)


def _roles(prefix: str, scene: Scene, path: tuple[str, ...], text: str, to: str | None) -> Mapping[str, str | None]:
    """The roles one value means, each with the service it goes to."""
    if _ROLE.fullmatch(text):
        return {text: to}
    names = tuple(each for each in path if not each.isdecimal() and each != "member")
    last = names[-1] if names else ""
    is_profile = last in _PROFILE_NAMED or any(each.startswith("iaminstanceprofile") for each in names)
    if is_profile or _PROFILE.fullmatch(text):
        return dict.fromkeys(profile_roles(scene.account, text), "ec2.amazonaws.com")
    if text and (last in _ROLE_NAMED or f"{prefix}:{last}" in _ROLE_NAMED):
        return {_arn(text, scene): to}
    return {}


def _arn(text: str, scene: Scene) -> str:
    if text.startswith("arn:aws:iam::"):
        return text
    if text.startswith("arn:"):
        raise Refusal(code="ValidationError", status=400, message=f"The ARN '{text}' is not one of a role.")
    role = scene.view.role_named(text.rpartition("/")[2])
    return role.arn if role else f"arn:aws:iam::{scene.account}:role/{text}"
