"""`Lab`: a local AWS for one process, as a context manager."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from unassume._version import __version__
from unassume.errors import AccessError, InputError
from unassume.lab.access.credentials import Credentials, Keyring
from unassume.lab.accounts.ids import MANAGEMENT, account_ids
from unassume.lab.accounts.regions import enabled
from unassume.lab.calls import Call
from unassume.lab.clock import LabClock
from unassume.lab.control.desk import Desk
from unassume.lab.control.doorway import Doorway
from unassume.lab.control.faults import Faults
from unassume.lab.control.status import Delays, Status
from unassume.lab.control.turnstile import Turnstile
from unassume.lab.federation.provider import Federation
from unassume.lab.profiles import root_keys, write_profiles
from unassume.lab.seeds.names import check_seed

if TYPE_CHECKING:
    from unassume.lab.trail.event import Event

ACCOUNT = MANAGEMENT
REGION = "us-east-1"
_OPEN = threading.Lock()


class Lab:
    """A local AWS where IAM is enforced on temporary credentials; one at a time per process, loopback only.

    `seed` is the name of a scenario or None for empty accounts with a root key each. With more than one of `accounts`
    (at most 50) they form an organization, whose management account is the first. `propagation` is how many
    lab-seconds a written policy takes to bite, `read_delay` how far GetRole, GetRolePolicy and ListRolePolicies lag,
    `trail_delay` how late events reach LookupEvents. `regions` are the ones the accounts have enabled, by default the
    17 of every account; calls to others are refused. With `trail_dir`, events are also written below it, as CloudTrail
    writes a bucket. With `tls` it speaks HTTPS only, and clients trust it by `ca_bundle`. `on_call` is told of each
    call on the thread that answered it. InputError for an unknown seed, regions without `us-east-1` or not of the 17, a
    host that is not loopback, or a second lab in this process; AccessError when the port is taken or the directory
    cannot be written.

    moto's state is global to the process, so entering clears it. A call in flight when the lab closes may fail.
    """

    account = ACCOUNT
    region = REGION

    def __init__(
        self,
        seed: str | None = "bob-mary-keith",
        *,
        accounts: int = 1,
        propagation: float = 0,
        read_delay: float = 0,
        trail_delay: float = 0,
        trail_dir: Path | None = None,
        regions: Sequence[str] | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: LabClock | None = None,
        tls: bool = False,
        on_call: Callable[[Call], None] | None = None,
    ) -> None:
        if min(propagation, read_delay, trail_delay) < 0:
            raise InputError("a delay of the lab is not negative")
        check_seed(seed)
        self.clock = clock or LabClock()
        self.faults = Faults()
        self.federation = Federation(self.clock)
        self.endpoint_url = ""
        self.accounts = account_ids(accounts)
        self.regions = enabled(regions, REGION)
        self._seed = seed
        self._delays = Delays(propagation, read_delay, trail_delay)
        self._trail_dir = trail_dir
        self._where = (host, port)
        self._turnstile = Turnstile()
        self._doorway = Doorway(Desk(self), self._turnstile)
        self._resetting = threading.Lock()
        self._credentials: dict[str, Credentials] = {}
        self._folder: Path | None = None
        self._tls = tls
        self._on_call = on_call
        self.ca_bundle: Path | None = None
        self._closing = ExitStack()

    def __enter__(self) -> Lab:
        if not _OPEN.acquire(blocking=False):
            hint = "close the other one first, or use a second process: the lab's state is global to a process"
            raise InputError("a lab is already open in this process", hint=hint)
        with ExitStack() as undo:
            undo.callback(_OPEN.release)
            self._start(undo)
            self._closing = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
        self.endpoint_url = ""

    def credentials(self, profile: str) -> Credentials:
        """What that profile signs with; InputError for a profile the seed has not."""
        if profile not in self._credentials:
            known = ", ".join(f"`{name}`" for name in sorted(self._credentials))
            raise InputError(f"the lab has no profile `{profile}`", hint=f"it has {known}")
        return self._credentials[profile]

    @property
    def profiles(self) -> tuple[str, ...]:
        """The names `credentials` knows."""
        return tuple(sorted(self._credentials))

    @property
    def profiles_path(self) -> Path:
        """An AWS shared-credentials file with all profiles, readable by its owner only, gone when the lab closes."""
        if self._folder is None:
            raise InputError("the lab is not open")
        return self._folder / "credentials"

    @property
    def oidc_issuer(self) -> str:
        """The URL of the lab's own OIDC provider, for CreateOpenIDConnectProvider."""
        return self.federation.oidc_issuer

    @property
    def saml_metadata(self) -> str:
        """The metadata of the lab's own SAML provider, for CreateSAMLProvider."""
        return self.federation.saml_metadata

    def web_identity_token(
        self,
        subject: str,
        *,
        audience: str = "sts.amazonaws.com",
        issuer: str = "",
        claims: Mapping[str, Any] | None = None,
        lasts: float = 3600,
    ) -> str:
        """An OIDC token of any issuer, by default the lab's own, for AssumeRoleWithWebIdentity."""
        issuer = issuer or self.oidc_issuer
        return self.federation.web_identity_token(subject, audience=audience, issuer=issuer, claims=claims, lasts=lasts)

    def saml_assertion(
        self,
        role_arn: str,
        provider_arn: str,
        *,
        name: str,
        subject: str = "",
        session_duration: int | None = None,
        tags: Mapping[str, str] | None = None,
        source_identity: str | None = None,
    ) -> str:
        """A SAML response in base64 for AssumeRoleWithSAML; the subject is the name unless another is given."""
        return self.federation.saml_assertion(
            role_arn, provider_arn, name=name, subject=subject, session_duration=session_duration, tags=tags,
            source_identity=source_identity,
        )  # fmt: skip

    def assume_as_service(self, service: str, role_arn: str, name: str, lasts: int = 21_600) -> Credentials:
        """A session that an AWS service such as `ec2.amazonaws.com` takes of a role; AccessError when it may not."""
        from unassume.lab.wire.refusals import Refusal

        try:
            with self._turnstile.passing():
                return self._gate.assume_as_service(service, role_arn, name, lasts, self.region)
        except Refusal as refusal:
            raise AccessError(f"{service} may not assume `{role_arn}`: {refusal.message}") from None

    def calls(self) -> tuple[Call, ...]:
        """Every call seen, at once and complete, oldest first, without secrets."""
        with self._turnstile.passing():
            return self._gate.log.all()

    def events(self) -> tuple[Event, ...]:
        """Every CloudTrail event written, data events too, without the trail's delay."""
        with self._turnstile.passing():
            return self._trail.all()

    def status(self) -> Status:
        """What the lab is and holds now, as `GET /_lab/status` shows it."""
        return Status(
            version=__version__,
            endpoint=self.endpoint_url,
            seed=self._seed,
            accounts=self.accounts,
            regions=self.regions,
            clock=self.clock.now(),
            delays=self._delays,
            profiles={name: held.access_key_id for name, held in sorted(self._credentials.items())},
            oidc_issuer=self.oidc_issuer,
            faults=self.faults.all(),
            calls=self._gate.log.count(),
            events=self._trail.count(),
            trail_dir=None if self._trail_dir is None else str(self._trail_dir),
        )

    def reset(self) -> None:
        """Begin again: state, keys, sessions, calls, events and faults are gone, and the seed is planted anew.

        Calls in flight finish first and count to the old world; its credentials are unknown afterwards. The clock
        stays where it was jumped to, for it never runs backwards. InputError when the lab is not open.
        """
        if not self.endpoint_url:
            raise InputError("the lab is not open")
        with self._resetting:
            # What is being delayed goes on, so that the reset need not wait for it.
            self.faults.clear()
            with self._turnstile.alone():
                self._gate.log.close()
                self._trail.clear()
                self.faults.clear()
                self._moto.reset()
                self._begin()
            self._plant()

    def _start(self, undo: ExitStack) -> None:
        from unassume.lab.backend.app import MotoApp
        from unassume.lab.certificates import Certificate
        from unassume.lab.serving import Server
        from unassume.lab.trail.lookup import LabTrail

        self._moto = MotoApp()
        self._trail = LabTrail(self.clock, self._delays.trail_delay, self._trail_dir)
        undo.callback(self._trail.close)
        self._begin()
        undo.callback(lambda: self._gate.log.close())
        self._folder = Path(tempfile.mkdtemp(prefix="unassume-lab-"))
        undo.callback(shutil.rmtree, self._folder, ignore_errors=True)
        certificate = Certificate(self._folder) if self._tls else None
        self.ca_bundle = certificate.path if certificate else None
        server = Server(self._doorway, *self._where, certificate.context() if certificate else None)
        undo.callback(server.stop)
        undo.callback(self.faults.clear)
        self.endpoint_url = server.url
        self._plant()

    def _begin(self) -> None:
        """A new world behind the door; nobody may be inside."""
        from unassume.lab.accounts import organization
        from unassume.lab.accounts.history import History
        from unassume.lab.gate import Gate

        keyring = Keyring()
        delays = self._delays
        history = History(self.clock, propagation=delays.propagation, read_delay=delays.read_delay)
        self._gate = Gate(
            self._moto, keyring, history, self._trail, self.clock, self.regions, self.faults, self.federation,
            self._on_call,
        )  # fmt: skip
        if len(self.accounts) > 1:
            organization.found(self.accounts, self.clock.now())
            for account in self.accounts:
                history.note(account)
        self._credentials = root_keys(keyring, self.accounts)
        self._doorway.gate = self._gate

    def _plant(self) -> None:
        from unassume.lab.seeds.planting import plant

        self._credentials |= plant(self._seed, self, max(self._delays.propagation, self._delays.read_delay))
        write_profiles(self.profiles_path, self._credentials)


def environment(lab: Lab, profile: str = "") -> Mapping[str, str]:
    """The variables with which any AWS client speaks to the lab; without a profile the seed's responder, else root."""
    return {
        "AWS_ENDPOINT_URL": lab.endpoint_url,
        "AWS_SHARED_CREDENTIALS_FILE": str(lab.profiles_path),
        "AWS_PROFILE": profile or ("responder" if "responder" in lab.profiles else "root"),
        "AWS_REGION": lab.region,
        "AWS_DEFAULT_REGION": lab.region,
        **({"AWS_CA_BUNDLE": str(lab.ca_bundle)} if lab.ca_bundle else {}),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def serve_lines(lab: Lab) -> tuple[str, ...]:
    """The lines to paste into a shell so that any AWS client speaks to the lab; they hold no secret."""
    return tuple(f"export {name}={value}" for name, value in environment(lab).items())
