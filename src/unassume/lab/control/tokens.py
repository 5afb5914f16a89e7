"""What is asked of the lab's identity providers over HTTP: a token, an assertion."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from unassume.lab.federation.provider import OIDC_ISSUER, Federation

_Text = Annotated[str, Meta(min_length=1, max_length=2048)]
_Seconds = Annotated[float, Meta(gt=0, le=315_360_000)]


class AskedToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An OIDC token for AssumeRoleWithWebIdentity; `lasts` is in lab-seconds."""

    subject: _Text
    audience: _Text = "sts.amazonaws.com"
    issuer: _Text = OIDC_ISSUER
    claims: dict[str, Any] = {}
    lasts: _Seconds = 3600

    def made(self, federation: Federation) -> str:
        """The signed token."""
        return federation.web_identity_token(
            self.subject, audience=self.audience, issuer=self.issuer, claims=self.claims, lasts=self.lasts
        )


class AskedAssertion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A SAML response for AssumeRoleWithSAML."""

    role_arn: _Text
    provider_arn: _Text
    name: _Text
    subject: str = ""
    session_duration: int | None = None
    tags: dict[str, str] = {}
    source_identity: str | None = None

    def made(self, federation: Federation) -> str:
        """The signed response in base64."""
        return federation.saml_assertion(
            self.role_arn, self.provider_arn, name=self.name, subject=self.subject,
            session_duration=self.session_duration, tags=self.tags, source_identity=self.source_identity,
        )  # fmt: skip
