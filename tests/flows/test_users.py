"""An IAM user read and written through the real adapters, over HTTP against the lab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import REGIONS
from unassume.errors import StaleError
from unassume.lab import Lab
from unassume.lab.clients import client
from unassume.means.mark import bind, document
from unassume.model.selectors import SessionNameSelector
from unassume.model.slots import AccessKeyStatus, Slot, UserInlinePolicy, UserManagedPolicy
from unassume.model.surveys import User, UserSubject
from unassume.ports import Accounts
from unassume.wiring import connect

OURS = bind(document((SessionNameSelector("AIDAEXAMPLEKEITH00000"),)), datetime(2026, 11, 23, tzinfo=UTC))
THEIRS = (
    '{"Version": "2012-10-17",  "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}'
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """One lab for all: each test puts back what it changes."""
    with Lab(seed="bob-mary-keith", regions=REGIONS) as served:
        yield served


@pytest.fixture
def accounts(lab: Lab, tmp_path: Path) -> Accounts:
    return connect(
        "admin", lab.region, lab.endpoint_url, credentials_file=str(lab.profiles_path), state_dir=str(tmp_path),
        clock=lab.clock,
    ).accounts  # fmt: skip


@pytest.fixture
def iam(lab: Lab) -> Any:
    return client(lab, "iam", lab.credentials("admin"))


def surveyed(accounts: Accounts, lab: Lab) -> User:
    found = accounts.survey(UserSubject(account=lab.account, name="keith"))
    assert isinstance(found, User)
    return found


def slots(lab: Lab) -> tuple[Slot, ...]:
    named = {"account": lab.account, "user": "keith", "policy": "Unassume-inc-00000000"}
    return UserInlinePolicy(**named), UserManagedPolicy(**named)


def test_a_user_is_surveyed_with_his_groups_and_keys(accounts: Accounts, lab: Lab, iam: Any) -> None:
    """His own policies, those of each of his groups by group and name, and each key with its status."""
    iam.create_group(GroupName="analysts")
    iam.put_group_policy(GroupName="analysts", PolicyName="list", PolicyDocument=THEIRS)
    iam.attach_group_policy(GroupName="analysts", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.add_user_to_group(GroupName="analysts", UserName="keith")
    found = surveyed(accounts, lab)
    assert set(found.inline) == {"AssumeDataAnalyst"}
    assert set(found.of_groups) == {"analysts/list", "analysts/arn:aws:iam::aws:policy/ReadOnlyAccess"}
    assert json.loads(found.of_groups["analysts/list"] or "") == json.loads(THEIRS)
    assert [key.is_active for key in found.keys] == [True]
    assert accounts.survey(UserSubject(account=lab.account, name="nobody")) is None


@pytest.mark.parametrize("kind", [0, 1], ids=["inline", "managed"])
def test_a_policy_is_written_and_taken_back_twice(accounts: Accounts, lab: Lab, kind: int) -> None:
    """Written twice and removed twice is written and removed once; it stands byte for byte, and leaves nothing."""
    slot, before = slots(lab)[kind], surveyed(accounts, lab)
    for text in (OURS, OURS, None, None):
        accounts.write(slot, None, text)
        assert accounts.read(slot).text == text
        assert accounts.read(slot).holder_id == before.id
    assert surveyed(accounts, lab) == before


def test_a_managed_policy_goes_on_from_where_it_stopped(accounts: Accounts, lab: Lab, iam: Any) -> None:
    """Made but not attached denies nobody and reads as nothing; a second write attaches it."""
    _, slot = slots(lab)
    made = iam.create_policy(PolicyName="Unassume-inc-00000000", PolicyDocument=OURS)["Policy"]["Arn"]
    assert accounts.read(slot).text is None
    accounts.write(slot, None, OURS)
    assert accounts.read(slot).text == OURS
    iam.detach_user_policy(UserName="keith", PolicyArn=made)
    accounts.write(slot, OURS, None)
    assert accounts.read(slot).text is None


def test_another_text_under_our_name_is_not_attached(accounts: Accounts, lab: Lab, iam: Any) -> None:
    """Somebody else's document under our policy's name is stale, never attached."""
    _, slot = slots(lab)
    made = iam.create_policy(PolicyName="Unassume-inc-00000000", PolicyDocument=THEIRS)["Policy"]["Arn"]
    with pytest.raises(StaleError, match="another text stands"):
        accounts.write(slot, None, OURS)
    iam.delete_policy(PolicyArn=made)


def test_a_key_is_stopped_and_works_again(accounts: Accounts, lab: Lab) -> None:
    """Inactive, then active; a key that is not there reads as nothing and cannot be written."""
    (key,) = surveyed(accounts, lab).keys
    slot = AccessKeyStatus(account=lab.account, user="keith", key_id=key.id)
    for status in ("Inactive", "Inactive", "Active"):
        accounts.write(slot, None, status)
        assert accounts.read(slot).text == status
    gone = AccessKeyStatus(account=lab.account, user="keith", key_id="AKIAEXAMPLEGONE00000")
    assert accounts.read(gone).text is None
    for after in ("Inactive", None):
        with pytest.raises(StaleError):
            accounts.write(gone, "Active", after)


def test_nothing_is_written_on_a_user_who_is_gone(accounts: Accounts, lab: Lab) -> None:
    """A user deleted meanwhile is stale, whatever was to be written; removing is done already."""
    for slot in (
        UserInlinePolicy(account=lab.account, user="nobody", policy="Unassume-x"),
        UserManagedPolicy(account=lab.account, user="nobody", policy="Unassume-x"),
    ):
        assert accounts.read(slot).holder_id is None
        accounts.write(slot, OURS, None)
        with pytest.raises(StaleError, match="user `nobody` is gone"):
            accounts.write(slot, None, OURS)
        accounts.write(slot, OURS, None)
