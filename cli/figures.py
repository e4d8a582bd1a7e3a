"""The verb `figures`: reported figures as rows, groups, series and changes, and corrections of them."""

from dataclasses import replace
from functools import wraps
from typing import IO, Any

import click

from cli.base import (
    DATE_HELP,
    Day,
    Number,
    WithDefault,
    formats,
    open_shop,
    open_wished,
    say,
    wishing,
    write_rows,
)

_COLUMNS = ["published", "portal", "type", "value", "qualifier", "unit_of", "sentence", "figure"]
_GROUP = ["group", "figures", "articles", "min", "median", "max", "sum"]
_SERIES = ["place", "key", "unit", "about", "from", "to", "value", "agree", "figures", "archived"]


def choosing(command: Any) -> Any:
    """QUERY and the options that choose figures, given on as `wish` and `asked`: one FigureQuery for rows, groups and series."""

    @wraps(command)
    def chosen(**given: Any) -> Any:
        names = ("rejected", "period_from", "period_to")
        rejected, since, until = (given.pop(name) for name in names)
        asked = replace(given["wish"].figures(), rejected=rejected, since=since, until=until)
        return command(**given, asked=asked)

    made = wishing(figures=True)(chosen)
    for option in (
        click.option("--period-to", type=Day(), help=f"Of a time that ends by {DATE_HELP}."),
        click.option("--period-from", type=Day(), help=f"Of a time from {DATE_HELP} on."),
        click.option("--rejected", is_flag=True, help="Also those a reader rejected, without value."),
    ):  # fmt: skip
        made = option(made)
    return click.argument("query", required=False)(made)


def _opened(ctx: click.Context, wish: Any) -> Any:
    shop = open_wished(ctx, wish)
    shop.figure_index.catch_up()
    return shop


@click.group(cls=WithDefault, no_args_is_help=False)
def figures() -> None:
    """Reported figures with their sentences, and corrections of them: `bantin figures --help`."""


@figures.command("list")
@choosing
@click.option(
    "--by",
    type=click.Choice(["month", "quarter", "year", "portal", "place"]),
    help="Groups by publication: how many, least, median, greatest, sum; re-posts count once.",
)
@formats
@click.pass_context
def figures_list(
    ctx: click.Context,
    asked: Any,
    wish: Any,
    by: str | None,
    kind: str | None,
    output: IO[str],
) -> None:
    """Reported figures with their sentences; QUERY is as in `bantin search`, held against the sentence.

    `bantin figures series` shows how one develops; `bantin figures reject ID` and `correct ID` note what a reader
    found wrong.

    \b
    Examples:
      bantin figures --type money --min 30e9
      bantin figures "ho ngheo" --type count --format csv -o figures.csv
      bantin figures --type money --by year
      bantin figures reject 3f0c9e2ab4d57730 --reason "a telephone number"
    """
    from storage.figures import FIELDS, find_figures, group_figures
    from storage.queries import portal_places

    shop = _opened(ctx, wish)
    if by:
        groups = group_figures(shop.figure_index, asked, by, portal_places(shop.engine))
        write_rows(groups, kind, output, _GROUP)
        return
    rows = find_figures(shop.engine, shop.figure_index, asked)
    say(f"{write_rows(rows, kind, output, _COLUMNS, FIELDS)} found")


@figures.command("series")
@choosing
@click.option("--by", type=click.Choice(["year", "period"]), default="year", show_default=True,
    help="Only what is told of whole years, or of any period.")  # fmt: skip
@formats
@click.pass_context
def figures_series(
    ctx: click.Context,
    asked: Any,
    wish: Any,
    by: str,
    kind: str | None,
    output: IO[str],
) -> None:
    """How a figure develops: of one noun and measure in one place, time by time, each with its evidence.

    A value is the one told last; `agree` is false where bulletins tell different ones. Re-posts count once.

    \b
    Examples:
      bantin figures series "hộ nghèo" --type count
      bantin figures series "thu ngân sách" --type money --by period --place "huyện Gia Viễn"
    """
    from storage.differences import figure_series, series_rows
    from storage.figures import find_figures

    shop = _opened(ctx, wish)
    rows = find_figures(shop.engine, shop.figure_index, asked, once=True)
    found = series_rows(figure_series(rows), whole_years=by == "year")
    say(f"{write_rows(found, kind, output, _SERIES)} points")


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
