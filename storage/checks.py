"""Checks of the database against itself and the archive's files: what `verify` asks of storage."""

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from model.errors import ArchiveError
from model.records import Exchange, Finding
from storage import schema
from storage.archive import seal
from storage.captures import first_state, place_of, warc_files
from storage.corrections import correction_line
from storage.editions import article_row, newest_edition
from storage.identity import groups_of, identity_line, person_rows
from storage.reposts import likely_groups, origin_of, wrong_bands
from storage.values import to_scaled
from storage.warc import Held, payload_digest, read_block, read_exchange, scan_file

_OF_EDITIONS = (
    schema.Attachment, schema.Mention, schema.Figure, schema.Time, schema.Sighting, schema.Office,
)  # fmt: skip


def capture_ids(engine: Engine) -> Sequence[str]:
    """Ids of all captures as they lie in the archive."""
    order = (schema.Capture.warc_file, schema.Capture.warc_start)
    with Session(engine) as session:
        return session.scalars(select(schema.Capture.id).order_by(*order)).all()


def edition_ids(engine: Engine) -> Sequence[str]:
    """Ids of all editions."""
    with Session(engine) as session:
        return session.scalars(select(schema.Edition.id).order_by(schema.Edition.id)).all()


def article_of(session: Session, capture_id: str) -> str | None:
    """The article that a capture was read as, whatever else its row holds."""
    asked = select(schema.Capture.article_id).where(schema.Capture.id == capture_id)
    return session.scalar(asked)


def is_founding(session: Session, capture: schema.Capture) -> bool:
    """Whether an edition is read from this capture."""
    asked = select(schema.Edition.id).where(schema.Edition.capture_id == capture.id)
    return session.scalar(asked.limit(1)) is not None


def whole_checks(session: Session) -> Iterator[tuple[str, Iterator[Finding]]]:
    """The checks that look at whole tables, by name."""
    yield "rows", check_rows(session)
    yield "articles", check_articles(session)
    yield "people", check_people(session)
    yield "corrections", check_corrections(session)
    yield "decisions", check_identities(session)
    yield "re-posts", check_reposts(session)
    yield "journal", check_journal(session)


def differing(row: Any, expected: dict[str, Any]) -> list[str]:
    """The columns of a row that are not as they should be."""
    return [key for key, value in expected.items() if getattr(row, key) != value]


def about_capture(session: Session, capture: schema.Capture, problem: str) -> Finding:
    """A finding about a capture, with its article."""
    edition = session.get(schema.Edition, capture.edition_id) if capture.edition_id else None
    return Finding(
        what=f"{capture.warc_file}:{capture.warc_offset}",
        problem=problem,
        article_id=capture.article_id,
        title=edition.title if edition else capture.url,
    )


def about_article(session: Session, article_id: str, what: str, problem: str) -> Finding:
    """A finding about something of an article."""
    edition = session.scalar(newest_edition(article_id))
    return Finding(
        what=what, problem=problem, article_id=article_id, title=edition.title if edition else None
    )


def check_record(root: Path, capture: schema.Capture) -> tuple[Exchange | None, str | None]:
    """The exchange of a capture and what is wrong with it: bytes, record or row."""
    place = place_of(capture)
    try:
        if seal(read_block(root, place)) != capture.checksum:
            return None, f"its {place.length} bytes from {place.start} on are not those written"
        exchange = read_exchange(root, place)
    except ArchiveError as error:
        return None, str(error)
    wrong = differing(capture, _from_record(exchange))
    first = first_state(exchange.kind, exchange.status)
    if (first not in ("due", capture.state)) or (first == "due" and capture.state == "kept"):
        wrong.append("state")
    if wrong:
        return exchange, f"the row of the capture differs from its record in {', '.join(wrong)}"
    return exchange, None


def _from_record(exchange: Exchange) -> dict[str, Any]:
    return {
        "url": exchange.url,
        "kind": exchange.kind or "unknown",
        "page_id": exchange.page_id,
        "status": exchange.status,
        "captured": exchange.captured,
        "digest": payload_digest(exchange),
    }


def has_text(session: Session, capture: schema.Capture, text: str) -> bool:
    """Whether another edition of a capture's article has this text."""
    other = select(schema.Edition.id).where(
        schema.Edition.article_id == capture.article_id, schema.Edition.text == text
    )
    return session.scalar(other.limit(1)) is not None


def check_founding(session: Session, edition: schema.Edition) -> Iterator[Finding]:
    """An edition whose first capture is another than its row says."""
    first = session.scalar(
        select(schema.Capture.id)
        .where(schema.Capture.edition_id == edition.id)
        .order_by(schema.Capture.captured, schema.Capture.id)
        .limit(1)
    )
    if first and first != edition.capture_id:
        problem = "its first capture is another than its row says"
        yield about_article(session, edition.article_id, f"edition {edition.id}", problem)


