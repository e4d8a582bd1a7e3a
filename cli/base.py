"""What every verb shares: the group itself, option types, the archive that is meant, rows out."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
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


def open_wished(ctx: click.Context, wish: Any) -> Any:
    """The archive, opened; raises UnknownPortal or InputError where it has no such portal or province."""
    from storage.queries import known_provinces
    from text import bare_key

    shop = open_shop(ctx, [wish.portal] if wish.portal else [])
    known = known_provinces(shop.engine) if wish.province else []
    if wish.province and bare_key(wish.province) not in map(bare_key, (*known, "unknown")):
        held = ", ".join(known) or "none yet"
        raise InputError(f"--province {wish.province}: no portal is there; known are {held}")
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


def _add(command: Any, options: Sequence[tuple[str, str, dict[str, Any]]]) -> Any:
    for option, name, more in reversed(options):
        command = click.option(option, name, **more)(command)
    return command


# What a question may be narrowed by, and which figures may be chosen: option, name in a wish, and how it is read.
_DAYS = (
    ("--from", "since", {"type": Day(), "help": f"Published on or after, {DATE_HELP}."}),
    ("--to", "until", {"type": Day(), "help": f"Published on or before, {DATE_HELP}."}),
)
_NARROWING = (
    ("--portal", "portal", {"help": "Only this portal (slug)."}),
    ("--province", "province", {"help": "The portal's province, as it was or is called."}),
    ("--section", "section", {"help": "A section of the portal, by its whole name."}),
    ("--person", "person", {"help": "Somebody who is named."}),
    ("--place", "place", {"help": "A place that is named, or the portal's own."}),
    ("--with-figures", "with_figures", {"is_flag": True, "help": "Only bulletins that report figures."}),
)  # fmt: skip
_CHOOSING = (
    ("--type", "type", {"type": click.Choice(["money", "count", "percent", "measure"]), "help": "Figures of this type."}),
    ("--noun", "noun", {"help": "What is counted, with or without marks."}),
    ("--unit", "unit", {"help": "The unit as written, e.g. ha."}),
    ("--min", "min", {"type": Number(), "help": 'At least; "hơn 31 tỷ" is at least 30e9.'}),
    ("--max", "max", {"type": Number(), "help": "At most."}),
    ("--loose", "loose", {"is_flag": True, "help": 'Count "gần 30 tỷ" as 30 tỷ.'}),
)  # fmt: skip


def wishing(*, figures: bool = False, days: bool = True) -> Callable[[Any], Any]:
    """The options that say what is asked for, given on with the query as `wish`: search, figures, exports, digests."""
    options = [*(_DAYS if days else ()), *_NARROWING, *(_CHOOSING if figures else ())]

    def decorate(command: Any) -> Any:
        @wraps(command)
        def wished(**given: Any) -> Any:
            from msgspec.structs import replace

            from storage.wishes import read_wish

            told = {name: given.pop(name) for _, name, _ in options}
            told |= {key: f"{told[key]:f}" for key in ("min", "max") if told.get(key) is not None}
            wish = replace(read_wish(told), q=given.pop("query") or "")
            return command(**given, wish=wish)

        return _add(wished, options)

    return decorate


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
