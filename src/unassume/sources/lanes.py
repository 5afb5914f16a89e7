"""The Lanes port on threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")

MOST = 16
"""How many calls go on at once: enough to hide their latency, few enough that AWS seldom throttles."""


class ThreadLanes:
    """Up to 16 threads; what is not begun when one fails, or at Ctrl-C, is left undone, and Ctrl-C waits for none."""

    def each(self, work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
        """What the work gives for every item, in order; the first error comes out once all that began has ended."""
        if len(items) < 2:
            return [work(item) for item in items]
        pool = ThreadPoolExecutor(min(MOST, len(items)))
        begun: list[Future[Found]] = [pool.submit(work, item) for item in items]
        try:
            found = [future.result() for future in begun]
        except Exception:
            pool.shutdown(cancel_futures=True)
            raise
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # a call that hangs is left to its thread
            raise
        pool.shutdown()
        return found
