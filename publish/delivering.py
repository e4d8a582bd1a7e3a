"""The outbox is sent: each row as a mail or to a webhook, noted when it is taken."""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from model.records import to_json
from model.settings import MailConfig
from publish.digest import Digest, Entry, Writer
from publish.mail import Letter, Mailer, Undelivered, as_bytes
from publish.render import render
from publish.site import Site
from publish.webhooks import post_signed
from publish.wording import TROUBLES, local_moment, wish_label
from storage import outbox, schema
from storage.database import Engine
from storage.subscriptions import wish_of

_AT_ONCE = 100  # rows whose ids are read at once


@dataclass
class Sent:
    """What came of sending: how many were taken, how many not, and how many mails wait, with why."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    why: str = ""


class Courier:
    """Sends what is due, one after the other, until it is told to stop."""

    def __init__(self, engine: Engine, site: Site, mail: MailConfig) -> None:
        self._engine, self._site, self._mail = engine, site, mail
        self._writer = Writer(engine, site)

    def send_due(self, stopped: Callable[[], bool] = lambda: False) -> Sent:
        """Send all that is due now; what can't be sent is tried again later, mails all at once where no server takes them."""
        done = Sent(why="" if self._mail.server else "no [mail] server is named")
        with Mailer(self._mail) as mailer:
            while not stopped():
                keys = outbox.due_deliveries(self._engine, _AT_ONCE, hooks_only=bool(done.why))
                if not keys:
                    break
                for key in keys:
                    if not stopped():
                        self._send(key, mailer, done)
        if done.why:
            done.waiting = len(outbox.due_deliveries(self._engine))
        return done

    def _send(self, key: str, mailer: Mailer, done: Sent) -> None:
        found = outbox.get_delivery(self._engine, key)
        if found is None or found[0].due is None:
            return  # unsubscribed meanwhile
        row, whose = found
        if done.why and not (whose and whose.channel == "webhook"):
            return  # the server went away since
        try:
            self._hand_over(row, whose, mailer)
        except Undelivered as error:
            done.failed += 1
            if error.server_down:
                done.why = str(error)
                outbox.postpone(self._engine, key)
            else:
                outbox.note_failed(self._engine, key, str(error), for_good=error.for_good)
        except Exception as error:  # one row keeps no other back
            done.failed += 1
            outbox.note_failed(self._engine, key, type(error).__name__, for_good=False)
        else:
            done.sent += 1
            outbox.note_sent(self._engine, key)

    def _hand_over(
        self, row: schema.Delivery, whose: schema.Subscription | None, mailer: Mailer
    ) -> None:
        if whose is not None and whose.bounces >= outbox.MOST_BOUNCES:
            raise Undelivered("refused for good before", for_good=True)
        if whose is not None and whose.channel == "webhook":
            self._post(row, whose)
        else:
            self._mail_out(row, whose, mailer)

    def _mail_out(
        self, row: schema.Delivery, whose: schema.Subscription | None, mailer: Mailer
    ) -> None:
        letter = self.letter(row, whose)
        label = wish_label(wish_of(whose), self._writer.names) if whose else ""
        message = as_bytes(
            letter, self._mail.sender, self._site.host, f"{self._site.name}: {label}"
        )
        mailer.send([parseaddr(letter.to)[1]], message)

    def letter(self, row: schema.Delivery, whose: schema.Subscription | None) -> Letter:
        """The letter of a row of the outbox."""
        if whose is None:
            return _alert_letter(row, self._mail.operator, self._writer)
        if row.kind == "confirm":
            return _confirm_letter(row, whose, self._writer)
        digest = self._writer.of_delivery(row, whose)
        return Letter(
            whose.target, digest.subject, render("digest.txt.j2", d=digest), render("digest.html.j2", d=digest),
            row.id, row.made, digest.leave_url,
        )  # fmt: skip

    def _post(self, row: schema.Delivery, whose: schema.Subscription) -> None:
        digest = self._writer.of_delivery(row, whose, most=len(row.items))
        told = {"delivery": row.id, "subscription": whose.id, "after": row.first, "until": row.last}
        body = to_json(told | digest_json(digest)).encode()
        post_signed(whose.target, whose.secret or "", row.id, body, self._mail.allow_private)


def digest_json(digest: Digest) -> dict[str, Any]:
    """A digest as a webhook is told of it."""
    return {
        "label": digest.label,
        "counts": digest.counts,
        "items": [_entry_json(entry) for entry in digest.entries],
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    keys = ("id", "kind", "title", "portal", "url", "original", "archived", "snippet", "figures",
            "changes", "also", "vanished")  # fmt: skip
    return {key: getattr(entry, key) for key in keys}


def _confirm_letter(row: schema.Delivery, whose: schema.Subscription, writer: Writer) -> Letter:
    site = writer.site
    label = wish_label(wish_of(whose), writer.names)
    given = {
        "label": label, "site": site.name, "link": site.confirm_link(whose.id),
        "subject": f"{site.name}: xác nhận đăng ký “{label[:60]}”",
    }  # fmt: skip
    text, html = render("confirm.txt.j2", **given), render("confirm.html.j2", **given)
    return Letter(whose.target, given["subject"], text, html, row.id, row.made)


def _alert_letter(row: schema.Delivery, to: str, writer: Writer) -> Letter:
    if not to:
        raise Undelivered("[mail] operator is not set", for_good=True)
    told = [item | {"name": writer.names.get(item["portal"], item["portal"]), "label": TROUBLES[item["kind"]]}
            for item in row.items]  # fmt: skip
    begun, ended = [t for t in told if not t["ended"]], [t for t in told if t["ended"]]
    subject = f"{writer.site.name}: {len(begun)} cổng có vấn đề, {len(ended)} đã hết ({local_moment(row.made)})"
    return Letter(to, subject, render("alert.txt.j2", begun=begun, ended=ended), None, row.id, row.made)  # fmt: skip
