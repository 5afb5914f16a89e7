"""AssumeRoleWithWebIdentity: an OIDC token, proven against the lab's keys and the role's account's providers.

ASSUMPTION: the texts of refusals, and the order of the checks, are common experience and in no document.
AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from unassume.iam.principals import Federated
from unassume.lab.access.callers import Caller
from unassume.lab.accounts.identity_providers import oidc_provider
from unassume.lab.federation.tokens import MOST, BadTokenError
from unassume.lab.sts.assume_role import entry_actions, entry_keys
from unassume.lab.sts.granted import Realm
from unassume.lab.sts.issuing import Wanted
from unassume.lab.sts.parameters import check_names, duration, required, role_arn, session_name, shown
from unassume.lab.sts.session_bounds import read_bounds
from unassume.lab.sts.token_claims import audiences, claim_keys, claimed_source_identity, claimed_tags, lasting_claims
from unassume.lab.sts.trust import Entry
from unassume.lab.sts.vouched import Vouched, bad_identity, expired
from unassume.lab.wire.refusals import not_implemented

_KNOWN = ("RoleArn", "RoleSessionName", "WebIdentityToken", "ProviderId", "Policy", "DurationSeconds")
_WELL_KNOWN = frozenset({"accounts.google.com"})
"""Providers that trust policies name without an ARN and nobody registers."""
_AHEAD = timedelta(minutes=5)


class _Vouching(msgspec.Struct, frozen=True):
    """The provider that a token comes from, as policies name it, and the host its condition keys begin with."""

    provider: str
    prefix: str


def vouch_web_identity(given: Mapping[str, Any], realm: Realm) -> Vouched:
    """Whom the token speaks of; a Refusal when it proves nothing."""
    check_names(given, _KNOWN, ("PolicyArns",))
    if "ProviderId" in given:
        raise not_implemented("ProviderId, the access tokens of OAuth 2.0 providers")
    arn, account = role_arn(given)
    name, seconds, bounds = session_name(given), duration(given), read_bounds(given)
    claims = _proven(required(given, "WebIdentityToken", 4, MOST), realm)
    by = _vouching(claims, account)
    wanted = Wanted(
        name=name,
        seconds=seconds,
        source_identity=claimed_source_identity(claims),
        tags=claimed_tags(claims),
        bounds=bounds,
        via="AssumeRoleWithWebIdentity",
        federated_provider=by.provider,
        claims=lasting_claims(by.prefix, claims),
    )
    keys = entry_keys(wanted) | claim_keys(by.prefix, claims)
    entry = Entry(entry_actions("sts:AssumeRoleWithWebIdentity", wanted), arn, account, keys)
    audience, subject = audiences(claims)[0], str(claims["sub"])
    caller = Caller("", account, Federated(provider=by.provider), None, subject, f"{by.provider}:{audience}")
    fields = {"Provider": by.provider, "Audience": audience, "SubjectFromWebIdentityToken": subject}
    return Vouched(caller, entry, wanted, fields)


def _proven(token: str, realm: Realm) -> dict[str, Any]:
    try:
        claims = realm.federation.claims_of(token)
    except BadTokenError:
        raise bad_identity("Couldn't verify the token: its signature is not of a key of its provider") from None
    if not isinstance(claims.get("iss"), str) or not str(claims.get("sub") or "") or not audiences(claims):
        raise bad_identity("Missing a required claim: iss, sub or aud")
    _check_times(claims, realm.clock.now())
    return claims


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    end, issued, start = (_instant(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if end is None or issued is None:
        raise bad_identity("Missing a required claim: exp or iat")
    if now >= end:
        raise expired(now, end)
    if max(issued, start or issued) > now + _AHEAD:
        raise bad_identity("The token is not valid yet")


def _instant(value: object) -> datetime | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return datetime.fromtimestamp(float(value), UTC) if is_number else None  # type: ignore[arg-type]  # a number
    except (OverflowError, ValueError, OSError):
        return None


def _vouching(claims: Mapping[str, Any], account: str) -> _Vouching:
    issuer = str(claims["iss"])
    url = issuer.removeprefix("https://")
    if url == "cognito-identity.amazonaws.com":
        raise not_implemented("tokens of Cognito identity pools")
    if url in _WELL_KNOWN:
        return _Vouching(url, url)
    provider = oidc_provider(account, url) if issuer.startswith("https://") else None
    if provider is None:
        raise bad_identity(f"No OpenIDConnect provider found in your account for {shown(issuer)}")
    if not set(provider.client_ids) & {*audiences(claims), str(claims.get("azp", ""))}:
        raise bad_identity("Incorrect token audience")
    return _Vouching(provider.arn, url)
