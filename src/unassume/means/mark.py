"""Our marks: policy names, Sids and exact statement shapes; writing them and recognising them.

Rule 1: ours is what has exactly our shape, never what merely carries our name.
Rule 2: a Sid says kind and expiry (`UnassumeUntil20261123T183000Z`, `UnassumeCanary`); a second
statement of one kind carries `x2`, `x3`... because AWS wants Sids unique within a document.
Rule 3: session names that follow each other share one statement: hundreds of them fit one policy.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby

import msgspec

from unassume.errors import InputError
from unassume.model.plans import CUT_OFF, UNTIL, Change
from unassume.model.selectors import CanarySelector, OlderSessionsSelector, Selector, SessionNameSelector

POLICY_PREFIX = "Unassume-"
CANARY_PREFIX = "unassume-canary-"
NEEDED_FOR = timedelta(hours=36)
"""The longest any session can live (GetSessionToken, GetFederationToken); a cut is never needed longer.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html
"""
_INCIDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_SID = re.compile(r"Unassume(Canary|Until(?:\d{8}T\d{6}Z|" + re.escape(UNTIL) + r"))(?:x\d{1,3})?", re.ASCII)
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_COMPACT = "%Y%m%dT%H%M%SZ"
_USER_ID = re.compile(r"AROA[A-Z0-9]{12,28}:[\w+=,.@-]{2,64}", re.ASCII)
_KEYS = {"Sid", "Effect", "Action", "Resource", "Condition"}


class OurStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One selector of a statement of exactly our shape; several share a Sid where they share a statement.

    `cut_off` and `until` are None for a canary, and while they are open.
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


def instant(at: datetime) -> str:
    """An instant as our policies write it: whole seconds, UTC, `Z`."""
    return f"{at.astimezone(UTC).isoformat()[:19]}Z"


def statements(selectors: tuple[Selector, ...]) -> list[dict[str, object]]:
    """The deny statements for these selectors, in their order, with the cut-off still open."""
    written: list[dict[str, object]] = []
    for group in _groups(selectors):
        kind = "UnassumeCanary" if isinstance(group[0], CanarySelector) else f"UnassumeUntil{UNTIL}"
        earlier = sum(str(statement["Sid"]).startswith(kind) for statement in written)
        sid = kind if not earlier else f"{kind}x{earlier + 1}"
        written.append({"Sid": sid, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": _condition(group)})
    return written


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
    if not isinstance(statement, Mapping) or set(statement) != _KEYS:
        return None
    sid, fixed = statement["Sid"], (statement["Effect"], statement["Action"], statement["Resource"])
    if not isinstance(sid, str) or not (marked := _SID.fullmatch(sid)) or fixed != ("Deny", "*", "*"):
        return None
    has_until = marked[1] != "Canary" and UNTIL not in marked[1]
    until = _read(marked[1].removeprefix("Until"), _COMPACT) if has_until else None
    read = _selectors(statement["Condition"])
    if read is None or isinstance(read[0][0], CanarySelector) != (marked[1] == "Canary"):
        return None
    selectors, cut_off = read
    if marked[1] != "Canary" and until != (cut_off and cut_off + NEEDED_FOR):
        return None
    return tuple(OurStatement(sid=sid, selector=each, cut_off=cut_off, until=until) for each in selectors)


def our_statements(text: str) -> tuple[OurStatement, ...] | None:
    """What all statements of a document select, in its order, when every one of them is ours, else None."""
    try:
        read = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict) or set(read) != {"Version", "Statement"} or read["Version"] != "2012-10-17":
        return None
    if not isinstance(read["Statement"], list) or not read["Statement"]:
        return None
    found = [ours(statement) for statement in read["Statement"]]
    return tuple(each for one in found if one is not None for each in one) if all(found) else None


def _groups(selectors: Iterable[Selector]) -> list[tuple[Selector, ...]]:
    """The selectors of each statement: session names that follow each other, every other selector alone."""
    found: list[tuple[Selector, ...]] = []
    for kind, group in groupby(selectors, type):
        together = tuple(group)
        found += [together] if kind is SessionNameSelector else [(each,) for each in together]
    return found


def _condition(group: tuple[Selector, ...]) -> dict[str, dict[str, str | list[str]]]:
    """The condition of one statement: AWS takes a list of values for any of them."""
    older: dict[str, dict[str, str | list[str]]] = {"DateLessThan": {"aws:TokenIssueTime": CUT_OFF}}
    match group[0]:
        case SessionNameSelector():
            ids = [each.principal_id for each in group if isinstance(each, SessionNameSelector)]
            return {"StringEquals": {"aws:userid": ids[0] if len(ids) == 1 else ids}, **older}
        case OlderSessionsSelector():
            return older
        case CanarySelector(principal_id=principal_id):
            return {"StringEquals": {"aws:userid": principal_id}}


def _selectors(condition: object) -> tuple[tuple[Selector, ...], datetime | None] | None:
    if not isinstance(condition, dict) or not all(isinstance(keys, dict) for keys in condition.values()):
        return None
    flat = {(operator, key): value for operator, keys in condition.items() for key, value in keys.items()}
    who, when = flat.pop(("StringEquals", "aws:userid"), None), flat.pop(("DateLessThan", "aws:TokenIssueTime"), None)
    if flat or len(condition) != (who is not None) + (when is not None) or not isinstance(when, str | None):
        return None
    ids = _ids(who)
    cut_off = None if when is None or when == CUT_OFF else _read(when, _INSTANT)
    if ids is None or (when is not None and when != CUT_OFF and cut_off is None):
        return None
    match ids, when:
        case (only,), None if only.partition(":")[2].startswith(CANARY_PREFIX):
            return (CanarySelector(only),), None
        case (), str():
            return (OlderSessionsSelector(),), cut_off
        case (_, *_), str():
            return tuple(SessionNameSelector(each) for each in ids), cut_off
        case _:
            return None


def _ids(who: object) -> tuple[str, ...] | None:
    """The user ids a condition names, none without one; None where they are not written as we write them."""
    if isinstance(who, list) and len(who) < 2:
        return None
    listed = who if isinstance(who, list) else [] if who is None else [who]
    ids = tuple(each for each in listed if isinstance(each, str) and _USER_ID.fullmatch(each))
    return ids if len(ids) == len(listed) else None


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """ValueError for a key that stands twice: who reads which of the two is anybody's guess."""
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a key stands twice")
    return read


def _read(text: str, form: str) -> datetime | None:
    try:
        at = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
    return at if at.strftime(form) == text else None
