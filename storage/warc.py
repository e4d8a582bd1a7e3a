"""Read WARC files: one record by its place, a whole file record by record, files of others."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.utils import Digester

from model.errors import ArchiveError, ExtractError
from model.records import Exchange, Portal, RawPage, WarcPlace
from storage.archive import seal
from text import VIETNAM

MOST_BYTES = 20 << 20  # a page larger than this, packed or unpacked, is none
_MEMBER = b"\x1f\x8b\x08"
_CHUNK = 1 << 16
_READ = ("response", "resource")
# What a damaged or foreign record makes warcio and the standard library raise.
_BROKEN = (
    ArchiveLoadFailed,
    EOFError,
    ValueError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    zlib.error,
)


@dataclass(frozen=True)
class Held:
    """One exchange found in a file: where it lies, and what it says of itself."""

    place: WarcPlace
    exchange: Exchange


def read_exchange(root: Path, place: WarcPlace) -> Exchange:
    """The archived exchange at a place; raises ArchiveError that names file and offset."""
    path = root / place.file
    try:
        with path.open("rb") as file:
            file.seek(place.offset)
            block = file.read(max(place.start + place.length - place.offset, 0))
        members = list(_members(BytesIO(block), 0))
        if len(members) == 1 and (found := _parse(members[0][2])) and found[1]:
            return found[1]
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error
    except _BROKEN as error:
        raise ArchiveError(f"{path}: damaged record at {place.offset}: {error}") from error
    raise ArchiveError(f"{path}: no record at {place.offset}")


def read_block(root: Path, place: WarcPlace) -> bytes:
    """The bytes of an exchange as they lie on disk; raises ArchiveError when the file is gone."""
    path = root / place.file
    try:
        with path.open("rb") as file:
            if place.start + place.length > path.stat().st_size:
                raise ArchiveError(f"{path}: ends before byte {place.start + place.length}")
            file.seek(place.start)
            return file.read(place.length)
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error


def raw_page(exchange: Exchange) -> RawPage:
    """The page as the readers get it, unpacked; raises ExtractError for a body cut short or too large."""
    return RawPage(
        url=exchange.url,
        body=unpack(exchange.body, exchange.header("Content-Encoding")),
        content_type=exchange.header("Content-Type"),
        status=exchange.status,
        captured=exchange.captured.astimezone(VIETNAM).isoformat(timespec="seconds"),
        truncated=exchange.truncated is not None,
    )


def unpack(body: bytes, coding: str) -> bytes:
    """A body out of its content coding; one that only claims to be packed is as it is.

    Raises ExtractError for a body that ends too early, unpacks to more than MOST_BYTES or is of an
    unknown coding.
    """
    name = coding.strip().lower()
    if name in ("", "identity") or (name in ("gzip", "x-gzip") and body[:2] != _MEMBER[:2]):
        return body
    if name not in ("gzip", "x-gzip", "deflate"):
        raise ExtractError("unknown", f"a body of the unknown coding {name[:20]!r}")
    raw_deflate = name == "deflate" and body[:1] != b"\x78"
    window = -zlib.MAX_WBITS if raw_deflate else zlib.MAX_WBITS | 32
    text = b""
    while True:  # a gzip body may be of several members (RFC 1952, 2.2)
        unpacker = zlib.decompressobj(window)
        try:
            text += unpacker.decompress(body, MOST_BYTES + 1 - len(text))
        except zlib.error as error:
            raise ExtractError("cut", f"a damaged {name} body") from error
        if len(text) > MOST_BYTES:
            raise ExtractError("large", f"more than {MOST_BYTES >> 20} MB, no page")
        if not unpacker.eof:
            raise ExtractError("cut", f"a {name} body that was cut short")
        body = unpacker.unused_data
        if name == "deflate" or body[:2] != _MEMBER[:2]:
            return text


def scan_file(root: Path, path: Path, start: int = 0) -> Iterator[Held | Portal | ArchiveError]:
    """What a file of the archive holds from `start` on: exchanges, whose portal it is, and damage.

    An unfinished exchange at the end is passed over: nothing was acknowledged of it.
    """
    name = path.relative_to(root).as_posix()
    with path.open("rb") as file:
        for begin, end, data in _members(file, start, str(path)):
            if isinstance(data, ArchiveError):
                yield data
                start = end
                continue
            try:
                portal, exchange = _parse(data) or (None, None)
            except _BROKEN as error:
                yield ArchiveError(f"{path}: damaged record at {begin}: {error}")
                start = end
                continue
            if portal:
                yield portal
            if exchange:
                yield Held(_place(file, name, (start, begin, end), exchange), exchange)
                start = end


def _place(file: IO[bytes], name: str, span: tuple[int, int, int], exchange: Exchange) -> WarcPlace:
    start, offset, end = span
    at = file.tell()
    file.seek(start)
    block = file.read(end - start)
    file.seek(at)
    return WarcPlace(
        file=name, start=start, offset=offset, length=end - start,
        digest=payload_digest(exchange), checksum=seal(block),
    )  # fmt: skip


def payload_digest(exchange: Exchange) -> str:
    """WARC's digest of a payload: sha1:base32."""
    digester = Digester("sha1")
    digester.update(exchange.body)
    return str(digester)


def _members(
    file: IO[bytes], start: int, path: str | None = None
) -> Iterator[tuple[int, int, Any]]:
    """The gzip members of a file as (begin, end, data).

    With a path, damage is told in the place of data and the walk goes on at the next member; a last
    member that is cut short ends the walk. Without, damage raises.
    """
    file.seek(start)
    buffer = b""
    while True:
        data, used, buffer = _member(file, buffer)
        if data is None and used == 0:
            return
        if data is None:
            if path is None:
                raise EOFError("the record is damaged or cut short")
            gap = _next_member(file, start + 1)
            if gap is None:
                return
            yield start, gap, ArchiveError(f"{path}: damaged between {start} and {gap}")
            start, buffer = gap, b""
            file.seek(start)
            continue
        yield start, start + used, data
        start += used


