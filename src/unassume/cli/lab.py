"""unassume lab: serve a local AWS until Ctrl-C."""

from __future__ import annotations

import math
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unassume.errors import InputError
from unassume.lab.accounts.ids import MOST
from unassume.lab.seeds.names import SEED_NAMES

if TYPE_CHECKING:
    from unassume.lab import Lab


class _Seconds(click.ParamType[float]):
    """A bounded number of seconds, with decimals; not a number is none."""

    name = "seconds"

    def __init__(self, most: float) -> None:
        self._most = most

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            seconds = float(str(value))
        except ValueError:
            seconds = math.nan
        if not 0 <= seconds <= self._most:
            self.fail(f"{value!r} is not a number of seconds from 0 to {self._most:.0f}.", param, ctx)
        return seconds


@click.command(short_help="Serve a local AWS until Ctrl-C.")
@click.option(
    "--seed", type=click.Choice([*SEED_NAMES, "none"]), default=SEED_NAMES[0], help="What the accounts begin with."
)
@click.option(
    "--accounts", type=click.IntRange(1, MOST), default=1, help="How many accounts; two or more form an organization."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The loopback port (default: any free one).")
@click.option("--tls", is_flag=True, help="Serve HTTPS, with a certificate made for this run.")
@click.option(
    "--trail-dir", type=click.Path(path_type=Path), metavar="DIR", help="Write CloudTrail's files below this directory."
)
@click.option("--log", metavar="FILE", help="Write each call as a line of JSON; `-` is standard error.")
@click.option("--propagation", type=_Seconds(600), default=5.0, help="Seconds until a policy change is enforced.")
@click.option("--read-delay", type=_Seconds(600), default=0.0, help="Seconds that reads of roles lag behind writes.")
@click.option("--trail-delay", type=_Seconds(3600), default=15.0, help="Seconds until an event can be looked up.")
def lab(
    seed: str,
    accounts: int,
    port: int,
    tls: bool,
    trail_dir: Path | None,
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
            seed=None if seed == "none" else seed, accounts=accounts, port=port, tls=tls, trail_dir=trail_dir,
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
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with served:
            show(serve_lines(served))
            click.echo("serving on loopback until Ctrl-C", err=True)
            # In steps, so that a signal is seen on systems where a wait for ever is not interrupted.
            while not stopped.wait(1):
                pass
            click.echo("stopped", err=True)
    except ImportError as error:
        raise InputError(
            f"the lab is not installed: {error.name} is missing", hint="pip install 'unassume[lab]'"
        ) from None
