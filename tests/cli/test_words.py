"""The words the command line offers are those of the model."""

from __future__ import annotations

from typing import get_args

from unassume.cli.choosing import LEAKED, RUNGS
from unassume.model.plans import Leaked
from unassume.rungs.ladder import LADDER


def test_rungs_are_those_of_the_ladder() -> None:
    """`--rung` offers every rung this release has, narrowest first."""
    assert tuple(rung.name for rung in LADDER) == RUNGS


def test_leaked_offers_every_answer() -> None:
    """`--leaked` offers every answer the model knows."""
    assert get_args(Leaked) == LEAKED
