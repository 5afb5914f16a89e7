"""Running the command line inside the test, and as a program where a process is the point."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from unassume.cli.main import main
from unassume.lab import Lab
from unassume.ports import Clock

REGIONS = ("us-east-1", "eu-west-1")  # a client for each of the 17 is what a command spends most of its time on
PROGRAM = (sys.executable, "-c", "from unassume.cli.main import main; main()")


class Ran(NamedTuple):
    """What a command ended with and what it said."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> list[str]:
        """Stderr without the lines of progress."""
        stages = ("find:", "survey:", "apply:", "verify:")
        return [line for line in self.err.splitlines() if not line.startswith(stages)]


@dataclass
class CommandLine:
    """The command line with an environment of its own; its clock is the lab's, so nothing waits."""

    capsys: pytest.CaptureFixture[str]
    clock: Clock | None
    folder: Path

    def __call__(self, *words: str) -> Ran:
        """Run one command to its end."""
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words), self.clock)
        said = self.capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ran(int(code), said.out, said.err)

    def path(self, name: str) -> str:
        """A file in the test's own folder."""
        return str(self.folder / name)

    def receipts(self) -> list[Path]:
        """The receipts written by this test, oldest first."""
        return sorted((self.folder / "state" / "receipts").glob("*.jsonl"))


def settings(lab: Lab, folder: Path, profile: str = "responder") -> dict[str, str]:
    """The environment in which the command line speaks to the lab."""
    return {
        "AWS_ENDPOINT_URL": lab.endpoint_url,
        "AWS_SHARED_CREDENTIALS_FILE": str(lab.profiles_path),
        "AWS_PROFILE": profile,
        "AWS_REGION": lab.region,
        "UNASSUME_STATE_DIR": str(folder / "state"),
    }


def program_environment(lab: Lab, folder: Path) -> dict[str, str]:
    """The same for a process of its own, which also finds this package."""
    return {**os.environ, **settings(lab, folder), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
