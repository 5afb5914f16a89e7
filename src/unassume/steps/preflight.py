"""What to know of a role or user before a cut, by itself alone: its boundary, its tags, and whom its trust lets in."""

from __future__ import annotations

from collections.abc import Iterator

from unassume.model.plans import Gap
from unassume.model.surveys import Role, Surveyed
from unassume.steps.workloads import IRSA, has_irsa, kinds_on, may_run

# AWS: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
_STACK = "aws:cloudformation:stack-name"
# Terraform gives no tag of its own; these are what teams write. A role without any may be Terraform's all the same.
_TERRAFORM_KEYS = frozenset({"managedby", "managed-by", "managed_by", "provisioner", "iac", "createdby", "created-by"})
_TERRAFORM = ("terraform", "opentofu", "tofu", "terragrunt")


def preflight(role: Surveyed) -> tuple[Gap, ...]:
    """Notes on the role or user, none of which stops a cut."""
    return tuple(Gap(what=role.subject.label, why=why, blocks_containment=False) for why in _notes(role))


def _notes(holder: Surveyed) -> Iterator[str]:
    # AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    if holder.boundary is not None:
        yield f"its permissions boundary {holder.boundary} only limits: our deny holds whatever it allows"
    if isinstance(holder, Role):
        yield from _notes_on_role(holder)


def _notes_on_role(role: Role) -> Iterator[str]:
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
    yield from (may_run(kind) for kind in kinds_on(role))
    if has_irsa(role):
        yield IRSA


def _is_terraform(key: str, value: str) -> bool:
    key, value = key.lower(), value.lower()
    return key in _TERRAFORM or (key in _TERRAFORM_KEYS and any(tool in value for tool in _TERRAFORM))
