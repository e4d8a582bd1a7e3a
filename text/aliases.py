"""Abbreviations of official prose written out."""

import re
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

from text.tokens import folded_tokens

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


_SHORTEST = 3  # letters of an abbreviation that a search writes out: shorter ones are words too


@cache
def alias_groups() -> dict[tuple[str, ...], tuple[str, ...]]:
    """All ways to write what has an abbreviation, by the folded words of each of them.

    >>> "Ủy ban nhân dân" in alias_groups()[("ubnd",)]
    True
    """
    forms: dict[str, list[str]] = defaultdict(list)
    for short, full in _short()[0].items():
        if len("".join(folded_tokens(short))) >= _SHORTEST:
            forms[full].append(short)
    ways = [(full, *shorts) for full, shorts in forms.items()]
    return {tuple(folded_tokens(form)): group for group in ways for form in group}
