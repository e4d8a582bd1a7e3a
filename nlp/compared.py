"""What a figure is compared with: differences and their direction, baselines, shares of a plan."""

import re
from dataclasses import dataclass
from typing import Literal

from nlp.amounts import Read
from nlp.source import Source
from nlp.tables import either, table, terms

Span = tuple[int, int]
Change = Literal["up", "down"] | None
_CHANGE: dict[str, str] = table("meaning")["change"]
_BASE: dict[str, str] = table("meaning")["baseline"]


def _words(cell: str) -> str:
    return either(terms(cell))


_BETWEEN = rf"(?: (?:{_words(_CHANGE['between'])}))*"
_TOLD = {
    "up": re.compile(rf"(?<!\w)(?:{_words(_CHANGE['up'])}){_BETWEEN} ?\(?\+?$"),
    "down": re.compile(rf"(?<!\w)(?:{_words(_CHANGE['down'])}){_BETWEEN} ?\(?-?$"),
}
_LEVEL = re.compile(
    rf"(?<!\w)(?:{_words(_CHANGE['levels'])})(?: (?:{_words(_CHANGE['between'])}))* ?$"
)
_FROM = re.compile(r"(?<!\w)từ $")
_TO_LEVEL = re.compile(r"[^,;.]{0,40}(?<!\w)(?:lên|xuống|còn|đến)(?!\w)")
_NEAR = 60  # letters before a figure in which its change is told

# Where a baseline ends: at a mark, a number, or a verb that goes on.
_STOP = r"(?=\s*(?:[,;.():\n]|$|[+-]?\d{1,3}(?:[.,]\d+)*\s?%|(?:tăng|giảm|đạt|vượt|do|nhờ|trong đó|với|và|nên|để|là|còn)(?!\w)))"
_PHRASE = rf"(?P<phrase>[^,;.():\n]{{2,70}}?){_STOP}"
_INTRO = re.compile(
    rf"(?: ?\([^()]*\))?[^,;.():\d]{{0,25}}?,? ?(?<!\w)(?:{_words(_BASE['introducers'])}) {_PHRASE}"
)
# What a figure is above or below, before it: cao hơn giá thị trường 900 đ/kg, vượt báo động III 0,84 m.
_OVER = re.compile(
    rf"(?<!\w)(?:(?P<up>{_words(_CHANGE['above'])})|(?P<down>{_words(_CHANGE['below'])})) (?P<phrase>[^\W\d_]+(?: [^\W\d_]+){{0,5}}?)(?: (?:{_words(_CHANGE['between'])}))* $"
)
_PLAN = re.compile(
    rf" (?:so với |so |của |)(?P<phrase>(?:tổng |)(?:{_words(_BASE['plans'])})(?!\w)[^,;.():\n]{{0,50}}?){_STOP}"
)
_TERM = re.compile(
    rf" (?:so với |so |của |)(?P<phrase>(?:{_words(_BASE['terms'])})(?!\w)[^,;.():\n]{{0,40}}?){_STOP}"
)
_TIMES = re.compile(rf"(?: so với)? {_PHRASE}")
_BEFORE = re.compile(
    r"(?<!\w)so (?:với )?(?P<phrase>[^,;.():\n]{2,60}?)(?:,|(?= (?:tăng|giảm|đạt|vượt|bằng)(?!\w)))"
)
_REACH = 160


@dataclass(frozen=True)
class Comparison:
    """The direction of a difference, the span of what a figure is compared with, and whether that is a plan."""

    change: Change = None
    baseline: Span | None = None
    of_plan: bool = False


