"""A world of its own for every test: made-up credentials, no configuration of this machine, no metadata service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws.loopback import NOW, FrozenClock, Loopback, loopback
from unassume.aws.connection import Connection


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDRESPONDER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")


@pytest.fixture
def aws() -> Iterator[Loopback]:
    """A loopback server that plays AWS."""
    with loopback() as played:
        yield played


@pytest.fixture
def clock() -> FrozenClock:
    """A local clock that stands at AWS's own instant."""
    return FrozenClock(NOW)


@pytest.fixture
def connection(aws: Loopback, clock: FrozenClock) -> Connection:
    """A connection to the loopback server."""
    return Connection(clock, region="us-east-1", endpoint_url=aws.url, incident="inc 7")
