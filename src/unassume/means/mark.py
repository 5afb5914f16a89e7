"""Our marks: policy names, Sids and whole documents; writing them and recognising them.

`shapes.py` has the conditions.

Rule 1: ours is what has exactly our shape, never what merely carries our name.
Rule 2: a Sid says kind and expiry (`UnassumeUntil20261123T183000Z`, `UnassumeHold`, `UnassumeCanary`); a
second statement of one kind carries `x2`, `x3`... because AWS wants Sids unique within a document.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from unassume.errors import InputError
from unassume.means.shapes import CANARY_PREFIX, condition, groups, instant, selected
from unassume.model.plans import CUT_OFF, UNTIL, Change
from unassume.model.selectors import CanarySelector, ElsewhereSelector, HoldSelector, IssuanceSelector, Selector

POLICY_PREFIX = "Unassume-"
NEEDED_FOR = timedelta(hours=36)
"""The longest any session can live (GetSessionToken, GetFederationToken); a cut is never needed longer.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html
"""
_INCIDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_SID = re.compile(r"Unassume(Canary|Hold|Until(?:\d{8}T\d{6}Z|" + re.escape(UNTIL) + r"))(?:x\d{1,3})?", re.ASCII)
_COMPACT = "%Y%m%dT%H%M%SZ"
_KEYS = {"Sid", "Effect", "Action", "Resource", "Condition"}


class OurStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One selector of a statement of exactly our shape; several share a Sid where they share a statement.

    `cut_off` and `until` are None for a canary and a hold, and while they are open; the cut-off of an issuance is the
    end of its window.
    """

    sid: str
    selector: Selector
    cut_off: datetime | None
    until: datetime | None


def check_incident(incident: str) -> str:
    """The incident's name if it can stand in a policy name and a user agent; InputError otherwise."""
    if not _INCIDENT.fullmatch(incident):
        raise InputError(
            "the incident's name is 1 to 40 letters, digits, `.`, `_` or `-`, a letter or digit first",
            hint="write it like `INC-7`",
        )
    return incident


def policy_name(incident: str, seed: str) -> str:
    """The name of our policy: incident and plan fingerprint, at most 128 characters as IAM allows."""
    return f"{POLICY_PREFIX}{incident}-{hashlib.sha256(seed.encode()).hexdigest()[:8]}"


def canary_name(incident: str, seed: str) -> str:
    """The session name of our canary; the digest keeps one plan's canary apart from another's."""
    return f"{CANARY_PREFIX}{hashlib.sha256(f'{incident} {seed}'.encode()).hexdigest()[:12]}"


def statements(selectors: tuple[Selector, ...]) -> list[dict[str, object]]:
    """The deny statements for these selectors, in their order, with the cut-off still open."""
    written: list[dict[str, object]] = []
    earlier: Counter[str] = Counter()
    for group in groups(selectors):
        kind = f"Unassume{_kind(group[0])}"
        # Counted by the word alone: two instants may turn out to be one when the cut-off is bound.
        earlier[_word(kind)] += 1
        sid = kind if earlier[_word(kind)] == 1 else f"{kind}x{earlier[_word(kind)]}"
        under = condition(group)
        written.append(
            {"Sid": sid, "Effect": "Deny", "Action": "*", "Resource": "*"} | ({"Condition": under} if under else {})
        )
    return written


def _word(sid: str) -> str:
    return sid[: len("UnassumeHold")]


def _kind(selector: Selector) -> str:
    """What the Sid says after our name: until when the statement is needed, or that it is a hold or a canary."""
    match selector:
        case CanarySelector():
            return "Canary"
        case HoldSelector() | ElsewhereSelector():
            return "Hold"
        case IssuanceSelector(before=before):
            return f"Until{(before + NEEDED_FOR).astimezone(UTC):{_COMPACT}}"
        case _:
            return f"Until{UNTIL}"


def document(selectors: tuple[Selector, ...]) -> str:
    """A whole policy document of ours, compact, with the cut-off still open."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements(selectors)}, separators=(",", ":"))


def bind_changes(changes: tuple[Change, ...], cut_off: datetime) -> tuple[Change, ...]:
    """Planned changes exactly as they will be written with this cut-off."""
    return tuple(msgspec.structs.replace(change, after=bind(change.after, cut_off)) for change in changes)


def bind(text: str | None, cut_off: datetime) -> str | None:
    """Fill the cut-off and its expiry into a planned text."""
    if text is None:
        return None
    until = (cut_off + NEEDED_FOR).astimezone(UTC).strftime(_COMPACT)
    # With the quote before it: a session may be named like our tokens, and a user id never begins so.
    return text.replace(f'"UnassumeUntil{UNTIL}', f'"UnassumeUntil{until}').replace(
        f'"{CUT_OFF}"', f'"{instant(cut_off)}"'
    )


def ours(statement: object) -> tuple[OurStatement, ...] | None:
    """What a statement of exactly one of our shapes selects, else None."""
    if not isinstance(statement, Mapping) or set(statement) | {"Condition"} != _KEYS:
        return None
    sid, fixed = statement["Sid"], (statement["Effect"], statement["Action"], statement["Resource"])
    if not isinstance(sid, str) or not (marked := _SID.fullmatch(sid)) or fixed != ("Deny", "*", "*"):
        return None
    read = selected(statement.get("Condition"))
    if read is None:
        return None
    selectors, cut_off = read
    kind = _kind(selectors[0])
    if kind == f"Until{UNTIL}" and cut_off is not None:
        kind = f"Until{cut_off + NEEDED_FOR:{_COMPACT}}"
    if marked[1] != kind:
        return None
    until = cut_off + NEEDED_FOR if cut_off is not None else None
    return tuple(OurStatement(sid=sid, selector=each, cut_off=cut_off, until=until) for each in selectors)


def our_statements(text: str) -> tuple[OurStatement, ...] | None:
    """What all statements of a document select, in its order, when every one of them is ours, else None."""
    try:
        read = json.loads(text, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict) or set(read) != {"Version", "Statement"} or read["Version"] != "2012-10-17":
        return None
    if not isinstance(read["Statement"], list) or not read["Statement"]:
        return None
    found = [ours(statement) for statement in read["Statement"]]
    return tuple(each for one in found if one is not None for each in one) if all(found) else None


def without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """ValueError for a key that stands twice: who reads which of the two is anybody's guess."""
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a key stands twice")
    return read
