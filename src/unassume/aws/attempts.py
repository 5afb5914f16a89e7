"""Reads of which each may be refused: what AWS will not show is named as unread, and the others go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from unassume.aws.refusals import DENIED, asking, code_of
from unassume.errors import AccessError, InputError
from unassume.iam.statements import DocumentKind
from unassume.iam.unread import Unread

T = TypeVar("T")

_GONE = frozenset({"NoSuchEntity", "NoSuchBucketPolicy", "ResourceNotFoundException"})


class Attempts:
    """Calls made side by side, and the layers that stay unread for those that were refused."""

    def __init__(self) -> None:
        self._unread: list[Unread] = []

    @property
    def unread(self) -> tuple[Unread, ...]:
        """The layers that were not read, each reason once."""
        return tuple(dict.fromkeys(self._unread))

    def ask(
        self, layer: DocumentKind, call: str, ask: Callable[[], T], absent: T | None = None, on: str = ""
    ) -> T | None:
        """What the call answers: `absent` where there is no such thing, None where it may not be read (`on` says what).

        AWS: https://docs.aws.amazon.com/general/latest/gr/rande-manage.html
        A region that is not enabled answers as to unknown credentials, so that too leaves only this layer unread.
        """
        try:
            with asking(call):
                return _or_absent(ask, absent)
        except (AccessError, InputError) as error:
            is_denied = error.facts.get("code") in DENIED
            what = f" on `{on}`" if on else ""
            self.leave(layer, f"your credentials may not call `{call}`{what}" if is_denied else error.message)
            return None

    def leave(self, layer: DocumentKind, because: str) -> None:
        """Name a layer as unread."""
        self._unread.append(Unread(layer, because))

    def has_left(self, layer: DocumentKind) -> bool:
        """Whether the layer, or a part of it, was not read."""
        return any(each.layer is layer for each in self._unread)


def _or_absent(ask: Callable[[], T], absent: T | None) -> T | None:
    from botocore.exceptions import ClientError

    try:
        return ask()
    except ClientError as error:
        if code_of(error) in _GONE:
            return absent
        raise
