"""Adding up events: what counts as denied, as allowed, as nothing, and what counts once."""

from __future__ import annotations

import random
from datetime import timedelta

import msgspec
import pytest

from tests.trail.made import ACCOUNT, OTHER_ARN, OTHER_ID, ROLE_ARN, ROLE_ID, assume, at, event, session, user
from unassume.model.sightings import Issuance, Use
from unassume.trail.events import Event
from unassume.trail.sightings import sightings_of

KEY = "ASIAKEITH00000000001"
KEITH = session("keith", 0, key=KEY)
DENY = "User: x is not authorized to perform: s3:ListBuckets with an explicit deny in an identity-based policy"


def uses(*events: Event) -> list[Use]:
    return [sighting for sighting in sightings_of(events) if isinstance(sighting, Use)]


def issuances(*events: Event) -> list[Issuance]:
    return [sighting for sighting in sightings_of(events) if isinstance(sighting, Issuance)]


@pytest.mark.parametrize(
    "code",
    [
        "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Client.UnauthorizedOperation",
        "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
    ],
)  # fmt: skip
def test_a_refusal_is_denied(code: str) -> None:
    """Refused for lack of permission or for dead credentials: denied, and not allowed."""
    [use] = uses(event(5, "ListBuckets", KEITH, errorCode=code))
    assert (use.calls, use.denied, use.last_allowed_at) == (1, 1, None)


@pytest.mark.parametrize("code", [None, "NoSuchBucket", "ValidationError", "ThrottlingException", "SomethingNew"])
def test_any_other_answer_was_authorised(code: str | None) -> None:
    """An error about the thing asked for means the caller was let through; so does an error nobody knows."""
    [use] = uses(event(5, "ListBuckets", KEITH, errorCode=code))
    assert (use.denied, use.last_allowed_at) == (0, at(5))


@pytest.mark.parametrize("name", ["GetCallerIdentity", "GetSessionToken", "GetAccessKeyInfo"])
def test_a_call_no_policy_stops_proves_nothing(name: str) -> None:
    """Its success is counted as exempt and never as allowed."""
    [use] = uses(event(5, name, KEITH, eventSource="sts.amazonaws.com"))
    assert (use.calls, use.exempt, use.denied, use.last_allowed_at) == (1, 1, 0, None)


def test_a_namesake_of_an_exempt_call_is_not_exempt() -> None:
    """The exemption is of STS's call, not of the name."""
    [use] = uses(event(5, "GetCallerIdentity", KEITH, eventSource="other.amazonaws.com"))
    assert (use.exempt, use.last_allowed_at) == (0, at(5))


@pytest.mark.parametrize(
    ("message", "is_ours"),
    [
        (DENY, True),
        (f"{DENY}.", True),
        (f"{DENY} Encoded authorization failure message: aGVsbG8tb25seS1BV1M", True),
        (f"You are not authorized to perform this operation. {DENY}", True),
        (f"{DENY} because no identity-based policy allows the s3:ListBuckets action", False),
        (f"User: {DENY} is not authorized to perform: s3:ListBuckets with an explicit deny in a resource-based policy",
         False),
        (f"{DENY} with an explicit deny in a service control policy", False),
        (f"{DENY} on resource: arn:aws:s3:::{DENY}/x", False),
        (f"{DENY}\nEncoded authorization failure message: two words", False),
        ("User: x is not authorized to perform: s3:ListBuckets with an explicit deny in a permissions boundary", False),
        ("", False),
    ],
)  # fmt: skip
def test_the_words_count_at_the_end_alone(message: str, is_ours: bool) -> None:
    """Names and resources of the thief's choosing stand before AWS's own words: the phrase in there proves nothing."""
    who = session("keith", 0)
    refused = event(5, "ListBuckets", who, errorCode="AccessDenied", errorMessage=message)
    (found,) = sightings_of([refused])
    assert isinstance(found, Use)
    assert (found.denied, found.explicit_denies) == (1, int(is_ours))


