"""Elsewhere: a workload's session outside the places it belongs to, for a thief on the workload's own credentials.

Thief and workload share the credentials, and the workload is given new ones that may leak the same way; so the deny has
no time in it and lasts until it is undone. Off unless chosen: the places are the responder's word, never the trail's.
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (aws:SourceIp...)
"""

from __future__ import annotations

from unassume.model.lineages import Lineage
from unassume.model.plans import Choices
from unassume.model.selectors import ElsewhereSelector, Selector

NAME = "elsewhere"
NEEDS = "a lead that names a session, its places (--egress CIDR, --vpc ID), and --no-presigned-urls"
REMAINS = "use the credentials from within those places, behind the same NAT or in the same VPC"


def selectors(lineage: Lineage, holder_id: str, choices: Choices) -> tuple[Selector, ...]:
    """One selector per name of the leaked sessions and of what they issued; none without the responder's word."""
    if not choices.egress or not choices.no_presigned_urls:
        return ()
    names = {one.principal_id for one in lineage.leaked_on(holder_id)}
    return tuple(ElsewhereSelector(name, choices.egress, choices.vpcs) for name in sorted(names))
