"""Which sightings are of one session: (whose it is, session name, issue second)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from unassume.model.sightings import Issuance, Sighting, Use

_SECOND = timedelta(seconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


def session_id(holder_id: str, session_name: str, issued_at: datetime | None) -> str:
    """The id of a session; `issued_at` is None where no event tells it.

    INVARIANT: 128 bits of digest, since the thief chooses names: two of his sessions must never share an id.
    """
    second = issued_at.isoformat() if issued_at else "unknown"
    return "s-" + hashlib.sha256("\n".join((holder_id, session_name, second)).encode()).hexdigest()[:32]


class Group:
    """The sightings of one session while they are being joined; complete once `group_sightings` returns it."""

    def __init__(self, one: Sighting, issued_at: datetime | None) -> None:
        self.principal_id, self.session_name = one.principal_id, one.session_name
        self.user_id, self.holder_arn = one.user_id, one.holder_arn
        self.issued_at = issued_at
        self.issuances: list[Issuance] = []
        self.uses: list[Use] = []

    @property
    def id(self) -> str:
        """The short id of the session: the same in every run that sees the same issue second."""
        given_out = f"{self.user_id} " if self.user_id else ""
        return session_id(given_out + self.principal_id.partition(":")[0], self.session_name, self.issued_at)

    @property
    def user_name(self) -> str | None:
        """The user who gave the session out, if one did."""
        return self.holder_arn.rpartition("/")[2] if self.user_id and self.holder_arn else None

    @property
    def account(self) -> str:
        """The account of the role or user."""
        return self.issuances[0].account if self.issuances else self.uses[0].account

    @property
    def principal_arn(self) -> str:
        """The session's ARN, as a use shows it or put together from the role's."""
        if self.uses:
            return self.uses[0].principal_arn
        _, partition, _, _, account, role = self.issuances[0].holder_arn.split(":", 5)
        if self.user_id is not None:
            return f"arn:{partition}:sts::{account}:federated-user/{self.session_name}"
        if self.principal_id.startswith("AIDA"):
            return self.issuances[0].holder_arn
        return f"arn:{partition}:sts::{account}:assumed-role/{role.rsplit('/', 1)[-1]}/{self.session_name}"

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Every key id seen issued to it or used by it."""
        sightings: list[Sighting] = [*self.issuances, *self.uses]
        return tuple(sorted({key for sighting in sightings for key in sighting.key_ids}))

    @property
    def source_identity(self) -> str | None:
        """The source identity, which never changes within a session."""
        sightings: list[Sighting] = [*self.issuances, *self.uses]
        return next((found.source_identity for found in sightings if found.source_identity), None)

    @property
    def issued_at_is(self) -> str:
        """`use` when a creationDate vouches for every key issued; a twin that was never used leaves it at `event`."""
        used = {key for use in self.uses if use.issued_at == self.issued_at for key in use.key_ids}
        dated = self.issued_at is not None and any(use.issued_at == self.issued_at for use in self.uses)
        vouched = len(self.issuances) <= 1 or all(used.intersection(issued.key_ids) for issued in self.issuances)
        return "use" if dated and vouched else "event"


def group_sightings(sightings: Iterable[Sighting]) -> list[Group]:
    """Every session seen, oldest first and those of unknown issue time last; the order of sightings is no matter."""
    by_principal: dict[tuple[str, str | None], list[Sighting]] = {}
    for sighting in sightings:
        by_principal.setdefault((sighting.principal_id, sighting.user_id), []).append(sighting)
    groups = [group for found in by_principal.values() for group in _groups(found)]
    return sorted(groups, key=lambda group: (group.issued_at is None, group.issued_at or _NEVER, group.principal_id))


def _groups(sightings: Sequence[Sighting]) -> Iterable[Group]:
    """The sessions of one principal id, and of one user where he gave them out."""
    issuances, uses = _sorted(sightings)
    groups: dict[datetime | None, Group] = {}
    for use in uses:
        groups.setdefault(use.issued_at, Group(use, use.issued_at)).uses.append(use)
    for issuance in issuances:
        second = _issue_second(issuance, issuances, uses)
        groups.setdefault(second, Group(issuance, second)).issuances.append(issuance)
    return groups.values()


def _sorted(sightings: Sequence[Sighting]) -> tuple[list[Issuance], list[Use]]:
    """The distinct issuances and the uses, each in an order of their own."""
    issuances: dict[str, Issuance] = {}
    uses: list[Use] = []
    for sighting in sightings:
        match sighting:
            case Issuance():
                issuances[sighting.raw.event_id] = sighting
            case Use():
                uses.append(sighting)
    return (
        sorted(issuances.values(), key=lambda found: (found.issued_at, found.raw.event_id)),
        sorted(uses, key=lambda use: (use.first_seen, use.last_seen, use.key_ids)),
    )


def _issue_second(issuance: Issuance, issuances: Sequence[Issuance], uses: Sequence[Use]) -> datetime:
    """The second a session was issued in: a use's creationDate when one belongs to it, else the event's own.

    First a use of its key whose time agrees, then one of the very same second, then one a second off that no other
    issuance explains (console sessions sign with keys no event returned).
    """
    near = [
        (use.issued_at, set(use.key_ids))
        for use in uses
        if use.issued_at is not None and abs(use.issued_at - issuance.issued_at) <= _SECOND
    ]
    others = [other for other in issuances if other is not issuance]
    taken = {key for other in others for key in other.key_ids}
    seconds = {other.issued_at for other in others}
    own = {issuance.issued_at}
    dated = {at for at, _ in near}
    by_key = {at for at, keys in near if keys.intersection(issuance.key_ids)}
    free = {at for at, keys in near if at not in seconds and not taken & keys}
    for choice in (by_key & own, by_key, dated & own, free):
        if len(choice) == 1:
            return choice.pop()
    return issuance.issued_at
