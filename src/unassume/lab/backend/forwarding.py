"""A judged call on its way to moto and back: writes of IAM in order, reads as late as they are to be."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext

import msgspec

from unassume.lab.accounts.history import History
from unassume.lab.accounts.policy_principals import follow_principals
from unassume.lab.backend.app import MotoApp
from unassume.lab.backend.arrivals import admit, bring_named
from unassume.lab.backend.boundaries import bounded, check_boundary, user_bounded
from unassume.lab.backend.organization_writes import check_organization, settle
from unassume.lab.backend.policy_answers import policy_answer, settle_policy
from unassume.lab.backend.policy_writes import check_write
from unassume.lab.backend.resource_policy_writes import check_resource_policy
from unassume.lab.backend.role_reads import lagging_read
from unassume.lab.operations.reads import is_read
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.claims import Signed
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.shapes import Answer

_ENDS_OR_RENAMES = frozenset({"DeleteRole", "DeleteUser", "UpdateUser"})


class Forwarding:
    """The way to moto; whoever sends a call has judged and allowed it."""

    def __init__(self, moto: MotoApp, history: History) -> None:
        self._moto = moto
        self._history = history

    def answer(self, operation: Operation, account: str, incoming: Incoming, signed: Signed, request: str) -> Answer:
        """moto's answer, or the older one that a lagging read gives; a Refusal where IAM or the lab says no."""
        if operation.service == "iam" and not is_read(operation):
            return self._written(operation, account, incoming, signed, request)
        if operation.service == "organizations" and not is_read(operation):
            return self._organized(operation, account, incoming, signed)
        own = policy_answer(operation, account, signed.region, self._history)
        if own is not None:
            return own
        check_resource_policy(operation, incoming, self._history)
        old = lagging_read(operation, account, self._history, request)
        # moto's IAM is not thread-safe: a read must not meet a write.
        with self._history.lock if operation.service == "iam" else nullcontext():
            bring_named(operation, account)
            answer = old or self._moto.forward(incoming, signed, account, _what(operation))
        if answer.status < 400:
            settle_policy(operation, account)
        return answer

    def _organized(self, operation: Operation, account: str, incoming: Incoming, signed: Signed) -> Answer:
        """A write of Organizations, and what it makes of the policies over every account."""
        with self._history.lock:
            check_organization(operation, account)
            try:
                answer = self._moto.forward(incoming, signed, account, _what(operation))
                if answer.status < 400:
                    settle(operation, account)
                admit(operation, account, answer, self._history)
            finally:
                # moto may have failed half way: what it holds now is what is enforced.
                self._history.note_guardrails()
        return answer

    def _written(self, operation: Operation, account: str, incoming: Incoming, signed: Signed, request: str) -> Answer:
        answers: list[Answer] = []
        before = self._history.newest(account)

        def change() -> bytes:
            check_write(operation, self._history.newest(account))
            bring_named(operation, account)
            check_boundary(operation, account, self._history.newest(account))
            answer = user_bounded(operation, account, request)
            if answer is None:
                answer = bounded(operation, account, self._moto.forward(incoming, signed, account, _what(operation)))
            answers.append(answer)
            return answer.body

        body = self._history.changing(account, change)
        if operation.name in _ENDS_OR_RENAMES:
            follow_principals(before, self._history.newest(account))
        return msgspec.structs.replace(answers[0], body=body)


def error_of(answer: Answer) -> tuple[str, str]:
    """The code and message of an error moto answered, in XML or JSON."""
    text = answer.body.decode("utf-8", "replace")
    if text.startswith("{"):
        try:
            document = json.loads(text)
        except ValueError:
            return "Error", ""
        code = str(document.get("__type", "")).rpartition("#")[2]
        return code or dict(answer.headers).get("x-amzn-errortype", "Error"), str(document.get("message", ""))
    fields = dict(re.findall(r"<(\w+)>([^<]*)</\1>", text))
    return fields.get("Code", "Error" if text else str(answer.status)), fields.get("Message", "")


def _what(operation: Operation) -> str:
    return f"{operation.prefix}:{operation.name}"
