"""The bulletins both sample portals publish, written for this project: no real people in them."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

Paragraphs = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Bulletin:
    """One bulletin as its district wrote it; a tab in a line parts two cells of a table row."""

    id: str
    district: str
    province: str
    published: date
    dateline: str
    title: str
    lead: str | None
    paragraphs: Paragraphs
    byline: str
    section: str


@cache
def load_bulletins() -> dict[str, Bulletin]:
    """All bulletins by their id."""
    rows = json.loads(Path(__file__).with_name("bulletins.json").read_text(encoding="utf-8"))
    return {row["id"]: _bulletin(row) for row in rows}


def _bulletin(row: dict[str, Any]) -> Bulletin:
    text = {key: value for key, value in row.items() if key not in {"published", "paragraphs"}}
    return Bulletin(
        published=date.fromisoformat(row["published"]),
        paragraphs=tuple(tuple(lines) for lines in row["paragraphs"]),
        **text,
    )
