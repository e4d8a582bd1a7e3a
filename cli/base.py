"""What every verb shares: the group itself, option types, the archive that is meant, rows out."""

import os
import sys
from collections.abc import Iterable, Sequence
from functools import wraps
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


class UnitName(click.ParamType[str]):
    """An administrative unit and those above it, as the unit table spells them."""

    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from nlp.gazetteer import find_place

        try:
            return find_place(str(value))
        except InputError as error:
            self.fail(f'{error}; write e.g. "huyện Gia Viễn, tỉnh Ninh Bình"', param, ctx)


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
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
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


def open_shop(ctx: click.Context, portals: Sequence[str] = (), *, new: bool = False) -> Any:
    """The archive that the options name, opened; only `new` makes one where there is none."""
    from config import has_archive, init_archive, load_config
    from model.errors import ConfigError, UnknownPortal
    from pipeline.workshop import Workshop
    from storage.queries import portal_places

    path, database = ctx.obj
    config = load_config(path, database)
    if not has_archive(config.home) and not database:
        if not new:
            raise ConfigError(f"{config.home}: no archive here; `bantin init` makes one")
        init_archive(config.home)
    shop = Workshop(config)
    for portal in portals:
        if portal not in shop.portals and portal not in portal_places(shop.engine):
            known = ", ".join(portal_places(shop.engine)) or "none yet"
            raise UnknownPortal(f"{portal}: no such portal; the archive holds {known}")
    return shop


def open_within(ctx: click.Context, within: Any) -> Any:
    """The archive, opened; raises UnknownPortal or InputError where it has no such portal or province."""
    from storage.queries import known_provinces
    from text import bare_key

    shop = open_shop(ctx, within.portals)
    known = known_provinces(shop.engine) if within.provinces else []
    if not set(within.provinces) <= {bare_key(name) for name in (*known, "unknown")}:
        held = ", ".join(known) or "none yet"
        raise InputError(
            f"--province {', '.join(within.provinces)}: no portal is there; known are {held}"
        )
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


def named_item(option: str, value: str | None) -> Any:
    """The words of an option, None where it is not given; raises InputError where it has none."""
    from text.queries import read_item

    item = read_item(value) if value else None
    if value and item is None:
        raise InputError(f"{option} {value}: no word in it")
    return item


def narrowing(command: Any) -> Any:
    """The options that narrow a question, given on as `within`: one Query for search, figures and exports."""

    @wraps(command)
    def narrowed(**given: Any) -> Any:
        from text import bare_key
        from text.queries import Query

        told = {
            name: given.pop(name) for name in ("portal", "province", "section", "person", "place")
        }
        items = {key: named_item(f"--{key}", told[key]) for key in ("person", "place")}
        within = Query(
            portals=(told["portal"],) if told["portal"] else (),
            first=given.pop("first"), last=given.pop("last"),
            persons=(items["person"],) if items["person"] else (),
            places=(items["place"],) if items["place"] else (),
            provinces=(bare_key(told["province"]),) if told["province"] else (),
            sections=(bare_key(told["section"]),) if told["section"] else (),
            figures=given.pop("with_figures"),
        )  # fmt: skip
        return command(**given, within=within)

    for option in (
        click.option("--with-figures", is_flag=True, help="Only bulletins that report figures."),
        click.option("--place", help="A place that is named, or the portal's own."),
        click.option("--person", help="Somebody who is named."),
        click.option("--section", help="A section of the portal, by its whole name."),
        click.option("--province", help="The portal's province, as it was or is called."),
        click.option("--to", "last", type=Day(), help=f"Published on or before, {DATE_HELP}."),
        click.option("--from", "first", type=Day(), help=f"Published on or after, {DATE_HELP}."),
        click.option("--portal", help="Only this portal (slug)."),
    ):
        narrowed = option(narrowed)
    return narrowed


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
