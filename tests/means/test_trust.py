"""Statements of ours in a trust policy: what is ours, what is not, and whom nobody can shut out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.iam.authorize import Layers, authorize
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import Federated
from unassume.iam.values import Context, Known
from unassume.means.lint import findings
from unassume.means.mark import bind
from unassume.means.splice import with_statement
from unassume.means.trust import all_standing, is_name, our_trust, standing, statement_name, why_unwritable, written
from unassume.model.plans import CUT_OFF, UNTIL
from unassume.model.sightings import FederatedSubject

ACCOUNT = "111122223333"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
EKS = f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/Corp"
PROVIDERS = (OIDC, EKS, SAML, "accounts.google.com", "cognito-identity.amazonaws.com")
INCIDENTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True)
SUBJECTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60).filter(
    lambda text: "${" not in text
)
AT = datetime(2026, 11, 23, 18, 0, 0, tzinfo=UTC)


def bound(text: str) -> str:
    return bind(text, AT) or ""


def trust_of(provider: str, call: str) -> str:
    allow = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": call}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


@given(INCIDENTS, st.sampled_from(PROVIDERS), st.lists(SUBJECTS, min_size=1, max_size=3, unique=True))
def test_what_is_written_is_read_back(incident: str, provider: str, subjects: list[str]) -> None:
    """Open and bound, by itself and in a trust that was re-rendered: name, provider, subjects and expiry."""
    name = statement_name(incident, "seed")
    text = written(name, provider, subjects)
    for form, until in ((text, None), (bound(text), datetime(2026, 11, 25, 6, 0, 0, tzinfo=UTC))):
        ours = our_trust(form)
        assert ours is not None
        assert (ours.name, ours.provider, ours.subjects, ours.until) == (name, provider, tuple(subjects), until)
    trust = with_statement(trust_of(provider, "sts:*"), bound(text))
    for spelling in (trust, json.dumps(json.loads(trust), indent=2)):
        assert all_standing(spelling) == {name: bound(text)}


@given(INCIDENTS, INCIDENTS)
def test_no_two_incidents_share_a_sid(one: str, other: str) -> None:
    """What a Sid cannot hold is escaped, so that the name can be read back from it, and from no other."""
    texts = [written(statement_name(each, "seed"), OIDC, ("x",)) for each in (one, other)]
    sids = [json.loads(bound(text))["Sid"] for text in texts]
    assert (sids[0] == sids[1]) == (one == other)
    assert all(sid.isalnum() and sid.isascii() for sid in sids)


CHANGED = {
    "an Allow": {"Effect": "Allow"},
    "another call": {"Action": "sts:AssumeRole"},
    "every call": {"Action": "*"},
    "everybody": {"Principal": "*"},
    "an account": {"Principal": {"AWS": "*"}},
    "two kinds": {"Principal": {"Federated": OIDC, "AWS": "*"}},
    "no condition": {"Condition": {}},
    "all but him": {"Condition": {"StringNotEquals": {"token.actions.githubusercontent.com:sub": "x"}}},
    "a pattern": {"Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "x"}}},
    "another key": {"Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "x"}}},
    "a variable": {"Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "${aws:userid}"}}},
    "nobody": {"Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": []}}},
    "one more member": {"NotAction": "x"},
    "no mark": {"Sid": "Mine"},
    "no date": {"Sid": "UnassumeUntil20261399T000000ZForINCZd7Zd0123abcd"},
    "no name": {"Sid": "UnassumeUntil20261125T060000ZForINC"},
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
def test_what_is_not_exactly_ours_is_not_ours(change: dict[str, object]) -> None:
    """An Allow, a wider principal or condition, another key: somebody else's."""
    text = bound(written(statement_name("INC-7", "seed"), OIDC, ("x",)))
    assert our_trust(text) is not None
    assert our_trust(json.dumps(json.loads(text) | change)) is None


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"Sid": 1}', '{"Effect":"Deny","Effect":"Deny"}', "[" * 9999])
def test_what_cannot_be_read_is_not_ours(text: str) -> None:
    """Without an error."""
    assert our_trust(text) is None


def test_an_edited_or_copied_statement_is_shown_as_it_is() -> None:
    """Its name finds it all the same, so that nobody writes over it."""
    name = statement_name("INC-7", "seed")
    text = bound(written(name, OIDC, ("x",)))
    once = with_statement(trust_of(OIDC, "sts:*"), text)
    twice = with_statement(once, text)
    edited = once.replace('"x"', '["y*", "z"]').replace("StringEquals", "StringLike")
    assert standing(once, name) == text
    assert standing(twice, name) == f"{text},{text}"
    assert standing(edited, name) not in (None, text)
    assert standing(trust_of(OIDC, "sts:*"), name) is None


@pytest.mark.parametrize(
    ("provider", "subject", "is_lasting", "why"),
    [
        ("graph.facebook.com", "x", True, "not known here"),
        ("www.amazon.com", "x", True, "not known here"),
        (SAML, "x", False, "transient"),
        (SAML, "${saml:iss}", True, "cannot be written"),
        (SAML, "x" * 256, True, "cannot be written"),
        (SAML, "a\nb", True, "cannot be written"),
        (SAML, "HIDDEN_DUE_TO_SECURITY_REASONS", True, "cannot be written"),
        (SAML, CUT_OFF, True, "cannot be written"),
        (SAML, f"UnassumeUntil{UNTIL}", True, "cannot be written"),
    ],
)  # fmt: skip
def test_whom_nobody_can_shut_out(provider: str, subject: str, is_lasting: bool, why: str) -> None:
    """A key that is not known, a name that changes, a text that a policy would read as something else."""
    assert why in (why_unwritable(FederatedSubject(provider=provider, subject=subject, is_lasting=is_lasting)) or "")


@pytest.mark.parametrize(
    ("provider", "call", "key"),
    [
        (OIDC, "sts:AssumeRoleWithWebIdentity", "token.actions.githubusercontent.com:sub"),
        (SAML, "sts:AssumeRoleWithSAML", "saml:sub"),
    ],
)
def test_it_denies_that_subject_and_nobody_else(provider: str, call: str, key: str) -> None:
    """By the evaluator's word: an explicit deny for the one, in for all others the trust lets in."""
    text = bound(written(statement_name("INC-7", "seed"), provider, ("keith", "keith-2")))
    trust = parse(with_statement(trust_of(provider, call), text), DocumentKind.TRUST)
    outcomes = []
    for subject in ("keith", "keith-2", "Keith", "mary"):
        context = Context(values={key: Known((subject,))})
        request = Request(
            action=call,
            resource=f"arn:aws:iam::{ACCOUNT}:role/R",
            context=context,
            principal=Federated(provider=provider),
        )
        outcomes.append(authorize(request, Layers(resource=trust), resource_account=ACCOUNT).outcome)
    assert outcomes == ["explicit-deny", "explicit-deny", "allow", "allow"]


def test_lint_finds_nothing_in_it() -> None:
    """A trust with ours in it is as sound as without."""
    plain = trust_of(SAML, "sts:AssumeRoleWithSAML")
    spliced = with_statement(plain, bound(written(statement_name("INC-7", "seed"), SAML, ("keith",))))
    assert [one.rule for one in findings(spliced, "trust")] == [one.rule for one in findings(plain, "trust")]


def test_a_name_is_ours_by_its_form() -> None:
    """Incident and digest, as policies of ours are called."""
    assert is_name(statement_name("INC-7", "seed"))
    assert not is_name("Unassume-INC-7")
    assert not is_name("Somebody-INC-7-0123abcd")
