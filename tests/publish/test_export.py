"""Exports and citations: streamed, exact, harmless in a spreadsheet."""

import csv
import json
import re
from io import StringIO
from pathlib import Path

import pytest

from publish.cite import STYLES
from publish.export import export_rows, write_csv
from tests.archives import done, rows

HOSTILE = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=x", "\r=x"]


@pytest.mark.parametrize("text", HOSTILE)
def test_spreadsheet_runs_nothing(text: str) -> None:
    output = StringIO()
    write_csv([{"a": text, "b": "-3.5", "c": 7, "d": ["x", "=y"]}], output)
    (row,) = csv.DictReader(StringIO(output.getvalue()))
    assert row == {"a": "'" + text.replace("\r", "\n"), "b": "-3.5", "c": "7", "d": "x; =y"}


def test_file_is_whole_or_not_there(tmp_path: Path) -> None:
    def broken() -> object:
        yield {"a": "1"}
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        export_rows(broken(), "csv", tmp_path / "x.csv")  # type: ignore[arg-type]
    assert not (tmp_path / "x.csv").exists()
    assert export_rows([{"a": "ấ"}], "csv", tmp_path / "x.csv") == 1
    assert (tmp_path / "x.csv").read_bytes() == b"\xef\xbb\xbfa\n\xe1\xba\xa5\n"


def test_csv_and_json_lines_say_the_same(crawled_once: Path, tmp_path: Path) -> None:
    for kind in ("csv", "jsonl"):
        done(crawled_once, "export", "figures", "-f", kind, "-o", str(tmp_path / f"f.{kind}"))
    with (tmp_path / "f.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "f.jsonl").read_text().splitlines()]
    assert len(table) == len(lines) > 600
    for row, line in zip(table, lines, strict=True):
        assert row["value"] == (line["value"] or "")
        assert row["id"] == line["id"]


def test_figures_in_groups(crawled_once: Path) -> None:
    from decimal import Decimal

    every = [
        r
        for r in rows(crawled_once, "figures", "--type", "money")
        if r["value"] and r["currency"] == "VND"
    ]
    grouped = rows(crawled_once, "figures", "--type", "money", "--by", "year")
    ids = {r["id"] for r in every}
    wholes = [Decimal(r["value"]) for r in every if r["part_of"] not in ids]
    assert sum(Decimal(g["sum"]) for g in grouped) == sum(wholes)
    assert sum(g["figures"] for g in grouped) == len(every)
    assert all(
        re.fullmatch(r"\d{4}-Q[1-4]", g["group"])
        for g in rows(crawled_once, "figures", "--type", "money", "--by", "quarter")
    )


@pytest.mark.parametrize("style", sorted(STYLES))
def test_citations(crawled_once: Path, style: str) -> None:
    found = rows(crawled_once, "search", "ho ngheo")[0]
    cited = done(crawled_once, "show", found["id"], "--cite", style).stdout
    assert found["url"] in cited
    assert "/archive/" in cited
    if style == "csl":
        (item,) = json.loads(cited)
        assert item["title"] == found["title"]
    elif style == "ris":
        assert cited.startswith("TY  - ELEC\n")
        assert cited.strip().endswith("ER  -")
    else:
        assert cited.count("{") == cited.count("}")


def test_tex_is_only_text() -> None:
    article = {"title": r"50% \input{x} {TN&MT}", "byline": None, "published": None, "url": None}
    found = {"article": article, "portal": "p", "name": "P", "id": "a", "edition_id": "e" * 16, "archived": "/a",
             "captured": "2024-01-01T00:00:00", "warc_file": "f", "warc_offset": 0}  # fmt: skip
    assert r"50\% \textbackslash{}input\{x\} \{TN\&MT\}" in STYLES["bibtex"](found)


def test_sums_that_would_say_nothing_are_null(crawled_once: Path) -> None:
    assert {
        g["sum"]
        for g in rows(crawled_once, "figures", "--type", "percent", "--unit", "%", "--by", "year")
    } == {None}
    poor = rows(crawled_once, "figures", "--type", "count", "--noun", "hộ nghèo")
    assert poor
    assert all("cận nghèo" not in r["noun"] for r in poor)
    assert rows(crawled_once, "figures", "--min", "1e17") == []


def test_fields_are_the_rows(crawled_once: Path) -> None:
    from storage.figures import FIELDS

    assert tuple(rows(crawled_once, "figures")[0]) == FIELDS


def test_no_row_makes_a_new_file_with_a_header(crawled_once: Path, tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text("old")
    done(crawled_once, "figures", "nosuchword", "-f", "csv", "-o", str(path))
    assert path.read_text().startswith("id,article_id,")
    done(crawled_once, "figures", "nosuchword", "-f", "jsonl", "-o", str(path))
    assert path.read_text() == ""


@pytest.mark.parametrize("columns", ["80", "130", "200"])
def test_numbers_are_never_broken_in_a_table(
    crawled_once: Path, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    found = rows(crawled_once, "figures", "--type", "money", "--min", "700e9")
    table = done(crawled_once, "figures", "--type", "money", "--min", "700e9", "-f", "table").stdout
    assert "15.873.900.000.000" in table
    assert all(row["id"] in table for row in found)
