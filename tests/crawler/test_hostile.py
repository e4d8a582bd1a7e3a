"""Pages and addresses made to break a reader: an answer or one clear error, never anything else."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import discover, parse_page, read_page
from crawler.addresses import authority, clean_url, join_url
from model.errors import ExtractError
from model.records import PageRequest, RawPage
from tests.archives import bantin, done, rows

GOOD = (Path(__file__).parent.parent / "portals/mau-nukeviet/515/page.html").read_text(
    encoding="utf-8"
)
INSIDE = '<div id="news-bodyhtml" class="bodytext margin-bottom-lg">'


def with_body(html: str) -> bytes:
    """The good page with something at the beginning of its body."""
    return GOOD.replace(INSIDE, INSIDE + html, 1).encode("utf-8", "surrogatepass")


DEEP = {
    "divs": "<div>" * 2000 + "tận cùng",
    "tables": "<table><tr><td>" * 300 + "tận cùng",
    "bold": "<b>" * 5000 + "tận cùng",
    "open comment": "<!-- chưa đóng" * 3,
    "half-open tags": "<p <div <table <td" * 50,
    "reference to a surrogate": "&#xD800; &#55296;",
    "nul and controls": "a\x00b\x01\x1f",
    "attribute of a megabyte": f'<p title="{"x" * (1 << 20)}">một đoạn</p>',
}


@pytest.mark.parametrize("name", DEEP)
def test_body_that_is_hard_to_walk(name: str) -> None:
    try:
        article = read_page(
            RawPage(url="http://h.example/tin/a-515.html", body=with_body(DEEP[name]))
        )
    except ExtractError:
        return
    json.dumps(article.text).encode("utf-8")
    article.text.encode("utf-8")


@pytest.mark.parametrize(
    "charset", ["undefined", "unicode_escape", "utf-7", "idna", "nonsense", "hex", "utf-16"]
)
def test_charset_that_is_none(charset: str) -> None:
    raw = RawPage(
        url="", body=GOOD.encode() + b"\xff \\ud800", content_type=f"text/html; charset={charset}"
    )
    with contextlib.suppress(ExtractError):
        read_page(raw).text.encode("utf-8")


LINKS = [
    "http://[bad/x-9.html",
    "//[",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://h.example:99999/x-1.html",
    "file:///etc/passwd-1.html",
]


@pytest.mark.parametrize("link", LINKS)
def test_one_bad_link_does_not_lose_the_list(link: str) -> None:
    column = '<div class="news_column"><h3><a href="{}">Bài</a></h3></div>'
    pager = f'<ul class="pagination"><li class="active"><a>1</a></li><li><a href="{link}">2</a></li></ul>'
    html = (
        '<meta name="generator" content="NukeViet v4.5">'
        + column.format(link)
        + column.format("/tin/a-1.html")
        + pager
    )
    listing = discover(parse_page(RawPage(url="http://h.example/tin/", body=html.encode())))
    assert [found.url for found in listing.links] == ["http://h.example/tin/a-1.html"]
    assert listing.next is None or listing.next.url.startswith("http://h.example/")


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_addresses_never_raise(text: str) -> None:
    for url in (text, f"http://{text}/", f"http://h.example/{text}"):
        assert isinstance(clean_url(join_url("http://h.example/tin/", url)), str)
        assert isinstance(authority(url), str)


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_answered(body: bytes) -> None:
    for kind in ("text/html", "text/plain", "application/json"):
        raw = RawPage(url="http://h.example/a", body=body, content_type=kind)
        with contextlib.suppress(ExtractError):
            read_page(raw)


def test_fields_of_a_pager_that_are_no_numbers() -> None:
    html = '<ul class="ArticleList"></ul><script>article_category_id: 1, page_size: "abc", x = maxPage = parseInt(9)</script>'
    page = parse_page(RawPage(url="http://h.example/tin", body=html.encode()))
    assert discover(page, PageRequest(url="http://h.example/tin")).links == []


def test_page_that_breaks_the_reader_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pipeline.reading
    from config import load_config
    from pipeline.reading import read_due
    from pipeline.workshop import Tally, Workshop

    done(tmp_path, "init")
    (tmp_path / "in").mkdir()
    for number, page in enumerate((GOOD, GOOD.replace("515", "516"))):
        (tmp_path / "in" / f"{number}.html").write_text(page, encoding="utf-8")

    def broken(raw: RawPage) -> object:
        if b"-516.html" in raw.body:
            raise RecursionError("maximum depth")
        return read_page(raw)

    monkeypatch.setattr(pipeline.reading, "read_page", broken)
    shop = Workshop(load_config(tmp_path / "bantin.toml"))
    from pipeline.imports import import_files

    tally = import_files(shop, [tmp_path / "in"], "kho", None, lambda _line: None)
    assert (tally.new, len(tally.failed)) == (1, 1)
    assert "RecursionError" in tally.failed[0]
    monkeypatch.undo()
    monkeypatch.setattr(pipeline.reading, "extractor_version", lambda: "mended")
    assert read_due(shop, Tally(), lambda _line: None).new == 1


def test_text_that_is_not_utf8_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes("huyện".encode("utf-16"))
    for arguments in (("annotate", "x.txt"), ("annotate", "--jsonl", "x.txt")):
        outcome = bantin(tmp_path, *arguments)
        assert outcome.returncode == 1
        assert outcome.stderr == "bantin: an input or argument that is not UTF-8 text\n"


def test_jsonl_lines_are_answered_one_by_one(tmp_path: Path) -> None:
    lines = [
        '{"id": 7, "text": "81 hộ", "published": "12/07/2023"}',
        "",
        '{"id": "b", "text": "81 hộ", "published": "x"}',
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    outcome = bantin(tmp_path, "annotate", "--jsonl", "in.jsonl")
    good, bad = (json.loads(line) for line in outcome.stdout.splitlines())
    assert (good["id"], bad["id"], outcome.returncode) == (7, "b", 3)
    assert "no date" in bad["error"]


def test_folder_without_an_archive_stays_empty(tmp_path: Path) -> None:
    for verb in (("status",), ("search", "x"), ("verify",), ("rebuild",), ("figures",)):
        outcome = bantin(tmp_path, *verb)
        assert outcome.returncode == 1
        assert "bantin init" in outcome.stderr
    assert list(tmp_path.iterdir()) == []
    done(
        tmp_path,
        "import",
        str(Path("tests/portals/mau-nukeviet/515/page.html").resolve()),
        "--portal",
        "kho",
    )
    assert (tmp_path / "bantin.toml").exists()
    assert rows(tmp_path, "status")[0]["articles"] == 1
