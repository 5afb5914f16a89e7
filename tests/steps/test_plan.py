"""plan: the narrowest cut, whom every rung would hit, and a Gap for whatever it cannot cut."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ACCOUNT, RESPONDER, START
from tests.means.made import NAMES
from tests.steps.made import CHILD_NAME, KEITH, ROLE_ID, ROLE_NAME, WHOLE_ROLE, WORK, Scene, made_role, scene
from unassume.model.leads import RoleLead, SessionLead
from unassume.model.lineages import Lineage
from unassume.model.plans import Choices, Gap, Plan, RungName
from unassume.model.sessions import Issuer, Session
from unassume.model.sightings import Coverage, RegionRead
from unassume.model.slots import RoleManagedPolicy
from unassume.model.surveys import Role, RoleSubject, Survey
from unassume.rungs.ladder import LADDER
from unassume.steps.checks import check_plan
from unassume.steps.plan import plan

NARROW: tuple[RungName, ...] = ("issuance", "session-name")
WIDE: tuple[RungName, ...] = ("older-sessions", "hold")
OWN_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/Work"


def with_role(**more: Any) -> Scene:
    """The incident on a role with other fields."""
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = made_role(**more)
    return set_up


def policy(*actions: str, resource: str = "*", effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def blocking(made: Plan) -> list[Gap]:
    return [gap for gap in made.gaps if gap.blocks_containment]


def names_of(made: Plan, ids: tuple[str, ...]) -> set[str]:
    return {session.session_name for session in made.sessions if session.id in ids}


def test_a_leaked_session_is_cut_by_name() -> None:
    """A lead that names a session gives one change on its role, no gap, and the leaked sessions as targets."""
    made = scene().planned()
    assert (made.rung, made.gaps, made.accounts) == ("session-name", (), (ACCOUNT,))
    (change,) = made.changes
    assert (change.slot.subject.name, change.holder_id, change.before) == (ROLE_NAME, ROLE_ID, None)
    assert f"{ROLE_ID}:keith" in (change.after or "")
    assert names_of(made, made.targets) == {"keith"}


def test_a_role_alone_is_cut_whole() -> None:
    """When nobody says which session leaked, all older ones are cut."""
    made = scene().planned(WHOLE_ROLE)
    assert made.rung == "older-sessions"
    assert made.changes != ()
    assert made.targets == ()


@pytest.mark.parametrize("lead", [KEITH, WHOLE_ROLE])
def test_every_rung_has_its_outlook(lead: SessionLead | RoleLead) -> None:
    """For each rung the plan says whom it cuts, whom it hits besides and what remains; exactly one is chosen."""
    made = scene().planned(lead)
    seen = {one.rung: one for one in made.outlooks}
    assert [one.name for one in LADDER] == list(seen)
    for rung in NARROW:
        assert names_of(made, seen[rung].cut) == ({"keith"} if lead is KEITH else set())
        assert (seen[rung].bystanders, seen[rung].is_possible) == ((), lead is KEITH)
    assert not seen["person"].is_possible
    assert "source identity" in seen["person"].remains
    for rung in WIDE:
        assert names_of(made, seen[rung].cut) == {"bob", "mary", "keith"}
        assert names_of(made, seen[rung].bystanders) == ({"bob", "mary"} if lead is KEITH else {"bob", "mary", "keith"})
    assert [one.rung for one in made.outlooks if one.chosen] == [made.rung]


def test_the_canary_s_deny_is_in_the_policy_from_the_first_write() -> None:
    """With a canary the one document denies its user id too; without one it is not there."""
    made = scene().planned()
    (canary,) = made.canaries
    assert canary.principal_id in (made.changes[0].after or "")
    check_plan(made)
    assert scene().planned(canary=False).canaries == ()


def test_who_can_enter_again_is_named() -> None:
    """The principal that issued the leaked session to itself is a way back."""
    (way,) = scene().planned().ways_back
    assert f"arn:aws:iam::{ACCOUNT}:user/keith" in way.what


@pytest.mark.parametrize(
    ("path", "why"),
    [("/aws-service-role/x/", "service-linked"), ("/aws-reserved/sso.amazonaws.com/", "Identity Center")],
)
def test_a_role_of_aws_is_a_gap(path: str, why: str) -> None:
    """A role whose policies AWS owns gives no change but a gap that blocks containment."""
    made = with_role(path=path).planned()
    assert made.changes == ()
    assert any(why in gap.why for gap in blocking(made))


def test_a_full_role_is_a_gap() -> None:
    """Where neither quota leaves room the cut is not planned, and the gap counts the characters and the policies."""
    full = {"full": policy("s3:*", resource="arn:aws:s3:::" + "x" * 10_100)}
    (change,) = with_role(inline=full).planned().changes
    assert isinstance(change.slot, RoleManagedPolicy)
    attached = {f"arn:aws:iam::aws:policy/P{number}": WORK for number in range(10)}
    made = with_role(inline=full, attached=attached).planned()
    assert made.changes == ()
    assert any("10240" in gap.why for gap in blocking(made))


def test_an_unreadable_trail_is_a_gap() -> None:
    """Without a trail the named session is still cut, and that the bystanders are unknown blocks containment."""
    set_up = scene()
    set_up.trail.is_unreadable = True
    made = set_up.planned()
    assert made.changes != ()
    assert "bystanders" in {gap.what for gap in blocking(made)}


def test_a_session_no_event_shows_is_cut_and_told() -> None:
    """The trail may lag: the cut by name stands, and the gap does not block it."""
    made = scene().planned(SessionLead(account=ACCOUNT, role_name=ROLE_NAME, session_name="ghost"))
    assert f"{ROLE_ID}:ghost" in (made.changes[0].after or "")
    assert [gap.blocks_containment for gap in made.gaps] == [False]
    assert "no event shows it yet" in made.gaps[0].why


def test_a_live_child_out_of_reach_is_a_gap() -> None:
    """What the leaked session assumed out of our reach is not cut here: it is named and blocks containment."""
    set_up = scene()
    set_up.accounts.roles.pop(CHILD_NAME)
    set_up.child(START - timedelta(minutes=5))
    made = set_up.planned()
    (gap,) = blocking(made)
    assert "`loot` of role `Reporting`" in gap.what
    assert gap.session_id is not None


def test_an_expired_child_is_no_gap() -> None:
    """A child whose time is over needs no cut."""
    set_up = scene()
    set_up.child(START - timedelta(minutes=90), hours=1)
    assert set_up.planned().gaps == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"inline": {"admin": policy("*")}},
        {"inline": {"own": policy("iam:DeleteRolePolicy", resource=f"arn:aws:iam::{ACCOUNT}:role/{ROLE_NAME}")}},
        {"inline": {"attach": policy("iam:AttachRolePolicy")}},
        {"inline": {"trust": policy("iam:UpdateAssumeRolePolicy")}},
        {"inline": {"rewrite": policy("iam:CreatePolicyVersion")}, "attached": {OWN_POLICY: policy("s3:*")}},
        {"attached": {"arn:aws:iam::aws:policy/IAMFullAccess": policy("iam:*")}},
        {"attached": {"arn:aws:iam::aws:policy/Unread": None}},
        {"inline": {"odd": policy("s3:*").replace("Action", "Acton")}},
    ],
    ids=["inline", "own role only", "attach", "trust", "rewrite", "attached", "unreadable", "not judged"],
)
def test_a_role_that_may_undo_our_deny_is_a_gap(fields: dict[str, Any]) -> None:
    """Who may delete, overwrite or outflank the role's inline policies can undo our deny; not knowing counts as may."""
    made = with_role(**fields).planned()
    assert [gap.what for gap in blocking(made)] == [f"role `{ROLE_NAME}`"]
    assert made.changes != ()


