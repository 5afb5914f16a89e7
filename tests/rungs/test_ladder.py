"""The ladder: what each rung selects, narrowest first."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import msgspec

from tests.steps.made import ISSUED, KEITH, KEYS, ROLE_ID, WHOLE_ROLE, scene
from unassume.model.leads import KeyLead, RoleLead
from unassume.model.lineages import Lineage
from unassume.model.plans import Choices, RungName
from unassume.model.selectors import (
    HoldSelector,
    IssuanceSelector,
    OlderSessionsSelector,
    PersonSelector,
    Selector,
    SessionNameSelector,
)
from unassume.rungs.ladder import LADDER, rung

NAME = f"{ROLE_ID}:keith"
SECOND = timedelta(seconds=1)


def selected(name: str, lineage: Lineage, **said: object) -> tuple[Selector, ...]:
    choices = msgspec.convert({"incident": "inc-1", **said}, Choices)
    return next(one for one in LADDER if one.name == name).selectors(lineage, ROLE_ID, choices)


def test_the_narrowest_comes_first() -> None:
    """From one issuance to everybody for good; each says what it needs and what it leaves the thief."""
    assert [one.name for one in LADDER] == [
        "issuance",
        "session-name",
        "person",
        "elsewhere",
        "older-sessions",
        "hold",
        "scp",
        "scp-older-sessions",
        "scp-hold",
    ]
    assert all(one.remains and one.needs for one in LADDER)


def test_every_rung_there_is_a_name_for_is_there() -> None:
    """A plan may name any of them."""
    assert [rung(name) for name in get_args(RungName)] == list(LADDER)


def test_the_name_is_selected_once() -> None:
    """Several leaked sessions of one name make one selector, and nobody else's name is in it."""
    lineage = scene().found(KEITH)
    twin = msgspec.structs.replace(lineage.session(lineage.leaked[0]), id="s-twin")
    twins = msgspec.structs.replace(lineage, sessions=(*lineage.sessions, twin), leaked=(*lineage.leaked, "s-twin"))
    assert selected("session-name", twins) == (SessionNameSelector(NAME),)


def test_an_issuance_is_as_wide_as_the_trail_leaves_it() -> None:
    """A use tells the second it was issued in; the issuing event alone leaves one more on either side."""
    lineage = scene().found(KEITH)
    at = ISSUED["keith"]
    assert selected("issuance", lineage) == (IssuanceSelector(NAME, at, at + SECOND),)
    (session,) = (lineage.session(one) for one in lineage.leaked)
    vague = msgspec.structs.replace(session, issued_at_is="event")
    alone = msgspec.structs.replace(lineage, sessions=(vague,))
    assert selected("issuance", alone) == (IssuanceSelector(NAME, at - SECOND, at + 2 * SECOND),)
    unseen = msgspec.structs.replace(session, issued_at=None)
    assert selected("issuance", msgspec.structs.replace(lineage, sessions=(unseen,))) == ()


def test_a_key_names_the_one_session_that_holds_it() -> None:
    """Told that one session leaked, its owner's other session of the name is not selected; untold, it is."""
    lineage = scene().found(KeyLead(key_id=KEYS["keith"]))
    (session,) = (lineage.session(one) for one in lineage.leaked)
    later = msgspec.structs.replace(
        session, id="s-later", key_ids=("ASIAEXAMPLELATER0000",), issued_at=ISSUED["keith"] + 60 * SECOND
    )
    both = msgspec.structs.replace(lineage, sessions=(session, later), leaked=(session.id, "s-later"))
    assert len(selected("issuance", both, leaked="session")) == 1
    assert len(selected("issuance", both)) == 2


def test_a_person_is_told_by_source_identity_or_by_a_tag() -> None:
    """The mark must be on every leaked session: else the cut would miss the one that bears none."""
    lineage = scene().found(KEITH)
    (session,) = (lineage.session(one) for one in lineage.leaked)
    marked = msgspec.structs.replace(session, source_identity="k.miller", tags=(("Person", "km"),), are_tags_known=True)
    his = msgspec.structs.replace(lineage, sessions=(marked,))
    assert selected("person", lineage) == ()
    assert selected("person", his) == (PersonSelector("aws:SourceIdentity", "k.miller"),)
    assert selected("person", his, person_tag="person") == (PersonSelector("aws:PrincipalTag/person", "km"),)
    unmarked = msgspec.structs.replace(session, id="s-other")
    both = msgspec.structs.replace(his, sessions=(marked, unmarked), leaked=(marked.id, "s-other"))
    assert selected("person", both) == ()


def test_a_role_alone_selects_no_name() -> None:
    """When nobody knows which session leaked, no name is cut, but the whole role can be cut or held."""
    lineage = scene().found(WHOLE_ROLE)
    found = {one.name: selected(one.name, lineage) for one in LADDER}
    assert found.pop("older-sessions") == found.pop("scp-older-sessions") == (OlderSessionsSelector(),)
    assert found.pop("hold") == found.pop("scp-hold") == (HoldSelector(),)
    assert set(found.values()) == {()}


def test_no_role_selects_nothing() -> None:
    """A lead that leads nowhere selects nobody on any rung."""
    lineage = scene().found(RoleLead(name="Nobody"))
    assert {selected(one.name, lineage) for one in LADDER} == {()}
