"""The ladder: what each rung selects, narrowest first."""

from __future__ import annotations

import msgspec

from tests.steps.made import KEITH, ROLE_ID, WHOLE_ROLE, scene
from unassume.model.leads import RoleLead
from unassume.model.selectors import OlderSessionsSelector, SessionNameSelector
from unassume.rungs.ladder import LADDER, rung


def test_the_narrowest_comes_first() -> None:
    """The name of one session stands before the whole role; only the latter asks for the role to be typed."""
    assert [(one.name, one.needs_name_typed) for one in LADDER] == [("session-name", False), ("older-sessions", True)]
    assert all(one.remains for one in LADDER)


def test_a_rung_we_cannot_cut_on_is_none() -> None:
    """A rung of a later release is known by name and not there."""
    assert rung("scp") is None
    assert rung("session-name") is LADDER[0]


def test_the_name_is_selected_once() -> None:
    """Several leaked sessions of one name make one selector, and nobody else's name is in it."""
    lineage = scene().found(KEITH)
    twin = msgspec.structs.replace(lineage.session(lineage.leaked[0]), id="s-twin")
    twins = msgspec.structs.replace(lineage, sessions=(*lineage.sessions, twin), leaked=(*lineage.leaked, "s-twin"))
    assert LADDER[0].selectors(twins) == (SessionNameSelector(f"{ROLE_ID}:keith"),)


def test_a_role_alone_selects_no_name() -> None:
    """When nobody knows which session leaked, no name is cut, but the whole role can be."""
    lineage = scene().found(WHOLE_ROLE)
    assert LADDER[0].selectors(lineage) == ()
    assert LADDER[1].selectors(lineage) == (OlderSessionsSelector(),)


def test_no_role_selects_nothing() -> None:
    """A lead that leads nowhere selects nobody on any rung."""
    lineage = scene().found(RoleLead(name="Nobody"))
    assert [one.selectors(lineage) for one in LADDER] == [(), ()]
