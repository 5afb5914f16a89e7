"""The names of the seeds, known without loading what plays them."""

from __future__ import annotations

from unassume.errors import InputError

SEED_NAMES = ("bob-mary-keith",)


def check_seed(seed: str | None) -> None:
    """InputError for a name no seed has; None is no seed at all."""
    if seed is not None and seed not in SEED_NAMES:
        known = ", ".join(f"`{name}`" for name in SEED_NAMES)
        raise InputError(f"the lab has no seed `{seed}`", hint=f"it has {known}")
