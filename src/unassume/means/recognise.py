"""What a policy found in an account is: ours and in which state, somebody's revocation, or nothing to us."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime

from unassume.errors import InputError
from unassume.iam.lint import Holder
from unassume.means.lint import findings
from unassume.means.mark import POLICY_PREFIX, OurStatement, our_statements
from unassume.means.trust import our_trust
from unassume.model.inventories import HeldPolicy, Mistake, Ours, OursState, Theirs
from unassume.model.selectors import CanarySelector, ElsewhereSelector, HoldSelector, user_id
from unassume.model.slots import (
    ManagedPolicy,
    RoleInlinePolicy,
    RoleManagedPolicy,
    RoleTrustStatement,
    Slot,
    UserInlinePolicy,
    UserManagedPolicy,
)

# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
AWS_BUTTON = "AWSRevokeOlderSessions"
_NAME = re.compile(rf"{POLICY_PREFIX}(.+)-[0-9a-f]{{8}}", re.ASCII)
_BY_SESSION = ("aws:tokenissuetime", "aws:userid", "aws:sourceidentity")


def ours(policy: HeldPolicy, now: datetime) -> Ours | None:
    """What we know of a policy that bears our name, None for another's name; `now` is AWS's clock."""
    named = _NAME.fullmatch(policy.short_name)
    if named is None:
        return None
    if policy.is_in_trust:
        return _in_trust(policy, named[1], now)
    statements = our_statements(policy.text)
    slot = _slot(policy)
    if statements is None or (slot is None and policy.holder != "account"):
        return Ours(incident=named[1], policy=policy, state="edited")
    untils = [one.until for one in statements if one.until is not None]
    selectors = [one.selector for one in statements if not isinstance(one.selector, CanarySelector)]
    return Ours(
        incident=named[1],
        policy=policy,
        state=_state(statements, now),
        slot=slot,
        holder_id=policy.holder_id,
        cut_off=max((one.cut_off for one in statements if one.cut_off is not None), default=None),
        until=max(untils, default=None),
        sessions=None if any(user_id(one) is None for one in selectors) else len(selectors),
    )


def _in_trust(policy: HeldPolicy, incident: str, now: datetime) -> Ours:
    stands = our_trust(policy.text)
    if stands is None or stands.until is None or stands.name != policy.short_name:
        return Ours(incident=incident, policy=policy, state="edited")
    slot = RoleTrustStatement(account=policy.account, role=policy.holder_name, statement=stands.name)
    state: OursState = "over" if stands.until < now else "needed"
    count = len(stands.subjects)
    return Ours(
        incident=incident, policy=policy, state=state, slot=slot, holder_id=policy.holder_id, until=stands.until,
        sessions=count,
    )  # fmt: skip


def is_over(text: str, now: datetime) -> bool:
    """Whether a document of ours stops nobody any more; false for one that is not ours, and for holds."""
    if (trust := our_trust(text)) is not None:
        return trust.until is not None and trust.until < now
    return _state(our_statements(text) or (), now) == "over"


def _state(statements: tuple[OurStatement, ...], now: datetime) -> OursState:
    """A hold is never over; a canary alone says nothing of a time, so it stays too."""
    if any(isinstance(one.selector, HoldSelector | ElsewhereSelector) for one in statements):
        return "hold"
    untils = [one.until for one in statements if not isinstance(one.selector, CanarySelector)]
    return "over" if untils and all(until is not None and until < now for until in untils) else "needed"


def _slot(policy: HeldPolicy) -> Slot | None:
    account, holder, name = policy.account, policy.holder_name, policy.short_name
    if policy.holder == "account":
        return None  # whom an SCP is for stands in its text: `recognise_scp.py`
    if not policy.is_managed and policy.holder == "role":
        return RoleInlinePolicy(account=account, role=holder, policy=name)
    if not policy.is_managed:
        return UserInlinePolicy(account=account, user=holder, policy=name)
    partition = policy.name.split(":")[1]
    slot: ManagedPolicy = (
        RoleManagedPolicy(account=account, role=holder, policy=name, partition=partition)
        if policy.holder == "role"
        else UserManagedPolicy(account=account, user=holder, policy=name, partition=partition)
    )
    return slot if slot.arn == policy.name else None


def theirs(policy: HeldPolicy, now: datetime) -> Theirs | None:
    """A deny of somebody else's by issue time or name, with what is wrong with it; None for any other policy."""
    if policy.is_in_trust:
        return None
    if policy.short_name != AWS_BUTTON and not any(_is_revocation(one) for one in _statements(policy.text)):
        return None
    try:
        found = findings(policy.text, _put_on(policy), now)
        mistakes = tuple(Mistake(path=one.path, message=one.message) for one in found)
    except InputError as error:
        mistakes = (Mistake(path="$", message=error.message),)
    return Theirs(policy=policy, kind="aws-button" if policy.short_name == AWS_BUTTON else "by-hand", mistakes=mistakes)


def _put_on(policy: HeldPolicy) -> Holder:
    if policy.is_managed:
        return "managed"
    return "scp" if policy.holder == "account" else policy.holder


def _statements(text: str) -> Iterator[dict[str, object]]:
    try:
        read = json.loads(text)
        listed = read["Statement"] if isinstance(read["Statement"], list) else [read["Statement"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    yield from (one for one in listed if isinstance(one, dict))


def _is_revocation(statement: dict[str, object]) -> bool:
    conditions = statement.get("Condition")
    if statement.get("Effect") != "Deny" or not isinstance(conditions, dict):
        return False
    keys = (key for under in conditions.values() if isinstance(under, dict) for key in under)
    return any(str(key).lower() in _BY_SESSION for key in keys)
