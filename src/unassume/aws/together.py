"""Independent reads side by side, for a few seconds: whoever has not answered by then is left behind."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def together(
    jobs: Mapping[_Key, Callable[[], _Value]], seconds: float, workers: int
) -> Mapping[_Key, _Value]:  # fmt: skip
    """What the jobs gave within so many seconds, by their keys; the first one's error when a job raises.

    A job that hangs is left to its thread, which ends with the program: neither waits for the other.
    """
    left, given, raised = deque(jobs.items()), dict[_Key, _Value](), list[BaseException]()
    change = threading.Condition()

    def work() -> None:
        while True:
            with change:
                if not left:
                    return
                key, job = left.popleft()
            try:
                value = job()
            except BaseException as error:  # noqa: BLE001 - it is raised again where the jobs were given
                with change:
                    raised.append(error)
                    left.clear()
                    change.notify_all()
                return
            with change:
                given[key] = value
                change.notify_all()

    for _ in range(min(workers, len(jobs))):
        threading.Thread(target=work, daemon=True).start()
    with change:
        change.wait_for(lambda: raised or len(given) == len(jobs), timeout=seconds)
        left.clear()
        if raised:
            raise raised[0]
        return dict(given)
