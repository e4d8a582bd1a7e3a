"""The thirty traps that portals lay, each by its number, on the sample portals or as a page of its own."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from crawler.discover import discover
from crawler.feeds import discover_feed
from crawler.page import parse_page
from crawler.reading import read_page, refusal
from model.errors import ExtractError
from model.records import Article, RawPage
from samples import PORTALS, SampleSite, moods
from tests.archives import CrawledAll, bantin, done, make_archive, rows
from tests.certificates import tls_context, weaken
from text import nfc, read_date


def asked(crawled: CrawledAll, kind: str) -> list[str]:
    return crawled.asked[kind]


def held(crawled: CrawledAll, kind: str) -> dict[str, dict[str, Any]]:
    path = crawled.home / f"{kind}.jsonl"
    done(crawled.home, "export", "articles", "-f", "jsonl", "-o", str(path), "--portal", kind)
    return {row["native_id"]: row for row in map(json.loads, path.read_text().splitlines())}


def complete(crawled: CrawledAll, kind: str) -> bool:
    """Whether the portal's articles are held, each once, and nothing else."""
    return len(held(crawled, kind)) == len(crawled.sites[kind].articles)


def fetched(url: str) -> RawPage:
    with urlopen(url) as answer:
        return RawPage(url=url, body=answer.read(), content_type=answer.headers["Content-Type"])


def read(
    html: str | bytes, url: str = "http://h.example/tin/bai-viet-so-12345.html", kind: str = ""
) -> Article:
    body = html if isinstance(html, bytes) else html.encode()
    return read_page(RawPage(url=url, body=body, content_type=kind))


def uiarticle(body: str, head: str = "") -> str:
    """A page of UIArticle with that body."""
    return (
        f"<html><head>{head}</head><body><div class='ArticleDetailControl'><div class='ArticleHeader'>Tiêu đề bài</div>"
        f"<div class='PostDate'>12/07/2023</div><div class='ArticleContent'>{body}</div></div></body></html>"
    )


def test_trap_01_page_past_the_end_leads_to_page_1(crawled_all: CrawledAll) -> None:
    site = crawled_all.sites["nukeviet"]
    with urlopen(f"{site.url}vi/news/kinh-te/page-99/") as answer:
        assert answer.url == f"{site.url}vi/news/kinh-te/"
    assert complete(crawled_all, "nukeviet")
    lists = [r for r in asked(crawled_all, "nukeviet") if re.search(r"/page-\d+/$", r)]
    assert len(lists) == len(set(lists))


def test_trap_02_last_page_repeated(tmp_path: Path) -> None:
    with SampleSite("liferay") as site:
        answer = site.answer

        def endless(handler: Any, form: dict[str, str]) -> Any:
            """Every list page, the last one too, links to one more."""
            made = answer(handler, form)
            page = int((re.search(r"_cur=(\d+)", handler.path) or ["", "1"])[1])
            if b"lfr-pagination-buttons" not in made.content:
                return made
            further = (
                re.sub(r"[?&].*", "", handler.path)
                + f"?p_p_id=101_INSTANCE_tQ1x&_101_INSTANCE_tQ1x_cur={page + 1}"
            )
            pager = f'<ul class="lfr-pagination-buttons"><li><a href="{further}">Tiếp theo</a></li></ul>'
            body = re.sub(
                r'<ul class="lfr-pagination-buttons.*?</ul>',
                pager,
                made.content.decode(),
                flags=re.DOTALL,
            )
            return type(made)(body)

        site.answer = endless  # type: ignore[method-assign]
        make_archive(tmp_path, [site])
        done(tmp_path, "crawl", "--full")
        assert rows(tmp_path, "status")[0]["articles"] == len(site.articles)
        assert len(site.requests) < 2 * len(site.articles)


def test_trap_03_page_2_by_post(crawled_all: CrawledAll) -> None:
    assert any(r.startswith("POST /DesktopModule/") for r in asked(crawled_all, "uiarticle"))
    assert complete(crawled_all, "uiarticle")


def test_trap_04_postback_with_view_state(crawled_all: CrawledAll) -> None:
    assert any(r.startswith("POST /Default.aspx") for r in asked(crawled_all, "dnn"))
    assert complete(crawled_all, "dnn")


def test_trap_05_pages_by_date(crawled_all: CrawledAll) -> None:
    assert any("PublishedDate=" in r for r in asked(crawled_all, "lacviet"))
    assert complete(crawled_all, "lacviet")


def test_trap_06_one_article_at_several_addresses(crawled_all: CrawledAll) -> None:
    site = crawled_all.sites["htm"]
    first = site.url.rstrip("/") + site.sections[0]
    pages = [first, *(first.replace(".htm", f"/trang-{number}.htm") for number in range(2, 5))]
    assert any(b"/noi-bat/" in urlopen(page).read() for page in pages)  # answered with 200
    assert complete(crawled_all, "htm")
    assert complete(crawled_all, "nukeviet")  # there the second address is a redirect


