"""What the responder decides about a cut: the options `plan` and `contain` share, and the Choices they amount to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from unassume.cli.options import utc_instant
from unassume.errors import InputError

if TYPE_CHECKING:
    from unassume.model.plans import Choices

# Written out, since the model takes a fifth of the time `--help` has; a test holds them to the ladder and the model.
RUNGS = (
    "issuance", "session-name", "person", "elsewhere", "older-sessions", "hold", "scp", "scp-older-sessions",
    "scp-hold",
)  # fmt: skip
LEAKED = ("session", "person", "workload", "unknown")

_OPTIONS = (
    # Too many to stand in one word: the choices would not break, and the help would be wider than a terminal.
    click.option("--rung", type=click.Choice(RUNGS), metavar="RUNG", help=f"How wide to cut: {', '.join(RUNGS)}."),
    click.option("--leaked", type=click.Choice(LEAKED), default="unknown", help="What is known to have leaked."),
    click.option("--person-tag", metavar="KEY", help="The session tag that tells persons apart (or source identity)."),
    click.option("--cut-off", metavar="TIME", help="Cut sessions issued before this UTC instant, not apply's now."),
    click.option("--canary", is_flag=True, help="Let a session of our own, denied by name, prove the cut enforced."),
    click.option("--egress", multiple=True, metavar="CIDR", help="Where a workload calls from (--rung elsewhere)."),
    click.option("--vpc", "vpcs", multiple=True, metavar="ID", help="A VPC through whose endpoints it calls."),
    click.option("--no-presigned-urls", is_flag=True, help="It hands out no presigned URLs, which others use."),
    click.option("--this-role-only", is_flag=True, help="Leave what leaked sessions issued on other roles uncut."),
    click.option("--deactivate-keys", is_flag=True, help="Make the keys behind a user's tokens inactive, for all."),
    click.option("--close-trust", is_flag=True, help="Shut whom a provider vouched for out of the role's trust."),
    click.option("--incident", metavar="NAME", help="The incident's name, in the policy's name and the user agent."),
)
_NAMES = (
    "rung", "leaked", "person_tag", "cut_off", "canary", "egress", "vpcs", "no_presigned_urls", "this_role_only",
    "deactivate_keys", "close_trust", "incident",
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """The choices as they were given, held against what they may be; nothing was asked of AWS yet."""

    incident: str
    cut_off: datetime | None
    words: dict[str, object]

    def choices(self, now: Callable[[], datetime]) -> Choices:
        """The Choices; InputError for a cut-off far ahead of AWS's clock, which is asked only where one was given."""
        import msgspec

        from unassume.model.plans import Choices, CutOff

        if self.cut_off is not None:
            _check_cut_off(self.cut_off, now())
        return msgspec.structs.replace(msgspec.convert(self.words, Choices), cut_off=CutOff(at=self.cut_off))


def choice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a cut, --rung to --incident; they arrive as `chosen`."""

    @functools.wraps(command)
    def called(*given: Any, **others: Any) -> Any:
        words = {name: others.pop(name) for name in _NAMES}
        return command(*given, chosen=_chosen(words), **others)

    wrapped: Callable[..., Any] = called
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def _chosen(words: dict[str, Any]) -> Chosen:
    from unassume.cli.places import check_places
    from unassume.means.mark import check_incident

    at = utc_instant(words.pop("cut_off"), "--cut-off")
    given = words["incident"]
    incident = check_incident(f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}" if given is None else given)
    networks, vpcs = check_places(
        words["rung"], words["egress"], words["vpcs"], no_presigned_urls=words["no_presigned_urls"]
    )
    return Chosen(incident, at, {**words, "incident": incident, "egress": networks, "vpcs": vpcs})


def _check_cut_off(at: datetime, now: datetime) -> None:
    """A cut-off far ahead is most often a slip, and would cut everybody who comes back before it."""
    from unassume.steps.checks import FARTHEST_CUT_OFF

    if at > now + FARTHEST_CUT_OFF:
        raise InputError(
            f"the cut-off {at:%Y-%m-%dT%H:%M:%SZ} is more than an hour ahead of AWS's clock ({now:%Y-%m-%dT%H:%M:%SZ})",
            hint="sessions issued until then would be cut too; leave --cut-off out to cut at apply's now",
        )
