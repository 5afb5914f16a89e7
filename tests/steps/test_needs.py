"""The responder's policy: sound, narrow, and everything the tool calls."""

from __future__ import annotations

import ast
import importlib
import json
import re
from pathlib import Path

import pytest

import unassume.aws
import unassume.means
from unassume.errors import InputError
from unassume.iam.documents import parse
from unassume.iam.lint import lint
from unassume.means import scp
from unassume.steps.needs import FIND, NEEDS, check_role, responder_policy

AWS, MEANS = Path(str(unassume.aws.__file__)).parent, Path(str(unassume.means.__file__)).parent
NEEDED = {action for need in (FIND, *NEEDS) for action in need.actions}
READS = ("roles.py", "users.py", "holders.py", "regions.py", "lookups.py", "probes.py")
BY_THE_CANARY = {"iam:ListAccountAliases"}  # its refusal is what is wanted


def called(path: Path) -> set[str]:
    """The actions a module says it asks for: `asking("service:Call")`, and constants of that form."""
    texts = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and re.fullmatch(r"[a-z]+:[A-Z]\w+", text)}


def permissions_of(stem: str) -> set[str]:
    """What a file of `means` says its slots take, on roles and on users."""
    module = importlib.import_module(f"unassume.means.{stem}")
    return {one for name in ("PERMISSIONS", "ON_ROLES", "ON_USERS") for one in getattr(module, name, ())}


@pytest.mark.parametrize("more", [{}, {"account": "123456789012", "role": "DataAnalyst"}, {"partition": "aws-cn"}])
def test_the_policy_is_sound(more: dict[str, str]) -> None:
    """It parses, and our own linter has nothing to say of it."""
    text = json.dumps(responder_policy(**more))
    assert len(parse(text).statements) > 5
    assert lint(text) == ()


def test_it_allows_every_action_once_and_no_other() -> None:
    """Each needed action stands in one statement, with the simulator for doctor, and no wildcard."""
    named = [action for each in parse(json.dumps(responder_policy())).statements for action in each.actions or ()]
    texts = sorted(str(getattr(action, "text", action)) for action in named)
    assert texts == sorted(NEEDED | {"iam:SimulatePrincipalPolicy"})


def test_every_means_is_a_need() -> None:
    """What a kind of slot takes is checked by doctor and allowed by its policy."""
    found = [permissions_of(path.stem) for path in MEANS.glob("*.py")]
    assert sum(map(bool, found)) == len(list((AWS / "slots").glob("[a-z]*.py")))
    assert set().union(*found) - set(scp.PERMISSIONS) <= NEEDED  # an SCP is not of the account


@pytest.mark.parametrize("path", sorted((AWS / "slots").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_a_slot_calls_what_its_means_says(path: Path) -> None:
    """What an adapter of a slot asks of AWS stands in the permissions of the means of its name."""
    assert called(path)
    assert called(path) - permissions_of(path.stem) == set()


@pytest.mark.parametrize("name", READS)
def test_what_is_read_is_allowed(name: str) -> None:
    """What find, survey and verify ask of AWS stands in the policy."""
    found = called(AWS / name)
    assert found != set()
    assert found - NEEDED - BY_THE_CANARY == set()


@pytest.mark.parametrize("role", ["", "a b", "x*", "a\nb", "${x}"])
def test_what_is_no_role(role: str) -> None:
    """A name that could widen the policy, or is none, is refused."""
    with pytest.raises(InputError):
        check_role(role)


def test_a_role_by_name_or_arn() -> None:
    """Its ARN says the path, a name has none."""
    assert check_role(None) is None
    assert check_role("Reports") == "Reports"
    assert check_role("arn:aws:iam::123456789012:role/team/Reports") == "team/Reports"
