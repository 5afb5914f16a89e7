"""Asks our evaluator what the peers are asked: prints seconds and answers.

The requests come as the peers get them, as mappings of text; making ours of them is in the time.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.documents import parse
from unassume.iam.evaluate import Request
from unassume.iam.values import Context, Known


def main() -> None:
    """Print seconds and answers as JSON."""
    asked = json.loads(Path(sys.argv[1]).read_text())
    layers = Layers(identity=(NamedPolicy("role", parse(json.dumps(asked["policy"]))),))
    started = time.perf_counter()
    answers = [authorize(_request(each), layers).outcome for each in asked["requests"]]
    print(json.dumps({"seconds": time.perf_counter() - started, "answers": answers}))


def _request(asked: dict[str, Any]) -> Request:
    context = Context({key.lower(): Known((text,)) for key, text in asked["context"].items()})
    return Request(asked["action"], asked["resource"], context)


if __name__ == "__main__":
    main()
