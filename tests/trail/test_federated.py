"""Whom an identity provider vouched for, as the event that began the session tells it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.trail.made import assume
from unassume.model.sightings import FederatedSubject, Issuance
from unassume.trail.events import Event, read_event
from unassume.trail.lineage import sessions_of
from unassume.trail.sightings import sightings_of

KEY = "ASIAEXAMPLERUN000007"
SAML = "arn:aws:iam::111122223333:saml-provider/Corp"
OIDC = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
SUBJECT = "repo:acme/shop:ref:refs/heads/main"


def event(name: str, offset: int = 0, *, request: Any = (), response: Any = (), who: Any = ()) -> Event:
    """Such an event as CloudTrail writes it, with these fields replaced."""
    kind = "SAMLUser" if name.endswith("SAML") else "WebIdentityUser"
    raw = json.loads(assume(offset, {"type": kind, **dict(who)}, "run-7", KEY).raw.text)
    raw |= {"eventName": name, "eventID": f"{name}-{offset}-{json.dumps(dict(response))}"}
    raw["requestParameters"] |= dict(request)
    raw["responseElements"] |= dict(response)
    found = read_event(json.dumps(raw))
    assert found is not None
    return found


def web(offset: int = 0, subject: str = SUBJECT, **more: Any) -> Event:
    said = {"subjectFromWebIdentityToken": subject, "provider": OIDC}
    return event("AssumeRoleWithWebIdentity", offset, response=said, **more)


def subjects(*events: Event) -> list[FederatedSubject | None]:
    return [one.federated for one in sightings_of(events) if isinstance(one, Issuance)]


def test_a_web_identity_is_named_by_the_answer() -> None:
    """The provider's ARN and the token's subject, which is no secret though its field's name holds `token`."""
    assert subjects(web()) == [FederatedSubject(provider=OIDC, subject=SUBJECT)]


def test_who_called_stands_in_for_the_answer() -> None:
    """Where the answer does not say, the caller's identity does."""
    found = event("AssumeRoleWithWebIdentity", who={"userName": SUBJECT, "identityProvider": OIDC})
    assert subjects(found) == [FederatedSubject(provider=OIDC, subject=SUBJECT)]


@pytest.mark.parametrize(("kind", "is_lasting"), [("persistent", True), ("emailAddress", True), ("transient", False)])
def test_a_saml_subject_lasts_unless_it_is_transient(kind: str, is_lasting: bool) -> None:
    """The provider is the one asked for; a transient name is another at every sign-in."""
    found = event(
        "AssumeRoleWithSAML", request={"principalArn": SAML}, response={"subject": "keith", "subjectType": kind}
    )
    assert subjects(found) == [FederatedSubject(provider=SAML, subject="keith", is_lasting=is_lasting)]


def test_a_saml_subject_of_no_kind_is_not_held_to_last() -> None:
    """What the event does not say is not assumed."""
    found = event("AssumeRoleWithSAML", request={"principalArn": SAML}, response={"subject": "keith"})
    assert [one and one.is_lasting for one in subjects(found)] == [False]


def test_what_was_taken_out_as_a_secret_names_nobody() -> None:
    """A subject that looks like a session token was dropped at the door: there is nobody to shut out."""
    assert subjects(web(subject="IQoJ" + "a" * 200)) == [None]
    assert subjects(event("AssumeRoleWithSAML"), event("AssumeRoleWithWebIdentity")) == [None, None]


def test_twins_of_two_people_name_both_and_of_an_unknown_nobody() -> None:
    """Sessions of one second and name cannot be told apart: all who began them count, or none is known."""
    later = web().at.replace(year=2027)
    (both,) = sessions_of(sightings_of([web(), web(subject="repo:acme/docs")]), later)
    assert [one.subject for one in both.federated] == ["repo:acme/docs", SUBJECT]
    (unknown,) = sessions_of(sightings_of([web(), event("AssumeRoleWithWebIdentity")]), later)
    assert unknown.federated == ()
