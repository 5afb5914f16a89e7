"""Connecting: nothing is asked, imported or made until a step needs it."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import unassume
from unassume.sources.clock import SystemClock
from unassume.wiring import connect, default_state_dir


def test_connecting_costs_nothing(tmp_path: Path) -> None:
    """No AWS library is imported and no state directory is made."""
    state = tmp_path / "state"
    program = (
        "import sys; from unassume.wiring import connect; "
        f"connect('nobody', 'us-east-1', 'http://127.0.0.1:9', state_dir={str(state)!r}); "
        "print(sorted({'boto3', 'botocore', 'rich', 'platformdirs'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert not state.exists()


def test_the_environment_names_the_state_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """UNASSUME_STATE_DIR counts when no directory is given; without it, it is the user's own."""
    monkeypatch.setenv("UNASSUME_STATE_DIR", str(tmp_path))
    assert default_state_dir() == str(tmp_path)
    assert connect().journal.open("r-1") == str(tmp_path / "receipts" / "r-1.jsonl")
    monkeypatch.delenv("UNASSUME_STATE_DIR")
    assert default_state_dir().endswith("unassume")


def test_the_system_clock_is_aware_utc() -> None:
    """Every instant has a zone, and waiting for nothing or less returns."""
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    clock.sleep(0)
    clock.sleep(-1)


def test_root_names_are_loaded_when_used() -> None:
    """The root gives `connect` and the version, and an AttributeError for what it does not have."""
    assert unassume.connect is connect
    assert unassume.__version__
    with pytest.raises(AttributeError, match="no attribute `nothing`"):
        _ = unassume.nothing
