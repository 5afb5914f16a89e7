"""What is odd about a session beside the others: a reason to look at it first, never a proof.

Compared are sessions of the same person on the same role, and where there are enough of them all of the role.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unassume.model.sessions import Session

_ENOUGH = 3
"""So many other used sessions of a role show what is usual on it."""
_MANY_DENIED = 3
_LARGE_SHARE = 5  # one call in five


def oddities_of(sessions: Iterable[Session]) -> dict[str, tuple[str, ...]]:
    """The reasons by session id, for those that have any."""
    by_holder: dict[str, list[Session]] = {}
    for session in sessions:
        by_holder.setdefault(session.holder_id, []).append(session)
    found = {one.id: tuple(_reasons(one, on_it)) for on_it in by_holder.values() for one in on_it}
    return {session_id: reasons for session_id, reasons in found.items() if reasons}


def _reasons(session: Session, on_the_role: Sequence[Session]) -> Iterable[str]:
    own = _from_outside(session)
    if len(own) > 1:
        yield f"used from {len(own)} addresses"
    others = [one for one in on_the_role if one.id != session.id and one.calls]
    same = [one for one in others if session.person is not None and one.person == session.person]
    if same and (new := own.difference(*(_from_outside(one) for one in same))):
        yield f"{_some(new)}: never used from there before by the same person"
    elif not same and len(others) >= _ENOUGH and _is_elsewhere(own, others):
        yield f"{_some(own)}: from no network that others on the role use"
    if len(others) >= _ENOUGH and (new := set(session.regions).difference(*(one.regions for one in others))):
        yield f"alone in {_some(new)}"
    if session.denied >= _MANY_DENIED and session.denied * _LARGE_SHARE >= session.calls:
        yield f"{session.denied} of {session.calls} calls denied"


def _is_elsewhere(own: set[str], others: Iterable[Session]) -> bool:
    """Whether no address lies in a /16 (or, of IPv6, a /32) that any other session was used from."""
    usual = {_network(address) for one in others for address in _from_outside(one)}
    return bool(own) and usual.isdisjoint(map(_network, own))


def _network(address: str) -> str:
    return ":".join(address.split(":")[:2]) if ":" in address else ".".join(address.split(".")[:2])


def _from_outside(session: Session) -> set[str]:
    """Its addresses, without the services that call on its behalf.

    AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    return {one for one in session.addresses if not one.endswith(".amazonaws.com") and one != "AWS Internal"}


def _some(texts: Iterable[str]) -> str:
    """The first of some texts, and how many more there are."""
    first, *rest = sorted(texts)
    return f"{first} and {len(rest)} more" if rest else first
