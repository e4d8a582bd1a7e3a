"""Exports and citations: streamed, exact, harmless in a spreadsheet."""

import csv
import json
import re
import subprocess
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from publish.cite import STYLES
from publish.export import FORMATS, export_rows
from publish.package import describe_export
from tests.archives import BANTIN, done, rows

HOSTILE = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=x", "\r=x"]


@pytest.mark.parametrize("text", HOSTILE)
def test_spreadsheet_runs_nothing(text: str) -> None:
    output = StringIO()
    FORMATS["csv"]([{"a": text, "b": "-3.5", "c": 7, "d": ["x", "=y"]}], output, ())
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

    told = rows(crawled_once, "figures", "--type", "money")
    done(crawled_once, "export", "articles", "-f", "jsonl", "-o", "articles.jsonl")
    lines = (crawled_once / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    origin = {r["id"]: r["origin"] or r["id"] for r in map(json.loads, lines)}
    first: dict[str, str] = {}  # of re-posts only what was published first
    for r in sorted(told, key=lambda r: (r["published"], r["article_id"])):
        first.setdefault(origin[r["article_id"]], r["article_id"])
    kept = set(first.values())
    every = [r for r in told if r["value"] and r["article_id"] in kept]
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


def test_workbook_types_cells_and_runs_nothing(tmp_path: Path) -> None:
    rows_: list[dict[str, Any]] = [
        {
            "value": "31000000000.5",
            "text": t,
            "of_plan": True,
            "period_from": "2023-01-01",
            "start": 7,
        }
        for t in HOSTILE
    ]
    rows_.append(
        {
            "value": "1234567890123456789",
            "text": "x" * 40_000,
            "of_plan": False,
            "period_from": None,
            "start": 8,
        }
    )
    assert export_rows(rows_, "xlsx", tmp_path / "f.xlsx") == len(rows_)
    sheet = load_workbook(tmp_path / "f.xlsx").active
    assert [cell.value for cell in sheet[1]] == ["value", "text", "of_plan", "period_from", "start"]
    told = list(sheet.iter_rows(min_row=2))
    for row, text in zip(told, HOSTILE, strict=False):
        assert (row[0].value, row[2].value, row[4].value) == (31000000000.5, True, 7)
        assert row[1].data_type == "s"
        assert str(row[1].value).replace("_x000D_", "").strip() == text.strip()
        assert row[3].value.date().isoformat() == "2023-01-01"
    assert told[-1][0].value == "1234567890123456789"
    assert len(told[-1][1].value) == 32_767


def test_parquet_keeps_decimals(tmp_path: Path) -> None:
    made: list[dict[str, Any]] = [
        {
            "value": "1234567890123456789.25",
            "text": "=1+1",
            "of_plan": False,
            "period_from": "2023-01-01",
            "flags": ["a", "b"],
        },
        {"value": None, "text": None, "of_plan": True, "period_from": None, "flags": []},
        {
            "value": "0.1234567",
            "text": "0,1234567 km",
            "of_plan": False,
            "period_from": None,
            "flags": [],
        },
        {
            "value": "1" + "0" * 40,
            "text": "ten",
            "of_plan": False,
            "period_from": None,
            "flags": [],
        },
    ]
    assert export_rows(made, "parquet", tmp_path / "f.parquet") == len(made)
    table = parquet.read_table(tmp_path / "f.parquet").to_pylist()
    assert table[0]["value"] == Decimal("1234567890123456789.25")
    assert (table[0]["text"], table[0]["flags"], table[1]["value"]) == ("=1+1", "a; b", None)
    assert [row["value"] for row in table[2:]] == [None, None]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx", "parquet"])
def test_every_format_has_all_rows_and_says_what_it_is(
    crawled_once: Path, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"figures.{kind}"
    done(crawled_once, "export", "figures", "-f", kind, "-o", str(path))
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    (resource,) = package["resources"]
    assert (resource["path"], resource["format"]) == (path.name, kind)
    assert resource["extractors"]
    columns = [field["name"] for field in resource["schema"]["fields"]]
    assert columns[:5] == ["id", "article_id", "edition_id", "type", "value"]
    if kind == "xlsx":
        sheet = load_workbook(path).active
        assert [cell.value for cell in next(sheet.iter_rows())] == columns
    if kind == "parquet":
        assert parquet.read_schema(path).names == columns


def test_every_file_of_a_folder_has_a_name_of_its_own(tmp_path: Path) -> None:
    for name, kind in (("số liệu.csv", "csv"), ("số liệu.xlsx", "xlsx"), ("số liệu.csv", "csv")):
        made = describe_export(tmp_path / name, kind, "people", ["id", "value"], ["v"])
    resources = json.loads(made.read_text(encoding="utf-8"))["resources"]
    assert [r["name"] for r in resources] == ["so-lieu.csv", "so-lieu.xlsx"]
    assert [r["schema"].get("primaryKey") for r in resources] == [None, "id"]


def test_a_description_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text('{"name": "mine"}')
    made = describe_export(tmp_path / "f.csv", "csv", "figures", ["id"], [])
    assert made.name == "f.csv.datapackage.json"
    assert (tmp_path / "datapackage.json").read_text() == '{"name": "mine"}'


def test_workbook_to_standard_output_is_refused(crawled_once: Path) -> None:
    command = [BANTIN, "export", "figures", "-f", "xlsx", "-o", "/dev/stdout"]
    outcome = subprocess.run(command, cwd=crawled_once, capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    assert "needs a file of its own" in outcome.stderr
