"""Verbs that stay: serve, schedule, run."""

import os
import signal
import sys
import threading
from datetime import timedelta
from typing import Any

import click

from cli.base import open_shop, say
from model.errors import InputError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.pass_context
def serve(ctx: click.Context, host: str, port: int) -> None:
    """Serve the pages, feeds and metrics of the archive until Ctrl-C or SIGTERM.

    \b
    Examples:
      bantin serve
      bantin serve --host 0.0.0.0 --port 8080
    """
    server = _server(open_shop(ctx), host, port)
    server.run()
    if not server.started:
        sys.exit(1)


def _server(shop: Any, host: str, port: int) -> Any:
    import uvicorn

    from web import create_app

    app = create_app(shop.config)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="info", timeout_graceful_shutdown=10
    )
    return uvicorn.Server(config)


@click.command()
@click.option("--dry-run", is_flag=True, help="Print what is to run in the next 24 hours, and end.")
@click.pass_context
def schedule(ctx: click.Context, dry_run: bool) -> None:
    """Refresh, read, tell subscribers, watch the portals' health and back up, until Ctrl-C or SIGTERM.

    One schedule works on an archive at a time; a second one waits, and takes over within a minute.

    \b
    Examples:
      bantin schedule
      bantin schedule --dry-run
    """
    shop = open_shop(ctx)
    if dry_run:
        _print_plan(shop)
        return
    _keep_schedule(shop)


def _print_plan(shop: Any) -> None:
    from model.clock import now
    from scheduler import plan
    from text import VIETNAM

    for at, what in plan(shop, now() + timedelta(days=1)):
        click.echo(f"{at.astimezone(VIETNAM):%Y-%m-%d %H:%M} {what}")


def _keep_schedule(shop: Any) -> None:
    """Run the schedule until a signal; a second one ends at once."""
    from scheduler import Schedule

    kept = Schedule(shop, say)

    def stop(_number: int, _frame: Any) -> None:
        if kept.stopping.is_set():
            os._exit(1)  # other threads are at work, and nothing is lost by that
        kept.stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    kept.run()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.pass_context
def run(ctx: click.Context, host: str, port: int) -> None:
    """Schedule and serve together, for one machine.

    \b
    Example:
      bantin run --port 8080
    """
    shop = open_shop(ctx)
    server = _server(shop, host, port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise InputError(f"--port {port}: the pages can't be served there")
        thread.join(0.1)
    try:
        _keep_schedule(shop)
    finally:
        server.should_exit = True
        thread.join(15)
