"""From selectors to changes on a role: what fits where, and a canary for every policy."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.means.made import CUT_OFFS, SELECTORS
from tests.steps.made import ROLE_ID, made_role
from unassume.iam.limits import LIMITS, measure
from unassume.means.drafts import Draft, draft, misfit
from unassume.means.inline_policy import room
from unassume.means.managed_policy import MOST
from unassume.means.mark import bind, document, our_statements
from unassume.means.packing import size
from unassume.model.selectors import CanarySelector, Selector, SessionNameSelector
from unassume.model.slots import RoleInlinePolicy, RoleManagedPolicy
from unassume.model.surveys import Role

ONE: tuple[Selector, ...] = (SessionNameSelector(f"{ROLE_ID}:keith"),)
AT = datetime(2026, 11, 23, tzinfo=UTC).isoformat()


def filled(left: int) -> dict[str, str]:
    """Inline policies that leave so many characters."""
    return {"full": "x" * (LIMITS["role"] - left)}


def attached(count: int) -> dict[str, str | None]:
    return {f"arn:aws:iam::111122223333:policy/{number}": None for number in range(count)}


def people(count: int) -> tuple[Selector, ...]:
    return tuple(SessionNameSelector(f"{ROLE_ID}:person-{number:05}") for number in range(count))


def drafted(role: Role, selectors: tuple[Selector, ...], *, with_canaries: bool = True) -> Draft:
    return draft(role, selectors, "inc-1", AT, with_canaries=with_canaries)


def selectors_of(made: Draft) -> list[Selector]:
    """What the drafted policies select, their canaries left out."""
    found = [ours.selector for change in made.changes for ours in our_statements(change.after or "") or ()]
    return [selector for selector in found if not isinstance(selector, CanarySelector)]


@given(selectors=SELECTORS, at=CUT_OFFS)
def test_the_size_is_known_before_the_cut_off(selectors: tuple[Selector, ...], at: datetime) -> None:
    """Whatever cut-off is bound later, the text takes exactly the room that was foreseen."""
    text = document(selectors)
    assert size(text) == measure(bind(text, at) or "")


def test_the_inline_quota_is_used_to_the_last_character() -> None:
    """A cut stands inline where exactly its size is left, and in a managed policy where one character is missing."""
    needed = size(document(ONE))
    (inline,) = drafted(made_role(inline=filled(needed)), ONE, with_canaries=False).changes
    assert isinstance(inline.slot, RoleInlinePolicy)
    (managed,) = drafted(made_role(inline=filled(needed - 1)), ONE, with_canaries=False).changes
    assert isinstance(managed.slot, RoleManagedPolicy)
    assert managed.after == inline.after


def test_a_role_without_any_room_is_said_so() -> None:
    """Neither quota suffices: both are named, and how many of the sessions would fit."""
    full = made_role(inline=filled(10), attached=attached(MOST))
    why = drafted(full, ONE).why_not or ""
    assert "10 of 10240" in why
    assert "0 more managed policies" in why
    assert "would fit" not in why
    partly = made_role(inline=filled(10), attached=attached(MOST - 1))
    assert "of its 900 sessions would fit" in (drafted(partly, people(900)).why_not or "")


@given(count=st.integers(1, 1_200), taken=st.integers(0, MOST), left=st.sampled_from([0, 500, 10_240]))
def test_a_draft_cuts_everybody_or_says_why(count: int, taken: int, left: int) -> None:
    """However many leaked and however full the role: all in policies that fit, each with its canary, or none."""
    role = made_role(inline=filled(left), attached=attached(taken))
    made = drafted(role, people(count))
    if made.why_not is not None:
        assert (made.changes, made.canaries) == ((), ())
        return
    assert selectors_of(made) == list(people(count))
    assert misfit(role, made.changes) is None
    assert all(
        canary.principal_id in (change.after or "") for canary, change in zip(made.canaries, made.changes, strict=True)
    )
    assert len({canary.principal_id for canary in made.canaries}) == len(made.changes)


def test_hundreds_of_sessions_fit_one_role() -> None:
    """Five hundred leaked names are cut in a few managed policies."""
    made = drafted(made_role(), people(500))
    assert {type(change.slot) for change in made.changes} == {RoleManagedPolicy}
    assert 2 <= len(made.changes) <= 4


def test_a_deletion_always_fits() -> None:
    """Taking policies away needs no room, not even on a full role."""
    full = made_role(inline=filled(0), attached=attached(MOST))
    (change,) = drafted(made_role(), ONE).changes
    assert room(full) == 0
    assert misfit(full, [change]) is not None
    assert misfit(full, [type(change)(slot=change.slot, holder_id=full.id, before=change.after, after=None)]) is None


def test_policies_together_must_fit() -> None:
    """Two that fit alone are refused where they do not fit together."""
    (change,) = drafted(made_role(), ONE, with_canaries=False).changes
    role = made_role(inline=filled(size(change.after or "") * 2 - 1))
    assert misfit(role, [change]) is None
    assert misfit(role, [change, change]) is not None


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/aws-service-role/ecs.amazonaws.com/", "service-linked"),
        ("/aws-reserved/sso.amazonaws.com/", "Identity Center"),
    ],
)
def test_aws_s_own_roles_do_not_fit(path: str, why: str) -> None:
    """Roles that AWS does not let us edit are named as such."""
    assert why in (drafted(made_role(path=path), ONE).why_not or "")


def test_every_plan_has_names_of_its_own() -> None:
    """Two plans, two roles or two selections never write the same policy name; the same plan always does."""
    role, other = made_role(), made_role(role_id="AROAEXAMPLEANALYST001")
    bob: tuple[Selector, ...] = (SessionNameSelector(f"{ROLE_ID}:bob"),)
    made = [
        drafted(role, ONE),
        draft(role, ONE, "inc-1", AT + "x", with_canaries=True),
        drafted(other, ONE),
        drafted(role, bob),
        drafted(made_role(inline=filled(0)), ONE),
    ]
    assert len({draft.changes[0].slot.label for draft in made[:4]}) == 4
    assert drafted(role, ONE) == made[0]
    many = drafted(role, people(500))
    assert len({change.slot.label for change in many.changes}) == len(many.changes)
