"""Kill the leaked session, not the role.

The names below load when they are first used: `connect` gives a World, the steps work in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unassume._version import __version__

if TYPE_CHECKING:
    from unassume.model.leads import parse_lead as parse_lead
    from unassume.model.plans import Choices as Choices
    from unassume.ports import World as World
    from unassume.steps.apply import apply as apply
    from unassume.steps.find import find as find
    from unassume.steps.guards import Consent as Consent
    from unassume.steps.plan import plan as plan
    from unassume.steps.preview import preview as preview
    from unassume.steps.sessions import sessions as sessions
    from unassume.steps.survey import survey as survey
    from unassume.steps.undo import undo as undo
    from unassume.steps.verify import verify as verify
    from unassume.wiring import connect as connect

_HOMES = {
    "connect": "unassume.wiring",
    "World": "unassume.ports",
    "parse_lead": "unassume.model.leads",
    "Choices": "unassume.model.plans",
    "Consent": "unassume.steps.guards",
    "find": "unassume.steps.find",
    "sessions": "unassume.steps.sessions",
    "survey": "unassume.steps.survey",
    "plan": "unassume.steps.plan",
    "preview": "unassume.steps.preview",
    "apply": "unassume.steps.apply",
    "verify": "unassume.steps.verify",
    "undo": "unassume.steps.undo",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    """Load a root name on first use, so that importing the package costs next to nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module `unassume` has no attribute `{name}`")
    from importlib import import_module

    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
