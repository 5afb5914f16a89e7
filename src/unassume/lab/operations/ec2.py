"""EC2's operations: `Describe*` has no resource, most others one per id they name, RunInstances many.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
AWS: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html (RunInstances)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.operations.ec2_rows import EC2_ROWS
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.passing import passed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, on, values_of
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.standing import launch_template_id, profile_roles, security_group_id
from unassume.lab.wire.refusals import not_implemented

_SERVICE = "ec2.amazonaws.com"


def _group(text: str, scene: Scene) -> str:
    return security_group_id(text, scene.account, scene.region)


def _template(text: str, scene: Scene) -> str:
    return launch_template_id(text, scene.account, scene.region)


def _run(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """A start of instances is judged on all it makes and all it uses, and on the role it hands to them.

    ASSUMPTION: where no subnet or security group is named, AWS judges the defaults it picks; the lab judges `*` of
    that kind. Launch templates carry parameters the lab does not read, so they are refused.
    """
    given = operation.parameters
    if any(name.startswith("LaunchTemplate") for name in given):
        raise not_implemented("ec2:RunInstances with a launch template")
    keys = _instance_keys(given)
    start = f"arn:aws:ec2:{scene.region}"
    found = [on("ec2:RunInstances", f"{start}:{scene.account}:instance/*", keys)]
    found += [on("ec2:RunInstances", f"{start}::image/{each}") for each in values_of(given, "ImageId") or ("*",)]
    found += [on("ec2:RunInstances", f"{start}:{scene.account}:{each}") for each in _used(given, scene)]
    return (*found, *_profile(given, scene))


def _used(given: Mapping[str, object], scene: Scene) -> Iterator[str]:
    """The resources besides instance and image, below the account."""
    interfaces = values_of(given, "NetworkInterface[].NetworkInterfaceId")
    yield from (f"network-interface/{each}" for each in interfaces or ("*",))
    yield "volume/*"
    if not interfaces:
        subnets = (*values_of(given, "SubnetId"), *values_of(given, "NetworkInterface[].SubnetId"))
        yield from (f"subnet/{each}" for each in subnets or ("*",))
        yield from (f"security-group/{each}" for each in _groups(given, scene) or ("*",))
    yield from (f"key-pair/{each}" for each in values_of(given, "KeyName"))


def _groups(given: Mapping[str, object], scene: Scene) -> tuple[str, ...]:
    own = (*values_of(given, "SecurityGroupId"), *values_of(given, "SecurityGroup"))
    nested = tuple(
        str(value)
        for name, value in given.items()
        if name.startswith("NetworkInterface.") and ".SecurityGroupId." in name
    )
    return tuple(_group(each, scene) for each in (*own, *nested))


def _instance_keys(given: Mapping[str, object]) -> dict[str, Value]:
    def sent(name: str) -> Value:
        return Known((str(given[name]),)) if name in given else ABSENT

    return {
        "ec2:instancetype": Known((str(given.get("InstanceType") or "m1.small"),)),
        "ec2:availabilityzone": sent("Placement.AvailabilityZone"),
        "ec2:metadatahttptokens": sent("MetadataOptions.HttpTokens"),
        "ec2:instanceprofile": sent("IamInstanceProfile.Arn"),
    }


def _profile(given: Mapping[str, object], scene: Scene) -> tuple[Needed, ...]:
    named = (*values_of(given, "IamInstanceProfile.Arn"), *values_of(given, "IamInstanceProfile.Name"))
    roles = (role for each in named for role in profile_roles(scene.account, each))
    return tuple(passed(role, _SERVICE) for role in roles)


def _associate(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    given, start = operation.parameters, f"arn:aws:ec2:{scene.region}:{scene.account}:instance/"
    own = on("ec2:AssociateIamInstanceProfile", start + str(given.get("InstanceId") or "*"))
    return (own, *_profile(given, scene))


def _replace(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """The instance is known by an association's id only; the role that is handed over counts in any case."""
    start = f"arn:aws:ec2:{scene.region}:{scene.account}:instance/"
    return (on("ec2:ReplaceIamInstanceProfileAssociation", start + "*"), *_profile(operation.parameters, scene))


def _keys(operation: Operation, scene: Scene, resource: str) -> Mapping[str, Value]:
    return {"ec2:region": Known((scene.region,))}


def _tagged(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """CreateTags and DeleteTags name any ids, whose first letters tell the kind.

    ASSUMPTION: `ec2:CreateAction` is set only where another call makes the tags, so it is absent here.
    """
    start, found = f"arn:aws:ec2:{scene.region}:{scene.account}:", []
    for each in values_of(operation.parameters, "ResourceId"):
        kind = _KINDS.get(each.rpartition("-")[0])
        if kind is None:
            raise not_implemented(f"ec2:{operation.name} for this kind of resource")
        root = f"arn:aws:ec2:{scene.region}::" if kind in ("image", "snapshot") else start
        found.append(on(f"ec2:{operation.name}", f"{root}{kind}/{each}", {"ec2:createaction": ABSENT}))
    return tuple(found)


_KINDS = {
    "i": "instance", "ami": "image", "vol": "volume", "snap": "snapshot", "vpc": "vpc", "subnet": "subnet",
    "sg": "security-group", "eni": "network-interface", "igw": "internet-gateway", "rtb": "route-table",
    "acl": "network-acl", "eipalloc": "elastic-ip", "nat": "natgateway", "vpce": "vpc-endpoint",
    "pcx": "vpc-peering-connection", "lt": "launch-template", "key": "key-pair", "vgw": "vpn-gateway",
    "cgw": "customer-gateway", "vpn": "vpn-connection", "tgw": "transit-gateway", "dopt": "dhcp-options",
    "tgw-attach": "transit-gateway-attachment", "tgw-rtb": "transit-gateway-route-table", "pl": "prefix-list",
    "fl": "vpc-flow-log", "eigw": "egress-only-internet-gateway",
}  # fmt: skip
EC2 = Service(
    base="arn:aws:ec2:{region}:{account}:",
    rows=EC2_ROWS,
    resolvers={"group": _group, "template": _template},
    special={
        "RunInstances": _run, "AssociateIamInstanceProfile": _associate,
        "ReplaceIamInstanceProfileAssociation": _replace, "CreateTags": _tagged, "DeleteTags": _tagged,
    },
    keys=_keys,
)  # fmt: skip
