"""Fixtures for tests against the lab: `pytest_plugins = ["unassume.lab.pytest_plugin"]` in a top conftest, or `-p`.

One lab for the whole run, since moto's state is global to a process, and a reset before each test that asks for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from unassume.lab import Lab, environment

_GONE = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_DEFAULT_PROFILE",
    "AWS_CREDENTIAL_EXPIRATION", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CA_BUNDLE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)  # fmt: skip


@pytest.fixture(scope="session")
def unassume_lab_options() -> dict[str, Any]:
    """What the lab is opened with; override it for a seed, accounts or delays."""
    return {"seed": None}


@pytest.fixture(scope="session")
def unassume_lab_server(unassume_lab_options: dict[str, Any]) -> Iterator[Lab]:
    """The lab of the whole run, as the last test left it."""
    with Lab(**unassume_lab_options) as lab:
        yield lab


@pytest.fixture
def unassume_lab(unassume_lab_server: Lab) -> Iterator[Lab]:
    """The lab as new, with every AWS client of this process and its children pointed at it during the test."""
    unassume_lab_server.reset()
    with _pointed(environment(unassume_lab_server)):
        yield unassume_lab_server


@contextmanager
def _pointed(wanted: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in [*_GONE, *(name for name in before if name.startswith("AWS_ENDPOINT_URL_"))]:
        os.environ.pop(name, None)
    loopback = ",".join(filter(None, (before.get("NO_PROXY") or before.get("no_proxy"), "127.0.0.1")))
    os.environ |= {**wanted, "AWS_CONFIG_FILE": os.devnull, "NO_PROXY": loopback, "no_proxy": loopback}
    _forget_default_session()
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ |= before
        _forget_default_session()


def _forget_default_session() -> None:
    """boto3 keeps the session of its first `boto3.client(...)`, and in it the keys of a world that is gone."""
    boto3 = sys.modules.get("boto3")
    if boto3 is not None:
        boto3.DEFAULT_SESSION = None  # type: ignore[attr-defined]  # boto3 carries no types
