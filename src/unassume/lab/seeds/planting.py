"""The scenarios a lab can start with, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from unassume.lab.access.credentials import Credentials
from unassume.lab.seeds import bob_mary_keith
from unassume.lab.seeds.names import check_seed

if TYPE_CHECKING:
    from unassume.lab.server import Lab

SEEDS: Mapping[str, Callable[[Lab, float], dict[str, Credentials]]] = MappingProxyType(
    {"bob-mary-keith": bob_mary_keith.play}
)


def plant(seed: str | None, lab: Lab, settle: float) -> dict[str, Credentials]:
    """Play the seed and return the credentials of its profiles; `settle` is how long a policy takes to be seen."""
    if seed is None:
        return {}
    check_seed(seed)
    return SEEDS[seed](lab, settle)
