"""sessions: who is in there, and what is odd about them."""

from __future__ import annotations

import msgspec

from tests.steps.made import scene
from unassume.model.leads import RoleLead
from unassume.report.sessions import roster_lines
from unassume.steps.sessions import sessions


def test_all_sessions_are_listed_and_nobody_is_odd() -> None:
    """Everybody on the role, live ones, from one question for all."""
    set_up = scene()
    roster = sessions(set_up.world)
    assert {one.session_name for one in roster.sessions} >= {"bob", "mary", "keith"}
    assert set_up.trail.asked[0].whole
    assert not [line for line in roster_lines(roster) if len(line) > 80]


def test_a_role_is_chosen_by_name_or_account() -> None:
    """A name is that of any account; an ARN of another account shows nobody."""
    set_up = scene()
    name = sessions(set_up.world).sessions[0].holder_name
    assert sessions(set_up.world, role=RoleLead(name=name)).sessions != ()
    assert sessions(set_up.world, role=RoleLead(name=name, account="999988887777")).sessions == ()
    assert sessions(set_up.world, role=RoleLead(name="other")).sessions == ()


def test_an_unreadable_trail_is_a_gap() -> None:
    """Nothing is raised; the coverage says that nothing was read."""
    set_up = scene()
    set_up.trail.is_unreadable = True
    roster = sessions(set_up.world)
    assert (roster.sessions, roster.coverage.readable) == ((), False)
    assert roster.coverage.gaps != ()


def test_the_odd_one_comes_first() -> None:
    """A session used from two addresses stands before all others, with the reason."""
    set_up = scene()
    set_up.trail.seen = [
        msgspec.structs.replace(one, addresses=("192.0.2.13", "203.0.113.9"))
        if hasattr(one, "addresses") and one.session_name == "keith"
        else one
        for one in set_up.trail.seen
    ]
    roster = sessions(set_up.world)
    first = roster.sessions[0]
    assert first.session_name == "keith"
    assert "used from 2 addresses" in roster.oddities[first.id]
    assert "used from 2 addresses" in "\n".join(roster_lines(roster))


def test_now_is_the_trail_s() -> None:
    """A machine whose clock is minutes behind AWS's misses none of the newest sessions."""
    set_up = scene()
    set_up.accounts.skew = -300
    roster = sessions(set_up.world)
    assert set_up.trail.asked[0].until == set_up.accounts.now()
    assert roster.coverage.as_of > set_up.clock.now()