@pytest.mark.parametrize(
    "inline",
    [
        {"work": policy("s3:*", "iam:GetRolePolicy")},
        {"other": policy("iam:DeleteRolePolicy", resource=f"arn:aws:iam::{ACCOUNT}:role/Other")},
        {"rewrite": policy("iam:CreatePolicyVersion")},
        {"admin": policy("*"), "not": policy("iam:*", effect="Deny")},
    ],
    ids=["reads", "other role", "nothing to rewrite", "denied"],
)
def test_a_role_that_may_not_is_none(inline: dict[str, str]) -> None:
    """Reading policies, writing another role's, or an explicit deny leave no gap."""
    assert with_role(inline=inline).planned().gaps == ()


def test_no_role_is_a_gap() -> None:
    """A lead that leads nowhere gives a plan without changes that says so."""
    made = scene().planned(RoleLead(name="Nobody"))
    assert made.changes == ()
    assert "leads to no role" in made.gaps[0].why


@pytest.mark.parametrize("rung", ["person", "elsewhere"])
def test_a_rung_that_is_not_possible_is_a_gap(rung: RungName) -> None:
    """Asked for a rung we cannot cut on, here or at all, the plan writes nothing instead of something else."""
    made = scene().planned(rung=rung)
    assert (made.changes, made.rung) == ((), rung)
    assert any(gap.what == rung for gap in blocking(made))


