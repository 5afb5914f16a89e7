"""Draws PMapper's graph of an account with one role: PMapper's own command reads it from a local AWS (moto)."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from bench.decisions import ACCOUNT

TRUST = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}


def draw(python: Path, graph: Path, policy: str) -> str | None:
    """Put the graph there; the reason where PMapper could not draw it."""
    os.environ |= {"MOTO_ACCOUNT_ID": ACCOUNT, **CREDENTIALS}
    from moto.server import ThreadedMotoServer  # the account is read when moto is imported

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        return _draw(python, graph, policy, f"http://{host}:{port}")
    finally:
        server.stop()


def _draw(python: Path, graph: Path, policy: str, endpoint: str) -> str | None:
    import boto3

    iam = boto3.client("iam", endpoint_url=endpoint)
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    iam.create_role(RoleName="Analyst", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="Analyst", PolicyName="role", PolicyDocument=policy)
    asked = ["graph", "create", "--ignore-orgs", "--localstack-endpoint", endpoint, "--include-services", "iam"]
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "HOME": home, "XDG_DATA_HOME": home}
        program = [str(python), str(Path(__file__).parent / "pmapper.py"), *asked]
        done = subprocess.run(program, capture_output=True, text=True, env=environ)
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["it drew no graph"])[-1]
        shutil.rmtree(graph, ignore_errors=True)
        shutil.copytree(Path(home) / "principalmapper" / ACCOUNT, graph)
    return None
