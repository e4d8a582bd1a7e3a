"""The `bantin` command: one short function a verb, no logic."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

import click

from model.errors import BantinError, InputError

DATE_HELP = "12/07/2023 or 2023-07-12"


class Day(click.ParamType[str]):
    """A date as people write it (12/07/2023) or as machines do (2023-07-12), given as ISO."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from text import read_date

        read = read_date(str(value))
        if read is None:
            self.fail(f"{value!r} is no date; write {DATE_HELP}", param, ctx)
        return read.day.isoformat()


class Verbs(click.Group):
    """A group that tells an expected error in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BantinError as error:
            click.echo(f"bantin: {error}", err=True)
        except BrokenPipeError:
            # Whoever read our output has seen enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ctx.exit(0)
        except UnicodeError:
            click.echo("bantin: an input or argument that is not UTF-8 text", err=True)
        except OSError as error:
            click.echo(f"bantin: {error.filename or ''}: {error.strerror}", err=True)
        except Exception as error:
            if type(error).__module__.partition(".")[0] != "sqlalchemy":
                raise
            cause = getattr(error, "orig", None) or error
            click.echo(f"bantin: database: {' '.join(str(cause).split())}", err=True)
        return ctx.exit(1)


class WithDefault(Verbs):
    """A group whose first argument may be missing: then its default verb is meant."""

    default = "list"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = [self.default, *args]
        return super().parse_args(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", prog_name="bantin")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="The archive's bantin.toml (default: the one here).",
)
@click.option("--db", help="Database address (default: sqlite:///bantin.db beside the config).")
@click.pass_context
def main(ctx: click.Context, config: Path | None, db: str | None) -> None:
    """Bản tin: archive, read and search the bulletins of Vietnam's local governments."""
    ctx.obj = (config, db)


def open_shop(ctx: click.Context, portal: str | None = None, *, new: bool = False) -> Any:
    """The archive that the options name, opened; only `new` makes one where there is none."""
    from config import has_archive, init_archive, load_config
    from model.errors import ConfigError, UnknownPortal
    from pipeline import Workshop
    from storage.queries import portal_places

    path, database = ctx.obj
    config = load_config(path, database)
    if not has_archive(config.home) and not database:
        if not new:
            raise ConfigError(f"{config.home}: no archive here; `bantin init` makes one")
        init_archive(config.home)
    shop = Workshop(config)
    if portal and portal not in shop.portals and portal not in portal_places(shop.engine):
        known = ", ".join(portal_places(shop.engine)) or "none yet"
        raise UnknownPortal(f"{portal}: no such portal; the archive holds {known}")
    return shop


def say(line: str) -> None:
    """Tell progress on stderr; stdout is data."""
    click.echo(line, err=True)


def formats(command: Any) -> Any:
    """The options --format and -o of every verb that prints rows."""
    command = click.option(
        "-o", "output", type=click.File("w", encoding="utf-8"), default="-", help="Write to a file."
    )(command)
    return click.option(
        "-f", "--format", "kind", type=click.Choice(["table", "json", "jsonl", "csv"]),
        help="Default: table on a terminal, jsonl when piped.",
    )(command)  # fmt: skip


def period(command: Any) -> Any:
    """The options --portal, --from and --to."""
    command = click.option(
        "--to", "last", type=Day(), help=f"Published on or before, {DATE_HELP}."
    )(command)
    command = click.option(
        "--from", "first", type=Day(), help=f"Published on or after, {DATE_HELP}."
    )(command)
    return click.option("--portal", help="Only this portal (slug).")(command)


@main.command()
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


@main.group()
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
@click.option("--place", help='Its place, e.g. "huyện Gia Viễn, tỉnh Ninh Bình".')
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
    from pipeline.portals import check_portal, known_slugs

    shop = open_shop(ctx)
    found = []
    for slug in slugs or known_slugs(shop):
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


@main.command()
@click.argument("slugs", nargs=-1)
@click.option("--full", is_flag=True, help="Walk every list page to its end.")
@click.option(
    "--limit", type=click.IntRange(1), help="Fetch at most so many articles of each portal."
)
@click.pass_context
def crawl(ctx: click.Context, slugs: tuple[str, ...], full: bool, limit: int | None) -> None:
    """Refresh portals now: list pages, and the articles that are new, changed or due.

    \b
    Examples:
      bantin crawl gia-vien
      bantin crawl --full --limit 500
    """
    from pipeline import Workshop, crawl_portals
    from pipeline.portals import known_slugs

    shop: Workshop = open_shop(ctx)
    chosen = list(dict.fromkeys(slugs)) or known_slugs(shop)
    if not chosen:
        raise InputError("no portal to crawl; put a TOML file into portals/ (see README)")
    options = {"full": "1"} if full else {}
    if limit:
        options["limit"] = str(limit)
    outcomes, tally = crawl_portals(shop, chosen, options, say)
    ended = set(outcomes.values())
    if ended != {"failed"} or tally.any():
        say(str(tally))
    if ended != {"done"} or tally.failed:
        sys.exit(1 if ended == {"failed"} else 3)


