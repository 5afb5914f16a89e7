"""DecodeAuthorizationMessage, and the encoded message it decodes: what a denial keeps from the denied.

AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import zlib
from collections.abc import Mapping
from typing import Any

from unassume.iam.values import Known, Value
from unassume.lab.access.callers import Caller
from unassume.lab.access.judge import Judgement
from unassume.lab.operations.needed import Needed
from unassume.lab.sts.granted import Asked, Granted
from unassume.lab.sts.parameters import check_names, required
from unassume.lab.wire.refusals import Refusal

_NONCE = 12


class Messages:
    """Encodes and decodes with a key of its own, so that one lab's messages mean nothing to another."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def encoded(self, caller: Caller, needed: Needed, keys: Mapping[str, Value], judgement: Judgement) -> str:
        """What stands behind "Encoded authorization failure message:"; empty where the lab could not judge."""
        if judgement.allowed or judgement.reason.startswith("lab:"):
            return ""
        return self._sealed(caller.account, json.dumps(_said(caller, needed, keys, judgement)))

    def decoded(self, asked: Asked) -> Granted:
        """The message in the clear; ASSUMPTION: only for callers of the account that was denied."""
        check_names(asked.given, ("EncodedMessage",))
        encoded = required(asked.given, "EncodedMessage", 1, 10_240)
        return Granted({"DecodedMessage": self._opened(asked.caller.account, encoded)})

    def _sealed(self, account: str, text: str) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._key).encrypt(nonce, zlib.compress(text.encode()), account.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def _opened(self, account: str, encoded: str) -> str:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
            packed = AESGCM(self._key).decrypt(raw[:_NONCE], raw[_NONCE:], account.encode())
        except (InvalidTag, ValueError, binascii.Error):
            message = "Message is not valid"
            raise Refusal(code="InvalidAuthorizationMessageException", status=400, message=message) from None
        return zlib.decompress(packed).decode()


def _said(caller: Caller, needed: Needed, keys: Mapping[str, Value], judgement: Judgement) -> dict[str, Any]:
    """AWS's JSON; ASSUMPTION: AWS documents what it tells, not the members' names, which are third parties' captures.

    The lab's judgement keeps only the labels of statements, so these stand for them.
    """
    kind, _, labels = judgement.reason.partition(" ")
    is_explicit = kind == "explicit-deny"
    matched = [{"statementId": label, "effect": "DENY"} for label in labels.split(", ") if label and is_explicit]
    return {
        "allowed": False,
        "explicitDeny": is_explicit,
        "matchedStatements": {"items": matched},
        "failures": {"items": []},
        "context": {
            "principal": {"id": caller.user_id, "arn": caller.arn},
            "action": needed.action,
            "resource": needed.resource,
            "conditions": {"items": list(_conditions(keys))},
        },
    }


def _conditions(keys: Mapping[str, Value]) -> Any:
    for key in sorted(keys):
        value = keys[key]
        if isinstance(value, Known):
            yield {"key": key, "values": {"items": [{"value": text} for text in value.texts]}}
