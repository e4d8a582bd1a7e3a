"""Import saved pages: files are archived first and then read like any capture."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from crawler import MOST_BYTES
from model.clock import now
from model.errors import ArchiveError, InputError
from model.records import Exchange, Portal
from pipeline.reading import read_due
from pipeline.workshop import Progress, Tally, Workshop, check_slug
from storage import captures
from storage.archive import Archive
from storage.database import begin
from storage.warc import payload_digest, read_foreign

_IMPORTED = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}


def import_files(
    shop: Workshop, paths: Iterable[Path], slug: str, place: str | None, say: Progress
) -> Tally:
    """Archive files and read them as pages of a portal; the same file twice adds nothing."""
    portal = import_portal(shop, slug, place, say)
    noted = captures.stored_portal(shop.engine, slug) == portal
    for _ in captures.adopt_orphans(shop.engine, shop.config.archive, slug):
        pass  # what an import that was killed had archived
    tally = Tally()
    archive = Archive(shop.config.archive, portal)
    for path in _files(paths):
        for page in _pages(path):
            if isinstance(page, Exchange):
                noted = noted or _save_portal(shop, portal)
                tally.known += not _import_page(shop, archive, slug, page)
                tally.names[_address(page)] = f"{path}" if not page.url else f"{path}: {page.url}"
            else:
                tally.failed.append(str(page))
                say(tally.failed[-1])
    return read_due(shop, tally, say)


def _save_portal(shop: Workshop, portal: Portal) -> bool:
    """Note the portal, before the first page of it: an import of nothing leaves no portal behind."""
    with begin(shop.engine) as session:
        captures.save_portal(session, portal)
    return True


def import_portal(shop: Workshop, slug: str, place: str | None, say: Progress) -> Portal:
    """The portal that files are imported for: a known one, or one made of what was said.

    Raises ConfigError where its file is wrong, InputError for a slug that is no plain name.
    """
    if slug in shop.broken:
        raise shop.broken[slug]
    check_slug(slug)
    stored = captures.stored_portal(shop.engine, slug)
    portal = shop.portals.get(slug) or stored or Portal(slug=slug, name=slug, home="")
    if place and portal.place and place != portal.place:
        say(f"{slug}: its place is now {place!r}, before it was {portal.place!r}")
    return msgspec.structs.replace(portal, place=place) if place else portal


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _pages(path: Path) -> Iterator[Exchange | ArchiveError | InputError]:
    """The pages of a file, and in their place what can't be read of it."""
    if path.name.endswith((".warc", ".warc.gz")):
        yield from read_foreign(path)
        return
    kind = _IMPORTED.get(path.suffix.lower())
    if not path.exists():
        yield InputError(f"{path}: no such file or folder")
        return
    if kind is None:
        yield InputError(f"{path}: not a .txt, .html, .warc or .warc.gz file")
        return
    try:
        large = path.stat().st_size > MOST_BYTES
        body = b"" if large else path.read_bytes()
    except OSError as error:
        yield InputError(f"{path}: {error.strerror or error}")
        return
    if large:
        yield InputError(f"{path}: more than {MOST_BYTES >> 20} MB, no page")
    elif not body.strip():
        yield InputError(f"{path}: an empty file")
    else:
        yield Exchange(
            url="", status=200, headers=[("Content-Type", kind)], body=body,
            captured=now(), kind="import",
        )  # fmt: skip


def _address(page: Exchange) -> str:
    return page.url or f"urn:bantin:import:{payload_digest(page).partition(':')[2].lower()}"


def _import_page(shop: Workshop, archive: Archive, slug: str, page: Exchange) -> bool:
    """Archive a page unless its very payload lies there already; True when it was archived.

    A file handed in has no address of its own: a saved page's would be a guess.
    """
    digest, url = payload_digest(page), _address(page)
    page = msgspec.structs.replace(page, url=url, page_id=None)
    with begin(shop.engine) as session:
        if captures.has_payload(session, slug, url, digest):
            return False
        captures.save_capture(session, slug, page, archive.write(page))
    return True
