"""The role or user a slot is of: its unique id, if it is there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, assert_never

from unassume.aws.refusals import asking, code_of
from unassume.errors import UnassumeError
from unassume.model.surveys import RoleSubject, Subject, UserSubject

Text = TypeVar("Text")


def unique_id(iam: Any, subject: Subject) -> str | None:
    """The unique id of the role or user, or None when there is no such one; AccessError when it may not be read."""
    match subject:
        case RoleSubject(name=name):
            with asking("iam:GetRole"):
                role = found(lambda: iam.get_role(RoleName=name))
            return None if role is None else str(role["Role"]["RoleId"])
        case UserSubject(name=name):
            with asking("iam:GetUser"):
                user = found(lambda: iam.get_user(UserName=name))
            return None if user is None else str(user["User"]["UserId"])
        case _:
            assert_never(subject)


def beside(iam: Any, subject: Subject, read: Callable[[], Text]) -> tuple[str | None, Text | None]:
    """The unique id of the role or user, asked for while `read` reads what it holds; None for both where it is not.

    Errors of the two are told in this order.
    """
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(unique_id, iam, subject)
        try:
            text = read()
        except UnassumeError:
            if asked.result() is None:
                return None, None
            raise
        holder_id = asked.result()
    return holder_id, None if holder_id is None else text


def found(ask: Callable[[], Any]) -> Any:
    """What the call answers, or None where AWS knows no such thing (NoSuchEntity); other errors pass."""
    from botocore.exceptions import ClientError

    try:
        return ask()
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return None
        raise
