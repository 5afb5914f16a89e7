"""Decisions a second on one core, over the workload that docs/check.md's evaluator is meant for.

A role with 10 statements (6 allow, 4 deny) and 10,000 requests of sessions over 10 actions with 7 context keys;
policies are parsed once. The best of several rounds is printed beside the median, for other work shares the machine,
and beside the first, in which no request was seen before. Then what it costs to read a policy and get it ready.
"""

from __future__ import annotations

import json
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.documents import DocumentKind, Policy, parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import AssumedRole
from unassume.iam.rendering import render
from unassume.iam.values import Context, Known, Value

ROUNDS = 7
REQUESTS = 10_000
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Analyst"
ASKED = (
    ("s3:GetObject", "arn:aws:s3:::data/orders.csv"),
    ("s3:PutObject", "arn:aws:s3:::data/{userid}/orders.csv"),
    ("s3:GetObjectAcl", "arn:aws:s3:::other/orders.csv"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders"),
    ("dynamodb:Query", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders"),
    ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"),
    ("ec2:DescribeInstances", "*"),
    ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:report-daily"),
    ("iam:GetRole", ROLE),
)


def _statement(effect: str, **parts: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "*", "Resource": "*", **parts}


def role_policy() -> Policy:
    """The role's policy, read."""
    return parse(policy_text())


def policy_text() -> str:
    """The ten statements: a cut-off, a name, an address, NotAction, NotResource and a variable among them."""
    own = "arn:aws:s3:::data/${aws:userid}/*"
    statements = [
        _statement("Allow", Action=["s3:Get*", "s3:List*"]),
        _statement("Allow", Action="s3:PutObject", Resource=own),
        _statement("Allow", Action=["dynamodb:GetItem", "dynamodb:Query"]),
        _statement("Allow", Action=["kms:Decrypt", "sqs:*"]),
        _statement("Allow", Action="ec2:Describe*"),
        _statement("Allow", Action="lambda:Invoke*", Resource="arn:aws:lambda:*:*:function:report-*"),
        _statement("Deny", Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-11-23T10:00:00Z"}}),
        _statement("Deny", Condition={"StringLike": {"aws:userid": "AROAEXAMPLE:keith*"}}),
        {**_statement("Deny", NotAction="iam:*", Condition={"NotIpAddressIfExists": {"aws:SourceIp": "10.0.0.0/8"}})},
        _statement("Deny", Action="s3:*", NotResource="arn:aws:s3:::data/*"),
    ]
    for statement in statements:
        if "NotAction" in statement:
            del statement["Action"]
        if "NotResource" in statement:
            del statement["Resource"]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def requests(day: int) -> list[Request]:
    """Sessions of the role, issued one second apart on that day, no time or address as on another day."""
    start = datetime(2026, 11, day, 9, tzinfo=UTC)
    return [_request(index, day, start + timedelta(seconds=index)) for index in range(REQUESTS)]


def _request(index: int, day: int, issued_at: datetime) -> Request:
    name = f"keith{index}" if index % 50 == 0 else f"person{index}"
    principal = AssumedRole(
        partition="aws", account=ACCOUNT, role_arn=ROLE, role_id="AROAEXAMPLE", session_name=name, issued_at=issued_at
    )
    keys: dict[str, Value] = {
        "aws:userid": Known((f"AROAEXAMPLE:{name}",)),
        "aws:principalarn": Known((ROLE,)),
        "aws:tokenissuetime": Known((issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),)),
        "aws:sourceip": Known((f"{192 if index % 37 == 0 else 10}.{day}.{index % 256}.{index % 200}",)),
        "aws:currenttime": Known(("2026-11-23T12:00:00Z",)),
        "aws:securetransport": Known(("true",)),
        "aws:principalaccount": Known((ACCOUNT,)),
    }
    action, resource = ASKED[index % len(ASKED)]
    return Request(action, resource.format(userid=f"AROAEXAMPLE:{name}"), Context(keys), principal)


def all_layers(identity: Policy) -> Layers:
    """The role's policy within three levels of SCPs and RCPs, a boundary, a session policy and an endpoint policy."""
    return Layers(
        identity=(NamedPolicy("role", identity),),
        session=(_full(DocumentKind.SESSION),),
        boundary=(NamedPolicy("boundary", _full(DocumentKind.BOUNDARY)),),
        scps=((NamedPolicy("FullAWSAccess", _full(DocumentKind.SCP)),),) * 3,
        rcps=((NamedPolicy("RCPFullAWSAccess", _full(DocumentKind.RCP)),),) * 3,
        endpoint=(NamedPolicy("endpoint", _full(DocumentKind.ENDPOINT)),),
    )


def _full(kind: DocumentKind) -> Policy:
    named = {"Principal": "*"} if kind in (DocumentKind.RCP, DocumentKind.ENDPOINT) else {}
    return parse(json.dumps({"Version": "2012-10-17", "Statement": [_statement("Allow", **named)]}), kind)


def rate(asked: list[Request], layers: Layers) -> tuple[int, int, int]:
    """Decisions a second of processor time: the first round, the best and the median one."""
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for request in asked:
            authorize(request, layers)
        taken.append(time.process_time() - started)
    return int(REQUESTS / taken[0]), int(REQUESTS / min(taken)), int(REQUESTS / statistics.median(taken))


def compile_milliseconds() -> float:
    """The median time to read a policy of ten statements never seen before and to decide its first request."""
    request, taken = requests(23)[0], []
    text = render(role_policy())
    for number in range(200):
        fresh = text.replace("report-", f"report-{number}-").replace("keith", f"keith{number}-")
        started = time.process_time()
        authorize(request, Layers(identity=(NamedPolicy("role", parse(fresh)),)), cases=0)
        taken.append((time.process_time() - started) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Print both figures."""
    identity = role_policy()
    for day, (name, layers) in enumerate(
        (
            ("identity", Layers(identity=(NamedPolicy("role", identity),))),
            ("all", all_layers(identity)),
        ),
        23,
    ):
        first, best, median = rate(requests(day), layers)
        print(f"{name:>9} layers: {first:>8,}/s first, {best:>8,}/s best, {median:>8,}/s median of {ROUNDS} rounds")
    print(f"a policy read and its first request decided: {compile_milliseconds():.2f} ms")


if __name__ == "__main__":
    main()
