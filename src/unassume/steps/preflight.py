"""What to know of a role before its sessions are cut: who manages it, and which workloads run on it."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, parse
from unassume.model.plans import Gap
from unassume.model.surveys import Role, Surveyed

# AWS: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
_STACK = "aws:cloudformation:stack-name"
# Terraform gives no tag of its own; these are what teams write. A role without any may be Terraform's all the same.
_TERRAFORM_KEYS = frozenset({"managedby", "managed-by", "managed_by", "provisioner", "iac", "createdby", "created-by"})
_TERRAFORM = ("terraform", "opentofu", "tofu", "terragrunt")

# AWS: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
# AWS: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
# AWS: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
# AWS: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
# ASSUMPTION: how long instances, tasks and pods go on with credentials that a policy denies; AWS gives no time.
WORKLOADS = MappingProxyType(
    {
        "ec2.amazonaws.com": (
            "EC2 instances run on it: their metadata may serve the old credentials for hours; stop and start an "
            "instance for new ones, after you took its memory if you need it"
        ),
        "lambda.amazonaws.com": (
            "Lambda functions run on it: an environment keeps the credentials it started with; update the function's "
            "configuration, publish a new version and move the aliases"
        ),
        "ecs-tasks.amazonaws.com": (
            "ECS tasks run on it: force a new deployment of the services, and stop tasks that belong to none"
        ),
        "pods.eks.amazonaws.com": "EKS pods run on it: restart them (kubectl rollout restart)",
    }
)


def preflight(role: Surveyed) -> tuple[Gap, ...]:
    """Notes on the role, none of which stops a cut; none on a user."""
    if not isinstance(role, Role):
        return ()
    return tuple(Gap(what=f"role `{role.name}`", why=why, blocks_containment=False) for why in _notes(role))


def _notes(role: Role) -> Iterator[str]:
    if stack := role.tags.get(_STACK):
        yield (
            f"CloudFormation stack `{stack}` manages it: deleting the stack or replacing the role fails while our "
            "policy stands"
        )
    if any(_is_terraform(key, value) for key, value in role.tags.items()):
        yield (
            "Terraform seems to manage it: an `inline_policy` block, or an exclusive attachment, takes our policy away "
            "at the next apply, and `terraform destroy` fails while it stands; freeze its pipeline, or let it write "
            "the cut itself (--emit terraform)"
        )
    for service in sorted(_trusted_services(role.trust)):
        if service in WORKLOADS:
            yield WORKLOADS[service]


def _is_terraform(key: str, value: str) -> bool:
    key, value = key.lower(), value.lower()
    return key in _TERRAFORM or (key in _TERRAFORM_KEYS and any(tool in value for tool in _TERRAFORM))


def _trusted_services(trust: str) -> set[str]:
    """The services the trust lets in; none where it cannot be read, which the survey of the role tells."""
    try:
        statements = parse(trust, DocumentKind.TRUST).statements
    except InputError:
        return set()
    entries = (entry for one in statements if one.effect == "Allow" and one.principals for entry in one.principals)
    return {entry.text for entry in entries if entry.kind == "Service"}
