"""A plan for others to write: the very policy that apply would write, where its cut-off is known beforehand."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from tests.fakes import START
from tests.steps.made import ROLE_ID, ROLE_NAME, Scene, made_role, role_arn, scene
from unassume.errors import InputError
from unassume.means.mark import our_statements
from unassume.model.plans import CutOff, RungName
from unassume.report.emit import emitted as emit

PINNED = CutOff(at=START + timedelta(minutes=20))


def emitted(set_up: Scene, rung: RungName | None = None, cut_off: CutOff = PINNED) -> str:
    made = set_up.planned(rung=rung, cut_off=cut_off)
    return "\n".join(emit(made, "terraform", {ROLE_ID: role_arn(ROLE_NAME)}))


def policies(text: str) -> list[str]:
    """The policy texts, read back as Terraform reads a quoted literal."""
    return [json.loads(f'"{found}"') for found in re.findall(r'policy += "(.*)"', text)]


def test_a_pinned_cut_is_an_inline_policy_of_the_role() -> None:
    """The text is ours, with the pinned cut-off in it, and the role is named."""
    text = emitted(scene())
    (policy,) = policies(text)
    (first, *_) = our_statements(policy) or ()
    assert first.cut_off == PINNED.at
    assert f'role   = "{ROLE_NAME}"' in text
    assert text.startswith('resource "aws_iam_role_policy" "unassume_inc_1_')


def test_a_full_role_gets_policies_attached() -> None:
    """Where the plan takes a managed policy, so does the pipeline, attached by reference."""
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = made_role(inline={"full": "x" * 10_240})
    text = emitted(set_up)
    assert our_statements(policies(text)[0])
    assert re.search(r"policy_arn = aws_iam_policy\.unassume_inc_1_\w+\.arn", text)


def test_a_hold_needs_no_cut_off() -> None:
    """A hold has no time in it, so nothing has to be pinned."""
    assert "UnassumeHold" in emitted(scene(), rung="hold", cut_off=CutOff())


def test_an_open_cut_off_is_refused() -> None:
    """Only apply binds a cut-off to now: a pipeline runs at some time that nobody knows."""
    with pytest.raises(InputError, match="only apply binds"):
        emitted(scene(), cut_off=CutOff())


def test_an_scp_is_one_document_to_paste() -> None:
    """The leaked session is named with the pinned cut-off, and the canary is left out."""
    made = scene().planned(cut_off=PINNED)
    (text,) = emit(made, "scp", {ROLE_ID: role_arn(ROLE_NAME)})
    (statement,) = json.loads(text)["Statement"]
    assert statement["Condition"]["DateLessThan"] == {"aws:TokenIssueTime": "2026-11-23T18:20:00Z"}
    assert "canary" not in text.lower()