def test_an_explicit_deny_is_told_apart() -> None:
    """Only AWS's own words for an identity-based policy count, and the first of them is dated."""
    [use] = uses(
        event(4, "ListBuckets", KEITH, errorCode="AccessDenied", errorMessage="no identity-based policy allows it"),
        event(9, "ListBuckets", KEITH, errorCode="AccessDenied", errorMessage=DENY),
        event(6, "ListBuckets", KEITH, errorCode="AccessDenied", errorMessage=DENY),
        event(7, "ListBuckets", KEITH, errorCode="NoSuchBucket", errorMessage=DENY),
    )
    assert (use.denied, use.explicit_denies, use.first_explicit_deny_at) == (3, 2, at(6))


def test_use_is_added_up_per_session() -> None:
    """One sum per role id, name and issue time, over keys, regions and addresses."""
    again = session("keith", 100, key="ASIAKEITH00000000002")
    first, second = uses(
        event(5, "ListBuckets", KEITH, awsRegion="eu-west-1"),
        event(8, "ListBuckets", session("keith", 0), sourceIPAddress="198.51.100.1"),
        event(105, "ListBuckets", again),
    )
    assert (first.calls, first.issued_at, first.key_ids) == (2, at(0), (KEY,))
    assert first.regions == ("eu-west-1", "us-east-1")
    assert first.addresses == ("192.0.2.7", "198.51.100.1")
    assert (first.first_seen, first.last_seen) == (at(5), at(8))
    assert (second.calls, second.issued_at) == (1, at(100))


def test_users_and_services_are_no_sessions() -> None:
    """Only role sessions are uses."""
    nobodies = ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, user(), None, {"type": "AssumedRole"})
    assert uses(*(event(5, "ListBuckets", who) for who in nobodies)) == []


def test_a_call_without_session_arn_gets_one() -> None:
    """Calls AWS makes on a session's behalf may name the role only."""
    bare = {key: value for key, value in KEITH.items() if key != "arn"}
    [use] = uses(event(5, "Decrypt", bare))
    assert use.principal_arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/Reports/keith"


def test_an_issuance_is_read() -> None:
    """Who issued which session of which role, with which key, until when, and with which tags and identity."""
    [issued] = issuances(
        assume(
            60, user(), "keith", KEY, expiration="Nov 23, 2026, 11:01:00 AM",
            requestParameters={
                "roleArn": ROLE_ARN, "sourceIdentity": "keith@example.com",
                "tags": [{"key": "Team", "value": "red"}, {"Key": "Cost", "Value": "7"}, 3],
            },
        )
    )  # fmt: skip
    assert (issued.origin, issued.principal_id, issued.session_name) == ("AssumeRole", f"{ROLE_ID}:keith", "keith")
    assert (issued.issued_at, issued.expires_at) == (at(60), at(3660))
    assert (issued.key_ids, issued.source_identity) == ((KEY,), "keith@example.com")
    assert issued.tags == (("Cost", "7"), ("Team", "red"))
    assert issued.caller.arn == user()["arn"]
    assert "IQoJ" not in issued.raw.text


def test_the_duration_asked_for_gives_the_expiry_that_is_not_said() -> None:
    """STS grants the duration asked for or refuses."""
    [issued] = issuances(
        assume(0, user(), "keith", KEY, requestParameters={"roleArn": ROLE_ARN, "durationSeconds": 900})
    )
    assert issued.expires_at == at(900)


def test_a_denied_assume_issues_nothing() -> None:
    """A refused AssumeRole, whose parameters CloudTrail leaves out, is a denied use and no issuance."""
    denied = event(
        5, "AssumeRole", KEITH, eventSource="sts.amazonaws.com", errorCode="AccessDenied", requestParameters=None
    )
    [use] = sightings_of([denied])
    assert isinstance(use, Use)
    assert use.denied == 1


def test_a_role_session_that_assumes_is_seen_twice() -> None:
    """Its call is a use of itself and an issuance of the other."""
    found = sightings_of([assume(9, KEITH, "child", "ASIACHILD00000000001", role_id=OTHER_ID, role_arn=OTHER_ARN)])
    assert [type(sighting) for sighting in found] == [Issuance, Use]


