"""Check that every row leads back to its record and says what the record says."""

from collections.abc import Iterator

import msgspec

from crawler import extractor_version
from model.records import Finding
from pipeline.reading import annotation_version, edition_annotations, try_reading
from pipeline.workshop import TOLD_EVERY, Progress, Workshop, many
from storage import captures, checks, schema
from storage.annotations import annotation_rows
from storage.database import Session, look
from storage.editions import article_key, attachment_rows, edition_row
from storage.index_checks import check_index


def verify(shop: Workshop, say: Progress) -> Iterator[Finding]:
    """Everything that is wrong: records against files, rows against records, index, journal.

    What waits to be read, or was read by another version, could not be checked and is a finding too.
    Changes nothing, and no row, whatever stands in it, keeps the others from being checked.
    """
    yield from _check_captures(shop, say)
    yield from _guarded("archive", checks.check_files(shop.engine, shop.config.archive))
    yield from _check_editions(shop, say)
    with look(shop.engine) as session:
        for name, found in checks.whole_checks(session):
            yield from _guarded(name, found)
    for index in (shop.index, shop.figure_index):
        yield from _guarded(index.name, check_index(index))


def _guarded(name: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings of a check, and one more where it breaks on what a row holds."""
    try:
        yield from findings
    except Exception as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        yield Finding(what=name, problem=f"can't be checked, a row holds what can't be: {told}")


def _check_captures(shop: Workshop, say: Progress) -> Iterator[Finding]:
    """Every capture: its bytes, its record, its row, and what it was read as."""
    ids = checks.capture_ids(shop.engine)
    for number, capture_id in enumerate(ids, 1):
        with look(shop.engine) as session:
            article = checks.article_of(session, capture_id)
            for finding in _guarded(
                f"capture {capture_id}", _check_capture(shop, session, capture_id)
            ):
                known = finding.article_id or article
                yield msgspec.structs.replace(finding, article_id=known)
        if number % TOLD_EVERY == 0 or number == len(ids):
            say(f"{number} of {many(len(ids), 'capture')} checked")


def _check_capture(shop: Workshop, session: Session, capture_id: str) -> Iterator[Finding]:
    capture = session.get_one(schema.Capture, capture_id)
    exchange, problem = checks.check_record(shop.config.archive, capture)
    if problem:
        yield checks.about_capture(session, capture, problem)
    if not exchange or capture.state == "kept" or capture.status in captures.GONE:
        return
    if capture.state not in ("read", "failed", "gone"):
        yield checks.about_capture(session, capture, f"not checked: its state is {capture.state!r}")
    elif capture.read_by != extractor_version():
        why = "not checked: read by another version; the next crawl or rebuild reads it anew"
        if checks.is_founding(session, capture) or capture.state != "read":
            yield checks.about_capture(session, capture, why)
    else:
        yield from _check_reading(shop, session, capture)


def _check_reading(shop: Workshop, session: Session, capture: schema.Capture) -> Iterator[Finding]:
    article, why = try_reading(shop, capture)
    if article is None:
        if capture.state == "read" or capture.error != why:
            yield checks.about_capture(session, capture, f"can't be read: {why}")
        return
    if capture.state != "read" or article_key(article, capture.portal) != capture.article_id:
        yield checks.about_capture(session, capture, "reads otherwise than its row says")
        return
    edition = session.get(schema.Edition, capture.edition_id or "")
    if edition is None:
        return  # told with the rows that hang on nothing
    other = edition.text != article.text and checks.has_text(session, capture, article.text)
    if edition.article_id != capture.article_id or other:
        yield checks.about_capture(session, capture, "was read as another edition")
    if edition.capture_id == capture.id:
        if wrong := checks.differing(edition, edition_row(capture, article)):
            problem = f"edition {edition.id} differs from its capture in {', '.join(wrong)}"
            yield checks.about_capture(session, capture, problem)
        rows = {schema.Attachment: attachment_rows(edition.id, article)}
        yield from checks.check_readings(session, edition, rows)


def _check_editions(shop: Workshop, say: Progress) -> Iterator[Finding]:
    """Every edition: its founding capture, and its mentions, figures, times and offices."""
    ids = checks.edition_ids(shop.engine)
    for number, edition_id in enumerate(ids, 1):
        with look(shop.engine) as session:
            yield from _guarded(f"edition {edition_id}", _check_edition(session, edition_id))
        if number % TOLD_EVERY == 0 or number == len(ids):
            say(f"{number} of {many(len(ids), 'edition')} checked")


def _check_edition(session: Session, edition_id: str) -> Iterator[Finding]:
    edition = session.get_one(schema.Edition, edition_id)
    yield from checks.check_founding(session, edition)
    portal, read = edition_annotations(session, edition)
    if edition.annotated_by == annotation_version(portal.place):
        rows = annotation_rows(edition, portal.slug, read)
        yield from checks.check_readings(session, edition, rows)
    else:
        why = "not checked: annotated by another version; the next crawl or rebuild reads it anew"
        yield checks.about_article(session, edition.article_id, f"edition {edition.id}", why)
