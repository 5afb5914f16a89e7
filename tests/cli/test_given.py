"""Leads on standard input: a line each, and one clear line where one of them is none."""

from __future__ import annotations

import subprocess

import pytest

from tests.cli.running import PROGRAM
from tests.cli.test_careless import SECRET

KEY = "ASIAEXAMPLEEXAMPLE00"


def refused(text: str) -> list[str]:
    """What a plan of these leads ends with, which it does before anything is asked of AWS."""
    ran = subprocess.run([*PROGRAM, "plan", "-"], input=text.encode(), capture_output=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout) == (2, b"")
    return ran.stderr.decode().splitlines()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n# nothing yet\n", "standard input holds no lead"),
        (f"# ours\n\n{KEY}\narn:aws:s3:::b\n", "standard input, line 4: `arn:aws:s3:::b` is no lead"),
        ("\n".join(f"ASIAEXAMPLE{number:09}" for number in range(2_001)), "2,001 leads are more than the 2,000 one"),
        ("x" * 1_000_001, "standard input holds more than 1,000,000 bytes"),
    ],
    ids=["none", "one of them none", "too many", "no leads at all"],
)
def test_what_holds_no_leads_is_said(text: str, told: str) -> None:
    """Blank lines and comments are skipped, and what is wrong names its line."""
    assert told in refused(text)[0]


def test_a_secret_among_the_leads_is_dropped() -> None:
    """It is named by its line alone."""
    said = refused(f"{KEY}\n{SECRET}\n")
    assert said[0].startswith("error: standard input, line 2: the lead looks like a secret key or session token")
    assert not any(SECRET in line for line in said)
