"""The regions a lab has enabled."""

from __future__ import annotations

import pytest

from tests.lab.acting import code_of
from unassume.errors import InputError
from unassume.lab import Lab
from unassume.lab.clients import client


def test_fewer_regions() -> None:
    """A lab told its regions lists those alone, in AWS's order, and refuses calls to others like an unknown key."""
    with Lab(seed=None, regions=("us-east-1", "eu-west-1")) as few:
        root = few.credentials("root")
        listed = client(few, "account", root).list_regions()["Regions"]
        assert [region["RegionName"] for region in listed] == ["eu-west-1", "us-east-1"]
        calls = {name: client(few, "sts", root, name).get_caller_identity for name in ("eu-west-1", "eu-west-2")}
        assert {name: code_of(call) for name, call in calls.items()} == {
            "eu-west-1": "OK", "eu-west-2": "InvalidClientTokenId",
        }  # fmt: skip


@pytest.mark.parametrize("regions", [(), ("eu-west-1",), ("us-east-1", "nowhere-1"), "us-east-1"])
def test_regions_a_lab_cannot_have(regions: tuple[str, ...]) -> None:
    """Regions without the lab's own, or that AWS does not enable by default, are refused with what would do."""
    with pytest.raises(InputError) as refused:
        Lab(seed=None, regions=regions)
    assert "`us-east-1`" in refused.value.hint
