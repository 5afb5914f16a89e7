"""There is no crash after which nobody knows what was done: from every point both ways lead to an end.

A point lies before and after each write to AWS and each write to the journal. From each of them `apply --resume`
finishes the cut, and `undo` puts everything back; what belongs to others stays byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.crash.mortal import Died, Life, mortal
from tests.crash.surviving import NEVER, RESTARTED, left_by
from tests.drills.rehearsing import POINTS as DRILLED
from tests.fakes import START
from tests.steps.made import (
    EVERYTHING,
    FOREIGN,
    KEITH,
    ROLE_NAME,
    WHOLE_ROLE,
    WORK,
    Scene,
    issuance,
    keith_identity,
    made_role,
    scene,
)
from tests.steps.test_close_trust import TRUST, pipeline
from unassume.means.mark import our_statements
from unassume.means.trust import our_trust
from unassume.model.plans import Plan
from unassume.model.surveys import Role
from unassume.ports import World
from unassume.steps.apply import apply, resume
from unassume.steps.undo import undo

INLINE = {"work": WORK, "foreign": FOREIGN}
FULL = "x" * 10_000


def incident() -> Scene:
    """The incident, on a role that also holds what is somebody else's."""
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = made_role(inline=INLINE)
    return set_up


def crowd() -> Scene:
    """So many leaked sessions, on a role without room inline, that only several managed policies hold them."""
    set_up = incident()
    for number in range(80):
        at, key = START - timedelta(minutes=5), f"ASIAEXAMPLELOOT{number:05}"
        set_up.trail.seen.append(issuance(f"loot-{number:059}", at, key, caller=keith_identity()))
    set_up.accounts.roles[ROLE_NAME] = made_role(inline={**INLINE, "full": FULL})
    return set_up


def entered() -> Scene:
    """The leaked session was begun by web identity, on a role whose trust is somebody's own spelling."""
    set_up = incident()
    set_up.accounts.roles[ROLE_NAME] = made_role(inline=INLINE, trust=TRUST)
    set_up.trail.seen = [one for one in set_up.trail.seen if one.session_name != KEITH.session_name]
    set_up.trail.seen.append(pipeline())
    return set_up


PLANS: dict[str, tuple[Callable[[], Scene], Callable[[Scene], Plan], int]] = {
    "a name": (incident, lambda set_up: set_up.planned(KEITH, canary=False), 10),
    "a name and a canary": (incident, lambda set_up: set_up.planned(KEITH), 12),
    "an issuance": (incident, lambda set_up: set_up.planned(KEITH, rung="issuance", canary=False), 10),
    "a role": (incident, lambda set_up: set_up.planned(WHOLE_ROLE, canary=False), 10),
    "a hold": (incident, lambda set_up: set_up.planned(KEITH, rung="hold", canary=False), 10),
    "a name and the trust": (entered, lambda set_up: set_up.planned(KEITH, canary=False, close_trust=True), 16),
    "several policies": (crowd, lambda set_up: set_up.planned(KEITH, canary=False), 16),
    "several policies, each with a canary": (crowd, lambda set_up: set_up.planned(KEITH), 18),
}
"""How the incident begins, what is planned for it, and how many points applying it has."""
POINTS = [(name, point) for name, (_, _, count) in PLANS.items() for point in range(1, count + 1)]


def dying(set_up: Scene, point: int) -> World:
    return mortal(set_up.world, set_up.accounts, set_up.journal, Life(point))


def died_applying(name: str, point: int) -> tuple[Scene, Plan]:
    """The scene as the dead process left it, and its plan."""
    begin, made_in, _ = PLANS[name]
    set_up = begin()
    made = made_in(set_up)
    with pytest.raises(Died):
        apply(made, dying(set_up, point), EVERYTHING)
    set_up.clock.at += RESTARTED
    return set_up, made


def others_are_untouched(set_up: Scene) -> bool:
    role = set_up.accounts.roles[ROLE_NAME]
    is_trust_whole = set_up.accounts.slots != {} or standing_trust(set_up) == role.trust
    return {**role.inline, "full": FULL} == {**INLINE, "full": FULL} and role.attached == {} and is_trust_whole


