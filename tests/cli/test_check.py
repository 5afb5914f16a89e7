"""check at the command line: exit codes, answers, and bad files."""

from __future__ import annotations

import json

import pytest

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


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"", "no case"),
        (b"\r\n \n", "no case"),
        (b"\xef\xbb\xbf{}", "line 1: it begins with a byte order mark"),
        (b'{"id": "\xff"}', "line 1: it is not UTF-8"),
        (b"\n[1]", "line 2: expected `object`"),
        (b'{"id": 1}', "line 1: expected `str`"),
        (b'{"id": "a", "colour": 1}', "line 1: object contains unknown field `colour`"),
        (b'{"id": "a"}', "line 1: object missing required field"),
        (b"[" * 100_000, "line 1:"),
        (b'{"id": "' + b"x" * 1_000_000, "line 1:"),
    ],
    ids=["empty", "blank", "mark", "bytes", "array", "type", "unknown", "missing", "deep", "giant"],
)
def test_a_line_that_is_no_case_is_named(offline: CommandLine, text: bytes, named: str) -> None:
    """Each mistake is one line with the number of its line and what a case is, and ends with 2."""
    path = offline.folder / "cases.jsonl"
    path.write_bytes(text)
    ran = offline("check", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert named in ran.complaint[0]
    assert (len(ran.complaint), len(ran.complaint[0]) < 200) == (2, True)


def test_lines_may_end_as_on_windows(offline: CommandLine) -> None:
    """CRLF ends a line, and empty lines are skipped but counted."""
    path = offline.folder / "cases.jsonl"
    path.write_bytes("\r\n\r\n".join([_case("one", "allow"), _case("two", "allow"), ""]).encode())
    assert offline("check", str(path)).out == "2 of 2 cases agree\n"
    path.write_bytes("\r\n\r\n".join([_case("one", "allow")] * 2).encode())
    assert "line 3: the id `one` stands twice" in offline("check", str(path)).err
