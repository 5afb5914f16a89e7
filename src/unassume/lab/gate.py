"""The gate: every request is proven, judged, answered or forwarded, and written down.

    authorization header -> key -> age, signature, token, expiry -> operation -> actions and resources -> judgement
    -> STS, LookupEvents, ListRegions here; everything else by moto -> answer in the caller's protocol -> event, call

INVARIANT: nothing reaches moto that was not judged and allowed. Each way out writes one call; each proven caller's
call writes one event. ASSUMPTION: AWS logs authenticated calls only ("CloudTrail logs all authenticated API requests").
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from email.utils import format_datetime
from typing import Any

import msgspec

from unassume.lab.access.callers import Caller, authenticate
from unassume.lab.access.context import context
from unassume.lab.access.credentials import Keyring
from unassume.lab.access.judge import Judgement, judge
from unassume.lab.accounts.history import History
from unassume.lab.accounts.regions import list_regions
from unassume.lab.backend.app import MotoApp, is_closed
from unassume.lab.backend.policy_writes import check_write
from unassume.lab.backend.role_reads import lagging_read
from unassume.lab.calls import CallLog
from unassume.lab.clock import LabClock
from unassume.lab.operations.resolve import Operation, family, resolve
from unassume.lab.operations.table import NOT_JUDGED_YET, Scene, needs
from unassume.lab.passage import Passage
from unassume.lab.sts.service import JUDGED_HERE, NEVER_STOPPED, Sts
from unassume.lab.trail.events import is_read, write_event
from unassume.lab.trail.lookup import LabTrail
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Family, Refusal, Why, not_implemented
from unassume.lab.wire.shapes import Answer, error, json_result, query_result
from unassume.lab.wire.sigv4 import Signed, read_authorization

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Gate:
    """The WSGI application in front of moto."""

    def __init__(
        self,
        moto: MotoApp,
        keyring: Keyring,
        history: History,
        trail: LabTrail,
        clock: LabClock,
        regions: tuple[str, ...],
    ) -> None:
        self._moto = moto
        self._regions = regions
        self._keyring = keyring
        self._history = history
        self._trail = trail
        self._clock = clock
        self._sts = Sts(keyring, history, clock)
        self.log = CallLog()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        passage = Passage(Incoming(environ), self._clock.now())
        answer = self._answered(passage)
        self._write_down(passage, answer)
        is_head = passage.incoming.method == "HEAD"
        headers = [
            *answer.headers,
            ("Content-Type", answer.content_type),
            ("Date", format_datetime(self._clock.now(), usegmt=True)),
            ("x-amz-request-id" if passage.family is Family.S3 else "x-amzn-RequestId", passage.request),
        ]
        has_length = is_head and any(name.lower() == "content-length" for name, _ in answer.headers)
        headers += [] if has_length else [("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status} {_PHRASES.get(answer.status, 'Answer')}", headers)
        return [] if is_head else [answer.body]

    def _answered(self, passage: Passage) -> Answer:
        try:
            return self._answer(passage)
        except Refusal as refusal:
            return self._refused(passage, refusal)
        except Exception as problem:  # noqa: BLE001  # whatever breaks in the lab is a refusal in AWS's shape
            # The type is shown, never the trace or the values: they may hold secrets.
            message = f"the lab failed: {type(problem).__name__}"
            return self._refused(passage, Refusal(code="InternalFailure", status=500, message=message))

    def _refused(self, passage: Passage, refusal: Refusal) -> Answer:
        code, status, message = refusal.worded(passage.family)
        passage.error = (code, message)
        passage.reason = passage.reason if passage.allowed else refusal.reason
        service = passage.signed.service if passage.signed else ""
        return error(passage.family, service, code, status, message, passage.request)

    def _answer(self, passage: Passage) -> Answer:
        incoming = passage.incoming
        passage.family = family(incoming, "")
        if is_closed(incoming.path):
            raise Refusal(Why.UNSIGNED, "this path is not part of AWS", reason="moto's own path")
        signed = passage.signed = read_authorization(incoming)
        passage.family = family(incoming, signed.service)
        if signed.region not in self._regions:
            raise Refusal(Why.UNKNOWN_KEY, reason=f"the region {signed.region} is not enabled")
        unresolved: Refusal | None = None
        try:
            passage.operation = resolve(incoming, signed.service)
        except Refusal as refusal:
            unresolved = refusal
        passage.caller = authenticate(incoming, signed, self._keyring, self._history, self._clock)
        if unresolved is not None:
            raise unresolved
        assert passage.operation is not None
        return self._proven(passage, passage.caller, passage.operation, signed)

    def _proven(self, passage: Passage, caller: Caller, operation: Operation, signed: Signed) -> Answer:
        """INVARIANT: what follows the judgement runs only when every needed action is allowed."""
        if operation.service == "sts":
            return self._by_sts(passage, caller, operation, signed)
        self._judge(passage, caller, operation, signed)
        passage.allowed, passage.reason = True, "allow"
        match operation.service, operation.name:
            case "cloudtrail", "LookupEvents":
                self._trail.throttle(caller.account, signed.region)
                return json_result(self._trail.lookup(caller.account, signed.region, operation.parameters))
            case "account", "ListRegions":
                return json_result(list_regions(self._regions, operation.parameters), "application/json")
            case _:
                return self._by_moto(passage, caller, operation, signed)

    def _judge(self, passage: Passage, caller: Caller, operation: Operation, signed: Signed) -> None:
        view = self._history.newest(caller.account)
        user = None if caller.session else caller.name
        scene = Scene(caller.account, signed.region, view, passage.incoming, user)
        passage.needs = needs(operation, scene)
        for needed in passage.needs.all:
            keys = context(caller, passage.incoming, signed.region, self._clock.now(), needed.keys)
            judgement = judge(caller, needed, keys, self._history)
            if not judgement.allowed:
                raise _denial(judgement, passage.family)
        if (operation.service, operation.name) in NOT_JUDGED_YET:
            raise not_implemented(f"{operation.service}:{operation.name} yet: it would not be enforced")

    def _by_sts(self, passage: Passage, caller: Caller, operation: Operation, signed: Signed) -> Answer:
        if operation.name not in JUDGED_HERE | NEVER_STOPPED:
            self._judge(passage, caller, operation, signed)
        granted = self._sts.answer(caller, operation, passage.incoming, signed.region)
        passage.allowed, passage.reason = True, "allow"
        passage.at, passage.response, passage.resources = granted.at or passage.at, granted.response, granted.resources
        return query_result("sts", operation.name, granted.fields, passage.request)

    def _by_moto(self, passage: Passage, caller: Caller, operation: Operation, signed: Signed) -> Answer:
        what = f"{operation.prefix}:{operation.name}"
        if operation.service != "iam" or is_read(operation):
            old = lagging_read(operation, caller.account, self._history, passage.request)
            # moto's IAM is not thread-safe: a read must not meet a write.
            with self._history.lock if operation.service == "iam" else nullcontext():
                answer = old or self._moto.forward(passage.incoming, signed, caller.account, what)
            return self._noted(passage, answer)
        answers: list[Answer] = []

        def change() -> bytes:
            check_write(operation, self._history.newest(caller.account))
            answers.append(self._moto.forward(passage.incoming, signed, caller.account, what))
            return answers[0].body

        body = self._history.changing(caller.account, change)
        return self._noted(passage, msgspec.structs.replace(answers[0], body=body))

    def _noted(self, passage: Passage, answer: Answer) -> Answer:
        """Read from moto's answer what the event needs: the error, or the id of a new access key."""
        if answer.status >= 400:
            passage.error = _error_of(answer)
        elif passage.operation and passage.operation.name == "CreateAccessKey":
            fields = {_FIELDS[name]: text for name, text in _elements(answer.body) if name in _FIELDS}
            passage.response = {"accessKey": fields}
        return answer

    def _write_down(self, passage: Passage, answer: Answer) -> None:
        event_id = ""
        if passage.caller is not None and passage.operation is not None:
            event_id = str(uuid.uuid4())
            self._trail.add(write_event(passage.caller, passage.operation, passage.happening(event_id)))
        self.log.add(passage.call(answer.status, event_id))


_PHRASES = {200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
            409: "Conflict", 500: "Internal Server Error", 501: "Not Implemented"}  # fmt: skip
_FIELDS = {"AccessKeyId": "accessKeyId", "UserName": "userName", "Status": "status"}


def _denial(judgement: Judgement, shape: Family) -> Refusal:
    message = judgement.message
    if shape is Family.EC2:
        message = f"You are not authorized to perform this operation. {message}"
    return Refusal(Why.DENIED, message, reason=judgement.reason)


def _elements(body: bytes) -> list[tuple[str, str]]:
    return re.findall(r"<(\w+)>([^<]*)</\1>", body.decode("utf-8", "replace"))


def _error_of(answer: Answer) -> tuple[str, str]:
    """The code and message of an error moto answered, in XML or JSON."""
    text = answer.body.decode("utf-8", "replace")
    if text.startswith("{"):
        try:
            document = json.loads(text)
        except ValueError:
            return "Error", ""
        code = str(document.get("__type", "")).rpartition("#")[2]
        return code or dict(answer.headers).get("x-amzn-errortype", "Error"), str(document.get("message", ""))
    fields = dict(_elements(answer.body))
    return fields.get("Code", "Error" if text else str(answer.status)), fields.get("Message", "")
