"""lint on the command line: what a document is put on, and what the JSON holds."""

from __future__ import annotations

import json

from tests.cli.running import CommandLine
from unassume.cli.lint import HOLDERS as OFFERED
from unassume.iam.limits import LIMITS
from unassume.iam.lint.of_documents import HOLDERS

CUT = {"DateLessThan": {"aws:TokenIssueTime": "2026-11-23T18:30:00Z"}, "StringEquals": {"aws:userid": "keith"}}
STATEMENT = {"Sid": "Cut", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": CUT}


def test_the_command_knows_every_holder() -> None:
    """`--for` offers what lint knows the size of, and no more."""
    assert OFFERED == HOLDERS


def test_a_finding_in_json_has_its_place_and_source(offline: CommandLine) -> None:
    """-o json: each finding with rule, severity, JSON path, Sid and AWS's page; exit 3 for a warning too."""
    path = offline.folder / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]}))
    ran = offline("lint", str(path), "-o", "json", "--as-of", "2026-11-23T18:30:00Z")
    (finding,) = json.loads(ran.out)["findings"]
    assert ran.code == 3
    assert (finding["rule"], finding["severity"], finding["sid"]) == ("name-without-role-id", "warning", "Cut")
    assert finding["path"] == '$.Statement[0].Condition.StringEquals["aws:userid"]'
    assert finding["source"].startswith("https://docs.aws.amazon.com/")
    assert "(Cut)" in offline("lint", str(path), "--as-of", "2026-11-23T18:30:00Z").out


def test_what_it_is_put_on_decides(offline: CommandLine) -> None:
    """A document too large for a user passes for a role; one of a role is no trust policy."""
    path = offline.folder / "policy.json"
    ids = [f"AROAEXAMPLEANALYST000:{number:060}" for number in range(LIMITS["user"] // 80)]
    condition = {**CUT, "StringEquals": {"aws:userid": ids}}
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [{**STATEMENT, "Condition": condition}]}))
    asked = ("lint", str(path), "--as-of", "2026-11-23T18:30:00Z", "--for")
    assert offline(*asked, "role").code == 0
    assert "too-large" in offline(*asked, "user").out
    assert "refused" in offline(*asked, "trust").out
