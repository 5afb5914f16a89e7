"""The networks and VPCs of `--rung elsewhere`: what would spare everybody, or nobody, is refused by name."""

from __future__ import annotations

import pytest

from unassume.cli.places import check_places
from unassume.errors import InputError

VPC = "vpc-0a1b2c3d4e5f67890"


def checked(*egress: str, vpcs: tuple[str, ...] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return check_places("elsewhere", egress, vpcs, no_presigned_urls=True)


def test_networks_are_written_as_a_policy_has_them() -> None:
    """An address alone is a network of one, a network given twice is one, and IPv6 is shortened."""
    assert checked("192.0.2.7", "192.0.2.7/32", "2001:0db8::/48", vpcs=(VPC,)) == (
        ("192.0.2.7/32", "2001:db8::/48"), (VPC,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("egress", "vpcs", "why"),
    [
        ((), (), "takes the networks"),
        (("0.0.0.0/0",), (), "half the internet"),
        (("::/0",), (), "half the internet"),
        (("128.0.0.0/1",), (), "half the internet"),
        (("10.0.0.0/8",), (), "holds private"),
        (("fd00::/16",), (), "holds private"),
        (("172.0.0.0/8",), (), "holds private"),
        (tuple(f"{number}.0.0.0/8" for number in range(20, 30)), (), "too much of the internet"),
        (("192.0.2.7/24",), (), "is no network"),
        (("home",), (), "is no network"),
        (("192.0.2.0/24",), ("vpc-x",), "is no VPC id"),
        (("192.0.2.0/24",), ("*",), "is no VPC id"),
    ],
)
def test_what_is_no_place_is_named(egress: tuple[str, ...], vpcs: tuple[str, ...], why: str) -> None:
    """Each is shown back with what to write instead."""
    with pytest.raises(InputError, match=why) as caught:
        checked(*egress, vpcs=vpcs)
    assert caught.value.hint


def test_presigned_urls_have_to_be_ruled_out() -> None:
    """They are used from customers' addresses: where nobody says that there are none, the cut is refused."""
    with pytest.raises(InputError, match="presigned URLs"):
        check_places("elsewhere", ("192.0.2.0/24",), (), no_presigned_urls=False)


@pytest.mark.parametrize("rung", [None, "hold"])
def test_places_are_for_one_rung(rung: str | None) -> None:
    """Given with another rung they would be lost in silence."""
    with pytest.raises(InputError, match="are for `--rung elsewhere`"):
        check_places(rung, ("192.0.2.0/24",), (), no_presigned_urls=True)
    assert check_places(rung, (), (), no_presigned_urls=False) == ((), ())