def _member(file: IO[bytes], buffer: bytes) -> tuple[bytes | None, int, bytes]:
    """One gzip member from where the file stands: data, bytes used, bytes read beyond it."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    parts, used = [], 0
    while not unpacker.eof:
        chunk = buffer or file.read(_CHUNK)
        buffer = b""
        if not chunk:
            return None, used, b""
        try:
            parts.append(unpacker.decompress(chunk))
        except zlib.error:
            return None, used + len(chunk), b""
        used += len(chunk)
    rest = unpacker.unused_data
    return b"".join(parts), used - len(rest), rest


def _next_member(file: IO[bytes], start: int) -> int | None:
    """Where the next whole member begins, None when none follows."""
    while True:
        file.seek(start)
        block = file.read(1 << 20)
        at = block.find(_MEMBER)
        if at < 0:
            if len(block) < 1 << 20:
                return None
            start += len(block) - len(_MEMBER) + 1
            continue
        file.seek(start + at)
        data, _, _ = _member(file, b"")
        if data is not None and data.startswith(b"WARC/"):
            return start + at
        start += at + 1


def _parse(data: bytes) -> tuple[Portal | None, Exchange | None] | None:
    """What one record says: the portal of a warcinfo, the exchange of a response or resource."""
    for record in ArchiveIterator(BytesIO(data)):
        if record.rec_type == "warcinfo":
            return _portal(record.raw_stream.read()), None
        if record.rec_type in _READ:
            return None, _exchange(record)
        return None, None
    return None


def _portal(payload: bytes) -> Portal | None:
    pairs = (line.partition(":") for line in payload.decode("utf-8", "replace").splitlines())
    about = {key.strip(): value.strip() for key, mark, value in pairs if mark}
    if "isPartOf" not in about:
        return None
    slug = about["isPartOf"]
    return Portal(
        slug=slug, name=about.get("title") or slug, home=about.get("source", ""),
        place=about.get("coverage") or None,
    )  # fmt: skip


def _exchange(record: Any) -> Exchange:
    about, http = record.rec_headers.get_header, record.http_headers
    chunked = http and "chunked" in (http.get_header("Transfer-Encoding") or "").lower()
    stream = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    body = stream.read()
    if getattr(record.raw_stream, "limit", 0) > 0:
        raise EOFError("the record is cut short")
    kind = [("Content-Type", about("Content-Type") or "")]
    status = (http.get_statuscode() or "") if http else "200"
    return Exchange(
        url=(about("WARC-Target-URI") or "").strip("<>"),
        method="GET" if http else "",
        status=int(status) if status.isdecimal() and len(status) < 5 else 0,
        reason=http.statusline.partition(" ")[2] if http else "OK",
        headers=list(http.headers) if http else kind,
        body=body,
        captured=_moment(about("WARC-Date") or ""),
        kind=about("WARC-Resource-Type"),
        page_id=about("WARC-Page-ID"),
        truncated=about("WARC-Truncated"),
        unlisted=about("WARC-Unlisted") == "true",
    )


def _moment(written: str) -> datetime:
    """A WARC-Date in UTC; raises ValueError for one before there was a web."""
    moment = datetime.fromisoformat(written)
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    if moment.year < 1990:
        raise ValueError(f"the date {written} can't be")
    return moment


def read_foreign(path: Path) -> Iterator[Exchange | ArchiveError]:
    """The pages of somebody else's WARC file, packed or not; damage and a cut end are told at their place."""
    try:
        with path.open("rb") as file:
            packed = file.read(3) == _MEMBER
            if not packed:
                yield from _foreign_plain(path, file)
                return
            reached = 0
            for begin, end, data in _members(file, 0, str(path)):
                reached = end
                if isinstance(data, ArchiveError):
                    yield data
                    continue
                yield from _foreign_record(path, begin, data)
            if reached < path.stat().st_size:
                yield ArchiveError(f"{path}: cut short, nothing readable from byte {reached} on")
    except OSError as error:
        yield ArchiveError(f"{path}: {error.strerror or error}")


def _foreign_record(path: Path, begin: int, data: bytes) -> Iterator[Exchange | ArchiveError]:
    """The pages of one member; a file packed as a whole has all its records in one."""
    if not data.startswith(b"WARC/"):
        yield ArchiveError(f"{path}: no WARC record at {begin}")
        return
    try:
        for record in ArchiveIterator(BytesIO(data)):
            yield from _foreign_page(record)
    except _BROKEN as error:
        yield ArchiveError(f"{path}: damaged record at {begin}: {_told(error)}")


def _foreign_page(record: Any) -> Iterator[Exchange]:
    """The exchange of a record that is a page of the web; DNS answers and the like are none."""
    if record.rec_type in _READ:
        exchange = _exchange(record)
        if exchange.url.lower().startswith(("http://", "https://")):
            yield exchange


def _told(error: BaseException) -> str:
    """An error's text as far as it can be read."""
    return "".join(letter for letter in str(error) if letter.isprintable())[:120]


def _foreign_plain(path: Path, file: IO[bytes]) -> Iterator[Exchange | ArchiveError]:
    file.seek(0)
    seen = False
    try:
        for record in ArchiveIterator(file):
            seen = True
            yield from _foreign_page(record)
    except _BROKEN as error:
        yield ArchiveError(f"{path}: {'cut short' if seen else 'no WARC file'}: {_told(error)}")
