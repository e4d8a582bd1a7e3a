"""The tables of Vietnamese knowledge in `nlp/tables/`, read once."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "tables"


@cache
def table(name: str) -> dict[str, Any]:
    """One TOML table by its name."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def terms(cell: str) -> list[str]:
    """The terms of a cell that lists them between bars."""
    return [term for part in cell.split("|") if (term := " ".join(part.split()))]


def either(words: Iterable[str]) -> str:
    """A pattern that matches the longest of the words; a blank in a word matches one space.

    Words of one first letter stand together, so that a text is compared with few of them.

    >>> either(["hộ", "hộ nghèo", "xã"])
    'h(?:ộ\\\\ nghèo|ộ)|xã'
    """
    groups: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        groups.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(
        re.escape(first) + (rests[0] if len(rests) == 1 else f"(?:{'|'.join(rests)})")
        for first, rests in sorted(groups.items())
    )
