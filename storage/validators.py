"""Validators of pages (RFC 9110, 8.8) as hints: believed only where the portal has shown that they are true."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from model.records import Exchange

FULL_EVERY = timedelta(days=30)  # so often a page is had whole whatever its validators say


def after(known: dict[str, Any] | None, exchange: Exchange) -> dict[str, Any] | None:
    """What is known of a page's validators after an answer; None where it has none.

    `proven`: the same validators came twice with the same body. `lies`: they came with another body,
    as with portals that keep Last-Modified when an article is edited.
    """
    if exchange.status == 304:
        return known
    shown = {"etag": exchange.header("ETag"), "modified": exchange.header("Last-Modified")}
    if not any(shown.values()):
        return None
    digest = hashlib.sha256(exchange.body).hexdigest()
    same = bool(known) and all((known or {})[key] == value for key, value in shown.items())
    true = same and (known or {})["digest"] == digest
    lies = bool(known and known["lies"]) or (same and not true)
    return shown | {
        "digest": digest,
        "proven": true and not lies,
        "lies": lies,
        "full": exchange.captured.isoformat(),
    }


def to_send(known: dict[str, Any] | None, at: datetime) -> dict[str, str]:
    """The headers of a conditional request; none where the whole page is to be had."""
    if not known or not known["proven"] or at - datetime.fromisoformat(known["full"]) > FULL_EVERY:
        return {}
    asked = {"If-None-Match": known["etag"], "If-Modified-Since": known["modified"]}
    return {name: value for name, value in asked.items() if value and value.isascii()}
