"""Whether a secret's policy lets everybody in, as BlockPublicPolicy and ValidateResourcePolicy ask.

AWS decides it by automated reasoning; the lab only where one look is enough, and says so where it is not.
AWS: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html (BlockPublicPolicy)
AWS: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ValidateResourcePolicy.html
ASSUMPTION: which conditions make a policy for everybody one for few, and the sentences.
"""

from __future__ import annotations

from unassume.iam.documents import Condition, Policy, Statement
from unassume.iam.principals import is_everyone
from unassume.lab.wire.refusals import Refusal, not_implemented

_NARROW = frozenset({
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:userid",
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce",
})  # fmt: skip
_POSITIVE = frozenset({"stringequals", "stringequalsignorecase", "arnequals"})
MESSAGE = "The resource policy grants broad access to the secret."


def check_not_public(policy: Policy) -> None:
    """A Refusal when the policy lets everybody in, or when the lab cannot tell."""
    if is_public(policy):
        raise Refusal(code="PublicPolicyException", status=400, message=MESSAGE)


def is_public(policy: Policy) -> bool:
    """Whether the policy lets everybody in; a Refusal (NotImplemented) when one look cannot tell."""
    opening = [each for each in policy.statements if each.effect == "Allow" and _names_everyone(each)]
    if any(not each.conditions for each in opening):
        return True
    if all(any(map(_narrows, each.conditions)) for each in opening):
        return False
    raise not_implemented("judging whether a policy for everybody with these conditions is public")


def _names_everyone(statement: Statement) -> bool:
    return any(map(is_everyone, statement.principals or ()))


def _narrows(condition: Condition) -> bool:
    """Whether the condition holds for few callers: a fixed value, not a pattern, of a key that says who or where."""
    is_fixed = not any(mark in value for value in condition.values for mark in "*?$")
    return condition.operator.lower() in _POSITIVE and condition.key.lower() in _NARROW and is_fixed
