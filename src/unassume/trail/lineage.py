"""Sightings to sessions, and which session issued which.

A key id alone joins too little (console and service calls) and too much (ids repeat); role id, name and issue second
join the rest. A group that cannot be told apart stays one session with several keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from unassume.model.sessions import Edge, Issuer, Session
from unassume.model.sightings import FederatedSubject, Identity, Issuance, Sighting, Use
from unassume.trail.groups import Group, group_sightings
from unassume.trail.groups import session_id as session_id

# AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: at most 12 h, and 1 h when chained.
LONGEST = timedelta(hours=12)
LONGEST_CHAINED = timedelta(hours=1)
# AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html: at most 36 h.
LONGEST_TOKEN = timedelta(hours=36)
_SECOND = timedelta(seconds=1)
_SURE = {"certain": 0, "likely": 1, "possible": 2}

Namesakes = Mapping[str | None, Sequence[Group]]


def sessions_of(sightings: Iterable[Sighting], as_of: datetime) -> tuple[Session, ...]:
    """Every session the sightings show, oldest first, each with its issuer and why that is believed.

    Counts are added up, but uses of one session that overlap in time count as the larger one: answers to
    different questions repeat events.
    """
    groups = group_sightings(sightings)
    namesakes: dict[str | None, list[Group]] = {}
    for group in groups:
        namesakes.setdefault(group.principal_id, []).append(group)
    return tuple(_session(group, namesakes, as_of) for group in groups)


def is_chained(caller: Identity) -> bool:
    """Whether the caller was itself a role session, which bounds what it issues to one hour."""
    return caller.kind == "AssumedRole" or (caller.principal_id or "").startswith("AROA")


def _session(group: Group, namesakes: Namesakes, as_of: datetime) -> Session:
    issuances, uses = group.issuances, group.uses
    parent, edge = _parent(group, namesakes)
    expires_at, expiry_is = _expiry(group)
    return Session(
        id=group.id, account=group.account, principal_arn=group.principal_arn, principal_id=group.principal_id,
        session_name=group.session_name, issued_at=group.issued_at, expires_at=expires_at, expiry_is=expiry_is,
        origin=issuances[0].origin if issuances else "unknown", issued_at_is=group.issued_at_is,
        key_ids=group.key_ids, source_identity=group.source_identity, user_id=group.user_id,
        user_name=group.user_name,
        tags=issuances[0].tags if issuances else (), are_tags_known=_are_tags_known(group), parent=parent, edge=edge,
        federated=_federated(group),
        calls=_total([use.calls for use in uses], uses), denied=_total([use.denied for use in uses], uses),
        explicit_denies=_total([use.explicit_denies for use in uses], uses),
        first_seen=min((use.first_seen for use in uses), default=None),
        last_seen=max((use.last_seen for use in uses), default=None),
        first_explicit_deny_at=min(filter(None, (use.first_explicit_deny_at for use in uses)), default=None),
        scp_denies=_first_by_scp(uses),
        last_allowed_at=max(filter(None, (use.last_allowed_at for use in uses)), default=None),
        last_allowed_from=_latest_by_address(uses),
        addresses=_united(use.addresses for use in uses), user_agents=_united(use.user_agents for use in uses),
        regions=_united(use.regions for use in uses), live=None if expires_at is None else as_of < expires_at,
    )  # fmt: skip


def _are_tags_known(group: Group) -> bool:
    """Whether the issuing events tell every tag of the session: a chained one may have inherited more.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html (transitive tags)
    """
    all_told = group.issuances and not any(is_chained(issuance.caller) for issuance in group.issuances)
    return bool(all_told) and len({issuance.tags for issuance in group.issuances}) == 1


def _federated(group: Group) -> tuple[FederatedSubject, ...]:
    """Whom providers vouched for in all its issuing events; nobody where one of them does not say."""
    named = {issuance.federated for issuance in group.issuances}
    return () if None in named else tuple(sorted(one for one in named if one is not None))


def _expiry(group: Group) -> tuple[datetime | None, str]:
    """The latest end of any key of the group: what the issuing events said, else the longest it can be."""
    if group.issuances and all(issuance.expires_at is not None for issuance in group.issuances):
        return max(issuance.expires_at for issuance in group.issuances if issuance.expires_at), "issued"
    if group.issued_at is None:
        return None, "bounded"
    if group.user_id is not None or group.principal_id.startswith("AIDA"):
        return group.issued_at + LONGEST_TOKEN, "bounded"
    chained = bool(group.issuances) and all(is_chained(issuance.caller) for issuance in group.issuances)
    return group.issued_at + (LONGEST_CHAINED if chained else LONGEST), "bounded"


def _parent(group: Group, namesakes: Namesakes) -> tuple[Issuer | None, Edge | None]:
    """Who issued the group; of several issuers the one that is surest, then the earliest."""
    found = [_issuer(issuance, group, namesakes) for issuance in group.issuances]
    found.sort(key=lambda pair: _SURE[pair[1].confidence] if pair[1] else len(_SURE))
    return found[0] if found else (None, None)


def _issuer(issuance: Issuance, child: Group, namesakes: Namesakes) -> tuple[Issuer, Edge | None]:
    caller = issuance.caller
    is_long_term = (caller.key_id or "").startswith("AKIA")
    callers = [] if is_long_term else [one for one in namesakes.get(caller.principal_id, ()) if one is not child]
    matches = [(edge, group) for group in callers if (edge := _edge(caller, issuance, group))]
    matches.sort(key=lambda match: _SURE[match[0].confidence])
    edge, session_id = None, None
    if matches:
        edge, session_id = matches[0][0], matches[0][1].id
        rivals = [match for match in matches if match[0].confidence == edge.confidence]
        if len(rivals) > 1:
            edge = Edge(edge.reason, "possible")
    issuer = Issuer(
        kind=caller.kind, arn=caller.arn, principal_id=caller.principal_id, key_id=caller.key_id, session_id=session_id
    )
    return issuer, edge


def _edge(caller: Identity, issuance: Issuance, group: Group) -> Edge | None:
    """Why a group of the caller's role id and name may be the caller of an issuance; None when it cannot be."""
    apart = _apart(caller.issued_at, group.issued_at)
    if caller.issued_at is not None and group.issued_at is not None and apart is None:
        return None
    if caller.key_id is not None and caller.key_id in group.key_ids and apart is not None:
        return Edge("key", "certain")
    if apart is not None:
        return Edge("role+name+second", "likely" if apart == timedelta(0) else "possible")
    # The other account's copy of a cross-account call names the caller's id and nothing else.
    started = group.issued_at
    was_alive = started is not None and started - _SECOND <= issuance.issued_at <= started + LONGEST
    return Edge("role+name", "possible") if was_alive else None


