"""`bantin portals check` and `record`, and the spider started by Scrapy's own command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from samples import NUKEVIET, UIARTICLE, SampleSite
from tests.archives import allow_hosts, bantin, done, make_archive, rows
from tests.test_bad_input import add_portal, lines_with


def test_check_tells_what_is_read_and_what_is_wrong(
    tmp_path: Path, sites: list[SampleSite]
) -> None:
    make_archive(tmp_path, sites)
    add_portal(tmp_path, "astray", sites[0].url + "khong-co")
    good = {row["portal"]: row for row in rows(tmp_path, "portals", "check", UIARTICLE, NUKEVIET)}
    for site in sites:
        row = good[site.kind]
        assert (row["dialect"], row["problem"], row["lists"]) == (
            site.kind,
            None,
            len(site.sections),
        )
        assert row["title"]
        assert row["published"]
        assert row["links"] > 5
        assert len(site.requests) <= 2 + 2 * len(site.sections)  # robots.txt, a redirect
    outcome = bantin(tmp_path, "portals", "check", "astray", "--format", "jsonl")
    assert outcome.returncode == 1
    assert json.loads(outcome.stdout)["problem"]


def test_check_sees_that_a_portal_changed_software(tmp_path: Path, sites: list[SampleSite]) -> None:
    make_archive(tmp_path, sites[:1])
    with (tmp_path / "portals" / f"{UIARTICLE}.toml").open("a") as file:
        file.write('dialect = "nukeviet"\n')
    outcome = bantin(tmp_path, "portals", "check", "--format", "jsonl")
    assert (
        "the file says nukeviet, the pages are uiarticle" in json.loads(outcome.stdout)["problem"]
    )


@pytest.mark.parametrize(
    "kind", ["dnn", "joomla", "lacviet", "uiarticle"]
)  # the others differ less
def test_add_finds_software_and_sections(tmp_path: Path, kind: str) -> None:
    with SampleSite(kind) as site:
        done(tmp_path, "init")
        allow_hosts(tmp_path, [site.url.split("/")[2]])
        added = done(
            tmp_path, "portals", "add", site.url, "--slug", "moi", "--yes", "--place", site.place
        )
        assert added.stdout.split() == ["moi", str(tmp_path / "portals" / "moi.toml")]
        assert len(site.requests) <= 20
        again = bantin(tmp_path, "portals", "add", site.url, "--slug", "moi", "--yes")
        assert again.returncode == 1
        (portal,) = rows(tmp_path, "portals", "list")
        assert portal["dialect"] == (None if kind == "joomla" else kind)
        done(tmp_path, "crawl")
        (status,) = rows(tmp_path, "status")
        assert status["articles"] == len(site.articles)
        assert done(tmp_path, "verify").stdout == ""


def test_add_leaves_nothing_where_nothing_can_be_read(tmp_path: Path) -> None:
    done(tmp_path, "init")
    for url in ("http://no-such-portal.invalid/", "ftp://x.example/", "http://[bad/"):
        outcome = bantin(tmp_path, "portals", "add", url, "--yes")
        assert outcome.returncode == 1
        assert "Traceback" not in outcome.stderr
    outcome = bantin(tmp_path, "portals", "add", "http://x.invalid/", "--slug", "../x", "--yes")
    assert (outcome.returncode, len(lines_with(outcome.stderr, "no slug"))) == (1, 1)
    assert list((tmp_path / "portals").iterdir()) == []


def test_record_writes_the_page_as_sent_and_a_draft(
    tmp_path: Path, sites: list[SampleSite]
) -> None:
    make_archive(tmp_path, sites)
    site = sites[1]
    url, truth = next(iter(site.truth().items()))
    folder = Path(done(tmp_path, "portals", "record", site.kind, url).stdout.strip())
    assert folder == Path("tests/portals") / site.kind / str(truth["native_id"])
    draft = json.loads((tmp_path / folder / "article.json").read_text(encoding="utf-8"))
    assert (draft["url"], draft["dialect"]) == (url, site.kind)
    assert draft["title"] == truth["title"]
    read = done(tmp_path, "read", str(folder / "page.html"), "--url", url)
    assert json.loads(read.stdout)["body"] == draft["body"]
    elsewhere = bantin(
        tmp_path, "portals", "record", site.kind, "http://elsewhere.example/x-1.html"
    )
    assert elsewhere.returncode == 1
    assert len(lines_with(elsewhere.stderr, "is not a host of this portal")) == 1


def test_scrapy_crawl_portal(tmp_path: Path, sites: list[SampleSite]) -> None:
    make_archive(tmp_path, sites)
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = crawler.settings\n")
    command = [sys.executable, "-m", "scrapy", "crawl", "portal", "-a", f"portal={NUKEVIET}"]
    spider = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert spider.returncode == 0, spider.stderr
    assert "Traceback" not in spider.stderr
    (row,) = rows(tmp_path, "status")
    assert row["unread"] == 21
    unknown = [*command[:-1], "portal=nowhere"]
    spider = subprocess.run(unknown, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert spider.returncode != 0
    assert len(lines_with(spider.stderr, "nowhere")) == 1
