"""SCPs through the real adapter, over HTTP against the lab: made, attached, detached, and no other policy touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import REGIONS
from unassume.errors import AccessError, StaleError
from unassume.lab import Lab
from unassume.lab.clients import client
from unassume.means.mark import bind, document
from unassume.model.selectors import SessionNameSelector
from unassume.model.slots import Scp
from unassume.ports import Accounts
from unassume.wiring import connect

MEMBER, KIND = "111122223333", "SERVICE_CONTROL_POLICY"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
OURS = bind(document((SessionNameSelector("AROAEXAMPLEANALYST000:keith"),)), NOW)
THEIRS = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}'
SLOT = Scp(account=MEMBER, role="OrganizationAccountAccessRole", policy="Unassume-inc-00000000")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Two accounts, SCPs enabled; each test puts back what it changes."""
    with Lab(seed="bob-mary-keith", accounts=2, regions=REGIONS) as served:
        organizations = client(served, "organizations", served.credentials("admin"))
        root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.enable_policy_type(RootId=root, PolicyType=KIND)
        yield served


@pytest.fixture
def organizations(lab: Lab) -> Any:
    return client(lab, "organizations", lab.credentials("admin"))


def accounts(lab: Lab, folder: Path, organization: str | None = "admin") -> Accounts:
    """The member account's own credentials, and for SCPs those of the management account."""
    return connect(
        f"root-{MEMBER}", lab.region, lab.endpoint_url, credentials_file=str(lab.profiles_path), state_dir=str(folder),
        clock=lab.clock, organization_profile=organization,
    ).accounts  # fmt: skip


def standing(organizations: Any) -> tuple[list[str], list[str]]:
    """The names of all SCPs, and of those on the account."""
    attached = organizations.list_policies_for_target(TargetId=MEMBER, Filter=KIND)["Policies"]
    every = organizations.list_policies(Filter=KIND)["Policies"]
    return sorted(one["Name"] for one in every), sorted(one["Name"] for one in attached)


def test_it_is_written_and_taken_back_twice(lab: Lab, tmp_path: Path, organizations: Any) -> None:
    """Twice is once; what allows everything stays attached, and nothing of ours is left."""
    here, before = accounts(lab, tmp_path), standing(organizations)
    for text in (OURS, OURS, None, None):
        here.write(SLOT, None, text)
        assert here.read(SLOT).text == text
        assert "FullAWSAccess" in standing(organizations)[1]
    assert standing(organizations) == before


def test_it_goes_on_from_where_it_stopped(lab: Lab, tmp_path: Path, organizations: Any) -> None:
    """Made but not attached binds nobody and reads as nothing; detached but not deleted is deleted."""
    here, before = accounts(lab, tmp_path), standing(organizations)
    made = organizations.create_policy(Name=SLOT.policy, Description="x", Type=KIND, Content=OURS)["Policy"]
    assert here.read(SLOT).text is None
    here.write(SLOT, None, OURS)
    assert here.read(SLOT).text == OURS
    organizations.detach_policy(PolicyId=made["PolicySummary"]["Id"], TargetId=MEMBER)
    here.write(SLOT, OURS, None)
    assert standing(organizations) == before


def test_another_text_under_our_name_is_not_attached(lab: Lab, tmp_path: Path, organizations: Any) -> None:
    """Somebody else's document under our policy's name is stale, never attached."""
    made = organizations.create_policy(Name=SLOT.policy, Description="x", Type=KIND, Content=THEIRS)["Policy"]
    with pytest.raises(StaleError, match="another text stands"):
        accounts(lab, tmp_path).write(SLOT, None, OURS)
    organizations.delete_policy(PolicyId=made["PolicySummary"]["Id"])


def test_the_room_is_read(lab: Lab, tmp_path: Path, organizations: Any) -> None:
    """Five may be attached and one stands already; the management account is bound by none."""
    here = accounts(lab, tmp_path)
    assert here.scp_room(MEMBER).left == 4
    assert "management account" in here.scp_room(lab.account).why_not


def test_without_the_organization_s_credentials_there_is_no_room(lab: Lab, tmp_path: Path) -> None:
    """No profile, or one that may not ask: said, never raised; writing is refused."""
    alone = accounts(lab, tmp_path, None)
    assert "--organization-profile" in alone.scp_room(MEMBER).why_not
    with pytest.raises(AccessError, match="out of reach"):
        alone.write(SLOT, None, OURS)
    assert "organizations:" in accounts(lab, tmp_path, "bob-user").scp_room(MEMBER).why_not


def test_what_stands_of_ours_is_read(lab: Lab, tmp_path: Path, organizations: Any) -> None:
    """By name, with what each is attached to: this account, nothing, or the root; others' are left out."""
    here, root = accounts(lab, tmp_path), organizations.list_roots()["Roots"][0]["Id"]
    here.write(SLOT, None, OURS)
    ids = []
    for name, text in (("Unassume-inc-11111111", OURS), ("Unassume-inc-22222222", OURS), ("Theirs", THEIRS)):
        made = organizations.create_policy(Name=name, Description="x", Type=KIND, Content=text)["Policy"]
        ids.append(made["PolicySummary"]["Id"])
    organizations.attach_policy(PolicyId=ids[1], TargetId=root)
    found = here.held_scps()
    assert {(one.name, one.account, one.holder_name) for one in found.policies} == {
        (SLOT.policy, MEMBER, MEMBER), ("Unassume-inc-11111111", MEMBER, ""), ("Unassume-inc-22222222", root, root),
    }  # fmt: skip
    assert {one.text for one in found.policies} == {OURS}
    assert "--organization-profile" in accounts(lab, tmp_path, None).held_scps().why_not
    assert "organizations:" in accounts(lab, tmp_path, "bob-user").held_scps().why_not
    organizations.detach_policy(PolicyId=ids[1], TargetId=root)
    for one in ids:
        organizations.delete_policy(PolicyId=one)
    here.write(SLOT, OURS, None)


def test_it_goes_when_its_role_is_gone(lab: Lab, tmp_path: Path, organizations: Any) -> None:
    """An SCP outlives the role it is for: it is read, and removed, all the same."""
    here, before = accounts(lab, tmp_path), standing(organizations)
    gone = Scp(account=MEMBER, role="NoSuchRole", policy=SLOT.policy)
    here.write(gone, None, OURS)
    assert (here.read(gone).text, here.read(gone).holder_id) == (OURS, None)
    here.write(gone, OURS, None)
    assert standing(organizations) == before