@main.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--portal", default="import", show_default=True, help="The portal the pages are from (slug)."
)
@click.option("--place", help='The portal\'s place, e.g. "huyện Gia Viễn, tỉnh Ninh Bình".')
@click.pass_context
def import_(ctx: click.Context, paths: tuple[Path, ...], portal: str, place: str | None) -> None:
    """Archive and read saved pages: .txt, .html, .warc, .warc.gz, or a folder of them.

    \b
    Example:
      bantin import saved/ --portal gia-vien --place "huyện Gia Viễn, tỉnh Ninh Bình"
    """
    from pipeline import import_files

    tally = import_files(open_shop(ctx, new=True), paths, portal, place, say)
    if not tally.any():
        raise InputError("nothing to import: no .txt, .html, .warc or .warc.gz file")
    say(str(tally))
    if tally.failed:
        sys.exit(3 if tally.new + tally.edited + tally.known else 1)


@main.command()
@click.argument("query")
@period
@click.option("--sort", type=click.Choice(["relevance", "newest"]), default="relevance")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(0, 1000), default=0)
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
    kind: str | None,
    output: IO[str],
) -> None:
    """Search bulletins: a word typed with marks matches exactly, one without matches folded.

    \b
    Examples:
      bantin search "ho ngheo"
      bantin search "hộ nghèo" --from 01/07/2023 --sort newest --format json
    """
    from storage.queries import Filters, search_articles

    shop = open_shop(ctx, portal)
    shop.index.catch_up()
    found = search_articles(
        shop.engine, shop.index, query, Filters(portal, first, last), (sort, limit, offset)
    )
    if kind == "json":
        write_json(found, output)
        return
    write_rows(found["results"], kind, output, ["published", "portal", "title", "snippet", "id"])
    say(f"{found['total']} found")


@main.command()
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


class Number(click.ParamType[Any]):
    """An exact number: 30e9, 30000000000 or 3.5."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from decimal import Decimal, InvalidOperation

        try:
            read = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is no number; write 30e9 or 3.5", param, ctx)
        if not read.is_finite():
            self.fail(f"{value!r} is no number", param, ctx)
        return read


@main.group(cls=WithDefault, no_args_is_help=False)
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
    question = FigureQuestion(query, figure_type, noun, unit, least, most, loose, place, filters)
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


@main.command()
@click.argument("query", required=False)
@click.option("--body", help="Only offices that name this body.")
@click.option("--on", type=Day(), help=f"As reported on or before this day, {DATE_HELP}.")
@formats
@click.pass_context
def people(
    ctx: click.Context,
    query: str | None,
    body: str | None,
    on: str | None,
    kind: str | None,
    output: IO[str],
) -> None:
    """Who is reported to hold which office.

    \b
    Example:
      bantin people "vu thi duoc"
    """
    from storage.queries import PEOPLE_FIELDS, find_people

    rows = find_people(open_shop(ctx).engine, query, body, on)
    count = write_rows(rows, kind, output, ["name", "portal", "offices", "articles"], PEOPLE_FIELDS)
    say(f"{count} found")


@main.command()
@formats
@click.pass_context
def status(ctx: click.Context, kind: str | None, output: IO[str]) -> None:
    """What the archive holds of every portal and how its last refresh went.

    \b
    Example:
      bantin status --format json
    """
    from storage.queries import portal_status

    rows = portal_status(open_shop(ctx).engine)
    write_rows(
        rows,
        kind,
        output,
        [
            "portal",
            "articles",
            "editions",
            "vanished",
            "figures",
            "unread",
            "unreadable",
            "newest",
            "last_run",
            "outcome",
            "note",
        ],
    )


def write_json(value: Any, output: IO[str]) -> None:
    from model.records import to_json

    output.write(to_json(value) + "\n")


def write_rows(
    rows: Iterable[dict[str, Any]],
    kind: str | None,
    output: IO[str],
    columns: list[str],
    fields: Sequence[str] = (),
) -> int:
    """Rows in the asked format, streamed where it allows; a table on a terminal, JSON lines when piped."""
    from publish.export import FORMATS
    from rows import write_table

    chosen = kind or ("table" if output.isatty() else "jsonl")
    if chosen in FORMATS:
        return FORMATS[chosen](rows, output, fields or columns)
    listed = list(rows)
    if chosen == "table":
        write_table(listed, columns, output)
    else:
        write_json(listed, output)
    return len(listed)


@main.command()
@click.argument("what", type=click.Choice(["articles", "figures", "people", "mentions"]))
@period
@click.option("-f", "--format", "kind", type=click.Choice(["csv", "jsonl"]), required=True)
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

    \b
    Examples:
      bantin export figures -f csv -o figures.csv
      bantin export articles -f jsonl -o articles.jsonl --portal gia-vien --from 01/01/2023
    """
    from publish.export import FORMATS, export_rows
    from storage.figures import FIELDS, FigureQuestion, find_figures
    from storage.queries import (
        ARTICLE_FIELDS,
        MENTION_FIELDS,
        PEOPLE_FIELDS,
        Filters,
        find_people,
        list_articles,
        list_mentions,
    )

    filters = Filters(portal, first, last)
    engine = open_shop(ctx, portal).engine
    rows: dict[str, tuple[Any, Sequence[str]]] = {
        "articles": (lambda: list_articles(engine, filters), ARTICLE_FIELDS),
        "mentions": (lambda: list_mentions(engine, filters), MENTION_FIELDS),
        "figures": (lambda: find_figures(engine, FigureQuestion(filters=filters)), FIELDS),
        "people": (lambda: find_people(engine, None, None, last, portal), PEOPLE_FIELDS),
    }
    make, fields = rows[what]
    if str(path) == "-":
        FORMATS[kind](make(), sys.stdout, fields)
    else:
        say(f"{export_rows(make(), kind, path, fields)} {what} in {path}")


