"""Joining sightings into sessions, and sessions into families."""

from __future__ import annotations

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from tests.trail.made import ACCOUNT, OTHER_ARN, OTHER_ID, ROLE_ID, assume, at, event, session, user
from unassume.model.sessions import Edge, Session
from unassume.trail.events import Event
from unassume.trail.lineage import session_id, sessions_of
from unassume.trail.sightings import sightings_of

KEY, TWIN, CHILD = "ASIAKEITH00000000001", "ASIAKEITH00000000002", "ASIACHILD00000000001"


def sessions(*events: Event, as_of: float = 100) -> list[Session]:
    return list(sessions_of(sightings_of(events), at(as_of)))


def test_an_unused_session_is_dated_by_its_event() -> None:
    """From the issuing event alone the issue time is the event's, and says so."""
    [found] = sessions(assume(0, user(), "keith", KEY, expiration="Nov 23, 2026, 11:00:00 AM"))
    assert (found.issued_at, found.issued_at_is) == (at(0), "event")
    assert (found.expires_at, found.expiry_is, found.live) == (at(3600), "issued", True)
    assert found.principal_arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/Reports/keith"
    assert found.holder_name == "Reports"


def test_a_use_confirms_the_issue_time() -> None:
    """A creationDate makes the issue time exact; key, name and second join the two."""
    [found] = sessions(assume(0, user(), "keith", KEY), event(5, "ListBuckets", session("keith", 0, key=KEY)))
    assert (found.issued_at, found.issued_at_is, found.calls) == (at(0), "use", 1)


def test_the_key_joins_across_a_second() -> None:
    """Event and creationDate may be a second apart; then the creationDate is the issue time."""
    [found] = sessions(assume(0, user(), "keith", KEY), event(5, "ListBuckets", session("keith", 1, key=KEY)))
    assert (found.issued_at, found.issued_at_is) == (at(1), "use")


def test_a_console_session_joins_without_its_key() -> None:
    """The console signs with keys no event returned: role id, name and second join them."""
    [found] = sessions(
        assume(0, user(), "keith", KEY), event(5, "ListBuckets", session("keith", 0, key="ASIACONSOLE000000001"))
    )
    assert found.key_ids == ("ASIACONSOLE000000001", KEY)
    assert found.issued_at_is == "use"


def test_a_key_id_seen_under_another_name_joins_nothing() -> None:
    """Key ids repeat: a use by somebody else of the same id is a session of its own."""
    found = sessions(assume(0, user(), "keith", KEY), event(5, "ListBuckets", session("mary", 0, key=KEY)))
    assert [one.session_name for one in found] == ["keith", "mary"]


def test_a_key_id_seen_at_another_time_joins_nothing() -> None:
    """The same id under the same name an hour later is another session."""
    found = sessions(assume(0, user(), "keith", KEY), event(4000, "ListBuckets", session("keith", 3600, key=KEY)))
    assert [one.issued_at for one in found] == [at(0), at(3600)]


def test_neighbours_a_second_apart_stay_apart() -> None:
    """A retry one second later, with its own key, is its own session; a use goes to the one whose key it is."""
    first, second = sessions(
        assume(0, user(), "keith", KEY), assume(1, user(), "keith", TWIN),
        event(5, "ListBuckets", session("keith", 1, key=TWIN)),
    )  # fmt: skip
    assert (first.key_ids, first.calls, first.issued_at_is) == ((KEY,), 0, "event")
    assert (second.key_ids, second.calls, second.issued_at_is) == ((TWIN,), 1, "use")


def test_twins_of_one_second_stay_one_session() -> None:
    """Two keys of one role, name and second cannot be told apart: one session, both keys, and no exact issue time
    until each has been used."""
    issued = (assume(0, user(), "keith", KEY), assume(0, user(), "keith", TWIN))
    one_used = event(5, "ListBuckets", session("keith", 0, key=KEY))
    [found] = sessions(*issued, one_used)
    assert (found.key_ids, found.issued_at_is) == ((KEY, TWIN), "event")
    [found] = sessions(*issued, one_used, event(6, "ListBuckets", session("keith", 0, key=TWIN)))
    assert found.issued_at_is == "use"


def test_a_recreated_role_is_another_role() -> None:
    """The role's unique id counts, not its name."""
    found = sessions(assume(0, user(), "keith", KEY), assume(0, user(), "keith", TWIN, role_id=OTHER_ID))
    assert {one.holder_id for one in found} == {ROLE_ID, OTHER_ID}


def test_a_use_without_issue_time_is_kept() -> None:
    """Nothing seen is lost: its issue time, expiry and life are unknown."""
    [found] = sessions(event(5, "ListBuckets", session("keith", None, key=KEY)))
    assert (found.issued_at, found.expires_at, found.live, found.origin) == (None, None, None, "unknown")
    assert found.id == session_id(ROLE_ID, "keith", None)


