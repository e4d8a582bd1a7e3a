"""Verbs that ask an archive: search, show, figures, export."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import click

from cli.base import (
    Number,
    WithDefault,
    formats,
    open_shop,
    period,
    say,
    write_json,
    write_rows,
)


# -word leaves a word out, so that -h is a word too
@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("query")
@period
@click.option("--sort", type=click.Choice(["relevance", "newest"]), default="relevance")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(0, 1000), default=0)
@click.option("--after", type=click.IntRange(0), help="Newest first, from where a page ended.")
@formats
@click.pass_context
def search(
    ctx: click.Context,
    query: str,
    portal: str | None,
    first: str | None,
    last: str | None,
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
    """
    from storage.queries import Page, narrow, search_articles
    from text.queries import read_query

    shop = open_shop(ctx, portal)
    shop.index.catch_up()
    asked = narrow(read_query(query), portal, first, last)
    page = Page(query, "newest" if after is not None else sort, limit, offset, after)
    found = search_articles(shop.engine, shop.index, asked, page)
    if kind == "json":
        write_json(found, output)
        return
    write_rows(found["results"], kind, output, ["published", "portal", "title", "snippet", "id"])
    say(f"{found['total']} found")
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


@click.group(cls=WithDefault, no_args_is_help=False)
def figures() -> None:
    """Reported figures with their sentences, and corrections of them: `bantin figures --help`."""


@figures.command("list")
@click.argument("query", required=False)
@click.option("--type", "figure_type", type=click.Choice(["money", "count", "percent", "measure"]))
@click.option("--noun", help="What is counted, with or without marks.")
@click.option("--unit", help="The unit as written, e.g. ha.")
@click.option("--min", "least", type=Number(), help='At least; "hơn 31 tỷ" is at least 30e9.')
@click.option("--max", "most", type=Number(), help="At most.")
@click.option("--loose", is_flag=True, help='Count "gần 30 tỷ" as 30 tỷ.')
@click.option("--rejected", is_flag=True, help="Also those that a reader rejected, without value.")
@click.option("--place", help="A place that the sentence names, or the portal's own.")
@period
@click.option(
    "--by",
    type=click.Choice(["month", "quarter", "year", "portal", "place"]),
    help="Groups: how many, least, median, greatest, sum.",
)
@formats
@click.pass_context
def figures_list(
    ctx: click.Context,
    query: str | None,
    figure_type: str | None,
    noun: str | None,
    unit: str | None,
    least: Any,
    most: Any,
    loose: bool,
    rejected: bool,
    place: str | None,
    by: str | None,
    portal: str | None,
    first: str | None,
    last: str | None,
    kind: str | None,
    output: IO[str],
) -> None:
    """Reported figures with their sentences; QUERY is words of the sentence.

    `bantin figures reject ID` and `correct ID` note what a reader found wrong.

    \b
    Examples:
      bantin figures --type money --min 30e9
      bantin figures "ho ngheo" --type count --format csv -o figures.csv
      bantin figures --type money --by year
      bantin figures reject 3f0c9e2ab4d57730 --reason "a telephone number"
    """
    from storage.figures import FIELDS, FigureQuestion, find_figures, group_figures
    from storage.queries import Filters, portal_places

    filters = Filters(portal, first, last)
    question = FigureQuestion(
        query, figure_type, noun, unit, least, most, loose, place, filters, rejected
    )
    shop = open_shop(ctx, portal)
    rows = find_figures(shop.engine, question)
    if by:
        groups = group_figures(rows, by, portal_places(shop.engine))
        write_rows(
            groups, kind, output, ["group", "figures", "articles", "min", "median", "max", "sum"]
        )
        return
    columns = ["published", "portal", "type", "value", "qualifier", "unit_of", "sentence", "figure"]
    say(f"{write_rows(rows, kind, output, columns, FIELDS)} found")


@figures.command("changes")
@click.argument("article_id", metavar="ID")
@formats
@click.pass_context
def figures_changes(ctx: click.Context, article_id: str, kind: str | None, output: IO[str]) -> None:
    """What changed in an article's figures from one edition to the next, with both captures.

    \b
    Example:
      bantin figures changes a1f0063a97216198
    """
    from storage.differences import CHANGE_FIELDS, edition_changes

    rows = edition_changes(open_shop(ctx).engine, article_id)
    columns = ["change", "about", "noun", "unit", "before_text", "after_text", "after_archived"]
    say(f"{write_rows(iter(rows), kind, output, columns, CHANGE_FIELDS)} changes")


