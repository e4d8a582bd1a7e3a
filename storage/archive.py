"""The archive: WARC 1.1 files, one gzip member a record, request and response, synced to disk."""

import hashlib
import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from model.errors import ArchiveError
from model.records import Exchange, Portal, WarcPlace

ROTATE_AT = 1 << 30  # bytes; the size that peers rotate at
# The body is stored as the server coded it but no longer in chunks, so its length is stated anew.
_HOP_HEADERS = ("transfer-encoding", "content-length")


class SentHeaders(StatusAndHeaders):  # type: ignore[misc]
    """HTTP headers written byte for byte as they were sent; warcio's own would percent-encode them."""

    def to_ascii_bytes(self, filter_func: Any = None) -> bytes:
        return bytes(self.to_str(filter_func).encode("latin-1", "replace") + b"\r\n")


class Archive:
    """Appends exchanges to WARC files in a folder; each writer has files of its own."""

    def __init__(self, folder: Path, portal: Portal) -> None:
        self._root = folder
        self._portal = portal
        self._path: Path | None = None

    def write(self, exchange: Exchange) -> WarcPlace:
        """Write request and response; they are on disk when this returns where they lie.

        The request comes first: a response on disk has all that belongs to it before it, so a file
        that a kill cut short holds whole exchanges and then less than one. Raises ArchiveError.
        """
        path = self._current()
        start = path.stat().st_size
        block, inner, digest = self._block(exchange, first=start == 0)
        try:
            _append(path, block, start)
        except OSError as error:
            raise ArchiveError(f"{path}: {error.strerror}") from error
        return WarcPlace(
            file=path.relative_to(self._root).as_posix(),
            start=start,
            offset=start + inner,
            length=len(block),
            digest=digest,
            checksum=seal(block),
        )

    def _current(self) -> Path:
        if self._path is None or self._path.stat().st_size >= ROTATE_AT:
            slug = self._portal.slug
            stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")
            self._path = self._root / slug / f"{slug}-{stamp}-{os.getpid()}.warc.gz"
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(exist_ok=False)
            _sync_folder(self._path.parent)
        return self._path

    def _block(self, exchange: Exchange, first: bool) -> tuple[bytes, int, str]:
        """The bytes of an exchange, where in them the response begins, and its payload's digest."""
        buffer = BytesIO()
        writer = WARCWriter(buffer, gzip=True, warc_version="WARC/1.1")
        if first:
            writer.write_record(self._warcinfo(writer))
        plain = exchange.url.startswith("urn:")
        response = _resource(writer, exchange) if plain else _response(writer, exchange)
        if exchange.method:
            writer.write_record(_request(writer, exchange, response))
        inner = buffer.tell()
        writer.write_record(response)
        return (
            buffer.getvalue(),
            inner,
            response.rec_headers.get_header("WARC-Payload-Digest") or "",
        )

    def _warcinfo(self, writer: WARCWriter) -> Any:
        """Whose portal the file holds: with it an archive can be read without the database."""
        portal = self._portal
        about = {"software": "bantin/0.1", "format": "WARC File Format 1.1", "isPartOf": portal.slug,
                 "title": portal.name, "source": portal.home, "coverage": portal.place or ""}  # fmt: skip
        assert self._path is not None
        return writer.create_warcinfo_record(self._path.name, about)


def seal(block: bytes) -> str:
    """The checksum of bytes on disk."""
    return "sha256:" + hashlib.sha256(block).hexdigest()


def _append(path: Path, block: bytes, start: int) -> None:
    """Append and sync; what could only be written in part is taken back."""
    with path.open("ab", buffering=0) as file:
        try:
            rest = memoryview(block)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except OSError:
            file.truncate(start)
            raise


def _sync_folder(folder: Path) -> None:
    """Sync a folder, so that a new file's name survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _about(exchange: Exchange) -> dict[str, str]:
    """WARC headers; WARC-Resource-Type and WARC-Page-ID as Browsertrix writes them, WARC-Unlisted is our own."""
    when = exchange.captured.astimezone(UTC).isoformat(timespec="microseconds")
    headers = {
        "WARC-Date": when.replace("+00:00", "Z"),
        "WARC-Resource-Type": exchange.kind,
        "WARC-Page-ID": exchange.page_id,
        "WARC-Truncated": exchange.truncated,
        "WARC-Unlisted": "true" if exchange.unlisted else None,
    }
    return {key: value for key, value in headers.items() if value}


def _response(writer: WARCWriter, exchange: Exchange) -> Any:
    headers = [(k, v) for k, v in exchange.headers if k.lower() not in _HOP_HEADERS]
    headers.append(("Content-Length", str(len(exchange.body))))
    status = SentHeaders(
        f"{exchange.status} {exchange.reason}".strip(), headers, protocol="HTTP/1.1"
    )
    return writer.create_warc_record(
        exchange.url, "response", payload=BytesIO(exchange.body), length=len(exchange.body),
        http_headers=status, warc_headers_dict=_about(exchange),
    )  # fmt: skip


def _resource(writer: WARCWriter, exchange: Exchange) -> Any:
    """A file handed in, which came over no wire: a resource record (WARC 1.1, 6.4)."""
    kind = exchange.header("Content-Type") or "application/octet-stream"
    return writer.create_warc_record(
        exchange.url, "resource", payload=BytesIO(exchange.body), length=len(exchange.body),
        warc_content_type=kind, warc_headers_dict=_about(exchange),
    )  # fmt: skip


def _request(writer: WARCWriter, exchange: Exchange, response: Any) -> Any:
    path = exchange.url.split("/", 3)
    target = "/" + path[3] if len(path) > 3 else "/"
    status = SentHeaders(
        f"{exchange.method} {target} HTTP/1.1", exchange.request_headers, is_http_request=True
    )
    about = {"WARC-Date": _about(exchange)["WARC-Date"]}
    about["WARC-Concurrent-To"] = response.rec_headers.get_header("WARC-Record-ID")
    return writer.create_warc_record(
        exchange.url, "request", payload=BytesIO(exchange.request_body),
        length=len(exchange.request_body), http_headers=status, warc_headers_dict=about,
    )  # fmt: skip
