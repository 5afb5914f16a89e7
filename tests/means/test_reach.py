"""What a thief could do before the cut: judged by the role's own policies, never less than they allow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.steps.made import made_role
from unassume.means.mark import document
from unassume.means.reach import TELLING, reach
from unassume.model.selectors import HoldSelector
from unassume.model.surveys import User


def allowing(*actions: str, resource: str = "*", effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_what_is_allowed_on_something_is_in_reach() -> None:
    """One bucket is enough to read objects; what no policy names is out of reach."""
    role = made_role(inline={"work": allowing("s3:GetObject", resource="arn:aws:s3:::reports/*")})
    assert reach(role) == ("s3:GetObject",)


def test_what_is_denied_everywhere_is_not() -> None:
    """A deny of somebody else's took it away already."""
    role = made_role(inline={"all": allowing("*"), "no": allowing("iam:*", effect="Deny")})
    assert not any(action.startswith("iam:") for action in reach(role))
    assert "s3:GetObject" in reach(role)


def test_our_own_deny_is_left_out() -> None:
    """A second cut of the role tells what it could do without the first."""
    role = made_role(inline={"all": allowing("*"), "Unassume-x-00000000": document((HoldSelector(),))})
    assert reach(role) == TELLING


@pytest.mark.parametrize("unread", [{"attached": {"arn:aws:iam::1:policy/x": None}}, {"inline": {"broken": "{"}}])
def test_what_cannot_be_judged_is_in_reach(unread: dict[str, Any]) -> None:
    """An unread policy may allow anything."""
    assert reach(made_role(**unread)) == TELLING


def test_a_user_s_groups_count() -> None:
    """What a group allows its members' tokens may do."""
    user = User(
        account="111122223333", name="keith", id="AIDAEXAMPLEKEITH00000", path="/", inline={}, attached={},
        arn="arn:aws:iam::111122223333:user/keith", of_groups={"devs/run": allowing("ec2:RunInstances")},
    )  # fmt: skip
    assert reach(user) == ("ec2:RunInstances",)
