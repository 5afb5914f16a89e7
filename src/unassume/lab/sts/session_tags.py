"""Session tags and which of them are transitive, with AWS's limits.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from unassume.iam.values import Known, Value
from unassume.lab.sts.parameters import broken, invalid, members

_MOST = 50
_LETTERS = re.compile(r"[\w\s.:/=+@-]*")


class SessionTags(msgspec.Struct, frozen=True):
    """The tags of a session to be made; `transitive` are keys among them that a chained session inherits."""

    tags: Mapping[str, str] = {}
    transitive: tuple[str, ...] = ()

    def keys(self) -> dict[str, Value]:
        """The condition keys a request that sets them carries."""
        keys: dict[str, Value] = {}
        if self.transitive:
            keys["sts:transitivetagkeys"] = Known(self.transitive, several=True)
        if self.tags:
            keys["aws:tagkeys"] = Known(tuple(self.tags), several=True)
        return keys | {f"aws:requesttag/{key.lower()}": Known((value,)) for key, value in self.tags.items()}


def read_tags(given: Mapping[str, Any]) -> SessionTags:
    """The Tags and TransitiveTagKeys of a request."""
    pairs = [(field.get("Key", ""), field.get("Value", "")) for field in members(given, "Tags")]
    return checked_tags(pairs, [field.get("", "") for field in members(given, "TransitiveTagKeys")])


def checked_tags(pairs: Sequence[tuple[str, str]], transitive: Sequence[str] = ()) -> SessionTags:
    """The tags, when they keep AWS's limits; keys differ by more than case."""
    if len(pairs) > _MOST:
        raise broken("Tags", "...", f"have length less than or equal to {_MOST}")
    for key, value in pairs:
        _check(key, value)
    # ASSUMPTION: AWS documents that keys are compared without case, not the code it answers with.
    if len({key.lower() for key, _ in pairs}) < len(pairs):
        raise invalid("Duplicate tag keys found. Please note that tag keys are case insensitive.")
    tags = dict(pairs)
    if len(set(transitive)) < len(transitive) or not set(transitive) <= set(tags):
        raise invalid("the specified transitive tag keys must be included in the requested tags")
    return SessionTags(tags, tuple(transitive))


def _check(key: str, value: str) -> None:
    if not 1 <= len(key) <= 128 or not _LETTERS.fullmatch(key):
        raise broken("Tags.member.key", key, "have length 1 to 128 and hold letters, digits, blanks and _.:/=+-@")
    if len(value) > 256 or not _LETTERS.fullmatch(value):
        raise broken("Tags.member.value", value, "have length 0 to 256 and hold letters, digits, blanks and _.:/=+-@")
    if key.lower().startswith("aws:"):
        raise invalid("tag keys beginning with aws: are reserved")
