"""Letters and printed dates."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text import fold, has_marks, match_key, nfc, read_date, write_out
from text.queries import read_query, respelled

# Date lines of real portals' forms, and what they say.
LINES = [
    ("Thứ tư, 12/07/2023", "2023-07-12", "printed"),
    ("Ngày đăng: 05/03/2022 14:05", "2022-03-05T14:05:00+07:00", "printed"),
    (
        "Đăng lúc: 31/12/2024 15:22 (GMT+7) | Lượt xem: 1.234",
        "2024-12-31T15:22:00+07:00",
        "printed",
    ),
    ("T.4, 12/7/2023", "2023-07-12", "printed"),
    ("15h30 ngày 12/7/2023", "2023-07-12T15:30:00+07:00", "printed"),
    ("Thứ Tư, ngày 12 tháng 7 năm 2023", "2023-07-12", "printed"),
    ("19/01/26", "2026-01-19", "printed"),
    ("07/12/2023 3:05:00 CH", "2023-12-07T15:05:00+07:00", "printed"),
    ("2019-10-30T18:00:00.000Z", "2019-10-31T01:00:00+07:00", "printed"),
    ("2025-01-03+0721:30:00", "2025-01-03", "printed"),
    ("Thứ tư, 07/12/2023", "2023-07-12", "resolved"),
    ("Thứ hai, 13/07/2023", "2023-07-13", "guessed"),
]


@pytest.mark.parametrize(("line", "iso", "certainty"), LINES)
def test_printed_date(line: str, iso: str, certainty: str) -> None:
    read = read_date(line)
    assert read is not None
    assert (read.iso(), read.certainty) == (iso, certainty)


@pytest.mark.parametrize("line", ["12/7", "", "24,25/2023", "99/99/2023", "Lượt xem: 1.245"])
def test_no_date(line: str) -> None:
    assert read_date(line) is None


def test_fold_keeps_length() -> None:
    text = nfc("Đối tượng được hỗ trợ: Ủy ban nhân dân huyện Gia Viễn, Kim Thoả")
    assert len(fold(text)) == len(text)
    assert fold(text).isascii()


def test_marks_and_tones() -> None:
    assert has_marks("nghèo")
    assert not has_marks("ngheo")
    assert match_key("HÒA BÌNH") == match_key("hoà bình")


def test_write_out() -> None:
    assert write_out("UBND xã") == "Ủy ban nhân dân xã"


@pytest.mark.parametrize(
    "words", ["đợt 27 năm 2026", "12 năm, 2023", "27 hai 2026", "khóa 5 năm 2021"]
)
def test_a_number_before_a_year_is_no_day(words: str) -> None:
    assert read_date(words) is None


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(['"', "“", "-", ":", "*", " ", "OR", "cong:", "tu:", "ộ", "o\u0302\u0323", "1.500", "1.5001", "&", "Đ", "\x00", "ﬁ", "İ", "hộ"]) | st.text(max_size=4)).map("".join))  # fmt: skip
def test_a_question_is_respelled_whatever_it_is(typed: str) -> None:
    """The same words give the same question; other words change none that is not looked for."""
    assert read_query(respelled(typed, lambda token: token.key)) == read_query(typed)
    other = read_query(respelled(typed, lambda token: "abc"))
    assert other.excluded == read_query(typed).excluded
    assert (other.portals, other.first) == (read_query(typed).portals, read_query(typed).first)
