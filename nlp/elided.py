"""Bare numbers whose noun or unit was said before: "23 con (Xím Vàng 14, Làng Sáng 9)"."""

import re
from bisect import bisect_left

from msgspec.structs import replace

from nlp.amounts import Read, read_amount
from nlp.figures import Qualified
from nlp.masks import Mask
from nlp.patterns import LEVELS
from nlp.source import Source

# A number behind a word, with nothing of its own behind it.
_BARE = re.compile(
    r"(?<=[^\W_])(?P<open>\s?[:(]\s?|\s)(?P<number>\d{1,3}(?:\.\d{3})+|\d+(?:,\d{1,2})?)(?![.,/%-]?\d)"
    r"(?=\s?(?:[,;.)]|và\s|còn\s|$|\n))"
)
# Words behind which the parts of what was counted are told, in the same sentence or in the next.
_PARTS = re.compile(
    r"(?i)(?:trong đó|trong số|bao gồm|gồm|cụ thể|theo từng|riêng|còn lại|nhiều nhất|[:(])"
)
_NEXT = re.compile(r"(?i)\s*(?:trong đó|trong số|bao gồm|gồm|cụ thể|theo từng)")


def find_elided(
    source: Source, mask: Mask, anchors: list[tuple[int, int]], figures: list[Qualified]
) -> list[Qualified]:
    """Bare numbers behind a place or body, in a list, or told as parts, of what was counted before them.

    Takes their letters from the mask.
    """
    ends = {end for _, end in anchors}
    starts = [q.read.start for q in figures]
    bare = [m for m in _BARE.finditer(source.text) if mask.free(*m.span("number"))]
    found: list[Qualified] = []
    for number in bare:
        before = _counted_before(source, figures, starts, number.start())
        model = _model(source.text, before, number, ends, bare)
        if model is None:
            continue
        read = read_amount(f"{number['number']} {model.noun or model.unit}", 0)
        if read is None or (number.start() not in ends and not _holds(before, read)):
            continue
        start, end = number.span("number")
        mask.take([(start, end)])
        part = replace(
            read, start=start, end=end, type=model.type, noun=model.noun, unit=model.unit
        )
        found.append(Qualified(replace(part, per=None, flags=("elided_noun",)), "exact"))
    return sorted([*found, *_totals(source, mask), *_joined(source, mask, figures)], key=_start)


def _start(qualified: Qualified) -> int:
    return qualified.read.start


# The noun before its number: tổng số đảng viên là 6.120.
_TOTAL = re.compile(
    r"(?i)(?:tổng số|số lượng) (?P<noun>[^\W\d_]+(?: [^\W\d_]+){0,4}?)(?: (?:là|đạt|lên|lên đến|còn|:|gồm)|:) "
    r"(?P<number>\d{1,3}(?:\.\d{3})+|\d+)(?=\s?(?:[,;.)(]|$|\n))(?![.,]\d)"
)


def _totals(source: Source, mask: Mask) -> list[Qualified]:
    """Numbers behind the noun that they count."""
    found = []
    for total in _TOTAL.finditer(source.text):
        start, end = total.span("number")
        read = read_amount(f"{total['number']} {total['noun']}", 0)
        if read is None or read.type != "count" or not mask.free(start, end):
            continue
        mask.take([(start, end)])
        part = replace(read, start=start, end=end, noun=total["noun"], flags=("elided_noun",))
        found.append(Qualified(part, "exact"))
    return found


_TURN = re.compile(r"lần lượt[^.;\n\d]{0,20}(?P<numbers>(?:\d[\d.]*(?:,\d+)?(?:, |,| và )){1,9})$")
_NUMBER = re.compile(r"\d[\d.]*(?:,\d+)?(?=, |,\d| và )")


def _joined(source: Source, mask: Mask, figures: list[Qualified]) -> list[Qualified]:
    """Numbers in turn before the one that names what all count: lần lượt là 12, 15 và 18 hộ."""
    found = []
    for last in (q.read for q in figures):
        begin = max(0, last.start - _LIST)
        turn = _TURN.search(source.text[begin : last.start])
        if turn is None or last.value is None:
            continue
        for number in _NUMBER.finditer(turn["numbers"]):
            start = begin + turn.start("numbers") + number.start()
            end = start + len(number[0])
            rest = source.text[last.start : last.end].lstrip("0123456789.,")
            read = read_amount(number[0] + rest, 0)
            if read is not None and mask.free(start, end):
                mask.take([(start, end)])
                part = replace(read, start=start, end=end, flags=("shared_unit",))
                found.append(Qualified(part, "exact"))
    return found


def _counted_before(
    source: Source, figures: list[Qualified], starts: list[int], at: int
) -> list[Read]:
    """The counts and measures before a position in its sentence, or in the one whose parts it tells."""
    begin, _ = source.sentence(at)
    if begin and _NEXT.match(source.text, begin):
        begin, _ = source.sentence(max(0, begin - 2))
    begin = max(begin, at - _REACH)
    reads = (figures[n].read for n in range(bisect_left(starts, begin), bisect_left(starts, at)))
    return [r for r in reads if r.type in ("count", "measure") and "table_cell" not in r.flags]


def _model(
    text: str, before: list[Read], number: re.Match[str], ends: set[int], bare: list[re.Match[str]]
) -> Read | None:
    """The figure whose noun or unit a bare number shares: that which its label names, else the last."""
    if not before:
        return None
    label = _LABEL.search(text, before[-1].end, number.start())
    head = label[1] if label else ""
    named = [r for r in before if head and (r.noun or "").split(" ")[0] == head]
    if named or (head.islower() and before[-1].type == "measure" and not LEVELS.match(head)):
        return named[-1] if named else None
    mixed = len({r.unit or "" for r in before}) > 1
    if number.start() in ends:
        return before[-1]
    if text[number.start() - 1].isdecimal():
        return None
    between = text[before[-1].end : number.start()]
    return (
        before[-1]
        if not mixed and (_PARTS.search(between) or _listed(text, number, bare))
        else None
    )


def _holds(before: list[Read], part: Read) -> bool:
    """Whether one of the figures is great enough to have this one as its part."""
    most = max((r.total or r.value or r.high or 0 for r in before), default=0)
    return part.value is not None and part.value <= most


def _listed(text: str, number: re.Match[str], bare: list[re.Match[str]]) -> bool:
    """Whether another bare number stands near in the same line."""
    at = bare.index(number)
    pairs = [(a, b) for a, b in ((at - 1, at), (at, at + 1)) if a >= 0 and b < len(bare)]
    gaps = [text[bare[a].end() : bare[b].start()] for a, b in pairs]
    return any(len(gap) < _LIST and not re.search(r"[.\n]", gap) for gap in gaps)


# The first word of what stands before a bare number, behind the comma or the words that tell of parts.
_LABEL = re.compile(rf"(?:{_PARTS.pattern[4:]}|[,;])?\s*([^\W\d_]+)[^,;:()\n]*$")
_REACH = 600  # letters before a bare number in which it was said what is counted
_LIST = 60  # letters between numbers of one list
