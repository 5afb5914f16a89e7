"""One session cut from a known user id, with 50 ms added to every call: how many calls wait on each other.

The floor is six such calls one after the other, measured in the same run on the same lab. In series is the largest
number of calls of which no two were under way at once, after the identity check; it is what the wall clock pays for.

    python -m bench.one_cut [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta

from unassume import apply, connect, find, plan, survey
from unassume.lab import Call, Fault, Lab
from unassume.lab.clients import client
from unassume.model.leads import parse_lead
from unassume.model.plans import Choices
from unassume.steps.aims import Known
from unassume.steps.find import begin
from unassume.steps.freshness import Looked

ADDED = 0.05
REGIONS = ("us-east-1", "eu-west-1")  # more of them keep the lab's one process busy, not the tool
ALLOWED_CALLS, ALLOWED_RATIO = 6, 1.3


def in_series(calls: list[Call]) -> list[Call]:
    """The most calls of which none overlaps another, each taken to have been under way for the time added to it."""
    chain: list[Call] = []
    for call in sorted(calls, key=lambda call: call.at):
        if not chain or call.at - chain[-1].at >= timedelta(seconds=ADDED):
            chain.append(call)
    return chain


def one_call(lab: Lab) -> float:
    """Seconds a call takes with the delay added; the median of nine."""
    sts, took = client(lab, "sts", lab.credentials("responder")), []
    for _ in range(9):
        started = time.perf_counter()
        sts.get_caller_identity()
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def one_round(lab: Lab) -> tuple[float, float, list[Call]]:
    """Seconds of a floor of six calls, seconds of the cut, and the calls it waited for one after the other."""
    lab.reset()
    keith = next(call for call in reversed(lab.calls()) if call.session_name == "keith")
    iam = client(lab, "iam", lab.credentials("admin"))
    user_id = f"{iam.get_role(RoleName='DataAnalyst')['Role']['RoleId']}:{keith.session_name}"
    lab.faults.add(Fault("delay", seconds=ADDED, times=1_000_000))
    floor = ALLOWED_CALLS * one_call(lab)
    with tempfile.TemporaryDirectory() as state:
        world = connect("responder", lab.region, lab.endpoint_url, state_dir=state)
        begin(world)
        before, started = len(lab.calls()), time.perf_counter()
        known: Known = {}
        lineage = find(parse_lead(user_id), world, in_haste=True, known=known)
        looked = Looked(lineage=lineage, survey=survey(lineage, world, known))
        apply(plan(lineage, looked.survey, Choices(incident="bench")), world, looked=looked)
        took = time.perf_counter() - started
    return floor, took, in_series(list(lab.calls()[before:]))


def main() -> None:
    """Print the medians of some rounds, and which calls make up the longest wait."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with Lab(seed="bob-mary-keith", propagation=0, read_delay=0, trail_delay=0, regions=REGIONS) as lab:
        os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(lab.profiles_path)
        found = [one_round(lab) for _ in range(rounds)]
    floor, took = statistics.median(one[0] for one in found), statistics.median(one[1] for one in found)
    chain = sorted(found, key=lambda one: len(one[2]))[rounds // 2][2]
    each = ", ".join(f"{action} {count}" for action, count in Counter(call.action for call in chain).most_common())
    print("| | measured | allowed |\n|---|---|---|")
    print(f"| calls in series | {len(chain)} | {ALLOWED_CALLS} |")
    print(f"| beside the floor | {took / floor:.1f} | {ALLOWED_RATIO} |")
    print(f"\nfloor {floor * 1000:.0f} ms, cut {took * 1000:.0f} ms; in series: {each}")


if __name__ == "__main__":
    main()
