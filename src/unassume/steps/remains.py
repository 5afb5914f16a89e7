"""What remains after a cut: which sessions had to die, and which of the thief's may live.

Pessimistic: a session that may be later than the cut-off counts as not cut. E is the instant from which the deny was
seen enforced, None while nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from unassume.means.closing import of_the_shut_out
from unassume.means.judge import judge, principal_of
from unassume.means.mark import our_statements
from unassume.model.evidence import Enforcement
from unassume.model.lineages import Lineage
from unassume.model.plans import of_policies
from unassume.model.previews import Verdict
from unassume.model.receipts import Receipt
from unassume.model.selectors import ElsewhereSelector, HoldSelector, OlderSessionsSelector
from unassume.model.sessions import Session
from unassume.rungs.by_key import issued_by_key
from unassume.rungs.targets import targets_of


@dataclass(frozen=True)
class Remains:
    """A receipt held against a fresh lineage."""

    receipt: Receipt
    lineage: Lineage
    _verdicts: dict[str, Verdict] = field(default_factory=dict, init=False, compare=False, repr=False)

    def targets(self) -> tuple[Session, ...]:
        """The sessions that must be dead: those that leaked, and all of a role where the whole role was cut.

        Of a person's, also those of which the trail does not tell whose they are.
        """
        return self._targets

    @cached_property
    def _targets(self) -> tuple[Session, ...]:
        plan, written = self.receipt.plan, {change.holder_id for change in self.receipt.begun.changes}
        named = [
            one
            for one in targets_of(self.lineage, plan.leaked, plan.persons)
            if one.holder_id in self.lineage.holders or one.holder_id in written
        ]
        whole, known = self._cut_whole(), {one.id for one in named}
        own = {canary.principal_id for canary in plan.canaries}
        others = (one for one in self.lineage.sessions if one.id not in known and one.principal_id not in own)
        return (*named, *(one for one in others if one.holder_id in whole or self._may_be_his(one)))

    def cut(self) -> list[Session]:
        """The targets our statements hit; one that no event shows is hit by its name."""
        return [one for one in self.targets() if self._verdict(one) is Verdict.CUT or one.issued_at is None]

    def last_allowed_at(self, role_id: str | None = None) -> datetime | None:
        """The latest call of a cut session, of that role or of any, that AWS let through."""
        cut = (one for one in self.cut() if role_id in (None, one.holder_id))
        return max((one.last_allowed_at for one in cut if one.last_allowed_at is not None), default=None)

    def late(self, enforced: Enforcement) -> list[Session]:
        """Live targets the cut-off spares, or may spare, although they were issued before the deny was seen to hold."""
        dead = self._dead(enforced)
        return [one for one in self.targets() if one.live is not False and self._may_be_late(one, enforced, dead)]

    def came_back(self, enforced: Enforcement) -> list[Session]:
        """Sessions of the cut names issued after the deny held, by nobody of the thief's: not what leaked."""
        first = [self.lineage.session(one) for one in self.lineage.leaked] or self.targets()
        dead = self._dead(enforced)
        return [
            one
            for one in first
            if (since := enforced.on(one.holder_id)) is not None
            and one.issued_at is not None
            and one.issued_at > since
            and self._verdict(one) is Verdict.SPARED
            and not self._comes_from(one, dead)
        ]

    def elsewhere(self, enforced: Enforcement) -> list[Session]:
        """Sessions that leaked ones issued on other roles: the plan does not reach them.

        An expired one counts on, where its account's trail was not read: what it issued in turn cannot be seen.
        """
        innocent = {session.id for session in self.came_back(enforced)}
        below = [self.lineage.session(one) for one in self.lineage.descendants]
        written = {*self.lineage.holders, *(change.holder_id for change in self.receipt.begun.changes)}
        away = [one for one in below if one.holder_id not in written]
        read = {region.account for region in self.lineage.coverage.regions}
        return [
            one
            for one in away
            if (one.live is not False or one.account not in read) and not self._comes_from(one, innocent)
        ]

    def by_key(self) -> list[Session]:
        """What a key behind the leaked token issued beside it, where it is not cut."""
        found = issued_by_key(self.lineage, self.targets(), self.receipt.plan.leaked)
        return [one for one in found if self._verdict(one) is not Verdict.CUT]

    def let_in(self) -> list[Session]:
        """Sessions not cut, whenever begun, by whom our statements shut out of their role."""
        begun = of_the_shut_out(self.lineage.sessions, self.receipt.begun.changes)
        return [one for one in begun if self._verdict(one) is not Verdict.CUT]

    def began_again(self) -> list[Session]:
        """Sessions under other names, not cut, that began since by whom a provider called like a leaked one's owner."""
        leaked = [self.lineage.session(one) for one in self.lineage.leaked]
        names = {one.principal_id for one in leaked}
        owners = {(one.holder_id, each) for one in leaked for each in one.federated}
        known = {one.id for one in self.let_in()}
        return [
            one
            for one in self._begun_since()
            if one.id not in known
            and one.principal_id not in names
            and any((one.holder_id, each) in owners for each in one.federated)
        ]

    def _begun_since(self) -> list[Session]:
        """Sessions of whom a provider vouched for that may have begun since the write, live and not cut."""
        since = self.receipt.begun.at.replace(microsecond=0)
        return [
            one
            for one in self.lineage.sessions
            if one.federated
            and (one.issued_at is None or one.issued_at >= since)
            and one.live is not False
            and self._verdict(one) is not Verdict.CUT
        ]

    def places(self, session: Session) -> ElsewhereSelector | None:
        """Where the session may go on, when it is cut elsewhere alone."""
        return self._places.get((session.holder_id, session.principal_id))

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], ElsewhereSelector]:
        """By role and user id; of several the first written counts."""
        found: dict[tuple[str, str], ElsewhereSelector] = {}
        for change in of_policies(self.receipt.begun.changes):
            for ours in our_statements(change.after or "") or ():
                if isinstance(ours.selector, ElsewhereSelector):
                    found.setdefault((change.holder_id, ours.selector.principal_id), ours.selector)
        return found

    def outside(self) -> list[tuple[Session, str, datetime]]:
        """The latest call let through from each address outside its places, of each target cut elsewhere alone."""
        return [
            (session, address, at)
            for session in self.targets()
            if (places := self.places(session)) is not None
            for address, at in session.last_allowed_from
            if not places.is_inside(address)
        ]

    def forgotten(self) -> bool:
        """Whether the fresh look no longer shows the role, the name or the sessions the cut was made for."""
        if not self.lineage.holders or not self.lineage.seen_in_trail:
            return True
        found = {session.id for session in self.lineage.sessions}
        principals = {session.principal_id for session in self.lineage.sessions}
        aimed_at = [one for one in self.receipt.plan.sessions if one.id in self.receipt.plan.targets]
        return any(one.id not in found and one.principal_id not in principals for one in aimed_at)

    def _cut_whole(self) -> set[str]:
        """The ids of the roles of which every session had to die."""
        written = [(change.holder_id, change.after or "") for change in self.receipt.begun.changes]
        selectors = [(holder_id, ours.selector) for holder_id, text in written for ours in our_statements(text) or ()]
        return {id_ for id_, selector in selectors if isinstance(selector, OlderSessionsSelector | HoldSelector)}

    def _may_be_his(self, session: Session) -> bool:
        persons = self.receipt.plan.persons
        return session.holder_id in self.lineage.holders and any(one.is_of(session) is not False for one in persons)

    def _may_be_late(self, session: Session, enforced: Enforcement, dead: set[str]) -> bool:
        """A session no event shows is not late: it is cut by its name, and the trail will tell when it was issued."""
        if self.places(session) is not None:
            return False
        match self._verdict(session):
            case Verdict.CUT:
                return False
            case Verdict.UNSURE:
                return session.issued_at is not None or session.calls > 0
            case Verdict.SPARED if self._comes_from(session, dead):
                return True
            case Verdict.SPARED:
                issued, since = session.issued_at, enforced.on(session.holder_id)
                return since is not None and (issued is None or issued <= since)

    def _dead(self, enforced: Enforcement) -> set[str]:
        """The sessions that had to die: what stands below one of them is the thief's, whatever it is called."""
        return {
            one.id
            for one in self.targets()
            if (since := enforced.on(one.holder_id)) is None or one.issued_at is None or one.issued_at <= since
        }

    def _verdict(self, session: Session) -> Verdict:
        if session.id not in self._verdicts:
            self._verdicts[session.id] = self._judged(session)
        return self._verdicts[session.id]

    def _judged(self, session: Session) -> Verdict:
        verdicts = {
            judge(change.after, principal_of(session))
            for change in of_policies(self.receipt.begun.changes)
            if change.after is not None and change.holder_id == session.holder_id
        }
        surest = (verdict for verdict in (Verdict.CUT, Verdict.UNSURE) if verdict in verdicts)
        return next(surest, Verdict.SPARED)

    def _comes_from(self, session: Session, ids: set[str]) -> bool:
        """Whether one of these sessions stands above this one."""
        family, seen = self._family, set[str]()
        above = session.parent.session_id if session.parent else None
        while above is not None and above not in seen:
            if above in ids:
                return True
            seen.add(above)
            parent = family[above].parent if above in family else None
            above = parent.session_id if parent else None
        return False

    @cached_property
    def _family(self) -> Mapping[str, Session]:
        return {one.id: one for one in self.lineage.sessions}