def test_trap_07_print_and_savefile_copies(crawled_all: CrawledAll) -> None:
    assert not any(
        re.search(r"/(?:print|savefile)/|[?&]print=", r) for r in asked(crawled_all, "nukeviet")
    )
    assert not any("print=" in r for r in asked(crawled_all, "uiarticle"))


def test_trap_08_session_ids(crawled_all: CrawledAll) -> None:
    assert not any(
        re.search("jsessionid|nv_redirect", r) for kind in PORTALS for r in asked(crawled_all, kind)
    )
    assert complete(crawled_all, "liferay")


def test_trap_09_identity_in_the_query(crawled_all: CrawledAll) -> None:
    assert complete(crawled_all, "sharepoint")
    assert all("ItemID=" in row["url"] for row in held(crawled_all, "sharepoint").values())


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (moods.BLOCKED, "blocked"),
        (moods.DEFAULT, "down"),
        (moods.PARKED, "parked"),
        (moods.FOREIGN, "foreign"),
    ],
)
def test_trap_10_refusals_with_status_200(tmp_path: Path, page: str, kind: str) -> None:
    with SampleSite("htm") as site:
        make_archive(tmp_path, [site])
        done(tmp_path, "crawl", "--limit", "3")
        site.mood = moods.always(page)
        outcome = bantin(tmp_path, "crawl")
        assert outcome.returncode in (1, 3)
        assert f"{kind}: a page that says" in outcome.stderr
        site.mood = None
        row = rows(tmp_path, "status")[0]
        assert (row["articles"], row["editions"]) == (3, 3)
        assert row["left_alone"]
        again = bantin(tmp_path, "crawl")
        assert again.returncode == 1
        assert "is left alone until" in again.stderr


def test_trap_10_soft_404_is_missing(crawled_all: CrawledAll) -> None:
    with pytest.raises(ExtractError) as told:
        read_page(fetched(f"{crawled_all.sites['uiarticle'].url}kinh-te/khong-co-99999"))
    assert told.value.kind == "missing"


def crawled_to_the_end(home: Path, kind: str, mood: moods.Mood) -> bool:
    """Whether one crawl of a portal in that mood has all its articles."""
    with SampleSite(kind) as site:
        site.mood = mood
        make_archive(home, [site])
        done(home, "crawl")
        return bool(rows(home, "status")[0]["articles"] == len(site.articles))


def test_trap_11_nukeviet_answers_429_after_40_a_minute(tmp_path: Path) -> None:
    """As its default installation does, with robots.txt counted; here the minute is 4 seconds."""
    assert crawled_to_the_end(tmp_path, "nukeviet", moods.limited(20, 4.0))


def test_trap_12_connections_reset_after_ten_fast_requests(tmp_path: Path) -> None:
    assert crawled_to_the_end(tmp_path, "vhv", moods.resetting(10, 1.0))


def test_trap_13_script_that_sets_a_cookie(tmp_path: Path) -> None:
    with SampleSite("spa") as site:
        site.mood = moods.always(moods.CHALLENGE)
        make_archive(tmp_path, [site])
        outcome = bantin(tmp_path, "crawl")
        assert outcome.returncode in (1, 3)
        assert "challenge: a script that sets a cookie" in outcome.stderr
        assert rows(tmp_path, "status")[0]["articles"] == 0


@pytest.mark.parametrize(("days", "problem"), [(-3, "expired"), (30, "self-signed")])
def test_trap_14_certificates(tmp_path: Path, days: int, problem: str) -> None:
    with SampleSite("nukeviet", tls=tls_context(tmp_path, days=days)) as site:
        make_archive(tmp_path, [site])
        done(tmp_path, "crawl")
        row = rows(tmp_path, "status")[0]
        assert row["articles"] == len(site.articles)
        assert any(told == f"certificate: {problem}" for told in row["dying"])


def test_trap_14_certificate_of_another_host(tmp_path: Path) -> None:
    with SampleSite("nukeviet", tls=tls_context(tmp_path, host="khac.example")) as site:
        make_archive(tmp_path, [site])
        for path in (*tmp_path.glob("portals/*.toml"), tmp_path / "bantin.toml"):
            path.write_text(path.read_text().replace("127.0.0.1", "localhost"))
        done(tmp_path, "crawl", "--limit", "2")
        assert "certificate: not for localhost" in rows(tmp_path, "status")[0]["dying"]


