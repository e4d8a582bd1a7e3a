"""Feeds: Atom (RFC 4287), JSON Feed 1.1 and OPML, with ids that never change."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from model.records import to_json
from publish.digest import one_line, web_address
from publish.site import Site
from storage.recent import Recent

ATOM = "http://www.w3.org/2005/Atom"
_IDS = UUID("5c3a39a1-8f0f-4d57-9d8a-2f0f6a1c0b1e")  # of articles in feeds; never to be changed
_LONGEST = 200_000  # letters of an entry: fifty of a megabyte are no feed
# What XML 1.0 allows no document to hold (section 2.2), and what no reader can show.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010fffd]")


@dataclass(frozen=True)
class Feed:
    """A feed: what it is called, its own address, and the page that tells the same."""

    title: str
    url: str
    page: str
    entries: Sequence[Recent]

    @property
    def updated(self) -> datetime:
        """When the newest entry was told."""
        return max((entry.at for entry in self.entries), default=datetime(2025, 7, 1, tzinfo=UTC))


def entry_id(article: str) -> str:
    """The id of an article in every feed, for ever.

    >>> entry_id("1f0c9e2ab4d57730")
    'urn:uuid:8af466d6-c2d4-55b5-9869-23f00d82df22'
    """
    return f"urn:uuid:{uuid5(_IDS, article)}"


def clean_text(text: str) -> str:
    r"""A text without what XML forbids.

    >>> clean_text("hộ\x00 nghèo\x0b\ufffe")
    'hộ nghèo'
    """
    return _ILLEGAL.sub("", text)


def text_html(text: str) -> str:
    """A bulletin's text as HTML: its paragraphs, everything escaped."""
    blocks = (block.strip() for block in clean_text(text).split("\n\n"))
    return "\n".join(
        f"<p>{'<br>'.join(escape(line) for line in b.split(chr(10)))}</p>" for b in blocks if b
    )


def _content(entry: Recent) -> str:
    """What an entry holds: the whole text, of one as long as a book its beginning."""
    cut = len(entry.text) > _LONGEST
    return text_html(entry.text[:_LONGEST] + " …" if cut else entry.text)


def published_moment(published: str) -> str:
    """A day of publication as a moment: noon in Vietnam, so that no reader's zone shows another day.

    >>> published_moment("2023-07-12"), published_moment("2023-07-12T08:30:00+07:00")
    ('2023-07-12T12:00:00+07:00', '2023-07-12T08:30:00+07:00')
    """
    return published if "T" in published else f"{published}T12:00:00+07:00"


def write_atom(feed: Feed, site: Site) -> bytes:
    """A feed as Atom."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": "vi"})
    _add(root, "title", clean_text(feed.title))
    _add(root, "id", f"urn:uuid:{uuid5(_IDS, feed.url)}")
    _add(root, "updated", feed.updated.isoformat())
    SubElement(root, "link", rel="self", type="application/atom+xml", href=feed.url)
    SubElement(root, "link", rel="alternate", type="text/html", href=feed.page)
    SubElement(root, "generator").text = "Bantin"
    SubElement(SubElement(root, "author"), "name").text = clean_text(site.name)
    for entry in feed.entries:
        _atom_entry(root, entry, site)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _atom_entry(root: Element, entry: Recent, site: Site) -> None:
    made = SubElement(root, "entry")
    _add(made, "id", entry_id(entry.id))
    _add(made, "title", clean_text(one_line(entry.title)) or "(không có tiêu đề)")
    _add(made, "updated", entry.at.isoformat())
    if entry.published:
        _add(made, "published", published_moment(entry.published))
    url = site.link(f"/articles/{entry.id}")
    SubElement(made, "link", rel="alternate", type="text/html", href=url)
    if original := web_address(entry.url):
        SubElement(made, "link", rel="via", href=clean_text(original))
    SubElement(SubElement(made, "author"), "name").text = clean_text(entry.byline or entry.name)
    SubElement(made, "category", term=entry.portal, label=clean_text(entry.name))
    SubElement(made, "content", type="html").text = _content(entry)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def write_json_feed(feed: Feed, site: Site) -> bytes:
    """A feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    told = {
        "version": "https://jsonfeed.org/version/1.1", "title": clean_text(feed.title), "home_page_url": feed.page,
        "feed_url": feed.url, "language": "vi", "authors": [{"name": clean_text(site.name)}],
        "items": [_json_item(entry, site) for entry in feed.entries],
    }  # fmt: skip
    return to_json(told).encode()


def _json_item(entry: Recent, site: Site) -> dict[str, object]:
    item: dict[str, object] = {
        "id": entry_id(entry.id), "url": site.link(f"/articles/{entry.id}"), "title": clean_text(one_line(entry.title)),
        "content_html": _content(entry), "date_modified": entry.at.isoformat(),
        "authors": [{"name": clean_text(entry.byline or entry.name)}], "tags": [clean_text(entry.name)],
    }  # fmt: skip
    if original := web_address(entry.url):
        item["external_url"] = clean_text(original)
    if entry.published:
        item["date_published"] = published_moment(entry.published)
    return item


def write_opml(portals: Iterable[tuple[str, str]], site: Site) -> bytes:
    """The feeds of all portals, slug and name each, as OPML 2.0."""
    root = Element("opml", version="2.0")
    _add(SubElement(root, "head"), "title", clean_text(f"{site.name}: các cổng thông tin"))
    body = SubElement(root, "body")
    for slug, name in portals:
        told = {"type": "rss", "text": clean_text(name), "title": clean_text(name)}
        SubElement(body, "outline", told | {"xmlUrl": site.link(f"/portals/{slug}.atom")})
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
