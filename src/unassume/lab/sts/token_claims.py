"""What a token's claims become: condition keys, session tags, a source identity.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html (web identity keys)
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html (adding tags with a web identity)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unassume.iam.values import UNKNOWN, Known, Value
from unassume.lab.sts.parameters import source_identity
from unassume.lab.sts.session_tags import SessionTags, checked_tags
from unassume.lab.sts.vouched import bad_identity

TAGS = "https://aws.amazon.com/tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"
_LASTING = ("aud", "sub", "amr")


def audiences(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Whom the token is for: `azp` goes before `aud` where a token has both."""
    azp, aud = claims.get("azp"), claims.get("aud")
    if isinstance(azp, str) and azp:
        return (azp,)
    return _texts(aud)


def claim_keys(prefix: str, claims: Mapping[str, Any]) -> dict[str, Value]:
    """The condition keys the role's trust sees.

    ASSUMPTION: `aud`, `oaud`, `sub`, `amr` and `email` are keys of every provider. AWS knows more claims of some
    providers; so a key of any other claim that the token holds is unknown, and trust that asks for it is refused.
    """
    keys: dict[str, Value] = {f"{prefix}:{name}".lower(): UNKNOWN for name in claims}
    known = {"aud": audiences(claims), "oaud": _texts(claims.get("aud")), "sub": _texts(claims.get("sub"))}
    known |= {name: _texts(claims.get(name)) for name in ("amr", "email")}
    for name, texts in known.items():
        if texts:
            keys[f"{prefix}:{name}".lower()] = Known(texts, several=name == "amr" or len(texts) > 1)
    return keys


def lasting_claims(prefix: str, claims: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The keys that the session's later calls carry.

    ASSUMPTION: of all claims these three, as third parties found; the guide says only that keys are there.
    """
    found = {"aud": audiences(claims), "sub": _texts(claims.get("sub")), "amr": _texts(claims.get("amr"))}
    return {f"{prefix}:{name}".lower(): found[name] for name in _LASTING if found[name]}


def claimed_tags(claims: Mapping[str, Any]) -> SessionTags:
    """The session tags of the token; InvalidIdentityToken for a claim of another shape."""
    said = claims.get(TAGS, {})
    given = said.get("principal_tags", {}) if isinstance(said, Mapping) else None
    if not isinstance(given, Mapping):
        raise bad_identity("the claim of session tags has the wrong shape")
    pairs = [(str(key), values[0]) for key, value in given.items() if (values := _texts(value))]
    if len(pairs) < len(given):
        raise bad_identity("the claim of session tags has the wrong shape")
    return checked_tags(pairs, _texts(said.get("transitive_tag_keys")))


def claimed_source_identity(claims: Mapping[str, Any]) -> str | None:
    """The source identity the token sets, or None."""
    return source_identity(claims, SOURCE_IDENTITY)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    return ()