def test_trap_14_weak_keys_need_legacy_tls(tmp_path: Path) -> None:
    with SampleSite("nukeviet", tls=weaken(tls_context(tmp_path), tmp_path)) as site:
        make_archive(tmp_path, [site])
        refused = bantin(tmp_path, "crawl")
        assert (refused.returncode, "dh key too small; legacy_tls" in refused.stderr) == (1, True)
        toml = tmp_path / "portals" / "nukeviet.toml"
        toml.write_text(toml.read_text() + "legacy_tls = true\n")
        done(tmp_path, "crawl", "--limit", "2")


def test_trap_15_site_that_is_gone(tmp_path: Path) -> None:
    with SampleSite("nukeviet") as site:
        make_archive(tmp_path, [site])
        done(tmp_path, "crawl", "--limit", "2")
    toml = tmp_path / "portals" / "nukeviet.toml"
    toml.write_text(toml.read_text().replace(site.url, "http://da-dong.invalid/"))
    outcome = bantin(tmp_path, "crawl")
    assert (outcome.returncode, "no such host" in outcome.stderr) == (1, True)
    row = rows(tmp_path, "status")[0]
    assert (row["articles"], row["vanished"], row["left_alone"]) == (2, 0, None)


def test_trap_16_utf8_declared_as_another_charset(crawled_all: CrawledAll) -> None:
    warnings = {
        w
        for url in crawled_all.sites["sharepoint"].articles
        for w in read_page(fetched(url)).warnings
    }
    assert warnings == {"declared iso-8859-1, is utf-8"}


def test_trap_17_windows_1258(crawled_all: CrawledAll) -> None:
    site = crawled_all.sites["dnn"]
    raw = fetched(site.articles[0])
    with pytest.raises(UnicodeDecodeError):
        raw.body.decode()
    article = read_page(raw)
    assert article.warnings == ["declared utf-8, is windows-1258"]
    assert article.title == nfc(article.title) == site.truth()[site.articles[0]]["title"]


def test_trap_18_tcvn3_by_the_font(crawled_all: CrawledAll) -> None:
    sources = (fetched(url).body.decode() for url in crawled_all.sites["htm"].articles)
    assert any(".VnTime" in source for source in sources)
    article = read(
        uiarticle(
            "<p><font face='.VnTime'>UBND huyÖn Gia ViÔn</font> họp bàn việc làm đường trong thôn.</p>"
        )
    )
    assert article.body.startswith("UBND huyện Gia Viễn họp")
    assert article.warnings == ["text in the font .VnTime, read as Unicode"]
    vni = read(
        uiarticle(
            "<p style='font-family: VNI-Times'>Uûy ban nhaân daân huyeän ñöôïc ñeà nghò xeùt taëng</p>"
        )
    )
    assert vni.body == "Ủy ban nhân dân huyện được đề nghị xét tặng"
    plain = read(
        uiarticle("<p>Bộ sưu tập Öst và Üb giữ nguyên vì không có phông chữ nào được gọi tên.</p>")
    )
    assert "Öst" in plain.body


def test_trap_19_decomposed_letters(crawled_all: CrawledAll) -> None:
    sources = [fetched(url).body.decode() for url in crawled_all.sites["lacviet"].articles]
    assert any("\u0323" in source for source in sources)
    assert any("&ocirc;" in source for source in sources)
    assert all(nfc(row["body"]) == row["body"] for row in held(crawled_all, "lacviet").values())


def test_trap_20_entities_escaped_twice_in_feeds(crawled_all: CrawledAll) -> None:
    site = crawled_all.sites["uiarticle"]
    raw = fetched(f"{site.url}rss.aspx")
    assert b"&amp;#" in raw.body
    titles = {link.url: link.title for link in discover_feed(raw, None).links}
    truth = site.truth()
    assert titles
    assert all(title == truth[url]["title"] for url, title in titles.items())


def test_trap_21_months_for_minutes_and_broken_meta(crawled_all: CrawledAll) -> None:
    site = crawled_all.sites["nukeviet"]
    feed = discover_feed(fetched(f"{site.url}vi/news/rss/"), None)
    assert all(len(link.published or "") == 10 for link in feed.links)  # the day alone
    broken = "<meta property='article:published_time' content='2025-01-03+0721:30:00'>"
    page = uiarticle("<p>Huyện ủy họp phiên đầu năm bàn về xây dựng nông thôn mới.</p>", broken)
    article = read(page.replace("12/07/2023", ""))
    assert article.published == "2025-01-03T21:30:00+07:00"


def test_trap_22_dates_of_related_articles_and_clocks(crawled_all: CrawledAll) -> None:
    for kind in ("sharepoint", "liferay", "htm", "dnn"):
        page = fetched(crawled_all.sites[kind].articles[3]).body.decode("utf-8", "replace")
        assert "23/11/2026" in page
        assert not any(
            (row["published"] or "").startswith("2026-11-23")
            for row in held(crawled_all, kind).values()
        )


