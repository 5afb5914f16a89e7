"""The Clock port on this machine's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Real time and real waiting."""

    def now(self) -> datetime:
        """The local clock, aware UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait that long; nothing for zero or less."""
        if seconds > 0:
            time.sleep(seconds)
