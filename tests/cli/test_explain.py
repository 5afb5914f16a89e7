"""explain at the command line: options, cases, the account, and careless input."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.running import CommandLine

_BOB = "arn:aws:sts::111122223333:assumed-role/Analyst/bob"


def _policy(line: CommandLine, name: str, **statement: Any) -> str:
    whole = {"Sid": name, "Effect": "Allow", "Action": "s3:*", "Resource": "*", **statement}
    path = line.folder / f"{name}.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [whole]}))
    return str(path)


def test_an_allow_and_the_deny_beside_it_are_told(offline: CommandLine) -> None:
    """The decision comes first, then each statement with the part of it that does not apply."""
    cut = _policy(offline, "Cut", Effect="Deny", Condition={"StringEquals": {"aws:userid": "AROAEXAMPLE:keith"}})
    words: tuple[str, ...] = ("explain", "--principal", _BOB, "--action", "s3:GetObject", "--identity", cut)
    words += ("--identity", _policy(offline, "Read"), "--context", "aws:userid=AROAEXAMPLE:bob")
    ran = offline(*words)
    said = " ".join(ran.out.split())
    assert (ran.code, ran.err) == (0, "")
    assert said.startswith("allowed by an identity-based policy: `identity[1]:Read`")
    assert "`aws:userid` is `AROAEXAMPLE:bob`, and StringEquals asks for `AROAEXAMPLE:keith`" in said
    answer = json.loads(offline(*words, "-o", "json").out)
    assert (answer["document"], answer["outcome"]) == ("explanation", "allow")
    assert [each["applies"] for each in answer["statements"]] == [False, True]


def test_each_kind_of_policy_has_its_option(offline: CommandLine) -> None:
    """A layer given as a file bounds the answer."""
    read, nothing = _policy(offline, "Read"), _policy(offline, "Nothing", Action="sqs:*")
    words = ("explain", "--principal", _BOB, "--action", "s3:GetObject", "--identity", read)
    for option, kind in (
        ("--boundary", "permissions boundary"),
        ("--session-policy", "session policy"),
        ("--scp", "service control policy"),
    ):
        assert offline(*words, option, nothing).out.startswith(f"denied, because no {kind} allows it")
    everybody = _policy(offline, "Endpoint", Action="sqs:*", Principal="*")
    assert "VPC endpoint policy" in offline(*words, "--endpoint-policy", everybody).out


def test_a_case_is_explained(offline: CommandLine) -> None:
    """A case of `check` is explained by its id; without one there must be only one."""
    path = offline.folder / "cases.jsonl"
    request = {"principal": _BOB, "action": "s3:GetObject", "resource": "*"}
    lines = [{"id": name, "request": request, "policies": {}, "expect": "deny"} for name in ("one", "two")]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    assert offline("explain", "--case", str(path), "--id", "two").out.startswith("denied, because no identity-based")
    ran = offline("explain", "--case", str(path))
    assert ran.code == 2
    assert "--id" in ran.err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ((), "--principal"),
        (("--principal", _BOB), "--action"),
        (("--principal", _BOB, "--action", "s3:GetObject", "--resource", "bucket"), "`bucket`"),
        (("--principal", _BOB, "--action", "s3:GetObject", "--resource-account", "12"), "`12`"),
        (("--principal", _BOB, "--action", "s3:GetObject", "--context", "nonsense=1"), "`nonsense`"),
        (("--principal", _BOB, "--action", "s3:GetObject", "--context", "a:b=1", "--context", "A:b=2"), "twice"),
        (("--principal", _BOB, "--action", "s3:GetObject", "--context", "a:b=1", "--unknown", "a:B"), "twice"),
        (("--case", "cases.jsonl", "--principal", _BOB), "--case"),
        (("--id", "one"), "--id"),
        (("--principal", "bob", "--action", "s3:GetObject"), "`bob`"),
        (("--principal", _BOB, "--action", "s3"), "`s3`"),
        (("--principal", _BOB, "--action", "s3:GetObject", "--context", "aws:userid"), "--context aws:userid"),
        (("--principal", _BOB, "--action", "s3:GetObject", "--identity", "nowhere.json"), "nowhere.json"),
        (("--principal", _BOB, "--action", "s3:GetObject", "--without", "scp"), "--from-account"),
        (("--case", "empty.jsonl"), "empty.jsonl"),
        (("--principal", "ec2.amazonaws.com", "--action", "s3:GetObject", "--from-account"), "--from-account"),
    ],
)
def test_what_cannot_be_asked_is_named(offline: CommandLine, words: tuple[str, ...], named: str) -> None:
    """Careless input ends with 2 and one line that names it."""
    ran = offline("explain", *words)
    assert (ran.code, ran.out) == (2, "")
    assert named in ran.err


def test_the_role_s_own_policies_come_from_the_account(run: CommandLine) -> None:
    """--from-account adds the role's policies; an allow beside layers that were not read is not told as one."""
    keith = "arn:aws:sts::123456789012:assumed-role/DataAnalyst/keith"
    resource = "arn:aws:s3:::analytics-data/2026/orders.csv"
    words = ("explain", "--principal", keith, "--action", "s3:GetObject", "--resource", resource, "--from-account")
    ran = run(*words)
    said = " ".join(ran.out.split())
    assert (ran.code, ran.err) == (0, "")
    assert said.startswith("allowed as far as the policies read go; a session policy")
    assert "By those that were read: allowed by an identity-based policy: `DataAccess:Objects`" in said
    assert "not read: session policy: AWS shows" in said
    whole = run(*words, *(word for layer in ("session", "scp", "rcp", "resource") for word in ("--without", layer)))
    assert whole.out.startswith("allowed by an identity-based policy: `DataAccess:Objects`\n")


