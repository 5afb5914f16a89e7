"""AssumeRoleWithSAML: which assertions open a role, and which do not."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.lab.acting import allow, answer_of, code_of
from tests.lab.sts.people import given, last, role, root, trusting, unsigned
from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client
from unassume.lab.federation.assertions import DSIG, SAML
from unassume.lab.federation.provider import Federation

PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/Lab"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Staff"
ACTIONS = ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"]
SIGN_IN = "https://signin.aws.amazon.com/saml"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(None) as opened:
        root(opened).create_saml_provider(Name="Lab", SAMLMetadataDocument=opened.saml_metadata)
        role(opened, "Staff", trusting({"Federated": PROVIDER}, ACTIONS, {"StringEquals": {"saml:aud": SIGN_IN}}))
        yield opened


def said(lab: Lab, name: str = "ann", role_arn: str = ROLE, **more: Any) -> str:
    return lab.federation.saml_assertion(role_arn, PROVIDER, name=name, **more)


def trying(lab: Lab, assertion: str, role_arn: str = ROLE, **more: Any) -> tuple[str, int, str]:
    call = unsigned(lab).assume_role_with_saml
    return answer_of(call, **{"RoleArn": role_arn, "PrincipalArn": PROVIDER, "SAMLAssertion": assertion} | more)


def changed(assertion: str, change: Callable[[Any], None]) -> str:
    from lxml import etree

    tree = etree.fromstring(base64.b64decode(assertion))
    change(tree)
    return base64.b64encode(etree.tostring(tree)).decode()


def test_an_assertion_opens_the_role(lab: Lab) -> None:
    """A person without any AWS key becomes a session of the role, and the answer tells who they are."""
    assert trying(lab, lab.saml_assertion(ROLE, PROVIDER, name="ann", tags={"Team": "red"}))[0] == "OK"
    answer = unsigned(lab).assume_role_with_saml(
        RoleArn=ROLE, PrincipalArn=PROVIDER, SAMLAssertion=said(lab, subject="_ann")
    )
    assert (answer["Subject"], answer["SubjectType"]) == ("_ann", "persistent")
    assert (answer["Issuer"], answer["Audience"]) == (lab.federation.saml_issuer, SIGN_IN)
    assert len(base64.b64decode(answer["NameQualifier"])) == 20
    assert client(lab, "sts", given(answer)).get_caller_identity()["Arn"].endswith("assumed-role/Staff/ann")


def test_trust_is_asked(lab: Lab) -> None:
    """A role whose trust asks for another subject stays shut."""
    trust = trusting({"Federated": PROVIDER}, ACTIONS, {"StringEquals": {"saml:sub": "_mary"}})
    mary = role(lab, "OnlyMary", trust)
    assert trying(lab, said(lab, role_arn=mary, subject="_mary"), mary)[0] == "OK"
    assert trying(lab, said(lab, role_arn=mary, subject="_ann"), mary) == (
        "AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithSAML",
    )  # fmt: skip


def test_another_role_than_the_assertions(lab: Lab) -> None:
    """An assertion opens only the roles it names together with the provider."""
    other = role(lab, "Other", trusting({"Federated": PROVIDER}, ACTIONS))
    assert trying(lab, said(lab), other)[0] == "AccessDenied"
    assert trying(lab, said(lab, role_arn=other), other)[0] == "OK"


def test_a_foreign_key_is_refused(lab: Lab) -> None:
    """An assertion with every right word, signed by somebody else, proves nothing."""
    foreign = Federation(lab.clock).saml_assertion(ROLE, PROVIDER, name="ann")
    assert trying(lab, foreign)[:2] == ("InvalidIdentityToken", 400)


def test_changed_words_are_refused(lab: Lab) -> None:
    """One changed word breaks the signature; a missing signature is refused."""

    def rename(tree: Any) -> None:
        tree.find(f".//{{{SAML}}}NameID").text = "mary"

    def strip(tree: Any) -> None:
        signature = tree.find(f".//{{{DSIG}}}Signature")
        signature.getparent().remove(signature)

    assert trying(lab, changed(said(lab), rename))[0] == "InvalidIdentityToken"
    assert trying(lab, changed(said(lab), strip))[0] == "InvalidIdentityToken"


def test_wrapped_assertions_are_refused(lab: Lab) -> None:
    """A true assertion hidden beside or inside a forged one lends it nothing."""
    import copy

    def beside(tree: Any) -> None:
        forged = copy.deepcopy(tree.find(f"{{{SAML}}}Assertion"))
        forged.set("ID", "_forged")
        forged.find(f".//{{{SAML}}}NameID").text = "mary"
        forged.remove(forged.find(f"{{{DSIG}}}Signature"))
        tree.insert(0, forged)

    def inside(tree: Any) -> None:
        true = tree.find(f"{{{SAML}}}Assertion")
        forged = copy.deepcopy(true)
        forged.set("ID", "_forged")
        forged.find(f".//{{{SAML}}}NameID").text = "mary"
        forged.find(f"{{{DSIG}}}Signature").append(true)
        tree.append(forged)

    for wrap in (beside, inside):
        assert trying(lab, changed(said(lab), wrap))[0] == "InvalidIdentityToken"


def test_a_moved_signature_is_refused(lab: Lab) -> None:
    """A true signature whose assertion was taken out and another put in its place covers nothing."""

    def move(tree: Any) -> None:
        true = tree.find(f"{{{SAML}}}Assertion")
        signature = true.find(f"{{{DSIG}}}Signature")
        true.set("ID", "_forged")
        tree.append(signature)

    assert trying(lab, changed(said(lab), move))[0] == "InvalidIdentityToken"


def test_entities_are_refused(lab: Lab) -> None:
    """A response with a document type is refused unread."""
    text = base64.b64decode(said(lab)).decode()
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + text
    code, _, message = trying(lab, base64.b64encode(bomb.encode()).decode())
    assert (code, "document type" in message) == ("InvalidIdentityToken", True)
    assert trying(lab, "!!!!")[0] == "InvalidIdentityToken"
    assert trying(lab, base64.b64encode(b"not xml").decode())[0] == "InvalidIdentityToken"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"audience": "https://elsewhere.example"}, "InvalidIdentityToken"),
        ({"recipient": "https://elsewhere.example"}, "InvalidIdentityToken"),
        ({"issuer": "https://elsewhere.example"}, "InvalidIdentityToken"),
        ({"lasts": -1}, "ExpiredTokenException"),
        ({"name": "a b"}, "ValidationError"),
        ({"audience": "urn:amazon:webservices"}, "OK"),
    ],
)
def test_the_words_are_checked(lab: Lab, more: Any, code: str) -> None:
    """Audience, recipient, issuer, times and session name are judged, each with AWS's code."""
    assert trying(lab, said(lab, **more))[0] == code


