"""Exports in the programs that people open them with, and the snippets of docs/computing.md as they stand there."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pandas
import pytest
import sqlite_utils
from frictionless import Package
from openpyxl import load_workbook
from pyarrow import csv as arrow

from storage.figures import FIELDS
from tests.archives import done, rows

ROOT = Path(__file__).parent.parent.parent
GUIDE = (ROOT / "docs" / "computing.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(crawled_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with its figures exported in every format."""
    home = tmp_path_factory.mktemp("openers") / "archive"
    shutil.copytree(crawled_once, home)
    for kind in ("csv", "jsonl", "xlsx"):
        for what in ("articles", "figures", "mentions", "people"):
            done(home, "export", what, "-f", kind, "-o", f"{what}.{kind}")
    return home


def count(home: Path) -> int:
    return len((home / "figures.jsonl").read_text(encoding="utf-8").splitlines())


def test_pandas(home: Path) -> None:
    table = pandas.read_csv(home / "figures.csv")
    assert (list(table.columns), len(table)) == (list(FIELDS), count(home))


def test_pyarrow(home: Path) -> None:
    table = arrow.read_csv(
        home / "figures.csv", parse_options=arrow.ParseOptions(newlines_in_values=True)
    )
    assert (table.column_names, table.num_rows) == (list(FIELDS), count(home))


def test_sqlite_utils(home: Path, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("sqlite-utils")), "insert", str(tmp_path / "x.db"), "figures",
               str(home / "figures.csv"), "--csv", "--pk", "id"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    table = sqlite_utils.Database(tmp_path / "x.db").table("figures")
    assert ([column.name for column in table.columns], table.count) == (list(FIELDS), count(home))


def test_libreoffice(home: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no LibreOffice")
        pytest.skip("there is no LibreOffice on this machine")
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
               "--infilter=CSV:44,34,76,1", "--convert-to", "xlsx", "--outdir", str(tmp_path), str(home / "figures.csv")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    book = load_workbook(tmp_path / "figures.xlsx")
    found = list(book.worksheets[0].iter_rows(values_only=True))
    assert (list(found[0]), len(found) - 1) == (list(FIELDS), count(home))
    with (home / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        told = [row["sentence"] for row in csv.DictReader(file)]
    assert [row[FIELDS.index("sentence")] for row in found[1:]] == told


def test_datapackage_validates(home: Path) -> None:
    report = Package(str(home / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])[:5]
    assert {task.name for task in report.tasks} >= {"figures.csv", "figures.jsonl", "articles.xlsx"}


def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def run(home: Path, command: list[str]) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    outcome = subprocess.run(
        command,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": path},
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def test_snippets_of_the_guide(home: Path) -> None:
    """Each runs, in the order of the guide, and says what `bantin figures` says."""
    shell = [text for text in snippets("sh") if "soffice" not in text]
    told = [run(home, ["bash", "-euo", "pipefail", "-c", text]) for text in shell]
    every = [json.loads(line) for line in (home / "figures.jsonl").read_text("utf-8").splitlines()]
    money = [r for r in every if r["currency"] == "VND" and r["value"]]
    years = {r["published"][:4] for r in money}
    greatest = {
        y: max(Decimal(r["value"]) for r in money if r["published"][:4] == y) for y in years
    }
    by_year = {
        row["year"]: Decimal(row["greatest"]) for row in csv.DictReader(told[0].splitlines())
    }
    assert by_year == greatest
    types = {row["type"]: int(row["figures"]) for row in csv.DictReader(told[1].splitlines())}
    assert types == {kind: sum(r["type"] == kind for r in every) for kind in types}
    assert told[-1].split() == ["figures", str(len(every))]
    (pandas_snippet,) = snippets("python")
    printed = dict(
        line.split()
        for line in run(home, [sys.executable, "-c", pandas_snippet]).splitlines()
        if line[:2] == "20"
    )
    assert {year: Decimal(value) for year, value in printed.items()} == greatest


def test_the_guide_says_what_groups_say(home: Path) -> None:
    groups = rows(home, "figures", "--type", "money", "--by", "year")
    every = [json.loads(line) for line in (home / "figures.jsonl").read_text("utf-8").splitlines()]
    for group in groups:
        own = [
            Decimal(r["value"])
            for r in every
            if r["type"] == "money" and r["value"] and r["published"][:4] == group["group"]
        ]
        assert Decimal(group["max"]) == max(own)
