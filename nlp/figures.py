"""Reported figures of a text: where they stand, what they are worth and how they are qualified."""

import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from nlp.amounts import Read, read_amount
from nlp.masks import Mask
from nlp.nouns import noun_end
from nlp.source import Source
from nlp.tables import either, table
from text import LOWER

_SPELLED_HEADS = (*table("units")["words"], "mười", "nửa")
_QUALIFIERS: dict[str, str] = table("units")["qualifiers"]
_BEFORE = re.compile(
    rf"(?<!\w)({either(_QUALIFIERS)})\s(?:đạt |thực hiện |là |tới |khoảng )?(?:từ )?\(?$",
    re.IGNORECASE,
)
# A number may begin here: not inside a word, a bigger number, a date or a symbol.
_BEGIN = re.compile(
    rf"(?<![\w.,/+-])(?=[+-]?\d)|(?<=/)(?=\d)|(?<=[{LOWER},;][,;:/-])(?=\d)"
    rf"|(?<!\w)(?=(?:{'|'.join(_SPELLED_HEADS)})(?!\w))",
    re.IGNORECASE,
)
_STANDALONE = re.compile(
    r"(?P<number>\d{1,3}(?:\.\d{3})+|\d+)(?=\s?(?:[,;.)]|và\s|$|\n))(?![.,]\d)"
)
_MOSTLY = re.compile(r"^[^,;.]{0,40}? (trở lên|trở xuống)")
_EACH_BEFORE = re.compile(
    rf"(?:^|\W)[Mm]ỗi ({either(table('units')['rates']['long'])}|[{LOWER}]+)(?![{LOWER}])[^.;,:\d]{{0,45}}\(?$"
)
_EACH_AFTER = re.compile(rf"^(?: [{LOWER}]+){{0,3}} mỗi ([{LOWER}]+)")


@dataclass(frozen=True)
class Qualified:
    """A figure with its qualifier and how it is distributed."""

    read: Read
    qualifier: str


def find_figures(source: Source, mask: Mask) -> list[Qualified]:
    """Figures of running text in order; takes their letters from the mask."""
    found: list[Qualified] = []
    at = 0
    while begin := _BEGIN.search(source.text, at):
        at = begin.start() + 1
        if not mask.free(begin.start(), begin.start() + 1):
            continue
        read = read_amount(source.text, begin.start())
        if read is None or not mask.free(read.start, _core_end(source.text, read)):
            continue
        read = _trimmed(source.text, read, mask)
        if read is None:
            continue
        mask.take([(read.start, read.end)])
        found.append(_qualified(source, read))
        at = read.end
    return found


def _core_end(text: str, read: Read) -> int:
    """The end of number and unit head, which must be free; a noun may be cut where a name begins."""
    if read.type != "count" or read.noun is None:
        return read.end
    return read.end - len(text[read.start : read.end].split(read.noun, 1)[-1]) - len(read.noun) + 1


def _trimmed(text: str, read: Read, mask: Mask) -> Read | None:
    """The figure without the letters of its noun that belong to a name."""
    if mask.free(read.start, read.end):
        return read
    end = read.end
    while end > read.start and not mask.free(end - 1, end):
        end -= 1
    while end > read.start and not mask.free(read.start, end):
        end -= 1
    end = read.start + len(text[read.start : end].rstrip(" ,&"))
    noun = text[read.end - len(read.noun or "") : end] if read.noun and not read.per else None
    return replace(read, end=end, noun=noun) if noun else None


_REACH = 300  # letters on both sides in which words bear on a number
_NEAR, _EACH = 40, 90  # letters before it in which its qualifier stands, and "mỗi" with its noun


def _qualified(source: Source, read: Read) -> Qualified:
    start, end = source.sentence(read.start)
    before = source.text[max(start, read.start - _REACH) : read.start]
    after = source.text[read.end : min(end, read.end + _REACH)]
    word = _BEFORE.search(before[-_NEAR:])
    qualifier = _QUALIFIERS[word[1].lower()] if word else "exact"
    if mostly := _MOSTLY.match(after):
        qualifier = "at_least" if mostly[1] == "trở lên" else "at_most"
    if (
        read.low is None
        and qualifier == "exact"
        and re.search(r"(?i)giá[^,.;]{0,25} từ $", before[-_NEAR:])
    ):
        qualifier = "at_least"
    if before[-5:].lower() == "trên " and re.match(r"(?:địa bàn|tuyến|trục|mặt)", read.noun or ""):
        qualifier = "exact"
    if read.per is None:
        read = replace(read, per=_distributed(before, after))
    return Qualified(read, qualifier)


def _distributed(before: str, after: str) -> str | None:
    """The head noun of "mỗi suất … 500.000 đồng" or "60 khách mỗi ngày"."""
    found = _EACH_BEFORE.search(before[-_EACH:]) or _EACH_AFTER.match(after)
    return found[1].strip() if found else None


def find_elided(
    source: Source, mask: Mask, anchors: list[tuple[int, int]], figures: list[Qualified]
) -> list[Qualified]:
    """Bare numbers behind a place or body in a list: "xã A 15, xã B 20" after "xã … hộ"."""
    found: list[Qualified] = []
    for _, end in sorted(anchors):
        gap = re.compile(r"\s?[:(]?\s?").match(source.text, end)
        begin = gap.end() if gap else end
        number = _STANDALONE.match(source.text, begin)
        if not number or not mask.free(*number.span("number")):
            continue
        noun = _counted_before(figures, found, source.sentence(end)[0], end)
        read = read_amount(number["number"] + " hộ", 0) if noun else None
        if read is None:
            continue
        start, stop = number.span("number")
        mask.take([(start, stop)])
        read = replace(read, start=start, end=stop, noun=noun, flags=("elided_noun",))
        found.append(Qualified(read, "exact"))
    return found


def _counted_before(
    figures: list[Qualified], found: list[Qualified], start: int, end: int
) -> str | None:
    """What the last figure with a noun between two positions counts."""
    at = bisect_left(figures, end, key=lambda q: q.read.start)
    nearest = [q.read for q in found[-1:] if start <= q.read.start]
    while at and start <= figures[at - 1].read.start:
        at -= 1
        if figures[at].read.noun:
            nearest.append(figures[at].read)
            break
    return max(nearest, key=lambda r: r.start).noun if nearest else None


__all__ = ["Qualified", "find_elided", "find_figures", "noun_end"]