def _apart(one: datetime | None, other: datetime | None) -> timedelta | None:
    """How far apart two issue seconds are, when both are known and within a second."""
    if one is None or other is None or abs(one - other) > _SECOND:
        return None
    return abs(one - other)


def _total(counts: Sequence[int], uses: Sequence[Use]) -> int:
    """The sum of counts whose times do not overlap, and the larger of those whose times do."""
    total, largest, until = 0, 0, None
    for use, count in sorted(zip(uses, counts, strict=True), key=lambda pair: (pair[0].first_seen, pair[0].last_seen)):
        if until is not None and use.first_seen > until:
            total, largest = total + largest, 0
        largest = max(largest, count)
        until = use.last_seen if until is None else max(until, use.last_seen)
    return total + largest


def _united(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({item for part in parts for item in part}))


def _first_by_scp(uses: Iterable[Use]) -> tuple[tuple[str, datetime], ...]:
    first: dict[str, datetime] = {}
    for scp, at in (pair for use in uses for pair in use.scp_denies):
        first[scp] = min(first.get(scp, at), at)
    return tuple(sorted(first.items()))


def _latest_by_address(uses: Iterable[Use]) -> tuple[tuple[str, datetime], ...]:
    latest: dict[str, datetime] = {}
    for address, at in (pair for use in uses for pair in use.last_allowed_from):
        latest[address] = max(latest.get(address, at), at)
    return tuple(sorted(latest.items()))
