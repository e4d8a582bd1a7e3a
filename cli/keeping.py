"""Verbs that fill and keep an archive: init, crawl, import, status, rebuild, verify."""

import sys
from pathlib import Path
from typing import IO, Any

import click

from cli.base import UnitName, formats, open_shop, say, write_rows
from model.errors import InputError


@click.command()
@click.pass_context
def init(ctx: click.Context) -> None:
    """Write bantin.toml and an empty archive into this folder; harmless when run twice.

    \b
    Example:
      mkdir kho && cd kho && bantin init
    """
    from config import init_archive

    config, _ = ctx.obj
    folder = config.parent if config else Path.cwd()
    for made in init_archive(folder):
        say(f"made {made}")
    open_shop(ctx)
    say(f"archive ready in {folder}")


REPORT = [
    "portal", "outcome", "requests", "lists", "articles", "new", "edited", "unchanged", "vanished", "files",
    "unreadable", "coverage", "per_article", "alarms",
]  # fmt: skip


@click.command()
@click.argument("slugs", nargs=-1)
@click.option("--full", is_flag=True, help="Walk every list page to its end.")
@click.option(
    "--limit", type=click.IntRange(1), help="Fetch at most so many articles of each portal."
)
@formats
@click.pass_context
def crawl(
    ctx: click.Context,
    slugs: tuple[str, ...],
    full: bool,
    limit: int | None,
    kind: str | None,
    output: IO[str],
) -> None:
    """Refresh portals now: list pages, feeds, and the articles that are new, changed or due.

    Prints a report of each portal: what is new, edited or gone, what could not be read and why, how much of
    each field was read (coverage, percent), requests an article, and alarms.

    \b
    Examples:
      bantin crawl gia-vien
      bantin crawl --full --limit 500
    """
    from pipeline.crawling import crawl_portals

    shop = open_shop(ctx)
    chosen = list(dict.fromkeys(slugs)) or shop.known_slugs()
    if not chosen:
        raise InputError("no portal to crawl; put a TOML file into portals/ (see README)")
    options = {"full": "1"} if full else {}
    if limit:
        options["limit"] = str(limit)
    done = crawl_portals(shop, chosen, options, say)
    ended, tally = set(done.outcomes.values()), done.tally
    if ended != {"failed"} or tally.any():
        write_rows(done.reports, kind, output, REPORT)
        say(str(tally))
    if ended != {"done"} or tally.failed:
        sys.exit(1 if ended == {"failed"} else 3)


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--portal", default="import", show_default=True, help="The portal the pages are from (slug)."
)
@click.option(
    "--place", type=UnitName(), help='The portal\'s place, e.g. "huyện Gia Viễn, tỉnh Ninh Bình".'
)
@click.pass_context
def import_(ctx: click.Context, paths: tuple[Path, ...], portal: str, place: str | None) -> None:
    """Archive and read saved pages: .txt, .html, .warc, .warc.gz, or a folder of them.

    A .txt file (UTF-8) has its title on the first line and the day of publication on a line of its own,
    such as 12/07/2023 or "Ngày đăng: 12/07/2023"; then the text, its author last.

    \b
    Example:
      bantin import saved/ --portal gia-vien --place "huyện Gia Viễn, tỉnh Ninh Bình"
    """
    from pipeline.imports import import_files

    tally = import_files(open_shop(ctx, new=True), paths, portal, place, say)
    if not tally.any():
        raise InputError("nothing to import: no .txt, .html, .warc or .warc.gz file")
    say(str(tally))
    if tally.failed:
        sys.exit(3 if tally.new + tally.edited + tally.known else 1)


STATUS = [
    "portal", "articles", "editions", "vanished", "figures", "known", "waiting", "complete", "unread",
    "unreadable", "newest", "last_run", "next_run", "outcome", "note", "health", "troubles", "alarms", "dying",
]  # fmt: skip


@click.command()
@click.argument("slug", required=False)
@click.option("--check", is_flag=True, help="Exit status 3 where a portal is in trouble.")
@formats
@click.pass_context
def status(
    ctx: click.Context, slug: str | None, check: bool, kind: str | None, output: IO[str]
) -> None:
    """What the archive holds of every portal, how complete that is, and how its last refresh went.

    Known are the articles that lists and feeds named, waiting those of them that were never had. With a slug:
    what is held of that portal by month. Health goes from 100 down to 0.

    \b
    Examples:
      bantin status --format json
      bantin status gia-vien
      bantin status --check > /dev/null || echo "a portal is in trouble"
    """
    from pipeline.revisits import with_next_run
    from storage.status import by_month, portal_status
    from storage.vitals import with_health

    if slug:
        shop = open_shop(ctx, [slug])
        write_rows(by_month(shop.engine, slug), kind, output, ["month", "articles", "vanished"])
        return
    shop = open_shop(ctx)
    watched = set(shop.known_slugs())
    rows = with_health(shop.engine, with_next_run(shop, portal_status(shop.engine)), watched)
    write_rows(rows, kind, output, STATUS)
    if check and any(row["troubles"] for row in rows):
        sys.exit(3)


@click.command()
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Make everything that was read, and the index, anew from the WARC files; needs no network.

    Ids of what did not change, the journal and corrections are kept. Killed, it goes on when run again.

    \b
    Example:
      bantin rebuild
    """
    from pipeline.rebuild import rebuild as make_anew

    made = make_anew(open_shop(ctx), say)
    for line in made.damage:
        say(f"bantin: {line}")
    if made.kept:
        say(f"{made.kept} editions kept as they were: their records can't be read any more")
    say(f"{made.editions} editions made anew from {made.exchanges} archived exchanges")
    if made.damage or made.kept:
        sys.exit(3)


@click.command()
@formats
@click.pass_context
def verify(ctx: click.Context, kind: str | None, output: IO[str]) -> None:
    """Check every row against its record, every record against its bytes, the index and the journal.

    Prints what is wrong and the article it concerns; exit status 1 where anything is. Changes nothing.

    \b
    Example:
      bantin verify --format jsonl
    """
    from model.records import plain
    from pipeline.verify import verify as find_faults

    findings: Any = (plain(finding) for finding in find_faults(open_shop(ctx), say))
    count = write_rows(findings, kind, output, ["what", "problem", "article_id", "title"])
    say(f"{count} faults found" if count else "no fault found")
    if count:
        sys.exit(1)
