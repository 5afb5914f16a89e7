"""AssumeRoleWithSAML: an assertion signed by the provider that the role trusts.

ASSUMPTION: the texts of refusals, and the order of the checks, are common experience and in no document.
AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from unassume.iam.principals import Federated
from unassume.lab.access.callers import Caller
from unassume.lab.accounts.identity_providers import saml_metadata
from unassume.lab.federation.assertions import ATTRIBUTES, AUDIENCE
from unassume.lab.sts.assume_role import entry_actions, entry_keys
from unassume.lab.sts.granted import Realm
from unassume.lab.sts.issuing import Wanted
from unassume.lab.sts.parameters import check_names, duration, required, role_arn, session_name, shown, source_identity
from unassume.lab.sts.saml_keys import assertion_keys, lasting_keys, name_qualifier, subject_type
from unassume.lab.sts.saml_response import MOST, SamlFacts, entity_of, read_response
from unassume.lab.sts.session_bounds import read_bounds
from unassume.lab.sts.session_tags import SessionTags, checked_tags
from unassume.lab.sts.trust import Entry
from unassume.lab.sts.vouched import Vouched, bad_identity, expired
from unassume.lab.wire.refusals import Refusal, Why

_KNOWN = ("RoleArn", "PrincipalArn", "SAMLAssertion", "Policy", "DurationSeconds")
_AUDIENCES = frozenset({AUDIENCE, "urn:amazon:webservices"})
_RECIPIENT = re.compile(r"https://(?:[a-z0-9-]+\.)?signin\.aws\.amazon\.com/saml(?:/acs/[\w-]+)?")
_FRESH = timedelta(minutes=5)


def vouch_saml(given: Mapping[str, Any], realm: Realm) -> Vouched:
    """Whom the assertion speaks of; a Refusal when it proves nothing."""
    check_names(given, _KNOWN, ("PolicyArns",))
    arn, account = role_arn(given)
    provider = required(given, "PrincipalArn", 20, 2048)
    metadata = saml_metadata(provider)
    encoded = required(given, "SAMLAssertion", 4, MOST)
    seconds, bounds = duration(given), read_bounds(given)
    if metadata is None:
        raise bad_identity(f"No SAML provider found for {shown(provider)}")
    facts = read_response(encoded, metadata)
    _check(facts, metadata, realm.clock.now())
    _check_role(facts, arn, provider)
    wanted = Wanted(
        name=_name(facts),
        seconds=seconds or _attribute_seconds(facts),
        until=facts.session_ends,
        source_identity=_source_identity(facts),
        tags=_tags(facts),
        bounds=bounds,
        via="AssumeRoleWithSAML",
        federated_provider=provider,
        claims=lasting_keys(facts, provider),
    )
    keys = entry_keys(wanted) | assertion_keys(facts, provider)
    qualifier = name_qualifier(facts, provider)
    caller = Caller("", account, Federated(provider=provider), None, facts.subject, qualifier)
    entry = Entry(entry_actions("sts:AssumeRoleWithSAML", wanted), arn, account, keys)
    return Vouched(caller, entry, wanted, _fields(facts, qualifier))


def _fields(facts: SamlFacts, qualifier: str) -> dict[str, str]:
    return {
        "Subject": facts.subject,
        "SubjectType": subject_type(facts),
        "Issuer": facts.issuer,
        "Audience": facts.recipient,
        "NameQualifier": qualifier,
    }


def _check(facts: SamlFacts, metadata: str, now: datetime) -> None:
    if facts.issuer != entity_of(metadata):
        raise bad_identity("Issuer not present in specified provider")
    if not set(facts.audiences) & _AUDIENCES:
        raise bad_identity("Audience of the assertion is not AWS's")
    if not _RECIPIENT.fullmatch(facts.recipient):
        raise bad_identity("Recipient of the assertion is not AWS's")
    if len(facts.ends) < 2 or facts.issued_at is None:
        raise bad_identity("The assertion lacks a NotOnOrAfter or its IssueInstant")
    if now >= min(facts.ends):
        raise expired(now, min(facts.ends))
    if facts.session_ends is not None and now >= facts.session_ends:
        raise expired(now, facts.session_ends)
    if now - facts.issued_at > _FRESH:
        message = "Token must be redeemed within 5 minutes of issuance"
        raise Refusal(code="ExpiredTokenException", status=400, message=message)
    if max(facts.issued_at, facts.not_before or facts.issued_at) > now + _FRESH:
        raise bad_identity("The assertion is not valid yet")


def _check_role(facts: SamlFacts, arn: str, provider: str) -> None:
    pairs = [{part.strip() for part in each.split(",")} for each in facts.attributes.get(f"{ATTRIBUTES}Role", ())]
    if {arn, provider} not in pairs:
        reason = "the assertion names no such pair of role and provider"
        raise Refusal(Why.DENIED, "Not authorized to perform sts:AssumeRoleWithSAML", reason=reason)


def _one(facts: SamlFacts, name: str) -> str | None:
    found = facts.attributes.get(ATTRIBUTES + name, ())
    return found[0] if found else None


def _name(facts: SamlFacts) -> str:
    name = _one(facts, "RoleSessionName")
    if name is None:
        raise bad_identity("RoleSessionName is required in AuthnResponse")
    return session_name({"RoleSessionName": name})


def _attribute_seconds(facts: SamlFacts) -> int | None:
    """ASSUMPTION: the attribute, documented for the console, counts for a call without DurationSeconds too."""
    value = _one(facts, "SessionDuration")
    return duration({"DurationSeconds": value}) if value is not None else None


def _source_identity(facts: SamlFacts) -> str | None:
    value = _one(facts, "SourceIdentity")
    return source_identity({"SourceIdentity": value}) if value is not None else None


def _tags(facts: SamlFacts) -> SessionTags:
    start = f"{ATTRIBUTES}PrincipalTag:"
    pairs = [(name.removeprefix(start), values[0]) for name, values in facts.attributes.items()
             if name.startswith(start) and values]  # fmt: skip
    return checked_tags(pairs, facts.attributes.get(f"{ATTRIBUTES}TransitiveTagKeys", ()))
