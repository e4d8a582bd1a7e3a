"""The two languages of the pages: Vietnamese as the templates say it, English by a table."""

import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from publish.wording import WEEKDAYS, long_day

Language = Literal["vi", "en"]
TABLE = Path(__file__).parent / "phrases.toml"


@cache
def phrases() -> dict[str, dict[str, str]]:
    """What words of the program are called in Vietnamese (`codes`), and what phrases are in English (`english`)."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def read_language(asked: str | None) -> Language:
    """The language that an address asks for; Vietnamese where it names none."""
    return "en" if asked == "en" else "vi"


def translate(phrase: str, language: Language) -> str:
    """A phrase, or a word of the program, in a language.

    >>> translate("Tìm", "en"), translate("Tìm", "vi"), translate("money", "vi")
    ('Search', 'Tìm', 'tiền')
    """
    return phrases()["english" if language == "en" else "codes"].get(phrase, phrase)


def day_text(published: str | None, language: Language) -> str:
    """A day of publication as readers of a language write it.

    >>> day_text("2023-07-12", "en"), day_text("2023-07-12", "vi"), day_text(None, "en")
    ('Wednesday, 12 July 2023', 'Thứ Tư, 12/07/2023', 'day unknown')
    """
    if language == "vi":
        return long_day(published)
    if not published:
        return "day unknown"
    weekday = WEEKDAYS[date.fromisoformat(published[:10]).weekday()]
    return f"{translate(weekday, language)}, {_english_day(published)}"


def _english_day(published: str) -> str:
    at = datetime.fromisoformat(published)
    told = f"{at.day} {_MONTHS[at.month - 1]} {at.year}"
    return f"{told} {at:%H:%M}" if "T" in published else told


# strftime would follow the locale of the process.
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December")  # fmt: skip
