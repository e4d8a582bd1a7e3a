"""Captures: one row for every exchange in the archive, and what waits to be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from model.errors import ArchiveError
from model.records import Exchange, Portal, WarcPlace
from storage import schema
from storage.database import begin
from storage.epochs import begin_epoch, is_rereading
from storage.ids import derive_id
from storage.warc import Held, scan_file

Scan = Held | Portal | ArchiveError
# What was asked for that is no article; an exchange of unknown kind may be one.
GONE = (404, 410)
_NO_ARTICLE = ("robots", "section", "list", "feed", "file")


def save_portal(session: Session, portal: Portal) -> None:
    """Insert or renew a portal's row."""
    row = {"slug": portal.slug, "name": portal.name, "home": portal.home, "place": portal.place}
    session.merge(schema.Portal(**row))
    session.flush()


def note_provinces(engine: Engine, provinces: dict[str, tuple[str | None, str | None]]) -> None:
    """Note the province of each portal's place, as it was named and today."""
    with begin(engine) as session:
        for row in session.scalars(select(schema.Portal)):
            then, now = provinces.get(row.slug, (None, None))
            if (row.province, row.province_now) != (then, now):
                row.province, row.province_now = then, now


def stored_portal(engine: Engine, slug: str) -> Portal | None:
    """A portal as the database knows it, None where it does not."""
    with Session(engine) as session:
        row = session.get(schema.Portal, slug)
        if row is None:
            return None
        return Portal(slug=slug, name=row.name, home=row.home or "", place=row.place)


def capture_key(place: WarcPlace) -> str:
    """A capture's id: of the file and offset of its record."""
    return derive_id("capture", place.file, place.offset)


def save_capture(session: Session, portal: str, exchange: Exchange, place: WarcPlace) -> None:
    """Add the row of an archived exchange; the same record twice is one capture."""
    if session.get(schema.Capture, capture_key(place)) is None:
        session.add(schema.Capture(**capture_row(portal, exchange, place)))
        session.flush()


def capture_row(portal: str, exchange: Exchange, place: WarcPlace) -> dict[str, Any]:
    """The columns of an archived exchange that nobody has read yet."""
    return {
        "id": capture_key(place),
        "portal": portal,
        "page_id": exchange.page_id,
        "url": exchange.url,
        "kind": exchange.kind or "unknown",
        "status": exchange.status,
        "captured": exchange.captured,
        "warc_file": place.file,
        "warc_start": place.start,
        "warc_offset": place.offset,
        "warc_length": place.length,
        "digest": place.digest,
        "checksum": place.checksum,
        "state": first_state(exchange.kind, exchange.status),
        "unlisted": exchange.unlisted,
    }


def first_state(kind: str | None, status: int) -> str:
    """Whether a fresh capture is to be read as an article, tells that one is gone, or is only kept."""
    if kind == "article" and status in GONE:
        return "gone"
    return "kept" if kind in _NO_ARTICLE or not 200 <= status < 300 else "due"


def place_of(capture: schema.Capture) -> WarcPlace:
    """Where a capture lies."""
    return WarcPlace(
        file=capture.warc_file, start=capture.warc_start, offset=capture.warc_offset,
        length=capture.warc_length, digest=capture.digest, checksum=capture.checksum,
    )  # fmt: skip


def has_payload(session: Session, slug: str, url: str, digest: str) -> bool:
    """Whether this very payload was captured there before."""
    same = (
        schema.Capture.portal == slug,
        schema.Capture.digest == digest,
        schema.Capture.url == url,
        schema.Capture.state != "lost",
    )
    return session.scalar(select(schema.Capture.id).where(*same).limit(1)) is not None


def ask_again(engine: Engine, version: str) -> None:
    """Make due what another version of the extractor failed at, or read an edition from."""
    behind = (schema.Capture.read_by.is_not(None), schema.Capture.read_by != version)
    founding = schema.Capture.id.in_(select(schema.Edition.capture_id))
    state = schema.Capture.state
    soft = (state == "gone") & schema.Capture.status.between(200, 299)
    stale = or_(state == "failed", soft, (state == "read") & founding)
    with Session(engine) as session:
        if not session.scalar(select(schema.Capture.id).where(*behind, stale).limit(1)):
            return
    with begin(engine) as session:
        session.execute(update(schema.Capture).where(*behind, stale).values(state="due"))


def unread_captures(engine: Engine) -> Sequence[str]:
    """Ids of the captures that wait to be read: those that were read before first, in capture order.

    An edition's text must be of this version before another capture is compared with it.
    """
    waiting = select(schema.Capture.id).where(schema.Capture.state == "due")
    order = (schema.Capture.edition_id.is_(None), schema.Capture.captured, schema.Capture.id)
    with Session(engine) as session:
        return session.scalars(waiting.order_by(*order)).all()


def end_rereading(engine: Engine) -> None:
    """Let every index be made anew where all that a rebuild reads again is read: it is no news in the journal."""
    capture = schema.Capture  # what a crawl brings meanwhile was never read
    due = select(capture.id).where(capture.state == "due", capture.read_by.is_not(None)).limit(1)
    with Session(engine) as session:
        ended = is_rereading(session) and session.scalar(due) is None
    if ended:
        with begin(engine) as session:
            begin_epoch(session, reading=False)


def of_run(engine: Engine, number: int | None) -> Sequence[schema.Capture]:
    """The captures of a portal's refresh and of what came after it, in the order in which they were made."""
    with Session(engine) as session:
        run = session.get(schema.Run, number) if number else None
        if run is None:
            return []
        asked = select(schema.Capture).where(
            schema.Capture.portal == run.portal, schema.Capture.captured >= run.started
        )
        return session.scalars(asked.order_by(schema.Capture.captured)).all()


