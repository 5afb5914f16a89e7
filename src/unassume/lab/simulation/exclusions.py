"""PolicyExclusionList: what the simulation would say were some attached policies not there.

AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html (PolicyIdentifier)
ASSUMPTION: it leaves out attached policies only, never those sent with the call; the ARN of a policy that stands as
a permissions boundary does not name it, its type does.
"""

from __future__ import annotations

import re

from unassume.iam.patterns import matcher, pieces
from unassume.lab.simulation.asked import Excluded, InlinePolicy, invalid
from unassume.lab.simulation.entities import shown
from unassume.lab.simulation.sources import Source

_POLICY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(?:aws|[0-9]{12}):policy/(?:[^*?]+/)?[\w+=,.@*?-]+", re.ASCII)
_NAME = re.compile(r"[\w+=,.@*?-]+", re.ASCII)


def check(excluded: tuple[Excluded, ...]) -> None:
    """InvalidInput for an identifier that is none, whether or not it would match."""
    for each in excluded:
        if sum(way is not None for way in (each.policy_type, each.policy_arn, each.inline_policy_identifier)) != 1:
            raise invalid("A policy identifier has exactly one of PolicyType, PolicyArn and InlinePolicyIdentifier.")
        if each.policy_arn is not None:
            _check_pattern(_POLICY_ARN, each.policy_arn)
        if each.inline_policy_identifier is not None:
            _check_pattern(_NAME, each.inline_policy_identifier.attachment_name)


def is_type_excluded(excluded: tuple[Excluded, ...], kind: str) -> bool:
    """Whether all policies of that type are to be left out."""
    return any(each.policy_type == kind for each in excluded)


def remaining(sources: tuple[Source, ...], excluded: tuple[Excluded, ...]) -> tuple[Source, ...]:
    """The sources that no identifier names."""
    return tuple(source for source in sources if not any(_names(each, source) for each in excluded))


def _names(excluded: Excluded, source: Source) -> bool:
    if excluded.policy_arn is not None:
        return bool(source.arn) and matcher(pieces(excluded.policy_arn))(source.arn)
    if excluded.inline_policy_identifier is not None:
        return source.kind == "inline" and _names_inline(excluded.inline_policy_identifier, source)
    return source.kind == excluded.policy_type


def _names_inline(excluded: InlinePolicy, source: Source) -> bool:
    called = (excluded.policy_name, excluded.attachment_type) == (source.name, source.holder_kind)
    return called and matcher(pieces(excluded.attachment_name))(source.holder)


def _check_pattern(pattern: re.Pattern[str], text: str) -> None:
    if not pattern.fullmatch(text) or text.count("*") > 1:
        raise invalid(f"The policy identifier '{shown(text)}' is not valid.")