def test_an_assertion_is_for_five_minutes(lab: Lab) -> None:
    """However long it says it lasts, an assertion must be used within five minutes."""
    old = said(lab, lasts=3600)
    assert trying(lab, old)[0] == "OK"
    lab.clock.advance(301)
    assert trying(lab, old)[0] == "ExpiredTokenException"


def test_unknown_provider(lab: Lab) -> None:
    """A provider that the account has not is refused."""
    nobody = f"arn:aws:iam::{ACCOUNT}:saml-provider/Nobody"
    assert trying(lab, said(lab), PrincipalArn=nobody)[0] == "InvalidIdentityToken"


def test_duration(lab: Lab) -> None:
    """DurationSeconds counts first, then the SessionDuration attribute; the role's maximum bounds both."""
    call = unsigned(lab).assume_role_with_saml
    answer = call(RoleArn=ROLE, PrincipalArn=PROVIDER, SAMLAssertion=said(lab, session_duration=900))
    assert (given(answer).expires_at - last(lab, "AssumeRoleWithSAML").at).total_seconds() == 900  # type: ignore[operator]  # it has an end
    assert trying(lab, said(lab), DurationSeconds=3601)[0] == "ValidationError"


def test_tags_source_identity_and_later_keys(lab: Lab) -> None:
    """PrincipalTag and SourceIdentity attributes bind the session, and saml:sub is there in its own calls."""
    keys = {"aws:PrincipalTag/Team": "red", "aws:SourceIdentity": "ann", "saml:sub": "_ann",
            "aws:FederatedProvider": PROVIDER}  # fmt: skip
    tagged = role(lab, "Tagged", trusting({"Federated": PROVIDER}, ACTIONS))
    document = allow(["s3:*"], condition={"StringEquals": keys})
    root(lab).put_role_policy(RoleName="Tagged", PolicyName="All", PolicyDocument=document)
    call = unsigned(lab).assume_role_with_saml
    for team, code in (("red", "OK"), ("blue", "AccessDenied")):
        assertion = said(lab, role_arn=tagged, subject="_ann", tags={"Team": team}, source_identity="ann")
        held = given(call(RoleArn=tagged, PrincipalArn=PROVIDER, SAMLAssertion=assertion))
        assert code_of(client(lab, "s3", held).list_buckets) == code


def test_the_event_hides_the_assertion(lab: Lab) -> None:
    """The event shows the subject and its qualifier, and not the assertion."""
    assertion = said(lab, subject="_ann")
    trying(lab, assertion)
    record = last(lab, "AssumeRoleWithSAML").record
    identity, shown = record["userIdentity"], record["responseElements"]
    assert (identity["type"], identity["userName"]) == ("SAMLUser", "_ann")
    assert identity["principalId"] == f"{shown['nameQualifier']}:_ann"
    assert identity["identityProvider"] == shown["nameQualifier"]
    assert assertion not in str(record)