def _held_bytes(engine: Engine, portal: str) -> dict[str, int]:
    """How many bytes of each of a portal's files its captures account for."""
    held = func.sum(schema.Capture.warc_length)
    asked = select(schema.Capture.warc_file, held).where(schema.Capture.portal == portal)
    with Session(engine) as session:
        rows = session.execute(asked.group_by(schema.Capture.warc_file))
        return {file: int(count) for file, count in rows}


def warc_files(root: Path, slug: str | None = None) -> list[Path]:
    """The archive's WARC files, of one portal or of all, by name."""
    return sorted((root / slug if slug else root).rglob("*.warc.gz"))


def adopt_orphans(engine: Engine, root: Path, slug: str) -> Iterator[Exchange]:
    """Give rows to whole exchanges that have none: something broke between archive and database."""
    held = _held_bytes(engine, slug)
    for path in warc_files(root, slug):
        if path.stat().st_size <= held.get(path.relative_to(root).as_posix(), 0):
            continue
        for found in scan_file(root, path):
            if isinstance(found, Held) and _take(engine, slug, found):
                yield found.exchange


def _take(engine: Engine, slug: str, found: Held) -> bool:
    with Session(engine) as session:
        if session.get(schema.Capture, capture_key(found.place)):
            return False
    with begin(engine) as session:
        save_capture(session, slug, found.exchange, found.place)
    return True


@dataclass(frozen=True)
class Scanned:
    """What a scan found in one file; `lost` are captures that have a row and no readable record."""

    path: Path
    exchanges: int
    damage: list[ArchiveError]
    lost: int


def scan_archive(engine: Engine, root: Path) -> Iterator[Scanned]:
    """Bring the rows of captures up to what the files hold.

    Rows that are there keep their checksum, so that damage stays known, and what they were read as.
    """
    gone = set(_files_with_rows(engine))
    for path in warc_files(root):
        gone.discard(path.relative_to(root).as_posix())
        yield _scan(engine, root, path)
    for name in sorted(gone):
        with begin(engine) as session:
            lost = _mark_lost(session, name, set())
        yield Scanned(root / name, 0, [ArchiveError(f"{root / name}: the file is missing")], lost)


def _files_with_rows(engine: Engine) -> Sequence[str]:
    with Session(engine) as session:
        return session.scalars(select(schema.Capture.warc_file).distinct()).all()


def _scan(engine: Engine, root: Path, path: Path) -> Scanned:
    damage: list[ArchiveError] = []
    seen: set[str] = set()
    slug = path.parent.name
    for batch in _batches(scan_file(root, path), 200):
        with begin(engine) as session:
            for found in batch:
                if isinstance(found, ArchiveError):
                    damage.append(found)
                elif isinstance(found, Portal):
                    slug = found.slug
                    _ensure_portal(session, found)
                else:
                    _ensure_portal(session, Portal(slug=slug, name=slug, home=""))
                    save_capture(session, slug, found.exchange, found.place)
                    seen.add(capture_key(found.place))
    with begin(engine) as session:
        lost = _mark_lost(session, path.relative_to(root).as_posix(), seen)
    return Scanned(path, len(seen), damage, lost)


def _batches(found: Iterator[Scan], size: int) -> Iterator[list[Scan]]:
    """Lists of so many, so that no transaction is long."""
    while batch := list(islice(found, size)):
        yield batch


def _ensure_portal(session: Session, portal: Portal) -> None:
    if session.get(schema.Portal, portal.slug) is None:
        save_portal(session, portal)


def _mark_lost(session: Session, file: str, seen: set[str]) -> int:
    """Note which captures of a file have no readable record now; returns how many."""
    rows = session.scalars(select(schema.Capture).where(schema.Capture.warc_file == file)).all()
    lost = [row for row in rows if row.id not in seen]
    for row in rows:
        if row.id not in seen:
            row.state = "lost"
        elif row.state == "lost":
            row.state = first_state(row.kind, row.status)
    return len(lost)


def forget_readings(engine: Engine) -> int:
    """Empty the derived tables and make every capture due again, in one transaction.

    Editions whose captures are all lost are kept, because nothing else tells them now; returns how
    many those are.
    """
    capture, edition = schema.Capture, schema.Edition
    assigned = capture.edition_id.is_not(None)
    readable = select(capture.edition_id).where(capture.state != "lost", assigned)
    only_lost = select(capture.edition_id).where(
        capture.state == "lost", assigned, capture.edition_id.not_in(readable)
    )
    with begin(engine) as session:
        of_editions = (schema.Office, schema.Sighting, schema.Time, schema.Figure, schema.Mention)
        for table in (*of_editions, schema.Attachment):
            session.execute(delete(table).where(table.edition_id.not_in(only_lost)))
        begin_epoch(session, reading=True)
        session.execute(delete(schema.Band))
        session.execute(delete(schema.Likeness))
        session.execute(delete(edition).where(edition.id.not_in(only_lost)))
        articles = select(edition.article_id)
        session.execute(delete(schema.Article).where(schema.Article.id.not_in(articles)))
        used = select(schema.Sighting.person_id).where(schema.Sighting.person_id.is_not(None))
        session.execute(delete(schema.Person).where(schema.Person.id.not_in(used)))
        kept = select(schema.Sighting.key).distinct()
        session.execute(delete(schema.Relink))
        session.execute(insert(schema.Relink).from_select(["key"], kept))
        soft = (capture.state == "gone") & capture.status.between(200, 299)
        again = update(capture).where(capture.state.in_(("read", "failed")) | soft)
        session.execute(again.values(state="due", error=None))
        return session.scalar(select(func.count()).select_from(edition)) or 0
