"""iam:PassRole: whoever hands a role to a service must be allowed to.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from unassume.iam.values import UNKNOWN, Known, Value
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, on, values_of
from unassume.lab.operations.scene import Scene
from unassume.lab.wire.refusals import Refusal


def passed(role_arn: str, service: str) -> Needed:
    """That a role may be passed to a service; what it will be associated with is not known to the lab."""
    keys: dict[str, Value] = {"iam:passedtoservice": Known((service,)), "iam:associatedresourcearn": UNKNOWN}
    return on("iam:PassRole", role_arn, keys)


def roles_passed(operation: Operation, scene: Scene, service: Service) -> tuple[Needed, ...]:
    """The roles a call hands over, in the parameter its table names; a bare name is one of the caller's account."""
    path = service.passes.get(operation.name)
    if path is None:
        return ()
    return tuple(passed(_arn(each, scene), service.passed_to) for each in values_of(operation.parameters, path))


def _arn(text: str, scene: Scene) -> str:
    if text.startswith("arn:aws:iam::"):
        return text
    if text.startswith("arn:"):
        raise Refusal(code="ValidationError", status=400, message=f"The ARN '{text}' is not one of a role.")
    role = scene.view.role_named(text.rpartition("/")[2])
    return role.arn if role else f"arn:aws:iam::{scene.account}:role/{text}"
