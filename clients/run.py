"""The lab, used by a client that is not written in Python: plays the story of clients/javascript and judges it.

    make clients

Opens a lab, lets the program play the parts `before`, `cut` and `expired`, and between them cuts Keith off and jumps
the clock. Exits 1, and shows each outcome that differs, unless every one is right.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unassume.lab import Lab
from unassume.lab.clients import client

HERE = Path(__file__).parent
ROLE, BUCKET, TABLE = "Engineer", "analytics-data", "orders"
RIGHT: dict[str, dict[str, Any]] = {
    "before": {
        "identity": "keith",
        "read": True,
        "head": True,
        "write": 200,
        "item": "19.90",
        "message": 200,
        "keys": {"plain": True, "with space": True, "a+b": True, "für alle/&=.txt": True},
        "large": True,
        "presigned": True,
    },
    "cut": {
        "identity": "keith",  # no policy stops GetCallerIdentity
        "read": "AccessDenied 403",
        "head": "Unknown 403",  # an answer to HEAD has no body to read a code from
        "write": "AccessDenied 403",
        "item": "AccessDeniedException 400",
        "message": "AccessDenied 403",
        "presigned": "AccessDenied 403",
        "large": "AccessDenied 403",
        "mary": {"read": True, "item": "19.90", "message": 200},
    },
    "expired": {
        "identity": "ExpiredToken 403",
        "read": "ExpiredToken 400",
        "head": "Unknown 400",
        "write": "ExpiredToken 400",
        "item": "ExpiredTokenException 400",
        "message": "ExpiredToken 400",
    },
}


def policy(effect: str, condition: dict[str, Any] | None = None) -> str:
    """A document of one statement about everything."""
    statement = {"Effect": effect, "Action": "*", "Resource": "*"} | ({"Condition": condition} if condition else {})
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def prepared(lab: Lab) -> tuple[str, dict[str, str]]:
    """The id of a role that may do everything, and the program's environment."""
    admin = lab.credentials("admin")
    iam = client(lab, "iam", admin)
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{lab.account}:root"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=ROLE, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]
    iam.put_role_policy(RoleName=ROLE, PolicyName="Work", PolicyDocument=policy("Allow"))
    queue = client(lab, "sqs", admin).create_queue(QueueName="jobs")["QueueUrl"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return role["RoleId"], plain | {
        "AWS_ENDPOINT_URL": lab.endpoint_url,
        "AWS_REGION": lab.region,
        "AWS_ACCESS_KEY_ID": admin.access_key_id,
        "AWS_SECRET_ACCESS_KEY": admin.secret_access_key,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAB_ROLE": role["Arn"],
        "LAB_BUCKET": BUCKET,
        "LAB_TABLE": TABLE,
        "LAB_QUEUE": queue,
    }


def differences(right: Any, seen: Any, where: str) -> Iterator[str]:
    """Each outcome that is not the right one, by its name."""
    if isinstance(right, dict) and isinstance(seen, dict):
        for name in sorted(right.keys() | seen.keys()):
            yield from differences(right.get(name), seen.get(name), f"{where}.{name}")
    elif right != seen:
        yield f"{where}: {seen!r} instead of {right!r}"


def play(lab: Lab) -> list[str]:
    """What went otherwise than it should."""
    role_id, environment = prepared(lab)
    wrong: list[str] = []
    node = ["node", "story.mjs"]
    with subprocess.Popen(
        node, cwd=HERE / "javascript", env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as story:
        assert story.stdin is not None
        assert story.stdout is not None
        for part in RIGHT:
            if part == "cut":
                deny = policy("Deny", {"StringEquals": {"aws:userid": f"{role_id}:keith"}})
                iam = client(lab, "iam", lab.credentials("responder"))
                iam.put_role_policy(RoleName=ROLE, PolicyName="Cut", PolicyDocument=deny)
            if part == "expired":
                lab.clock.advance(3601)
            story.stdin.write(part + "\n")
            story.stdin.flush()
            line = story.stdout.readline()
            found = list(differences(RIGHT[part], json.loads(line), part)) if line else [f"{part}: the program ended"]
            print(f"{part}: {'as AWS answers' if not found else 'differs'}", flush=True)
            wrong += found
        story.stdin.close()
    return wrong


def main() -> int:
    """Play, and show what differs."""
    with Lab(seed="bob-mary-keith") as lab:
        wrong = play(lab)
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
