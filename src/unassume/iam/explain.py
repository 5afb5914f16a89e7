"""Why a decision is what it is: every statement of every layer, with the first part of it that does not apply.

A second, slower walk over the same tests that decide; a property test holds that it never says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from unassume.iam.authorize import Decision, Ground, Layers, authorize
from unassume.iam.conditions import compile_condition, look_up
from unassume.iam.evaluate import Request, compiled_but_action, covers_action
from unassume.iam.hinges import Hinge, hinges
from unassume.iam.rules import all_rules
from unassume.iam.statements import Condition, Statement
from unassume.iam.values import ABSENT, PRESENT, Between, Known, Value

_EITHER = "policy of one layer or another, whatever the unknown keys are"


class Word(msgspec.Struct, frozen=True):
    """What one statement says of the request: whether it applies (None: not known), and why not or why not known.

    `is_of_action` is false where it says nothing of the action at all.
    """

    ground: Ground
    effect: Literal["Allow", "Deny"]
    applies: bool | None
    because: str = ""
    is_of_action: bool = True

    @property
    def sentence(self) -> str:
        """The word as one sentence, with the statement's place where its Sid names it."""
        told = {True: "applies", False: "does not apply", None: "may apply"}[self.applies]
        place = f" ({self.ground.path})" if self.ground.sid else ""
        return f"{self.effect} `{self.ground.label}`{place} {told}{': ' if self.because else ''}{self.because}"


class Explanation(msgspec.Struct, frozen=True):
    """A decision, its one-sentence reason, and the word of every statement in the order of the layers.

    `hinges` are values that would settle an unknown decision.
    """

    decision: Decision
    because: str
    words: tuple[Word, ...]
    hinges: tuple[Hinge, ...] = ()


def explain(request: Request, layers: Layers, *, resource_account: str | None = None) -> Explanation:
    """The decision of `authorize` with its reasons."""
    decision = authorize(request, layers, resource_account=resource_account)
    words = tuple(_word(ground, statement, request) for ground, statement in all_rules(layers))
    settling = hinges(request, layers, decision, resource_account) if decision.outcome == "unknown" else ()
    return Explanation(decision, because(decision), words, settling)


def because(decision: Decision) -> str:
    """The decision as one sentence."""
    kind = decision.layer.wording if decision.layer else _EITHER
    article = "an" if kind[0] in "aeio" else "a"
    statements = ", ".join(f"`{label}`" for label in decision.statements)
    match decision.outcome:
        case "allow":
            if not statements:
                return f"allowed: no policy {'denies it to root' if decision.layer else 'stops this call'}"
            return f"allowed by {article} {kind}: {statements}"
        case "explicit-deny":
            return f"denied explicitly in {article} {kind}: {statements}"
        case "implicit-deny":
            return (
                f"denied, because no {kind} allows it"
                if decision.layer
                else "denied, because not every layer allows it"
            )
        case _:
            keys = ", ".join(f"`{key}`" for key in decision.unknown_keys)
            hang = "hangs" if len(decision.grounds) == 1 else "hang"
            return f"not known: {statements} {hang} on {keys or 'who the principal is'}"


def _word(ground: Ground, statement: Statement, request: Request) -> Word:
    if not covers_action(statement, request.action):
        why = f"its actions do not cover `{request.action}`"
        return Word(ground, statement.effect, False, why, is_of_action=False)
    applies = compiled_but_action(statement)(request)
    reasons = _reasons(statement, request, applies)
    return Word(ground, statement.effect, applies, "" if applies else next(reasons, ""))


def _reasons(statement: Statement, request: Request, applies: bool | None) -> Iterator[str]:
    """The parts of the statement that answer as the whole does."""
    bare = msgspec.structs.replace(statement, conditions=(), principals=None, principals_excluded=False)
    if compiled_but_action(bare)(request) is applies:
        yield (
            f"its resources do not cover `{request.resource}`"
            if applies is False
            else "its resources hang on a variable"
        )
    unconditional = msgspec.structs.replace(statement, conditions=(), resources=None, resources_excluded=False)
    if compiled_but_action(unconditional)(request) is applies:
        yield "its principals do not name the caller"
    for condition in statement.conditions:
        judge = compile_condition(condition.operator, condition.key, condition.values, statement.has_variables)
        if judge(request.context) is applies:
            yield _condition(condition, look_up(request.context, condition.key.lower()))


def _condition(condition: Condition, value: Value) -> str:
    wanted = " or ".join(f"`{text}`" for text in condition.values)
    return f"`{condition.key}` is {_shown(value)}, and {condition.operator} asks for {wanted}"


def _shown(value: Value) -> str:
    match value:
        case Known(texts=texts):
            return ", ".join(f"`{text}`" for text in texts) or "empty"
        case Between(earliest=earliest, latest=latest):
            return f"between `{earliest.isoformat()}` and `{latest.isoformat()}`"
        case _ if value is ABSENT:
            return "absent"
        case _:
            return "there with a value not known" if value is PRESENT else "not known"
