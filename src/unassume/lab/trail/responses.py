"""responseElements: what a call that changed something answered, without secrets; null for every other call.

Only services listed are shown, and of their dangerous operations only the fields listed: what a new operation answers
is in no event until somebody has looked at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from botocore.parsers import ResponseParserError, create_parser

from unassume.lab.operations.reads import is_read
from unassume.lab.operations.resolve import Operation
from unassume.lab.trail.hiding import HIDDEN, is_secret, shown
from unassume.lab.trail.naming import is_data_event
from unassume.lab.trail.parameters import operation_model

_SERVICES = frozenset({
    "iam", "organizations", "lambda", "ec2", "cloudtrail", "dynamodb", "sns", "sqs", "events", "secretsmanager", "ssm",
    "kms", "sso-admin", "sso", "identitystore",
})  # fmt: skip
_OF_SERVICE = {
    "secretsmanager": frozenset({"aRN", "name", "versionId"}),
    "ssm": frozenset({"version", "tier", "command", "commandId", "documentName", "instanceIds", "status", "sessionId"}),
    "kms": frozenset({"keyMetadata", "keyId", "arn", "aWSAccountId", "creationDate", "enabled", "keyState", "grantId"}),
}
_OF_OPERATION = {
    ("iam", "CreateAccessKey"): frozenset({"accessKey", "accessKeyId", "status", "userName", "createDate"}),
    ("iam", "CreateLoginProfile"): frozenset({"loginProfile", "userName", "createDate", "passwordResetRequired"}),
    ("iam", "CreateVirtualMFADevice"): frozenset({"virtualMFADevice", "serialNumber"}),
    ("iam", "CreateServiceSpecificCredential"): frozenset({
        "serviceSpecificCredential", "serviceSpecificCredentialId", "serviceName", "serviceUserName", "userName",
        "createDate", "status",
    }),
    ("ec2", "CreateKeyPair"): frozenset({"requestId", "keyName", "keyFingerprint", "keyPairId"}),
}  # fmt: skip
_OF_OPERATION[("iam", "ResetServiceSpecificCredential")] = _OF_OPERATION[("iam", "CreateServiceSpecificCredential")]
_LARGEST = 1 << 20


def response_elements(operation: Operation, content_type: str, body: bytes) -> Mapping[str, Any] | None:
    """What the event shows of a successful answer."""
    service, name = operation.service, operation.name
    if service not in _SERVICES or is_read(operation) or is_data_event(operation) or not 0 < len(body) < _LARGEST:
        return None
    found = _ec2(body) if service == "ec2" else _modelled(operation, content_type, body)
    allowed = _OF_OPERATION.get((service, name)) or _OF_SERVICE.get(service)
    return (_only(found, allowed) if allowed else found) or None


def _modelled(operation: Operation, content_type: str, body: bytes) -> dict[str, Any]:
    """The answer read with botocore's model; nothing when the model does not know it."""
    model = operation_model(operation.service, operation.name)
    if model is None or model.output_shape is None:
        return {}
    parser = create_parser(model.service_model.resolved_protocol)
    answer = {"status_code": 200, "headers": {"content-type": content_type}, "body": body}
    try:
        parsed = parser.parse(answer, model.output_shape)
    except (ResponseParserError, ValueError, KeyError, AttributeError):
        return {}
    parsed.pop("ResponseMetadata", None)
    return _filled(shown(operation.service, parsed, model.output_shape))


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    found = {name: _filled(value) if isinstance(value, Mapping) else value for name, value in fields.items()}
    return {name: value for name, value in found.items() if value not in (None, "", [], {}) or name == "environment"}


def _only(fields: Mapping[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
    return {name: _only(value, allowed) if isinstance(value, Mapping) else value
            for name, value in fields.items() if name in allowed}  # fmt: skip


def _ec2(body: bytes) -> dict[str, Any]:
    """EC2's answers stand in events as their XML does: `item` lists, and `return` with a line before it."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  # moto wrote it
    except ElementTree.ParseError:
        return {}
    found = _element(root)
    return _filled(found) if isinstance(found, dict) else {}


def _element(element: ElementTree.Element) -> Any:
    if len(element) == 0:
        return _literal((element.text or "").strip())
    names = [child.tag.rpartition("}")[2] for child in element]
    if set(names) == {"item"}:
        return {"items": [_element(child) for child in element][:100]}
    found: dict[str, Any] = {}
    for name, child in zip(names, element, strict=True):
        shown_name = "_return" if name == "return" else name
        found[shown_name] = HIDDEN if is_secret(name) or name in ("keyMaterial", "userData") else _element(child)
    return found


def _literal(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdecimal() and len(text) < 6 and str(int(text)) == text else text
