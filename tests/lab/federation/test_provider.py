"""The lab's identity providers: what they sign, and that only they can have signed it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from unassume.lab.clock import LabClock
from unassume.lab.federation.assertions import DSIG, METADATA, SAML
from unassume.lab.federation.provider import Federation
from unassume.lab.federation.tokens import BadTokenError

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def federation() -> Federation:
    return Federation(LabClock(AT, moving=False))


def test_a_token_says_what_it_was_told(federation: Federation) -> None:
    """Issuer, subject, audience, times of the lab's clock, and claims of one's own stand in the token."""
    token = federation.web_identity_token("ann", issuer="https://any.example", claims={"team": "red"}, lasts=60)
    claims = federation.claims_of(token)
    now = int(AT.timestamp())
    assert claims == {"iss": "https://any.example", "sub": "ann", "aud": "sts.amazonaws.com", "iat": now, "nbf": now,
                      "exp": now + 60, "team": "red"}  # fmt: skip


def test_only_its_own_tokens(federation: Federation) -> None:
    """A token of another lab is not taken."""
    with pytest.raises(BadTokenError):
        federation.claims_of(Federation(LabClock()).web_identity_token("ann"))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_the_published_keys_prove_its_tokens(federation: Federation, algorithm: str) -> None:
    """Anybody can prove a token with the published key set."""
    import jwt

    token = federation.web_identity_token("ann", algorithm="RS256" if algorithm == "RS256" else "ES256")
    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(federation.jwks).keys}
    kid = jwt.get_unverified_header(token)["kid"]
    claims = jwt.decode(token, keys[kid].key, [algorithm], audience="sts.amazonaws.com",
                        options={"verify_exp": False, "verify_iat": False, "verify_nbf": False})  # fmt: skip
    assert claims["sub"] == "ann"


def test_metadata_holds_the_certificate_of_the_assertions(federation: Federation) -> None:
    """The certificate in the metadata is the one the assertion was signed with, and the issuer is the same."""
    from lxml import etree

    described = etree.fromstring(federation.saml_metadata.encode())
    answer = etree.fromstring(base64.b64decode(federation.saml_assertion("r", "p", name="ann <&>", subject="a&b")))
    certificates = ["".join("".join(tree.find(f".//{{{DSIG}}}X509Certificate").itertext()).split())
                    for tree in (described, answer)]  # fmt: skip
    assert certificates[0] == certificates[1]
    assert described.tag == f"{{{METADATA}}}EntityDescriptor"
    assert described.get("entityID") == answer.findtext(f".//{{{SAML}}}Assertion/{{{SAML}}}Issuer")
    assert answer.findtext(f".//{{{SAML}}}NameID") == "a&b"
