"""The pages on formats, permissions and exit codes say what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from unassume.cli.exits import Exit
from unassume.iam.lint import Finding
from unassume.lab.seeds.bob_mary_keith import responder_policy
from unassume.model.checkups import CheckUp
from unassume.model.evidence import Evidence, Loss, Proof, Watched
from unassume.model.inventories import HeldPolicy, Leftover, Mistake, Ours, Status, StoppedKey, Theirs
from unassume.model.lineages import Lineage, Made
from unassume.model.plans import Canary, Change, CutOff, Gap, Outlook, Plan, WayBack
from unassume.model.preflights import Lack, PolicyWrite, Preflight, Workload, Writer
from unassume.model.previews import Judgement, Preview
from unassume.model.receipts import Begun, Intended, Observed, Proved, Receipt, Refused, SavedDocument, Undone, Written
from unassume.model.rehearsals import DrillResult
from unassume.model.reports import Cut, Decision, Message, Moment, Report, Seal
from unassume.model.rosters import Roster
from unassume.model.sessions import Edge, Issuer, Session
from unassume.model.sightings import Coverage, RawEvent, RegionRead
from unassume.model.slots import RoleInlinePolicy, RoleManagedPolicy

DOCS = Path(__file__).parents[2] / "docs"
PUBLIC = (
    Begun, Canary, Change, Coverage, CutOff, DrillResult, Edge, Evidence, Finding, Gap, Intended, Issuer, Judgement,
    Lineage, Made, Observed, Outlook, Plan, Preview, Proof, RawEvent, Receipt, Refused, RegionRead, RoleInlinePolicy,
    SavedDocument, Session, Undone, WayBack, Written,
    CheckUp, Cut, Decision, Message, Moment, Proved, Report, Seal,
    HeldPolicy, Leftover, Loss, Mistake, Ours, Status, StoppedKey, Theirs, RoleManagedPolicy, Watched,
    Loss, Watched, Lack, PolicyWrite, Preflight, Workload, Writer, Roster,
)  # fmt: skip


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.__name__)
def test_every_field_is_described(kind: type[msgspec.Struct]) -> None:
    """Each field that a document may hold stands, as code, in docs/formats.md."""
    written = set(re.findall(r"`([a-z0-9_]+)`", (DOCS / "formats.md").read_text()))
    assert {field.encode_name for field in msgspec.structs.fields(kind)} - {"format", "at"} - written == set()


def test_the_permissions_are_the_lab_s() -> None:
    """docs/permissions.md shows the very policy the responder of the lab has: what suffices there is what is told."""
    found = re.search(r"<!-- responder policy -->\n```json\n(.*?)```", (DOCS / "permissions.md").read_text(), re.DOTALL)
    assert found is not None
    assert json.loads(found[1]) == responder_policy("123456789012")


@pytest.mark.parametrize("page", ["exit-codes.md", "README.md"])
def test_every_exit_code_is_described(page: str) -> None:
    """Each exit code has its row."""
    rows = re.findall(r"^\| (\d+) \|", (DOCS / page).read_text(), re.MULTILINE)
    assert [int(row) for row in rows] == [int(code) for code in Exit]
