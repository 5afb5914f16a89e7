"""Policy documents: `parse` takes nothing it could not judge; `render` and `fingerprint` write and compare.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
Rule 1: whatever AWS refuses, and whatever AWS does not document, is an InputError with place and rule.
Rule 2: one value and a list of one mean the same and parse to the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from unassume.iam.elements import read_actions, read_conditions, read_principals, read_resources
from unassume.iam.json_text import Bare, Node, child, read_json, refuse
from unassume.iam.rendering import fingerprint, render
from unassume.iam.statements import Condition, DocumentKind, Policy, PrincipalEntry, Statement

__all__ = [
    "Condition",
    "DocumentKind",
    "Policy",
    "PrincipalEntry",
    "Statement",
    "fingerprint",
    "parse",
    "render",
]

CURRENT_VERSION = "2012-10-17"
OLDER_VERSION = "2008-10-17"
_POLICY_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT_ELEMENTS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
    "Condition",
}  # fmt: skip


def parse(text: str | bytes, kind: DocumentKind = DocumentKind.IDENTITY) -> Policy:
    """Read a document strictly; InputError naming the place (JSON path) and the rule for anything it cannot judge."""
    tree = read_json(text)
    if not isinstance(tree, dict):
        refuse("$", "a policy is a JSON object")
    _refuse_unknown(tree, _POLICY_ELEMENTS, "$")
    version = _text(tree["Version"], "$.Version") if "Version" in tree else OLDER_VERSION
    if version not in (CURRENT_VERSION, OLDER_VERSION):
        refuse("$.Version", f"a version is `{CURRENT_VERSION}` or `{OLDER_VERSION}`")
    return Policy(
        version=version,
        id=_text(tree["Id"], "$.Id") if "Id" in tree else None,
        statements=_statements(tree, kind, version == CURRENT_VERSION),
        kind=kind,
    )


def _statements(tree: Mapping[str, Node], kind: DocumentKind, has_variables: bool) -> tuple[Statement, ...]:
    if "Statement" not in tree:
        refuse("$", "a policy has a Statement")
    nodes = tree["Statement"]
    if not isinstance(nodes, list):
        return (_statement(nodes, kind, has_variables, "$.Statement"),)
    found = tuple(_statement(node, kind, has_variables, f"$.Statement[{index}]") for index, node in enumerate(nodes))
    seen: set[str] = set()
    for statement in found:
        # An empty Sid counts as none: AWS's own console writes several into one trust policy.
        if statement.sid and statement.sid in seen:
            refuse(f"{statement.path}.Sid", "a Sid stands once in a policy")
        seen.add(statement.sid or "")
    return found


def _statement(node: Node, kind: DocumentKind, has_variables: bool, path: str) -> Statement:
    if not isinstance(node, dict):
        refuse(path, "a statement is a JSON object")
    _refuse_unknown(node, _STATEMENT_ELEMENTS, path)
    effect = _effect(node, path)
    actions_excluded, actions = read_actions(node, kind, path)
    resources_excluded, resources = read_resources(node, kind, has_variables, path)
    principals_excluded, principals = read_principals(node, kind, path)
    if principals_excluded and effect == "Allow":
        refuse(f"{path}.NotPrincipal", "NotPrincipal stands only with Deny")
    if kind is DocumentKind.RCP and (actions_excluded or (effect == "Allow" and not _is_full_access(node))):
        # AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
        refuse(path, "a resource control policy denies, and names its actions; only RCPFullAWSAccess allows")
    return Statement(
        sid=_sid(node, path),
        effect=effect,
        actions=actions,
        actions_excluded=actions_excluded,
        resources=resources,
        resources_excluded=resources_excluded,
        principals=principals,
        principals_excluded=principals_excluded,
        conditions=read_conditions(node, has_variables, path),
        has_variables=has_variables,
        path=path,
    )


def _is_full_access(node: Mapping[str, Node]) -> bool:
    is_all = all(node.get(name) in ("*", ["*"]) for name in ("Principal", "Action", "Resource"))
    return is_all and "Condition" not in node


def _effect(node: Mapping[str, Node], path: str) -> Literal["Allow", "Deny"]:
    match node.get("Effect"):
        case "Allow":
            return "Allow"
        case "Deny":
            return "Deny"
        case _:
            refuse(f"{path}.Effect", "a statement has an Effect, `Allow` or `Deny`")


def _sid(node: Mapping[str, Node], path: str) -> str | None:
    if "Sid" not in node:
        return None
    sid = _text(node["Sid"], f"{path}.Sid")
    # AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
    # IAM takes letters and digits only; some services' resource policies take more.
    if not re.fullmatch(r"[A-Za-z0-9 _.:-]*", sid):
        refuse(f"{path}.Sid", "a Sid is made of letters and digits")
    return sid or None


def _refuse_unknown(node: Mapping[str, Node], known: set[str], path: str) -> None:
    for name in node:
        if name not in known:
            refuse(child(path, name), "there is no such element")


def _text(node: Node, path: str) -> str:
    if not isinstance(node, str) or isinstance(node, Bare):
        refuse(path, "it must be a text in quotes")
    return node
