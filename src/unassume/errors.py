"""Every error `unassume` raises on purpose, told apart by what the reader does next.

    UnassumeError            never raised itself
      InputError             what was given is wrong: correct it          exit 2
      AccessError            AWS, the network or a disk refused: mend it  exit 1
      TrailError             the trail could not be read: mend it         exit 1
      StaleError             the account moved on: plan again             exit 4
      RefusedError           a guard said no: read why, then decide       exit 6
      PartialError           some was written: resume or undo             exit 5

Rule 1: the message is one line, lower case, no final period, back-ticks around input.
Rule 2: what to do next stands apart, in `hint`; what a program may want stands in `facts`.
Rule 3: a message may quote what was typed or what AWS said, so what may be a secret in it is masked here, for all.
"""

from __future__ import annotations

import re

_KEY_OR_TOKEN = re.compile(
    r"(?<![\w/+=.-])(?:[A-Za-z0-9/+]{40}|[A-Za-z0-9+=][A-Za-z0-9/+=]{40,}|(?:FwoG|FQoG|IQoJ)[\w/+=%-]{30,})(?![\w/+=.-])",
    re.ASCII,
)
"""A secret key has 40 of these letters; a token more, and never begins like a path. Messages may hold a part of it."""


def masked(text: str) -> str:
    """The text without any word that has the length and letters of a secret key or a session token."""
    return _KEY_OR_TOKEN.sub(lambda word: "(not shown)" if _is_mixed(word[0]) else word[0], text)


def _is_mixed(word: str) -> bool:
    return all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", "[0-9]"))


class UnassumeError(Exception):
    """The common root; raise one of its children."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", facts: dict[str, str] | None = None) -> None:
        if type(self) is UnassumeError:
            raise TypeError("raise one of the children of UnassumeError")
        self.message, self.hint = masked(message), masked(hint)
        super().__init__(self.message)
        self.facts = dict(facts or {})


class InputError(UnassumeError):
    """What was given cannot be understood or judged; nothing was done."""

    exit_code = 2


class AccessError(UnassumeError):
    """AWS, the network or the disk refused a call; nothing was done."""

    exit_code = 1


class TrailError(UnassumeError):
    """The trail could not be read."""

    exit_code = 1


class StaleError(UnassumeError):
    """The account is no longer what the plan saw; nothing was done: plan again."""

    exit_code = 4


class RefusedError(UnassumeError):
    """A guard refused; nothing was done."""

    exit_code = 6


class PartialError(UnassumeError):
    """Some changes were written and some were not; the receipt says which."""

    exit_code = 5

    def __init__(self, message: str, *, receipt_id: str, hint: str = "", facts: dict[str, str] | None = None) -> None:
        super().__init__(message, hint=hint, facts={"receipt": receipt_id, **(facts or {})})
        self.receipt_id = receipt_id
