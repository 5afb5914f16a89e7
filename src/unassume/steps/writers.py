"""Who wrote the policies of a role or user lately, and what the next run of that tool would do to our deny."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from unassume.means.mark import POLICY_PREFIX
from unassume.model.preflights import Answer, PolicyWrite, Tool, Writer
from unassume.model.slots import (
    AccessKeyStatus,
    AnyScp,
    RoleInlinePolicy,
    RoleManagedPolicy,
    RoleTrustStatement,
    Slot,
    UserInlinePolicy,
    UserManagedPolicy,
)
from unassume.model.surveys import Surveyed

# AWS's own revocation writes this one.
_DENIES = (POLICY_PREFIX, "AWSRevokeOlderSessions")
_TAKES_AWAY = frozenset({"DeleteRolePolicy", "DetachRolePolicy", "DeleteUserPolicy", "DetachUserPolicy"})
_NAMES: Mapping[Tool, str] = MappingProxyType(
    {
        "cloudformation": "CloudFormation",
        "terraform": "Terraform",
        "pulumi": "Pulumi",
        "kubernetes": "a Kubernetes controller",
        "identity-center": "Identity Center",
        "control-tower": "Control Tower",
        "systems-manager": "Systems Manager",
        "config": "AWS Config",
        "unassume": "unassume",
        "console": "the console",
        "aws-cli": "the AWS CLI",
        "sdk": "a program on an SDK",
        "unknown": "an unknown tool",
    }
)
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role (and its exclusive companions)
_TERRAFORM: Mapping[type, str] = MappingProxyType(
    {
        RoleInlinePolicy: "an `inline_policy` block or `aws_iam_role_policies_exclusive` takes our policy away at its "
        "next apply, a plain `aws_iam_role_policy` leaves it",
        RoleManagedPolicy: "`managed_policy_arns` or `aws_iam_role_policy_attachments_exclusive` detaches our policy "
        "at its next apply, a plain attachment leaves it",
        UserInlinePolicy: "`aws_iam_user_policies_exclusive` takes our policy away at its next apply, a plain "
        "`aws_iam_user_policy` leaves it",
        UserManagedPolicy: "`aws_iam_user_policy_attachments_exclusive` detaches our policy at its next apply, a plain "
        "attachment leaves it",
        RoleTrustStatement: "an `aws_iam_role` writes the whole trust policy at its next apply, without our statement",
        AccessKeyStatus: "an `aws_iam_access_key` makes the key active again at its next apply",
    }
)
# AWS: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
# ASSUMPTION: an ordinary update, which compares templates alone, leaves a policy that no template knows, and a trust
# policy that no template changes.
_CLOUDFORMATION = "an ordinary stack update leaves what we write, a drift-aware change set (REVERT_DRIFT) may undo it"
# ASSUMPTION: what these do to a policy they do not know is not documented, or hangs on how they are set up.
_OTHERS: Mapping[Tool, str] = MappingProxyType(
    {
        "pulumi": "with exclusive `inlinePolicies` or `managedPolicyArns`, `pulumi up --refresh` takes our policy away",
        "kubernetes": "it reconciles by itself: where it manages policies exclusively, ours goes within minutes",
        "identity-center": "provisioning the permission set may write the role anew",
        "control-tower": "resetting the landing zone may write the role anew",
        "systems-manager": "a runbook or remediation may take our policy away; look which rule starts it",
        "config": "a remediation may take our policy away; look which rule starts it",
    }
)
_BY_HAND = "what it does next is not known"
_NOT_THE_SCP = "it writes the role; the SCP that cuts it stands elsewhere"


def writers(holder: Surveyed, answer: Answer, slots: Iterable[Slot]) -> tuple[Writer, ...]:
    """The latest write by each tool, newest first; those of this tool are left to `status`."""
    told, kept = list(slots), list[Writer]()
    for tool, found in _by_tool(answer.writes).items():
        took = next((one for one in found if one.call in _TAKES_AWAY and _name(one).startswith(_DENIES)), None)
        kept.append(
            Writer(
                holder=holder.subject.label,
                last=took or found[0],
                times=len(found),
                next_run="it took a deny away before: freeze it" if took else _next_run(tool, told),
            )
        )
    return tuple(kept)


def written_words(writer: Writer) -> str:
    """One writer, as a note says it."""
    last = writer.last
    policy = f" {last.policy}" if last.policy else ""
    return (
        f"{_NAMES[last.tool]}, by its user agent, wrote it {writer.times} time(s): {last.call}{policy} at "
        f"{last.at:%Y-%m-%dT%H:%M:%SZ} by {last.by}; {writer.next_run}"
    )


def _by_tool(writes: Iterable[PolicyWrite]) -> dict[Tool, list[PolicyWrite]]:
    found: dict[Tool, list[PolicyWrite]] = {}
    for one in writes:
        if one.tool != "unassume":
            found.setdefault(one.tool, []).append(one)
    return found


def _name(write: PolicyWrite) -> str:
    return write.policy.rpartition("/")[2]


def _next_run(tool: Tool, slots: list[Slot]) -> str:
    if all(isinstance(slot, AnyScp) for slot in slots):
        return _NOT_THE_SCP
    match tool:
        case "terraform":
            return "; ".join(dict.fromkeys(_of_terraform(slots)))
        case "cloudformation":
            return _CLOUDFORMATION
        case _:
            return _OTHERS.get(tool, _BY_HAND)


def _of_terraform(slots: Iterable[Slot]) -> Iterator[str]:
    for slot in slots:
        if type(slot) in _TERRAFORM:
            yield _TERRAFORM[type(slot)]
