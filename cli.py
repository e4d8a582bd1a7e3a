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
def main() -> None:
    """Bản tin: archive, read and search the bulletins of Vietnam's local governments."""


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
