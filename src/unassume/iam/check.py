"""Policy tests as data: one case a line, the decision compared with the one the case expects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from unassume.errors import InputError
from unassume.iam.authorize import Decision, authorize
from unassume.iam.described import DescribedPolicies, DescribedRequest, question
from unassume.iam.explain import because

Layer = Literal[
    "identity-based policy", "role trust policy", "session policy", "resource-based policy", "permissions boundary",
    "service control policy", "resource control policy", "VPC endpoint policy",
]  # fmt: skip
Expected = Literal["allow", "implicit_deny", "explicit_deny", "deny", "unknown"]


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One case as written; `layer` is the deciding layer where the case asks for one, the rest is for its readers."""

    id: str
    request: DescribedRequest
    policies: DescribedPolicies
    expect: Expected
    layer: Layer | None = None
    source: str | None = None
    section: str | None = None
    note: str | None = None


class Failure(msgspec.Struct, frozen=True):
    """A case that does not agree."""

    id: str
    expected: str
    got: str
    because: str


class Checked(msgspec.Struct, frozen=True):
    """How many cases agree, and those that do not."""

    passed: int
    failed: tuple[Failure, ...]


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ONE_A_LINE = "a case is one JSON object on one line, in UTF-8, with `id`, `request`, `policies` and `expect`"
_CASE = msgspec.json.Decoder(Case)


def check(lines: Iterable[bytes]) -> Checked:
    """Judge every case; InputError naming the line for one that cannot be read, or whose id stands twice."""
    passed, failed = 0, []
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        case = read_case(line, number)
        if case.id in seen:
            raise InputError(f"line {number}: the id `{case.id}` stands twice")
        seen.add(case.id)
        failure = _failure(case, number)
        failed += [failure] if failure else []
        passed += failure is None
    if not seen:
        raise InputError("there is no case", hint=_ONE_A_LINE)
    return Checked(passed, tuple(failed))


def read_case(line: bytes, number: int = 1) -> Case:
    """A case from its line; InputError naming the line and the field."""
    try:
        return _CASE.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise InputError(f"line {number}: {_complaint(line, problem)}", hint=_ONE_A_LINE) from None


def _complaint(line: bytes, problem: Exception) -> str:
    """What is wrong with the line, in our form."""
    if line.startswith(_BYTE_ORDER_MARK):
        return "it begins with a byte order mark"
    if isinstance(problem, UnicodeDecodeError):
        return "it is not UTF-8"
    told = str(problem)
    return told if told.startswith("JSON") else told[:1].lower() + told[1:]


def decide(case: Case) -> Decision:
    """The decision on a case."""
    asked = question(case.request, case.policies)
    return authorize(asked.request, asked.layers, resource_account=asked.resource_account)


def _failure(case: Case, number: int) -> Failure | None:
    try:
        decision = decide(case)
    except InputError as problem:
        raise InputError(f"line {number}, case `{case.id}`: {problem.message}", hint=problem.hint) from None
    got = decision.outcome.replace("-", "_")
    agrees = got.endswith("_deny") if case.expect == "deny" else got == case.expect
    layer = decision.layer.value if decision.layer else None
    if agrees and case.layer in (None, layer):
        return None
    return Failure(case.id, case.expect, got, because(decision))
