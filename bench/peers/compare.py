"""Our evaluator beside other open ones: decisions a second, and how many of 10,000 answers agree.

    make peers

The requests are those of `bench/decisions.py`, the policy is the role's own. Every evaluator is a program of its own
that sees each request once; the programs take turns, and the median of the rounds counts. Start-up, and reading the
requests, are not in the time. A peer that is not installed, or fails, is skipped with a line that says so.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec

from bench.decisions import ACCOUNT, policy_text, requests
from bench.peers.graph import draw
from unassume.iam.evaluate import Request
from unassume.iam.principals import AssumedRole
from unassume.iam.values import Known

ROUNDS = 7
HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "peers"
ASKED, GRAPH = BUILD / "requests.json", BUILD / "graph"
PYTHON = BUILD / "venv" / "bin" / "python"


class Run(msgspec.Struct, frozen=True):
    """What a driver prints."""

    seconds: float
    answers: list[str]


def commands() -> dict[str, list[str]]:
    """Each evaluator's program, ours first."""
    found = {
        "ours": [sys.executable, str(HERE / "ours.py"), str(ASKED)],
        "PMapper": [str(PYTHON), str(HERE / "pmapper.py"), "decide", str(ASKED), str(GRAPH)],
        "iam-simulate": ["node", str(HERE / "iam_simulate.mjs"), str(ASKED)],
        "pbac": ["node", str(HERE / "pbac.mjs"), str(ASKED)],
    }
    why = {"PMapper": _why_no_graph(), "iam-simulate": _why_no_node(), "pbac": _why_no_node()}
    for name, reason in why.items():
        if reason:
            print(f"{name}: skipped: {reason}")
            del found[name]
    return found


def _why_no_graph() -> str | None:
    return draw(PYTHON, GRAPH, policy_text()) if PYTHON.exists() else "not installed"


def _why_no_node() -> str | None:
    return None if (BUILD / "node_modules").exists() else "not installed"


def write_requests() -> None:
    """The questions in the peers' words, for all programs to read."""
    listed = [
        {"action": one.action, "resource": one.resource, "principal": _arn(one), "context": _context(one)}
        for one in requests(23)
    ]
    BUILD.mkdir(parents=True, exist_ok=True)
    ASKED.write_text(json.dumps({"account": ACCOUNT, "policy": json.loads(policy_text()), "requests": listed}))


def _arn(request: Request) -> str:
    assert isinstance(request.principal, AssumedRole)
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/Analyst/{request.principal.session_name}"


_SPELLED = ("PrincipalArn", "TokenIssueTime", "SourceIp", "CurrentTime", "SecureTransport", "PrincipalAccount")


def _context(request: Request) -> dict[str, str]:
    """The keys as AWS spells them: peers may care about case."""
    spelled = {f"aws:{name.lower()}": f"aws:{name}" for name in _SPELLED}
    texts = {key: value.texts[0] for key, value in request.context.values.items() if isinstance(value, Known)}
    return {spelled.get(key, key): text for key, text in texts.items()}


def run(command: list[str]) -> Run | str:
    """One round of one program, or the last line of what it said when it failed."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=BUILD, env={**os.environ, "TZ": "UTC"})
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
    return msgspec.json.decode(done.stdout, type=Run)


def measure(programs: dict[str, list[str]]) -> dict[str, list[Run]]:
    """Every round of every program, in turns; a program that fails once is left out, with a line."""
    rounds: dict[str, list[Run]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name in tuple(rounds):
            found = run(programs[name])
            if isinstance(found, str):
                print(f"{name}: skipped: {found}")
                del rounds[name]
            else:
                rounds[name].append(found)
    return rounds


def main() -> None:
    """Print rates, ratios and the answers that differ."""
    write_requests()
    rounds = measure(commands())
    ours = rounds.pop("ours")
    own = _rate(ours)
    print(f"{'ours':>12}: {own:>9,.0f}/s")
    for name, runs in rounds.items():
        pairs = [theirs.seconds / mine.seconds for mine, theirs in zip(ours, runs, strict=True)]
        differing = _differing(ours[0], runs[0])
        agreeing = len(ours[0].answers) - differing.total()
        print(
            f"{name:>12}: {_rate(runs):>9,.0f}/s; ours is {statistics.median(pairs):.1f} times as fast "
            f"({min(pairs):.1f} to {max(pairs):.1f}); {agreeing:,} of {len(ours[0].answers):,} answers agree"
        )
        for (action, mine, theirs), count in differing.most_common():
            print(f"{'':>14}{count:,} differ: {action}: ours {mine}, theirs {theirs}")


def _rate(runs: list[Run]) -> float:
    return statistics.median(len(each.answers) / each.seconds for each in runs)


def _differing(ours: Run, theirs: Run) -> Counter[tuple[str, str, str]]:
    """How often which answer to which action differs; `deny` agrees with either kind of deny."""
    actions = [one.action for one in requests(23)]
    pairs = zip(actions, ours.answers, theirs.answers, strict=True)
    return Counter(each for each in pairs if not each[1].endswith(each[2]))


if __name__ == "__main__":
    main()
