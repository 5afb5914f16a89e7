"""Leads: told apart by shape, told back as text, and never a secret among them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.errors import InputError
from unassume.model.leads import (
    FederatedLead,
    KeyLead,
    Lead,
    OneLead,
    PrincipalLead,
    RoleLead,
    SessionLead,
    SeveralLeads,
    UserLead,
    describe_lead,
    each_lead,
    lead_text,
    parse_lead,
)

ACCOUNT = "111122223333"
# Of the alphabet and length of the real ones, and obviously nobody's.
SECRET_KEY = "EXAMPLE/EXAMPLE+EXAMPLE/EXAMPLE+EXAMPLEx"
PLAIN_KEY = SECRET_KEY.replace("/", "0").replace("+", "0")
TOKEN = "IQoJb3JpZ2luX2Vj" + "EXAMPLE/" * 60
LONG_TERM_KEY = "AKIA" + "EXAMPLE0" * 2

FORMS: list[tuple[str, Lead]] = [
    (
        f"arn:aws:sts::{ACCOUNT}:assumed-role/Data.Analyst/keith@example.org",
        SessionLead(account=ACCOUNT, role_name="Data.Analyst", session_name="keith@example.org"),
    ),
    (
        f"arn:aws-us-gov:sts::{ACCOUNT}:assumed-role/R/i-0abc",
        SessionLead(account=ACCOUNT, role_name="R", session_name="i-0abc", partition="aws-us-gov"),
    ),
    ("AROAEXAMPLEANALYST000:keith", PrincipalLead(role_id="AROAEXAMPLEANALYST000", session_name="keith")),
    ("DataAnalyst", RoleLead(name="DataAnalyst")),
    (f"arn:aws:iam::{ACCOUNT}:role/DataAnalyst", RoleLead(name="DataAnalyst", account=ACCOUNT)),
    (f"arn:aws-cn:iam::{ACCOUNT}:role/R", RoleLead(name="R", account=ACCOUNT, partition="aws-cn")),
    (f"arn:aws:iam::{ACCOUNT}:user/team/keith", UserLead(name="keith", account=ACCOUNT)),
    (f"arn:aws:sts::{ACCOUNT}:federated-user/portal", FederatedLead(account=ACCOUNT, name="portal")),
    ("ASIAEXAMPLEEXAMPLE00", KeyLead(key_id="ASIAEXAMPLEEXAMPLE00")),
]
NAMES = st.text("abcXYZ019_+=,.@-", min_size=2, max_size=30)
ACCOUNTS = st.text("0123456789", min_size=12, max_size=12)
PARTITIONS = st.sampled_from(["aws", "aws-cn", "aws-us-gov"])
IDS = st.text("ABCXYZ019", min_size=12, max_size=28)
SESSIONS: st.SearchStrategy[OneLead] = st.one_of(
    st.builds(SessionLead, account=ACCOUNTS, role_name=NAMES, session_name=NAMES, partition=PARTITIONS),
    st.builds(PrincipalLead, role_id=IDS.map("AROA".__add__), session_name=NAMES),
    st.builds(FederatedLead, account=ACCOUNTS, name=NAMES, partition=PARTITIONS),
    st.builds(KeyLead, key_id=IDS.map("ASIA".__add__)),
)
LEADS: st.SearchStrategy[OneLead] = st.one_of(
    SESSIONS,
    st.builds(UserLead, name=NAMES, account=ACCOUNTS, partition=PARTITIONS),
    st.builds(RoleLead, name=NAMES, account=ACCOUNTS, partition=PARTITIONS),
    st.builds(RoleLead, name=NAMES.map("r".__add__)),
)


@pytest.mark.parametrize(("text", "lead"), FORMS, ids=[text for text, _ in FORMS])
def test_every_form_is_told_apart(text: str, lead: Lead) -> None:
    """Each form parses to its kind, white space around it does not matter, and it is told back in words."""
    assert parse_lead(text) == parse_lead(f"  {text}\n") == lead
    assert describe_lead(lead)


def test_a_role_s_path_is_left_out() -> None:
    """A role ARN with a path leads to the role by its name, which is unique in an account."""
    assert parse_lead(f"arn:aws:iam::{ACCOUNT}:role/team/data/DataAnalyst") == RoleLead(
        name="DataAnalyst", account=ACCOUNT
    )


@given(lead=LEADS)
def test_a_lead_goes_through_text(lead: Lead) -> None:
    """`lead_text` writes what `parse_lead` reads back as the same lead."""
    assert parse_lead(lead_text(lead)) == lead


@given(text=st.text() | st.from_regex(r"(arn:aws|AROA|ASIA|AKIA)[\w:/+=,.@-]{0,250}"))
def test_any_text_is_a_lead_or_bad_input(text: str) -> None:
    """Whatever is typed, the answer is an InputError, or a lead that goes through text."""
    try:
        lead = parse_lead(text)
    except InputError:
        return
    assert parse_lead(lead_text(lead)) == lead


@pytest.mark.parametrize(
    "text",
    [
        SECRET_KEY,
        TOKEN,
        LONG_TERM_KEY,
        f"ASIAEXAMPLEEXAMPLE00:{SECRET_KEY}",
        f"ASIAEXAMPLEEXAMPLE00 {SECRET_KEY}",
        f"{LONG_TERM_KEY} {SECRET_KEY}",
        f"aws_secret_access_key = {SECRET_KEY}",
        f"AWS_SESSION_TOKEN={TOKEN}",
        f"ASIA{TOKEN}",
        f"arn:{TOKEN}",
        f"arn:{SECRET_KEY}",
        f"aws_secret_access_key={PLAIN_KEY}",
        f"AWS_SECRET_ACCESS_KEY={PLAIN_KEY},",
    ],
    ids=[
        "secret",
        "token",
        "long-term",
        "id-colon",
        "id-space",
        "both",
        "setting",
        "export",
        "glued",
        "arn",
        "arn key",
        "equals",
        "equals and comma",
    ],
)
def test_a_secret_is_refused_and_not_repeated(text: str) -> None:
    """A secret key, a session token or a long-term key, alone or with words around it, is in no part of the error."""
    with pytest.raises(InputError) as caught:
        parse_lead(text)
    said = f"{caught.value.message} {caught.value.hint} {caught.value.facts}"
    assert not any(secret in said for secret in (SECRET_KEY, PLAIN_KEY, TOKEN[:40], LONG_TERM_KEY))


def test_a_long_role_name_is_no_secret() -> None:
    """A name with a run of 40 letters and digits is taken in a role's ARN; by itself only where the run is of more."""
    name = "A" * 40 + "-role"
    assert parse_lead(f"arn:aws:iam::{ACCOUNT}:role/{name}") == RoleLead(name=name, account=ACCOUNT)
    with pytest.raises(InputError, match="looks like a secret"):
        parse_lead(name)
    assert parse_lead(f"A{name}") == RoleLead(name=f"A{name}")


