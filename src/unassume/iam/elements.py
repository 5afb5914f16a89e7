"""The elements of a statement, each checked as it is read: actions, resources, principals, conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from unassume.iam.conditions import compile_condition
from unassume.iam.json_text import Bare, Node, child, refuse
from unassume.iam.patterns import ARN_PARTS
from unassume.iam.statements import Condition, DocumentKind, PrincipalEntry
from unassume.iam.variables import template_of

_ACTION = re.compile(r"\*|(?:\*|[A-Za-z0-9-]+):[A-Za-z0-9_.*?-]+")
_KEY = re.compile(r"[^\s:*?${}]+:\S(?:[^*?${}]*\S)?")
_AWS_PRINCIPAL = re.compile(
    r"\*|[0-9]{12}|A[A-Z0-9]{15,127}|arn:aws[a-z-]*:(?:iam|sts)::[0-9]{12}:"
    r"(?:root|(?:user|role|assumed-role|federated-user)/[^*?\s]+)"
)
_WITH_PRINCIPAL = (DocumentKind.TRUST, DocumentKind.RESOURCE, DocumentKind.RCP, DocumentKind.ENDPOINT)
_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")


def read_actions(node: Mapping[str, Node], kind: DocumentKind, path: str) -> tuple[bool, tuple[str, ...]]:
    """Action or NotAction: whether it is the negated one, and its texts."""
    name = _one_of(node, "Action", "NotAction", path)
    if name is None:
        refuse(path, "a statement has an Action or a NotAction")
    actions = _texts(node[name], f"{path}.{name}")
    for action in actions:
        if not _ACTION.fullmatch(action):
            refuse(f"{path}.{name}", f"`{_shown(action)}` is no action: it is written `service:Name`")
        # AWS: IAM answers "AssumeRole policy may only specify STS AssumeRole actions."
        if kind is DocumentKind.TRUST and not action.lower().startswith("sts:"):
            refuse(f"{path}.{name}", "a trust policy names only actions of sts")
    return name == "NotAction", actions


def read_resources(
    node: Mapping[str, Node], kind: DocumentKind, has_variables: bool, path: str
) -> tuple[bool, tuple[str, ...] | None]:
    """Resource or NotResource; None where the kind of document may leave both out."""
    name = _one_of(node, "Resource", "NotResource", path)
    if name is None:
        if kind not in (DocumentKind.TRUST, DocumentKind.RESOURCE):
            refuse(path, "a statement has a Resource or a NotResource")
        return False, None
    if kind is DocumentKind.TRUST:
        refuse(f"{path}.{name}", "a trust policy has no Resource")
    resources = _texts(node[name], f"{path}.{name}")
    for resource in resources:
        _check_resource(resource, has_variables, f"{path}.{name}")
    return name == "NotResource", resources


def read_principals(
    node: Mapping[str, Node], kind: DocumentKind, path: str
) -> tuple[bool, tuple[PrincipalEntry, ...] | None]:
    """Principal or NotPrincipal; required in policies of resources, refused elsewhere."""
    name = _one_of(node, "Principal", "NotPrincipal", path)
    is_needed = kind in _WITH_PRINCIPAL
    if name is None:
        if is_needed:
            refuse(path, "a statement of a resource's policy has a Principal")
        return False, None
    if not is_needed:
        refuse(f"{path}.{name}", f"no Principal stands in a policy of kind `{kind.value}`")
    if kind is DocumentKind.RCP and (name == "NotPrincipal" or node[name] != "*"):
        refuse(f"{path}.{name}", 'the Principal of a resource control policy is `"*"`')
    return name == "NotPrincipal", _entries(node[name], f"{path}.{name}")


def read_conditions(node: Mapping[str, Node], has_variables: bool, path: str) -> tuple[Condition, ...]:
    """The Condition block, each line compiled once to see that it can be judged."""
    block = node.get("Condition", {})
    if not isinstance(block, dict):
        refuse(f"{path}.Condition", "it must be an object of operators")
    return tuple(
        condition
        for operator, lines in block.items()
        for condition in _conditions(operator, lines, has_variables, child(f"{path}.Condition", operator))
    )


def _conditions(operator: str, lines: Node, has_variables: bool, path: str) -> list[Condition]:
    if not isinstance(lines, dict):
        refuse(path, "an operator holds an object of condition keys")
    found: list[Condition] = []
    for key, node in lines.items():
        place = child(path, key)
        if not _KEY.fullmatch(key):
            refuse(place, "a condition key is written `prefix:Name`")
        # AWS: access-analyzer-reference-policy-checks, "Duplicate keys with different case"
        if any(key.lower() == other.key.lower() for other in found):
            refuse(place, "the same condition key stands twice, in different case")
        values = _texts(node, place, bare=True)
        if not values:
            refuse(place, "a condition key has at least one value")
        try:
            compile_condition(operator, key, values, has_variables)
        except ValueError as error:
            refuse(place, str(error))
        found.append(Condition(operator, key, values, place))
    return found


def _check_resource(resource: str, has_variables: bool, path: str) -> None:
    """AWS: its page allows variables in an ARN's last part; its own managed policies have them in the account too."""
    if resource == "*":
        return
    try:
        template = template_of(resource, has_variables)
    except ValueError as error:
        refuse(path, str(error))
    letters = "".join(part for part in template if isinstance(part, str))
    if not resource.startswith("arn:") or letters.count(":") < ARN_PARTS - 1:
        refuse(path, f"`{_shown(resource)}` is neither `*` nor an ARN of six parts")


def _entries(node: Node, path: str) -> tuple[PrincipalEntry, ...]:
    if node == "*":
        return (PrincipalEntry("*", "*"),)
    if not isinstance(node, dict) or not node:
        refuse(path, 'it is `"*"` or an object such as `{"AWS": ...}`')
    found: list[PrincipalEntry] = []
    for kind, texts in node.items():
        place = child(path, kind)
        if kind not in _PRINCIPAL_KINDS:
            refuse(place, "there is no such type of principal")
        for text in _texts(texts, place):
            if kind == "AWS" and not _AWS_PRINCIPAL.fullmatch(text):
                refuse(place, f"`{_shown(text)}` is neither `*`, an account, nor the ARN of a user, role or session")
            if kind != "AWS" and not text.strip():
                refuse(place, "a principal is not empty")
            found.append(PrincipalEntry(kind, text))
    return tuple(found)


def _one_of(node: Mapping[str, Node], name: str, negated: str, path: str) -> str | None:
    if name in node and negated in node:
        refuse(path, f"{name} and {negated} exclude each other")
    return name if name in node else negated if negated in node else None


def _texts(node: Node, path: str, *, bare: bool = False) -> tuple[str, ...]:
    """A text or a list of texts; numbers and booleans without quotes only in conditions (`bare`)."""
    nodes = node if isinstance(node, list) else [node]
    for item in nodes:
        if not isinstance(item, str) or (isinstance(item, Bare) and not bare):
            refuse(path, "it must be a text in quotes, or a list of them")
    return tuple(str(item) for item in nodes)


def _shown(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
