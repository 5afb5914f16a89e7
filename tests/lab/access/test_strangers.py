"""What a caller from outside of the owner's organization is told, over HTTP."""

from __future__ import annotations

from tests.lab.accounts.guarding import SECOND, administrator
from tests.lab.acting import answer_of
from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client


def test_strangers_are_told_little() -> None:
    """S3 says why it refuses to callers of the owner's organization, and only that it does to any other."""
    with Lab(seed=None, accounts=2) as lab:
        client(lab, "s3", administrator(lab, SECOND)).create_bucket(Bucket="private")
        outside = client(lab, "s3", administrator(lab, ACCOUNT))
        assert "no resource-based policy" in answer_of(outside.list_objects_v2, Bucket="private")[2]
        organizations = client(lab, "organizations", lab.credentials("root"))
        organizations.remove_account_from_organization(AccountId=SECOND)
        assert answer_of(outside.list_objects_v2, Bucket="private") == ("AccessDenied", 403, "Access Denied")
