"""The tags a request brings, in the forms AWS's protocols write them, as `aws:RequestTag` and `aws:TagKeys`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from unassume.iam.values import UNKNOWN, Known, Value

_NAMES = ("Tags", "tags", "TagsList", "TagList", "tagList")
_FORM = re.compile(r"((?:TagSpecification\.\d+\.)?Tags?(?:\.member|\.entry)?\.\d+)\.(?:Key|TagKey)")
_KEYS = ("TagKeys", "tagKeys")


def request_tags(given: Mapping[str, Any]) -> Mapping[str, Value]:
    """The keys for the tags in a request, lower case; unknown when there are tags in a form nobody here reads."""
    names = [name for name in given if name[:3] in ("Tag", "tag")]
    if not names:
        return {}
    pairs = _of_json(given) if any(name in given for name in _NAMES) else _of_form(given, names)
    removed = _removed(given, names)
    if removed:
        return {"aws:tagkeys": Known(removed, several=True)}
    if pairs is None:
        return {"aws:requesttag/*": UNKNOWN, "aws:tagkeys": UNKNOWN}
    if not pairs:
        return {}
    keys: dict[str, Value] = {f"aws:requesttag/{name.lower()}": Known((text,)) for name, text in pairs.items()}
    return {**keys, "aws:tagkeys": Known(tuple(pairs), several=True)}


def _of_json(given: Mapping[str, Any]) -> dict[str, str] | None:
    held = next(given[name] for name in _NAMES if name in given)
    if isinstance(held, Mapping):
        return {str(name): str(text) for name, text in held.items()}
    if not isinstance(held, list):
        return None
    found = {}
    for each in held:
        if not isinstance(each, Mapping):
            return None
        lowered = {str(name).lower().removeprefix("tag"): text for name, text in each.items()}
        if "key" not in lowered:
            return None
        found[str(lowered["key"])] = str(lowered.get("value") or "")
    return found


def _of_form(given: Mapping[str, Any], names: list[str]) -> dict[str, str] | None:
    found = {}
    for name in names:
        match = _FORM.fullmatch(name)
        if match:
            found[str(given[name])] = str(given.get(f"{match[1]}.Value", given.get(f"{match[1]}.TagValue", "")))
    numbered = any("." in name and not name.startswith(_KEYS) for name in names)
    return found if found or not numbered else None


def _removed(given: Mapping[str, Any], names: list[str]) -> tuple[str, ...]:
    for name in _KEYS:
        if isinstance(given.get(name), list):
            return tuple(str(each) for each in given[name])
    return tuple(str(given[name]) for name in names if name.startswith("TagKeys."))
