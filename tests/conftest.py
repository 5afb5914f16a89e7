"""What holds for every test: no AWS account of the person at the keyboard is in reach, and no test is about time."""

from __future__ import annotations

import os
import tempfile

import hypothesis
import pytest

# A slow machine is no failure; in CI a failure must come again.
hypothesis.settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Forget every AWS setting before any test loads boto3, and keep receipts away from the person's own."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "UNASSUME_"))]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    scratch = tempfile.TemporaryDirectory(prefix="unassume-tests-")
    os.environ["UNASSUME_STATE_DIR"] = scratch.name
    config.add_cleanup(scratch.cleanup)
