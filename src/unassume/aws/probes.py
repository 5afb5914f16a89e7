"""One harmless call as a session: our canary, denied by its own statement, or the leaked one, by a profile.

INVARIANT: their credentials live in one client in memory, read or minted by boto3; they are not returned, logged or
written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from unassume.aws.connection import Connection
from unassume.aws.refusals import DENIED, asking, code_of, message_of, one_line
from unassume.errors import AccessError, InputError
from unassume.model.evidence import Probe, Probed, ProfileProbe
from unassume.trail.refusals import says_explicit_deny

SECONDS = 900  # the shortest session STS gives

# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html words the refusals of IAM calls.
CALL = "iam:ListAccountAliases"
# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
# Tokens of users may not call IAM, so they ask this.
USERS_CALL = "ec2:DescribeRegions"
_DEAD = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"})


class Probes:
    """The canary sessions minted so far, one per role and name; asking again does not mint again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._clients: dict[Probe, Any] = {}
        self._profiles: dict[str, tuple[Any, str]] = {}

    def probe(self, probe: Probe | ProfileProbe) -> Probed:
        """Make one harmless call as the session; a refusal is an answer, and a dead canary is replaced once.

        Raises AccessError or InputError for a profile that boto3 finds no usable credentials in.
        """
        if isinstance(probe, ProfileProbe):
            return self._ask_by_profile(probe)
        fresh = probe not in self._clients
        probed, is_dead = self._ask(probe)
        if is_dead:
            del self._clients[probe]
        if is_dead and not fresh:
            probed, _ = self._ask(probe)
        return probed

    def _ask(self, probe: Probe) -> tuple[Probed, bool]:
        try:
            if probe not in self._clients:
                self._clients[probe] = self._mint(probe)
        except (AccessError, InputError) as error:
            return self._probed("unavailable", f"no canary session: {error.message}"), False
        return self._called(CALL, self._clients[probe].list_account_aliases, probe)

    def _ask_by_profile(self, probe: ProfileProbe) -> Probed:
        """Who it is, is asked once: no policy stops GetCallerIdentity, and its answer proves nothing by itself."""
        profile = probe.profile
        if profile not in self._profiles:
            other = self._connection.with_profile(profile)
            principal_id = other.identity()["UserId"]
            self._profiles[profile] = other.client("iam" if _is_role(principal_id) else "ec2"), principal_id
        client, principal_id = self._profiles[profile]
        if _is_role(principal_id):
            probed, _ = self._called(CALL, client.list_account_aliases, probe)
        else:
            probed, _ = self._called(USERS_CALL, client.describe_regions, probe)
        return msgspec.structs.replace(probed, principal_id=principal_id)

    def _called(self, call: str, ask: Callable[[], object], probe: Probe | ProfileProbe) -> tuple[Probed, bool]:
        """How AWS answered, and whether the credentials are dead."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            ask()
        except ClientError as error:
            return self._refused(call, error, probe), code_of(error) in _DEAD
        except BotoCoreError as error:
            return self._probed("unavailable", f"no answer to `{call}` ({type(error).__name__})"), False
        return self._probed("allowed", f"`{call}` was allowed"), False

    def _mint(self, probe: Probe) -> Any:
        with asking("sts:AssumeRole"):
            answer: Mapping[str, Any] = self._connection.client("sts").assume_role(
                RoleArn=probe.role_arn, RoleSessionName=probe.session_name, DurationSeconds=SECONDS
            )
        return self._connection.client_as(answer["Credentials"], "iam")

    def _refused(self, call: str, error: Exception, probe: Probe | ProfileProbe) -> Probed:
        """Only an authorisation refusal counts; anything else AWS says proves nothing."""
        code, message = code_of(error), one_line(message_of(error))
        if code not in DENIED:
            return self._probed("unavailable", f"`{call}` failed ({code}): {message}")
        is_ours = says_explicit_deny(message_of(error), by_scp=probe.by_scp)
        return self._probed("explicit-deny" if is_ours else "denied", message)

    def _probed(self, outcome: Any, detail: str) -> Probed:
        return Probed(at=self._connection.now(), outcome=outcome, detail=detail)


def _is_role(principal_id: str) -> bool:
    return principal_id.startswith("AROA")
