"""Check that every row leads back to its record and says what the record says."""

from collections.abc import Iterator

from crawler import extractor_version
from model.errors import ArchiveError, ExtractError
from model.records import Finding
from pipeline.reading import annotation_version, capture_article, edition_annotations
from pipeline.workshop import TOLD_EVERY, Progress, Workshop
from storage import checks, schema
from storage.annotations import annotation_rows
from storage.database import Session, look
from storage.editions import article_key, attachment_rows, edition_row


def verify(shop: Workshop, say: Progress) -> Iterator[Finding]:
    """Everything that is wrong: records against files, rows against records, index, journal.

    What another version of a reader read, or what waits to be read, is told as progress and is no
    finding. Changes nothing.
    """
    yield from _check_captures(shop, say)
    yield from checks.check_files(shop.engine, shop.config.archive)
    yield from _check_editions(shop, say)
    with look(shop.engine) as session:
        yield from checks.check_rows(session)
        yield from checks.check_articles(session)
        yield from checks.check_journal(session)
        yield from checks.check_index(session, shop.index)


def _check_captures(shop: Workshop, say: Progress) -> Iterator[Finding]:
    """Every capture: its bytes, its record, its row, and what it was read as."""
    ids = checks.capture_ids(shop.engine)
    waiting = 0
    with look(shop.engine) as session:
        for number, capture_id in enumerate(ids, 1):
            capture = session.get_one(schema.Capture, capture_id)
            exchange, problem = checks.check_record(shop.config.archive, capture)
            if problem:
                yield checks.about_capture(session, capture, problem)
            if exchange and capture.state == "read":
                if capture.read_by == extractor_version():
                    yield from _check_reading(shop, session, capture)
                else:
                    waiting += 1
            waiting += capture.state == "due"
            if number % TOLD_EVERY == 0 or number == len(ids):
                say(f"{number} of {len(ids)} captures checked")
            session.expunge_all()
    if waiting:
        say(f"{waiting} captures wait to be read, or were read by another version")


def _check_reading(shop: Workshop, session: Session, capture: schema.Capture) -> Iterator[Finding]:
    try:
        article = capture_article(shop, capture)
    except (ArchiveError, ExtractError) as error:
        yield checks.about_capture(session, capture, f"can't be read any more: {error}")
        return
    if article_key(article, capture.portal) != capture.article_id:
        yield checks.about_capture(session, capture, "was read as another article")
        return
    edition = session.get(schema.Edition, capture.edition_id or "")
    if edition is None:
        return  # told with the rows that hang on nothing
    if edition.article_id != capture.article_id or (
        edition.text != article.text and checks.has_text(session, capture, article.text)
    ):
        yield checks.about_capture(session, capture, "was read as another edition")
    if edition.capture_id == capture.id:
        wrong = checks.differing(edition, edition_row(capture, article))
        if wrong:
            problem = f"edition {edition.id} differs from its capture in {', '.join(wrong)}"
            yield checks.about_capture(session, capture, problem)
        rows = {schema.Attachment: attachment_rows(edition.id, article)}
        yield from checks.check_readings(session, edition, rows)


def _check_editions(shop: Workshop, say: Progress) -> Iterator[Finding]:
    """Every edition: its founding capture, and its mentions, figures, times and offices."""
    ids = checks.edition_ids(shop.engine)
    waiting = 0
    with look(shop.engine) as session:
        for number, edition_id in enumerate(ids, 1):
            edition = session.get_one(schema.Edition, edition_id)
            yield from checks.check_founding(session, edition)
            portal, read = edition_annotations(session, edition)
            if edition.annotated_by == annotation_version(portal.place):
                rows = annotation_rows(edition, portal.slug, read)
                yield from checks.check_readings(session, edition, rows)
            else:
                waiting += 1
            if number % TOLD_EVERY == 0 or number == len(ids):
                say(f"{number} of {len(ids)} editions checked")
            session.expunge_all()
    if waiting:
        say(f"{waiting} editions wait to be annotated")
