"""Explanations: every statement has its word, the reason is the part that does not apply, and no word contradicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from unassume.iam.authorize import authorize
from unassume.iam.check import decide, read_case
from unassume.iam.described import layers_of, question, request_of
from unassume.iam.explain import explain

CASES = Path(__file__).parent.parent / "cases" / "iam"
LINES = [line for path in sorted(CASES.glob("*.jsonl")) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("line", LINES, ids=lambda line: read_case(line).id)
def test_an_explanation_never_says_otherwise(line: bytes) -> None:
    """The decision explained is the decision taken; each statement it rests on applies, or may where keys are open."""
    case = read_case(line)
    asked = question(case.request, case.policies)
    told = explain(asked.request, asked.layers, resource_account=asked.resource_account)
    assert told.decision == decide(case)
    words = {word.ground: word.applies for word in told.words}
    alone = authorize(asked.request, asked.layers, resource_account=asked.resource_account, cases=0)
    is_plain = alone.outcome == told.decision.outcome != "unknown"
    assert all(words[ground] or (words[ground] is None and not is_plain) for ground in told.decision.grounds)
    assert all(word.because for word in told.words if word.applies is False)


def test_a_reason_names_key_value_and_what_is_asked() -> None:
    """A condition that fails is told with the key's value beside the values the policy asks for."""
    line = next(line for line in LINES if b'"aws:userid"' in line and read_case(line).expect == "allow")
    case = read_case(line)
    request = request_of(case.request)
    told = explain(request, layers_of(case.policies, request))
    sentences = [word.sentence for word in told.words if "aws:userid" in word.because]
    assert sentences
    assert "does not apply: `aws:userid` is `" in sentences[0]