def test_trap_23_short_years_no_years_wrong_weekdays(crawled_all: CrawledAll) -> None:
    assert complete(crawled_all, "lacviet")  # it prints 12/07/23
    assert {row["certainty"] for row in held(crawled_all, "htm").values()} == {"printed", "guessed"}
    assert read_date("12/7") is None
    swapped = read_date("Thứ tư, 07/12/2023")
    assert swapped
    assert (swapped.iso(), swapped.certainty) == ("2023-07-12", "resolved")


def test_trap_24_lead_outside_the_body_or_twice(crawled_all: CrawledAll) -> None:
    for row in held(crawled_all, "uiarticle").values():
        assert not row["lead"] or row["lead"] not in row["body"]
    assert any(row["lead"] for row in held(crawled_all, "uiarticle").values())


def test_trap_25_no_heading_and_constant_title(crawled_all: CrawledAll) -> None:
    page = fetched(crawled_all.sites["uiarticle"].articles[0]).body.decode()
    assert "<h1" not in page
    for kind in ("uiarticle", "sharepoint"):
        truth = {str(t["native_id"]): t["title"] for t in crawled_all.sites[kind].truth().values()}
        assert {key: row["title"] for key, row in held(crawled_all, kind).items()} == {
            k: nfc(str(t)) for k, t in truth.items()
        }


def test_trap_26_files_instead_of_text(crawled_all: CrawledAll) -> None:
    scans = [row for row in held(crawled_all, "htm").values() if not row["body"]]
    assert len(scans) == 1
    assert [url.rpartition("/")[2] for url in scans[0]["attachments"]] == [
        "van-ban.pdf",
        "phu-luc.docx",
    ]
    with sqlite3.connect(crawled_all.home / "bantin.db") as database:
        archived = database.execute(
            "SELECT count(*) FROM capture WHERE kind = 'file' AND status = 200"
        )
        assert archived.fetchone()[0] >= 4  # two of them are uiarticle's


def test_trap_27_other_articles_inside_the_element(crawled_all: CrawledAll) -> None:
    for kind in ("dnn", "sharepoint", "lacviet", "liferay", "nukeviet"):
        titles = [row["title"] for row in held(crawled_all, kind).values()]
        for row in held(crawled_all, kind).values():
            assert not any(title in row["body"] for title in titles if title != row["title"])


def test_trap_28_bylines(crawled_all: CrawledAll) -> None:
    assert not any("Lượt xem" in (row["byline"] or "") for row in held(crawled_all, "vhv").values())
    assert all(row["byline"] for row in held(crawled_all, "vhv").values())
    for line in ("Kim Thoả, Trung tâm VHTT&TT", "Tin, ảnh: Lan", "Bài, ảnh: Đức Hùng"):
        signed = f"<p>Huyện ủy họp phiên đầu năm.</p><p style='text-align:right'><b>{line}</b></p>"
        assert read(uiarticle(signed.replace("&", "&amp;"))).byline == line


def test_trap_29_edited_at_another_address_with_old_last_modified(tmp_path: Path) -> None:
    with SampleSite("htm") as site:
        make_archive(tmp_path, [site])
        done(tmp_path, "crawl")
        before = rows(tmp_path, "status")[0]
        site.edit()
        done(tmp_path, "crawl", "--full")
        after = rows(tmp_path, "status")[0]
        assert (after["articles"], after["editions"]) == (
            before["articles"],
            before["editions"] + 1,
        )
        assert after["vanished"] == 0


def test_trap_30_pasted_text(crawled_all: CrawledAll) -> None:
    for kind in ("vhv", "wordpress", "dnn"):
        for row in held(crawled_all, kind).values():
            assert not re.search(r"<|mso|o:p|data:image", row["body"])
    lazy = read(
        uiarticle(
            "<p>Ảnh chụp tại lễ phát động.</p><img data-src='/a.jpg' src='data:image/gif;base64,R0lG'>"
        )
    )
    assert [image.url for image in lazy.images] == ["http://h.example/a.jpg"]
    breaks = read(uiarticle("Đoạn một của bài.<br><br>Đoạn hai của bài."))
    assert breaks.body == "Đoạn một của bài.\n\nĐoạn hai của bài."


def test_base_of_a_dead_host_is_ignored(crawled_all: CrawledAll) -> None:
    site = crawled_all.sites["sharepoint"]
    page = fetched(site.url.rstrip("/") + site.sections[0])
    assert b"<base href" in page.body
    assert all(link.url.startswith(site.url) for link in discover(parse_page(page)).links)


def test_refusal_words_in_an_article_are_no_refusal() -> None:
    text = "Trang web đang bảo trì, access denied là lỗi mà người dân hay gặp khi nộp hồ sơ trực tuyến."
    assert (
        refusal(RawPage(url="http://h.example/a-12345", body=uiarticle(f"<p>{text}</p>").encode()))
        is None
    )