def check_files(engine: Engine, root: Path) -> Iterator[Finding]:
    """Bytes of WARC files that no capture accounts for; an unfinished exchange at an end is none."""
    for path in warc_files(root):
        name = path.relative_to(root).as_posix()
        column = schema.Capture.warc_start
        asked = select(column, schema.Capture.warc_length).where(schema.Capture.warc_file == name)
        at = 0
        with Session(engine) as session:
            spans = session.execute(asked.order_by(column)).all()
        for start, length in spans:
            if start > at:
                yield Finding(what=f"{name}:{at}", problem=f"{start - at} bytes without a capture")
            at = start + length
        if path.stat().st_size > at:
            yield from _behind(root, path, at)


def _behind(root: Path, path: Path, at: int) -> Iterator[Finding]:
    for found in scan_file(root, path, at):
        if isinstance(found, Held):
            place = f"{found.place.file}:{found.place.offset}"
            yield Finding(
                what=place,
                problem="archived, but not in the database; `bantin rebuild` takes it up",
            )
        elif isinstance(found, ArchiveError):
            yield Finding(what=path.relative_to(root).as_posix(), problem=str(found))


def check_rows(session: Session) -> Iterator[Finding]:
    """Rows that hang on nothing: articles without editions, readings of no edition, captures read as none."""
    editions = select(schema.Edition.id)
    for table in _OF_EDITIONS:
        lonely = select(table.id).where(table.edition_id.not_in(editions))
        for key in session.scalars(lonely):
            yield Finding(what=f"{table.__tablename__} {key}", problem="belongs to no edition")
    read = select(schema.Capture).where(
        schema.Capture.state == "read", schema.Capture.edition_id.not_in(editions)
    )
    for capture in session.scalars(read):
        yield about_capture(session, capture, "was read as an edition that is not there")
    held = select(schema.Capture.edition_id).where(schema.Capture.edition_id.is_not(None))
    for edition in session.scalars(select(schema.Edition).where(schema.Edition.id.not_in(held))):
        what = f"edition {edition.id}"
        yield about_article(session, edition.article_id, what, "no capture was read as it")


def check_articles(session: Session) -> Iterator[Finding]:
    """Articles whose row is not what their editions say."""
    for article in session.scalars(select(schema.Article).order_by(schema.Article.id)):
        edition = session.scalar(newest_edition(article.id))
        if edition is None:
            yield Finding(
                what=f"article {article.id}", problem="has no edition", article_id=article.id
            )
            continue
        if wrong := differing(article, article_row(session, edition)):
            problem = f"its row differs from its editions in {', '.join(wrong)}"
            yield about_article(session, article.id, f"article {article.id}", problem)


def check_readings(
    session: Session, edition: schema.Edition, rows: dict[Any, list[dict[str, Any]]]
) -> Iterator[Finding]:
    """Rows of an edition that are not as the reader reads it."""
    for table, wanted in rows.items():
        expected = {row["id"]: row for row in wanted}
        own = select(table).where(table.edition_id == edition.id)
        stored = {row.id: row for row in session.scalars(own)}
        for key in sorted(expected.keys() | stored.keys()):
            what = f"{table.__tablename__} {key}"
            problem = _row_problem(stored.get(key), expected.get(key))
            if problem:
                yield about_article(session, edition.article_id, what, problem)


def _row_problem(row: Any, expected: dict[str, Any] | None) -> str | None:
    if row is None:
        return "is missing"
    if expected is None:
        return "is not what the edition says"
    wrong = differing(row, expected)
    return f"differs from the edition in {', '.join(wrong)}" if wrong else None


def check_people(session: Session) -> Iterator[Finding]:
    """People and sightings that are not tied as the articles and the readers' decisions tie them."""
    keys = set(session.scalars(select(schema.Sighting.key)))
    people = session.scalars(select(schema.Person))
    held = {row.id: _of_person(row) for row in people}
    tied: dict[str, tuple[Any, ...]] = {}
    article: dict[str, str] = {}
    groups = list(groups_of(session, keys))
    for row, group in zip(person_rows(session, groups), groups, strict=True):
        key = row.id
        tied[key] = _of_person(row)
        article[key] = group.sightings[0].article_id
        for sighting in group.sightings:
            if sighting.person_id != key:
                problem = "is tied to another person than its article says"
                what = f"sighting {sighting.id}"
                yield about_article(session, sighting.article_id, what, problem)
    for key in sorted(held.keys() | tied.keys()):
        if held.get(key) != tied.get(key):
            problem = "its row is not what its sightings say"
            yield Finding(what=f"person {key}", problem=problem, article_id=article.get(key))


