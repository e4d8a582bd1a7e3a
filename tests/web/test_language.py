"""Every phrase of the pages is there in both languages."""

import re
from pathlib import Path

import pytest

from publish.wording import RHYTHMS, TROUBLES, WEEKDAYS
from web.figures import BY
from web.language import phrases, translate
from web.limits import TITLES
from web.searching import FACETS

TEMPLATES = Path(__file__).parent.parent.parent / "web" / "templates"
_LITERAL = re.compile(r"\bt\((?:\"([^\"]+)\"|'([^']+)')\)")
_OF_LOOPS = re.compile(r"\(\"[^\"]*\", \"([^\"]+)\"\)")


def said() -> set[str]:
    """What the templates say by `t`, and what the program hands them."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html"))
    found = {one or other for one, other in _LITERAL.findall(text)} | set(_OF_LOOPS.findall(text))
    found |= (
        {title for _, title in FACETS}
        | set(TITLES.values())
        | set(RHYTHMS.values())
        | set(WEEKDAYS)
    )
    return found - {":", "section"}


def test_every_phrase_has_its_english() -> None:
    assert sorted(said() - phrases()["english"].keys()) == []


def test_no_phrase_is_kept_that_nobody_says() -> None:
    by_code = {f"theo {way}" for way in BY} | {"repeat"}
    handed = {"Thôi nhận bản tin", "Xác nhận đăng ký", "Liên kết không còn hiệu lực", "Hãy mở hộp thư", "Đã đăng ký", "Đã thôi nhận",
        "mọi bản tin", "có số liệu", "chuỗi", "Có lỗi"}  # fmt: skip
    text = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html"))
    kept = phrases()["english"].keys() - said() - by_code - handed
    assert sorted(phrase for phrase in kept if f'"{phrase}"' not in text) == []


@pytest.mark.parametrize(
    "code",
    [
        *TROUBLES,
        *(f"theo {way}" for way in BY),
        "money",
        "count",
        "percent",
        "measure",
        "former",
        "rejected",
    ],
)
def test_no_reader_sees_a_word_of_the_program(code: str) -> None:
    assert translate(code, "vi") != code
