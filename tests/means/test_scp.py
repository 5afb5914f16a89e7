"""The cut as an SCP: it hits whom the cut on the role hits, and nobody on any other role below."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ACCOUNT, START
from tests.means.made import NAMES
from tests.steps.made import ROLE_ID, made_role, role_arn
from unassume.errors import InputError
from unassume.iam.authorize import authorize
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.evaluate import Request
from unassume.iam.layers import Layers, NamedPolicy
from unassume.iam.limits import LIMITS, count
from unassume.iam.principals import AssumedRole, context_keys
from unassume.iam.values import UNKNOWN, Context
from unassume.means.drafts import draft
from unassume.means.mark import bind, document
from unassume.means.scp import holder_of, names_its_holder, scp_document
from unassume.model.selectors import (
    SOURCE_IDENTITY,
    HoldSelector,
    IssuanceSelector,
    OlderSessionsSelector,
    PersonSelector,
    Selector,
    SessionNameSelector,
)
from unassume.model.slots import AnyScp, Scp, UserScp

ROLE = made_role()
ALLOW = parse('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', DocumentKind.SCP)
KEITH = f"{ROLE_ID}:keith"
RUNGS: list[Selector] = [
    SessionNameSelector(KEITH),
    IssuanceSelector(KEITH, START.replace(minute=0), START.replace(minute=1)),
    PersonSelector(SOURCE_IDENTITY, "keith"),
    OlderSessionsSelector(),
    HoldSelector(),
]


def written(*selectors: Selector) -> str:
    made = draft(ROLE, selectors, "inc-1", "seed", with_canaries=True)
    return scp_document(made.changes, {ROLE.id: ROLE.arn}, START.replace(minute=30))


def outcome(text: str, name: str, role: str = "DataAnalyst", role_id: str = ROLE_ID) -> str:
    """How an SCP beside full access judges a session issued at START."""
    who = AssumedRole(
        partition="aws", account=ACCOUNT, role_arn=role_arn(role), role_id=role_id, session_name=name, issued_at=START,
        source_identity=name,
    )  # fmt: skip
    level = (NamedPolicy("full", ALLOW), NamedPolicy("ours", parse(text, DocumentKind.SCP)))
    context = Context(values=context_keys(who), unlisted=UNKNOWN)
    return authorize(
        Request("s3:GetObject", "*", context, who), Layers(identity=(NamedPolicy("a", ALLOW),), scps=(level,))
    ).outcome


@pytest.mark.parametrize("selector", RUNGS, ids=lambda one: type(one).__name__)
def test_it_hits_the_leaked_and_no_other_role(selector: Selector) -> None:
    """On every rung the leaked session is denied, and a session of that very name on another role is not."""
    text = written(selector)
    assert outcome(text, "keith") == "explicit-deny"
    assert outcome(text, "keith", "Other", "AROAEXAMPLEOTHER00000") == "allow"


@given(names=st.lists(NAMES, min_size=1, max_size=5), name=NAMES)
def test_a_name_cut_spares_other_names(names: list[str], name: str) -> None:
    """Whoever is not named keeps working."""
    text = written(*(SessionNameSelector(f"{ROLE_ID}:{one}") for one in names))
    assert outcome(text, name) == ("explicit-deny" if name in names else "allow")


def test_sids_stay_unique() -> None:
    """Statements bound to the role and those bound to a name stand in one document, each Sid once."""
    sids = [one["Sid"] for one in json.loads(written(*RUNGS[::-1]))["Statement"]]
    assert len(set(sids)) == len(sids)


def test_one_document_must_hold_it() -> None:
    """An SCP is short: what does not fit is said, with its size."""
    many = [SessionNameSelector(f"{ROLE_ID}:person-{number:04}") for number in range(200)]
    with pytest.raises(InputError, match="an SCP holds 5120"):
        written(*many)
    assert count(written(*many[:100]), "scp") <= LIMITS["scp"]


ON_ROLE = Scp(account=ACCOUNT, role="DataAnalyst", policy="Unassume-x-00000000")
ON_USER = UserScp(account=ACCOUNT, user="keith", policy="Unassume-x-00000000")
USER, OTHER = "AIDAEXAMPLEKEITH00000", "AIDAEXAMPLEMARY000000"


@pytest.mark.parametrize(
    ("slot", "holder_id", "selectors", "is_bound"),
    [
        (ON_ROLE, ROLE_ID, (SessionNameSelector(KEITH),), True),
        (ON_ROLE, ROLE_ID, (OlderSessionsSelector(ROLE_ID), HoldSelector(ROLE_ID)), True),
        (ON_ROLE, ROLE_ID, (OlderSessionsSelector(),), False),
        (ON_ROLE, ROLE_ID, (HoldSelector(),), False),
        (ON_ROLE, ROLE_ID, (HoldSelector("AROAEXAMPLEPAYROLL000"),), False),
        (ON_ROLE, ROLE_ID, (SessionNameSelector(KEITH), PersonSelector(SOURCE_IDENTITY, "keith")), False),
        (ON_ROLE, USER, (SessionNameSelector(USER),), False),
        (ON_ROLE, ACCOUNT, (SessionNameSelector(f"{ACCOUNT}:portal"),), False),
        (ON_USER, USER, (SessionNameSelector(USER),), True),
        (ON_USER, USER, (SessionNameSelector(f"{ACCOUNT}:portal"), SessionNameSelector(USER)), True),
        (ON_USER, USER, (SessionNameSelector(OTHER),), False),
        (ON_USER, USER, (SessionNameSelector("999988887777:portal"),), False),
        (ON_USER, USER, (OlderSessionsSelector(),), False),
        (ON_USER, ROLE_ID, (SessionNameSelector(KEITH),), False),
    ],
)
def test_whom_an_scp_may_bind(slot: AnyScp, holder_id: str, selectors: tuple[Selector, ...], is_bound: bool) -> None:
    """The role or user of the change alone: by its unique id, or by its account and the name of a token given out."""
    assert names_its_holder(document(selectors), slot, holder_id) is is_bound


@pytest.mark.parametrize("selector", [OlderSessionsSelector(ROLE_ID), HoldSelector(ROLE_ID)])
def test_everybody_on_one_role_is_nobody_on_another(selector: Selector) -> None:
    """By the role's id: any name on it is cut; another role is not, though its id begins alike, nor a new one."""
    text = bind(document((selector,)), START.replace(minute=30)) or ""
    assert [outcome(text, name) for name in ("keith", "mary")] == ["explicit-deny"] * 2
    assert outcome(text, "keith", "Payroll", f"{ROLE_ID}0") == "allow"
    assert outcome(text, "keith", role_id="AROAEXAMPLEANALYST999") == "allow"


@pytest.mark.parametrize(
    ("selectors", "whom"),
    [
        ((SessionNameSelector(KEITH), HoldSelector(ROLE_ID)), ROLE_ID),
        ((SessionNameSelector(USER), SessionNameSelector(f"{ACCOUNT}:portal")), USER),
        ((SessionNameSelector(f"{ACCOUNT}:portal"),), f"{ACCOUNT}:portal"),
        ((SessionNameSelector(USER), SessionNameSelector(OTHER)), None),
        ((SessionNameSelector(USER), HoldSelector()), None),
        ((SessionNameSelector(f"{ACCOUNT}:portal"), SessionNameSelector("999988887777:portal")), None),
    ],
)
def test_whom_an_scp_is_for_stands_in_it(selectors: tuple[Selector, ...], whom: str | None) -> None:
    """One role or user, or the token given out; nobody where it is for several."""
    assert holder_of(document(selectors)) == whom
