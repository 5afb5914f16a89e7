"""The gate: every request is proven, judged, answered or forwarded, and written down.

    authorization header -> key -> age, signature, token, expiry -> operation -> actions and resources -> judgement
    -> STS, LookupEvents, ListRegions here; everything else by moto -> answer in the caller's protocol -> event, call

INVARIANT: nothing reaches moto that was not judged and allowed. Each way out writes one call; each proven caller's
call writes one event. ASSUMPTION: AWS logs authenticated calls only ("CloudTrail logs all authenticated API requests").
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

from unassume.lab.access.callers import Caller, authenticate
from unassume.lab.access.context import context
from unassume.lab.access.credentials import Credentials, Keyring
from unassume.lab.access.judge import Judgement, judge
from unassume.lab.access.lockouts import check_lockout
from unassume.lab.access.restrictions import check_restrictions
from unassume.lab.accounts.history import History
from unassume.lab.accounts.regions import list_regions
from unassume.lab.backend.app import MotoApp, is_closed
from unassume.lab.backend.forwarding import Forwarding, error_of
from unassume.lab.backend.serving import served_in
from unassume.lab.calls import Call, CallLog
from unassume.lab.clock import LabClock
from unassume.lab.control.doorway import LostReply
from unassume.lab.control.faults import Faults
from unassume.lab.federation.provider import Federation
from unassume.lab.operations.outside import why_outside
from unassume.lab.operations.resolve import Operation, family, resolve
from unassume.lab.operations.table import Scene, needs
from unassume.lab.operations.unjudged import writes_unjudged
from unassume.lab.passage import Passage
from unassume.lab.simulation.service import SIMULATIONS, simulate
from unassume.lab.sts.by_service import service_caller
from unassume.lab.sts.granted import Granted, Realm
from unassume.lab.sts.parameters import role_arn as role_account
from unassume.lab.sts.service import JUDGED_HERE, NEVER_STOPPED, UNSIGNED, Sts, unsigned_call
from unassume.lab.trail.events import write_events
from unassume.lab.trail.lookup import LabTrail
from unassume.lab.trail.responses import response_elements
from unassume.lab.trail.selectors import check_trail_call
from unassume.lab.wire.authorization import read_authorization
from unassume.lab.wire.claims import Signed
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Family, Refusal, Why, not_implemented
from unassume.lab.wire.sending import headers_of, status_line
from unassume.lab.wire.shapes import Answer, error, json_result, query_result

_HOME = "us-east-1"
"""Where calls happen that are not signed for a region."""
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
        faults: Faults,
        federation: Federation,
        on_call: Callable[[Call], None] | None = None,
    ) -> None:
        self._forwarding = Forwarding(moto, history)
        self._on_call = on_call
        self._faults = faults
        self._regions = regions
        self._keyring = keyring
        self._history = history
        self._trail = trail
        self._clock = clock
        self._sts = Sts(Realm(keyring, history, clock, federation))
        self.log = CallLog()

    def serve(self, incoming: Incoming, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request in AWS's shape; LostReply when it was done and its answer is not to be sent."""
        passage = Passage(incoming, self._clock.now())
        answer = self._answered(passage)
        self._write_down(passage, answer)
        if passage.is_reply_lost:
            raise LostReply
        is_head = passage.incoming.method == "HEAD"
        headers = headers_of(answer, passage.family, passage.request, self._clock.now(), is_head=is_head)
        start_response(status_line(answer), headers)
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
        service = passage.signed.service if passage.signed else ""
        code, status, message = refusal.worded(passage.family, service)
        passage.error = (code, message)
        passage.reason = passage.reason if passage.allowed else refusal.reason
        return error(passage.family, service, code, status, message, passage.request)

    def _answer(self, passage: Passage) -> Answer:
        incoming = passage.incoming
        self._trail.deliver(passage.at)
        passage.family = family(incoming, "")
        if is_closed(incoming.path):
            raise Refusal(Why.UNSIGNED, "this path is not part of AWS", reason="moto's own path")
        incoming.check_source_ip()
        signed = passage.signed = unsigned_call(incoming, _HOME) or read_authorization(incoming)
        passage.family = family(incoming, signed.service)
        if signed.region not in self._regions:
            message = f"the region {signed.region} is not enabled; the lab serves {', '.join(self._regions)}"
            raise Refusal(Why.UNKNOWN_KEY, message)
        unresolved: Refusal | None = None
        try:
            passage.operation = resolve(incoming, signed.service)
        except Refusal as refusal:
            unresolved = refusal
        if signed.key_id:
            passage.caller = authenticate(incoming, signed, self._keyring, self._history, self._clock)
        if unresolved is not None:
            raise unresolved
        assert passage.operation is not None
        if passage.operation.service == "sts" and passage.operation.name in UNSIGNED:
            return self._by_provider(passage, passage.operation, signed)
        if passage.caller is None:
            raise Refusal(Why.UNSIGNED)
        check_restrictions(passage.caller, passage.operation.service, passage.operation.name)
        self._meet_faults(passage, passage.caller, passage.operation)
        return self._proven(passage, passage.caller, passage.operation, signed)

    def _meet_faults(self, passage: Passage, caller: Caller, operation: Operation) -> None:
        action = f"{operation.prefix}:{operation.name}"
        passage.is_reply_lost = self._faults.meet(action, caller.arn, caller.name, passage.family)

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
            case "cloudtrail", "GetTrailStatus":
                return json_result(self._trail.status(caller.account, signed.region, operation.parameters))
            case "account", "ListRegions":
                return json_result(list_regions(self._regions, operation.parameters), "application/json")
            case "iam", name if name in SIMULATIONS:
                return simulate(operation, caller.account, self._history, passage.request)
            case _:
                if operation.service == "cloudtrail":
                    check_trail_call(operation.name, operation.parameters)
                return self._by_moto(passage, operation, signed)

    def _judge(self, passage: Passage, caller: Caller, operation: Operation, signed: Signed) -> None:
        view = self._history.newest(caller.account)
        user = None if caller.session else caller.name
        scene = Scene(caller.account, signed.region, view, passage.incoming, user)
        passage.needs = needs(operation, scene)
        for needed in passage.needs.all:
            keys = context(
                caller, passage.incoming, signed.region, self._clock.now(), needed.keys, needed=needed, signed=signed
            )
            judgement = judge(caller, needed, keys, self._history, is_mapped=passage.needs.mapped)
            if not judgement.allowed:
                is_encoded = passage.family is Family.EC2
                encoded = self._sts.messages.encoded(caller, needed, keys.values, judgement) if is_encoded else ""
                raise _denial(judgement, passage.family, encoded)
        if writes_unjudged(operation, passage.incoming):
            raise not_implemented(f"{operation.service}:{operation.name} yet: it would not be enforced")
        if why := why_outside(operation, passage.incoming):
            raise not_implemented(f"{operation.service}:{operation.name} {why}")
        check_lockout(operation, caller, passage.incoming, signed, self._clock.now())
        passage.account = served_in(operation, passage.needs, passage.incoming, caller.account)

    def _by_sts(self, passage: Passage, caller: Caller, operation: Operation, signed: Signed) -> Answer:
        if operation.name not in JUDGED_HERE | NEVER_STOPPED:
            self._judge(passage, caller, operation, signed)
        return self._granted(passage, self._sts.answer(caller, operation, passage.incoming, signed.region))

    def _by_provider(self, passage: Passage, operation: Operation, signed: Signed) -> Answer:
        """Whoever signed, if anybody did, the caller is the one whom the identity provider vouches for."""
        vouched = self._sts.vouch(operation)
        passage.caller = vouched.caller
        self._meet_faults(passage, vouched.caller, operation)
        return self._granted(passage, self._sts.admit(vouched, operation, passage.incoming, signed.region))

    def _granted(self, passage: Passage, granted: Granted) -> Answer:
        assert passage.operation is not None  # STS was asked for something
        passage.allowed, passage.reason = True, "allow"
        passage.at, passage.response, passage.resources = granted.at or passage.at, granted.response, granted.resources
        return query_result("sts", passage.operation.name, granted.fields, passage.request)

    def assume_as_service(self, service: str, role_arn: str, name: str, lasts: int, region: str) -> Credentials:
        """A role session for an AWS service; a Refusal when the role's trust does not let it in."""
        given = {"RoleArn": role_arn, "RoleSessionName": name}
        passage = Passage(Incoming({"REMOTE_ADDR": service, "HTTP_USER_AGENT": service}), self._clock.now())
        passage.family, passage.signed = Family.QUERY, Signed("", "", region, "sts", (), "")
        caller = passage.caller = service_caller(service, role_account(given)[1])
        operation = passage.operation = Operation("sts", "sts", "AssumeRole", given)
        try:
            granted = self._sts.by_service(caller, operation, passage.incoming, region, lasts)
            answer = self._granted(passage, granted)
        except Refusal as refusal:
            self._write_down(passage, self._refused(passage, refusal))
            raise
        self._write_down(passage, answer)
        assert granted.credentials is not None  # AssumeRole issues some
        return granted.credentials

    def _by_moto(self, passage: Passage, operation: Operation, signed: Signed) -> Answer:
        answer = self._forwarding.answer(operation, passage.account, passage.incoming, signed, passage.request)
        if answer.status >= 400:
            passage.error = error_of(answer)
        else:
            passage.response = response_elements(operation, answer.content_type, answer.body)
        return answer

    def _write_down(self, passage: Passage, answer: Answer) -> None:
        event_id = ""
        if passage.caller is not None and passage.operation is not None:
            event_id = str(uuid.uuid4())
            what = passage.happening(event_id, len(answer.body))
            self._trail.add(*write_events(passage.caller, passage.operation, what))
        call = passage.call(answer.status, event_id)
        self.log.add(call)
        if self._on_call is not None:
            self._on_call(call)


def _denial(judgement: Judgement, shape: Family, encoded: str = "") -> Refusal:
    message = judgement.message
    if shape is Family.EC2:
        message = f"You are not authorized to perform this operation. {message}"
    if encoded:
        # AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
        message = f"{message}. Encoded authorization failure message: {encoded}"
    return Refusal(Why.DENIED, message, reason=judgement.reason)
