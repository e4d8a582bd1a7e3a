"""Verbs that read what is handed in and store nothing: read, annotate."""

import sys
from pathlib import Path
from typing import IO, Any

import click

from cli.base import DATE_HELP, Day, UnitName
from model.errors import BantinError, InputError


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
@click.option("--jsonl", is_flag=True, help="One JSON object a line in, one a line out.")
@click.option("--published", type=Day(), help=f"Day of publication, {DATE_HELP}.")
@click.option(
    "--place", type=UnitName(), help='The portal\'s place, e.g. "huyện Gia Viễn, tỉnh Ninh Bình".'
)
@click.option("-o", "output", type=click.File("w", encoding="utf-8"), default="-")
def annotate(
    file: IO[str], jsonl: bool, published: str | None, place: str | None, output: IO[str]
) -> None:
    """Read people, bodies, places, figures and times out of text; stores nothing.

    With --jsonl, --published and --place are of the lines that say neither. A text without a day of
    publication is read with today's units, and its times only as far as they are printed.

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
    asked = {key: value for key, value in (("published", published), ("place", place)) if value}
    done, failed = 0, 0
    for number, line in enumerate(file, 1):
        if line.strip():
            answer, ok = _annotated_line(line, number, asked)
            output.write(answer + "\n")
            done, failed = done + ok, failed + (not ok)
    if failed:
        lines = "1 line" if failed == 1 else f"{failed} lines"
        click.echo(f"bantin: {lines} could not be read", err=True)
        sys.exit(3 if done else 1)


def _annotated_line(line: str, number: int, asked: dict[str, str]) -> tuple[str, bool]:
    import msgspec

    from model.records import Document, to_json
    from nlp import annotate as read
    from text import read_date

    key = None
    try:
        raw = msgspec.json.decode(line)
        if isinstance(raw, dict):
            key = raw.get("id")
            raw = asked | {name: value for name, value in raw.items() if value is not None}
        document = msgspec.convert(raw, Document)
        day = read_date(document.published or "")
        if document.published and day is None:
            raise ValueError(f"published: {document.published!r} is no date; write {DATE_HELP}")
        iso = day.iso() if day else None
        return to_json(read(msgspec.structs.replace(document, published=iso))), True
    except (msgspec.MsgspecError, ValueError) as error:
        return to_json({"id": key, "line": number, "error": str(error)}), False


@click.command()
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
