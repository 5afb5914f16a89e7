"""The README is run: its transcript is the drill's real output, its example works."""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import settings

README = Path(__file__).parent.parent / "README.md"
DRILL = "from unassume.cli.main import main; main()"

# What differs from run to run, most specific first; the rest of the transcript is compared word by word.
VARYING = (
    (r"\b(?:ASIA|AROA|AIDA|AKIA|AIPA)[A-Z0-9]{12,}\b", "<id>"),
    (r"\bs-[0-9a-z]{4,}\b", "<session>"),
    (r"\bUnassume-drill-[\w-]+", "<policy>"),
    (r"\bunassume-canary-\w+", "<canary>"),
    (r"\b(?=[a-f]*\d)[0-9a-f]{6,64}\b", "<hex>"),
    (r"\b\d{8}T\d{6}Z\b|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?", "<time>"),
    (r"\b\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?\b", "<time>"),
    (r"\b\d+(?:\.\d+)? ?(?:ms|s|sec|seconds?|min|minutes?)\b", "<span>"),
    (r"\b\d+ lab seconds\b", "<span>"),
    (r"\b(?:127\.0\.0\.1|localhost):\d+\b", "<endpoint>"),
    (r"(?<![\w.:<])~?/[\w.@+-]+(?:/[\w.@+-]+)+", "<path>"),
    (r"[ \t]+", " "),
)


def block(marker: str, text: str) -> str:
    """The fenced block that follows `<!-- marker -->`."""
    found = re.search(rf"<!-- {marker} -->\n+```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found is not None, f"the README has no block after <!-- {marker} -->"
    return found[1]


def normal(text: str) -> list[str]:
    """The lines of a transcript without what varies: ids, times, spans, ports, paths, runs of blanks."""
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def environment(**more: str) -> dict[str, str]:
    """The tests' environment, in which AWS is out of reach, plus what is given; 80 columns and no colour."""
    return {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", **more}


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL,
        env=environment(**more),
    )  # fmt: skip


def test_the_transcript_is_real() -> None:
    """The README shows what `unassume drill bob-mary-keith` prints, ids, times and paths aside."""
    expected = normal(block("drill transcript", README.read_text()))
    done = run("-c", DRILL, "drill", "bob-mary-keith")
    actual = normal(done.stdout)
    assert done.returncode == 0
    told = [line for line in expected if not line.startswith("$ ")]
    # Word by word: a longer span may move a word to the next line.
    assert list(difflib.ndiff(" ".join(told).split(), " ".join(actual).split())) == [
        f"  {word}" for word in " ".join(told).split()
    ], "\n".join(difflib.unified_diff(told, actual, lineterm="", n=0))


def test_the_transcript_fits_a_terminal() -> None:
    """The transcript has at most 60 lines of at most 80 columns."""
    lines = block("drill transcript", README.read_text()).splitlines()
    assert len(lines) <= 60 + 2  # the command typed and a blank line are not the story
    assert [line for line in lines if len(line) > 80] == []


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The README's library example, at most 15 lines, runs as it stands against a lab and contains Keith's session."""
    from unassume.lab import Lab

    example = block("library example", README.read_text())
    assert len(example.splitlines()) <= 15
    with Lab(seed="bob-mary-keith", propagation=5, trail_delay=300, regions=("us-east-1", "eu-west-1")) as lab:
        for name, value in settings(lab, tmp_path).items():
            monkeypatch.setenv(name, value)
        # The example waits for its proof on the machine's clock; here that clock is the lab's, which is jumped.
        monkeypatch.setattr("unassume.wiring.SystemClock", lambda: lab.clock)
        exec(compile(example, "README.md", "exec"), {"__name__": "__main__"})
    said = capsys.readouterr()
    assert (said.err, said.out.splitlines()[-1].endswith(" contained: True")) == ("", True), said.out


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("key ASIAQX3JLM2N4P5R6S7T", "key ASIAZZZZZZZZZZZZZZZZ"),
        ("cut-off 2026-11-23T18:30:00Z", "cut-off 2027-01-01T00:00:07Z"),
        ("plan 3f9a1c  wrote 2", "plan 77bb01 wrote 2"),
        ("took 12 s", "took 13.5 s"),
        ("receipt /var/lib/state/one.jsonl", "receipt ~/state/two.jsonl"),
    ],
)
def test_what_varies_is_set_aside(one: str, other: str) -> None:
    """Ids, times, fingerprints, spans and paths make no difference between two transcripts."""
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Bob 12 calls, 0 denied", "Bob 12 calls, 1 denied"), ("Keith CUT", "Keith SPARED")]
)
def test_what_counts_is_compared(one: str, other: str) -> None:
    """A changed verdict or count is a difference between two transcripts."""
    assert normal(one) != normal(other)
