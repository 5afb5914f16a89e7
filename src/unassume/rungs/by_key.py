"""By the key: what a user's long-term key issued beside the leaked token, to him or to whoever held the key."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from unassume.model.lineages import Lineage
from unassume.model.plans import Leaked
from unassume.model.sessions import Session
from unassume.model.surveys import UserSubject

WHY_NOT_CUT = (
    "issued with the same long-term key: the user's own, or the thief's; plan it by itself, or say `--leaked session` "
    "if the key did not leak"
)


def issued_by_key(lineage: Lineage, targets: Iterable[Session], leaked: Leaked) -> tuple[Session, ...]:
    """The sessions that may live and were issued with a key behind the targets; none where one session alone leaked.

    Where the trail does not tell which key gave the targets, any that the user issued counts.
    """
    if leaked == "session":
        return ()
    known = {one.id: one for one in targets}
    others = [one for one in lineage.sessions if one.id not in known and one.live is not False]
    users = [id_ for id_, subject in lineage.holders.items() if isinstance(subject, UserSubject)]
    found = (one for id_ in users for one in others if _is_by(one, id_, _keys(known.values(), id_)))
    return tuple(dict.fromkeys(found))


def _keys(sessions: Iterable[Session], user_id: str) -> set[str | None]:
    """The keys that gave these tokens of the user, as far as the trail tells."""
    return {one.parent.key_id for one in sessions if one.parent is not None and one.holder_id == user_id}


def _is_by(session: Session, user_id: str, keys: Collection[str | None]) -> bool:
    parent = session.parent
    if parent is None or parent.principal_id != user_id:
        return False
    return parent.session_id is None and (not keys or parent.key_id in keys)
