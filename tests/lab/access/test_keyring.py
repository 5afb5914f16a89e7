"""The keyring: what it keeps of sessions, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from unassume.lab.access.credentials import Credentials, Issued, Keyring, UserSession

_START = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _issued(number: int, issued_at: datetime) -> Issued:
    ends = issued_at + timedelta(minutes=15)
    session = UserSession(f"ASIA{number}", "123456789012", "AIDAX", "bob", issued_at, ends)
    return Issued(Credentials(f"ASIA{number}", "secret", "token", ends), "123456789012", session)


def test_sessions_that_ended_leave_only_their_key_id() -> None:
    """However many sessions are issued, only live and lately ended ones are held whole; the rest count as expired."""
    keyring = Keyring()
    for number in range(5_000):
        keyring.add(_issued(number, _START + timedelta(seconds=number)))
    held = [number for number in range(5_000) if keyring.find(f"ASIA{number}") is not None]
    assert len(held) < 2_000
    assert all(keyring.is_spent(f"ASIA{number}") for number in range(held[0]))
    assert held[-1] == 4_999
    assert not keyring.is_spent("ASIA4999")


def test_long_term_keys_stay() -> None:
    """A key without a session has no end."""
    keyring = Keyring()
    keyring.add(Issued(Credentials("AKIAROOT", "secret"), "123456789012"))
    for number in range(1_000):
        keyring.add(_issued(number, _START + timedelta(hours=number)))
    assert keyring.find("AKIAROOT") is not None
