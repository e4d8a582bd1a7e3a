"""What a figure means: what it measures, its period and place, what it is compared with and a part of."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from model.records import Evidence, Figure, TableLabels
from nlp.about import Around, find_abouts
from nlp.aims import aim_of
from nlp.columns import column_aim, column_comparison
from nlp.compared import compare_figures
from nlp.figures import Qualified
from nlp.moments import find_moments
from nlp.parts import add_up, find_wholes
from nlp.periods import Periods
from nlp.repeats import find_repeats
from nlp.source import Source
from nlp.times import Found

Span = tuple[int, int]


@dataclass(frozen=True)
class Context:
    """What is known of a bulletin beside its figures: spans and kinds of its mentions, sections and day."""

    source: Source
    mentions: list[tuple[int, int, str]]
    sections: dict[str, Span]
    published: date | None


def give_meaning(context: Context, figures: list[Qualified], times: list[Found]) -> list[Figure]:
    """The figures with what the words around them say; unknown stays null."""
    reads = [q.read for q in figures]
    source = context.source
    moments = find_moments(source, times, context.published)
    compared = [
        column_comparison(q.cell) if q.cell else c
        for q, c in zip(figures, compare_figures(source, reads), strict=True)
    ]
    changes = [c.change for c in compared]
    baselines = sorted(c.baseline for c in compared if c.baseline)
    moments = [m for m in moments if not _inside((m.start, m.end), baselines)]
    wholes = find_wholes(source, reads, changes)
    named = [(m[0], m[1]) for m in context.mentions]
    closed = sorted([*named, *((m.start, m.end) for m in moments)])
    abouts = find_abouts(Around(source, closed), reads, wholes, compared)
    aims = [
        column_aim(q.cell) if q.cell else aim_of(source, reads, n, compared[n].of_plan)
        for n, q in enumerate(figures)
    ]
    periods = Periods(source, moments, context.sections, context.published)
    places = Places(source, context.mentions)
    starts = [r.start for r in reads]
    told = [periods.period_of(read, aim, starts) for read, aim in zip(reads, aims, strict=True)]
    repeats = find_repeats(figures, context.sections)
    sums = add_up(reads, wholes)
    done = []
    for n, qualified in enumerate(figures):
        cell, late = qualified.cell, repeats.get(n)
        own = told[n] and told[n].source != "document"  # type: ignore[union-attr]
        notes = [*([sums[n]] if n in sums else []), *(["repeat"] if late is not None else [])]
        meaning = {
            "about": _evidence(source, cell.row_span if cell else abouts[n]),
            "period": told[n] if own or late is None else told[late],
            "change": changes[n],
            "baseline": _evidence(source, compared[n].baseline),
            "of_plan": compared[n].of_plan,
            "aim": aims[n],
            "part_of": wholes[n],
            "place": places.place_of(reads[n].start, reads[n].end, starts),
            "cell": TableLabels(row=cell.row, column=cell.column) if cell else None,
            "flags": [*reads[n].flags, *notes],
        }
        done.append(_figure(context, qualified, meaning))
    return done


def _figure(context: Context, qualified: Qualified, meaning: dict[str, Any]) -> Figure:
    read = qualified.read
    start, end = context.source.span(read.start, read.end)
    return Figure(
        type=read.type,  # type: ignore[arg-type]
        start=start,
        end=end,
        text=context.source.raw[start:end],
        value=_plain(read.value),
        low=_plain(read.low),
        high=_plain(read.high),
        total=_plain(read.total),
        qualifier=qualified.qualifier,  # type: ignore[arg-type]
        currency=read.unit if read.type == "money" and read.unit else UNSET,
        unit=read.unit if read.type in ("measure", "percent") else None,
        noun=read.noun,
        per=read.per,
        **meaning,
    )


def _inside(span: Span, spans: list[Span]) -> bool:
    after = bisect_left(spans, span[1], key=lambda s: s[0])
    return any(
        start <= span[0] and span[1] <= end for start, end in spans[max(0, after - 2) : after]
    )


def _plain(value: Decimal | None) -> Decimal | None:
    """The same number in plain digits: scaling by powers of ten must not leave an exponent."""
    return None if value is None else Decimal(format(value, "f"))


def _evidence(source: Source, span: Span | None) -> Evidence | None:
    if span is None:
        return None
    start, end = source.span(*span)
    return Evidence(start=start, end=end, text=source.raw[start:end])


class Places:
    """The place mentions of a text, and which of them a figure is told of."""

    def __init__(self, source: Source, mentions: list[tuple[int, int, str]]) -> None:
        self.source = source
        self.numbers = [n for n, m in enumerate(mentions) if m[2] == "place"]
        self.spans = [mentions[n][:2] for n in self.numbers]
        self.starts = [start for start, _ in self.spans]

    def place_of(self, start: int, end: int, others: list[int]) -> int | None:
        """The number of the mention: behind ở, tại or của in the same run of words, else the last before it."""
        first, last = self.source.sentence(start)
        after = bisect_left(self.starts, end)
        if after < len(self.spans) and self.starts[after] < min(last, end + _NEAR):
            between = self.source.lowered[end : self.starts[after]]
            following = bisect_left(others, end)
            free = following == len(others) or others[following] > self.starts[after]
            if free and _AT.fullmatch(between):
                return self.numbers[after]
        before = after - 1
        while before >= 0 and self.starts[before] >= start:
            before -= 1
        if before < 0 or self.starts[before] < max(first, start - _FAR):
            return None
        if re.search(r"[;\n]", self.source.text[self.spans[before][1] : start]):
            return None
        while before > 0 and self._chained(before):
            before -= 1
        return self.numbers[before]

    def _chained(self, number: int) -> bool:
        """Whether a place is told to hold the one before it: thôn 5, xã Gia Thịnh."""
        return self.source.text[self.spans[number - 1][1] : self.starts[number]] == ", "


_NEAR, _FAR = 100, 600  # letters behind and before a figure within which its place is told
_AT = re.compile(
    r"[^,;:.()\n]{0,60}(?<!\w)(?:ở|tại|của|thuộc|trên địa bàn|về)(?: [^\W\d_,]+){0,2} ?"
)
