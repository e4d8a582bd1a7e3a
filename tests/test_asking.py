"""Questions over several portals: re-posts under one result, figures grouped, what narrows, what is exported."""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.archives import bantin, done, rows
from tests.test_search import CORPUS

Row = dict[str, Any]
TOLD = [bulletin for bulletin in CORPUS if len(bulletin["text"].split()) > 45]
GOLD = Path(__file__).parent / "gold"


def write(folder: Path, name: str, title: str, day: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    told = f"{title}\n\n{'/'.join(reversed(day.split('-')))}\n\n{text}\n"
    (folder / f"{name}.txt").write_text(told, encoding="utf-8")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of three portals: the second tells half of the first's news again, the third a third of it."""
    home = tmp_path_factory.mktemp("shared")
    done(home, "init")
    news = [(b["title"], b["published"], b["text"]) for b in TOLD]
    for line in (GOLD / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        read = json.loads(line)
        title, _, text = read["text"].partition("\n")
        news.append((title, (read["published"] or "2024-01-01")[:10], text.strip()))
    for number, (title, day, text) in enumerate(news):
        write(home / "in/mot", f"{number}", title, day, text)
        if number % 2 == 0:
            later = day[:8] + f"{min(28, int(day[8:]) + 1):02d}"
            write(home / "in/hai", f"{number}", f"{title} (đăng lại)", later, text)
        if number % 3 == 0:
            write(home / "in/ba", f"{number}", title, day, f"Theo cổng thông tin huyện. {text}")
    places = {"mot": "huyện Gia Viễn, tỉnh Ninh Bình", "hai": "tỉnh Ninh Bình", "ba": "tỉnh Hà Nam"}
    for slug, place in places.items():
        done(home, "import", f"in/{slug}", "--portal", slug, "--place", place)
    return home


def answer(home: Path, *arguments: str) -> Row:
    told: Row = json.loads(done(home, "search", *arguments, "--format", "json").stdout)
    return told


def exported(home: Path, what: str, *arguments: str) -> list[Row]:
    done(home, "export", what, *arguments, "-f", "jsonl", "-o", "out.jsonl")
    return [json.loads(line) for line in (home / "out.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("query", ["huyện", "xã hộ", "nghèo", '"hộ nghèo"', "trao quà", "ngay"])
def test_reposts_stand_under_one_result(shared: Path, query: str) -> None:
    every = exported(shared, "articles", query)
    groups = {row["origin"] or row["id"] for row in every}
    found = answer(shared, query, "--limit", "1000")
    assert (found["total"], found["articles"]) == (len(groups), len(every))
    assert sum(found["facets"]["portal"].values()) == len(every)
    assert len(found["results"]) == len(groups)
    members = defaultdict(set)
    for row in exported(shared, "articles"):
        members[row["origin"]].add(row["id"])
    origin = {row["id"]: row["origin"] for row in every}
    for row in found["results"]:
        others = members[origin[row["id"]]] - {row["id"]} if origin[row["id"]] else set()
        assert {other["id"] for other in row["reposts"]} == others


@pytest.mark.parametrize("size", ["1", "3", "7"])
def test_pages_show_each_group_once(shared: Path, size: str) -> None:
    whole = answer(shared, "xã", "--limit", "1000")
    shown: list[str] = []
    after = "0"
    while after:
        page = answer(shared, "xã", "--limit", size, "--after", after)
        assert page["total"] == whole["total"]
        shown += [row["id"] for row in page["results"]]
        after = page["next"]
    origin = {row["id"]: row["origin"] or row["id"] for row in exported(shared, "articles")}
    assert len({origin[key] for key in shown}) == len(shown) == whole["total"]
    by_offset: list[str] = []
    while page := answer(shared, "xã", "--limit", size, "--offset", str(len(by_offset)))["results"]:
        by_offset += [row["id"] for row in page]
    assert by_offset == [row["id"] for row in whole["results"]]


def test_one_portal_alone_has_its_own(shared: Path) -> None:
    for slug in ("hai", "ba"):
        own = exported(shared, "articles", "--portal", slug)
        found = answer(shared, "--portal", slug, "", "--limit", "1000")
        assert {row["id"] for row in found["results"]} == {row["id"] for row in own}
        assert found["total"] == len(own)


def test_what_narrows_search_narrows_exports(shared: Path) -> None:
    people = [row for row in exported(shared, "mentions") if row["type"] == "person"]
    name = max((row["name"] for row in people), key=[row["name"] for row in people].count)
    choices = (
        ["--person", name], ["--place", "Gia Viễn"], ["--province", "ha nam"], ["--province", "Ninh Bình"],
        ["--with-figures"], ["--section", "unknown"], ["--from", "2024-01-01", "--to", "2024-06-30"],
    )  # fmt: skip
    for options in choices:
        found = answer(shared, "", *options, "--limit", "1000")
        listed = exported(shared, "articles", *options)
        assert found["articles"] == len(listed) > 0, options
        assert {row["id"] for row in found["results"]} <= {row["id"] for row in listed}
        within = {row["id"] for row in listed}
        for what in ("mentions", "figures"):
            assert {row["article_id"] for row in exported(shared, what, *options)} <= within
    named = {row["article_id"] for row in people if row["name"] == name}
    assert {row["id"] for row in exported(shared, "articles", "--person", name)} >= named


KINDS = [("money",), ("count",), ("percent", "%"), ("measure", "ha")]


@pytest.mark.parametrize("by", ["month", "quarter", "year", "portal", "place"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("query", ["", "hộ", "ho ngheo"])
def test_groups_are_those_of_the_rows(
    shared: Path, by: str, kind: tuple[str, ...], query: str
) -> None:
    """Exact sums and medians, re-posts once, parts not summed again: computed here from the rows alone."""
    options = ["--type", kind[0], *(["--unit", kind[1]] if len(kind) > 1 else [])]
    told = rows(shared, "figures", query, *options)
    origin = {row["id"]: row["origin"] or row["id"] for row in exported(shared, "articles")}
    assert rows(shared, "figures", query, *options, "--by", by) == grouped(told, by, origin)


def grouped(told: list[Row], by: str, origin: dict[str, str]) -> list[Row]:
    there = {row["article_id"] for row in told}
    first: dict[str, str] = {}
    for row in sorted(told, key=lambda r: (r["published"], int(r["article_id"][:6], 16))):
        first.setdefault(origin[row["article_id"]], row["article_id"])
    kept = {key if key in there else article for key, article in first.items()}
    groups = defaultdict(list)
    places = {"mot": "huyện Gia Viễn, tỉnh Ninh Bình", "hai": "tỉnh Ninh Bình", "ba": "tỉnh Hà Nam"}
    for row in told:
        day = row["published"]
        names = {
            "year": day[:4],
            "month": day[:7],
            "quarter": f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}",
        }
        names |= {"portal": row["portal"], "place": places[row["portal"]]}
        if row["article_id"] in kept and row["value"] is not None:
            groups[names[by]].append(row)
    ids = {row["id"] for row in told if row["value"] is not None}
    return [summed(key, groups[key], ids) for key in sorted(groups)]


def summed(key: str, found: list[Row], ids: set[str]) -> Row:
    values = [Decimal(row["value"]) for row in found]
    total = sum((Decimal(r["value"]) for r in found if r["part_of"] not in ids), Decimal(0))
    nouns = {(row["noun"] or "").casefold() for row in found}
    one = found[0]["type"] != "percent" and len(nouns) == 1
    told = {"min": min(values), "median": Decimal(median(values)), "max": max(values)}
    return {
        "group": key, "figures": len(found), "articles": len({row["article_id"] for row in found}),
        **{name: f"{value.normalize():f}" for name, value in told.items()},
        "sum": f"{total.normalize():f}" if one else None,
    }  # fmt: skip


@pytest.mark.parametrize("loose", [False, True])
@pytest.mark.parametrize("side", ["--min", "--max"])
@pytest.mark.parametrize("limit", ["0", "3", "31", "1500", "500000", "30e6", "1e9", "31e9"])
def test_limits_understand_qualifiers(shared: Path, limit: str, side: str, loose: bool) -> None:
    every = rows(shared, "figures")
    found = rows(shared, "figures", side, limit, *(["--loose"] if loose else []))
    low = side == "--min"
    opened = ("nearly", "under", "at_most") if low else ("over", "at_least")

    def holds(row: Row) -> bool:
        end = row["value"] or (row["low"] if low else row["high"])
        if end is None:
            return False
        value, bound = Decimal(end), Decimal(limit)
        if row["qualifier"] in opened and not loose:
            return value > bound if low else value < bound
        return value >= bound if low else value <= bound

    assert [row["id"] for row in found] == [row["id"] for row in every if holds(row)]


def test_series_have_evidence_and_count_reposts_once(shared: Path) -> None:
    points = rows(shared, "figures", "series", "--by", "period")
    assert points
    told = {row["id"]: row for row in rows(shared, "figures")}
    origin = {row["id"]: row["origin"] or row["id"] for row in exported(shared, "articles")}
    for point in points:
        articles = {told[key]["article_id"] for key in point["figures"]}
        assert len({origin[key] for key in articles}) == len(articles)
        assert point["archived"] == told[point["figures"][-1]]["archived"]
        assert (point["from"], point["to"]) == tuple(
            told[point["figures"][-1]][key] for key in ("period_from", "period_to")
        )


@pytest.mark.parametrize("query", ["xã", "cong:mot", "ngh*", "tu:01/01/2020"])
def test_pages_are_parts_of_the_whole(shared: Path, query: str) -> None:
    """By offset in either order, also where all scores are equal: nothing twice, nothing left out."""
    for sort in ("relevance", "newest"):
        whole = [
            r["id"] for r in answer(shared, query, "--sort", sort, "--limit", "1000")["results"]
        ]
        told: list[str] = []
        while page := answer(
            shared, query, "--sort", sort, "--limit", "5", "--offset", str(len(told))
        )["results"]:
            told += [row["id"] for row in page]
        assert told == whole


ODD = [
    "a" * 990 + "*",
    "ộ" * 330 + "*",
    "hộ " + "a" * 30_000,
    "*" * 50,
    '"',
    "-",
    "ho " * 700,
    "𝔸" * 90 + "*",
]


@pytest.mark.parametrize("query", ODD)
def test_no_question_is_an_error(shared: Path, query: str) -> None:
    before = (shared / "index" / "journal.txt").stat().st_mtime_ns
    assert done(shared, "search", "--", query).stderr.splitlines()
    assert done(shared, "figures", "list", "--", query).stderr.splitlines()
    assert (shared / "index" / "journal.txt").stat().st_mtime_ns == before


def test_what_has_no_word_finds_nothing(shared: Path) -> None:
    assert exported(shared, "articles", "?!") == []
    for option in (["--person", "***"], ["--place", "?"], ["--noun", "-"]):
        outcome = bantin(shared, "figures", *option)
        assert (outcome.returncode, "no word in it" in outcome.stderr) == (1, True)


def test_an_unknown_province_is_named(shared: Path) -> None:
    outcome = bantin(shared, "search", "xã", "--province", "Hà Nắm")
    assert (outcome.returncode, "Hà Nam" in outcome.stderr) == (0, False)
    outcome = bantin(shared, "search", "xã", "--province", "tỉnh Ninh Bình")
    assert (outcome.returncode, "known are Hà Nam, Ninh Bình" in outcome.stderr) == (1, True)


def test_verify_is_clean(shared: Path) -> None:
    assert done(shared, "verify").stdout == ""
