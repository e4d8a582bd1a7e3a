"""Every dialect on its sample portal: a full crawl finds all articles and nothing that is none, read exactly."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from crawler import discover, parse_page, read_page
from model.errors import ExtractError
from model.records import RawPage
from samples import PORTALS, SampleSite
from tests.archives import CrawledAll, done
from text import nfc


def squeezed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "\n".join(" ".join(line.split()) for line in nfc(value).split("\n"))


KNOWN = sorted(set(PORTALS) - {"joomla"})


def held_of(home: Path, kind: str, path: Path) -> dict[str, dict[str, Any]]:
    done(home, "export", "articles", "-f", "jsonl", "-o", str(path), "--portal", kind)
    return {row["native_id"]: row for row in map(json.loads, path.read_text().splitlines())}


def body_of(truth: dict[str, Any]) -> str:
    return "\n\n".join("\n".join(lines) for lines in truth["paragraphs"])


@pytest.mark.parametrize("kind", KNOWN)
def test_every_article_is_found_and_read_exactly(
    crawled_all: CrawledAll, kind: str, tmp_path: Path
) -> None:
    home, sites, _ = crawled_all
    held = held_of(home, kind, tmp_path / "articles.jsonl")
    truth = {str(t["native_id"]): t for t in sites[kind].truth().values()}
    assert held.keys() == truth.keys()
    for key, wanted in truth.items():
        row = held[key]
        assert row["dialect"] == kind
        assert row["published"][:10] == wanted["published"]
        for field in ("title", "lead", "byline"):
            assert squeezed(row[field]) == squeezed(wanted[field])
        assert squeezed(row["body"]) == squeezed(body_of(wanted))


def test_portal_of_no_known_software(crawled_all: CrawledAll, tmp_path: Path) -> None:
    home, sites, _ = crawled_all
    found = held_of(home, "joomla", tmp_path / "articles.jsonl")
    # Without a dialect, an article is known by the last part of its address: a number alone may be a year.
    held = {key.partition("-")[0]: row for key, row in found.items()}
    truth = {str(t["native_id"]): t for t in sites["joomla"].truth().values()}
    assert held.keys() == truth.keys()
    for key, wanted in truth.items():
        row = held[key]
        assert row["dialect"] == "generic"
        assert squeezed(row["title"]) == squeezed(wanted["title"])
        assert row["published"][:10] == wanted["published"]
        assert (
            token_f1(
                f"{row['lead'] or ''} {row['body']}", f"{wanted['lead'] or ''} {body_of(wanted)}"
            )
            > 0.9
        )


@pytest.mark.parametrize("kind", sorted(set(KNOWN) - {"spa"}))
def test_generic_reader_on_the_dialects(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same pages with their software unrecognised: text at least 0.95, no wrong title, no wrong date."""
    monkeypatch.setattr("crawler.page.recognise", lambda *_: None)
    with SampleSite(kind) as site:
        address = site.url.rstrip("/") + site.sections[0]
        page = RawPage(url=address, body=urlopen(address).read())
        assert len(discover(parse_page(page)).links) >= 5
        with pytest.raises(ExtractError):
            read_page(page)
        scores = []
        for url, wanted in site.truth().items():
            if not wanted["paragraphs"]:
                continue  # a scan: nothing that a reader of no software could know for an article
            article = read_page(RawPage(url=url, body=urlopen(url).read()))
            assert squeezed(article.title) == squeezed(wanted["title"])
            assert article.published is None or article.published[:10] == wanted["published"]
            text = f"{wanted['lead'] or ''} {body_of(wanted)}"
            scores.append(token_f1(f"{article.lead or ''} {article.body}", text))
    assert sum(scores) / len(scores) > 0.95


def token_f1(found: str, wanted: str) -> float:
    one, other = (Counter(re.findall(r"\w+", nfc(text))) for text in (found, wanted))
    return 2 * sum((one & other).values()) / max(sum(one.values()) + sum(other.values()), 1)


@pytest.mark.parametrize("kind", sorted(PORTALS))
def test_requests_of_a_full_crawl_and_of_a_refresh(crawled_all: CrawledAll, kind: str) -> None:
    home, sites, asked = crawled_all
    site = sites[kind]
    first = len(asked[kind])
    assert first <= 1.5 * len(site.articles)  # the sample portals are small: lists weigh more
    site.requests.clear()
    done(home, "crawl", kind)
    assert len(site.requests) <= 1 + len(site.sections)
