"""A marked text is the text; a comparison gives both texts back."""

import itertools
import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from web.comparing import compare_texts
from web.marking import Mark, article_blocks, choose_marks, marked_text

KINDS = st.sampled_from(["figure", "person", "place", "role", "organisation", "document"])
TEXT = st.text(st.sampled_from("ab<&>\"' \n\nđộ|"), max_size=60)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(TEXT)
    spans = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), KINDS), max_size=8))
    marks = [
        Mark(a, b, kind, Markup("<i>"), Markup("</i>")) for a, b, kind in spans if b <= len(text)
    ]
    return text, marks


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html.replace("<br>\n", "\n")))


@given(marked())
@settings(max_examples=300, deadline=None)
def test_a_marked_text_is_the_text(made: tuple[str, list[Mark]]) -> None:
    text, marks = made
    chosen = choose_marks(marks)
    assert all(one.end <= other.start for one, other in itertools.pairwise(chosen))
    html = str(marked_text(text, 0, len(text), chosen))
    assert plain(html) == text
    assert html.count("<i>") == html.count("</i>") == len(chosen)
    blocks = "".join(str(block) for block in article_blocks(text, 0, [], chosen))
    assert "".join(plain(blocks).split()) == "".join(text.split())


def test_a_thousand_pages_of_marks_are_no_matter() -> None:
    """A hostile page reads as one figure after another: work grows with their number, not with its square."""
    text = "1 hộ\n\n" * 20_000
    marks = [Mark(6 * n, 6 * n + 4, "figure", Markup("<i>"), Markup("</i>")) for n in range(20_000)]
    chosen = choose_marks(marks)
    assert len(chosen) == len(list(article_blocks(text, 0, [], chosen))) == 20_000


def test_tables_stand_as_tables() -> None:
    text = "Đầu\n\nxã | hộ\nGia Thịnh | 81 hộ\n\nCuối"
    cells = [[(5, 7, True), (10, 12, True)], [(13, 22, False), (25, 30, False)]]
    rows = [
        [{"start": a, "end": b, "header": h, "rowspan": 1, "colspan": 1} for a, b, h in row]
        for row in cells
    ]
    marks = [Mark(25, 30, "figure", Markup("<i>"), Markup("</i>"))]
    blocks = [
        str(block)
        for block in article_blocks(text, 0, [{"start": 5, "end": 30, "rows": rows}], marks)
    ]
    assert blocks[0] == "<p>Đầu</p>"
    assert "<th>xã</th>" in blocks[1]
    assert "<td><i>81 hộ</i></td>" in blocks[1]
    assert blocks[2] == "<p>Cuối</p>"


@given(TEXT, TEXT)
@settings(max_examples=300, deadline=None)
def test_a_comparison_gives_both_texts_back(before: str, after: str) -> None:
    pieces = compare_texts(before, after)
    assert "".join(text for kind, text in pieces if kind != "in") == before
    assert "".join(text for kind, text in pieces if kind != "out") == after
    assert all(one[0] != other[0] for one, other in itertools.pairwise(pieces))
