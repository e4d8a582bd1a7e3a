"""The `bantin` command: one short function a verb, no logic."""

from cli.asking import export, search, show
from cli.base import main
from cli.digests import digest
from cli.figures import figures
from cli.keeping import crawl, import_, init, rebuild, status, verify
from cli.moving import backup, copy, restore
from cli.people import people
from cli.portals import portals
from cli.reading import annotate, read
from cli.removing import password, takedown
from cli.serving import run, schedule, serve

for _verb in (
    init,
    portals,
    crawl,
    import_,
    read,
    annotate,
    search,
    show,
    figures,
    people,
    export,
    digest,
    status,
    serve,
    schedule,
    run,
    rebuild,
    verify,
    backup,
    restore,
    copy,
    takedown,
    password,
):
    main.add_command(_verb)

__all__ = ["main"]
