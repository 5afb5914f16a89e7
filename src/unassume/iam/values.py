"""What may be known of a context key: its values, that it is absent, that it is present, or nothing.

`None` never stands for any of these. A key that may or may not be in the request is `UNKNOWN`;
a key that is in the request with a value we do not know is `PRESENT`; the difference decides
`Null` and `...IfExists`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final, Literal

import msgspec


class Unsaid(Enum):
    """The three kinds of not having a value at hand."""

    ABSENT = "absent"
    PRESENT = "present"
    UNKNOWN = "unknown"


ABSENT: Final = Unsaid.ABSENT
PRESENT: Final = Unsaid.PRESENT
UNKNOWN: Final = Unsaid.UNKNOWN


class Known(msgspec.Struct, frozen=True):
    """The values of a key, as text; `several` is true for keys AWS defines as multivalued."""

    texts: tuple[str, ...]
    several: bool = False


class Between(msgspec.Struct, frozen=True):
    """An instant known only to lie in the half-open interval [earliest, latest), aware UTC."""

    earliest: datetime
    latest: datetime


Value = Known | Between | Unsaid


class Context(msgspec.Struct, frozen=True):
    """The condition keys of a request; `unlisted` says what a key that is not listed counts as."""

    values: Mapping[str, Value]
    unlisted: Literal[Unsaid.ABSENT, Unsaid.UNKNOWN] = Unsaid.ABSENT
