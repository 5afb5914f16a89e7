"""Hostile requests, in process: each gets an answer or an AWS-shaped error, and none that is not validly signed passes.

python -m bench.hostile_requests --count 100000 --seed 1
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from random import Random

import msgspec

from bench.hostile import mutations
from bench.hostile.requests import Request, environ_of, projection, signed
from bench.hostile.stock import BUCKET, STOCK
from bench.hostile.verdicts import Answered, fault_of
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.calls import Call, CallLog
from unassume.lab.clients import client

_KEPT = 40


class Findings(msgspec.Struct):
    """What a run saw: statuses, how many mutations were signed anew, and the faults."""

    tried: int = 0
    resigned: int = 0
    proven: int = 0
    allowed: int = 0
    statuses: Counter[int] = msgspec.field(default_factory=Counter)
    faults: list[str] = msgspec.field(default_factory=list)


def run(count: int, seed: int) -> Findings:
    """That many hostile requests to one lab, the same for the same seed but for the keys and the time."""
    found, chance = Findings(), Random(seed)  # noqa: S311  # a repeatable choice, no secret
    with Lab(seed=None) as lab:
        held = _prepared(lab)
        secrets = _secrets(lab, held)
        last = lab._gate.log = _Last(lab._gate.log)
        for request in STOCK:
            _, answer = _asked(lab, signed(request, held))
            if fault := fault_of(answer, request.method == "HEAD", secrets):
                found.faults.append(f"{fault} to the good {request.service} {request.method} {request.target}")
            if last.call is None or not last.call.principal_arn:
                found.faults.append(f"the good {request.service} {request.method} {request.target} is not proven")
        for _ in range(count):
            _attack(lab, held, secrets, chance, found, last)
            if found.tried % 10_000 == 0:
                print(f"{found.tried} tried, {len(found.faults)} faults", file=sys.stderr, flush=True)
            if len(found.faults) >= _KEPT:
                break
    return found


class _Last(CallLog):
    """The lab's record, cut down to its newest call: the whole of it is on disk, and read whole."""

    def __init__(self, inner: CallLog) -> None:
        self._inner = inner
        self.call: Call | None = None

    def add(self, call: Call) -> None:
        """Keep this one only."""
        self.call = call

    def close(self) -> None:
        """Let the lab's own record go."""
        self._inner.close()


def _attack(
    lab: Lab, held: Credentials, secrets: tuple[bytes, ...], chance: Random, found: Findings, last: _Last
) -> None:
    good = chance.choice(STOCK)
    is_resigned = chance.random() < 0.5
    start = good if is_resigned else signed(good, held)
    bad = start
    names = []
    for mutation in chance.choices(mutations.ALL, k=chance.choice((1, 1, 1, 2, 3))):
        bad = mutation(bad, chance)
        names.append(mutation.__name__)
    bad = signed(bad, held) if is_resigned else bad
    last.call = None
    is_whole, answer = _asked(lab, bad)
    call = last.call
    found.tried += 1
    found.resigned += is_resigned
    found.statuses[answer.status] += 1
    fault = fault_of(answer, bad.method.upper() == "HEAD", secrets)
    fault = fault or ("" if is_whole else "no answer at all")
    is_proven = call is not None and bool(call.principal_arn)
    found.proven += is_proven
    found.allowed += call is not None and is_proven and call.allowed
    if not is_resigned and is_proven and projection(bad) != projection(start):
        fault = fault or f"PASSED though changed after signing, {answer.status}"
    if fault:
        shown = (
            f"{bad.method} {bad.target[:300]} {bad.body[:80]!r} {[h for h in bad.headers if h not in start.headers]}"
        )
        found.faults.append(
            f"{fault} | {'+'.join(names)} of {good.service} {good.method} {good.target[:80]} | {shown}"[:1500]
        )


def _asked(lab: Lab, request: Request) -> tuple[bool, Answered]:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        started.append((status, headers))

    try:
        # The doorway is what the lab's server serves; a socket between would only cost time.
        pieces: Iterable[bytes] = lab._doorway(environ_of(request), start_response)
        body = b"".join(pieces)
    except Exception as problem:  # noqa: BLE001  # whatever escapes is what this looks for
        return False, Answered(0, {}, f"{type(problem).__name__}: {problem}".encode())
    status, headers = started[-1]
    return True, Answered(int(status.split(" ")[0]), {name.lower(): value for name, value in headers}, body)


def _prepared(lab: Lab) -> Credentials:
    """A session that may do everything, in a lab with something in it."""
    root = lab.credentials("root")
    s3, iam = client(lab, "s3", root), client(lab, "iam", root)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="a/key", Body=b"value")
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole"]}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.create_role(RoleName="Hostile", AssumeRolePolicyDocument=_document(trust))
    iam.put_role_policy(RoleName="Hostile", PolicyName="All", PolicyDocument=_document(everything))
    iam.create_user(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="All", PolicyDocument=_document(everything))
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def _document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _secrets(lab: Lab, held: Credentials) -> tuple[bytes, ...]:
    known = (held, *(lab.credentials(name) for name in lab.profiles))
    return tuple(text.encode() for each in known for text in (each.secret_access_key, each.session_token) if text)


def main() -> int:
    """Run, print a summary, and say by the exit code whether nothing was found."""
    parser = argparse.ArgumentParser(description="Send hostile requests to a lab in this process.")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = run(given.count, given.seed)
    print(f"tried {found.tried}, signed anew {found.resigned}, proven {found.proven}, allowed {found.allowed}")
    print("statuses " + ", ".join(f"{status}: {times}" for status, times in sorted(found.statuses.items())))
    print(f"faults {len(found.faults)}")
    for fault in found.faults:
        print(f"  {fault}")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
