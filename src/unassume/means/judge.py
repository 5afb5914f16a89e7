"""What a policy text of ours does to a session: the evaluator's word on the very text that is written."""

from __future__ import annotations

from functools import lru_cache
from typing import assert_never

from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.documents import parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import AssumedRole, FederatedUser, Principal, User, context_keys
from unassume.iam.values import UNKNOWN, Between, Context, Unsaid
from unassume.model.previews import Verdict
from unassume.model.sessions import Session

_ANY_ACTION = "iam:ListAccountAliases"
"""Any action will do: our statements deny all of them on every resource."""


def judge(text: str, principal: Principal) -> Verdict:
    """What a policy text of ours does to a session."""
    layers = _layers(text)
    context = Context(values=context_keys(principal), unlisted=UNKNOWN)
    decision = authorize(Request(action=_ANY_ACTION, resource="*", context=context, principal=principal), layers)
    match decision.outcome:
        case "explicit-deny":
            return Verdict.CUT
        case "implicit-deny" | "allow":
            return Verdict.SPARED
        case "unknown":
            return Verdict.UNSURE
        case _:
            assert_never(decision.outcome)


@lru_cache(maxsize=64)
def _layers(text: str) -> Layers:
    """One text is asked about for every session seen; with hundreds of names in it, reading it takes the most time."""
    return Layers(identity=(NamedPolicy(name="ours", policy=parse(text)),))


def principal_of(session: Session) -> Principal:
    """The session as the evaluator sees it; the issuing event alone tells its issue time to a second either way."""
    partition = session.principal_arn.split(":")[1]
    user_arn = f"arn:{partition}:iam::{session.account}:user/{session.holder_name}"
    match session.kind:
        case "role":
            return AssumedRole(
                partition=partition, account=session.account,
                role_arn=f"arn:{partition}:iam::{session.account}:role/{session.holder_name}",
                role_id=session.holder_id, session_name=session.session_name, issued_at=_issue_time(session),
                source_identity=session.source_identity if session.is_identity_known else UNKNOWN,
                tags=dict(session.tags) if session.are_tags_known else UNKNOWN, federated_provider=UNKNOWN,
            )  # fmt: skip
        case "token":
            return User(
                partition=partition, account=session.account, arn=user_arn, id=session.holder_id,
                name=session.holder_name, token_issued_at=_issue_time(session), tags=UNKNOWN, has_mfa=UNKNOWN,
            )  # fmt: skip
        case "federation":
            return FederatedUser(
                partition=partition, account=session.account, name=session.session_name, user_arn=user_arn,
                user_id=session.holder_id, issued_at=_issue_time(session), tags=UNKNOWN,
            )  # fmt: skip


def _issue_time(session: Session) -> Between | Unsaid:
    within = session.issued_within
    return UNKNOWN if within is None else Between(*within)