def test_gaps_of_the_trail_do_not_block() -> None:
    """What the trail lacks is passed on as a note: verify reads the trail anew, and judges it then."""
    set_up = scene()
    set_up.trail.gaps = ("data events are not in this trail",)
    (gap,) = set_up.planned().gaps
    assert (gap.what, gap.blocks_containment) == ("trail", False)


INSTANTS = st.none() | st.integers(-200_000, 200_000).map(lambda seconds: START + timedelta(seconds=seconds))
ROLE_IDS = st.sampled_from([ROLE_ID, "AROAEXAMPLEREPORTS000", "AIDAEXAMPLEKEITH00000"])


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Any session, also one whose name no AWS call would take (a trail from a file may say anything)."""
    name, role_id = draw(NAMES | st.text(max_size=20)), draw(ROLE_IDS)
    return Session(
        id=draw(st.uuids().map(str)), account=ACCOUNT, session_name=name, principal_id=f"{role_id}:{name}",
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE_NAME}/{name}",
        issued_at=draw(INSTANTS), expires_at=draw(INSTANTS), expiry_is="bounded", origin="unknown",
        issued_at_is=draw(st.sampled_from(["use", "event"])), live=draw(st.none() | st.booleans()),
        parent=draw(st.none() | st.builds(Issuer, kind=st.text(max_size=5), arn=st.none() | st.text(max_size=9))),
    )  # fmt: skip


@st.composite
def lineages(draw: st.DrawFn) -> Lineage:
    """Any lineage that `find` could give: what is leaked or issued is among the sessions."""
    seen = draw(st.lists(sessions(), max_size=5, unique_by=lambda one: one.id))
    ids = [one.id for one in seen]
    some = st.lists(st.sampled_from(ids), unique=True) if ids else st.just([])
    has_role = draw(st.booleans())
    state = draw(st.sampled_from(["read", "refused"]))
    return Lineage(
        lead=KEITH, holders={ROLE_ID: RoleSubject(account=ACCOUNT, name=ROLE_NAME)} if has_role else {},
        sessions=tuple(seen), leaked=tuple(draw(some)), descendants=tuple(draw(some)), made=(),
        coverage=Coverage(
            source="x", as_of=START, since=START, regions=(RegionRead(account=ACCOUNT, region="r", state=state),)
        ),
        seen_in_trail=draw(st.booleans()),
    )  # fmt: skip


TEXTS = st.sampled_from([policy("*"), policy("s3:*"), "", "{", "null"]) | st.text(max_size=20)
ROLES = st.builds(
    made_role,
    path=st.sampled_from(["/", "/aws-service-role/x/"]),
    inline=st.dictionaries(st.text(max_size=5), TEXTS, max_size=2),
    attached=st.dictionaries(st.text(max_size=5), st.none() | TEXTS, max_size=2),
)


@given(
    lineage=lineages(),
    role=st.none() | ROLES,
    rung=st.sampled_from([None, "session-name", "older-sessions", "hold"]),
    canary=st.booleans(),
)
def test_plan_never_raises(lineage: Lineage, role: Role | None, rung: RungName | None, canary: bool) -> None:
    """Whatever was found, there is a plan; where it writes nothing, a gap says why; what it writes apply takes."""
    roles, gaps = ((role,), ()) if role and lineage.holders else ((), ("the role is gone",))
    survey = Survey(caller=RESPONDER, as_of=START, holders=roles, gaps=gaps)
    made = plan(lineage, survey, Choices(incident="inc", rung=rung, canary=canary))
    assert made.changes or made.gaps
    if made.changes:
        check_plan(made)
    assert msgspec.json.decode(msgspec.json.encode(made), type=Plan) == made
