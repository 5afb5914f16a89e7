"""Cases taken from AWS's documents and from measurements of AWS; each names its source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from unassume.iam.check import Case, check, decide, read_case

CASES = Path(__file__).parent.parent / "cases" / "iam"


def lines() -> Iterator[bytes]:
    for path in sorted(CASES.glob("*.jsonl")):
        yield from path.read_bytes().splitlines()


@pytest.mark.parametrize("line", list(lines()), ids=lambda line: read_case(line).id)
def test_a_sourced_case(line: bytes) -> None:
    """The decision is the one the source gives, and where the case names the deciding layer, that one."""
    assert check([line]).failed == ()


@pytest.mark.parametrize("line", list(lines()), ids=lambda line: read_case(line).id)
def test_an_unknown_names_its_keys(line: bytes) -> None:
    """Exactly the undecided answers name keys, save where NotPrincipal leaves open whom AWS spares."""
    case = read_case(line)
    decision = decide(case)
    assert (decision.outcome == "unknown") == bool(decision.unknown_keys) or "not-principal" in case.id


def test_cases_are_well_formed() -> None:
    """Every case has an id of its own and a source."""
    every: list[Case] = [read_case(line) for line in lines()]
    assert len(every) >= 100
    assert len({case.id for case in every}) == len(every)
    assert all(case.source for case in every)
