"""From a text to its annotations: mentions, figures and times with offsets into that text."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from model.records import (
    Annotations,
    Document,
    DocumentNumber,
    Figure,
    Mention,
    Organisation,
    Person,
    Place,
    Role,
    Time,
)
from model.versions import version_of
from nlp.entities import Spot, walk_text
from nlp.figures import Qualified, find_elided, find_figures
from nlp.gazetteer import Gazetteer, province_code, read_gazetteer, split_level
from nlp.headline import calm_headlines
from nlp.leftover import ask_stock
from nlp.masks import Mask, find_documents, find_traps
from nlp.meaning import give_meaning
from nlp.source import Source, read_source
from nlp.tabular import find_cells
from nlp.times import Found, find_times
from text import nfc, write_out


@cache
def reader_version() -> str:
    """The version of what is read out of a text: of this package, of `text` and of underthesea."""
    here = Path(__file__).parent
    return version_of([here, here.parent / "text"], ["underthesea"])


Span = tuple[int, int]


def annotate(document: Document) -> Annotations:
    """The annotations of a document; the same input and version give the same bytes."""
    source = read_source(document.text)
    sections = {k: (source.place(a), source.place(b)) for k, (a, b) in document.sections.items()}
    gazetteer = read_gazetteer(nfc(document.place) if document.place else None)
    calm = replace(source, text=calm_headlines(source.text, sections.get("byline"), gazetteer))
    published = _published(document.published)

    prose, byline = _parts(calm.text, sections)
    numbers = find_documents(calm.text)
    spots = walk_text(calm.text, gazetteer, prose, byline)
    spots = sorted([*spots, *ask_stock(calm, spots, prose)], key=lambda s: s.start)
    mask = Mask(len(calm.text))
    mask.take(_outside(len(calm.text), prose))
    mask.take(numbers)
    mask.take([(s.start, s.end) for s in spots])
    times = find_times(calm, published, mask)
    figures = _figures(calm, mask, spots)

    mentions = [_mention(source, s, gazetteer, document.published) for s in spots]
    mentions += [_document(source, *span) for span in numbers if _inside(span, prose)]
    return Annotations(
        id=document.id,
        mentions=sorted(mentions, key=lambda m: (m.start, m.end)),
        figures=give_meaning(calm, figures, times),
        times=[_time(source, found) for found in times],
    )


def _figures(source: Source, mask: Mask, spots: list[Spot]) -> list[Qualified]:
    cells = find_cells(source, mask)
    mask.take(find_traps(source.text))
    running = find_figures(source, mask)
    anchors = [(s.start, s.end) for s in spots if s.kind in ("place", "organisation")]
    elided = find_elided(source, mask, anchors, running)
    return sorted([*cells, *running, *elided], key=lambda q: q.read.start)


def _published(written: str | None) -> date | None:
    return date.fromisoformat(written[:10]) if written else None


_BYLINE = re.compile(r"\n\n([^\n]{2,60})\s*$")


def _parts(text: str, sections: dict[str, Span]) -> tuple[list[Span], Span | None]:
    """The spans of prose and the span of the byline; without sections a short last line is one."""
    if sections:
        byline = sections.get("byline")
        prose = [span for name, span in sections.items() if name not in ("byline", "dateline")]
        return sorted(prose), byline if byline and byline[0] < byline[1] else None
    last = _BYLINE.search(text)
    if (
        last
        and not re.search(r"[.!?:;]\s*$|\d", last[1])
        and len(last[1].split()) <= 10
        and last[1][0].isupper()
    ):
        return [(0, last.start())], last.span(1)
    return [(0, len(text))], None


def _outside(length: int, spans: list[Span]) -> list[Span]:
    edges = [0, *(edge for span in spans for edge in span), length]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def _inside(span: Span, spans: list[Span]) -> bool:
    return any(a <= span[0] and span[1] <= b for a, b in spans)


def _document(source: Source, start: int, end: int) -> DocumentNumber:
    begin, stop = source.span(start, end)
    return DocumentNumber(start=begin, end=stop, text=source.raw[begin:stop])


def _mention(source: Source, spot: Spot, gazetteer: Gazetteer, published: str | None) -> Mention:
    start, end = source.span(spot.start, spot.end)
    text = source.raw[start:end]
    composed = " ".join(nfc(text).split())
    if spot.kind == "person":
        return Person(start=start, end=end, text=text, name=composed)
    if spot.kind == "role":
        status = {"new": "new", "former": "former"}.get(spot.status or "")
        return Role(start=start, end=end, text=text, holders=list(spot.holders), status=status)  # type: ignore[arg-type]
    if spot.kind == "organisation":
        return Organisation(start=start, end=end, text=text, name=_full_name(composed, gazetteer))
    level, bare = split_level(composed)
    code: str | None = None
    today: tuple[str, ...] = ()
    if level in (None, "tỉnh", "thành phố"):
        code, today = province_code(bare, published)
    return Place(start=start, end=end, text=text, code=code, now=list(today))


def _full_name(name: str, gazetteer: Gazetteer) -> str:
    """The name with abbreviations written out and a bare level given the portal's own unit."""
    full = write_out(name)
    for level in ("huyện", "xã", "tỉnh", "thị xã", "thành phố", "quận", "phường", "thị trấn"):
        if full.endswith(" " + level) and (own := gazetteer.complete(level)):
            return f"{full} {own}"
    return full


def _time(source: Source, found: Found) -> Time:
    start, end = source.span(found.start, found.end)
    return Time(
        type="date" if found.kind == "date" else "period",
        start=start,
        end=end,
        text=source.raw[start:end],
        from_=found.first.isoformat(),
        to=found.last.isoformat(),
        certainty="printed" if found.certainty == "printed" else "resolved",
    )


__all__ = ["Figure", "annotate", "reader_version"]
