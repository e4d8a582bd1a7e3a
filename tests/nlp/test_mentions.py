"""Mentions row by row: what is one, where it ends, and what only looks like one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.records import Document, plain
from nlp import annotate

ROWS = Path(__file__).with_name("mentions.txt")
KINDS = {"PER": "person", "ROLE": "role", "ORG": "organisation", "LOC": "place", "DOC": "document"}
_TAG = re.compile(r"<(/?)(PER|ROLE|ORG|LOC|DOC)>")


def rows() -> Iterator[tuple[str | None, str]]:
    """Each row with the place of its portal."""
    place = None
    for line in ROWS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            place = line.partition("|")[2].strip() or None
        elif line:
            yield place, line


def unmarked(row: str) -> tuple[str, set[tuple[str, int, int]]]:
    """The text of a row and the mentions that are marked in it."""
    text, wanted, at, start = "", set(), 0, 0
    for tag in _TAG.finditer(row):
        text += row[at : tag.start()]
        at = tag.end()
        if tag[1]:
            wanted.add((KINDS[tag[2]], start, len(text)))
        start = len(text)
    return text + row[at:], wanted


@pytest.mark.parametrize(("place", "row"), list(rows()))
def test_row(place: str | None, row: str) -> None:
    text, wanted = unmarked(row)
    assert mentions(text, place) == wanted


def mentions(text: str, place: str | None = None) -> set[tuple[str, int, int]]:
    read: Any = plain(annotate(Document(text=text, published="2023-07-12", place=place)))
    return {(m["type"], m["start"], m["end"]) for m in read["mentions"]}


def test_there_are_rows_enough() -> None:
    assert len(list(rows())) >= 230


PIECES = st.sampled_from(
    [
        "ông ", "đồng chí ", "Nguyễn ", "H'Hen Niê", "Trần V. H.", "Chủ tịch ", "UBND ", "huyện ", "Gia Viễn", ", ",
        "các xã ", "Phòng ", "LĐ-TB&XH", " và ", "135/QĐ-TTg", "5 tỷ đồng", "ngày 12/7", "\n\n", "\u00a0", "a\u0302\u0301",
        "(", ")", "“", "Hội ", "Trường THPT ", "Ảnh: ", "HUYỆN ỦY ", "tổ ", "5", " - ", "\u0301", "\U0001f600", "\x00", "漢字", "N.", "T.H",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_offsets_hold_in_any_text(text: str) -> None:
    read: Any = plain(
        annotate(Document(text=text, published="2024-02-29", place="huyện Gia Viễn, Ninh Bình"))
    )
    for item in (*read["mentions"], *read["figures"], *read["times"]):
        assert 0 <= item["start"] < item["end"] <= len(text)
        assert text[item["start"] : item["end"]] == item["text"]


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    read: Any = plain(annotate(Document(text=text)))
    assert all(text[m["start"] : m["end"]] == m["text"] for m in read["mentions"])


HOSTILE = {
    "no blank": "a", "digits": "1", "numbers": "1.", "emoji": "\U0001f600\U0001f469\u200d\U0001f467 ", "scripts": "аbcд漢字 Ωخ",
    "controls": "\x00\x01\x02 ", "marks": "\u0301", "names": "Nguyễn ", "capitals": "N", "initials": "N.", "masks": "Ph. Th. ",
    "offices": "Chủ tịch UBND huyện ", "lists": "xã A và ", "brackets": "(", "lines": "\n", "decomposed": "e\u0302\u0301 ",
    "prefixes": "H'", "places": "các xã Gia Thịnh, ", "quotes": 'Quỹ "abc ', "money": "5 triệu đồng, ",
}  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_answered(piece: str) -> None:
    """That the time grows with the length alone is shown by `make bench`."""
    text = piece * (20_000 // len(piece))
    assert annotate(Document(text=text, published="2024-01-01")).id is None
