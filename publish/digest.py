"""What a digest says: entries with their evidence, ready to be written as mail, page or JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from unicodedata import category

from publish.site import Site
from publish.wording import COUNTED, KINDS, RHYTHMS, hedged, long_day, short_day, wish_label
from storage.database import Engine
from storage.subscriptions import wish_of
from storage.telling import Teller
from storage.wishes import Wish
from text import VIETNAM

MOST = 50  # entries of a mail; the rest stands on a page
_SUBJECT = 80  # letters of a question in a subject


@dataclass(frozen=True)
class Entry:
    """One bulletin of a digest; `snippet` marks matches with square brackets, `changes` are figures before and after."""

    id: str
    kind: str
    label: str
    title: str
    portal: str
    day: str
    url: str
    original: str | None
    archived: str
    snippet: str
    figures: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    also: list[dict[str, str]] = field(default_factory=list)
    vanished: bool = False


@dataclass(frozen=True)
class Digest:
    """A digest: `entries` by portal, at most fifty, and how many `more` stand on the page `more_url`."""

    subject: str
    label: str
    day: str
    counts: str
    groups: list[tuple[str, list[Entry]]]
    more: int
    more_url: str | None
    feed_url: str
    why: str
    leave_url: str | None
    site: str
    site_url: str

    @property
    def entries(self) -> list[Entry]:
        """All entries in order."""
        return [entry for _, group in self.groups for entry in group]


class Writer:
    """Makes digests of one archive; what several tell is read once."""

    def __init__(self, engine: Engine, site: Site) -> None:
        self._teller = Teller(engine)
        self.names = self._teller.names
        self.site = site

    def of_delivery(self, delivery: Any, subscription: Any, most: int = MOST) -> Digest:
        """The digest of a row of the outbox."""
        wish = wish_of(subscription)
        links = (self.site.digest_link(delivery.id), self.site.leave_link(subscription.id))
        return self.of_items(
            wish, delivery.items, delivery.made, (*links, subscription.rhythm), most
        )

    def of_items(
        self, wish: Wish, items: Sequence[dict[str, Any]], made: datetime,
        links: tuple[str | None, str | None, str] = (None, None, "daily"), most: int = MOST,
    ) -> Digest:  # fmt: skip
        """The digest that tells these items; `links` are its page, the way out, and the rhythm."""
        names = self.names
        label, day = wish_label(wish, names), made.astimezone(VIETNAM).date()
        told = self._teller.shown([item for item in items if item["kind"] != "rest"])
        rest = sum(item["count"] for item in items if item["kind"] == "rest")
        shown = [self._entry(item, wish) for item in told[:most]]
        page, leave, rhythm = links
        counts = count_items(items)
        return Digest(
            subject=subject_line(label, counts, day), label=label, day=short_day(day), counts=counts,
            groups=_by_portal(shown), more=len(told) - len(shown) + rest,
            more_url=page, feed_url=feed_link(self.site, wish),
            why=f"Bạn nhận thư này vì đã đăng ký theo dõi “{label}”, gửi {RHYTHMS[rhythm]}.",
            leave_url=leave, site=self.site.name, site_url=self.site.link("/"),
        )  # fmt: skip

    def _entry(self, item: dict[str, Any], wish: Wish) -> Entry:
        told = self._teller.tell(item, wish)
        names = self.names
        also = [
            {"portal": one_line(names.get(one["portal"], one["portal"])), "url": self.site.link(f"/articles/{one['article']}")}
            for one in item["also"]
        ]  # fmt: skip
        return Entry(
            id=item["article"], kind=item["kind"], label=KINDS[item["kind"]], title=one_line(told["title"]),
            portal=one_line(str(names.get(told["portal"], told["portal"]))), day=long_day(told["published"]),
            url=self.site.link(f"/articles/{item['article']}"), original=web_address(told["url"]),
            archived=self.site.base + told["archived"], snippet=told["snippet"],
            figures=[f | {"text": hedged(f["text"], f["qualifier"])} for f in told["figures"]],
            changes=[worded_change(change) for change in told["changes"]], also=also, vanished=item["vanished"],
        )  # fmt: skip


def worded_change(change: dict[str, Any]) -> dict[str, Any]:
    """What changed in a figure, both values with the words that hedge them."""
    sides = {
        side: hedged(change[side], change[f"{side}_qualifier"]) for side in ("before", "after")
    }
    return {"what": change["what"], **sides}


def count_items(items: Sequence[dict[str, Any]]) -> str:
    """How many are new, edited and gone.

    >>> count_items([{"kind": "new", "also": []}, {"kind": "edited", "also": []}])
    '1 bài mới, 1 bài sửa'
    """
    counts = {kind: sum(item["kind"] == kind for item in items) for kind in COUNTED}
    counts["new"] += sum(item["count"] for item in items if item["kind"] == "rest")
    return ", ".join(f"{count} {COUNTED[kind]}" for kind, count in counts.items() if count)


def subject_line(label: str, counts: str, day: date) -> str:
    """The subject of a digest, on one line: what was asked for, how many, the day."""
    short = label if len(label) <= _SUBJECT else label[: _SUBJECT - 1].rstrip() + "…"
    return one_line(f"{short}: {counts or 'không có gì mới'} ({short_day(day)})")


def one_line(text: str) -> str:
    """A text without breaks and control characters: what may stand in a header."""
    return " ".join("".join(_shown(letter) for letter in text).split())


def _shown(letter: str) -> str:
    """A letter, a blank for a control character, nothing for one that only joins or parts others."""
    return letter if letter.isprintable() else "" if category(letter) == "Cf" else " "


def web_address(url: str | None) -> str | None:
    """An address that a link may have: http and https only."""
    return url if url and url.lower().startswith(("http://", "https://")) else None


def feed_link(site: Site, wish: Wish) -> str:
    """The feed that tells what a question finds."""
    return site.link("/feed.atom", **wish.given())


def _by_portal(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    groups: list[tuple[str, list[Entry]]] = []
    for entry in entries:
        if not groups or groups[-1][0] != entry.portal:
            groups.append((entry.portal, []))
        groups[-1][1].append(entry)
    return groups
