"""Every error `unassume` raises on purpose, told apart by what the reader does next.

    UnassumeError            never raised itself
      InputError             what was given is wrong: correct it          exit 2
      AccessError            AWS, the network or a disk refused: mend it  exit 1
      TrailError             the trail could not be read: mend it         exit 1
      StaleError             the account moved on: plan again             exit 4
      RefusedError           a guard said no: read why, then decide       exit 6
      PartialError           some was written: resume or undo             exit 5

Rule 1: the message is one line, lower case, no final period, back-ticks around input, no secret.
Rule 2: what to do next stands apart, in `hint`; what a program may want stands in `facts`.
"""

from __future__ import annotations


class UnassumeError(Exception):
    """The common root; raise one of its children."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", facts: dict[str, str] | None = None) -> None:
        if type(self) is UnassumeError:
            raise TypeError("raise one of the children of UnassumeError")
        super().__init__(message)
        self.message = message
        self.hint = hint
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