def standing_trust(set_up: Scene) -> str:
    """The role's trust as it stands, what of ours is in it and all."""
    role = set_up.accounts.survey(made_role().subject)
    return role.trust if isinstance(role, Role) else ""


def stands_whole(set_up: Scene, made: Plan) -> bool:
    """Whether every slot of the plan holds our policy, bound, and no other slot does."""
    standing = set_up.accounts.slots
    return set(standing) == {change.slot for change in made.changes} and all(
        our_statements(text) or our_trust(text) for text in standing.values()
    )


@pytest.mark.parametrize("name", PLANS)
def test_the_points_are_counted(name: str) -> None:
    """The number of points is the one stated: a new write cannot slip past these tests."""
    begin, made_in, count = PLANS[name]
    set_up, life = begin(), Life(NEVER)
    apply(made_in(set_up), mortal(set_up.world, set_up.accounts, set_up.journal, life), EVERYTHING)
    assert life.passed == count


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_a_dead_apply_is_finished(name: str, point: int) -> None:
    """Resumed, or applied again where nothing had begun, the cut stands whole and nobody else's policy changed."""
    set_up, made = died_applying(name, point)
    receipt = left_by(set_up)
    if receipt is None:
        assert set_up.accounts.slots == {}
        assert apply(made, set_up.world, EVERYTHING).is_complete
    else:
        assert resume(receipt, set_up.world, EVERYTHING).is_complete
    assert stands_whole(set_up, made)
    assert others_are_untouched(set_up)


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_a_dead_apply_is_undone(name: str, point: int) -> None:
    """Undone from wherever it died, the account is as at the start."""
    set_up, _ = died_applying(name, point)
    receipt = left_by(set_up)
    if receipt is not None and set(receipt.states) != {"untouched"}:
        assert apply(undo(receipt, set_up.world), set_up.world, EVERYTHING).is_complete
    assert set_up.accounts.slots == {}
    assert others_are_untouched(set_up)


UNDO_POINTS = {"a name and a canary": 12, "a name and the trust": 18, "several policies": 18}


@pytest.mark.parametrize(
    ("name", "point"), [(name, point) for name, count in UNDO_POINTS.items() for point in range(1, count + 1)]
)
@pytest.mark.parametrize("again", [True, False], ids=["undone again", "resumed"])
def test_a_dead_undo_is_finished(name: str, point: int, *, again: bool) -> None:
    """An undo that died is done again, or its own receipt is resumed: either way the account is as at the start."""
    begin, made_in, _ = PLANS[name]
    set_up = begin()
    receipt = apply(made_in(set_up), set_up.world, EVERYTHING)
    with pytest.raises(Died):
        apply(undo(receipt, set_up.world), dying(set_up, point), EVERYTHING)
    set_up.clock.at += RESTARTED
    ended = left_by(set_up)
    assert ended is not None
    if ended.id == receipt.id or (again and not set_up.receipt(receipt.id).undone_by):
        assert apply(undo(set_up.receipt(receipt.id), set_up.world), set_up.world, EVERYTHING).is_complete
    elif not again:
        assert resume(ended, set_up.world, EVERYTHING).is_complete
    assert set_up.accounts.slots == {}
    assert others_are_untouched(set_up)


@pytest.mark.parametrize(("name", "count"), UNDO_POINTS.items())
def test_the_points_of_an_undo_are_counted(name: str, count: int) -> None:
    """As for apply: none slips past."""
    begin, made_in, _ = PLANS[name]
    set_up, life = begin(), Life(NEVER)
    receipt = apply(made_in(set_up), set_up.world, EVERYTHING)
    apply(undo(receipt, set_up.world), mortal(set_up.world, set_up.accounts, set_up.journal, life), EVERYTHING)
    assert life.passed == count


def test_the_readme_states_the_points() -> None:
    """The README's number is the sum of those tried here and for every drill, of apply and of undo."""
    points = sum(count for _, _, count in PLANS.values()) + sum(UNDO_POINTS.values()) + sum(DRILLED.values())
    assert f" {points} points " in (Path(__file__).parents[2] / "README.md").read_text()
