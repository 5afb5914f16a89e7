"""`Lab`: a local AWS for one process, as a context manager."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from unassume.errors import InputError
from unassume.lab.access.credentials import Credentials, Issued, Keyring, new_id, new_secret
from unassume.lab.accounts.regions import enabled
from unassume.lab.calls import Call
from unassume.lab.clock import LabClock

if TYPE_CHECKING:
    from unassume.lab.trail.events import Event

ACCOUNT = "123456789012"
REGION = "us-east-1"
_OPEN = threading.Lock()


class Lab:
    """A local AWS where IAM is enforced on temporary credentials; one at a time per process, loopback only.

    `seed` is the name of a scenario or None for an empty account with a root key. `propagation` is how many
    lab-seconds a written policy takes to bite, `read_delay` how far GetRole, GetRolePolicy and ListRolePolicies lag,
    `trail_delay` how late events reach LookupEvents. `regions` are the ones the account has enabled, by default the 17
    of every account; calls to others are refused. InputError for an unknown seed, regions without `us-east-1` or not
    of the 17, a host that is not loopback, or a second lab in this process; AccessError when the port is taken.

    moto's state is global to the process, so entering clears it. A call in flight when the lab closes may fail.
    """

    account = ACCOUNT
    region = REGION

    def __init__(
        self,
        seed: str | None = "bob-mary-keith",
        *,
        propagation: float = 0,
        read_delay: float = 0,
        trail_delay: float = 0,
        regions: Sequence[str] | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: LabClock | None = None,
    ) -> None:
        if min(propagation, read_delay, trail_delay) < 0:
            raise InputError("a delay of the lab is not negative")
        self.clock = clock or LabClock()
        self.endpoint_url = ""
        self._seed = seed
        self._delays = (propagation, read_delay, trail_delay)
        self._where = (host, port)
        self.regions = enabled(regions, REGION)
        self._credentials: dict[str, Credentials] = {}
        self._folder: Path | None = None
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

    def calls(self) -> tuple[Call, ...]:
        """Every call seen, at once and complete, oldest first, without secrets."""
        return self._gate.log.all()

    def events(self) -> tuple[Event, ...]:
        """Every CloudTrail event written, data events too, without the trail's delay."""
        return self._trail.all()

    def _start(self, undo: ExitStack) -> None:
        from unassume.lab.accounts.history import History
        from unassume.lab.backend.app import MotoApp
        from unassume.lab.gate import Gate
        from unassume.lab.seeds.planting import plant
        from unassume.lab.serving import Server
        from unassume.lab.trail.lookup import LabTrail

        propagation, read_delay, trail_delay = self._delays
        keyring = Keyring()
        history = History(self.clock, propagation=propagation, read_delay=read_delay)
        self._trail = LabTrail(self.clock, trail_delay)
        self._gate = Gate(MotoApp(), keyring, history, self._trail, self.clock, self.regions)
        server = Server(self._gate, *self._where)
        undo.callback(server.stop)
        self.endpoint_url = server.url
        self._credentials = {"root": _root_key(keyring)}
        self._folder = Path(tempfile.mkdtemp(prefix="unassume-lab-"))
        undo.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._credentials |= plant(self._seed, self, max(propagation, read_delay))
        _write_profiles(self.profiles_path, self._credentials)


def serve_lines(lab: Lab) -> tuple[str, ...]:
    """The lines to paste into a shell so that any AWS client speaks to the lab; they hold no secret."""
    profile = "responder" if "responder" in lab.profiles else "root"
    return (
        f"export AWS_ENDPOINT_URL={lab.endpoint_url}",
        f"export AWS_SHARED_CREDENTIALS_FILE={lab.profiles_path}",
        f"export AWS_PROFILE={profile}",
        f"export AWS_REGION={lab.region}",
        f"export AWS_DEFAULT_REGION={lab.region}",
        "export AWS_EC2_METADATA_DISABLED=true",
    )


def _root_key(keyring: Keyring) -> Credentials:
    credentials = Credentials(new_id("AKIA"), new_secret())
    keyring.add(Issued(credentials, ACCOUNT))
    return credentials


def _write_profiles(path: Path, credentials: dict[str, Credentials]) -> None:
    lines: list[str] = []
    for name, held in credentials.items():
        lines += [f"[{name}]", f"aws_access_key_id = {held.access_key_id}"]
        lines += [f"aws_secret_access_key = {held.secret_access_key}"]
        lines += [f"aws_session_token = {held.session_token}"] if held.session_token else []
        lines += [""]
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