def test_copies_count_once() -> None:
    """One event in two files counts once; the same id delivered to two accounts is two events."""
    call = event(5, "ListBuckets", KEITH)
    elsewhere = msgspec.structs.replace(call, recipient="444455556666")
    assert uses(call, call)[0].calls == 1
    assert uses(call, elsewhere)[0].calls == 2


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_accounts_copies_the_telling_one_stays(order: int) -> None:
    """The copy that hides the caller gives way to the one that names it, whichever comes first."""
    ours = assume(5, KEITH, "child", "ASIACHILD00000000001", sharedEventID="shared-1")
    hidden = {"type": "AWSAccount", "principalId": f"{ROLE_ID}:keith", "accountId": ACCOUNT}
    theirs = assume(
        5, hidden, "child", "ASIACHILD00000000001", sharedEventID="shared-1", recipientAccountId="444455556666"
    )
    [issued] = issuances(*[ours, theirs][::order])
    assert issued.caller.kind == "AssumedRole"


def test_order_is_no_matter() -> None:
    """Files are unordered: any order of the same events gives the same sightings."""
    events = [event(second, "ListBuckets", session("keith", second // 10)) for second in range(20)]
    events += [assume(second, user(), "mary", f"ASIAMARY{second:012}") for second in range(5)]
    expected = sightings_of(events)
    for seed in range(5):
        shuffled = events[:]
        random.Random(seed).shuffle(shuffled)
        assert sightings_of(shuffled) == expected


def test_part_seconds_do_not_blur_the_issue_second() -> None:
    """Issue times are whole seconds, as AWS gives them."""
    [issued] = issuances(assume(60, user(), "keith", KEY, eventTime="2026-11-23T10:01:00.750Z"))
    assert issued.issued_at == at(0) + timedelta(seconds=60)


@pytest.mark.parametrize("name", ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"])
def test_federated_sessions_are_seen_before_they_are_used(name: str) -> None:
    """A session an identity provider vouched for is an issuance of its role, with the event's name as origin."""
    saml = {"type": "SAMLUser", "principalId": "provider:keith@example.com", "userName": "keith@example.com"}
    granted = msgspec.structs.replace(assume(0, saml, "keith@example.com", KEY), name=name)
    assert [(found.origin, found.session_name) for found in issuances(granted)] == [(name, "keith@example.com")]


BY_SCP = "User: x is not authorized to perform: s3:ListBuckets with an explicit deny in a service control policy"
SCP_ARN = "arn:aws:organizations::111122223333:policy/o-exampleorgid/service_control_policy/p-example1"


@pytest.mark.parametrize(
    ("message", "denying"),
    [
        (BY_SCP, ""),
        (f"{BY_SCP}: {SCP_ARN}", "p-example1"),
        (f"{BY_SCP}: {SCP_ARN}. Encoded authorization failure message: aGVsbG8tb25seS1BV1M", "p-example1"),
        (f"{BY_SCP}: arn:aws:organizations::111122223333:policy/elsewhere", ""),
        (f"{BY_SCP}: {SCP_ARN} and more", None),
        (f"{BY_SCP}: {SCP_ARN} is not authorized with an explicit deny in an identity-based policy", None),
        (DENY, None),
    ],
)
def test_which_scp_denied_is_kept(message: str, denying: str | None) -> None:
    """By its id where AWS names it, by no id where it does not; and an SCP's refusal is no policy's of the role."""
    refused = event(5, "ListBuckets", KEITH, errorCode="AccessDenied", errorMessage=message)
    again = event(7, "ListBuckets", KEITH, errorCode="AccessDenied", errorMessage=message)
    (found,) = uses(again, refused)
    assert found.scp_denies == (() if denying is None else ((denying, at(5)),))
    assert found.denied == 2


def test_an_scp_s_words_in_another_error_count_for_nothing() -> None:
    """Only a refusal says who refused."""
    (found,) = uses(event(5, "ListBuckets", KEITH, errorCode="NoSuchBucket", errorMessage=BY_SCP))
    assert found.scp_denies == ()
