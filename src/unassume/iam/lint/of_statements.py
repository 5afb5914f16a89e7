"""Effects, actions, resources and principals that do not say what they seem to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from unassume.iam.lint.findings import CHECKS, GUIDE, VARIABLES, Rule, Told
from unassume.iam.lint.reading import Spoken
from unassume.iam.patterns import ARN_PARTS, action_matcher
from unassume.iam.statements import DocumentKind

_OF_IAM = (DocumentKind.IDENTITY, DocumentKind.BOUNDARY, DocumentKind.TRUST, DocumentKind.SESSION)
_WITHOUT_REGION = ("iam", "sts", "organizations", "cloudfront")
_ACCOUNT = re.compile(r"|[0-9]{12}|[0-9*?]*[*?][0-9*?]*|aws|.*\$\{.*", re.DOTALL)
_NO_SERVICE: Mapping[str, str] = MappingProxyType(
    {
        "apigatewayv2": "apigateway",
        "cloudwatchevents": "events",
        "cloudwatchlogs": "logs",
        "cognito": "cognito-idp",
        "dynamo": "dynamodb",
        "efs": "elasticfilesystem",
        "elasticsearch": "es",
        "elb": "elasticloadbalancing",
        "emr": "elasticmapreduce",
        "eventbridge": "events",
        "identitycenter": "sso",
        "organization": "organizations",
        "secretmanager": "secretsmanager",
        "stepfunctions": "states",
    }
)
"""Names of services that are no prefix of actions, and the prefix that is.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""


def _allow_not_action(statement: Spoken) -> Iterator[Told]:
    if statement.effect == "Allow" and "NotAction" in statement.node:
        yield f"{statement.path}.NotAction", "it allows every action but these, also those AWS adds later"


def _allow_not_resource(statement: Spoken) -> Iterator[Told]:
    if statement.effect == "Allow" and "NotResource" in statement.node:
        yield f"{statement.path}.NotResource", "it allows every resource but these, also those made later"


def _not_principal(statement: Spoken) -> Iterator[Told]:
    if statement.effect == "Deny" and "NotPrincipal" in statement.node:
        said = "it denies all who have a permissions boundary, also those named: use a condition on `aws:PrincipalArn`"
        yield f"{statement.path}.NotPrincipal", said


def _not_principal_alone(statement: Spoken) -> Iterator[Told]:
    named = statement.texts("NotPrincipal") if statement.effect == "Deny" else ()
    for text in named:
        found = re.fullmatch(r"(arn:[^:]*):(iam|sts)::([0-9]{12}):(user|role|assumed-role|federated-user)/(.+)", text)
        if not found:
            continue
        start, _, account, kind, name = found.groups()
        missing = [] if {account, f"{start}:iam::{account}:root"} & set(named) else [f"account {account}"]
        role = f"{start}:iam::{account}:role/{name.split('/')[0]}"
        if kind == "assumed-role" and role not in named:
            missing.append(f"role `{role}`")
        if missing:
            yield (
                f"{statement.path}.NotPrincipal",
                f"it denies `{text}` too, unless it names its {' and its '.join(missing)}",
            )


def _variable_elsewhere(statement: Spoken) -> Iterator[Told]:
    for name in ("Action", "NotAction", "Principal", "NotPrincipal"):
        if any("${" in text for text in statement.texts(name)):
            yield f"{statement.path}.{name}", "policy variables work in resources and conditions only"


def _all_services(statement: Spoken) -> Iterator[Told]:
    for name in ("Action", "NotAction"):
        for action in statement.texts(name):
            if action.startswith("*:"):
                yield f"{statement.path}.{name}", f"no service is called `*`: write `*` alone, not `{action}`"


def _no_service(statement: Spoken) -> Iterator[Told]:
    for name in ("Action", "NotAction"):
        for prefix in dict.fromkeys(action.lower().split(":")[0] for action in statement.texts(name)):
            if prefix in _NO_SERVICE:
                yield f"{statement.path}.{name}", f"no action begins with `{prefix}:`: write `{_NO_SERVICE[prefix]}:`"


