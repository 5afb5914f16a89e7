"""A thousand calls from many threads at once: every session is answered as itself, and as its own policy says."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lab.acting import TRUST, allow, assume, deny
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

BUCKET = "crowd"
SESSIONS = 12
THREADS = 12
ROUNDS = 60  # a churned role counts as one of them, and is six calls
TRUST_TEXT = json.dumps(TRUST)


class Member:
    """One session with a shelf of its own: its policy never changes, and lets it read nothing else."""

    def __init__(self, lab: Lab, number: int) -> None:
        self.name = f"member-{number}"
        self.role_arn = f"arn:aws:iam::{ACCOUNT}:role/{self.name}"
        admin = lab.credentials("admin")
        iam = client(lab, "iam", admin)
        iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=TRUST_TEXT)
        own = allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{BUCKET}/{self.name}/*")
        iam.put_role_policy(RoleName=self.name, PolicyName="Own", PolicyDocument=own)
        self.use(lab, assume(lab, admin, self.role_arn, self.name))
        self.s3.put_object(Bucket=BUCKET, Key=f"{self.name}/note", Body=self.name.encode())

    def use(self, lab: Lab, credentials: Credentials) -> None:
        """Work with these credentials from now on."""
        self.s3, self.sts = (client(lab, service, credentials) for service in ("s3", "sts"))


class Crowd:
    """The lab, its members, and what any of them got that it should not have got."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.admin = lab.credentials("admin")
        self.iam = client(lab, "iam", self.admin)
        self.assuming = client(lab, "sts", self.admin)
        client(lab, "s3", self.admin).create_bucket(Bucket=BUCKET)
        self.members = [Member(lab, number) for number in range(SESSIONS)]
        self.wrong: list[str] = []
        self.done: Counter[str] = Counter()

    def work(self, thread: int) -> None:
        """One thread's share: its own random order of the calls below, on a role of its own."""
        choose = random.Random(thread)
        for turn in range(ROUNDS):
            call = choose.choice(CALLS)
            self.done[call.__name__] += 1
            call(self, choose.choice(self.members), f"churn-{thread}", turn)

    def expect(self, what: str, right: Any, seen: Any) -> None:
        """Note an answer that is not the right one."""
        if seen != right:
            self.wrong.append(f"{what}: {seen!r} instead of {right!r}")


def _seen(call: Callable[..., Any], **parameters: Any) -> Any:
    """The answer, or `code status` of an error."""
    try:
        return call(**parameters)
    except ClientError as problem:
        return f"{problem.response['Error']['Code']} {problem.response['ResponseMetadata']['HTTPStatusCode']}"


def reads_own(crowd: Crowd, member: Member, churn: str, turn: int) -> None:
    answer = _seen(member.s3.get_object, Bucket=BUCKET, Key=f"{member.name}/note")
    seen = answer if isinstance(answer, str) else answer["Body"].read()
    crowd.expect(f"{member.name} reads its own", member.name.encode(), seen)


def reads_another(crowd: Crowd, member: Member, churn: str, turn: int) -> None:
    other = crowd.members[(crowd.members.index(member) + 1 + turn % (SESSIONS - 1)) % SESSIONS]
    seen = _seen(member.s3.get_object, Bucket=BUCKET, Key=f"{other.name}/note")
    crowd.expect(f"{member.name} reads {other.name}'s", "AccessDenied 403", seen)


def asks_who_it_is(crowd: Crowd, member: Member, churn: str, turn: int) -> None:
    answer = _seen(member.sts.get_caller_identity)
    seen = answer if isinstance(answer, str) else answer["Arn"]
    crowd.expect("caller", f"arn:aws:sts::{ACCOUNT}:assumed-role/{member.name}/{member.name}", seen)


def assumes_again(crowd: Crowd, member: Member, churn: str, turn: int) -> None:
    answer = _seen(crowd.assuming.assume_role, RoleArn=member.role_arn, RoleSessionName=f"{churn}-{turn}")
    seen = answer if isinstance(answer, str) else answer["AssumedRoleUser"]["Arn"]
    crowd.expect("assumed", f"arn:aws:sts::{ACCOUNT}:assumed-role/{member.name}/{churn}-{turn}", seen)


def churns_a_role(crowd: Crowd, member: Member, churn: str, turn: int) -> None:
    named = {"RoleName": churn}
    crowd.expect("create", dict, type(_seen(crowd.iam.create_role, **named, AssumeRolePolicyDocument=TRUST_TEXT)))
    inline = {**named, "PolicyName": "P"}
    document = deny({"StringEquals": {"aws:userid": f"{member.name}:{turn}"}})
    crowd.expect("put", dict, type(_seen(crowd.iam.put_role_policy, **inline, PolicyDocument=document)))
    read = _seen(crowd.iam.get_role_policy, **inline)
    crowd.expect("get", json.loads(document), read if isinstance(read, str) else read["PolicyDocument"])
    crowd.expect("delete policy", dict, type(_seen(crowd.iam.delete_role_policy, **inline)))
    crowd.expect("delete", dict, type(_seen(crowd.iam.delete_role, **named)))
    crowd.expect("gone", "NoSuchEntity 404", _seen(crowd.iam.get_role, **named))


def writes_its_shelf(crowd: Crowd, member: Member, churn: str, turn: int) -> None:
    key, body = f"{member.name}/{churn}", f"{member.name} {turn}".encode()
    crowd.expect("write", dict, type(_seen(member.s3.put_object, Bucket=BUCKET, Key=key, Body=body)))
    answer = _seen(member.s3.get_object, Bucket=BUCKET, Key=key)
    crowd.expect(f"{key} comes back", body, answer if isinstance(answer, str) else answer["Body"].read())


CALLS = (reads_own, reads_own, reads_another, asks_who_it_is, assumes_again, churns_a_role, writes_its_shelf)


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    """The crowd after its work, all threads at once."""
    with Lab() as lab:
        made = Crowd(lab)
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(made.work, range(THREADS)))
        yield made


def test_nobody_gets_what_is_anothers(crowd: Crowd) -> None:
    """Under churn, each session reads its own and only its own, is told its own name, and every write reads back."""
    assert crowd.wrong == []
    assert set(crowd.done) == {call.__name__ for call in CALLS}
    assert sum(crowd.done.values()) == THREADS * ROUNDS


def test_the_lab_never_breaks_under_a_crowd(crowd: Crowd) -> None:
    """More than a thousand calls at once, and no answer of the 500s."""
    statuses = Counter(call.status for call in crowd.lab.calls())
    assert statuses.total() > 1000
    assert [status for status in statuses if status >= 500] == []


def test_the_record_knows_every_caller(crowd: Crowd) -> None:
    """In the lab's record, too, each call on a shelf is its owner's, or was denied."""
    for call in crowd.lab.calls():
        shelf = call.resource.removeprefix(f"arn:aws:s3:::{BUCKET}/").partition("/")[0]
        if call.allowed and call.action in ("s3:GetObject", "s3:PutObject") and shelf.startswith("member-"):
            assert call.session_name == shelf
