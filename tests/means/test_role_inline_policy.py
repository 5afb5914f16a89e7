"""Our own inline policy: when it fits a role, and how much room it takes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given

from tests.means.made import CUT_OFFS, SELECTORS
from tests.steps.made import ROLE_ID, made_role
from unassume.iam.limits import LIMITS, measure
from unassume.means.mark import bind, document
from unassume.means.packing import size
from unassume.means.role_inline_policy import change, misfit, room
from unassume.model.selectors import Selector, SessionNameSelector

ONE: tuple[Selector, ...] = (SessionNameSelector(f"{ROLE_ID}:keith"),)


def filled(left: int) -> dict[str, str]:
    """Inline policies that leave so many characters."""
    return {"full": "x" * (LIMITS["role"] - left)}


@given(selectors=SELECTORS, at=CUT_OFFS)
def test_the_size_is_known_before_the_cut_off(selectors: tuple[Selector, ...], at: datetime) -> None:
    """Whatever cut-off is bound later, the text takes exactly the room that was foreseen."""
    text = document(selectors)
    assert size(text) == measure(bind(text, at) or "")


def test_the_quota_is_used_to_the_last_character() -> None:
    """A cut fits where exactly its size is left, and not where one character is missing."""
    needed = size(document(ONE))
    assert misfit(made_role(inline=filled(needed)), document(ONE)) is None
    assert "10240" in (misfit(made_role(inline=filled(needed - 1)), document(ONE)) or "")


def test_a_deletion_always_fits() -> None:
    """Taking a policy away needs no room, not even on a full role."""
    assert room(made_role(inline=filled(0))) == 0
    assert misfit(made_role(inline=filled(0)), None) is None


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/aws-service-role/ecs.amazonaws.com/", "service-linked"),
        ("/aws-reserved/sso.amazonaws.com/", "Identity Center"),
    ],
)
def test_aws_s_own_roles_do_not_fit(path: str, why: str) -> None:
    """Roles that AWS does not let us edit are named as such."""
    assert why in (misfit(made_role(path=path), document(ONE)) or "")


def test_every_plan_has_a_name_of_its_own() -> None:
    """Two plans, two roles or two selections never write the same policy name; the same plan always does."""
    at = datetime(2026, 11, 23, tzinfo=UTC).isoformat()
    role, other = made_role(), made_role(role_id="AROAEXAMPLEANALYST001")
    names = [
        change(role, ONE, "inc", at).slot.policy,
        change(role, ONE, "inc", at + "x").slot.policy,
        change(other, ONE, "inc", at).slot.policy,
        change(role, (SessionNameSelector(f"{ROLE_ID}:bob"),), "inc", at).slot.policy,
    ]
    assert len(set(names)) == 4
    assert change(role, ONE, "inc", at).slot.policy == names[0]