def _of_person(row: schema.Person) -> tuple[Any, ...]:
    return row.name, row.portal, row.score, row.told, row.key, row.bare


def check_identities(session: Session) -> Iterator[Finding]:
    """Decisions of readers about people that are not what the journal tells last of them."""
    lines = (
        select(schema.Journal)
        .where(schema.Journal.event.in_(("merge", "split")))
        .order_by(schema.Journal.number)
    )
    told = {(line.detail or "").partition(" ")[0]: line for line in session.scalars(lines)}
    held = {row.id: row for row in session.scalars(select(schema.Identity))}
    for key in sorted(told.keys() | held.keys()):
        line, row = told.get(key), held.get(key)
        if row is None or line is None or line.detail != identity_line(row):
            problem = "is missing" if row is None else "is not what the journal tells"
            article = line.article_id if line else None
            yield Finding(what=f"decision {key}", problem=problem, article_id=article)


def check_corrections(session: Session) -> Iterator[Finding]:
    """Corrections that are not what the journal tells, or that it tells of and that are gone."""
    lines = session.scalars(
        select(schema.Journal)
        .where(schema.Journal.event == "correction")
        .order_by(schema.Journal.number)
    )
    told = {json.loads(line.detail or "{}").get("figure"): line for line in lines}
    held = {row.figure_id: row for row in session.scalars(select(schema.Correction))}
    for key in sorted(told.keys() | held.keys(), key=str):
        row, line = held.get(key), told.get(key)
        same = (
            row
            and line
            and line.detail == correction_line(row)
            and line.article_id == row.article_id
        )
        if not same or (row and row.scaled != _scaled(session, row)):
            article = row.article_id if row else line.article_id if line else None
            problem = "is not what the journal tells" if row else "is gone, the journal tells of it"
            yield Finding(what=f"correction of {key}", problem=problem, article_id=article)


def _scaled(session: Session, row: schema.Correction) -> int | None:
    figure = session.get(schema.Figure, row.figure_id)
    if figure is None:
        return (
            row.scaled
        )  # the reader sees no such figure now; the correction waits for one that does
    return to_scaled(figure.type, None if row.value is None else Decimal(row.value))


def check_reposts(session: Session) -> Iterator[Finding]:
    """Articles that are not in the group of re-posts that the texts put them in."""
    held = {
        row.id: row.origin
        for row in session.execute(select(schema.Article.id, schema.Article.origin))
    }
    for article_id in wrong_bands(session):
        problem = "was not compared with others in its current edition"
        yield about_article(session, article_id, f"article {article_id}", problem)
    for groups in likely_groups(session):
        for group in groups:
            origin = origin_of(group)
            for member in group:
                if held[member.id] != origin:
                    problem = f"is held for a re-post of {held[member.id]}, the texts say {origin}"
                    yield about_article(session, member.id, f"article {member.id}", problem)


def check_journal(session: Session) -> Iterator[Finding]:
    """Gaps in the journal's numbers, and editions that it does not tell of."""
    number = schema.Journal.number
    count, first, last = session.execute(
        select(func.count(), func.min(number), func.max(number))
    ).one()
    counted = session.scalar(select(schema.Counter.value).where(schema.Counter.name == "journal"))
    if (count, first or 1, last or 0) != (counted, 1, counted or 0):
        problem = f"{count} lines numbered {first} to {last}, {counted} were written"
        yield Finding(what="journal", problem=problem)
        yield from _gaps(session.scalars(select(number).order_by(number)))
    wrong = (
        select(schema.Journal, schema.Edition)
        .join(schema.Edition, schema.Edition.id == schema.Journal.edition_id)
        .where(schema.Journal.article_id.is_distinct_from(schema.Edition.article_id))
    )
    for line, edition in session.execute(wrong):
        problem = "tells of an edition under another article"
        yield about_article(session, edition.article_id, f"journal {line.number}", problem)
    told = select(schema.Journal.edition_id).where(
        schema.Journal.event == "edition", schema.Journal.edition_id.is_not(None)
    )
    untold = select(schema.Edition).where(schema.Edition.id.not_in(told))
    for edition in session.scalars(untold):
        problem = "the journal does not tell of it"
        yield about_article(session, edition.article_id, f"edition {edition.id}", problem)


def _gaps(numbers: Iterable[int]) -> Iterator[Finding]:
    before = 0
    for number in numbers:
        if number != before + 1:
            yield Finding(what="journal", problem=f"lines {before + 1} to {number - 1} are missing")
        before = number
