"""Verbs about portals: list, add, check, record."""

import sys
from pathlib import Path
from typing import IO, Any

import click

from cli.base import UnitName, formats, open_shop, say, write_rows
from model.errors import BantinError


@click.group()
def portals() -> None:
    """Portals known to this archive."""


@portals.command("list")
@formats
@click.pass_context
def portals_list(ctx: click.Context, kind: str | None, output: IO[str]) -> None:
    """List the portals: slug, name, home, place, dialect.

    \b
    Example:
      bantin portals list --format csv
    """
    from model.records import plain

    shop = open_shop(ctx)
    rows: Any = [plain(p) for p in shop.portals.values()]
    write_rows(rows, kind, output, ["slug", "name", "home", "place", "dialect"])
    for error in shop.broken.values():
        say(f"bantin: {error}")
    if shop.broken:
        sys.exit(3 if rows else 1)


@portals.command("add")
@click.argument("url")
@click.option("--slug", help="Its short name (default: from the host).")
@click.option("--place", type=UnitName(), help='Its place, e.g. "huyện Gia Viễn, tỉnh Ninh Bình".')
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.pass_context
def portals_add(
    ctx: click.Context, url: str, slug: str | None, place: str | None, yes: bool
) -> None:
    """Find a portal's software and sections, show what three articles are read as, write its file.

    \b
    Example:
      bantin portals add https://huyen.example/ --place "huyện Gia Viễn, tỉnh Ninh Bình"
    """
    from pipeline.adding import add_portal

    path = add_portal(
        open_shop(ctx), url, slug, place, (say, lambda q: yes or click.confirm(q, err=True))
    )
    if path:
        click.echo(f"{path.stem} {path}")
        say(f"Next: bantin crawl {path.stem}")


@portals.command("check")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@formats
@click.pass_context
def portals_check(
    ctx: click.Context, slugs: tuple[str, ...], kind: str | None, output: IO[str]
) -> None:
    """Fetch the sections and one article of portals, show what is read and what is wrong with it.

    What is fetched is archived like by any crawl.

    \b
    Example:
      bantin portals check gia-vien
    """
    from pipeline.portals import check_portal

    shop = open_shop(ctx)
    found = []
    for slug in slugs or shop.known_slugs():
        try:
            found.append(check_portal(shop, slug, say))
        except BantinError as error:
            say(f"bantin: {error}")
            found.append({"portal": slug, "problem": str(error)})
    columns = ["portal", "dialect", "lists", "links", "published", "title", "problem"]
    write_rows(found, kind, output, columns)
    wrong = sum(row["problem"] is not None for row in found)
    if wrong:
        sys.exit(1 if wrong == len(found) else 3)


@portals.command("record")
@click.argument("slug")
@click.argument("url")
@click.option(
    "-o",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="tests/portals",
    show_default=True,
    help="Where recorded pages lie.",
)
@click.pass_context
def portals_record(ctx: click.Context, slug: str, url: str, folder: Path) -> None:
    """Fetch one article and write page.html and a draft article.json beside it, for the tests.

    What is fetched is archived like by any crawl.

    \b
    Example:
      bantin portals record gia-vien https://huyen.example/tin-tuc/bai-viet-123
    """
    from pipeline.portals import record_page

    target = record_page(open_shop(ctx), slug, url, folder, say)
    click.echo(str(target))
    say("Now correct article.json by eye against the page, then: make test K=recorded")
