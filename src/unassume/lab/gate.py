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
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import msgspec

from unassume.lab.actions import NOT_JUDGED_YET, Needs, Scene, needs
from unassume.lab.callers import Caller, authenticate
from unassume.lab.calls import Call, CallLog
from unassume.lab.clock import LabClock
from unassume.lab.context import context
from unassume.lab.credentials import Keyring, Session
from unassume.lab.events import Happening, is_read, write_event
from unassume.lab.history import History
from unassume.lab.incoming import Incoming
from unassume.lab.judge import Judgement, judge
from unassume.lab.moto_app import MotoApp, is_closed
from unassume.lab.operations import Operation, family, resolve
from unassume.lab.policy_writes import check_write
from unassume.lab.refusals import Family, Refusal, Why, not_implemented
from unassume.lab.regions import list_regions
from unassume.lab.role_reads import lagging_read
from unassume.lab.shapes import Answer, error, json_result, query_result, request_id
from unassume.lab.sigv4 import Signed, read_authorization
from unassume.lab.sts import Sts
from unassume.lab.trail import LabTrail

StartResponse = Callable[[str, list[tuple[str, str]]], object]
_ALWAYS = frozenset({("sts", "GetCallerIdentity")})


class _Passage:
    """What becomes known of one request on its way through."""

    def __init__(self, incoming: Incoming, at: datetime) -> None:
        self.incoming = incoming
        self.at = at
        self.request = request_id()
        self.family = Family.S3
        self.signed: Signed | None = None
        self.caller: Caller | None = None
        self.operation: Operation | None = None
        self.needs = Needs(())
        self.allowed = False
        self.reason = ""
        self.error: tuple[str, str] = ("", "")
        self.session: Session | None = None
        self.response: Mapping[str, Any] | None = None


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
        passage = _Passage(Incoming(environ), self._clock.now())
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

    def _answered(self, passage: _Passage) -> Answer:
        try:
            return self._answer(passage)
        except Refusal as refusal:
            return self._refused(passage, refusal)
        except Exception as problem:  # noqa: BLE001  # whatever breaks in the lab is a refusal in AWS's shape
            # The type is shown, never the trace or the values: they may hold secrets.
            message = f"the lab failed: {type(problem).__name__}"
            return self._refused(passage, Refusal(code="InternalFailure", status=500, message=message))

    def _refused(self, passage: _Passage, refusal: Refusal) -> Answer:
        code, status, message = refusal.worded(passage.family)
        passage.error = (code, message)
        passage.reason = passage.reason if passage.allowed else refusal.reason
        service = passage.signed.service if passage.signed else ""
        return error(passage.family, service, code, status, message, passage.request)

    def _answer(self, passage: _Passage) -> Answer:
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

    def _proven(self, passage: _Passage, caller: Caller, operation: Operation, signed: Signed) -> Answer:
        """INVARIANT: what follows the judgement runs only when every needed action is allowed."""
        if (operation.service, operation.name) == ("sts", "AssumeRole"):
            return self._assume_role(passage, caller, operation, signed)
        if (operation.service, operation.name) not in _ALWAYS:
            self._judge(passage, caller, operation, signed)
        passage.allowed, passage.reason = True, passage.reason or "allow"
        match operation.service, operation.name:
            case "sts", "GetCallerIdentity":
                return query_result("sts", operation.name, self._sts.identity(caller), passage.request)
            case "sts", "GetAccessKeyInfo":
                account = self._sts.key_account(operation.parameters)
                return query_result("sts", operation.name, account, passage.request)
            case "cloudtrail", "LookupEvents":
                self._trail.throttle(caller.account, signed.region)
                return json_result(self._trail.lookup(caller.account, signed.region, operation.parameters))
            case "account", "ListRegions":
                return json_result(list_regions(self._regions, operation.parameters), "application/json")
            case "sts", _:
                raise not_implemented(f"sts:{operation.name} yet")
            case _:
                return self._by_moto(passage, caller, operation, signed)

    def _judge(self, passage: _Passage, caller: Caller, operation: Operation, signed: Signed) -> None:
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

    def _assume_role(self, passage: _Passage, caller: Caller, operation: Operation, signed: Signed) -> Answer:
        granted = self._sts.assume(caller, operation.parameters, passage.incoming, signed.region)
        passage.allowed, passage.reason = True, "allow"
        passage.session, passage.at = granted.session, granted.session.issued_at
        return query_result("sts", "AssumeRole", granted.fields, passage.request)

    def _by_moto(self, passage: _Passage, caller: Caller, operation: Operation, signed: Signed) -> Answer:
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

    def _noted(self, passage: _Passage, answer: Answer) -> Answer:
        """Read from moto's answer what the event needs: the error, or the id of a new access key."""
        if answer.status >= 400:
            passage.error = _error_of(answer)
        elif passage.operation and passage.operation.name == "CreateAccessKey":
            fields = {_FIELDS[name]: text for name, text in _elements(answer.body) if name in _FIELDS}
            passage.response = {"accessKey": fields}
        return answer

    def _write_down(self, passage: _Passage, answer: Answer) -> None:
        event_id, caller, operation, signed = str(uuid.uuid4()), passage.caller, passage.operation, passage.signed
        region = signed.region if signed else ""
        code, message = passage.error
        if caller is not None and operation is not None:
            unmapped = not passage.needs.mapped
            what = Happening(
                event_id, passage.request, passage.at, region, passage.incoming.source_ip, passage.incoming.user_agent,
                code, message, passage.session, unmapped, passage.response,
            )  # fmt: skip
            self._trail.add(write_event(caller, operation, what))
        self.log.add(
            Call(
                at=passage.at,
                account=caller.account if caller else "",
                region=region,
                principal_arn=caller.arn if caller else "",
                session_name=caller.session.name if caller and caller.session else "",
                key_id=signed.key_id if signed else "",
                source_ip=passage.incoming.source_ip,
                action=f"{operation.prefix}:{operation.name}" if operation else "",
                resource=passage.needs.all[0].resource if passage.needs.all else _asked_resource(operation),
                allowed=passage.allowed,
                reason=passage.reason,
                code=code,
                status=answer.status,
                unmapped=not passage.needs.mapped,
                event_id=event_id if caller and operation else "",
            )
        )


_PHRASES = {200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
            409: "Conflict", 500: "Internal Server Error", 501: "Not Implemented"}  # fmt: skip
_FIELDS = {"AccessKeyId": "accessKeyId", "UserName": "userName", "Status": "status"}


def _denial(judgement: Judgement, shape: Family) -> Refusal:
    message = judgement.message
    if shape is Family.EC2:
        message = f"You are not authorized to perform this operation. {message}"
    return Refusal(Why.DENIED, message, reason=judgement.reason)


def _asked_resource(operation: Operation | None) -> str:
    return str(operation.parameters.get("RoleArn", "*")) if operation else ""


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
