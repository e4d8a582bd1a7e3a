"""The verb `digest`: who is told what, and what they would be told now."""

from datetime import timedelta
from typing import IO, Any

import click

from cli.base import Day, Verbs, formats, open_shop, open_wished, say, wishing, write_rows
from model.errors import InputError

_LISTED = ["id", "channel", "target", "wish", "rhythm", "at", "confirmed", "due", "bounces"]
QUERY = click.option("--query", help="What to tell of, as in `bantin search`.")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@click.group(cls=Verbs)
def digest() -> None:
    """Tell subscribers by mail or webhook what is new, edited or gone: daily, weekly, or at once."""


@digest.command("add")
@click.option("--to", "target", required=True, help="A mail address, or https:// of a webhook.")
@QUERY
@wishing(figures=True, days=False)
@click.option("--rhythm", type=click.Choice(["daily", "weekly", "at_once"]), default="daily", show_default=True)  # fmt: skip
@click.option("--at", default="07:00", show_default=True, help="Vietnam's time.")
@click.option("--day", type=click.Choice(DAYS), default="mon", show_default=True, help="Of a weekly digest.")  # fmt: skip
@click.option("--confirmed", is_flag=True, help="They have agreed already: no mail that asks.")
@click.pass_context
def digest_add(
    ctx: click.Context, target: str, wish: Any, rhythm: str, at: str, day: str, confirmed: bool
) -> None:
    """Subscribe an address; it is asked by mail first. Prints the id, and the secret of a webhook.

    \b
    Examples:
      bantin digest add --to ban@example.vn --query "hộ nghèo"
      bantin digest add --to ban@example.vn --query "nhà ở" --type money --min 10e9 --rhythm weekly
      bantin digest add --to https://toasoan.example/hook --portal gia-vien --rhythm at_once
    """
    from storage.subscriptions import get_subscription, read_rhythm, subscribe

    shop = open_wished(ctx, wish)
    often = read_rhythm(rhythm, at, str(DAYS.index(day)))
    key = subscribe(shop.engine, target, wish, often, confirmed=confirmed)
    row = get_subscription(shop.engine, key)
    click.echo(key)
    if row.secret:
        say(f"deliveries are signed with the secret {row.secret}")
    if row.confirmed is None:
        say(
            "it begins when the address has confirmed; `bantin digest send` or the schedule asks it"
        )


@digest.command("list")
@click.option("--addresses", is_flag=True, help="Show addresses whole.")
@formats
@click.pass_context
def digest_list(ctx: click.Context, addresses: bool, kind: str | None, output: IO[str]) -> None:
    """Subscriptions; of addresses only what tells them apart.

    \b
    Example:
      bantin digest list --format table
    """
    from publish.wording import wish_label
    from storage.queries import portal_names
    from storage.subscriptions import list_subscriptions, wish_of

    engine = open_shop(ctx).engine
    names = portal_names(engine)
    rows = [
        {
            "id": row.id, "channel": row.channel, "target": row.target if addresses else mask(row.target),
            "wish": wish_label(wish_of(row), names), "rhythm": row.rhythm, "at": f"{row.minute // 60:02}:{row.minute % 60:02}",
            "day": DAYS[row.weekday] if row.rhythm == "weekly" else None,
            "confirmed": row.confirmed.isoformat() if row.confirmed else None,
            "due": row.due.isoformat() if row.due else None, "bounces": row.bounces, "watermark": row.watermark,
        }
        for row in list_subscriptions(engine)
    ]  # fmt: skip
    say(f"{write_rows(rows, kind, output, _LISTED)} subscriptions")


def mask(target: str) -> str:
    """An address so that its owner knows it and nobody else.

    >>> mask("nguyen.van.a@example.vn"), mask("https://toasoan.example/hook?key=1")
    ('n…@example.vn', 'https://toasoan.example/…')
    """
    if "://" in target:
        scheme, _, rest = target.partition("://")
        return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}/…"
    name, _, host = target.partition("@")
    return f"{name[:1]}…@{host}"


@digest.command("remove")
@click.argument("key", metavar="ID")
@click.pass_context
def digest_remove(ctx: click.Context, key: str) -> None:
    """End a subscription and forget its address.

    \b
    Example:
      bantin digest remove 1f0c9e2ab4d57730
    """
    from storage.subscriptions import get_subscription, unsubscribe

    shop = open_shop(ctx)
    get_subscription(shop.engine, key)
    unsubscribe(shop.engine, key)
    say(f"{key}: ended")


@digest.command("preview")
@click.argument("key", metavar="[ID]", required=False)
@QUERY
@wishing(figures=True, days=False)
@click.option(
    "--since", "first", type=Day(), help="What is told since this day (default: of the last day)."
)
@click.option("--html", "as_html", is_flag=True, help="The HTML part instead of the text.")
@click.pass_context
def digest_preview(
    ctx: click.Context, key: str | None, wish: Any, first: str | None, as_html: bool
) -> None:
    """Print what would be sent now, to a subscription or for a question; sends nothing.

    \b
    Examples:
      bantin digest preview --query "hộ nghèo"
      bantin digest preview 1f0c9e2ab4d57730 --html > thu.html
    """
    from publish.digest import Writer
    from publish.render import render
    from publish.site import open_site
    from storage.outbox import preview_items
    from storage.subscriptions import get_subscription, wish_of

    shop = open_wished(ctx, wish)
    writer = Writer(shop.engine, open_site(shop.config.web, shop.config.home))
    row = get_subscription(shop.engine, key) if key else None
    asked = wish_of(row) if row else wish
    after = row.watermark if row else _number_since(shop.engine, first)
    items = preview_items(shop.engine, asked, after)
    if not items:
        say(
            "nothing new: nothing would be sent"
            + ("" if key or first else "; --since looks further back")
        )
        return
    from model.clock import now

    links = (None, writer.site.leave_link(row.id), row.rhythm) if row else (None, None, "daily")
    made = writer.of_items(asked, items, now(), links)
    say(f"Subject: {made.subject}")
    click.echo(render("digest.html.j2" if as_html else "digest.txt.j2", d=made), nl=False)


def _number_since(engine: Any, first: str | None) -> int:
    """The journal's number before a day in Vietnam, or before the last twenty-four hours."""
    from datetime import datetime

    from model.clock import now
    from storage.outbox import number_at
    from text import VIETNAM

    begin = datetime.fromisoformat(first).replace(tzinfo=VIETNAM) if first else now() - timedelta(days=1)  # fmt: skip
    return number_at(engine, begin)


@digest.command("send")
@click.pass_context
def digest_send(ctx: click.Context) -> None:
    """Make the digests that are due and send what waits, once; `bantin schedule` does so all the time.

    \b
    Example:
      bantin digest send
    """
    import sys

    from publish.delivering import Courier
    from publish.site import open_site
    from storage.leases import give_back, renew_leases, take_leases
    from storage.outbox import make_digests

    shop = open_shop(ctx)
    if not shop.config.mail.server:
        raise InputError(f"{shop.config.home / 'bantin.toml'}: [mail] server is not set")
    courier = Courier(shop.engine, open_site(shop.config.web, shop.config.home), shop.config.mail)
    take_leases(shop.engine, ["schedule"])  # one sends at a time
    try:
        made = make_digests(shop.engine)
        done = courier.send_due(lambda: not renew_leases(shop.engine, ["schedule"]))
    finally:
        give_back(shop.engine, ["schedule"])
    say(f"{made} digests made, {done.sent} sent, {done.failed} failed and tried again later")
    if done.failed:
        sys.exit(3)
