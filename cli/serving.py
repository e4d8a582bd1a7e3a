"""Verbs that stay: serve, schedule, run."""

import os
import signal
import threading
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from typing import Any

import click

from cli.base import open_shop, say
from model.errors import InputError

_GRACE = 10  # seconds that answers have to end


def serving(command: Any) -> Any:
    """The options of what serves pages, given on as `where`."""

    @wraps(command)
    def served(**given: Any) -> Any:
        where = {key: given.pop(key) for key in ("host", "port", "proxies")}
        return command(**given, where=where)

    made = click.option("--proxies", help="Believe X-Forwarded-For and -Proto of these addresses: 127.0.0.1, or * for all.")(served)  # fmt: skip
    made = click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)(
        made
    )
    return click.option("--host", default="127.0.0.1", show_default=True)(made)


@click.command()
@serving
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer.",
)
@click.pass_context
def serve(ctx: click.Context, where: dict[str, Any], workers: int) -> None:
    """Serve the pages, feeds, API and metrics of the archive until Ctrl-C or SIGTERM.

    Answers that have begun are given 10 seconds to end. `[web] address` in bantin.toml is what readers come by; a path
    in it is a prefix of all pages.

    \b
    Examples:
      bantin serve
      bantin serve --workers 2 --proxies 127.0.0.1
      bantin serve --host 0.0.0.0 --port 8080
    """
    shop = open_shop(ctx)
    say(f"pages at http://{where['host']}:{where['port']}/ (Ctrl-C ends)")
    if workers == 1:
        server = _server(shop, where)
        with suppress(SystemExit):  # uvicorn's, told below
            server.run()
        if not server.started:
            raise InputError(f"--port {where['port']}: the pages can't be served there")
        return
    _serve_by_many(ctx, shop, where, workers)


def _serve_by_many(ctx: click.Context, shop: Any, where: dict[str, Any], workers: int) -> None:
    """Serve by several processes, which find the archive by their environment."""
    import uvicorn

    path, database = ctx.obj
    told = {"BANTIN_CONFIG": path and str(path.resolve()), "BANTIN_DB": database}
    os.environ.update({key: value for key, value in told.items() if value})
    shop.engine.dispose()
    uvicorn.run("cli.serving:worker", factory=True, workers=workers, **_options(where))


def worker() -> Any:
    """The application for one process of several."""
    from config import load_config
    from pipeline.units import UnitTable
    from web.app import create_app

    return create_app(load_config(), UnitTable())


def _options(where: dict[str, Any]) -> dict[str, Any]:
    """How uvicorn serves: the log names no address with a secret in it, headers have bounds in bytes and seconds."""
    from cli.protocol import TimedProtocol

    return {
        "host": where["host"], "port": where["port"], "log_level": "info", "timeout_graceful_shutdown": _GRACE,
        "server_header": False, "h11_max_incomplete_event_size": 32_768, "http": TimedProtocol,
        "proxy_headers": bool(where["proxies"]), "forwarded_allow_ips": where["proxies"] or "",
    }  # fmt: skip


def _server(shop: Any, where: dict[str, Any]) -> Any:
    import uvicorn

    from pipeline.units import UnitTable
    from web.app import create_app

    app = create_app(shop.config, UnitTable())
    return uvicorn.Server(uvicorn.Config(app, **_options(where)))


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
@serving
@click.pass_context
def run(ctx: click.Context, where: dict[str, Any]) -> None:
    """Schedule and serve together, for one machine.

    \b
    Example:
      bantin run --port 8080
    """
    shop = open_shop(ctx)
    server = _server(shop, where)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise InputError(f"--port {where['port']}: the pages can't be served there")
        thread.join(0.1)
    try:
        _keep_schedule(shop)
    finally:
        server.should_exit = True
        thread.join(15)