def compare_figures(source: Source, reads: list[Read]) -> list[Comparison]:
    """What each figure is compared with."""
    done: list[Comparison] = []
    for number, read in enumerate(reads):
        if "table_cell" in read.flags:
            done.append(Comparison())
            continue
        first, last = source.sentence(read.start)
        last = min(last, read.end + _REACH)
        if number + 1 < len(reads):
            last = max(read.end, min(last, _next_start(source, reads, number)))
        first = max(first, read.start - _REACH, reads[number - 1].end if number else 0)
        change = _change(source, read, first, last)
        baseline, plan = _baseline(source, read, change, first, last)
        if baseline is None and (level := _level(source, reads, number)):
            baseline = level
        done.append(Comparison(change, baseline, plan and change is None))
    return done


def _next_start(source: Source, reads: list[Read], number: int) -> int:
    """Where the next figure begins; one in brackets right behind is passed over (tăng 20 ha (5%) so với)."""
    following = reads[number + 1]
    if source.text[reads[number].end : following.start].strip() in ("(", "(+", "(tăng"):
        return reads[number + 2].start if number + 2 < len(reads) else len(source.text)
    return following.start


def _change(source: Source, read: Read, first: int, last: int) -> Change:
    before = source.lowered[max(first, read.start - _NEAR) : read.start]
    sign = source.text[read.start : read.start + 1]
    if _LEVEL.search(before):
        return None
    if (
        _FROM.search(before)
        and read.low is None
        and _TO_LEVEL.match(source.lowered, read.end, last + 60)
    ):
        return None
    if (over := _OVER.search(before)) and _named(over["phrase"]):
        return "up" if over["up"] else "down"
    for way, pattern in _TOLD.items():
        if pattern.search(before):
            return way  # type: ignore[return-value]
    if sign in "+-" and sign and before.rstrip(" ").endswith("("):
        return "up" if sign == "+" else "down"
    if before.endswith("(+"):
        return "up"
    return "down" if before.endswith("(-") else None


def _baseline(
    source: Source, read: Read, change: Change, first: int, last: int
) -> tuple[Span | None, bool]:
    text = source.lowered
    if (read.type == "percent" or change) and (found := _PLAN.match(text, read.end, last)):
        return _span(found), True
    if (read.type == "percent" or change) and (found := _TERM.match(text, read.end, last)):
        return _span(found), False
    if read.unit == "lần" and (found := _TIMES.match(text, read.end, last)):
        return _span(found), False
    if found := _INTRO.match(text, read.end, last):
        plan = read.type == "percent" and bool(
            re.match(rf"(?:{_words(_BASE['plans'])})(?!\w)", found["phrase"])
        )
        return _span(found), plan
    near = text[max(first, read.start - _NEAR) : read.start]
    if (over := _OVER.search(near)) and _named(over["phrase"]):
        start = read.start - len(near) + over.start("phrase")
        return (start, start + len(over["phrase"])), False
    if change or read.type == "percent" or read.unit == "lần":
        for found in _BEFORE.finditer(text, first, read.start):
            return _span(found), False
    return None, False


def _named(phrase: str) -> bool:
    """Whether words name something, and are not only how much: vượt ít nhất 3 %."""
    return not all(word in _ADVERBS for word in phrase.split())


_ADVERBS = frozenset(word for term in terms(_CHANGE["between"]) for word in term.split())


def _span(found: re.Match[str]) -> Span:
    start = found.start("phrase")
    return start, start + len(found["phrase"].rstrip())


_RISEN = re.compile(
    r"[^;.]{0,70}(?<!\w)(?:lên|xuống|còn)(?: (?:còn|mức|tới|đến|gần|hơn|trên|dưới|khoảng|chỉ còn))* ?"
)


def _level(source: Source, reads: list[Read], number: int) -> Span | None:
    """The level that a figure rose or fell from: từ 5,2% xuống 3,1%."""
    if not number:
        return None
    before, read = reads[number - 1], reads[number]
    if before.type != read.type or not _FROM.search(
        source.lowered, max(0, before.start - 4), before.start
    ):
        return None
    if not _RISEN.fullmatch(source.lowered, before.end, read.start):
        return None
    return before.start, before.end
