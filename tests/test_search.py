"""Search by a table of cases: what must be found, what must not, what must stand first, on both databases.

`tests/search/corpus.jsonl` are 48 bulletins and `cases.jsonl` questions, the first 465 written by somebody who had not
seen the search: 434 of them held when they were first asked.
"""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from config import load_config
from pipeline.workshop import Workshop
from storage.matching import all_hits, match_query, spell_out
from storage.queries import Page, search_articles
from tests import postgres
from tests.archives import done, rows
from text import fold
from text.queries import read_query
from text.tokens import exact_tokens

HERE = Path(__file__).parent / "search"
CORPUS = [
    json.loads(line) for line in (HERE / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
]
CASES = [
    json.loads(line) for line in (HERE / "cases.jsonl").read_text(encoding="utf-8").splitlines()
]


def imported(home: Path) -> Path:
    """The bulletins of the corpus as an archive."""
    done(home, "init")
    for slug in sorted({bulletin["portal"] for bulletin in CORPUS}):
        folder = home / "in" / slug
        folder.mkdir(parents=True)
        own = [bulletin for bulletin in CORPUS if bulletin["portal"] == slug]
        for bulletin in own:
            year, month, day = bulletin["published"].split("-")
            text = f"{bulletin['title']}\n\n{day}/{month}/{year}\n\n{bulletin['text']}\n"
            (folder / f"{bulletin['id']}.txt").write_text(text, encoding="utf-8")
        done(home, "import", str(folder), "--portal", slug, "--place", own[0]["place"])
    return home


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported(tmp_path_factory.mktemp("corpus"))


def wrong_cases(home: Path, database: str | None = None) -> list[str]:
    """The questions that are not answered as the table says."""
    shop = Workshop(load_config(home / "bantin.toml", database))
    shop.index.catch_up()
    names = {(unicodedata.normalize("NFC", b["title"]), b["published"]): b["id"] for b in CORPUS}
    wrong = []
    for case in CASES:
        page = Page(case["query"], limit=1000)
        found = search_articles(shop.engine, shop.index, read_query(case["query"]), page)
        got = [names[r["title"], r["published"][:10]] for r in found["results"]]
        assert found["total"] == len(got)
        if problem := differs(case, got):
            wrong.append(f"{case['query'][:60]!r}: {problem}")
    shop.engine.dispose()
    return wrong


def differs(case: dict[str, Any], got: list[str]) -> str:
    must, banned = set(case["must"]), case["must_not"]
    if missing := must - set(got):
        return f"missing {sorted(missing)}"
    extra = set(got) - must if banned == "*" else set(got) & set(banned or ())
    if extra:
        return f"must not find {sorted(extra)}"
    if case["first"] and got[0] != case["first"]:
        return f"first is {got[0]}, not {case['first']}"
    return ""


def test_cases(corpus: Path) -> None:
    assert len(CASES) >= 120
    assert wrong_cases(corpus) == []


def test_cases_on_postgresql(
    tmp_path: Path, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = postgres.fresh_database(postgres_server)
    monkeypatch.setenv("BANTIN_DB", database)
    assert wrong_cases(imported(tmp_path), database) == []


def test_words_spelled_out_find_what_patterns_find(corpus: Path) -> None:
    """Two neighbours of each line, either typed without marks: the same articles."""
    shop = Workshop(load_config(corpus / "bantin.toml", None))
    shop.index.catch_up()
    searcher, fields = shop.index.searcher(), shop.index.schema
    asked = 0
    for line in (line for bulletin in CORPUS for line in bulletin["text"].splitlines() if line):
        one, other = [*exact_tokens(line), "", ""][:2]
        for typed in (f"{fold(one)} {other}", f"{one} {fold(other)}"):
            for query in map(read_query, (f'"{typed}"', typed)):
                spelled = spell_out(searcher, query)
                asked += spelled != query
                found, expected = (
                    {(hit.segment_ord, hit.doc) for _, hit in all_hits(searcher, built)}
                    for built in (match_query(fields, spelled), match_query(fields, query))
                )
                assert found == expected, typed
    shop.engine.dispose()
    assert asked > 100


def test_pages_by_key_go_through_everything_once(corpus: Path) -> None:
    query, seen, after, totals = "xã", [], 0, set()
    while True:
        found = json.loads(
            done(
                corpus, "search", query, "--format", "json", "--limit", "7", "--after", str(after)
            ).stdout
        )
        seen += [(r["published"], r["id"]) for r in found["results"]]
        totals.add(found["total"])
        if not found["next"]:
            break
        after = found["next"]
    whole = json.loads(done(corpus, "search", query, "--format", "json", "--limit", "1000").stdout)
    assert len(seen) == len(set(seen)) == whole["total"]
    assert totals == {whole["total"]}
    assert [day for day, _ in seen] == sorted((day for day, _ in seen), reverse=True)
    assert {i for _, i in seen} == {r["id"] for r in whole["results"]}


def test_facets_count_all_that_is_found(corpus: Path) -> None:
    found = json.loads(done(corpus, "search", "xã", "--format", "json", "--limit", "3").stdout)
    for name in ("portal", "province", "province_now", "year", "section"):
        assert sum(found["facets"][name].values()) == found["total"]
    assert found["facets"]["province"]["Ninh Bình"] == found["facets"]["portal"]["gia-vien"]
    one = json.loads(done(corpus, "search", "xã cong:gia-vien", "--format", "json").stdout)
    assert one["total"] == found["facets"]["portal"]["gia-vien"]


def test_nothing_found_suggests_what_is_near(corpus: Path) -> None:
    outcome = done(corpus, "search", "hộ nghoè")
    assert "did you mean: hộ nghèo" in outcome.stderr


@pytest.mark.parametrize(("typed", "meant"), [
    ('"hộ nghoè" cong:gia-vien', '"hộ nghèo" cong:gia-vien'),
    ("nghoè -zzz tu:01/01/2000", "nghèo -zzz tu:01/01/2000"),
    ("“hộ  nghoè” OR qqqqqq", '"hộ  nghèo" OR qqqqqq'),
])  # fmt: skip
def test_a_suggestion_keeps_what_narrows(corpus: Path, typed: str, meant: str) -> None:
    assert f"did you mean: {meant}\n" in done(corpus, "search", typed).stderr


def test_a_suggestion_finds_something_where_it_is_shown(corpus: Path) -> None:
    """Nothing from that day on holds the word, whatever was before, nor what leaves it out."""
    assert "did you mean" not in done(corpus, "search", "hộ nghoè", "--from", "2090-01-01").stderr
    assert "did you mean" not in done(corpus, "search", "hộ nghoè -nghèo").stderr


def test_a_word_may_be_left_out_by_a_hyphen(corpus: Path) -> None:
    every = {r["id"] for r in rows(corpus, "search", "hộ")}
    without = {r["id"] for r in rows(corpus, "search", "hộ -nghèo")}
    assert without < every