def test_expiry_is_bounded_where_it_is_not_said() -> None:
    """Twelve hours for a session of a role; one hour when another session issued it."""
    keith = session("keith", 0, key=KEY)
    [used] = sessions(event(5, "ListBuckets", keith))
    assert (used.expires_at, used.expiry_is) == (at(12 * 3600), "bounded")
    child = sessions(assume(10, keith, "child", CHILD, role_id=OTHER_ID, role_arn=OTHER_ARN))[1]
    assert (child.expires_at, child.expiry_is) == (at(10 + 3600), "bounded")


def test_a_session_ends_at_its_expiry() -> None:
    """A session is live before its expiry and not at it."""
    issued = assume(0, user(), "keith", KEY, expiration="Nov 23, 2026, 11:00:00 AM")
    assert [sessions(issued, as_of=second)[0].live for second in (3599, 3600)] == [True, False]


def test_a_user_is_a_parent_outside() -> None:
    """A session issued to a user has an issuer and no edge to another session."""
    [found] = sessions(assume(0, user(), "keith", KEY))
    assert found.parent is not None
    assert (found.parent.kind, found.parent.arn, found.parent.session_id) == ("IAMUser", user()["arn"], None)
    assert found.edge is None


def test_a_child_is_tied_to_its_parent_by_key() -> None:
    """The caller's key, name and issue time in the issuing event name the parent for certain."""
    keith = session("keith", 0, key=KEY)
    parent, child = sessions(
        assume(0, user(), "keith", KEY), assume(10, keith, "child", CHILD, role_id=OTHER_ID, role_arn=OTHER_ARN)
    )
    assert child.parent is not None
    assert child.parent.session_id == parent.id
    assert child.edge == Edge("key", "certain")


def test_a_child_of_a_console_session_is_tied_by_name_and_second() -> None:
    """Without a key in the call, role id, name and issue second name the parent, likely."""
    parent, child = sessions(
        assume(0, user(), "keith", KEY),
        assume(10, session("keith", 0), "child", CHILD, role_id=OTHER_ID, role_arn=OTHER_ARN),
    )
    assert child.parent is not None
    assert child.parent.session_id == parent.id
    assert child.edge == Edge("role+name+second", "likely")


def test_a_hidden_caller_is_possible_at_most() -> None:
    """The other account's copy names only the caller's id: whoever bore it and was alive is possible."""
    hidden = {"type": "AWSAccount", "principalId": f"{ROLE_ID}:keith", "accountId": ACCOUNT}
    parent, child = sessions(
        assume(0, user(), "keith", KEY), assume(10, hidden, "child", CHILD, role_id=OTHER_ID, role_arn=OTHER_ARN)
    )
    assert child.parent is not None
    assert child.parent.session_id == parent.id
    assert child.edge == Edge("role+name", "possible")


def test_a_session_is_not_its_own_parent() -> None:
    """A role that assumes itself under the same name a minute later is a child, not a loop."""
    parent, child = sessions(assume(0, user(), "keith", KEY), assume(60, session("keith", 0, key=KEY), "keith", TWIN))
    assert child.parent is not None
    assert child.parent.session_id == parent.id
    assert parent.parent is not None
    assert parent.parent.session_id is None


def test_answers_that_overlap_do_not_count_twice() -> None:
    """Sightings of several asks may be put together: the same calls seen twice count once, other calls add up."""
    keith = session("keith", 0, key=KEY)
    some = [event(second, "ListBuckets", keith) for second in (5, 6, 7)]
    later = [event(second, "ListBuckets", keith) for second in (50, 51)]
    found = (*sightings_of(some), *sightings_of(some[:1]), *sightings_of(later), *sightings_of(some))
    [one] = sessions_of(found, at(100))
    assert one.calls == 5
    assert (one.first_seen, one.last_seen) == (at(5), at(51))


def test_the_id_is_of_role_id_name_and_issue_time() -> None:
    """Ids are the same in every run, differ where any of the three does, and hold 128 bits: a thief picks his names."""
    ids = {
        session_id(role, name, at(second)) for role in (ROLE_ID, OTHER_ID) for name in ("a", "b") for second in (0, 1)
    }
    assert len(ids) == 8
    assert all(re.fullmatch(r"s-[0-9a-f]{32}", one) for one in ids)
    [found] = sessions(assume(0, user(), "keith", KEY))
    assert found.id == session_id(ROLE_ID, "keith", at(0))


@given(seed=st.integers(0, 10**6))
def test_order_is_no_matter(seed: int) -> None:
    """Any order of the same sightings gives the same sessions, edges and ids."""
    keith = session("keith", 0, key=KEY)
    found = list(
        sightings_of(
            [
                assume(0, user(), "keith", KEY), assume(1, user(), "keith", TWIN),
                assume(10, keith, "child", CHILD, role_id=OTHER_ID, role_arn=OTHER_ARN),
                event(20, "ListBuckets", session("keith", 1, key=TWIN)), event(30, "ListBuckets", keith),
            ]
        )
    )  # fmt: skip
    expected = sessions_of(found, at(100))
    random.Random(seed).shuffle(found)
    assert sessions_of(found, at(100)) == expected
