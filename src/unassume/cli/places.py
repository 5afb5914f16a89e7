"""The places given for the rung elsewhere: networks and VPCs that a workload's own calls come from."""

from __future__ import annotations

from ipaddress import ip_network

from unassume.errors import InputError
from unassume.means.shapes import are_places, is_too_wide
from unassume.model.selectors import is_private


def check_places(
    rung: str | None, egress: tuple[str, ...], vpcs: tuple[str, ...], *, no_presigned_urls: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The networks as a policy writes them, and the VPCs; InputError for what would spare all, or hit customers."""
    if rung != "elsewhere":
        if egress or vpcs:
            raise InputError("`--egress` and `--vpc` are for `--rung elsewhere`", hint="add it, or leave them out")
        return (), ()
    networks = tuple(dict.fromkeys(_network(one) for one in egress))
    if not networks:
        raise InputError("`--rung elsewhere` takes the networks the workload calls from", hint="give --egress CIDR")
    if is_too_wide(ip_network(one) for one in networks):
        raise InputError("the networks given spare too much of the internet", hint="name the workload's own addresses")
    for one in vpcs:
        if not are_places(networks, (one,)):
            raise InputError(f"`--vpc {one[:60]}` is no VPC id", hint="write it like vpc-0a1b2c3d4e5f67890")
    if not no_presigned_urls:
        raise InputError(
            "presigned URLs of the workload are used from its customers' addresses, and would be refused",
            hint="--no-presigned-urls says that it hands out none; where it does, or you do not know, cut otherwise",
        )
    return networks, vpcs


def _network(text: str) -> str:
    try:
        found = ip_network(text)
    except ValueError:
        hint = "write it like 192.0.2.0/24, the first address of the network"
        raise InputError(f"`--egress {text[:60]}` is no network", hint=hint) from None
    if is_too_wide([found]):
        raise InputError(f"`--egress {text[:60]}` spares half the internet", hint="name the workload's own addresses")
    if is_private(found):
        hint = "AWS sees the public address of the NAT, or the VPC of an endpoint (--vpc)"
        raise InputError(f"`--egress {text[:60]}` holds private addresses: no call to AWS comes from one", hint=hint)
    return str(found)
