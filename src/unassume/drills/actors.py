"""The people of a drill: boto3 clients on their own credentials, at an address of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from unassume.lab import Credentials, Lab
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import BUCKET, OBJECT, TABLE

UNSTOPPABLE = "sts:GetCallerIdentity"
"""The call no policy stops: it works for everybody, and proves nothing."""


class Actor:
    """Somebody with credentials; every call says `ok`, or how AWS refused it."""

    def __init__(self, lab: Lab, name: str, credentials: Credentials, address: str) -> None:
        self.name, self.address = name, address
        self._lab, self._credentials = lab, credentials
        self._clients: dict[str, Any] = {}

    @property
    def key_id(self) -> str:
        """The id of the key the actor signs with."""
        return self._credentials.access_key_id

    @property
    def credentials(self) -> Credentials:
        """What the actor holds."""
        return self._credentials

    def work(self, only: tuple[str, ...] = ()) -> dict[str, str]:
        """One round of the calls the shared role is used for, or of those of them another role allows."""
        calls = self._calls()
        return {action: self._answer(calls[action]) for action in only or calls}

    def assume(self, role_arn: str, session_name: str, **more: Any) -> Credentials:
        """Assume a role and take its credentials; botocore's ClientError when refused."""
        asked = {"RoleArn": role_arn, "RoleSessionName": session_name, **more}
        given = self._client("sts").assume_role(**asked)["Credentials"]
        return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"])

    def take_token(self) -> Credentials:
        """Take a token of GetSessionToken; botocore's ClientError when refused."""
        given = self._client("sts").get_session_token()["Credentials"]
        return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"])

    def answer_to_token(self) -> str:
        """Ask for a token: `ok`, or how AWS refused it."""
        return self._answer(self.take_token)

    def _calls(self) -> dict[str, Callable[[], object]]:
        key = {"id": {"S": "1"}}
        return {
            "s3:GetObject": lambda: self._client("s3").get_object(Bucket=BUCKET, Key=OBJECT),
            "dynamodb:GetItem": lambda: self._client("dynamodb").get_item(TableName=TABLE, Key=key),
            "ec2:DescribeInstances": lambda: self._client("ec2").describe_instances(),
            UNSTOPPABLE: lambda: self._client("sts").get_caller_identity(),
        }

    def _answer(self, call: Callable[[], object]) -> str:
        from botocore.exceptions import ClientError

        try:
            call()
        except ClientError as error:
            answered = error.response["Error"]
            return "DENIED" if "explicit deny" in answered.get("Message", "") else str(answered.get("Code", "error"))
        return "ok"

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            made = client(self._lab, service, self._credentials)
            made.meta.events.register("before-send", self._from_address)
            self._clients[service] = made
        return self._clients[service]

    def _from_address(self, request: Any, **_: object) -> None:
        request.headers["X-Unassume-Lab-Source-Ip"] = self.address
