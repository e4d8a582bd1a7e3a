"""Abbreviations of official prose written out."""

import re
import tomllib
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("aliases.toml")


@cache
def _short() -> tuple[dict[str, str], re.Pattern[str]]:
    short: dict[str, str] = tomllib.loads(_TABLE.read_text(encoding="utf-8"))["short"]
    longest = "|".join(re.escape(s) for s in sorted(short, key=lambda s: -len(s)))
    return short, re.compile(rf"(?<![\w&-])(?:{longest})(?![\w&]|-\w)")


def write_out(name: str) -> str:
    """The name with every abbreviation the table knows written out.

    >>> write_out("Phòng LĐ-TB&XH huyện")
    'Phòng Lao động - Thương binh và Xã hội huyện'
    """
    short, pattern = _short()
    return pattern.sub(lambda m: short[m[0]], name)
