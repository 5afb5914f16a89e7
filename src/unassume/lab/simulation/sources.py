"""The policies of a simulation with where each comes from, so that results can name them and callers leave them out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.layers import NamedPolicy
from unassume.iam.statements import Policy
from unassume.lab.accounts.state import GroupView, RoleView, Texts, UserView
from unassume.lab.simulation.asked import invalid
from unassume.lab.simulation.entities import Kind
from unassume.lab.wire.refusals import Refusal

SourceKind = Literal["inline", "aws-managed", "user-managed", "given"]


class Source(msgspec.Struct, frozen=True):
    """One policy: its text, its SourcePolicyId, its ARN if it is managed, and whom it is in if it is inline."""

    id: str
    text: str
    kind: SourceKind
    arn: str = ""
    name: str = ""
    holder_kind: Kind = "user"
    holder: str = ""


def given(parameter: str, texts: Iterable[str]) -> tuple[Source, ...]:
    """Policies sent with the call, numbered as AWS numbers them: `PolicyInputList.1`."""
    return tuple(Source(f"{parameter}.{number}", text, "given") for number, text in enumerate(texts, 1))


def attached(entity: UserView | GroupView | RoleView) -> tuple[Source, ...]:
    """The policies of a user with its groups', of a group, or of a role; each managed one once."""
    kind: Kind = "user" if isinstance(entity, UserView) else "group" if isinstance(entity, GroupView) else "role"
    inline = tuple(_inline(kind, entity.name, name, text) for name, text in entity.inline)
    return (*inline, *_managed(tuple(dict.fromkeys(entity.managed))))


def named(sources: tuple[Source, ...], kind: DocumentKind) -> tuple[NamedPolicy, ...]:
    """The policies under their place among the sources, which a decision's grounds lead back by."""
    return tuple(NamedPolicy(str(place), parsed(each, kind)) for place, each in enumerate(sources))


def parsed(source: Source, *kinds: DocumentKind) -> Policy:
    """The policy as the first of these kinds that it can be read as.

    ASSUMPTION: one that was sent and cannot be read is InvalidInput, an attached one PolicyEvaluation.
    """
    refused = invalid if source.kind == "given" else _unevaluated
    problems: list[str] = []
    for kind in kinds:
        try:
            return parse(source.text, kind)
        except InputError as problem:
            problems.append(f"{source.id}: {problem.message}")
    raise refused(problems[0])


def _unevaluated(message: str) -> Refusal:
    return Refusal(code="PolicyEvaluation", status=500, message=message)


def _inline(kind: Kind, holder: str, name: str, text: str) -> Source:
    """The view writes a group's policy of a user as `group/policy`.

    Seen: clients expect `user_alice_Policy`: https://github.com/faiscadev/fakecloud/pull/1904 (2026-06-24)
    """
    group, slash, own = name.partition("/")
    kind, holder, name = ("group", group, own) if slash else (kind, holder, name)
    return Source(f"{kind}_{holder}_{name}", text, "inline", name=name, holder_kind=kind, holder=holder)


def _managed(texts: Texts) -> tuple[Source, ...]:
    return tuple(
        Source(arn.rpartition("/")[2], text, "aws-managed" if ":iam::aws:" in arn else "user-managed", arn=arn)
        for arn, text in texts
    )
