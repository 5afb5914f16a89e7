"""Whose policies are simulated, and who is simulated to call: users, groups and roles by their ARN."""

from __future__ import annotations

import re
from typing import Literal, assert_never

import msgspec

from unassume.iam.principals import AssumedRole, User
from unassume.lab.accounts.state import AccountView, GroupView, RoleView, UserView
from unassume.lab.simulation.asked import invalid
from unassume.lab.wire.refusals import Refusal

_ENTITY = re.compile(r"arn:(aws[a-z-]*):iam::([0-9]{12}):(user|group|role)/(?:[!-~]+/)?([\w+=,.@-]+)", re.ASCII)
_OWNER = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):root", re.ASCII)
_SHOWN = 256
Kind = Literal["user", "group", "role"]


class Entity(msgspec.Struct, frozen=True):
    """A user, group or role as its ARN tells of it; it need not exist."""

    arn: str
    partition: str
    account: str
    kind: Kind
    name: str

    @property
    def principal(self) -> User | AssumedRole:
        """The one who asks in the simulation; a group asks as a user would who has its policies and no others."""
        match self.kind:
            case "user" | "group":
                return User(partition=self.partition, account=self.account, arn=self.arn, id="", name=self.name)
            case "role":
                return AssumedRole(
                    partition=self.partition,
                    account=self.account,
                    role_arn=self.arn,
                    role_id="",
                    session_name="",
                    issued_at=None,
                )
            case _:
                assert_never(self.kind)


def source(arn: str) -> Entity:
    """The PolicySourceArn; the wording is IAM's own, as clients have met it.

    Seen: https://github.com/newrelic/newrelic-lambda-cli/issues/96 (2020-05-14)
    """
    found = _entity(arn)
    if found is None:
        raise invalid(f"Invalid Entity Arn: {shown(arn)} does not clearly define entity type and name.")
    return found


def caller(arn: str) -> Entity:
    """The CallerArn. ASSUMPTION: the wording; that sessions and services are refused is documented."""
    found = _entity(arn)
    if found is None:
        raise invalid("Invalid caller - Caller must be an IAM user, group or role in this context.")
    return found


def standing(entity: Entity, view: AccountView) -> UserView | GroupView | RoleView:
    """The entity as the account holds it, or NoSuchEntity."""
    found: UserView | GroupView | RoleView | None
    match entity.kind:
        case "user":
            found = view.user_named(entity.name)
        case "group":
            found = view.group_named(entity.name)
        case "role":
            found = view.role_named(entity.name)
        case _:
            assert_never(entity.kind)
    if found is None or found.arn != entity.arn:
        message = f"The {entity.kind} with name {entity.name} cannot be found."
        raise Refusal(code="NoSuchEntity", status=404, message=message)
    return found


def owner(text: str) -> str:
    """The account of a ResourceOwner, an ARN such as `arn:aws:iam::112233445566:root`.

    A bare account id is refused: https://github.com/boto/botocore/issues/1346 (2017-12-21, the wording too)
    """
    match = _OWNER.fullmatch(text)
    if match is None:
        raise invalid(f"'{shown(text)}' is not a valid as a Resource Owner.")
    return match[1]


def shown(text: str) -> str:
    """A caller's text as an error may repeat it."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_SHOWN])


def _entity(arn: str) -> Entity | None:
    match = _ENTITY.fullmatch(arn)
    if match is None:
        return None
    kind: Kind = "user" if match[3] == "user" else "group" if match[3] == "group" else "role"
    return Entity(arn, match[1], match[2], kind, match[4])
