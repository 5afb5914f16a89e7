"""Credentials of a role that ours may assume, for boto3 to fetch when they are wanted and again when they end.

INVARIANT: they live in boto3's session alone; they are not returned, logged or written by us.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unassume.aws.refusals import asking

if TYPE_CHECKING:
    from unassume.aws.connection import Connection


class AssumedRole:
    """A credential provider of botocore's kind: one role, in one account."""

    METHOD = "unassume-reach"
    CANONICAL_NAME = None

    def __init__(self, source: Connection, account: str, role: str, session_name: str) -> None:
        self._source = source
        self._account, self._role, self._session_name = account, role, session_name

    def load(self) -> Any:
        """Credentials that are fetched at the first call they sign, and anew before they end."""
        from botocore.credentials import DeferredRefreshableCredentials

        return DeferredRefreshableCredentials(refresh_using=self._fetch, method=self.METHOD)

    def _fetch(self) -> dict[str, str]:
        """The role's credentials as botocore wants them; AccessError where the role does not let us in."""
        partition = self._source.identity()["Arn"].split(":")[1]
        arn = f"arn:{partition}:iam::{self._account}:role/{self._role}"
        with asking(f"sts:AssumeRole of {arn}"):
            given = self._source.client("sts").assume_role(RoleArn=arn, RoleSessionName=self._session_name)
        found = given["Credentials"]
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "token": found["SessionToken"],
            "expiry_time": found["Expiration"].isoformat(),
        }
