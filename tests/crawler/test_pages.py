"""Every recorded page says what stands beside it; list pages, soft 404s and empty files say what they are."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from cli import main
from crawler import discover, extract, parse_page, read_page
from crawler.dialects import Earlier, dialects
from model.errors import ExtractError
from model.records import PageRequest, RawPage
from samples import NUKEVIET, UIARTICLE, SampleSite
from text import nfc

PORTALS = Path(__file__).parent.parent / "portals"
RECORDED = sorted(path.parent for path in PORTALS.rglob("article.json"))
FIELDS = ["title", "published", "lead", "body", "byline", "native_id", "dialect"]


def read_file(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["read", *arguments])


def squeezed(value: str | None) -> str | None:
    """Composed, blanks folded within lines: the recorded texts keep the bulletins' mess."""
    return (
        None
        if value is None
        else "\n".join(" ".join(line.split()) for line in nfc(value).split("\n"))
    )


@pytest.mark.parametrize("folder", RECORDED, ids=lambda f: f"{f.parent.name}/{f.name}")
@pytest.mark.parametrize("field", FIELDS)
def test_recorded_page(folder: Path, field: str) -> None:
    expected = json.loads((folder / "article.json").read_text(encoding="utf-8"))
    outcome = read_file(str(folder / "page.html"), "--url", expected["url"])
    assert outcome.exit_code == 0, outcome.stderr
    article = json.loads(outcome.stdout)
    got = article[field][:10] if field == "published" else article[field]
    assert squeezed(got) == squeezed(expected[field])


@pytest.mark.parametrize("folder", RECORDED, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_sections_and_tables_point_into_the_text(folder: Path) -> None:
    article = read_page(RawPage(url="", body=(folder / "page.html").read_bytes()))
    for name, (start, end) in article.sections.items():
        assert article.text[start:end] == getattr(article, name)
    for table in article.tables:
        for row in table.rows:
            line = " | ".join(article.text[cell.start : cell.end] for cell in row)
            assert line in article.text[table.start : table.end].split("\n")


@pytest.mark.parametrize("software", ["known", "unknown"])
@pytest.mark.parametrize("folder", RECORDED, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_extract_leaves_the_page_as_it_is(
    folder: Path, software: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if software == "unknown":
        monkeypatch.setattr("crawler.page.recognise", lambda *_: None)
    page = parse_page(RawPage(url="", body=(folder / "page.html").read_bytes()))
    before = str(page.tree)
    try:
        first = extract(page)
    except ExtractError:
        return
    assert str(page.tree) == before
    assert extract(page) == first


@pytest.mark.parametrize("kind", ["list", "missing"])
@pytest.mark.parametrize("portal", sorted(p.name for p in PORTALS.iterdir()))
def test_no_article(portal: str, kind: str) -> None:
    outcome = read_file(str(PORTALS / portal / kind / "page.html"))
    assert (outcome.exit_code, outcome.stdout) == (1, "")
    assert len(outcome.stderr.splitlines()) == 1


def test_empty_and_absent_files(tmp_path: Path) -> None:
    (tmp_path / "empty.html").write_bytes(b"")
    for path in (tmp_path / "empty.html", tmp_path / "none.html"):
        outcome = read_file(str(path))
        assert outcome.exit_code == 1
        assert len(outcome.stderr.splitlines()) == 1
    both = read_file(str(tmp_path / "empty.html"), str(RECORDED[0] / "page.html"))
    assert both.exit_code == 3
    assert json.loads(both.stdout.splitlines()[0])["error"] == "an empty file"


@pytest.mark.parametrize("kind", [UIARTICLE, NUKEVIET])
def test_every_sample_article(kind: str) -> None:
    from urllib.request import urlopen

    with SampleSite(kind) as site:
        for url, truth in site.truth().items():
            article = read_page(RawPage(url=url, body=urlopen(url).read()))
            assert article.native_id == truth["native_id"]
            paragraphs: Any = truth["paragraphs"]
            assert squeezed(article.body) == squeezed("\n\n".join("\n".join(p) for p in paragraphs))


def test_uiarticle_goes_on_by_form() -> None:
    url = "http://mau-uiarticle.example/tin-tuc-su-kien"
    body = (PORTALS / "mau-uiarticle" / "list" / "page.html").read_bytes()
    first = discover(parse_page(RawPage(url=url, body=body)))
    assert first.next is not None
    assert first.next.form is not None
    assert (first.next.form["page"], first.next.referer) == ("2", url)
    fragment = (
        b'<ul class="ArticleList"><li><h2 class="Title"><a href="/a/b-7">B</a></h2></li></ul>'
    )
    second = discover(parse_page(RawPage(url=first.next.url, body=fragment)), first.next)
    assert second.next is not None
    assert second.next.form is not None
    assert second.next.form["page"] == "3"
    third = PageRequest(url=first.next.url, form=second.next.form, referer=url)
    assert discover(parse_page(RawPage(url=url, body=fragment)), third).next is None


@pytest.mark.parametrize("charset", ["windows-1258", "iso-8859-1"])
def test_header_that_lies_about_utf8(charset: str) -> None:
    body = (RECORDED[0] / "page.html").read_bytes()
    article = read_page(RawPage(url="", body=body, content_type=f"text/html; charset={charset}"))
    expected = json.loads((RECORDED[0] / "article.json").read_text(encoding="utf-8"))
    assert squeezed(article.title) == squeezed(expected["title"])
    assert any("utf-8" in warning for warning in article.warnings)


def test_seed_page() -> None:
    folder = os.environ.get("BANTIN_SEED")
    if not folder:
        pytest.skip("BANTIN_SEED is not set")
    outcome = read_file(str(next(Path(folder).glob("gia-vien-*.txt"))))
    article = json.loads(outcome.stdout)
    assert article["title"].startswith("Phòng LĐ-TB&XH huyện sơ kết công tác 6 tháng đầu năm")
    assert article["published"] == "2023-07-12"
    assert article["byline"] == "Kim Thoả, Trung tâm VHTT&TT"
    assert article["body"].startswith("Sáng ngày 12/7")
    assert "Bài viết khác" not in article["text"]
    assert "CHÀO MỪNG" not in article["text"]


def test_dialect_as_it_was() -> None:
    """Old captures are read with what differed until a day."""
    known = dialects()["htm"]
    old = Earlier(until=date(2021, 6, 30), article={"body": [".old-content"]})
    dated = msgspec.structs.replace(known, before=[old])
    assert dated.at("2021-06-30").article.body == [".old-content"]
    assert dated.at("2021-06-30").article.title == known.article.title
    assert dated.at("2021-07-01") is dated
