"""What a client of the lab signs with, as a credentials file and as environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from unassume.lab.access.credentials import Credentials, Issued, Keyring, new_id, new_secret


def root_keys(keyring: Keyring, accounts: tuple[str, ...]) -> dict[str, Credentials]:
    """A root key for each account: the profile `root` for the first, `root-ACCOUNTID` for the others."""
    held: dict[str, Credentials] = {}
    for place, account in enumerate(accounts):
        credentials = Credentials(new_id("AKIA"), new_secret())
        keyring.add(Issued(credentials, account))
        held[f"root-{account}" if place else "root"] = credentials
    return held


def write_profiles(path: Path, credentials: Mapping[str, Credentials]) -> None:
    """Write the shared-credentials file, readable by its owner only, in one step."""
    lines: list[str] = []
    for name, held in credentials.items():
        lines += [f"[{name}]", f"aws_access_key_id = {held.access_key_id}"]
        lines += [f"aws_secret_access_key = {held.secret_access_key}"]
        lines += [f"aws_session_token = {held.session_token}"] if held.session_token else []
        lines += [""]
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    fresh.replace(path)
