"""The lab's clock: it runs with the real one, and is jumped instead of waited for."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_MOST_JUMPS = 1024


class Jumps:
    """How far a clock was jumped, and when by the machine's clock; of many jumps the latest 1,024 are told apart."""

    def __init__(self) -> None:
        self.total = timedelta()
        self._before: deque[tuple[datetime, timedelta]] = deque(maxlen=_MOST_JUMPS)

    def add(self, at: datetime, by: timedelta) -> None:
        """Jump by so much at an instant of the machine's clock."""
        if by:
            self._before.append((at, self.total))
            self.total += by

    def until(self, stamp: datetime) -> timedelta:
        """How far it had been jumped by then; a stamp in the very instant of a jump is from before it."""
        return next((before for at, before in self._before if at >= stamp), self.total)


class LabClock:
    """Real time plus every advance; thread-safe, and never runs backwards.

    With `moving=False` it stands still until it is advanced.
    """

    def __init__(self, start: datetime | None = None, *, moving: bool = True) -> None:
        self._start = start or datetime.now(UTC)
        self._since = time.monotonic()
        self._moving = moving
        self._jumps = Jumps()
        self._lock = threading.Lock()
        self._watching: tuple[Callable[[datetime], None], ...] = ()

    def now(self) -> datetime:
        """The lab's time, aware UTC."""
        with self._lock:
            return self._now()

    def at_wall(self, stamp: datetime) -> datetime:
        """The lab's time when the machine's clock showed `stamp`, which may also be yet to come.

        A stamp cut to its second that could be from before a jump or after it is taken to be from before.
        """
        with self._lock:
            since = wall() - stamp if self._moving else timedelta()
            return self._now() - since - (self._jumps.total - self._jumps.until(stamp))

    def advance(self, seconds: float) -> None:
        """Jump forward by that many seconds; ValueError for a negative number."""
        if seconds < 0:
            raise ValueError(f"the lab clock does not run backwards: `{seconds}`")
        with self._lock:
            self._jumps.add(wall(), timedelta(seconds=seconds))
        self._tell()

    def sleep(self, seconds: float) -> None:
        """Return with the clock at least `seconds` later than at the call, without waiting."""
        target = self.now() + timedelta(seconds=max(0.0, seconds))
        with self._lock:
            self._jumps.add(wall(), max(timedelta(), target - self._now()))
        self._tell()

    def watch(self, seen: Callable[[datetime], None]) -> Callable[[], None]:
        """Call `seen` with the new time after every jump, until what is returned is called."""
        with self._lock:
            self._watching = (*self._watching, seen)

        def unwatch() -> None:
            with self._lock:
                self._watching = tuple(each for each in self._watching if each != seen)

        return unwatch

    def _tell(self) -> None:
        for seen in self._watching:
            seen(self.now())

    def _now(self) -> datetime:
        run = time.monotonic() - self._since if self._moving else 0.0
        return self._start + timedelta(seconds=run) + self._jumps.total


def wall() -> datetime:
    """The machine's own time: what a client that knows nothing of our jumps signs with."""
    return datetime.now(UTC)


def whole_second(instant: datetime) -> datetime:
    """The instant cut to its second, as AWS issues and logs times."""
    return instant.replace(microsecond=0)


def iso(instant: datetime) -> str:
    """The instant as CloudTrail and STS write it: `2026-11-23T18:30:00Z`."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
