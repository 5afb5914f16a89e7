"""Runs PMapper: `graph ...` is its own command line, `decide FILE GRAPH` prints seconds and answers.

Not part of the package and in no wheel: `make peers` fetches PMapper (AGPL-3.0) into build/peers and runs it there as
a program of its own. Nothing of ours is linked with it: this file imports the standard library and PMapper's own
library code. Its local check says allowed or not, never which kind of deny.
"""

from __future__ import annotations

import collections
import collections.abc
import json
import sys
import time
from pathlib import Path

# PMapper 1.1.5 looks for these where Python had them until 3.9.
for name in ("Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))


def main() -> None:
    """Do what the first argument says."""
    if sys.argv[1] == "graph":
        from principalmapper.__main__ import main as pmapper  # type: ignore[import-not-found]  # not in our environment

        sys.exit(pmapper())
    decide(Path(sys.argv[2]), sys.argv[3])


def decide(asked: Path, graph: str) -> None:
    """Print seconds and answers as JSON."""
    from principalmapper.common import Graph  # type: ignore[import-not-found]  # not in our environment
    from principalmapper.querying.query_interface import (  # type: ignore[import-not-found]  # not in our environment
        local_check_authorization,
    )

    role = Graph.create_graph_from_local_disk(graph).get_node_by_searchable_name("role/Analyst")
    requests = json.loads(asked.read_text())["requests"]
    started = time.perf_counter()
    answers = [local_check_authorization(role, one["action"], one["resource"], one["context"]) for one in requests]
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "answers": ["allow" if each else "deny" for each in answers]}))


if __name__ == "__main__":
    main()
