"""The policy among the attributes of a queue or topic, as JSON or in a form's numbered pairs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from unassume.lab.operations.resolve import Operation

_PAIR = re.compile(r"(Attributes?(?:\.entry)?\.[1-9]\d*)\.(?:Name|key)")
_ATTRIBUTES = frozenset({("sqs", "CreateQueue"), ("sqs", "SetQueueAttributes"), ("sns", "CreateTopic")})
_ATTRIBUTE = ("sns", "SetTopicAttributes")
_VALUES = {"Name": "Value", "key": "value"}
_LOOKS = frozenset({"policy", "policyjson"})
"""What moto might take for the policy, without case and underscores."""


def policy_attribute(operation: Operation) -> str | None:
    """The text of the attribute Policy, which may be empty; None where the call sets none that can be read."""
    given, call = operation.parameters, (operation.service, operation.name)
    if call == _ATTRIBUTE:
        return str(given.get("AttributeValue") or "") if given.get("AttributeName") == "Policy" else None
    attributes = given.get("Attributes")
    if isinstance(attributes, Mapping):
        return str(attributes["Policy"] or "") if call in _ATTRIBUTES and "Policy" in attributes else None
    pairs = [name for name, value in given.items() if _PAIR.fullmatch(name) and value == "Policy"]
    if call not in _ATTRIBUTES or len(pairs) != 1:
        return None
    start, _, kind = pairs[0].rpartition(".")
    return str(given.get(f"{start}.{_VALUES[kind]}") or "")


def hides_policy(operation: Operation) -> bool:
    """Whether the call seems to set a policy in a way that cannot be read."""
    given, call = operation.parameters, (operation.service, operation.name)
    if call != _ATTRIBUTE and call not in _ATTRIBUTES:
        return False
    attributes = given.get("Attributes")
    names = [str(value) for name, value in given.items() if name.endswith((".Name", ".key", "AttributeName"))]
    names += list(attributes) if isinstance(attributes, Mapping) else []
    looking = [name for name in names if re.sub("[^a-z]", "", name.lower()) in _LOOKS]
    return bool(looking) and (looking != ["Policy"] or policy_attribute(operation) is None)
