"""check at the command line: exit codes, answers, and bad files."""

from __future__ import annotations

import json

from tests.cli.running import CommandLine

_POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'


def _case(name: str, expect: str) -> str:
    request = '{"principal": "arn:aws:iam::111122223333:user/sue", "action": "s3:GetObject", "resource": "*"}'
    return f'{{"id": "{name}", "request": {request}, "policies": {{"identity": [{_POLICY}]}}, "expect": "{expect}"}}'


def test_agreeing_cases_end_with_0_and_others_with_3(offline: CommandLine) -> None:
    """A case that does not agree is named with what was expected, what came out, and why."""
    path = offline.folder / "cases.jsonl"
    path.write_text(_case("good", "allow") + "\n")
    ran = offline("check", str(path))
    assert (ran.code, ran.out.strip()) == (0, "1 of 1 cases agree")
    path.write_text(_case("good", "allow") + "\n" + _case("bad", "deny") + "\n")
    ran = offline("check", str(path))
    assert ran.code == 3
    assert "disagrees: bad: expected deny, got allow" in " ".join(ran.out.split())
    answer = json.loads(offline("check", str(path), "-o", "json").out)
    assert (answer["format"], answer["document"], answer["passed"]) == (1, "check", 1)
    assert {name: answer["failed"][0][name] for name in ("id", "expected", "got")} == {
        "id": "bad", "expected": "deny", "got": "allow",
    }  # fmt: skip


def test_a_broken_case_is_one_line_with_its_number(offline: CommandLine) -> None:
    """What cannot be judged ends with 2, names the line, and judges nothing."""
    path = offline.folder / "cases.jsonl"
    path.write_text(_case("good", "allow") + "\n{\n")
    ran = offline("check", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert "line 2" in ran.err
