"""A statement of ours in a role's trust: it shuts out whom a provider vouched for when the leaked sessions began.

No deny on sessions stops AssumeRoleWithWebIdentity and AssumeRoleWithSAML, and whoever holds the token, the assertion
or the identity upstream begins a session again. The provider's ARN stands in `Principal`, so the name at it says who:
`saml:iss` and `saml:namequalifier` follow from the provider, and one more key is one more way to miss.
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html (web identity, SAML)
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_assumerole.html
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from unassume.means.mark import POLICY_PREFIX, without_repeats
from unassume.means.shapes import read_instant
from unassume.means.splice import Span, statements
from unassume.model.plans import CUT_OFF, UNTIL
from unassume.model.sightings import FederatedSubject

PERMISSIONS = ("iam:GetRole", "iam:UpdateAssumeRolePolicy")
_OIDC = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):oidc-provider/([\w.:/~-]{1,255})", re.ASCII)
_SAML = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):saml-provider/[\w.-]{1,128}", re.ASCII)
_HOSTS = ("accounts.google.com", "cognito-identity.amazonaws.com")
"""Providers that nobody registers and whose tokens name their subject by `sub`."""
# Printable, and no policy variable: `${` would be read as one.
_SUBJECT = re.compile(r"(?!.*\$\{)[\x20-\x7e]{1,255}", re.ASCII)
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_SID = re.compile(rf"Unassume(?:Until(\d{{8}}T\d{{6}}Z|{re.escape(UNTIL)}))For([A-Za-z0-9]{{1,160}})", re.ASCII)
_NAME = re.compile(rf"{POLICY_PREFIX}[A-Za-z0-9][A-Za-z0-9._-]{{0,39}}-[0-9a-f]{{8}}", re.ASCII)
_COMPACT = "%Y%m%dT%H%M%SZ"
_ESCAPED = {"Z": "ZZ", "-": "Zd", ".": "Zp", "_": "Zu"}
_UNESCAPED = {code: letter for letter, code in _ESCAPED.items()}


class OurTrust(msgspec.Struct, frozen=True, kw_only=True):
    """A statement of exactly our shape: its name, whom it shuts out, and until when, None while that is open."""

    name: str
    provider: str
    subjects: tuple[str, ...]
    until: datetime | None

    @property
    def account(self) -> str | None:
        """The account of the provider; None for one that nobody registers."""
        return account_of(self.provider)

    @property
    def call(self) -> str:
        """The call it denies."""
        return (_call_and_key(self.provider) or ("", ""))[0]


def statement_name(incident: str, seed: str) -> str:
    """The name of a statement: like that of a policy of ours."""
    return f"{POLICY_PREFIX}{incident}-{hashlib.sha256(seed.encode()).hexdigest()[:8]}"


def is_name(text: str) -> bool:
    """Whether a statement of ours can be called so."""
    return _NAME.fullmatch(text) is not None


def written(name: str, provider: str, subjects: Iterable[str]) -> str:
    """The statement, its expiry still open."""
    return _rendered(f"UnassumeUntil{UNTIL}For{_coded(name)}", provider, tuple(subjects))


def our_trust(text: str) -> OurTrust | None:
    """What a statement of exactly our shape does, however AWS spells it; None for any other."""
    try:
        read = json.loads(text, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError):
        return None
    return _ours(read)


def is_our_trust(statement: object) -> bool:
    """Whether a statement, as read from JSON, is of exactly our shape."""
    return _ours(statement) is not None


def standing(trust: str, name: str) -> str | None:
    """What stands in a trust policy under that name: as we write it, or as it is where somebody edited it."""
    places = places_of(trust, name)
    if not places:
        return None
    found = [_ours(place.value) for place in places]
    if len(found) == 1 and found[0] is not None and isinstance(places[0].value, dict):
        return _rendered(str(places[0].value["Sid"]), found[0].provider, found[0].subjects)
    return ",".join(trust[place.start : place.end] for place in places)


def all_standing(trust: str) -> dict[str, str]:
    """Everything in a trust policy that bears our mark, by its name."""
    named = {_name_of(place.value) for place in statements(trust)}
    found = {name: standing(trust, name) for name in sorted(one for one in named if one is not None)}
    return {name: text for name, text in found.items() if text is not None}


def places_of(trust: str, name: str) -> tuple[Span, ...]:
    """Where a statement of that name stands; more than once where somebody copied it."""
    return tuple(place for place in statements(trust) if _name_of(place.value) == name)


def account_of(provider: str) -> str | None:
    """The account a provider is registered in, if it is."""
    found = _OIDC.fullmatch(provider) or _SAML.fullmatch(provider)
    return found[1] if found else None


def why_unwritable(one: FederatedSubject) -> str | None:
    """Why nobody can be shut out by that name, or None."""
    if _call_and_key(one.provider) is None:
        return f"what tells those apart whom {one.provider[:80]} vouches for is not known here"
    if not one.is_lasting:
        return "its subject is transient: the next assertion about the same person bears another"
    if not _is_subject(one.subject):
        return "the subject that the trail shows cannot be written into a policy"
    return None


def _rendered(sid: str, provider: str, subjects: tuple[str, ...]) -> str:
    call, key = _call_and_key(provider) or ("", "")
    made: dict[str, object] = {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": {"Federated": provider},
        "Action": call,
        "Condition": {"StringEquals": {key: subjects[0] if len(subjects) == 1 else list(subjects)}},
    }
    return json.dumps(made, separators=(",", ":"))


def _ours(read: object) -> OurTrust | None:
    """INVARIANT: what is read back is exactly what would be written for it, and nothing else."""
    if not isinstance(read, Mapping):
        return None
    marked, name = _SID.fullmatch(str(read.get("Sid"))), _name_of(read)
    try:
        provider, (value,) = read["Principal"]["Federated"], read["Condition"]["StringEquals"].values()
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    subjects = tuple(value) if isinstance(value, list) else (value,)
    if marked is None or name is None or not isinstance(provider, str) or _call_and_key(provider) is None:
        return None
    if not subjects or len(set(map(str, subjects))) != len(subjects) or not all(map(_is_subject, subjects)):
        return None
    until = read_instant(marked[1], _COMPACT)
    if (until is None and marked[1] != UNTIL) or json.loads(_rendered(marked[0], provider, subjects)) != read:
        return None
    return OurTrust(name=name, provider=provider, subjects=subjects, until=until)


def _call_and_key(provider: str) -> tuple[str, str] | None:
    """By which call those come whom a provider vouches for, and the key that tells them apart."""
    if oidc := _OIDC.fullmatch(provider):
        return "sts:AssumeRoleWithWebIdentity", f"{oidc[2]}:sub"
    if provider in _HOSTS:
        return "sts:AssumeRoleWithWebIdentity", f"{provider}:sub"
    return ("sts:AssumeRoleWithSAML", "saml:sub") if _SAML.fullmatch(provider) else None


def _is_subject(text: object) -> bool:
    if not isinstance(text, str) or not _SUBJECT.fullmatch(text):
        return False
    # The open places of a plan would be filled in, and what CloudTrail hides is nobody's name.
    return text not in (CUT_OFF, _HIDDEN) and not text.startswith(f"UnassumeUntil{UNTIL}")


def _name_of(statement: object) -> str | None:
    """The name that the Sid of a statement bears; None where it bears no mark of ours."""
    sid = statement.get("Sid") if isinstance(statement, dict) else None
    marked = _SID.fullmatch(sid) if isinstance(sid, str) else None
    return None if marked is None else _decoded(marked[2])


def _coded(name: str) -> str:
    """A name in letters and digits, which is all that IAM takes in a Sid."""
    return "".join(_ESCAPED.get(letter, letter) for letter in name.removeprefix(POLICY_PREFIX))


def _decoded(code: str) -> str | None:
    plain = re.sub(r"Z(.)", lambda found: _UNESCAPED.get(found[0], "?"), code)
    name = f"{POLICY_PREFIX}{plain}"
    return name if is_name(name) and _coded(name) == code else None
