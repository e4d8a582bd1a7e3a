"""Feeds: what readers and validators accept, ids for ever, and nothing that breaks XML."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree

import feedparser
import pytest

from publish.feeds import (
    ATOM,
    Feed,
    clean_text,
    entry_id,
    published_moment,
    text_html,
    write_atom,
    write_json_feed,
    write_opml,
)
from publish.site import Site
from storage.recent import Recent
from tests.archives import rows
from tests.clock import Clock, owned_clock
from tests.sink import (
    SITE,
    Answer,
    Page,
    Web,
    bring,
    make_portals,
    open_home,
    served_app,
)

NS = {"a": ATOM}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
PORTALS = {
    "gia-vien": "Cổng huyện Gia Viễn",
    "kim-son": "Kim Sơn <b>&\"'</b>\x1b\x07]]>",
    "hoa-lư": "Hoa Lư & Ninh Bình",
}
HOMES = Page(
    "1", "Xóa nhà tạm",
    "Ông Nguyễn Văn Bình, Chủ tịch UBND huyện Gia Viễn, cho biết huyện hỗ trợ 31 tỷ đồng cho 120 hộ nghèo.\n\n"
    "Mỗi hộ có thu nhập < 2 triệu đồng & được hỗ trợ \"60 triệu đồng\".",
)  # fmt: skip
ROADS = Page("2", "Làm đường", "Xã Gia Hòa làm 12 km đường với 3 tỷ đồng.", "28/02/2026")
EVIL = Page("x", "<script>alert(1)</script> ]]> &amp; {{ 7*7 }} \x00\x0b\ufffe", "Kim Sơn <img src=x onerror=alert(1)> ]]> \x00\x0b\x1f\ufffe\uffff có 7 hộ nghèo.")  # fmt: skip
TOWN = Page("h", "Lễ hội", "Hoa Lư đón 20.000 lượt khách.", "01/03/2026")
WEIRD = "a\x00b\x0bc\x1b\ufffe\uffff\ufdd0\ud800\udfff\x85 <b>&\"']]>🎉"
KINDS = ("atom", "json")


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clock]:
    with owned_clock(tmp_path_factory.mktemp("clock")) as clock:
        yield clock


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Path:
    home = tmp_path_factory.mktemp("base")
    make_portals(home, PORTALS)
    bring(home, "gia-vien", HOMES)
    clock.forward(minutes=1)
    bring(home, "gia-vien", ROADS)
    bring(home, "kim-son", EVIL)
    bring(home, "hoa-lư", TOWN)
    return home


@pytest.fixture(scope="module")
def web(base: Path) -> Iterator[Web]:
    with served_app(open_home(base)) as web:
        yield web


@pytest.fixture
def fresh(
    database: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Path, Web]]:
    """An archive that is changed, on both databases."""
    monkeypatch.setenv("BANTIN_DB", database)
    make_portals(tmp_path, {"gia-vien": "Gia Viễn", "kim-son": "Kim Sơn"})
    bring(tmp_path, "gia-vien", HOMES, ROADS)
    bring(tmp_path, "kim-son", TOWN)
    with served_app(open_home(tmp_path, database)) as web:
        yield tmp_path, web


class Told(NamedTuple):
    """An entry of a feed, of either kind."""

    id: str
    title: str
    url: str
    html: str
    published: str
    updated: str


def read_atom(answer: Answer) -> list[Told]:
    """The entries of an Atom feed, which is as RFC 4287 wants it."""
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(answer.body)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    return check_atom(answer.body)


def check_atom(body: bytes) -> list[Told]:
    root = ElementTree.fromstring(body)
    assert root.tag == f"{{{ATOM}}}feed"
    found = []
    for place in (root, *root.findall("a:entry", NS)):
        for name in ("id", "title", "updated"):
            assert len(place.findall(f"a:{name}", NS)) == 1
        assert RFC3339.fullmatch(place.findtext("a:updated", "", NS))
        assert place.findtext("a:author/a:name", "", NS)
        links = [(link.get("rel"), link.get("type")) for link in place.findall("a:link", NS)]
        assert len(links) == len(set(links))
        assert all(link.get("href") for link in place.findall("a:link", NS))
    for entry in root.findall("a:entry", NS):
        content = entry.find("a:content", NS)
        assert content is not None
        assert content.get("type") == "html"
        link = entry.find("a:link[@rel='alternate']", NS)
        assert link is not None
        published = entry.findtext("a:published", "", NS)
        assert not published or RFC3339.fullmatch(published)
        texts = [entry.findtext(f"a:{name}", "", NS) for name in ("id", "title", "updated")]
        found.append(Told(texts[0], texts[1], link.get("href", ""), content.text or "", published, texts[2]))  # fmt: skip
    assert len({told.id for told in found}) == len(found)
    updated = [datetime.fromisoformat(told.updated) for told in found]
    if updated:
        assert datetime.fromisoformat(root.findtext("a:updated", "", NS)) == max(updated)
    return found


# Of JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): what each field is.
AUTHOR = {"name": str, "url": str, "avatar": str}
FEED = {
    "version": str, "title": str, "home_page_url": str, "feed_url": str, "description": str, "user_comment": str,
    "next_url": str, "icon": str, "favicon": str, "authors": list, "language": str, "expired": bool, "hubs": list,
    "items": list,
}  # fmt: skip
ITEM = {
    "id": str, "url": str, "external_url": str, "title": str, "content_html": str, "content_text": str, "summary": str,
    "image": str, "banner_image": str, "date_published": str, "date_modified": str, "authors": list, "tags": list,
    "language": str, "attachments": list,
}  # fmt: skip


def check_fields(told: dict[str, Any], known: Mapping[str, type], *required: str) -> None:
    assert set(required) <= set(told)
    for name, value in told.items():
        assert name in known or name.startswith("_"), name
        if name in known:
            assert type(value) is known[name], name
        if name.endswith("url"):
            assert re.match(r"https?://[^\s]+$", value), value
        if name.startswith("date_"):
            assert RFC3339.fullmatch(value), value


def check_json(body: bytes) -> list[Told]:
    """The items of a JSON feed, which is as its specification wants it."""
    feed = json.loads(body.decode("utf-8", "strict"))
    check_fields(feed, FEED, "version", "title", "items")
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    for item in feed["items"]:
        check_fields(item, ITEM, "id")
        assert "content_html" in item or "content_text" in item
        assert all(isinstance(tag, str) for tag in item.get("tags", []))
    for author in [a for told in (feed, *feed["items"]) for a in told.get("authors", [])]:
        check_fields(author, AUTHOR)
        assert author, "an author has at least a name"
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    return [
        Told(i["id"], i["title"], i["url"], i["content_html"], i.get("date_published", ""), i["date_modified"])
        for i in feed["items"]
    ]  # fmt: skip


def read_json(answer: Answer) -> list[Told]:
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/feed+json")
    return check_json(answer.body)


READ = {"atom": read_atom, "json": read_json}


def plain(html: str) -> str:
    """The words of a bit of HTML."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


