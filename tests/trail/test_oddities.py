"""What is odd about a session beside the others."""

from __future__ import annotations

from datetime import timedelta

from tests.trail.made import ACCOUNT, ROLE_ID, at
from unassume.model.sessions import Session
from unassume.trail.oddities import oddities_of


def used(name: str, number: int, address: str, person: str | None = None, **more: object) -> Session:
    """A used session of the role."""
    fields: dict[str, object] = {
        "id": f"s-{number}", "account": ACCOUNT, "principal_id": f"{ROLE_ID}:{name}", "session_name": name,
        "principal_arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Reports/{name}", "issued_at": at(number),
        "expires_at": at(number) + timedelta(hours=1), "expiry_is": "issued", "origin": "AssumeRole", "calls": 10,
        "addresses": (address,), "regions": ("us-east-1",), "source_identity": person, **more,
    }  # fmt: skip
    return Session(**fields)  # type: ignore[arg-type]  # each field has its own type


def test_people_at_their_own_desks_are_not_odd() -> None:
    """An address of one's own is no reason, while it lies in a network that others use."""
    crowd = [used(name, n, f"192.0.2.{n}", name) for n, name in enumerate(("bob", "mary", "keith", "ann"))]
    assert oddities_of(crowd) == {}


def test_a_new_address_of_the_same_person_is_odd() -> None:
    """The person's other sessions say from where he works."""
    crowd = [used("keith", 1, "192.0.2.1", "keith"), used("keith", 2, "203.0.113.9", "keith")]
    assert "203.0.113.9: never used from there before by the same person" in oddities_of(crowd)["s-2"]


def test_a_network_of_one_s_own_is_odd() -> None:
    """Where the person has no other session, the role's others say what is usual."""
    crowd = [used(name, n, f"192.0.2.{n}", name) for n, name in enumerate(("bob", "mary", "ann"))]
    thief = used("keith", 9, "203.0.113.9", "keith", regions=("ap-south-1",), denied=5)
    assert oddities_of([*crowd, thief])["s-9"] == (
        "203.0.113.9: from no network that others on the role use", "alone in ap-south-1", "5 of 10 calls denied",
    )  # fmt: skip


def test_services_on_a_session_s_behalf_are_no_address() -> None:
    """CloudFormation and the console call for a session from AWS's own side."""
    behalf = ("192.0.2.1", "AWS Internal", "cloudformation.amazonaws.com")
    assert oddities_of([used("keith", 1, "", "keith", addresses=behalf)]) == {}
