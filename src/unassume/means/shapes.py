"""Selectors as conditions and back: every shape our statements may have, and no other.

Rule 1: what is read back is exactly what would be written for it; any other spelling is somebody else's.
Rule 2: session names that follow each other share one statement: hundreds of them fit one policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from itertools import groupby
from typing import assert_never

from unassume.model.plans import CUT_OFF, UNTIL
from unassume.model.selectors import (
    SOURCE_IDENTITY,
    TAG,
    CanarySelector,
    ElsewhereSelector,
    HoldSelector,
    IssuanceSelector,
    OlderSessionsSelector,
    PersonSelector,
    Selector,
    SessionNameSelector,
    is_private,
)

CANARY_PREFIX = "unassume-canary-"
Condition = dict[str, dict[str, str | list[str]]]
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
_USER_ID = re.compile(r"AROA[A-Z0-9]{12,28}:[\w+=,.@-]{2,64}|AIDA[A-Z0-9]{12,28}|\d{12}:[\w+=,.@-]{2,32}", re.ASCII)
_ROLE_ID = re.compile(r"AROA[A-Z0-9]{12,28}", re.ASCII)
# AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (SourceIdentity)
_IDENTITY = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html: letters, spaces, numbers and _.:/=+-@; of them
# those of ASCII, lest two spellings of one letter be told apart in one place and not in another.
_TAG_KEY = re.compile(r"[\w.:/=+@-]{1,128}", re.ASCII)
_TAG_VALUE = re.compile(r"[\w.:/=+@ -]{1,256}", re.ASCII)
_USER, _ISSUED = "aws:userid", "aws:TokenIssueTime"
_ADDRESS, _VPC = "aws:SourceIp", "aws:SourceVpc"
# A call that AWS makes on a principal's behalf brings the service's address.
_DIRECT: Condition = {"BoolIfExists": {"aws:ViaAWSService": "false"}}
_VPC_ID = re.compile(r"vpc-[0-9a-f]{8,17}", re.ASCII)


def instant(at: datetime) -> str:
    """An instant as our policies write it: whole seconds, UTC, `Z`."""
    return f"{at.astimezone(UTC).isoformat()[:19]}Z"


def read_instant(text: str, form: str = _INSTANT) -> datetime | None:
    """An instant in exactly our spelling, or None."""
    try:
        at = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
    return at if at.strftime(form) == text else None


def groups(selectors: Iterable[Selector]) -> list[tuple[Selector, ...]]:
    """The selectors of each statement: session names that follow each other, every other selector alone."""
    found: list[tuple[Selector, ...]] = []
    for kind, group in groupby(selectors, type):
        together = tuple(group)
        found += [together] if kind is SessionNameSelector else [(each,) for each in together]
    return found


def condition(group: tuple[Selector, ...]) -> Condition:
    """The condition of one statement, its cut-off open: AWS takes a list of values for any of them; none for a hold."""
    older: Condition = {"DateLessThan": {_ISSUED: CUT_OFF}}
    match group[0]:
        case SessionNameSelector():
            ids = [each.principal_id for each in group if isinstance(each, SessionNameSelector)]
            return {"StringEquals": {_USER: ids[0] if len(ids) == 1 else ids}, **older}
        case IssuanceSelector(principal_id=principal_id, earliest=earliest, before=before):
            window: Condition = {
                "DateGreaterThanEquals": {_ISSUED: instant(earliest)}, "DateLessThan": {_ISSUED: instant(before)},
            }  # fmt: skip
            return {"StringEquals": {_USER: principal_id}, **window}
        case PersonSelector(key=key, value=value):
            return {"StringEquals": {key: value}, **older}
        case ElsewhereSelector(principal_id=principal_id, egress=egress, vpcs=vpcs):
            away: Condition = {"StringNotEquals": {_VPC: list(vpcs)}} if vpcs else {}
            return {"StringEquals": {_USER: principal_id}, "NotIpAddress": {_ADDRESS: list(egress)}, **away, **_DIRECT}
        case OlderSessionsSelector(role_id=role_id):
            return {**_anybody_on(role_id), **older}
        case HoldSelector(role_id=role_id):
            return _anybody_on(role_id)
        case CanarySelector(principal_id=principal_id):
            return {"StringEquals": {_USER: principal_id}}
        case _:
            assert_never(group[0])


def _anybody_on(role_id: str) -> Condition:
    """Every session of a role by its unique id, where the policy does not stand on it; no condition without an id.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
    """
    return {"StringLike": {_USER: f"{role_id}:*"}} if role_id else {}


def selected(written: object) -> tuple[tuple[Selector, ...], datetime | None] | None:
    """What a condition of exactly our spelling selects and its cut-off (None: open, or none), else None."""
    if written is None:
        return (HoldSelector(),), None
    if not isinstance(written, dict) or not written:
        return None
    if not all(isinstance(keys, dict) and len(keys) == 1 for keys in written.values()):
        return None
    told = {operator: next(iter(keys.items())) for operator, keys in written.items()}
    found = (
        _elsewhere(told) if "NotIpAddress" in told
        else _whole_role(told) if "StringLike" in told
        else _by_operators(told)
    )  # fmt: skip
    # Whoever writes it otherwise than we do is not us.
    return found if found is not None and _rewritten(*found) == written else None


def _rewritten(selectors: tuple[Selector, ...], cut_off: datetime | None) -> Condition:
    spelled = condition(selectors)
    if cut_off is None or isinstance(selectors[0], IssuanceSelector):
        return spelled
    return {**spelled, "DateLessThan": {_ISSUED: instant(cut_off)}}


def _whole_role(told: Mapping[str, tuple[object, object]]) -> tuple[tuple[Selector, ...], datetime | None] | None:
    """Everybody on one role by its unique id; whether it is spelled as we do is seen by writing it again."""
    role_id, (_, before) = str(told["StringLike"][1]).removesuffix(":*"), told.get("DateLessThan", ("", None))
    if not _ROLE_ID.fullmatch(role_id):
        return None
    if before is None:
        return (HoldSelector(role_id),), None
    cut_off = read_instant(str(before))
    return ((OlderSessionsSelector(role_id),), cut_off) if cut_off is not None or before == CUT_OFF else None


def _elsewhere(told: Mapping[str, tuple[object, object]]) -> tuple[tuple[Selector, ...], None] | None:
    """What a condition on places selects; whether it is spelled as we do is seen by writing it again."""
    _, who = told.get("StringEquals", ("", None))
    _, egress = told["NotIpAddress"]
    _, vpcs = told.get("StringNotEquals", ("", []))
    if not isinstance(who, str) or not _USER_ID.fullmatch(who):
        return None
    if not isinstance(egress, list) or not isinstance(vpcs, list) or not are_places(egress, vpcs):
        return None
    return (ElsewhereSelector(who, tuple(egress), tuple(vpcs)),), None


def are_places(egress: Iterable[object], vpcs: Iterable[object]) -> bool:
    """Whether these can stand in a policy as places: public networks, no more than a few of all there are, VPC ids.

    INVARIANT: held for a plan file too: one that spares the whole internet would cut nobody and look like a cut.
    """
    read = [_network(one) for one in egress]
    networks = [one for one in read if one is not None and not is_private(one)]
    are_sound = bool(read) and len(networks) == len(read) and not is_too_wide(networks)
    return are_sound and all(isinstance(one, str) and _VPC_ID.fullmatch(one) for one in vpcs)


def is_too_wide(networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether networks together hold more than one /8 of IPv4 or one /16 of IPv6 does."""
    networks = tuple(networks)
    four = collapse_addresses(one for one in networks if isinstance(one, IPv4Network))
    six = collapse_addresses(one for one in networks if isinstance(one, IPv6Network))
    return sum(one.num_addresses for one in four) > 2**24 or sum(one.num_addresses for one in six) > 2**112


