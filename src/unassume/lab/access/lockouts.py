"""Whether a key policy would let its writer write the next one, as KMS asks before it takes it.

AWS: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html (BypassPolicyLockoutSafetyCheck)
ASSUMPTION: it asks the key's policy alone, so one that delegates to the account passes, whatever IAM allows there.
"""

from __future__ import annotations

from datetime import datetime

from unassume.errors import InputError
from unassume.iam.authorize import authorize
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.evaluate import Request
from unassume.iam.layers import Layers, NamedPolicy
from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.access.callers import Caller
from unassume.lab.access.context import context
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import on
from unassume.lab.operations.standing import key_arn
from unassume.lab.wire.claims import Signed
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal, not_implemented

_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}'
_NEW = "00000000-0000-0000-0000-000000000000"


def check_lockout(operation: Operation, caller: Caller, incoming: Incoming, signed: Signed, now: datetime) -> None:
    """A Refusal when the key policy in the call would shut the caller out from changing it, unless it bypasses that."""
    given = operation.parameters
    if (operation.service, operation.name) not in (("kms", "PutKeyPolicy"), ("kms", "CreateKey")):
        return
    if not given.get("Policy") or given.get("BypassPolicyLockoutSafetyCheck") is True:
        return
    try:
        policy = parse(str(given["Policy"]), DocumentKind.RESOURCE)
    except InputError:
        return  # whoever writes it says so
    needed = _next_write(str(given.get("KeyId") or _NEW), caller, signed)
    keys = context(caller, incoming, signed.region, now, needed.keys, needed=needed, signed=signed)
    layers = Layers(identity=(NamedPolicy("any", parse(_ALL)),), resource=policy)
    decision = authorize(Request(needed.action, needed.resource, keys, caller.principal), layers)
    if decision.outcome == "unknown":
        raise not_implemented("telling whether this key policy shuts its writer out")
    if decision.outcome != "allow":
        message = "The new key policy will not allow you to update the key policy in the future."
        raise Refusal(code="MalformedPolicyDocumentException", status=400, message=message)


def _next_write(named: str, caller: Caller, signed: Signed) -> Needed:
    keys: dict[str, Value] = {"kms:viaservice": ABSENT, "kms:requestalias": ABSENT}
    keys["kms:calleraccount"] = Known((caller.account,))
    return on("kms:PutKeyPolicy", key_arn(named, caller.account, signed.region), keys)
