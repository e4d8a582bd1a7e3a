"""People across articles: tied by body, place or byline, never by name alone; what readers say stays."""

import csv
import io
import sqlite3
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from storage import listing
from storage.database import open_database
from storage.indexes import Indexes
from storage.people import find_people, list_people, similar_names
from storage.takedowns import take_down
from tests.archives import bantin, done, rows
from text import bare_key, has_marks, match_key
from text.queries import read_query

PLACE = "huyện Gia Viễn, tỉnh Ninh Bình"
BULLETINS = {
    "2021-03-01": "Sáng 1/3, đồng chí Vũ Thị Dược, Phó Chủ tịch UBND huyện, dự lễ ra quân.",
    "2022-06-10": "Ngày 10/6, bà Vũ Thị Dược, Huyện ủy viên, Phó Chủ tịch UBND huyện, tiếp công dân.",
    "2023-07-12": "Sáng 12/7, đồng chí Vũ Thị Dược, Phó Bí thư Huyện ủy, thăm gia đình chính sách.",
    "2023-07-20": "Bà Vũ Thị Dược, xã Gia Thịnh, vay vốn nuôi bò.",
    "2023-08-01": "Bà Vũ Thị Dược, xã Gia Thịnh, đã trả hết nợ.",
    "2022-01-05": "Đồng chí Trần Văn Lý, Chủ tịch UBND huyện, chủ trì hội nghị.",
    "2021-05-01": "Ông Bùi Quang Ngà, Bí thư Huyện ủy, dự lễ.",
    "2024-03-20": "Ông Bùi Quang Ngà, nguyên Bí thư Huyện ủy, dự lễ.",
    "2023-02-05": "Đồng chí Lê Thị Mơ, Chủ tịch UBND huyện, chủ trì hội nghị.",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An archive of short bulletins of one portal, one a day."""
    done(tmp_path, "init")
    folder = tmp_path / "texts"
    folder.mkdir()
    for day, text in BULLETINS.items():
        year, month, date = day.split("-")
        page = f"Tin huyện ngày {date}\n\n{date}/{month}/{year}\n\n{text}\n"
        (folder / f"{day}.txt").write_text(page, encoding="utf-8")
    done(tmp_path, "import", "texts", "--portal", "gia-vien", "--place", PLACE)
    return tmp_path


def people(home: Path, *arguments: str) -> list[dict[str, Any]]:
    return rows(home, "people", *arguments)


def days(person: dict[str, Any]) -> list[str]:
    return sorted(article["published"] for article in person["articles"])


def test_a_name_alone_ties_nothing(home: Path) -> None:
    officer, farmer = people(home, "Vũ Thị Dược")
    assert days(officer) == ["2021-03-01", "2022-06-10", "2023-07-12"]
    assert days(farmer) == ["2023-07-20", "2023-08-01"]
    assert (officer["score"], farmer["score"]) == (95, 85)


def test_offices_with_first_and_last_day(home: Path) -> None:
    officer = people(home, "vu thi duoc")[0]
    told = {o["position"]: (o["body"], o["first"], o["last"]) for o in officer["offices"]}
    assert told["Phó Chủ tịch"] == ("Ủy ban nhân dân huyện Gia Viễn", "2021-03-01", "2022-06-10")
    assert told["Phó Bí thư"] == ("Huyện ủy Gia Viễn", "2023-07-12", "2023-07-12")


@pytest.mark.parametrize(
    ("body", "day", "names"),
    [
        ("UBND huyện Gia Viễn", "2022-03-01", {"Vũ Thị Dược", "Trần Văn Lý"}),
        ("Ủy ban nhân dân huyện Gia Viễn", "2023-07-12", {"Vũ Thị Dược", "Lê Thị Mơ"}),
        ("ubnd huyen gia vien", "2021-12-31", {"Vũ Thị Dược"}),
        ("Huyện ủy Gia Viễn", "2021-04-30", set()),
        ("Huyện ủy Gia Viễn", "2022-01-01", {"Bùi Quang Ngà"}),
        ("Huyện ủy Gia Viễn", "2024-04-01", {"Vũ Thị Dược"}),
        ("UBND huyện Gia Viễn", "2025-06-30", {"Vũ Thị Dược", "Lê Thị Mơ"}),
        ("UBND huyện Gia Viễn", "2025-07-01", set()),
        ("UBND huyện Yên Mô", "2023-07-12", set()),
    ],
)
def test_who_held_what_on_a_day(home: Path, body: str, day: str, names: set[str]) -> None:
    found = people(home, "--body", body, "--on", day)
    assert {person["name"] for person in found} == names
    assert all(o["first"] <= day for person in found for o in person["offices"])


def test_what_was_left_ends(home: Path) -> None:
    (secretary,) = people(home, "Bùi Quang Ngà")
    (office,) = secretary["offices"]
    days = ("2021-05-01", "2021-05-01", "2024-03-20")
    assert (office["first"], office["last"], office["left"]) == days
    assert (office["status"], office["until"]) == ("former", "2025-06-30")
    shown = done(home, "people", "Bùi Quang Ngà", "--format", "table").stdout
    assert "01/05/2021, nguyên từ 20/03/2024" in " ".join(shown.split())


def test_csv_has_a_line_for_each_office(home: Path) -> None:
    printed = done(home, "people", "vu thi duoc", "--format", "csv").stdout
    lines = list(csv.DictReader(io.StringIO(printed)))
    offices = [(line["position"], line["body"], line["first"]) for line in lines]
    assert ("Phó Bí thư", "Huyện ủy Gia Viễn", "2023-07-12") in offices
    assert offices[-1] == ("", "", "")  # the farmer, who holds none, is not left out
    done(home, "export", "people", "-f", "csv", "-o", "people.csv", "--from", "01/06/2023")
    exported = (home / "people.csv").read_text(encoding="utf-8-sig")
    assert {line["name"] for line in csv.DictReader(io.StringIO(exported))} == {
        "Vũ Thị Dược", "Bùi Quang Ngà"
    }  # fmt: skip


@pytest.mark.parametrize("typed", ["", "hộ OR huyện", "hội nghị den:01/01/2024", "zzzzz"])
@pytest.mark.parametrize("called", [None, "thi", "Nguyễn"])
def test_an_export_tells_in_lots_what_a_question_tells_at_once(
    crawled_once: Path, monkeypatch: pytest.MonkeyPatch, typed: str, called: str | None
) -> None:
    monkeypatch.setattr(listing, "_AT_ONCE", 3)
    engine = open_database(f"sqlite:///{crawled_once / 'bantin.db'}")
    index, query = Indexes(crawled_once / "index", engine).articles, read_query(typed)
    index.catch_up()
    articles = {key for lot in index.find(query) for key in lot} if typed else None
    whole = find_people(engine, called, articles=articles)
    told = list(listing.list_everybody(engine, index, query, called))
    engine.dispose()
    assert sorted(told, key=itemgetter("id")) == sorted(whole, key=itemgetter("id"))
    often = [len(person["articles"]) for person in told]
    assert often == sorted(often, reverse=True)
    assert bool(told) == (typed != "zzzzz")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("Thị Dược Vũ",), "nearest name: Vũ Thị Dược"),
        (("--body", "UBND Gia Viễn"), "nearest body: Ủy ban nhân dân huyện Gia Viễn"),
        (("--body", "UBND huyện Gia Viễn", "--on", "2019-01-01"), "0 found\n"),
        (("Zzz",), "no name like it"),
    ],
)
def test_nothing_found_names_what_is_near(home: Path, asked: tuple[str, ...], told: str) -> None:
    assert told in bantin(home, "people", *asked).stderr


def test_what_a_reader_says_outlives_a_rebuild(home: Path) -> None:
    officer, farmer = people(home, "Vũ Thị Dược")
    done(home, "people", "merge", officer["id"], farmer["id"], "--reason", "told on the telephone")
    (one,) = people(home, "Vũ Thị Dược")
    assert (one["id"], one["score"], len(one["articles"])) == (officer["id"], 100, 5)
    done(home, "rebuild")
    assert people(home, "Vũ Thị Dược") == [one]
    visit = next(a["id"] for a in one["articles"] if a["published"] == "2023-07-12")
    done(home, "people", "split", one["id"], visit, "--reason", "another of the same name")
    both = people(home, "Vũ Thị Dược")
    assert [days(person) for person in both][1] == ["2023-07-12"]
    done(home, "rebuild")
    assert people(home, "Vũ Thị Dược") == both
    assert rows(home, "verify") == []
    with sqlite3.connect(home / "bantin.db") as database:
        events = database.execute("SELECT event FROM journal WHERE event IN ('merge', 'split')")
        assert {event for (event,) in events} == {"merge", "split"}


@pytest.fixture
def deputy(tmp_path: Path) -> Path:
    """An archive of three bulletins that name one deputy chairman."""
    done(tmp_path, "init")
    (tmp_path / "texts").mkdir()
    for year in ("2021", "2022", "2023"):
        report(tmp_path, f"{year}-03-01", "Đồng chí Vũ Thị Dược, Phó Chủ tịch UBND huyện, dự lễ.")
    return tmp_path


def report(home: Path, day: str, text: str, portal: str = "gia-vien", place: str = PLACE) -> None:
    """Import one more bulletin of a day."""
    year, month, date = day.split("-")
    page = f"Tin của cổng {portal} ngày {day}\n\n{date}/{month}/{year}\n\n{text}\n"
    path = home / "texts" / f"{portal}-{day}.txt"
    path.write_text(page, encoding="utf-8")
    done(home, "import", str(path), "--portal", portal, "--place", place)


def test_later_bulletins_go_to_the_greater_side_of_a_split(deputy: Path) -> None:
    (one,) = people(deputy)
    first = next(a["id"] for a in one["articles"] if a["published"] == "2021-03-01")
    done(deputy, "people", "split", one["id"], first, "--reason", "another of that name")
    for day in ("2024-03-01", "2020-03-01"):
        report(deputy, day, "Bà Vũ Thị Dược, Phó Chủ tịch UBND huyện, tiếp công dân.")
    assert [days(p) for p in people(deputy)] == [
        ["2020-03-01", "2022-03-01", "2023-03-01", "2024-03-01"],
        ["2021-03-01"],
    ]
    ids = [p["id"] for p in people(deputy)]
    done(deputy, "people", "merge", *ids, "--reason", "the same after all")
    assert [len(p["articles"]) for p in people(deputy)] == [5]
    done(deputy, "rebuild")
    assert [len(p["articles"]) for p in people(deputy)] == [5]
    assert rows(deputy, "verify") == []


def test_id_stays_when_an_older_bulletin_is_found(deputy: Path) -> None:
    (before,) = people(deputy)
    report(deputy, "2019-03-01", "Đồng chí Vũ Thị Dược, Phó Chủ tịch UBND huyện, dự lễ.")
    (after,) = people(deputy)
    assert (after["id"], len(after["articles"])) == (before["id"], 4)
    done(deputy, "rebuild")
    assert people(deputy) == [after]


def test_districts_of_one_name_are_not_one(tmp_path: Path) -> None:
    done(tmp_path, "init")
    (tmp_path / "texts").mkdir()
    text = "Ông Nguyễn Văn Hùng, Chủ tịch UBND huyện Châu Thành, dự lễ."
    report(tmp_path, "2023-03-01", text, "tan-tru", "huyện Tân Trụ, tỉnh Long An")
    report(tmp_path, "2023-04-01", text, "giong-trom", "huyện Giồng Trôm, tỉnh Bến Tre")
    assert len(people(tmp_path)) == 2
    found = people(tmp_path, "--body", "UBND huyện Châu Thành", "--on", "2023-06-01")
    assert len(found) == 2  # neither follows the other


@pytest.mark.parametrize(
    "other",
    [
        "Đồng chí Vũ Thị Dược, Phó Chủ tịch UBND huyện, đến thăm xã Gia Thịnh.",
        "Thủ phạm là Vũ Thị Dược (SN 1990).\n\nTin khác: tại xã Gia Thịnh, lúa tốt.",
    ],
)
def test_place_that_is_not_bound_to_a_name_ties_nothing(tmp_path: Path, other: str) -> None:
    done(tmp_path, "init")
    (tmp_path / "texts").mkdir()
    report(tmp_path, "2023-03-01", "Bà Vũ Thị Dược, xã Gia Thịnh, vay vốn nuôi bò.")
    report(tmp_path, "2023-04-01", other)
    assert len(people(tmp_path, "Vũ Thị Dược")) == 2


def test_spellings_of_one_name_are_one(tmp_path: Path) -> None:
    done(tmp_path, "init")
    (tmp_path / "texts").mkdir()
    report(
        tmp_path,
        "2023-03-01",
        "BÀ LÊ THỊ HOÀ THĂM XÃ\n\nBà Lê Thị Hoà, Chủ tịch UBND huyện, thăm xã.",
    )
    report(tmp_path, "2023-04-01", "Bà Lê Thị Hòa, Chủ tịch UBND huyện, dự lễ.")
    (one,) = people(tmp_path)
    assert (one["name"], one["score"]) == ("Lê Thị Hòa", 95)
    assert people(tmp_path, "Lê Thị Hoà") == [one]


def test_earlier_text_shown_again(deputy: Path) -> None:
    first = "Đồng chí Lê Thị Mơ, Chủ tịch UBND huyện, chủ trì."
    report(deputy, "2024-05-01", first)
    report(deputy, "2024-05-01", first.replace("Mơ", "Mận"))
    report(deputy, "2024-05-01", first + "\n\n")
    assert {p["name"] for p in people(deputy)} == {"Vũ Thị Dược", "Lê Thị Mơ"}
    assert rows(deputy, "verify") == []
    assert [p["id"] for p in rows(deputy, "search", "Lê Thị Mơ")] != []
    done(deputy, "rebuild")
    assert rows(deputy, "verify") == []


def test_killed_before_people_are_tied(deputy: Path) -> None:
    change = "UPDATE edition SET annotated_by = NULL"
    with sqlite3.connect(deputy / "bantin.db") as database:
        database.execute("INSERT INTO relink VALUES ('vũ thị dược')")
        database.execute("UPDATE sighting SET person_id = NULL")
        database.execute("DELETE FROM person")
        database.execute(change)
    assert "wait to be read" in bantin(deputy, "people").stderr
    report(deputy, "2021-03-01", "Đồng chí Vũ Thị Dược, Phó Chủ tịch UBND huyện, dự lễ.")
    assert [len(p["articles"]) for p in people(deputy)] == [3]
    assert rows(deputy, "verify") == []


def test_lost_decision_is_found(deputy: Path) -> None:
    (one,) = people(deputy)
    first = one["articles"][0]["id"]
    done(deputy, "people", "split", one["id"], first, "--reason", "another of that name")
    with sqlite3.connect(deputy / "bantin.db") as database:
        database.execute("DELETE FROM identity")
    told = bantin(deputy, "verify").stdout
    assert "decision" in told


def test_decision_that_cannot_be_is_told(home: Path) -> None:
    officer, farmer = people(home, "Vũ Thị Dược")
    for arguments, told in (
        (("merge", officer["id"], "0" * 16, "--reason", "x"), "no such person"),
        (("merge", officer["id"], officer["id"], "--reason", "x"), "nothing to merge"),
        (("merge", officer["id"], farmer["id"], "--reason", " "), "reason"),
        (("split", officer["id"], "0" * 16, "--reason", "x"), "no article that names"),
    ):
        outcome = bantin(home, "people", *arguments)
        assert outcome.returncode == 1, outcome.stderr
        assert told in outcome.stderr
        assert "Traceback" not in outcome.stderr


def test_edit_that_drops_a_name_drops_the_person(home: Path) -> None:
    path = home / "texts" / "2023-02-05.txt"
    text = path.read_text(encoding="utf-8").replace("Lê Thị Mơ", "Lê Thị Mận")
    path.write_text(text, encoding="utf-8")
    done(home, "import", "texts", "--portal", "gia-vien", "--place", PLACE)
    names = {person["name"] for person in people(home)}
    assert "Lê Thị Mận" in names
    assert rows(home, "verify") == []


def test_table_shows_offices_and_articles(home: Path) -> None:
    shown = done(home, "people", "Vũ Thị Dược", "--format", "table").stdout
    assert "Phó Chủ tịch, Ủy ban nhân dân huyện Gia Viễn" in shown
    assert "01/03/2021" in shown


def test_people_of_an_older_archive_are_counted(crawled: Path) -> None:
    """As version 0009 of the tables left them: without numbers and names to look for."""
    before = sorted(rows(crawled, "people"), key=itemgetter("id"))
    with sqlite3.connect(crawled / "bantin.db") as database:
        database.execute("DROP INDEX ix_person_told")
        for column in ("told", "key", "bare"):
            database.execute(f"ALTER TABLE person DROP COLUMN {column}")
        database.execute("UPDATE alembic_version SET version_num = '0009'")
    assert done(crawled, "verify").stdout == ""
    assert sorted(rows(crawled, "people"), key=itemgetter("id")) == before


def test_a_page_of_people(crawled: Path) -> None:
    """Most reported first; without marks any, with marks exactly; what is taken down is in no list."""
    engine = open_database(f"sqlite:///{crawled / 'bantin.db'}")
    everybody = list_people(engine, limit=1000)
    whole = {person["id"]: person for person in find_people(engine)}
    assert everybody["total"] == len(everybody["people"]) == len(whole)
    often = [len(person["articles"]) for person in everybody["people"]]
    assert often == sorted(often, reverse=True)
    for query in ("thi", "Thị", "Thi", "nguyen van", "Vũ", "%", "_", "/", "", "zz"):
        asked = list_people(engine, query, limit=1000)
        meant = {p["id"] for p in whole.values() if _called(p["name"], query)}
        assert {p["id"] for p in asked["people"]} == meant, query
        assert asked["total"] == len(meant)
    once = next(p for p in everybody["people"] if len(p["articles"]) == 1)
    article = once["articles"][0]["id"]
    gone = {key for key, p in whole.items() if {a["id"] for a in p["articles"]} == {article}}
    take_down(engine, article, "theo yêu cầu")
    assert list_people(engine)["total"] == len(whole) - len(gone)
    assert once["name"] not in similar_names(engine, once["name"])
    other = next(key for key in whole if key not in gone)
    take_down(engine, other, "theo yêu cầu")
    assert list_people(engine)["total"] == len(whole) - len(gone) - 1
    engine.dispose()


@pytest.mark.parametrize(
    "query", ["", " ", "…", "%", "\x00", "vũ\x00", "\udcff", "x" * 70_000, "thị " * 30_000, "'; --", "<b>\""]
)  # fmt: skip
def test_any_name_may_be_asked_for(opened: Callable[[], Engine], query: str) -> None:
    engine = opened()
    assert list_people(engine, query, limit=5)["people"] == []
    assert find_people(engine, query) == []
    assert similar_names(engine, query) == []


def test_a_person_is_found_by_every_name(home: Path) -> None:
    """In lists, exports and on pages: also by one that a reader has told to be the same person's."""
    ids = [people(home, name)[0]["id"] for name in ("Vũ Thị Dược", "Trần Văn Lý")]
    done(home, "people", "merge", *ids, "--reason", "x")
    engine = open_database(f"sqlite:///{home / 'bantin.db'}")
    index = Indexes(home / "index", engine).articles
    told = []
    for name in ("Trần Văn Lý", "tran van ly", "Văn Lý"):
        (person,) = people(home, name)
        (listed,) = list_people(engine, name)["people"]
        (exported,) = listing.list_everybody(engine, index, read_query(""), name)
        told += [person["id"], listed["id"], exported["id"]]
    assert len(set(told)) == 1
    assert list_people(engine, "Lý Vũ")["total"] == 0
    assert done(home, "verify").stdout == ""
    engine.dispose()


def _called(name: str, query: str) -> bool:
    key = match_key if has_marks(query) else bare_key
    return not query or f" {key(query)} " in f" {key(name)} "
