"""Answers with unread layers: what is called certain stays so whatever the unread policies say."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from unassume.iam.authorize import authorize
from unassume.iam.check import read_case
from unassume.iam.described import Question, is_assuming, question
from unassume.iam.documents import DocumentKind
from unassume.iam.layers import Layers
from unassume.iam.principals import FederatedUser
from unassume.iam.unread import is_certain

CASES = Path(__file__).parent.parent / "cases" / "iam"
LINES = [line for path in sorted(CASES.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
EMPTY = {
    DocumentKind.IDENTITY: ("identity", ()),
    DocumentKind.RESOURCE: ("resource", None),
    DocumentKind.BOUNDARY: ("boundary", None),
    DocumentKind.SESSION: ("session", None),
    DocumentKind.SCP: ("scps", None),
    DocumentKind.RCP: ("rcps", None),
    DocumentKind.ENDPOINT: ("endpoint", None),
}


def _is_denied(asked: Question, layers: Layers) -> bool | None:
    outcome = authorize(asked.request, layers, resource_account=asked.resource_account).outcome
    return None if outcome == "unknown" else outcome.endswith("deny")


@pytest.mark.parametrize("kind", EMPTY, ids=lambda kind: kind.name)
def test_a_certain_answer_is_that_of_all_policies(kind: DocumentKind) -> None:
    """Of every case one layer is hidden: a definite answer that is called certain is the whole case's."""
    field, nothing = EMPTY[kind]
    certain = 0
    for line in LINES:
        case = read_case(line)
        asked = question(case.request, case.policies)
        if kind is DocumentKind.SESSION and isinstance(asked.request.principal, FederatedUser):
            continue  # without its session policies a federated user may do nothing: `explain` reads no such principal
        hidden = msgspec.structs.replace(asked.layers, **{field: nothing})
        decision = authorize(asked.request, hidden, resource_account=asked.resource_account)
        if decision.outcome == "unknown":
            continue
        account = asked.resource_account
        if is_certain(decision, asked.request, hidden, frozenset({kind}), resource_account=account):
            certain += 1
            assert _is_denied(asked, asked.layers) in (decision.outcome.endswith("deny"), None), case.id
    assert certain > 20


def test_an_allow_is_certain_only_with_everything_read() -> None:
    """Every unread layer could deny what the others allow."""
    allowed = [case for line in LINES if (case := read_case(line)).expect == "allow"]
    for case in allowed[:50]:
        asked = question(case.request, case.policies)
        decision = authorize(asked.request, asked.layers, resource_account=asked.resource_account)
        rest = {"resource_account": asked.resource_account}
        assert is_certain(decision, asked.request, asked.layers, (), **rest)
        if decision.layer is not None and not is_assuming(asked.request):
            assert not is_certain(decision, asked.request, asked.layers, {DocumentKind.SCP}, **rest)
