"""A lineage remembers where its sessions stand, and is the same value for it."""

from __future__ import annotations

import msgspec
import pytest

from tests.steps.made import scene


def test_what_is_remembered_is_no_part_of_the_value() -> None:
    """Asked for a session or not, a lineage is equal to itself as read back, and written as before."""
    found = scene().found()
    written = msgspec.json.encode(found)
    again = msgspec.json.decode(written, type=type(found))
    assert [again.session(one.id) for one in found.sessions] == list(found.sessions)
    assert (again, msgspec.json.encode(again)) == (found, written)
    fewer = msgspec.structs.replace(again, sessions=found.sessions[:1])
    with pytest.raises(KeyError):
        fewer.session(found.sessions[1].id)
