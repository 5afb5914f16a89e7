"""Leads by our own ids of sessions."""

from __future__ import annotations

import msgspec
import pytest

from tests.steps.made import scene
from unassume.errors import InputError
from unassume.model.leads import KeyLead, SessionIdLead, SessionLead, SeveralLeads, parse_lead
from unassume.steps.find import find
from unassume.steps.sessions import sessions


def test_a_short_id_leads_to_its_session() -> None:
    """What `sessions` shows is a lead, told from then on by the key that AWS knows."""
    set_up = scene()
    shown = next(one for one in sessions(set_up.world).sessions if one.session_name == "keith")
    lineage = find(parse_lead(shown.short_id), set_up.world)
    assert lineage.leaked == (shown.id,)
    assert lineage.lead == KeyLead(key_id=shown.key_ids[0])


def test_a_session_without_a_key_is_told_by_its_name() -> None:
    """Where no event shows a key, the session's name stands for it."""
    set_up = scene()
    set_up.trail.seen = [msgspec.structs.replace(one, key_ids=()) for one in set_up.trail.seen]
    shown = next(one for one in sessions(set_up.world).sessions if one.session_name == "keith")
    assert isinstance(find(parse_lead(shown.id), set_up.world).lead, SessionLead)


def test_ids_beside_other_leads() -> None:
    """Several leads may be ids, keys and names in any mixture."""
    set_up = scene()
    shown = {one.session_name: one for one in sessions(set_up.world).sessions}
    lead = parse_lead(f"{shown['keith'].short_id} {shown['mary'].key_ids[0]}")
    assert isinstance(lead, SeveralLeads)
    assert set(find(lead, set_up.world).leaked) == {shown["keith"].id, shown["mary"].id}


def test_an_id_that_nobody_bears() -> None:
    """Nothing found is a value that says so."""
    lineage = find(SessionIdLead(id="s-0123456789"), scene().world)
    assert (lineage.holders, lineage.why_nothing) == ({}, "no session seen bears the id `s-0123456789`")


def test_an_id_of_several_is_refused() -> None:
    """Ids whose first letters agree are not guessed at."""
    set_up = scene()
    with pytest.raises(InputError, match="sessions have ids that begin with `s-`"):
        find(SessionIdLead(id="s-"), set_up.world)
