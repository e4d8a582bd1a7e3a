"""What users can type or read is documented: verbs in the README or their help, fields in docs/fields.md."""

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli import main
from model.records import (
    Annotations,
    Article,
    Figure,
    Finding,
    Organisation,
    Person,
    Place,
    Role,
    Time,
)
from tests.archives import done, rows

FIELDS = Path(__file__).parent.parent / "docs" / "fields.md"


def documented() -> set[str]:
    """Every word that a table of docs/fields.md lists in its first column or in code marks."""
    text = FIELDS.read_text(encoding="utf-8")
    cells = re.findall(r"^\| ([\w, ]+) \|", text, re.MULTILINE)
    return {
        word.strip()
        for cell in [*cells, *re.findall(r"`([\w, ]+)`", text)]
        for word in cell.split(",")
    }


def verbs(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found += (
            verbs(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
        )
    return found


@pytest.mark.parametrize("verb", verbs(main), ids=" ".join)
def test_help_has_examples(verb: tuple[str, ...]) -> None:
    outcome = CliRunner().invoke(main, [*verb, "--help"])
    assert outcome.exit_code == 0
    assert "Example" in outcome.stdout


@pytest.mark.parametrize(
    "record", [Annotations, Article, Figure, Finding, Organisation, Person, Place, Role, Time]
)
def test_fields_of_records(record: type) -> None:
    names = set(record.__struct_encode_fields__) - {"id", "mentions", "figures", "times"}  # type: ignore[attr-defined]
    assert names <= documented()


@pytest.mark.parametrize("verb", ["status", "people", "figures", "search"])
def test_fields_of_rows(crawled_once: Path, verb: str) -> None:
    found = rows(crawled_once, verb, *(["ho ngheo"] if verb == "search" else []))
    assert set(found[0]) <= documented()


@pytest.mark.parametrize("what", ["articles", "mentions"])
def test_fields_of_exports(crawled_once: Path, tmp_path: Path, what: str) -> None:
    path = tmp_path / "rows.jsonl"
    done(crawled_once, "export", what, "-f", "jsonl", "-o", str(path))
    assert set(json.loads(path.read_text().splitlines()[0])) <= documented()
