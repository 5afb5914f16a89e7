"""moto's organizations are internals: each attribute the lab reads is still there and means what we take it for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.accounts.guarding import RCP, SCP, SECOND, THIRD, Guards, document
from tests.lab.acting import code_of
from unassume.lab import ACCOUNT, Lab
from unassume.lab.accounts import guardrails
from unassume.lab.clients import client

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
_DELAY = 30


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=3, propagation=_DELAY) as opened:
        yield opened


def test_levels_and_what_hangs_where(lab: Lab) -> None:
    """Levels run from the root by the units to the account, with names and texts; the view has ids and parents."""
    guards = Guards(lab)
    assert guardrails.levels_over(SECOND) == (None, None)
    guards.enable(SCP)
    outer = guards.client.create_organizational_unit(ParentId=guards.root, Name="Outer")["OrganizationalUnit"]["Id"]
    inner = guards.client.create_organizational_unit(ParentId=outer, Name="Inner")["OrganizationalUnit"]["Id"]
    guards.client.move_account(AccountId=SECOND, SourceParentId=guards.root, DestinationParentId=inner)
    text = document("Deny", "sqs:*")
    policy = guards.policy("Mine", text)
    guards.attach(policy, inner)
    scps, rcps = guardrails.levels_over(SECOND)
    assert scps is not None
    assert [[name for name, _ in level] for level in scps] == [
        ["FullAWSAccess"], ["FullAWSAccess"], ["FullAWSAccess", "Mine"], ["FullAWSAccess"],
    ]  # fmt: skip
    assert (dict(scps[2])["Mine"], rcps) == (text, None)
    assert guardrails.levels_over(ACCOUNT) == (None, None)
    view = guardrails.organization(ACCOUNT)
    assert view is not None
    assert view.enabled == {SCP}
    assert (view.parents[SECOND], view.parents[inner], view.parents[outer]) == (inner, outer, guards.root)
    assert view.attached_of(inner, SCP) == (guardrails.DEFAULTS[SCP], policy)
    assert view.attached_of(inner, RCP) == (guardrails.DEFAULTS[RCP],)
    assert (view.policies[policy].is_aws, view.policies[guardrails.DEFAULTS[SCP]].is_aws) == (False, True)
    assert guardrails.organization(SECOND) is None


def test_a_deleted_unit_lets_its_policy_go(lab: Lab) -> None:
    """A policy attached to a unit can be deleted once the unit is."""
    guards = Guards(lab)
    guards.enable(SCP)
    unit = guards.client.create_organizational_unit(ParentId=guards.root, Name="Gone")["OrganizationalUnit"]["Id"]
    policy = guards.policy("Freed", document("Deny", "sqs:*"))
    guards.attach(policy, unit)
    guards.client.delete_organizational_unit(OrganizationalUnitId=unit)
    assert code_of(guards.client.delete_policy, PolicyId=policy) == "OK"


def test_guardrails_take_their_time(lab: Lab) -> None:
    """An SCP and a boundary bind when they have propagated, not before."""
    queues = client(lab, "sqs", lab.credentials(f"root-{SECOND}"))
    guards, iam = Guards(lab), client(lab, "iam", lab.credentials(f"root-{THIRD}"))
    iam.create_user(UserName="boss")
    key = iam.create_access_key(UserName="boss")["AccessKey"]
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.attach_user_policy(UserName="boss", PolicyArn=arn)
    theirs = client(lab, "sqs", type(lab.credentials("root"))(key["AccessKeyId"], key["SecretAccessKey"]))
    lab.clock.advance(_DELAY + 1)
    guards.enable(SCP)
    guards.attach(guards.policy("NoQueues", document("Deny", "sqs:*")), SECOND)
    iam.put_user_permissions_boundary(UserName="boss", PermissionsBoundary=READ_ONLY)
    assert (code_of(queues.list_queues), code_of(theirs.list_queues)) == ("OK", "OK")
    lab.clock.advance(_DELAY + 1)
    assert [code_of(each.list_queues) == "OK" for each in (queues, theirs)] == [False, False]


def test_an_account_that_leaves_is_free(lab: Lab) -> None:
    """An SCP binds an account no longer that was removed from the organization; what it has stays."""
    guards, queues = Guards(lab), client(lab, "sqs", lab.credentials(f"root-{THIRD}"))
    guards.enable(SCP)
    guards.attach(guards.policy("NoQueues", document("Deny", "sqs:*")), guards.root)
    lab.clock.advance(_DELAY + 1)
    assert code_of(queues.list_queues) != "OK"
    guards.client.remove_account_from_organization(AccountId=THIRD)
    lab.clock.advance(_DELAY + 1)
    assert code_of(queues.list_queues) == "OK"
    assert code_of(client(lab, "sqs", lab.credentials(f"root-{SECOND}")).list_queues) != "OK"