def _sid(statement: Spoken) -> Iterator[Told]:
    if statement.kind in _OF_IAM and statement.sid and not re.fullmatch(r"[A-Za-z0-9]+", statement.sid):
        yield f"{statement.path}.Sid", "IAM takes only letters and digits in a Sid"


def _empty_list(statement: Spoken) -> Iterator[Told]:
    for name in ("Action", "Resource", "Principal"):
        if statement.node.get(name) == []:
            yield f"{statement.path}.{name}", "an empty list matches nothing, so the statement never applies"
        if statement.node.get(f"Not{name}") == []:
            yield f"{statement.path}.Not{name}", "an empty list leaves nothing out, so the statement takes in all"


def _arn_account(statement: Spoken) -> Iterator[Told]:
    for path, parts in _arns(statement):
        if not _ACCOUNT.fullmatch(parts[4]):
            yield path, f"`{parts[4]}` is no account: it has 12 digits"


def _arn_region(statement: Spoken) -> Iterator[Told]:
    for path, parts in _arns(statement):
        if parts[2] in _WITHOUT_REGION and parts[3] not in ("", "*"):
            yield path, f"ARNs of `{parts[2]}` have no region, so `{parts[3]}` matches none"


def _arns(statement: Spoken) -> Iterator[tuple[str, list[str]]]:
    for name in ("Resource", "NotResource"):
        for text in statement.texts(name):
            parts = text.split(":", ARN_PARTS - 1)
            if len(parts) == ARN_PARTS and "${" not in ":".join(parts[:5]):
                yield f"{statement.path}.{name}", parts


def _trust_action(statement: Spoken) -> Iterator[Told]:
    principal = statement.node.get("Principal")
    providers = principal.get("Federated") if isinstance(principal, dict) else None
    if statement.kind is not DocumentKind.TRUST or statement.effect != "Allow" or "Action" not in statement.node:
        return
    for provider in providers if isinstance(providers, list) else [providers]:
        if not isinstance(provider, str):
            continue
        wanted = "sts:AssumeRoleWithSAML" if ":saml-provider/" in provider else "sts:AssumeRoleWithWebIdentity"
        if not any(action_matcher(action)(wanted.lower()) for action in statement.texts("Action")):
            yield f"{statement.path}.Action", f"`{provider}` can assume the role by `{wanted}` only"


RULES = (
    Rule("allow-not-action", "warning", f"{GUIDE}reference_policies_elements_notaction.html", _allow_not_action),
    Rule("allow-not-resource", "warning", f"{GUIDE}reference_policies_elements_notresource.html", _allow_not_resource),
    Rule("not-principal-and-boundaries", "warning", f"{GUIDE}access_policies_boundaries.html", _not_principal),
    Rule(
        "not-principal-alone",
        "warning",
        f"{GUIDE}reference_policies_elements_notprincipal.html",
        _not_principal_alone,
    ),
    # ASSUMPTION: AWS says where variables work, and refuses principals that are not there; so also these.
    Rule("variable-elsewhere", "error", VARIABLES, _variable_elsewhere),
    # ASSUMPTION: AWS documents `*` and `service:...` only; what it does with `*:*` is not written.
    Rule("wildcard-service", "warning", f"{GUIDE}reference_policies_elements_action.html", _all_services),
    Rule("no-such-service", "warning", CHECKS, _no_service),
    Rule("sid-letters", "error", f"{GUIDE}reference_policies_elements_sid.html", _sid),
    Rule("empty-list", "warning", CHECKS, _empty_list),
    Rule("arn-account", "warning", CHECKS, _arn_account),
    Rule("arn-region", "warning", CHECKS, _arn_region),
    Rule("trust-action", "warning", f"{GUIDE}id_roles_create_for-idp.html", _trust_action),
)