def test_what_would_settle_the_answer_is_told(offline: CommandLine) -> None:
    """An answer that hangs on a key says which value of it leads where, right below the decision."""
    cut = _policy(offline, "Cut", Effect="Deny", Condition={"StringEquals": {"aws:userid": "AROAEXAMPLE:keith"}})
    files = ("--identity", cut, "--identity", _policy(offline, "Read"))
    words = ("explain", "--principal", _BOB, "--action", "s3:GetObject", *files)
    first, *rest = offline(*words).out.splitlines()
    assert first == "not known: `identity[0]:Cut` hangs on `aws:userid`"
    assert rest[0] == "  if `aws:userid` is `AROAEXAMPLE:keith`: denied explicitly"
    assert rest[1].endswith(": allowed")
    settled = json.loads(offline(*words, "-o", "json").out)["settled_by"]
    assert {each["outcome"] for each in settled} == {"allow", "explicit_deny"}


def test_the_deciding_statement_comes_first(offline: CommandLine) -> None:
    """The deny that decides stands above the allows, and statements of other actions are only counted."""
    others = [_policy(offline, name, Action=f"{name}:*") for name in ("sqs", "ec2")]
    files = [_policy(offline, "Read"), *others, _policy(offline, "Cut", Effect="Deny")]
    words = [word for file in files for word in ("--identity", file)]
    lines = offline("explain", "--principal", _BOB, "--action", "s3:GetObject", *words).out.splitlines()
    assert lines == [
        "denied explicitly in an identity-based policy: `identity[3]:Cut`",
        "- identity-based policy: Deny `identity[3]:Cut` ($.Statement[0]) applies",
        "- identity-based policy: Allow `identity[0]:Read` ($.Statement[0]) applies",
        "- 2 other statements do not cover the action",
    ]


def test_a_role_of_another_account_is_not_taken_for_ours(run: CommandLine) -> None:
    """A role of the same name in our own account says nothing of another account's."""
    words = ("explain", "--principal", "arn:aws:iam::999999999999:role/DataAnalyst", "--action", "s3:GetObject")
    ran = run(*words, "--from-account")
    assert (ran.code, ran.out) == (2, "")
    assert "`999999999999`" in ran.err


def test_what_the_arn_does_not_tell_is_not_known(offline: CommandLine) -> None:
    """A session always has a user id, so a cut on it is never taken for a miss because nobody gave the key."""
    cut = _policy(offline, "Cut", Effect="Deny", Condition={"StringEquals": {"aws:userid": "AROAEXAMPLE:keith"}})
    ran = offline(
        "explain", "--principal", _BOB, "--action", "s3:GetObject", "--identity", cut, "--identity",
        _policy(offline, "Read"),
    )  # fmt: skip
    assert ran.out.startswith("not known: `identity[0]:Cut` hangs on `aws:userid`")


def test_a_broken_policy_is_named_by_its_file(offline: CommandLine) -> None:
    """Among several files the one that cannot be read is named."""
    broken = _policy(offline, "Broken", Effect="allow")
    words = ("--identity", _policy(offline, "Read"), "--identity", broken)
    ran = offline("explain", "--principal", _BOB, "--action", "s3:GetObject", *words)
    assert ran.code == 2
    assert "Broken.json" in ran.err


def test_no_policy_at_all_is_said(offline: CommandLine) -> None:
    """Without a policy everything is denied, which is told apart from policies that do not allow."""
    assert "note: no policy was given" in offline("explain", "--principal", _BOB, "--action", "s3:GetObject").out
