"""The AWS CLI as a program of its own, with its own home: it works in the lab, and is cut as it is at AWS.

Each run of the CLI takes about a second, so each serves several facts.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.acting import ROLE_ARN, code_of, deny
from unassume.lab import Lab
from unassume.lab.clients import client
from unassume.lab.clock import iso

AWS = Path(sys.executable).parent / "aws"
BUCKET = "analytics-data"
AWKWARD = "a folder/plus+and für.txt"
CONFIG = """\
[profile keith]
role_arn = {role}
role_session_name = keith
source_profile = keith-user
region = us-east-1
endpoint_url = {endpoint}
"""


class Shell:
    """A person's machine: a home of its own, the lab's keys of Keith's user, and a profile with a role."""

    def __init__(self, lab: Lab, home: Path) -> None:
        self.lab = lab
        self.home = home
        self.cache = home / ".aws/cli/cache"
        (home / ".aws").mkdir()
        (home / ".aws/config").write_text(CONFIG.format(role=ROLE_ARN, endpoint=lab.endpoint_url))
        shutil.copy(lab.profiles_path, home / ".aws/credentials")

    def aws(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One run of the CLI as Keith's profile."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        mine = {"HOME": str(self.home), "AWS_PROFILE": "keith", "AWS_EC2_METADATA_DISABLED": "true"}
        return subprocess.run(
            [AWS, *words], env={**plain, **mine, "LC_ALL": "C.UTF-8"}, cwd=self.home, capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip

    def works(self, *words: str) -> str:
        """The standard output of a run that must succeed."""
        run = self.aws(*words)
        assert run.returncode == 0, run.stderr
        return run.stdout

    def refused(self, *words: str) -> str:
        """The standard error of a run that must fail."""
        run = self.aws(*words)
        assert run.returncode != 0, run.stdout
        assert "Traceback" not in run.stderr
        return run.stderr.strip()

    def cached(self) -> list[str]:
        """The sessions the CLI keeps."""
        kept = [json.loads(path.read_text()) for path in self.cache.glob("*.json")]
        return [each["Credentials"]["AccessKeyId"] for each in kept]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with Lab() as lab:
        yield Shell(lab, tmp_path_factory.mktemp("home"))


def fetch(url: str) -> tuple[int, str]:
    """The status and the body, without a client of AWS."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode()


def test_twenty_megabytes_go_both_ways(shell: Shell) -> None:
    """A profile with a role copies 20 MB up in parts and down again, and not a byte is lost."""
    content = random.Random(1).randbytes(20 * 1024 * 1024)
    (shell.home / "large").write_bytes(content)
    shell.works("s3", "cp", "--quiet", "large", f"s3://{BUCKET}/large")
    shell.works("s3", "cp", "--quiet", f"s3://{BUCKET}/large", "back")
    assert (shell.home / "back").read_bytes() == content
    actions = {call.action for call in shell.lab.calls() if call.session_name == "keith"}
    assert {"s3:CreateMultipartUpload", "s3:UploadPart", "s3:CompleteMultipartUpload"} <= actions


def test_awkward_keys(shell: Shell) -> None:
    """A key with a space, a plus and an umlaut is stored under exactly that name."""
    (shell.home / "note").write_text("awkward")
    shell.works("s3", "cp", "--quiet", "note", f"s3://{BUCKET}/{AWKWARD}")
    s3 = client(shell.lab, "s3", shell.lab.credentials("root"))
    assert s3.get_object(Bucket=BUCKET, Key=AWKWARD)["Body"].read() == b"awkward"


def test_a_cut_reaches_the_cli_and_its_urls(shell: Shell) -> None:
    """A cut stops the CLI, in AWS's words, and a URL it signed before; the CLI is back once its cache is cleared."""
    read = ("s3api", "get-object", "--bucket", BUCKET, "--key", AWKWARD, "read")
    url = shell.works("s3", "presign", f"s3://{BUCKET}/{AWKWARD}").strip()
    assert fetch(url) == (200, "awkward")
    kept = shell.cached()
    assert len(kept) == 1

    shell.lab.clock.advance(2)
    iam = client(shell.lab, "iam", shell.lab.credentials("responder"))
    older = deny({"DateLessThan": {"aws:TokenIssueTime": iso(shell.lab.clock.now())}})
    assert code_of(iam.put_role_policy, RoleName="DataAnalyst", PolicyName="Cut", PolicyDocument=older) == "OK"
    shell.lab.clock.advance(1)

    who = (
        f"User: {ROLE_ARN.replace('iam', 'sts').replace(':role/', ':assumed-role/')}/keith is not authorized to perform"
    )
    assert shell.refused(*read) == (
        f"An error occurred (AccessDenied) when calling the GetObject operation: {who}: s3:GetObject on resource: "
        f'"arn:aws:s3:::{BUCKET}/{AWKWARD}" with an explicit deny in an identity-based policy'
    )
    table = shell.refused("dynamodb", "scan", "--table-name", "orders")
    assert table.startswith(f"An error occurred (AccessDeniedException) when calling the Scan operation: {who}")
    status, body = fetch(url)
    assert status == 403
    assert "<Code>AccessDenied</Code>" in body
    assert shell.cached() == kept

    shutil.rmtree(shell.cache)
    shell.works(*read)
    assert (shell.home / "read").read_text() == "awkward"
    assert shell.cached() != kept
