"""Faults by rule: which calls they befall, what the client then sees, and what is written down."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from tests.lab.acting import TRUST, allow, answer_of, code_of
from unassume.errors import InputError
from unassume.lab import ACCOUNT, Credentials, Fault, Lab
from unassume.lab.clients import client
from unassume.lab.control.faults import Faults
from unassume.lab.wire.refusals import Family, Refusal


@pytest.fixture(scope="module")
def opened() -> Iterator[Lab]:
    with Lab(seed=None) as lab:
        yield lab


@pytest.fixture
def lab(opened: Lab) -> Lab:
    opened.reset()
    return opened


CALLS = [
    ("s3", "list_buckets", "s3:ListBuckets", ("SlowDown", 503), ("InternalError", 500)),
    ("ec2", "describe_instances", "ec2:DescribeInstances", ("RequestLimitExceeded", 503), ("InternalError", 500)),
    ("iam", "list_users", "iam:ListUsers", ("Throttling", 400), ("ServiceFailure", 500)),
    ("sts", "get_caller_identity", "sts:GetCallerIdentity", ("Throttling", 400), ("InternalFailure", 500)),
    ("dynamodb", "list_tables", "dynamodb:ListTables", ("ThrottlingException", 400), ("InternalServerError", 500)),
    ("lambda", "list_functions", "lambda:ListFunctions*", ("TooManyRequestsException", 429),
     ("ServiceException", 500)),
    ("account", "list_regions", "account:ListRegions", ("ThrottlingException", 429), ("InternalServerException", 500)),
]  # fmt: skip


@pytest.mark.parametrize(("service", "call", "action", "throttled", "broken"), CALLS, ids=[each[0] for each in CALLS])
def test_codes_of_each_protocol(
    lab: Lab, service: str, call: str, action: str, throttled: tuple[str, int], broken: tuple[str, int]
) -> None:
    """A throttled or broken call is answered in its protocol's words, once, and the next one is well."""
    lab.faults.add(Fault("throttle", action=action))
    lab.faults.add(Fault("500", action=action, call=2))
    made = getattr(client(lab, service, lab.credentials("root")), call)
    assert [answer_of(made)[:2] for _ in range(3)] == [throttled, broken, ("OK", 200)]


def test_faulted_calls_are_written_down(lab: Lab) -> None:
    """A throttled call is in the log and in the trail with its code, and was not done."""
    iam = client(lab, "iam", lab.credentials("root"))
    lab.faults.add(Fault("throttle", action="iam:CreateUser"))
    assert code_of(iam.create_user, UserName="late") == "Throttling"
    call, event = lab.calls()[-1], lab.events()[-1]
    assert (call.action, call.code, call.status, call.allowed) == ("iam:CreateUser", "Throttling", 400, False)
    assert (call.reason, call.event_id) == ("fault: throttle", event.id)
    assert (event.record["errorCode"], event.record["errorMessage"]) == ("Throttling", "Rate exceeded")
    assert iam.list_users()["Users"] == []


def test_a_lost_reply(lab: Lab) -> None:
    """The write is done and noted, and the client sees a connection that was closed."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_role(RoleName="Written", AssumeRolePolicyDocument=json.dumps(TRUST))
    lab.faults.add(Fault("drop-reply-after-write", action="iam:PutRolePolicy"))
    put = {"RoleName": "Written", "PolicyName": "P", "PolicyDocument": allow(["s3:*"])}
    with pytest.raises(ConnectionClosedError):
        iam.put_role_policy(**put)
    assert (lab.calls()[-1].action, lab.calls()[-1].status) == ("iam:PutRolePolicy", 200)
    assert lab.events()[-1].name == "PutRolePolicy"
    assert iam.list_role_policies(RoleName="Written")["PolicyNames"] == ["P"]
    assert code_of(iam.put_role_policy, **put) == "OK"


def test_only_the_named_principal(lab: Lab) -> None:
    """A rule may speak of one caller, by name or by a pattern over the ARN; nobody unproven meets one."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="keith")
    iam.put_user_policy(UserName="keith", PolicyName="P", PolicyDocument=allow(["iam:ListUsers"]))
    key = iam.create_access_key(UserName="keith")["AccessKey"]
    keith = client(lab, "iam", Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    liar = client(lab, "iam", Credentials(key["AccessKeyId"], "wrong"))
    for principal in ("keith", f"arn:aws:iam::{ACCOUNT}:user/k*"):
        lab.faults.clear()
        lab.faults.add(Fault("throttle", action="iam:List?sers", principal=principal))
        answers = [code_of(each.list_users) for each in (iam, liar, keith, keith)]
        assert answers == ["OK", "SignatureDoesNotMatch", "Throttling", "OK"]


def test_a_delayed_call_goes_on_when_faults_are_cleared(lab: Lab) -> None:
    """A call waits out its delay, or until the faults are cleared, and is then done."""
    lab.faults.add(Fault("delay", action="sts:GetCallerIdentity", seconds=60))
    answers: list[str] = []
    sts = client(lab, "sts", lab.credentials("root"))
    waiting = threading.Thread(target=lambda: answers.append(code_of(sts.get_caller_identity)))
    waiting.start()
    while not lab.faults.all()[0].fired:
        pass
    assert answers == []
    lab.faults.clear()
    waiting.join(30)
    assert answers == ["OK"]


def test_counting() -> None:
    """Rules count their own matches from the moment they are added, and fire for a run of them."""
    faults = Faults()
    faults.add(Fault("drop-reply-after-write", action="s3:*", call=2, times=2))

    def lost(action: str = "s3:GetObject") -> bool:
        return faults.meet(action, "arn:aws:iam::123456789012:user/bob", "bob", Family.S3)

    assert [lost(), lost("iam:GetRole"), lost(), lost(), lost()] == [False, False, True, True, False]
    assert [(each.matched, each.fired) for each in faults.all()] == [(4, 2)]
    faults.clear()
    assert lost() is False


@pytest.mark.parametrize(
    "given",
    [{"kind": "none"}, {"kind": "delay", "seconds": float("nan")}, {"kind": "delay", "seconds": -1},
     {"kind": "500", "call": 0}, {"kind": "500", "times": 10**9}, {"kind": "500", "seconds": 5}],
)  # fmt: skip
def test_rules_that_make_no_sense(given: dict[str, Any]) -> None:
    """An unknown kind, a delay without an end, or no call at all is refused when the rule is made."""
    with pytest.raises(InputError):
        Fault(**given)


def test_rules_are_bounded() -> None:
    """The thousand-and-first rule is refused."""
    faults = Faults()
    for _ in range(1000):
        faults.add(Fault("throttle"))
    with pytest.raises(InputError, match="1000"):
        faults.add(Fault("throttle"))


def test_a_rate_throttles_what_comes_faster_and_each_account_by_itself() -> None:
    """A bucket of one second's calls for each account, as AWS throttles; it stands until it is cleared."""
    faults = Faults()
    faults.add(Fault("throttle", action="iam:PutRolePolicy", per_second=2))

    def is_let_in(account: str) -> bool:
        try:
            faults.meet("iam:PutRolePolicy", f"arn:aws:iam::{account}:user/x", "x", Family.QUERY)
        except Refusal as refusal:
            return refusal.code != "Throttling"
        return True

    assert [is_let_in("111122223333") for _ in range(4)] == [True, True, False, False]
    assert is_let_in("444455556666")
