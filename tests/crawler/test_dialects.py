"""Every dialect on its sample portal: a full crawl finds all articles and nothing that is none, read exactly."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samples import PORTALS, SampleSite
from tests.archives import done, make_archive, rows
from text import nfc


@pytest.fixture(scope="module")
def crawled_all(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, dict[str, SampleSite]]]:
    home = tmp_path_factory.mktemp("dialects")
    sites = {kind: SampleSite(kind) for kind in PORTALS}
    for site in sites.values():
        site.start()
    make_archive(home, sites.values())
    done(home, "crawl")
    yield home, sites
    for site in sites.values():
        site.close()


def squeezed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "\n".join(" ".join(line.split()) for line in nfc(value).split("\n"))


@pytest.mark.parametrize("kind", sorted(PORTALS))
def test_every_article_is_found_and_read_exactly(
    crawled_all: tuple[Path, dict[str, SampleSite]], kind: str, tmp_path: Path
) -> None:
    home, sites = crawled_all
    path = tmp_path / "articles.jsonl"
    done(home, "export", "articles", "-f", "jsonl", "-o", str(path), "--portal", kind)
    held = {row["native_id"]: row for row in map(json.loads, path.read_text().splitlines())}
    truth = {str(t["native_id"]): t for t in sites[kind].truth().values()}
    assert held.keys() == truth.keys()
    for key, wanted in truth.items():
        paragraphs: Any = wanted["paragraphs"]
        body = "\n\n".join("\n".join(lines) for lines in paragraphs)
        row = held[key]
        assert row["dialect"] == kind
        assert row["published"][:10] == wanted["published"]
        for field in ("title", "lead", "byline"):
            assert squeezed(row[field]) == squeezed(wanted[field])
        assert squeezed(row["body"]) == squeezed(body)


@pytest.mark.parametrize("kind", sorted(PORTALS))
def test_requests_of_a_full_crawl_and_of_a_refresh(
    crawled_all: tuple[Path, dict[str, SampleSite]], kind: str
) -> None:
    home, sites = crawled_all
    site = sites[kind]
    assert rows(home, "status")  # the crawl is over
    first = len(site.requests)
    assert first <= 1.5 * len(site.articles)  # the sample portals are small: lists weigh more
    site.requests.clear()
    done(home, "crawl", kind)
    assert len(site.requests) <= 1 + len(site.sections)
    site.requests.extend(["GET /"] * first)
