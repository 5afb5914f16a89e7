"""What may be simulated: which actions, on which resources, under which resource policy.

AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
ASSUMPTION: an action is held to its form only; clients saw actions that no service has answered, not refused.
"""

from __future__ import annotations

import re

import msgspec

from unassume.iam.evaluate import Request, compiled_but_action
from unassume.iam.statements import Policy, Statement
from unassume.iam.values import UNKNOWN, Context
from unassume.lab.simulation.asked import invalid
from unassume.lab.simulation.entities import shown
from unassume.lab.wire.refusals import not_implemented

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9_.-]+")


def check_actions(actions: tuple[str, ...]) -> None:
    """InvalidInput for what is no name of an action; wildcards are not supported. ASSUMPTION: the wording."""
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise invalid(f"Invalid action name: {shown(action)}.")


def check_resources(resources: tuple[str, ...]) -> None:
    """InvalidInput for what is no ARN, and for `*` beside ARNs (ASSUMPTION).

    Seen: https://github.com/aws-containers/amazon-ecs-exec-checker/issues/35 (2021-08-05, the wording)
    """
    for resource in resources:
        parts = resource.split(":", 5)
        is_arn = len(parts) == 6 and parts[0] == "arn" and bool(parts[1] and parts[2] and parts[5])
        if not is_arn and resources != ("*",):
            raise invalid(f"ResourceNames are not in a valid ARN format: {shown(resource)}.")


def check_policy(policy: Policy, actions: tuple[str, ...], resources: tuple[str, ...]) -> None:
    """A Refusal for a resource policy that does not apply to every resource, or that AWS would leave out.

    AWS's simulator takes a trust policy and leaves it out of the decision, which the lab will not do in silence.
    Seen: https://github.com/aws/aws-cli/issues/10314 (2026-05-15). ASSUMPTION: the wording of the other.
    """
    if any(action.lower().startswith("sts:assume") for action in actions):
        raise not_implemented("ResourcePolicy with sts:Assume* in a simulation: AWS decides without the trust policy")
    for resource in resources:
        if not any(_covers(statement, resource) for statement in policy.statements):
            raise invalid(f"The resource policy does not apply to the resource {shown(resource)}.")


def _covers(statement: Statement, resource: str) -> bool:
    """Whether the statement may speak of the resource; a variable in its own may hold anything."""
    bare = msgspec.structs.replace(statement, conditions=(), principals=None, principals_excluded=False)
    return compiled_but_action(bare)(Request("*", resource, Context({}, UNKNOWN))) is not False
