"""One way into AWS: the clients that are used, each made once, and AWS's own clock read off every answer."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from unassume._version import __version__
from unassume.aws.refusals import asking, no_region
from unassume.errors import InputError
from unassume.ports import Clock

if TYPE_CHECKING:
    from boto3 import Session

CONNECT_SECONDS = 5
READ_SECONDS = 20
ATTEMPTS = 3
UNHURRIED = {"cloudtrail": 1}  # services whose adapter paces and repeats its calls itself, on the Clock port
_JITTER = timedelta(seconds=2)


class Connection:
    """A profile, a region and an endpoint; nothing is imported, read or asked before the first client is wanted."""

    def __init__(
        self,
        clock: Clock,
        *,
        profile: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        incident: str = "",
        credentials_file: str | None = None,
        provider: Any = None,
    ) -> None:
        self.clock = clock
        self._provider = provider
        self._credentials_file = credentials_file
        self._profile = profile
        # AWS: boto3 reads AWS_DEFAULT_REGION alone; every other tool of AWS's reads AWS_REGION, and it comes first.
        self._region = region or os.environ.get("AWS_REGION")
        self._endpoint_url = endpoint_url
        self._incident = incident
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._ahead: timedelta | None = None
        self._identity: Mapping[str, str] | None = None

    @property
    def region(self) -> str:
        """The region asked first: given, or of the profile or the environment; InputError when nobody said one."""
        region = self._region or self.session.region_name
        if not region:
            raise no_region()
        return str(region)

    @property
    def session(self) -> Session:
        """The boto3 session on the responder's own credentials."""
        import boto3

        with self._lock, asking("configuration"):
            if self._session is None:
                _keep_bodies_out_of_logs()
                session = boto3.Session(
                    profile_name=self._profile, region_name=self._region, botocore_session=self._core_session()
                )
                self._listen(session)
                self._session = session
            return self._session

    def _core_session(self) -> Any:
        """A botocore session of our own where its credentials come from elsewhere; None for boto3's usual one."""
        if self._credentials_file is None and self._provider is None:
            return None
        import botocore.session
        from botocore.credentials import CredentialResolver

        core = botocore.session.get_session()
        if self._credentials_file is not None:
            core.set_config_variable("credentials_file", self._credentials_file)
        if self._provider is not None:
            core.register_component("credential_provider", CredentialResolver(providers=[self._provider]))
        return core

    def client(self, service: str, region: str | None = None) -> Any:
        """The client for one service and region, made once; InputError for a region or endpoint that is none."""
        where = region or self.region
        with self._lock:
            if (service, where) not in self._clients:
                self._clients[service, where] = self._client(self.session, service, where)
            return self._clients[service, where]

    def client_as(self, credentials: Mapping[str, Any], service: str) -> Any:
        """A client on other credentials, which are held by it and nowhere else."""
        import boto3

        session = boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            region_name=self.region,
        )
        self._listen(session)
        return self._client(session, service, self.region)

    def with_profile(self, profile: str) -> Connection:
        """The same AWS, seen with another profile's credentials."""
        return Connection(
            self.clock, profile=profile, region=self.region, endpoint_url=self._endpoint_url, incident=self._incident,
            credentials_file=self._credentials_file,
        )  # fmt: skip

    def as_role(self, account: str, role: str) -> Connection:
        """The same AWS, seen as a role of another account that these credentials may assume, asked for when used."""
        from unassume.aws.assumed import AssumedRole

        return Connection(
            self.clock, region=self._region, endpoint_url=self._endpoint_url, incident=self._incident,
            provider=AssumedRole(self, account, role, f"unassume-{_token(self._incident)}"[:64]),
        )  # fmt: skip

    def identity(self) -> Mapping[str, str]:
        """Whose credentials these are (`Account`, `Arn`, `UserId`), asked once; AccessError when unusable."""
        with self._lock, asking("sts:GetCallerIdentity"):
            if self._identity is None:
                self._identity = self.client("sts").get_caller_identity()
            return self._identity

    def now(self) -> datetime:
        """AWS's clock: the Date of its latest answer, carried forward by the local clock.

        A Date is whole seconds, cut off: the true time is up to a second later. Asks once when nothing was asked yet.
        """
        if self._ahead is None:
            self.identity()
        return self.clock.now() + (self._ahead or timedelta(0))

    def _client(self, session: Session, service: str, region: str) -> Any:
        from botocore.config import Config
        from botocore.handlers import json_decode_policies

        agent = f"unassume/{__version__}" + (f" incident/{_token(self._incident)}" if self._incident else "")
        config = Config(
            connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, user_agent_extra=agent,
            retries={"mode": "standard", "total_max_attempts": UNHURRIED.get(service, ATTEMPTS)},
        )  # fmt: skip
        with asking(f"{service} in {region}"):
            try:
                client: Any = session.client(
                    service, region_name=region, endpoint_url=self._endpoint_url, config=config
                )
            except ValueError as error:
                if type(error) is not ValueError:
                    raise
                hint = "give `--endpoint-url http://host:port`, or unset AWS_ENDPOINT_URL"
                raise InputError(f"`{self._endpoint_url or region}` is no endpoint", hint=hint) from None
        # AWS: botocore parses policy documents into dicts, which loses their bytes; a digest needs those.
        client.meta.events.unregister("after-call.iam", json_decode_policies)
        return client

    def _listen(self, session: Session) -> None:
        session.events.register("after-call", self._remember_date)

    def _remember_date(self, parsed: Mapping[str, Any] | None = None, **_: object) -> None:
        date = ((parsed or {}).get("ResponseMetadata") or {}).get("HTTPHeaders", {}).get("date")
        if not isinstance(date, str):
            return
        try:
            said = parsedate_to_datetime(date).astimezone(UTC)
        except ValueError:
            return
        with self._lock:
            ahead = said - self.clock.now()
            # A Date is cut to the second, so of near values the largest is the truest; a far one means a clock moved.
            if self._ahead is None or not timedelta(0) <= self._ahead - ahead <= _JITTER:
                self._ahead = ahead


def _keep_bodies_out_of_logs() -> None:
    """botocore logs headers and bodies at DEBUG, tokens and minted keys among them; whoever asked it for that gets it.

    A program that turns on DEBUG for everything has not asked for that.
    """
    logger = logging.getLogger("botocore")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)


def _token(text: str) -> str:
    """Text as a user agent may carry it."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in text)
