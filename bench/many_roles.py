"""200 roles in 10 accounts cut by one plan, against a lab that throttles IAM's writes: how near the floor of the rate.

The floor is what the rate alone takes: each account's writes beyond the first second's, at so many a second, plus one
call. AWS publishes no rate for IAM ("a token bucket", as its blog says); 5 writes a second is this program's choice.

    python -m bench.many_roles [ROLES_PER_ACCOUNT]
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from unassume import connect, find, plan, survey
from unassume.cli.plan_files import write_plan
from unassume.lab import Call, Fault, Lab
from unassume.lab.clients import client
from unassume.model.leads import parse_lead
from unassume.model.plans import Choices

ACCOUNTS, RATE, ADDED, ALLOWED = 10, 5, 0.05, 1.3
REACH = "IncidentResponse"
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_WORK = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def _trust(*arns: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(arns)}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def furnish(lab: Lab, account: str, roles: int) -> list[str]:
    """Roles of one account, each with a leaked session; the ARNs of these sessions."""
    root = lab.credentials(f"root-{account}")
    iam, own = client(lab, "iam", root), f"arn:aws:iam::{lab.account}"
    for name, let_in, text in [
        (REACH, f"{own}:user/responder", _EVERYTHING),
        *((f"job-{number}", f"arn:aws:iam::{account}:role/{REACH}", _WORK) for number in range(roles)),
    ]:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_trust(let_in))
        iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=json.dumps(text))
    given = client(lab, "sts", lab.credentials("responder")).assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/{REACH}", RoleSessionName="thief"
    )["Credentials"]
    thief = client(lab, "sts", type(root)(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]))
    found = []
    for number in range(roles):
        arn = f"arn:aws:iam::{account}:role/job-{number}"
        found.append(thief.assume_role(RoleArn=arn, RoleSessionName="leaked")["AssumedRoleUser"]["Arn"])
    return found


def writes(calls: list[Call]) -> list[Call]:
    """The writes among them that were not throttled."""
    return [call for call in calls if call.action == "iam:PutRolePolicy" and call.code != "Throttling"]


def main() -> None:
    """Print how long the writing took beside the floor of the rate, how long all of apply took, and the memory."""
    roles = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with Lab(seed="bob-mary-keith", accounts=1 + ACCOUNTS, propagation=0, read_delay=0, trail_delay=0,
             regions=("us-east-1",)) as lab:  # fmt: skip
        os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(lab.profiles_path)
        others = [account for account in lab.accounts if account != lab.account]
        reach = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::*:role/{REACH}"}
        text = json.dumps({"Version": "2012-10-17", "Statement": [reach]})
        admin = client(lab, "iam", lab.credentials("admin"))
        admin.put_user_policy(UserName="responder", PolicyName="reach", PolicyDocument=text)
        with ThreadPoolExecutor(4) as pool:
            leads = [arn for found in pool.map(lambda one: furnish(lab, one, roles), others) for arn in found]
        with tempfile.TemporaryDirectory() as state:
            world = connect(
                "responder", lab.region, lab.endpoint_url, state_dir=state, reach_role=REACH, reach_accounts=others
            )
            lineage = find(parse_lead(" ".join(leads)), world)
            made = plan(lineage, survey(lineage, world), Choices(incident="bench"))
            (folder := Path(state)).joinpath("accounts.txt").write_text("\n".join(others))
            write_plan(made, str(folder / "cut.json"))
            lab.faults.add(Fault("throttle", action="iam:PutRolePolicy", per_second=RATE))
            lab.faults.add(Fault("delay", seconds=ADDED, times=1_000_000))
            before, started = len(lab.calls()), time.time()
            subprocess.run(
                [sys.executable, "-c", "from unassume.cli.main import main; main()", "apply", "cut.json", "--yes",
                 "--max-bystanders", "unknown", "--reach", REACH, "--accounts", "accounts.txt", "--state-dir", ".",
                 "--profile", "responder", "--region", lab.region, "--endpoint-url", lab.endpoint_url],
                cwd=state, check=False, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            took = time.time() - started
            calls = list(lab.calls()[before:])
    put = sorted(call.at for call in writes(calls))
    writing = (put[-1] - put[0]).total_seconds() + ADDED
    throttled = sum(call.code == "Throttling" for call in calls)
    floor = max(0, roles - RATE) / RATE + ADDED
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print("| | measured | allowed |\n|---|---|---|")
    print(f"| roles cut | {len(put)} | {len(leads)} |")
    print(f"| writing beside the floor of the rate | {writing / floor:.2f} | {ALLOWED} |")
    print(f"\nfloor {floor:.1f} s, writing {writing:.1f} s, {throttled} calls throttled, all of apply {took:.1f} s, "
          f"peak memory {memory:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
