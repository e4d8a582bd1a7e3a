"""The `bantin` command: one short function a verb, no logic."""

import sys
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
            ctx.exit(1)


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


def open_shop(ctx: click.Context) -> Any:
    """The archive that the options name, opened."""
    from config import load_config
    from pipeline import Workshop

    config, database = ctx.obj
    return Workshop(load_config(config, database))


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

    rows: Any = [plain(p) for p in open_shop(ctx).portals.values()]
    write_rows(rows, kind, output, ["slug", "name", "home", "place", "dialect"])


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
    from pipeline import Tally, crawl_portals, read_due

    shop = open_shop(ctx)
    chosen = slugs or [s for s, p in shop.portals.items() if not p.closed]
    if not chosen:
        raise InputError("no portal to crawl; put a TOML file into portals/ (see README)")
    options = {"full": "1"} if full else {}
    if limit:
        options["limit"] = str(limit)
    failed = crawl_portals(shop, chosen, options, say)
    tally = read_due(shop, Tally(), say)
    say(
        f"{tally.new} new, {tally.edited} edited, {tally.known} unchanged, {len(tally.failed)} unreadable"
    )
    if failed:
        sys.exit(1 if len(failed) == len(chosen) else 3)


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

    tally = import_files(open_shop(ctx), paths, portal, place, say)
    say(
        f"{tally.new} new, {tally.edited} edited, {tally.known} unchanged, {len(tally.failed)} failed"
    )
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

    shop = open_shop(ctx)
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
@click.pass_context
def show(
    ctx: click.Context, article_id: str, edition: int | None, as_text: bool, as_html: bool
) -> None:
    """Show an article: its reading as JSON, its text, or the archived page.

    \b
    Example:
      bantin show 1f0c9e2ab4d57730 --text
    """
    from model.records import WarcPlace
    from storage.archive import read_record
    from storage.queries import get_article

    shop = open_shop(ctx)
    found = get_article(shop.engine, article_id, edition)
    if as_html:
        place = WarcPlace(file=found["warc_file"], offset=found["warc_offset"], digest="")
        sys.stdout.buffer.write(read_record(shop.config.archive, place).body)
    elif as_text:
        click.echo(found["article"]["text"])
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
        return read if read.is_finite() else self.fail(f"{value!r} is no number", param, ctx)


@main.command()
@click.argument("query", required=False)
@click.option("--type", "figure_type", type=click.Choice(["money", "count", "percent", "measure"]))
@click.option("--noun", help="What is counted, with or without marks.")
@click.option("--unit", help="The unit as written, e.g. ha.")
@click.option("--min", "least", type=Number(), help='At least; "hơn 31 tỷ" is at least 30e9.')
@click.option("--max", "most", type=Number(), help="At most.")
@click.option("--loose", is_flag=True, help='Count "gần 30 tỷ" as 30 tỷ.')
@period
@formats
@click.pass_context
def figures(
    ctx: click.Context,
    query: str | None,
    figure_type: str | None,
    noun: str | None,
    unit: str | None,
    least: Any,
    most: Any,
    loose: bool,
    portal: str | None,
    first: str | None,
    last: str | None,
    kind: str | None,
    output: IO[str],
) -> None:
    """Reported figures with their sentences; QUERY is words of the sentence.

    \b
    Examples:
      bantin figures --type money --min 30e9
      bantin figures "ho ngheo" --type count --format csv -o figures.csv
    """
    from storage.queries import FigureQuestion, Filters, find_figures

    question = FigureQuestion(
        query, figure_type, noun, unit, least, most, loose, Filters(portal, first, last)
    )
    rows = list(find_figures(open_shop(ctx).engine, question))
    write_rows(
        rows,
        kind,
        output,
        ["published", "portal", "type", "value", "qualifier", "what", "sentence"],
    )


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
    from storage.queries import find_people

    rows = find_people(open_shop(ctx).engine, query, body, on)
    write_rows(rows, kind, output, ["name", "portal", "offices", "articles"])


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
        ["portal", "articles", "editions", "figures", "newest", "last_run", "outcome", "note"],
    )


def write_json(value: Any, output: IO[str]) -> None:
    from model.records import to_json

    output.write(to_json(value) + "\n")


def write_rows(
    rows: list[dict[str, Any]], kind: str | None, output: IO[str], columns: list[str]
) -> None:
    """Rows in the asked format; a table on a terminal, JSON lines when piped."""
    from rows import write_csv, write_table

    chosen = kind or ("table" if output.isatty() else "jsonl")
    if chosen == "table":
        write_table(rows, columns, output)
    elif chosen == "csv":
        write_csv(rows, output)
    elif chosen == "json":
        write_json(rows, output)
    else:
        for row in rows:
            write_json(row, output)


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
    failed = 0
    for number, line in enumerate(file, 1):
        answer, ok = _annotated_line(line, number)
        failed += not ok
        output.write(answer + "\n")
    if failed:
        click.echo(f"bantin: {failed} lines could not be read", err=True)
        sys.exit(3)


def _annotated_line(line: str, number: int) -> tuple[str, bool]:
    import msgspec

    from model.records import Document, to_json
    from nlp import annotate as read

    try:
        return to_json(read(msgspec.json.decode(line, type=Document))), True
    except (msgspec.MsgspecError, ValueError) as error:
        return to_json({"line": number, "error": str(error)}), False


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
