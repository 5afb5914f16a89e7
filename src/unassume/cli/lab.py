"""unassume lab: serve a local AWS until Ctrl-C."""

from __future__ import annotations

import click

from unassume.errors import InputError


@click.command(short_help="Serve a local AWS until Ctrl-C.")
@click.option(
    "--seed", type=click.Choice(["bob-mary-keith"]), default="bob-mary-keith", help="The accounts to begin with."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The loopback port (default: any free one).")
@click.option(
    "--propagation", type=click.FloatRange(0, 600), default=5.0, help="Seconds until a policy change is enforced."
)
@click.option(
    "--trail-delay", type=click.FloatRange(0, 3600), default=15.0, help="Seconds until an event can be looked up."
)
def lab(seed: str, port: int, propagation: float, trail_delay: float) -> None:
    """Serve a local AWS on loopback, where IAM is enforced, until Ctrl-C; print the lines to export."""
    import signal
    import threading

    from unassume.cli.terminal import show

    try:
        from unassume.lab import Lab, serve_lines
    except ImportError as error:
        raise InputError(
            f"the lab is not installed: {error.name} is missing", hint="pip install 'unassume[lab]'"
        ) from None
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    with Lab(seed=seed, port=port, propagation=propagation, trail_delay=trail_delay) as served:
        show(serve_lines(served))
        click.echo("serving on loopback until Ctrl-C", err=True)
        try:
            stopped.wait()
        except KeyboardInterrupt:
            click.echo("stopped", err=True)
