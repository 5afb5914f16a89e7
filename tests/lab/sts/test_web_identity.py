"""AssumeRoleWithWebIdentity: whose tokens open a role, and whose do not."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.lab.acting import allow, answer_of, code_of
from tests.lab.sts.people import DENY_ALL, GITHUB, given, last, raw, role, root, trusting, unsigned, user
from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client
from unassume.lab.federation.provider import Federation

HOST = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"
SUBJECT = "repo:acme/shop:ref:refs/heads/main"
ACTIONS = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(None) as opened:
        root(opened).create_open_id_connect_provider(
            Url=GITHUB, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
        )
        role(opened, "Deploy", trusting({"Federated": PROVIDER}, ACTIONS, matching({f"{HOST}:sub": SUBJECT})))
        yield opened


def matching(keys: Mapping[str, str]) -> dict[str, Any]:
    return {"StringEquals": dict(keys)}


def arn_of(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def trying(lab: Lab, token: str, name: str = "Deploy", **more: Any) -> tuple[str, int, str]:
    call = unsigned(lab).assume_role_with_web_identity
    return answer_of(call, **{"RoleArn": arn_of(name), "RoleSessionName": "run-7", "WebIdentityToken": token} | more)


def token(lab: Lab, subject: str = SUBJECT, **more: Any) -> str:
    return lab.web_identity_token(subject, issuer=GITHUB, **more)


def test_a_token_opens_the_role(lab: Lab) -> None:
    """A pipeline without any AWS key becomes a session of the role that trusts its subject."""
    answer = unsigned(lab).assume_role_with_web_identity(
        RoleArn=arn_of("Deploy"), RoleSessionName="run-7", WebIdentityToken=token(lab)
    )
    assert answer["SubjectFromWebIdentityToken"] == SUBJECT
    assert (answer["Provider"], answer["Audience"]) == (PROVIDER, "sts.amazonaws.com")
    assert client(lab, "sts", given(answer)).get_caller_identity()["Arn"].endswith("assumed-role/Deploy/run-7")


def test_the_subject_must_be_trusted(lab: Lab) -> None:
    """Another repository's token is valid and opens nothing; the denial tells nothing of the role."""
    assert trying(lab, token(lab, "repo:evil/shop:ref:refs/heads/main")) == (
        "AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    )  # fmt: skip
    assert trying(lab, token(lab), "Nobody")[0] == "AccessDenied"


def test_a_foreign_key_is_refused(lab: Lab) -> None:
    """A token with every right claim, signed by somebody else, proves nothing."""
    foreign = Federation(lab.clock).web_identity_token(SUBJECT, issuer=GITHUB)
    assert trying(lab, foreign)[:2] == ("InvalidIdentityToken", 400)


def test_alg_none_is_refused(lab: Lab) -> None:
    """A token without a signature, or with its claims changed, proves nothing."""
    head, claims, signature = token(lab).split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    assert trying(lab, f"{none}.{claims}.")[0] == "InvalidIdentityToken"
    assert trying(lab, f"{none}.{claims}.{signature}")[0] == "InvalidIdentityToken"
    other = token(lab, "repo:evil/shop").split(".")[1]
    assert trying(lab, f"{head}.{other}.{signature}")[0] == "InvalidIdentityToken"
    assert trying(lab, "no-token")[0] == "InvalidIdentityToken"


def test_a_shared_secret_made_of_the_public_key_is_refused(lab: Lab) -> None:
    """HS256 is no way around RS256."""
    import jwt

    forged = jwt.encode({"iss": GITHUB, "sub": SUBJECT, "aud": "sts.amazonaws.com"}, "x" * 64, "HS256")
    assert trying(lab, forged)[0] == "InvalidIdentityToken"


def test_es256_is_taken(lab: Lab) -> None:
    """A token signed with the lab's elliptic key opens the role too."""
    signed = lab.federation.web_identity_token(SUBJECT, issuer=GITHUB, algorithm="ES256")
    assert trying(lab, signed)[0] == "OK"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"lasts": -1}, "ExpiredTokenException"),
        ({"audience": "somebody-else"}, "InvalidIdentityToken"),
        ({"claims": {"iss": "https://other.example"}}, "InvalidIdentityToken"),
        ({"claims": {"iss": GITHUB.replace("https", "http")}}, "InvalidIdentityToken"),
        ({"claims": {"sub": ""}}, "InvalidIdentityToken"),
        ({"claims": {"exp": "soon"}}, "InvalidIdentityToken"),
        ({"claims": {"nbf": 4_000_000_000}}, "InvalidIdentityToken"),
        ({"claims": {"iss": "https://cognito-identity.amazonaws.com"}}, "NotImplemented"),
        ({"claims": {"azp": "sts.amazonaws.com", "aud": "another"}}, "OK"),
    ],
)
def test_claims_are_checked(lab: Lab, more: Any, code: str) -> None:
    """Expiry, audience, issuer, subject and start are judged, each with AWS's code."""
    assert trying(lab, token(lab, **more))[0] == code


def test_a_token_expires_on_the_labs_clock(lab: Lab) -> None:
    """A token that lasts a minute is refused once the lab's clock has passed it."""
    short = token(lab, lasts=60)
    lab.clock.advance(61)
    assert trying(lab, short)[0] == "ExpiredTokenException"


