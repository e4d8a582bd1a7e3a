"""Read what is due: captures as articles, editions as annotations."""

from collections.abc import Sequence
from typing import Any

import msgspec

from crawler import extractor_version, read_page
from model.errors import ArchiveError, ExtractError
from model.records import Article, Document
from nlp import annotate, compare_figures, home_provinces, read_sightings, reader_version
from pipeline.revisits import recheck_after
from pipeline.workshop import TOLD_EVERY, Progress, Tally, Workshop, many
from storage import (
    annotations,
    captures,
    editions,
    identity,
    pages,
    queries,
    reposts,
    schema,
    warc,
)
from storage.database import Session, begin, look
from storage.ids import derive_id

_AT_ONCE = 20  # editions that are stored in one transaction; what a kill costs
RUBRIC = "list: "
MISSING = "gone: "  # how the error of a page begins that says in words that it is no more


def read_due(shop: Workshop, tally: Tally, say: Progress) -> Tally:
    """Read every capture that waits, annotate every edition that waits, bring the index up."""
    captures.ask_again(shop.engine, extractor_version())
    waiting = captures.unread_captures(shop.engine)
    for number, capture_id in enumerate(waiting, 1):
        read_capture(shop, capture_id, tally, say)
        if number % TOLD_EVERY == 0:
            say(f"{number} of {len(waiting)} pages read")
    if vanished := editions.mark_vanished(shop.engine):
        say(f"{many(vanished, 'article')} vanished from the portal")
    annotate_due(shop, say)
    reposts.link_reposts(shop.engine)
    captures.end_rereading(shop.engine)
    shop.catch_up()
    return tally


def read_capture(shop: Workshop, capture_id: str, tally: Tally, say: Progress) -> None:
    """Read one capture as an article; what can't be read is noted with the reason."""
    aside = False
    with begin(shop.engine) as session:
        capture = session.get(schema.Capture, capture_id, with_for_update=True)
        if capture is None or capture.state != "due":
            return  # another process was faster
        name = tally.names.get(capture.url, capture.url)
        article, why = try_reading(shop, capture)
        if article is None:
            capture.read_by = extractor_version()
            capture.state, capture.error = ("gone" if why.startswith(MISSING) else "failed"), why
            aside = why.startswith(RUBRIC) and pages.put_aside(session, capture)
            new = had = None
        else:
            had = session.get(schema.Article, editions.article_key(article, capture.portal))
            new = editions.save_reading(session, capture, article, extractor_version())
            pages.note_published(session, capture, article.published, recheck_after)
        gone = capture.state == "gone" and capture.kind == "article"
    if new is None and (gone or aside):
        return  # told with the articles that vanished, or no loss
    if new is None:
        tally.failed.append(f"{name}: {why}")
        say(tally.failed[-1])
        return
    tally.known += not new
    tally.edited += new and had is not None
    tally.new += new and had is None


def try_reading(shop: Workshop, capture: schema.Capture) -> tuple[Article | None, str]:
    """The article of a capture, or why there is none; no page, whatever is in it, stops the others."""
    try:
        return capture_article(shop, capture), ""
    except ExtractError as error:
        return None, f"{MISSING if error.kind == 'missing' else error.kind + ': '}{error}"
    except ArchiveError as error:
        return None, str(error)
    except Exception as error:
        return (
            None,
            f"could not be read: {' '.join(f'{type(error).__name__}: {error}'.split())[:200]}",
        )


def capture_article(shop: Workshop, capture: schema.Capture) -> Article:
    """The article of a capture, read from the archive; raises ExtractError or ArchiveError."""
    exchange = warc.read_exchange(shop.config.archive, captures.place_of(capture))
    raw = warc.raw_page(exchange)
    portal = shop.portals.get(capture.portal)
    own = "" if raw.url.startswith("urn:") else raw.url
    return read_page(
        msgspec.structs.replace(
            raw, url=own, portal=capture.portal, dialect=portal.dialect if portal else None
        )
    )


def annotate_due(shop: Workshop, say: Progress) -> int:
    """Annotate every edition that this version of the reader has not read; returns how many."""
    places = queries.portal_places(shop.engine)
    captures.note_provinces(
        shop.engine, {slug: home_provinces(place) for slug, place in places.items()}
    )
    versions = {slug: annotation_version(place) for slug, place in places.items()}
    waiting = editions.stale_editions(shop.engine, versions)
    for at in range(0, len(waiting), _AT_ONCE):
        lot = waiting[at : at + _AT_ONCE]
        _annotate_lot(shop, lot, versions, say)
        done = at + len(lot)
        if done // TOLD_EVERY > at // TOLD_EVERY or done == len(waiting):
            say(f"{done} of {many(len(waiting), 'bulletin')} annotated")
    identity.link_people(shop.engine)
    return len(waiting)


def _annotate_lot(
    shop: Workshop, lot: Sequence[str], versions: dict[str, str], say: Progress
) -> None:
    """Annotate a few editions and store them together; one that can't be keeps no other back."""
    read = {}
    for edition_id in lot:
        try:
            with look(shop.engine) as session:
                edition = session.get_one(schema.Edition, edition_id)
                portal, found = edition_annotations(session, edition)
                read[edition_id] = (edition.text, found, versions[portal.slug])
        except Exception as error:
            _tell_edition(edition_id, error, say)
    try:
        _store_read(shop, read)
    except Exception:
        for edition_id, one in read.items():
            try:
                _store_read(shop, {edition_id: one})
            except Exception as error:
                _tell_edition(edition_id, error, say)


def _tell_edition(edition_id: str, error: Exception, say: Progress) -> None:
    told = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    say(f"edition {edition_id}: could not be annotated: {told}")


def _store_read(shop: Workshop, read: dict[str, tuple[str, annotations.Read, str]]) -> None:
    """Store what was read out of editions whose text is still the same; nothing was locked meanwhile."""
    if not read:
        return
    with begin(shop.engine) as session:
        work = [
            (edition, read[edition.id][1], read[edition.id][2])
            for edition in editions.locked_editions(session, read)
            if edition.text == read[edition.id][0]
        ]
        if work:
            annotations.save_annotations(session, work)


def annotation_version(place: str | None) -> str:
    """The version of the reader for a portal: its place is part of what bodies and places mean."""
    return f"{reader_version()}.{derive_id('place', place or '')[:6]}"


def edition_annotations(
    session: Session, edition: schema.Edition
) -> tuple[schema.Portal, annotations.Read]:
    """What the reader makes of an edition, and the portal that it stands on."""
    article = session.get_one(schema.Article, edition.article_id)
    portal = session.get_one(schema.Portal, article.portal)
    reading: dict[str, Any] = edition.reading
    document = msgspec.convert(
        {"id": edition.id, "text": edition.text, "published": edition.published, "place": portal.place,
         "sections": reading["sections"], "tables": reading["tables"]},
        Document,
    )  # fmt: skip
    read = annotate(document)
    return portal, (read, read_sightings(document, read), compare_figures(document, read))