ASKED = [
    ("/feed.{}", {"Xóa nhà tạm", "Làm đường", "Lễ hội", "<script>"}),
    ("/feed.{}?q=" + quote("hộ nghèo"), {"Xóa nhà tạm", "<script>"}),
    ("/feed.{}?q=ho+ngheo&portal=gia-vien", {"Xóa nhà tạm"}),
    ("/feed.{}?since=2026-03-01&portal=gia-vien&q=", {"Xóa nhà tạm"}),
    ("/feed.{}?person=" + quote("Nguyễn Văn Bình"), {"Xóa nhà tạm"}),
    ("/figures.{}?type=money&min=10e9", {"Xóa nhà tạm"}),
    ("/figures.{}?type=money", {"Xóa nhà tạm", "Làm đường"}),
    ("/figures.{}?type=money&min=10e12", set()),
    ("/figures.{}?noun=" + quote("hộ nghèo") + "&min=7&max=7", {"<script>"}),
    ("/portals/gia-vien.{}", {"Xóa nhà tạm", "Làm đường"}),
    ("/portals/kim-son.{}", {"<script>"}),
    (f"/portals/{quote('hoa-lư')}.{{}}", {"Lễ hội"}),
    ("/feed.{}?q=khongcogi", set()),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("path", "titles"), ASKED)
def test_a_feed_tells_what_was_asked_for(web: Web, path: str, titles: set[str], kind: str) -> None:
    answer = web.get(path.format(kind))
    told = READ[kind](answer)
    assert {t.title.split("alert")[0] for t in told} == titles
    own = self_link(kind, answer)
    assert web.get(own).body == answer.body
    assert own.startswith(web.site.address)


def self_link(kind: str, answer: Answer, rel: str = "self") -> str:
    if kind == "json":
        return str(answer_json(answer)["feed_url" if rel == "self" else "home_page_url"])
    link = ElementTree.fromstring(answer.body).find(f"a:link[@rel='{rel}']", NS)
    assert link is not None
    return link.get("href", "")


def answer_json(answer: Answer) -> Any:
    return json.loads(answer.body)