def _network(text: object) -> IPv4Network | IPv6Network | None:
    """A network written as we write it, or None."""
    try:
        found = ip_network(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and str(found) == text else None


def _by_operators(
    written: Mapping[str, tuple[object, object]],
) -> tuple[tuple[Selector, ...], datetime | None] | None:
    (who, value), (before_key, before) = written.get("StringEquals", ("", None)), written.get("DateLessThan", ("", ""))
    earliest = written.get("DateGreaterThanEquals")
    if before_key not in ("", _ISSUED) or not isinstance(before, str):
        return None
    cut_off = read_instant(before)
    if before_key and cut_off is None and before != CUT_OFF:
        return None
    selectors = _selectors(str(who), value, earliest, cut_off, is_timed=bool(before_key))
    return None if selectors is None else (selectors, cut_off)


def _selectors(
    who: str, value: object, earliest: tuple[object, object] | None, cut_off: datetime | None, *, is_timed: bool
) -> tuple[Selector, ...] | None:
    named = _texts(value, _USER_ID)
    match who, named:
        case "", _ if is_timed:
            return (OlderSessionsSelector(),)
        case str(), (only,) if who == _USER and not is_timed and _is_canary(only):
            return (CanarySelector(only),)
        case str(), (only,) if who == _USER and earliest is not None and cut_off is not None:
            first = read_instant(str(earliest[1]))
            return None if first is None or first >= cut_off else (IssuanceSelector(only, first, cut_off),)
        case str(), (_, *_) if who == _USER and is_timed:
            return tuple(SessionNameSelector(each) for each in named)
        case str(), _ if is_timed and isinstance(value, str) and is_person(who, value):
            return (PersonSelector(who, value),)
        case _:
            return None


def _is_canary(principal_id: str) -> bool:
    return principal_id.startswith("AROA") and principal_id.partition(":")[2].startswith(CANARY_PREFIX)


def is_person(key: str, value: str) -> bool:
    """Whether a person can be named so in a policy: by a source identity, or by a session tag."""
    if value == CUT_OFF or value.startswith(f"UnassumeUntil{UNTIL}"):
        return False  # the open places of a plan: they would be filled in
    if key == SOURCE_IDENTITY:
        return _IDENTITY.fullmatch(value) is not None
    return bool(key.startswith(TAG) and _TAG_KEY.fullmatch(key.removeprefix(TAG)) and _TAG_VALUE.fullmatch(value))


def _texts(value: object, form: re.Pattern[str]) -> tuple[str, ...]:
    """One text or a list of several, each of that form; none where they are not written as we write them."""
    listed = value if isinstance(value, list) else [value]
    if isinstance(value, list) and len(value) < 2:
        return ()
    found = tuple(each for each in listed if isinstance(each, str) and form.fullmatch(each))
    return found if len(found) == len(listed) else ()