@figures.command("reject")
@click.argument("figure_id", metavar="ID")
@click.option("--reason", required=True, help="Why it is no figure, or not what was reported.")
@click.pass_context
def figures_reject(ctx: click.Context, figure_id: str, reason: str) -> None:
    """Leave a figure out from now on; the correction outlives every rebuild.

    \b
    Example:
      bantin figures reject 3f0c9e2ab4d57730 --reason "a telephone number"
    """
    from storage.corrections import correct_figure

    correct_figure(open_shop(ctx).engine, figure_id, None, reason)
    say(f"{figure_id}: rejected")


@figures.command("correct")
@click.argument("figure_id", metavar="ID")
@click.option("--value", required=True, type=Number(), help="What the page reports, e.g. 31e9.")
@click.option("--reason", required=True, help="How you know.")
@click.pass_context
def figures_correct(ctx: click.Context, figure_id: str, value: Any, reason: str) -> None:
    """Say what a figure should read; it is shown with the flag "corrected" beside its text.

    \b
    Example:
      bantin figures correct 3f0c9e2ab4d57730 --value 31e9 --reason "tỷ was read as triệu"
    """
    from storage.corrections import correct_figure

    correct_figure(open_shop(ctx).engine, figure_id, value, reason)
    say(f"{figure_id}: corrected to {value:f}")


@click.command()
@click.argument("what", type=click.Choice(["articles", "figures", "people", "mentions"]))
@period
@click.option(
    "-f", "--format", "kind", type=click.Choice(["csv", "jsonl", "xlsx", "parquet"]), required=True
)
@click.option("-o", "path", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.pass_context
def export(
    ctx: click.Context,
    what: str,
    portal: str | None,
    first: str | None,
    last: str | None,
    kind: str,
    path: Path,
) -> None:
    """Write articles, figures, people or mentions to a file, with stable ids and their evidence.

    Of people CSV has one line for each office, JSON Lines one for each person.

    \b
    Examples:
      bantin export figures -f csv -o figures.csv
      bantin export articles -f jsonl -o articles.jsonl --portal gia-vien --from 01/01/2023
      bantin export figures -f xlsx -o figures.xlsx

    A datapackage.json beside the file says what its columns are and which readers made it.
    """
    from publish.export import FORMATS, export_rows
    from publish.package import describe_export
    from storage.captures import unread_captures
    from storage.figures import FIELDS, FigureQuestion, find_figures
    from storage.people import OFFICE_FIELDS, PEOPLE_FIELDS, find_people, office_rows
    from storage.queries import (
        ARTICLE_FIELDS,
        MENTION_FIELDS,
        Filters,
        list_articles,
        list_mentions,
        reader_versions,
    )

    filters = Filters(portal, first, last)
    every = FigureQuestion(filters=filters, rejected=True, repeats=True)
    engine = open_shop(ctx, portal).engine
    rows: dict[str, tuple[Any, Sequence[str]]] = {
        "articles": (lambda: list_articles(engine, filters), ARTICLE_FIELDS),
        "mentions": (lambda: list_mentions(engine, filters), MENTION_FIELDS),
        "figures": (lambda: find_figures(engine, every), FIELDS),
        "people": (lambda: find_people(engine, filters=filters), PEOPLE_FIELDS),
    }
    if waiting := len(unread_captures(engine)):
        say(f"{waiting} captures wait to be read; `bantin rebuild` or the next crawl reads them")
    make, fields = rows[what]
    if what == "people" and kind == "csv":
        make, fields = (lambda: office_rows(find_people(engine, filters=filters))), OFFICE_FIELDS
    if str(path) == "-" and kind in FORMATS:
        FORMATS[kind](make(), sys.stdout, fields)
        return
    say(f"{export_rows(make(), kind, path, fields)} {what} in {path}")
    if path.is_file():
        describe_export(path, kind, what, fields, reader_versions(engine))
