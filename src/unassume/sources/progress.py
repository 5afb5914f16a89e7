"""The Progress port when nobody watches."""

from __future__ import annotations


class SilentProgress:
    """Says nothing."""

    def tell(self, stage: str, text: str) -> None:
        """Take the line and drop it."""

    def count(self, stage: str, done: int, total: int) -> None:
        """Say nothing."""
