"""`Federation`: what an identity provider would hand a person or a pipeline, as plain functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from unassume.lab.clock import LabClock, whole_second
from unassume.lab.federation.assertions import ATTRIBUTES, AUDIENCE, Assertion, metadata, signed_response
from unassume.lab.federation.keys import Algorithm, SigningKeys
from unassume.lab.federation.tokens import key_set, proven_claims, signed_token

OIDC_ISSUER = "https://oidc.lab.example"
SAML_ISSUER = "https://saml.lab.example"


class Federation:
    """The lab's identity providers; times are those of the lab's clock.

    It signs for ANY issuer, so that GitHub's or a cluster's can be played: what AWS would fetch from the issuer, the
    lab takes to be its own public keys.
    """

    oidc_issuer = OIDC_ISSUER
    """The URL to register with CreateOpenIDConnectProvider, unless another one is played."""
    saml_issuer = SAML_ISSUER

    def __init__(self, clock: LabClock) -> None:
        self._clock = clock
        self.keys = SigningKeys()

    def web_identity_token(
        self,
        subject: str,
        *,
        audience: str = "sts.amazonaws.com",
        issuer: str = OIDC_ISSUER,
        claims: Mapping[str, Any] | None = None,
        lasts: float = 3600,
        algorithm: Algorithm = "RS256",
    ) -> str:
        """An OIDC ID token; `claims` are added and win over the rest, `lasts` is in lab-seconds."""
        now = int(self._clock.now().timestamp())
        said = {"iss": issuer, "sub": subject, "aud": audience, "iat": now, "nbf": now, "exp": now + int(lasts)}
        return signed_token(said | dict(claims or {}), self.keys, algorithm)

    def claims_of(self, token: str) -> dict[str, Any]:
        """The claims of a token the lab signed; BadTokenError for any other, times unjudged."""
        return proven_claims(token, self.keys)

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys as an OIDC provider publishes them."""
        return key_set(self.keys)

    @property
    def saml_metadata(self) -> str:
        """The metadata document to pass to CreateSAMLProvider."""
        return metadata(self.saml_issuer, self.keys)

    def saml_assertion(
        self,
        role_arn: str,
        provider_arn: str,
        *,
        name: str,
        subject: str = "",
        session_duration: int | None = None,
        tags: Mapping[str, str] | None = None,
        transitive: tuple[str, ...] = (),
        source_identity: str | None = None,
        attributes: Mapping[str, tuple[str, ...]] | None = None,
        lasts: float = 300,
        issuer: str = SAML_ISSUER,
        audience: str = AUDIENCE,
        recipient: str = AUDIENCE,
    ) -> str:
        """A SAML response in base64 that lets its bearer become `name` in the role; `lasts` is in lab-seconds."""
        said: dict[str, tuple[str, ...]] = {
            f"{ATTRIBUTES}Role": (f"{role_arn},{provider_arn}",),
            f"{ATTRIBUTES}RoleSessionName": (name,),
        }
        said |= {f"{ATTRIBUTES}PrincipalTag:{key}": (value,) for key, value in (tags or {}).items()}
        said |= {f"{ATTRIBUTES}TransitiveTagKeys": transitive} if transitive else {}
        said |= {f"{ATTRIBUTES}SourceIdentity": (source_identity,)} if source_identity else {}
        said |= {f"{ATTRIBUTES}SessionDuration": (str(session_duration),)} if session_duration else {}
        assertion = Assertion(
            issuer=issuer,
            subject=subject or name,
            attributes=said | dict(attributes or {}),
            issued_at=whole_second(self._clock.now()),
            lasts=timedelta(seconds=lasts),
            audience=audience,
            recipient=recipient,
        )
        return signed_response(assertion, self.keys)