def test_other_claims_cannot_be_judged(lab: Lab) -> None:
    """Trust that asks for a claim the lab does not know to be a key is refused, never taken for met."""
    trust = trusting({"Federated": PROVIDER}, ACTIONS, matching({f"{HOST}:actor": "ann"}))
    role(lab, "ByActor", trust)
    code, _, message = trying(lab, token(lab, claims={"actor": "ann"}), "ByActor")
    assert (code, "cannot judge" in message) == ("AccessDenied", True)
    assert "cannot judge" not in trying(lab, token(lab), "ByActor")[2]


def test_no_identity_policy_stops_it(lab: Lab) -> None:
    """Signed by a user who is denied everything, the call still rests on the token alone."""
    denied = raw(lab, user(lab, "denied", DENY_ALL))
    call = denied.assume_role_with_web_identity
    assert code_of(call, RoleArn=arn_of("Deploy"), RoleSessionName="run", WebIdentityToken=token(lab)) == "OK"


def test_only_these_two_calls_need_no_signature(lab: Lab) -> None:
    """Every other call of STS without a signature is refused."""
    sts = unsigned(lab)
    assert code_of(sts.get_caller_identity) == "MissingAuthenticationToken"
    assert code_of(sts.assume_role, RoleArn=arn_of("Deploy"), RoleSessionName="x1") == "MissingAuthenticationToken"


def test_later_calls_know_the_provider(lab: Lab) -> None:
    """The provider and the subject are condition keys of the session's own calls."""
    role(lab, "Known", trusting({"Federated": PROVIDER}, ACTIONS))
    keys = {"aws:FederatedProvider": PROVIDER, f"{HOST}:sub": SUBJECT}
    root(lab).put_role_policy(
        RoleName="Known", PolicyName="All", PolicyDocument=allow(["s3:*"], condition=matching(keys))
    )
    call = unsigned(lab).assume_role_with_web_identity
    for subject, code in ((SUBJECT, "OK"), ("repo:acme/other", "AccessDenied")):
        held = call(RoleArn=arn_of("Known"), RoleSessionName="run", WebIdentityToken=token(lab, subject))
        assert code_of(client(lab, "s3", given(held)).list_buckets) == code


def test_tags_and_source_identity_of_a_token(lab: Lab) -> None:
    """The token's claims set session tags and the source identity, and the role's trust must allow both."""
    said = {
        "https://aws.amazon.com/tags": {"principal_tags": {"Team": ["red"]}, "transitive_tag_keys": ["Team"]},
        "https://aws.amazon.com/source_identity": "ann",
    }
    call = unsigned(lab).assume_role_with_web_identity
    answer = call(RoleArn=arn_of("Deploy"), RoleSessionName="run", WebIdentityToken=token(lab, claims=said))
    assert answer["SourceIdentity"] == "ann"
    role(lab, "Untagged", trusting({"Federated": PROVIDER}, ACTIONS[:1]))
    assert trying(lab, token(lab, claims=said), "Untagged")[0] == "AccessDenied"
    assert trying(lab, token(lab), "Untagged")[0] == "OK"


def test_google_needs_no_registration(lab: Lab) -> None:
    """Trust names Google by its host, and nobody registers it."""
    role(
        lab,
        "ByGoogle",
        trusting({"Federated": "accounts.google.com"}, ACTIONS, matching({"accounts.google.com:aud": "app"})),
    )
    for audience, code in (("app", "OK"), ("other", "AccessDenied")):
        signed = lab.web_identity_token("1", audience=audience, issuer="https://accounts.google.com")
        assert trying(lab, signed, "ByGoogle")[0] == code


def test_the_labs_own_provider(lab: Lab) -> None:
    """Without an issuer a token is of the lab's own provider, which must be registered like any other."""
    assert trying(lab, lab.web_identity_token("ann"))[0] == "InvalidIdentityToken"
    iam = root(lab)
    arn = iam.create_open_id_connect_provider(Url=lab.oidc_issuer, ClientIDList=["sts.amazonaws.com"])
    role(lab, "Own", trusting({"Federated": arn["OpenIDConnectProviderArn"]}, ACTIONS))
    assert trying(lab, lab.web_identity_token("ann"), "Own")[0] == "OK"


def test_no_error_repeats_a_token(lab: Lab) -> None:
    """A token that is too long is refused without being repeated, and the answer is readable XML."""
    code, _, message = trying(lab, "secret" * 4000)
    assert (code, "secret" in message) == ("ValidationError", False)
    assert trying(lab, token(lab), RoleSessionName="\x01\x02")[0] == "ValidationError"


def test_the_roles_maximum_holds(lab: Lab) -> None:
    """The session lasts as long as asked, up to the role's maximum."""
    assert trying(lab, token(lab), DurationSeconds=3601)[0] == "ValidationError"
    assert trying(lab, token(lab), DurationSeconds=3600)[0] == "OK"


def test_the_event_hides_the_token(lab: Lab) -> None:
    """The event shows who the provider spoke of, and not the token."""
    signed = token(lab)
    trying(lab, signed)
    record = last(lab, "AssumeRoleWithWebIdentity").record
    identity = record["userIdentity"]
    assert identity["type"] == "WebIdentityUser"
    assert identity["principalId"] == f"{PROVIDER}:sts.amazonaws.com:{SUBJECT}"
    assert (identity["userName"], identity["identityProvider"]) == (SUBJECT, PROVIDER)
    assert record["responseElements"]["subjectFromWebIdentityToken"] == SUBJECT
    assert signed not in str(record)
