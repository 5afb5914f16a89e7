"""Laws over all layers: a Deny added anywhere never allows, and never lifts another Deny."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.iam.test_properties import KEYS, statements, values
from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.documents import DocumentKind, Policy, parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import AssumedRole, context_keys
from unassume.iam.values import UNKNOWN, Context, Value

ACCOUNT = "111122223333"
KEITH = AssumedRole(
    partition="aws", account=ACCOUNT, role_arn=f"arn:aws:iam::{ACCOUNT}:role/R", role_id="AROAEXAMPLEANALYST000",
    session_name="keith", issued_at=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip
NAMED = (
    "*",
    {"AWS": ACCOUNT},
    {"AWS": KEITH.role_arn},
    {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/R/keith"},
    {"AWS": "444455556666"},
)
WITH_PRINCIPAL = (DocumentKind.RESOURCE, DocumentKind.RCP, DocumentKind.ENDPOINT)
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def statement_of(kind: DocumentKind, effect: str) -> st.SearchStrategy[dict[str, Any]]:
    """A statement of that effect, in the form the kind asks for."""
    named = st.just("*") if kind is DocumentKind.RCP else st.sampled_from(NAMED)
    made = statements().filter(lambda each: kind is not DocumentKind.RCP or "NotAction" not in each)
    if kind not in WITH_PRINCIPAL:
        return made.map(lambda each: {**each, "Effect": effect})
    return st.builds(lambda each, who: {**each, "Effect": effect, "Principal": who}, made, named)


def policy(kind: DocumentKind, listed: list[dict[str, Any]]) -> Policy:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": listed}), kind)


@st.composite
def policies(draw: st.DrawFn, kind: DocumentKind) -> Policy:
    """A policy that allows all, with denies; or one that allows some."""
    full = {**FULL, "Principal": "*"} if kind in WITH_PRINCIPAL else FULL
    is_full = kind is DocumentKind.RCP or draw(st.booleans())
    allows = [full] if is_full else [draw(statement_of(kind, "Allow"))]
    return policy(kind, [*allows, *draw(st.lists(statement_of(kind, "Deny"), max_size=1))])


def named(kind: DocumentKind) -> st.SearchStrategy[tuple[NamedPolicy, ...]]:
    return policies(kind).map(lambda one: (NamedPolicy("p", one),))


LAYERS = st.builds(
    Layers,
    identity=named(DocumentKind.IDENTITY),
    resource=st.none() | policies(DocumentKind.RESOURCE),
    session=st.none() | policies(DocumentKind.SESSION).map(lambda one: (one,)),
    boundary=st.none() | named(DocumentKind.BOUNDARY),
    scps=st.none() | named(DocumentKind.SCP).map(lambda level: (level,)),
    rcps=st.none() | named(DocumentKind.RCP).map(lambda level: (level,)),
    endpoint=st.none() | named(DocumentKind.ENDPOINT),
)
PLACES = {
    "identity": DocumentKind.IDENTITY,
    "resource": DocumentKind.RESOURCE,
    "session": DocumentKind.SESSION,
    "boundary": DocumentKind.BOUNDARY,
    "scps": DocumentKind.SCP,
    "rcps": DocumentKind.RCP,
    "endpoint": DocumentKind.ENDPOINT,
}


def with_deny(layers: Layers, place: str, deny: dict[str, Any]) -> Layers:
    """The layers with one more Deny in a policy of that place; in a policy of its own where there is none."""
    added = policy(PLACES[place], [deny])
    standing = getattr(layers, place)
    extended: object
    match place:
        case "resource":
            extended = added if standing is None else _extended(standing, added)
        case "session":
            extended = (added,) if standing is None else tuple(_extended(each, added) for each in standing)
        case "scps" | "rcps":
            level = (NamedPolicy("deny", added),)
            extended = (level,) if standing is None else tuple((*each, *level) for each in standing)
        case _:
            extended = (*(standing or ()), NamedPolicy("deny", added))
    return msgspec.structs.replace(layers, **{place: extended})


def _extended(one: Policy, added: Policy) -> Policy:
    return msgspec.structs.replace(one, statements=(*one.statements, *added.statements))


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(
    LAYERS,
    st.sampled_from(sorted(PLACES)).flatmap(
        lambda place: st.tuples(st.just(place), statement_of(PLACES[place], "Deny"))
    ),
    st.fixed_dictionaries({key.lower(): values for key in KEYS}),
    st.sampled_from([None, ACCOUNT, "444455556666"]),
)
def test_a_deny_in_any_layer_never_allows(
    layers: Layers, added: tuple[str, dict[str, Any]], keys: dict[str, Value], resource_account: str | None
) -> None:
    """In whatever layer a Deny is added, what was not allowed stays so, and what was denied stays denied."""
    context = Context({**context_keys(KEITH), **keys}, UNKNOWN)
    request = Request("s3:GetObject", "arn:aws:s3:::b", context, KEITH)
    before = authorize(request, layers, resource_account=resource_account).outcome
    after = authorize(request, with_deny(layers, *added), resource_account=resource_account).outcome
    assert after in AFTER[before]


AFTER = {
    "allow": {"allow", "unknown", "implicit-deny", "explicit-deny"},
    "unknown": {"unknown", "implicit-deny", "explicit-deny"},
    "implicit-deny": {"implicit-deny", "unknown", "explicit-deny"},
    "explicit-deny": {"explicit-deny"},
}
"""What an outcome may become; a Deny that may apply makes an implicit deny unknown, since it could be explicit."""
