"""unassume lab: serve a local AWS until Ctrl-C."""

from __future__ import annotations

import math
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unassume.errors import InputError
from unassume.lab.accounts.ids import MOST
from unassume.lab.seeds.names import SEED_NAMES

if TYPE_CHECKING:
    from unassume.lab import Lab


class _Number(click.ParamType[float]):
    """A bounded number; what cannot be read as one, like what is beyond the bounds, is refused in one sentence."""

    name = "number"

    def __init__(self, least: int, most: int, *, unit: str = "") -> None:
        self._least = least
        self._most = most
        self._unit = unit

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number = float(str(value)) if self._unit else int(str(value))
        except ValueError:
            number = math.nan
        if not self._least <= number <= self._most:
            kind = f"number of {self._unit}" if self._unit else "whole number"
            self.fail(f"{value!r} is not a {kind} from {self._least} to {self._most}.", param, ctx)
        return number


def _seconds(most: int) -> _Number:
    return _Number(0, most, unit="seconds")


def _not_empty(ctx: click.Context, param: click.Parameter, given: str | None) -> str | None:
    if given == "":
        raise InputError(f"`{param.opts[0]}` names nothing", hint=f"give {param.metavar} a name, or leave it out")
    return given


@click.command(short_help="Serve a local AWS until Ctrl-C.", context_settings={"show_default": True})
@click.option(
    "--seed", type=click.Choice([*SEED_NAMES, "none"]), default=SEED_NAMES[0], help="What the accounts begin with."
)
@click.option(
    "--accounts",
    type=_Number(1, MOST),
    metavar="NUMBER",
    default=1,
    help=f"How many accounts, 1 to {MOST}; two or more form an organization.",
)
@click.option(
    "--port",
    type=_Number(0, 65535),
    metavar="NUMBER",
    default=0,
    show_default="any free one",
    help="The loopback port, up to 65535.",
)
@click.option("--tls", is_flag=True, show_default="off", help="Serve HTTPS, with a certificate made for this run.")
@click.option(
    "--trail-dir",
    callback=_not_empty,
    metavar="DIR",
    show_default="none",
    help="Write CloudTrail's files below this directory.",
)
@click.option(
    "--log",
    callback=_not_empty,
    metavar="FILE",
    show_default="none",
    help="Write each call as a line of JSON; `-` is standard error.",
)
@click.option(
    "--propagation",
    type=_seconds(600),
    metavar="SECONDS",
    default=5,
    help="Seconds until a policy change is enforced, 0 to 600.",
)
@click.option(
    "--read-delay",
    type=_seconds(600),
    metavar="SECONDS",
    default=0,
    help="Seconds that reads of roles lag behind writes, 0 to 600.",
)
@click.option(
    "--trail-delay",
    type=_seconds(3600),
    metavar="SECONDS",
    default=15,
    help="Seconds until an event can be looked up, 0 to 3600.",
)
def lab(
    seed: str,
    accounts: int,
    port: int,
    tls: bool,
    trail_dir: str | None,
    log: str | None,
    propagation: float,
    read_delay: float,
    trail_delay: float,
) -> None:
    """Serve a local AWS on loopback, where IAM is enforced, until Ctrl-C; print the lines to export."""
    try:
        from unassume.lab.control.call_lines import CallLines
        from unassume.lab.server import Lab
    except ImportError as error:
        raise InputError(
            f"the lab is not installed: {error.name} is missing", hint="pip install 'unassume[lab]'"
        ) from None
    with ExitStack() as closing:
        lines = CallLines(log) if log is not None else None
        if lines is not None:
            closing.callback(lines.close)
        served = Lab(
            seed=None if seed == "none" else seed, accounts=accounts, port=port, tls=tls,
            trail_dir=Path(trail_dir) if trail_dir else None,
            propagation=propagation, read_delay=read_delay, trail_delay=trail_delay,
            on_call=lines.write if lines else None,
        )  # fmt: skip
        _serve(served)


def _serve(served: Lab) -> None:
    """Open the lab until a signal; one that comes while it opens or closes lets neither be left half done."""
    import signal
    import threading

    from unassume.cli.terminal import show
    from unassume.lab.server import serve_lines

    stopped = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        # Under nohup it stays ignored: the lab is to outlive its terminal.
        if number is not None and (name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN):
            signal.signal(number, lambda *_: stopped.set())
    try:
        with served:
            show(serve_lines(served))
            _say("serving on loopback until Ctrl-C")
            # In steps, so that a signal is seen on systems where a wait for ever is not interrupted.
            while not stopped.wait(1):
                pass
            _say("stopped")
    except ImportError as error:
        raise InputError(
            f"the lab is not installed: {error.name} is missing", hint="pip install 'unassume[lab]'"
        ) from None


def _say(words: str) -> None:
    """Said on standard error, or to nobody once its terminal is gone."""
    with suppress(OSError):
        click.echo(words, err=True)
