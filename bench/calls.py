"""AWS calls of one cut, by step and by operation, counted by the lab: what a cut costs in requests.

python bench/calls.py
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from unassume import apply, connect, find, plan, preview, survey, verify
from unassume.lab import Lab
from unassume.model.evidence import Evidence
from unassume.model.leads import parse_lead
from unassume.model.plans import Choices
from unassume.ports import World

Table = dict[str, Counter[str]]


def session_of(lab: Lab, name: str) -> str:
    """The ARN under which a person of the seed last worked."""
    return next(call.principal_arn for call in reversed(lab.calls()) if call.session_name == name)


def cut(lab: Lab, lead: str, world: World, table: Table) -> bool:
    """The river from find to verify, counting at each step; whether the cut was proved."""

    @contextmanager
    def counted(step: str) -> Iterator[None]:
        before = len(lab.calls())
        yield
        table[step] = Counter(call.action for call in lab.calls()[before:])

    with counted("find"):
        lineage = find(parse_lead(lead), world)
    with counted("survey"):
        seen = survey(lineage, world)
    with counted("plan"):
        made = plan(lineage, seen, Choices(incident="bench", canary=True))
    with counted("preview"):
        preview(made, lineage.sessions, made.cut_off.expected(seen.as_of), targets=made.targets)
    with counted("apply"):
        receipt = apply(made, world)
    with counted("verify"):
        evidence = verify(receipt, world, patience=timedelta(minutes=2))
    return isinstance(evidence, Evidence) and evidence.contained


def main() -> None:
    """Cut Keith once, in a lab without delays, and print a table."""
    table: Table = {}
    with tempfile.TemporaryDirectory() as state, Lab(seed="bob-mary-keith", propagation=0, trail_delay=0) as lab:
        os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(lab.profiles_path)
        world = connect("responder", lab.region, lab.endpoint_url, state_dir=state)
        is_proved = cut(lab, session_of(lab, "keith"), world, table)
    print("| step | calls | of which |\n|---|---|---|")
    for step, calls in table.items():
        each = ", ".join(f"{action} {count}" for action, count in calls.most_common())
        print(f"| {step} | {calls.total()} | {each or 'none'} |")
    print(f"| all | {sum(calls.total() for calls in table.values())} | contained: {'yes' if is_proved else 'no'} |")


if __name__ == "__main__":
    main()