@main.command()
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


@main.command()
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


@main.command()
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
@click.option("--jsonl", is_flag=True, help="One JSON object a line in, one a line out.")
@click.option("--published", type=Day(), help=f"Day of publication, {DATE_HELP}.")
@click.option("--place", help='The portal\'s place, e.g. "huyện Gia Viễn, tỉnh Ninh Bình".')
@click.option("-o", "output", type=click.File("w", encoding="utf-8"), default="-")
def annotate(
    file: IO[str], jsonl: bool, published: str | None, place: str | None, output: IO[str]
) -> None:
    """Read people, bodies, places, figures and times out of text; stores nothing.

    \b
    Examples:
      bantin annotate bulletin.txt --published 12/07/2023 --place "huyện Gia Viễn, tỉnh Ninh Bình"
      bantin annotate --jsonl bulletins.jsonl > annotations.jsonl
    """
    from model.records import Document, to_json
    from nlp import annotate as read

    if not jsonl:
        text = file.read()
        output.write(to_json(read(Document(text=text, published=published, place=place))) + "\n")
        return
    answers = [_annotated_line(line, n) for n, line in enumerate(file, 1) if line.strip()]
    output.writelines(answer + "\n" for answer, _ in answers)
    failed = sum(not ok for _, ok in answers)
    if failed:
        lines = "1 line" if failed == 1 else f"{failed} lines"
        click.echo(f"bantin: {lines} could not be read", err=True)
        sys.exit(3 if failed < len(answers) else 1)


def _annotated_line(line: str, number: int) -> tuple[str, bool]:
    import msgspec

    from model.records import Document, to_json
    from nlp import annotate as read
    from text import read_date

    key = None
    try:
        raw = msgspec.json.decode(line)
        key = raw.get("id") if isinstance(raw, dict) else None
        document = msgspec.convert(raw, Document)
        day = read_date(document.published or "")
        if document.published and day is None:
            raise ValueError(f"published: {document.published!r} is no date; write {DATE_HELP}")
        iso = day.iso() if day else None
        return to_json(read(msgspec.structs.replace(document, published=iso))), True
    except (msgspec.MsgspecError, ValueError) as error:
        return to_json({"id": key, "line": number, "error": str(error)}), False


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", help="The page's own address; the native id is read from it.")
@click.option("--captured", type=Day(), help=f"When the page was captured, {DATE_HELP}.")
@click.option("-o", "output", type=click.File("w", encoding="utf-8"), default="-")
def read(files: tuple[Path, ...], url: str | None, captured: str | None, output: IO[str]) -> None:
    """Read saved pages (.html, .txt) as articles, one JSON object a line; stores nothing.

    \b
    Examples:
      bantin read article.html --url https://huyen.example/tin-tuc/bai-viet-123
      bantin read pages/*.html > articles.jsonl
    """
    from model.records import RawPage, to_json

    failed = 0
    for path in files:
        try:
            raw = RawPage(
                url=url or "",
                body=read_bytes(path),
                content_type=media_type(path),
                captured=captured,
            )
            line = to_json(_read_article(raw))
        except BantinError as error:
            failed += 1
            click.echo(f"bantin: {path}: {error}", err=True)
            line = to_json({"file": str(path), "error": str(error)}) if len(files) > 1 else ""
        output.write(line + "\n" if line else "")
    if failed:
        sys.exit(1 if failed == len(files) else 3)


def _read_article(raw: Any) -> Any:
    from crawler import read_page

    return read_page(raw)


def media_type(path: Path) -> str:
    """The media type a file is imported as, by its name."""
    return "text/plain" if path.suffix == ".txt" else "text/html"


def read_bytes(path: Path) -> bytes:
    """The bytes of a file handed in; raises InputError that names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{error.strerror or error}") from error


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
