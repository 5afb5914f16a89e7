"""ResourceHandlingOption: the scenarios of Amazon EC2, and which kinds of resources each needs.

AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html (ResourceHandlingOption)
ASSUMPTION: a scenario asks for the resources and changes no decision; the wordings are ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.lab.simulation.asked import invalid
from unassume.lab.simulation.entities import shown

_ALWAYS = ("instance", "image", "security-group", "network-interface")
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "EC2-VPC-InstanceStore": _ALWAYS,
    "EC2-VPC-InstanceStore-Subnet": (*_ALWAYS, "subnet"),
    "EC2-VPC-EBS": (*_ALWAYS, "volume"),
    "EC2-VPC-EBS-Subnet": (*_ALWAYS, "subnet", "volume"),
}


def check_scenario(option: str | None, resources: tuple[str, ...]) -> None:
    """InvalidInput for an unknown scenario, or for one whose resources are not all there."""
    if option is None:
        return
    if option not in _NEEDS:
        raise invalid(f"The resource handling option {shown(option)} is not supported.")
    parts = [each.split(":", 5) for each in resources]
    kinds = {each[5].partition("/")[0] for each in parts if len(each) == 6 and each[2] == "ec2"}
    lacking = [kind for kind in _NEEDS[option] if kind not in kinds]
    if lacking:
        raise invalid(f"The resource handling option {option} needs resources of these kinds: {', '.join(lacking)}.")
