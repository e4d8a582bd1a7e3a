"""Verbs that ask an archive: search, show, export."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import click

from cli.base import formats, open_shop, open_wished, say, wishing, write_json, write_rows


# -word leaves a word out, so that -h is a word too
@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("query")
@wishing()
@click.option("--sort", type=click.Choice(["relevance", "newest"]), default="relevance")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(0, 1000), default=0)
@click.option(
    "--after", type=click.IntRange(0, 2**64 - 1), help="Newest first, from where a page ended."
)
@formats
@click.pass_context
def search(
    ctx: click.Context,
    wish: Any,
    sort: str,
    limit: int,
    offset: int,
    after: int | None,
    kind: str | None,
    output: IO[str],
) -> None:
    """Search bulletins: a word typed with marks matches exactly, one without matches folded.

    \b
    Examples:
      bantin search "ho ngheo"
      bantin search "hộ nghèo" --from 01/07/2023 --sort newest --format json
      bantin search '"hộ nghèo" -cận OR NTM cong:gia-vien nguoi:"Vũ Thị Dược"'

    "…" is a phrase, -word leaves out, OR joins; cong: tu: den: nguoi: noi: (portal: from: to: person: place:) narrow.
    What several portals tell in the same words is one result, with the others under `reposts`.
    """
    from storage.queries import Page, search_articles

    shop = open_wished(ctx, wish)
    shop.index.catch_up()
    page = Page(wish.q, "newest" if after is not None else sort, limit, offset, after)
    found = search_articles(shop.engine, shop.index, wish.question(), page)
    if kind == "json":
        write_json(found, output)
        return
    for row in found["results"]:
        row["also"] = " ".join(other["portal"] for other in row["reposts"])
    columns = ["published", "portal", "title", "snippet", "id", "also"]
    write_rows(found["results"], kind, output, columns)
    again = found["articles"] - found["total"]
    say(f"{found['total']} found" + (f", {again} more tell the same elsewhere" if again else ""))
    if found["suggestion"]:
        say(f"did you mean: {found['suggestion']}")
    if found["next"]:
        say(f"more: --after {found['next']}")


@click.command()
@click.argument("article_id", metavar="ID")
@click.option("--edition", type=click.IntRange(1), help="This edition, counted in capture order.")
@click.option("--text", "as_text", is_flag=True, help="Only the text.")
@click.option("--html", "as_html", is_flag=True, help="The archived page itself.")
@click.option("--cite", type=click.Choice(["bibtex", "ris", "csl"]), help="A citation of it.")
@click.pass_context
def show(
    ctx: click.Context,
    article_id: str,
    edition: int | None,
    as_text: bool,
    as_html: bool,
    cite: str | None,
) -> None:
    """Show an article: its reading as JSON, its text, the archived page, or a citation.

    \b
    Examples:
      bantin show 1f0c9e2ab4d57730 --text
      bantin show 1f0c9e2ab4d57730 --edition 1 --cite bibtex
    """
    from publish.cite import STYLES
    from storage.queries import edition_place, get_article
    from storage.warc import raw_page, read_exchange

    shop = open_shop(ctx)
    found = get_article(shop.engine, article_id, edition)
    if as_html:
        place = edition_place(shop.engine, found["edition_id"])
        sys.stdout.buffer.write(raw_page(read_exchange(shop.config.archive, place)).body)
    elif as_text:
        click.echo(found["article"]["text"])
    elif cite:
        click.echo(STYLES[cite](found))
    else:
        write_json(found, sys.stdout)


@click.command()
@click.argument("what", type=click.Choice(["articles", "figures", "people", "mentions"]))
@click.argument("query", default="")
@wishing()
@click.option(
    "-f", "--format", "kind", type=click.Choice(["csv", "jsonl", "xlsx", "parquet"]), required=True
)
@click.option("-o", "path", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.pass_context
def export(ctx: click.Context, what: str, wish: Any, kind: str, path: Path) -> None:
    """Write articles, figures, people or mentions to a file, with stable ids and their evidence.

    All that `bantin search` finds with the same QUERY and options, re-posts one by one. Of people CSV has one line
    for each office, JSON Lines one for each person.

    \b
    Examples:
      bantin export figures -f csv -o figures.csv
      bantin export articles "hộ nghèo" -f jsonl -o articles.jsonl --portal gia-vien --from 01/01/2023
      bantin export figures -f xlsx -o figures.xlsx

    A datapackage.json beside the file says what its columns are and which readers made it.
    """
    from publish.export import FORMATS, export_rows
    from publish.package import describe_export
    from storage.captures import unread_captures
    from storage.queries import reader_versions

    shop = open_wished(ctx, wish)
    shop.catch_up(wait=True)
    if waiting := len(unread_captures(shop.engine)):
        say(f"{waiting} captures wait to be read; `bantin rebuild` or the next crawl reads them")
    rows, fields = _exported(shop, wish.question(), what, kind)
    if str(path) == "-" and kind in FORMATS:
        FORMATS[kind](rows, sys.stdout, fields)
        return
    say(f"{export_rows(rows, kind, path, fields)} {what} in {path}")
    if path.is_file():
        describe_export(path, kind, what, fields, reader_versions(shop.engine))


def _exported(shop: Any, asked: Any, what: str, kind: str) -> tuple[Any, Sequence[str]]:
    """What is exported as rows, and their columns."""
    from storage.figure_index import FigureQuery
    from storage.figures import FIELDS, find_figures
    from storage.listing import (
        ARTICLE_FIELDS,
        MENTION_FIELDS,
        list_articles,
        list_everybody,
        list_mentions,
    )
    from storage.people import OFFICE_FIELDS, PEOPLE_FIELDS, office_rows

    engine, index = shop.engine, shop.index
    if what == "articles":
        return list_articles(engine, index, asked), ARTICLE_FIELDS
    if what == "mentions":
        return list_mentions(engine, index, asked), MENTION_FIELDS
    if what == "figures":
        every = FigureQuery(asked, rejected=True, repeats=True)
        return find_figures(engine, shop.figure_index, every), FIELDS
    people = list_everybody(engine, index, asked)
    return (office_rows(people), OFFICE_FIELDS) if kind == "csv" else (people, PEOPLE_FIELDS)
