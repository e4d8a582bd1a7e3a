"""From a text to its annotations: mentions, figures and times with offsets into that text."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from model.errors import InputError
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
    Table,
    Time,
)
from model.versions import version_of
from nlp.captions import caption_cells
from nlp.casing import set_case
from nlp.codes import NOTHING, Coded, Coder
from nlp.elided import find_elided
from nlp.entities import walk_text
from nlp.figures import Qualified, find_figures
from nlp.fullnames import FullNames
from nlp.gazetteer import Gazetteer, portal_gazetteer
from nlp.grids import Covered, line_grids, table_grids
from nlp.leftover import ask_stock
from nlp.masks import Mask, find_documents, find_traps
from nlp.meaning import Context, give_meaning
from nlp.source import Source, read_source
from nlp.spots import Spot
from nlp.tabular import grid_cells
from nlp.times import Found, find_times
from text import first_tones, nfc, read_date


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
    published = _published(document.published)
    day = published.isoformat() if published else None
    gazetteer = portal_gazetteer(document.place, day)
    calm, written = _calmed(source, sections.get("byline"), gazetteer)

    prose, byline = _parts(calm.text, sections)
    numbers = find_documents(calm.text)
    spots, closed = walk_text(calm.text, gazetteer, prose, byline)
    taken = [*((s.start, s.end) for s in spots), *closed]
    spots = sorted([*spots, *ask_stock(calm, taken, prose)], key=lambda s: s.start)
    mask = Mask(len(calm.text))
    mask.take(_outside(len(calm.text), prose))
    mask.take(numbers)
    mask.take([(s.start, s.end) for s in spots])
    times = find_times(written, published, mask)
    figures = read_figures(written, mask, spots, document.tables)

    places = [(s.start, s.end) for s in spots if s.kind == "place"]
    codes = Coder(calm.text, gazetteer, day).code_places(places)
    coded = dict(zip(places, codes, strict=True))
    names = FullNames(calm.text, gazetteer, spots)
    spots = _spell_holders(source, spots)
    mentions = [_mention(source, s, names, coded.get((s.start, s.end), NOTHING)) for s in spots]
    told = [span for span in numbers if _inside(span, prose)]
    mentions += [_document(source, *span) for span in told]
    named = [*((s.start, s.end, s.kind) for s in spots), *((*span, "document") for span in told)]
    context = Context(written, sorted(named, key=lambda m: m[:2]), sections, published)
    return Annotations(
        id=document.id,
        mentions=sorted(mentions, key=lambda m: (m.start, m.end)),
        figures=give_meaning(context, figures, times),
        times=[_time(source, found) for found in times],
    )


def _calmed(source: Source, byline: Span | None, gazetteer: Gazetteer) -> tuple[Source, Source]:
    """The text in usual case with tones in one place, as names are told, and with tones as written, as nouns are."""
    toned = first_tones(source.text)
    calm = replace(source, text=set_case(toned, byline, gazetteer))
    if toned == source.text:
        return calm, calm
    return calm, replace(source, text=_recased(source.text, calm.text))


def _recased(text: str, like: str) -> str:
    """A text with the case of another of the same letters, whose tones were moved: nouns are told as written."""
    return "".join(
        a.lower() if b.islower() else a.upper() if b.isupper() else a
        for a, b in zip(text, like, strict=True)
    )


def read_figures(
    source: Source, mask: Mask, spots: list[Spot], tables: list[Table]
) -> list[Qualified]:
    """The figures of a text in order, of tables first; takes their letters from the mask."""
    grids = table_grids(source, tables)
    taken = [(source.place(t.start), source.place(t.end)) for t in tables]
    grids += line_grids(source, Covered(taken))
    told = [cell for grid in grids for cell in grid_cells(source, mask, grid)]
    rows = [(b.start, b.end) for grid in grids for row in grid.rows for b in row if b]
    told += caption_cells(source, mask, Covered([*taken, *rows]))
    cells = [Qualified(cell.read, "exact", cell) for cell in told]
    mask.take(find_traps(source, mask))
    running = find_figures(source, mask)
    anchors = [(s.start, s.end) for s in spots if s.kind in ("place", "organisation")]
    elided = find_elided(source, mask, anchors, running)
    return sorted([*cells, *running, *elided], key=lambda q: q.read.start)


def _published(written: str | None) -> date | None:
    """The day of publication; raises InputError where it is written, but not as a date."""
    read = read_date(written) if written else None
    if written and read is None:
        raise InputError(f"published: {written!r} is no date")
    return read.day if read else None


_BYLINE = re.compile(r"\n\n([^\n]{2,60})\s*$")


def _parts(text: str, sections: dict[str, Span]) -> tuple[list[Span], Span | None]:
    """The spans of prose and the span of the byline; without sections a short last line is one."""
    if sections:
        byline = sections.get("byline")
        prose = [span for name, span in sections.items() if name not in ("byline", "dateline")]
        return _united(prose), byline if byline and byline[0] < byline[1] else None
    last = _BYLINE.search(text)
    if (
        last
        and not re.search(r"[.!?:;]\s*$|\d", last[1])
        and len(last[1].split()) <= 10
        and last[1][0].isupper()
    ):
        return [(0, last.start())], last.span(1)
    return [(0, len(text))], None


def _united(spans: list[Span]) -> list[Span]:
    """The spans in order, those that overlap as one."""
    done: list[Span] = []
    for start, end in sorted(spans):
        if done and start < done[-1][1]:
            done[-1] = (done[-1][0], max(end, done[-1][1]))
        elif start < end:
            done.append((start, end))
    return done


def _outside(length: int, spans: list[Span]) -> list[Span]:
    edges = [0, *(edge for span in spans for edge in span), length]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def _inside(span: Span, spans: list[Span]) -> bool:
    return any(a <= span[0] and span[1] <= b for a, b in spans)


def _document(source: Source, start: int, end: int) -> DocumentNumber:
    begin, stop = source.span(start, end)
    return DocumentNumber(start=begin, end=stop, text=source.raw[begin:stop])


def _spell_holders(source: Source, spots: list[Spot]) -> list[Spot]:
    """The offices with their holders' names as the text spells them."""
    spelled: dict[str, str] = {}
    for spot in spots:
        if spot.kind == "person":
            spelled.setdefault(spot.name, _spelled(source, spot))
    return [
        replace(s, holders=tuple(spelled.get(h, h) for h in s.holders)) if s.holders else s
        for s in spots
    ]


def _spelled(source: Source, spot: Spot) -> str:
    """A name as the text spells it, composed and with plain blanks."""
    start, end = source.span(spot.start, spot.end)
    return " ".join(nfc(source.raw[start:end]).split())


def _mention(source: Source, spot: Spot, names: FullNames, coded: Coded) -> Mention:
    start, end = source.span(spot.start, spot.end)
    text = source.raw[start:end]
    if spot.kind == "person":
        return Person(start=start, end=end, text=text, name=_spelled(source, names.person(spot)))
    if spot.kind == "role":
        status = {"new": "new", "former": "former"}.get(spot.status or "")
        return Role(start=start, end=end, text=text, holders=list(spot.holders), status=status)  # type: ignore[arg-type]
    if spot.kind == "organisation":
        return Organisation(start=start, end=end, text=text, name=names.body(spot))
    return Place(start=start, end=end, text=text, code=coded.code, now=list(coded.now))


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
