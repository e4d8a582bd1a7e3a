"""The verbs takedown and password: what is not shown any more, and the operator's way in."""

from typing import IO

import click

from cli.base import WithDefault, formats, open_shop, say, write_rows


@click.group(cls=WithDefault, no_args_is_help=False)
def takedown() -> None:
    """What is not shown any more, articles and people; a rebuild keeps the list.

    \b
    Examples:
      bantin takedown add 1f0c9e2ab4d57730 --reason "asked for by the person named"
      bantin takedown list
      bantin takedown remove 1f0c9e2ab4d57730
    """


@takedown.command("add")
@click.argument("key", metavar="ID")
@click.option("--reason", required=True, help="Why, for the list.")
@click.pass_context
def takedown_add(ctx: click.Context, key: str, reason: str) -> None:
    """Show an article or a person no more: on no page, in no feed, digest, export or replay.

    Of a person the page, the lists and the feed go; the bulletins stay. The archive itself keeps everything.

    \b
    Example:
      bantin takedown add 1f0c9e2ab4d57730 --reason "asked for by the person named"
    """
    from storage.takedowns import take_down

    shop = open_shop(ctx)
    say(f"{key}: taken down: {take_down(shop.engine, key, reason)}")
    shop.catch_up()


@takedown.command("list")
@formats
@click.pass_context
def takedown_list(ctx: click.Context, kind: str | None, output: IO[str]) -> None:
    """What is taken down, the latest first.

    \b
    Example:
      bantin takedown list --format json
    """
    from storage.takedowns import list_takedowns

    columns = ["at", "kind", "id", "label", "reason"]
    rows = [
        {"at": row.at.isoformat(), "kind": row.kind, "id": row.target, "label": row.label, "reason": row.reason}
        for row in list_takedowns(open_shop(ctx).engine)
    ]  # fmt: skip
    say(f"{write_rows(rows, kind, output, columns, columns)} taken down")


@takedown.command("remove")
@click.argument("key", metavar="ID")
@click.pass_context
def takedown_remove(ctx: click.Context, key: str) -> None:
    """Show again what was taken down.

    \b
    Example:
      bantin takedown remove 1f0c9e2ab4d57730
    """
    from storage.takedowns import restore

    shop = open_shop(ctx)
    say(f"{key}: shown again: {restore(shop.engine, key)}")
    shop.catch_up()


@click.command()
@click.password_option(help="Asked for twice where it is not given.")
def password(password: str) -> None:
    """Print the hash of a password for the operator's pages: `operator` in [web] of bantin.toml, or BANTIN_OPERATOR.

    \b
    Example:
      bantin password
    """
    from web.passwords import hash_password

    click.echo(hash_password(password))