@pytest.mark.parametrize(
    "path", ["/feed.{}?q=ho+ngheo", "/portals/gia-vien.{}", "/figures.{}?type=money&min=10e9", "/people/{key}.{}"]
)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_a_feed_has_a_page_that_tells_what_it_is(
    base: Path, web: Web, path: str, kind: str
) -> None:
    if "{key}" in path:
        path = path.replace("{key}", person(base))
    page = web.get(self_link(kind, web.get(path.format(kind)), "alternate"))
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def person(home: Path) -> str:
    return next(str(row["id"]) for row in rows(home, "people", "Nguyễn Văn Bình"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_has_a_feed(base: Path, web: Web, kind: str) -> None:
    answer = web.get(f"/people/{person(base)}.{kind}")
    assert [told.title for told in READ[kind](answer)] == ["Xóa nhà tạm"]
    assert "Nguyễn Văn Bình" in answer.text
    assert web.get(f"/people/{'0' * 16}.{kind}").status == 404


def test_both_kinds_tell_the_same(web: Web) -> None:
    atom, jsons = read_atom(web.get("/feed.atom")), read_json(web.get("/feed.json"))
    assert [told._replace(html="") for told in atom] == [told._replace(html="") for told in jsons]
    assert [plain(told.html) for told in atom] == [plain(told.html) for told in jsons]
    (homes,) = (told for told in atom if told.title == "Xóa nhà tạm")
    assert plain(homes.html) == " ".join(f"{HOMES.title} {HOMES.text}".split())
    for told in atom:
        page = web.get(told.url)
        assert page.status == 200
        assert told.id == entry_id(told.url.rpartition("/")[2])


def test_hostile_words_are_only_words(web: Web) -> None:
    for kind in KINDS:
        (told,) = READ[kind](web.get(f"/portals/kim-son.{kind}"))
        assert told.title.startswith("<script>alert(1)</script> ]]>")
        assert set(re.findall(r"<(\w+)", told.html)) <= {"p", "br"}
        assert "onerror" in told.html
        assert "49" not in told.title + told.html
    parsed = feedparser.parse(web.get("/portals/kim-son.atom").body)
    assert parsed.feed.title == clean_text(f"Bantin: {PORTALS['kim-son']}")


def test_new_and_edited(fresh: tuple[Path, Web], clock: Clock) -> None:
    home, web = fresh
    paths = [f"/{name}.{kind}" for name in ("feed", "portals/gia-vien") for kind in KINDS]
    first = {path: web.get(path) for path in paths}
    quiet = web.get("/portals/kim-son.atom")
    assert len(read_atom(quiet)) == 1
    for path, answer in first.items():
        tag = answer.headers["ETag"]
        assert re.fullmatch(r'"[^"]+"', tag)
        for known in (tag, f"W/{tag}", f'"x", W/"y", {tag}', f'"x",W/{tag}', "*"):
            again = web.get(path, If_None_Match=known)
            assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
        assert web.get(path, If_None_Match='"x", W/"y"').status == 200
    clock.forward(hours=1)
    bring(home, "gia-vien", HOMES._replace(text=HOMES.text.replace("31 tỷ", "13 tỷ")))
    for path, answer in first.items():
        kind = path.rpartition(".")[2]
        later = web.get(path, If_None_Match=answer.headers["ETag"])
        old, new = READ[kind](answer), READ[kind](later)
        assert later.headers["ETag"] != answer.headers["ETag"]
        assert {told.id for told in old} == {told.id for told in new}
        before, after = ({t.title: t for t in told} for told in (old, new))
        assert after["Xóa nhà tạm"].updated > before["Xóa nhà tạm"].updated
        assert after["Xóa nhà tạm"].published == before["Xóa nhà tạm"].published
        assert after["Làm đường"] == before["Làm đường"]
        assert "13 tỷ đồng" in after["Xóa nhà tạm"].html
        assert new[0].title == "Xóa nhà tạm"
    clock.forward(hours=1)
    bring(home, "gia-vien", HOMES._replace(path="9", title="Trồng cây"))
    assert [told.title for told in read_atom(web.get("/feed.atom"))][:2] == ["Trồng cây", "Xóa nhà tạm"]  # fmt: skip
    assert web.get("/portals/kim-son.atom").headers["ETag"] == quiet.headers["ETag"]
    assert feed_id(first["/feed.atom"]) == feed_id(web.get("/feed.atom"))


def feed_id(answer: Answer) -> str:
    return ElementTree.fromstring(answer.body).findtext("a:id", "", NS)


def test_opml_leads_to_every_portal(web: Web) -> None:
    answer = web.get("/portals.opml")
    assert answer.status == 200
    root = ElementTree.fromstring(answer.body)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    outlines = root.findall("body/outline")
    assert {o.get("text") for o in outlines} == {clean_text(name) for name in PORTALS.values()}
    for outline in outlines:
        assert outline.get("type") == "rss"
        feed = web.get(outline.get("xmlUrl", ""))
        assert len(read_atom(feed)) >= 1
        assert self_link("atom", feed) == outline.get("xmlUrl")
    assert web.get("/portals.opml", If_None_Match=answer.headers["ETag"]).status == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/feed.atom?foo=1", 400), ("/feed.json?Q=x", 400), ("/figures.atom?min=zehn", 400), ("/feed.atom?type=x", 400),
        ("/feed.atom?since=gestern", 400), ("/feed.atom?path=x", 400), ("/feed.atom?self=x", 400), ("/feed.xml", 404),
        ("/feed.rss?q=x", 404), ("/portals/khong-co.atom", 404), ("/portals/khong-co.json", 404), ("/people/x.atom", 404),
        ("/portals/gia-vien.xml", 404), ("/feed.atom?min=1e9999", 400), ("/feed.atom?max=NaN", 400),
        (f"/feed.atom?min={'9' * 5000}", 400), ("/feed.atom?with_figures=vielleicht&min=%00", 400),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_on_a_page(web: Web, path: str, status: int) -> None:
    answer = web.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert "<h1>" in answer.text
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("name", ["path", "self", "foo", "q"])
@pytest.mark.parametrize("feed", ["/portals/gia-vien", "/people/{key}"])
def test_a_parameter_that_means_nothing(base: Path, web: Web, feed: str, name: str) -> None:
    """Refused, or left alone."""
    feed = feed.replace("{key}", person(base)) if "{key}" in feed else feed
    for kind in KINDS:
        answer = web.get(f"{feed}.{kind}?{name}=x")
        assert answer.status in (200, 400)
        if answer.status == 200:
            READ[kind](answer)


def recent(**more: Any) -> Recent:
    told: dict[str, Any] = {
        "id": "1f0c9e2ab4d57730", "title": "Tin", "portal": "gia-vien", "name": "Gia Viễn", "url": "https://h.example/1",
        "archived": "/archive/x", "published": "2026-03-01", "at": datetime(2026, 3, 2, tzinfo=UTC), "byline": None,
        "text": "Tin\n\nMột dòng.",
    }  # fmt: skip
    return Recent(**(told | more))


@pytest.mark.parametrize("field", ["title", "name", "byline", "text", "url", "feed", "site"])
def test_nothing_breaks_xml_or_json(field: str) -> None:
    value = f"https://h.example/{WEIRD}" if field == "url" else WEIRD
    entry = recent(**{field: value} if field not in ("feed", "site") else {})
    feed = Feed(WEIRD if field == "feed" else "Tin", "https://k.example/feed.atom", "https://k.example/", [entry, recent(id="2")])  # fmt: skip
    site = Site("https://k.example", WEIRD if field == "site" else "Bantin", b"x")
    atom = write_atom(feed, site)
    assert not feedparser.parse(atom).bozo
    assert len(check_atom(atom)) == 2
    write_json_feed(feed, site).decode("utf-8", "strict")
    assert len(json.loads(write_json_feed(feed, site))["items"]) == 2
    opml = write_opml([("gia-vien", value)], site)
    assert len(ElementTree.fromstring(opml).findall("body/outline")) == 1


@pytest.mark.parametrize("title", ["", " ", "\x00", "\u200b"])
def test_a_title_may_be_empty(title: str) -> None:
    feed = Feed("Tin", "https://k.example/feed.atom", "https://k.example/", [recent(title=title, text="", byline="")])  # fmt: skip
    (told,) = check_atom(write_atom(feed, SITE))
    assert told.title
    check_json(write_json_feed(feed, SITE))


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "urn:bantin:import:x", "data:text/html,x"])  # fmt: skip
def test_only_addresses_of_the_web_are_linked(url: str | None) -> None:
    feed = Feed("Tin", "https://k.example/feed.atom", "https://k.example/", [recent(url=url)])
    for written in (write_atom(feed, SITE), write_json_feed(feed, SITE)):
        assert not url or url.encode() not in written
    check_json(write_json_feed(feed, SITE))


def test_a_day_is_the_same_day_in_utc() -> None:
    day = date(2024, 1, 1)
    while day.year == 2024:
        moment = datetime.fromisoformat(published_moment(day.isoformat()))
        for zone in (UTC, moment.tzinfo):
            assert moment.astimezone(zone).date() == day
        day += timedelta(days=1)


def test_a_feed_without_entries_is_one() -> None:
    feed = Feed("Tin", "https://k.example/feed.atom", "https://k.example/", [])
    assert check_atom(write_atom(feed, SITE)) == []
    assert check_json(write_json_feed(feed, SITE)) == []
    assert not feedparser.parse(write_atom(feed, SITE)).bozo


def test_text_as_html_keeps_lines_and_escapes() -> None:
    text = "Một\nhai & <ba>\n\n\n\nbốn\u0000\n\n  \n\nnăm\r\nsáu"
    assert plain(text_html(text)) == "Một hai & <ba> bốn năm sáu"
    assert text_html(text).count("<p>") == 3
    assert all(unicodedata.category(c) != "Cc" or c in "\n\t\r" for c in text_html(text))
