"""Careless configuration in one line each; AWS's clock; who we say we are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.aws.loopback import NOW, FrozenClock, Loopback, refusal
from unassume.aws.connection import Connection
from unassume.errors import AccessError, InputError, UnassumeError


def failure(connection: Connection) -> UnassumeError:
    """The error of the very first call."""
    with pytest.raises(UnassumeError) as caught:
        connection.identity()
    error = caught.value
    assert error.__cause__ is None
    assert "\n" not in error.message
    assert "made-up" not in f"{error.message}{error.hint}{error.facts}"
    return error


def test_no_region_is_bad_input(aws: Loopback, clock: FrozenClock) -> None:
    """Nobody said a region: it says so before any call."""
    error = failure(Connection(clock, endpoint_url=aws.url))
    assert (type(error), error.message) == (InputError, "no region")
    assert aws.asked == []


def test_no_credentials(aws: Loopback, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any credentials it says so, and how to get some."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    error = failure(Connection(clock, region="us-east-1", endpoint_url=aws.url))
    assert (type(error), error.message) == (AccessError, "no AWS credentials found")
    assert "--profile" in error.hint


def test_half_credentials(aws: Loopback, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The missing half is named."""
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    error = failure(Connection(clock, region="us-east-1", endpoint_url=aws.url))
    assert isinstance(error, AccessError)
    assert "AWS_SECRET_ACCESS_KEY" in error.message


def test_an_unknown_profile_is_named(clock: FrozenClock) -> None:
    """A profile nobody configured is bad input."""
    error = failure(Connection(clock, profile="nobody", region="us-east-1"))
    assert isinstance(error, InputError)
    assert "`nobody`" in error.message


def test_a_sign_in_that_ended(
    aws: Loopback, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An Identity Center profile without a valid token asks to sign in again."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "config").write_text(
        "[profile desk]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\n"
        "[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://example.com/start\n"
    )
    error = failure(Connection(clock, profile="desk", region="us-east-1", endpoint_url=aws.url))
    assert isinstance(error, AccessError)
    assert "expired" in error.message
    assert "aws sso login" in error.hint


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_dead_credentials(aws: Loopback, connection: Connection, code: str) -> None:
    """Expired or unknown credentials ask to sign in again."""
    aws.play("GetCallerIdentity", refusal(code))
    error = failure(connection)
    assert isinstance(error, AccessError)
    assert code in error.message
    assert error.facts["credentials"] == code


def test_a_refusal_names_the_action(aws: Loopback, connection: Connection) -> None:
    """What was not allowed is named, and AWS's words kept on one line without the encoded part."""
    message = "User: x is not\nauthorized. Encoded authorization failure message: abcdef"
    aws.play("GetCallerIdentity", refusal("AccessDenied", message))
    error = failure(connection)
    assert error.message == "not allowed to call `sts:GetCallerIdentity`: User: x is not authorized."


def test_an_endpoint_that_is_down_is_named(clock: FrozenClock) -> None:
    """The address that did not answer is named, without what may be secret in it."""
    error = failure(Connection(clock, region="us-east-1", endpoint_url="http://127.0.0.1:9"))
    assert isinstance(error, AccessError)
    assert error.message == "no answer from `http://127.0.0.1:9`"
    assert "--endpoint-url" in error.hint


@pytest.mark.parametrize("endpoint_url", ["nonsense", "http://", "http://bad host"])
def test_what_is_no_endpoint_is_bad_input(clock: FrozenClock, endpoint_url: str) -> None:
    """An endpoint that is no address is named."""
    error = failure(Connection(clock, region="us-east-1", endpoint_url=endpoint_url))
    assert isinstance(error, InputError)
    assert endpoint_url in error.message


def test_what_is_no_region_is_bad_input(clock: FrozenClock) -> None:
    """A region that cannot be one is named."""
    error = failure(Connection(clock, region="us east 1"))
    assert isinstance(error, InputError)
    assert "`us east 1`" in error.message


def test_the_endpoint_of_the_environment_is_used(
    aws: Loopback, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_ENDPOINT_URL leads every service there."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    Connection(clock, region="us-east-1").identity()
    assert aws.actions() == ["GetCallerIdentity"]


def test_awss_clock_is_carried_forward(aws: Loopback, connection: Connection, clock: FrozenClock) -> None:
    """Now is AWS's Date plus what went by here since; ours being wrong is no matter, and it is asked once."""
    aws.date = NOW + timedelta(hours=2)
    assert connection.now() == NOW + timedelta(hours=2)
    clock.sleep(60)
    assert connection.now() == NOW + timedelta(hours=2, seconds=60)
    assert aws.actions() == ["GetCallerIdentity"]


def test_awss_clock_never_runs_backwards_by_a_cut_second(
    aws: Loopback, connection: Connection, clock: FrozenClock
) -> None:
    """A Date without its fraction does not put the clock back; a clock that moved far is believed."""
    assert connection.now() == NOW
    clock.sleep(0.9)
    connection.client("sts").get_caller_identity()
    assert connection.now() == NOW + timedelta(seconds=0.9)
    aws.date = NOW - timedelta(hours=1)
    connection.client("sts").get_caller_identity()
    assert connection.now() == NOW - timedelta(hours=1)


def test_a_refusal_tells_the_time_too(aws: Loopback, connection: Connection) -> None:
    """Every answer carries a Date, also a denied one."""
    connection.identity()
    aws.date = NOW + timedelta(hours=3)
    with pytest.raises(Exception, match="ListAccountAliases"):
        connection.client("iam").list_account_aliases()
    assert connection.now() == NOW + timedelta(hours=3)


def test_calls_carry_our_name_and_the_incident(aws: Loopback, connection: Connection) -> None:
    """Whoever reads the account's trail finds the tool and the incident in every call."""
    connection.identity()
    assert "unassume/" in aws.asked[0].user_agent
    assert "incident/inc-7" in aws.asked[0].user_agent
