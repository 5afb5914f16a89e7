"""A lab for each module, and the command line that speaks to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import REGIONS, CommandLine, settings
from unassume.lab import Lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A local AWS with the seed played, where the trail is not late and few regions are to be asked."""
    with Lab(seed="bob-mary-keith", regions=REGIONS) as served:
        yield served


@pytest.fixture
def run(lab: Lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    """The command line as the responder, with receipts in the test's own folder."""
    for name, value in settings(lab, tmp_path).items():
        monkeypatch.setenv(name, value)
    return CommandLine(capsys, lab.clock, tmp_path)


@pytest.fixture
def offline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    """The command line with made-up credentials and nothing to speak to."""
    monkeypatch.setenv("UNASSUME_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    return CommandLine(capsys, None, tmp_path)