@pytest.mark.parametrize(
    "text",
    [
        "", "AROASHORT:keith", "ASIA", "arn:aws:s3:::bucket",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/R/k", f"arn:aws:sts::{ACCOUNT[1:]}:assumed-role/R/keith", "role-" * 14,
    ],
)  # fmt: skip
def test_what_is_no_lead_is_named(text: str) -> None:
    """A text of no known form is shown back, and the hint says what a lead is."""
    with pytest.raises(InputError, match="is no lead") as caught:
        parse_lead(text)
    assert f"`{text}`" in caught.value.message
    assert "session ARN" in caught.value.hint


@given(leads=st.lists(SESSIONS, min_size=2, max_size=6, unique=True))
def test_several_leads_go_through_text(leads: list[OneLead]) -> None:
    """Parted by any blanks, in their order; one that is given twice counts once."""
    several = parse_lead(" \n ".join(map(lead_text, [*leads, leads[0]])))
    assert several == SeveralLeads(leads=tuple(leads))
    assert parse_lead(lead_text(several)) == several
    assert each_lead(several) == tuple(leads)
    assert f"{len(leads)} leads" in describe_lead(several)


def test_one_lead_given_twice_is_one() -> None:
    """A repeat makes no several."""
    assert parse_lead("ASIAEXAMPLEEXAMPLE00 ASIAEXAMPLEEXAMPLE00") == KeyLead(key_id="ASIAEXAMPLEEXAMPLE00")


@pytest.mark.parametrize("text", ["a b", "ASIAEXAMPLEEXAMPLE00 DataAnalyst"])
def test_a_role_is_not_one_of_several(text: str) -> None:
    """A role alone means everybody on it: beside named sessions nobody knows which of the two is meant."""
    with pytest.raises(InputError, match="names a role"):
        parse_lead(text)
