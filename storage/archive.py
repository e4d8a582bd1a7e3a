"""The archive: WARC 1.1 files, one gzip member a record, request and response, synced to disk."""

import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from model.errors import ArchiveError
from model.records import Exchange, RawPage, WarcPlace

ROTATE_AT = 1 << 30  # bytes; the size that peers rotate at
# The body is stored as the server coded it but no longer in chunks, so its length is stated anew.
_HOP_HEADERS = ("transfer-encoding", "content-length")


class Archive:
    """Appends exchanges to WARC files in a folder; each writer has files of its own."""

    def __init__(self, folder: Path, portal: str) -> None:
        self._root = folder
        self._portal = portal
        self._path: Path | None = None

    def write(self, exchange: Exchange) -> WarcPlace:
        """Write request and response; they are on disk when this returns where they lie."""
        path = self._current()
        with path.open("ab") as file:
            offset = file.tell()
            writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
            plain = exchange.url.startswith("urn:")
            response = _resource(writer, exchange) if plain else _response(writer, exchange)
            writer.write_record(response)
            if exchange.method:
                writer.write_record(_request(writer, exchange, response))
            file.flush()
            os.fsync(file.fileno())
        digest = response.rec_headers.get_header("WARC-Payload-Digest")
        return WarcPlace(file=str(path.relative_to(self._root)), offset=offset, digest=digest)

    def _current(self) -> Path:
        if self._path is None or self._path.stat().st_size >= ROTATE_AT:
            stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")
            self._path = self._root / self._portal / f"{self._portal}-{stamp}-{os.getpid()}.warc.gz"
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(exist_ok=False)
        return self._path


def _when(exchange: Exchange) -> dict[str, str]:
    return {"WARC-Date": exchange.captured.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _response(writer: WARCWriter, exchange: Exchange) -> Any:
    headers = [(k, v) for k, v in exchange.headers if k.lower() not in _HOP_HEADERS]
    headers.append(("Content-Length", str(len(exchange.body))))
    status = StatusAndHeaders(
        f"{exchange.status} {exchange.reason}".strip(), headers, protocol="HTTP/1.1"
    )
    return writer.create_warc_record(
        exchange.url, "response", payload=BytesIO(exchange.body), length=len(exchange.body),
        http_headers=status, warc_headers_dict=_when(exchange),
    )  # fmt: skip


def _resource(writer: WARCWriter, exchange: Exchange) -> Any:
    """A file handed in, which came over no wire: a resource record (WARC 1.1, 6.4)."""
    kind = dict(exchange.headers).get("Content-Type", "application/octet-stream")
    return writer.create_warc_record(
        exchange.url, "resource", payload=BytesIO(exchange.body), length=len(exchange.body),
        warc_content_type=kind, warc_headers_dict=_when(exchange),
    )  # fmt: skip


def _request(writer: WARCWriter, exchange: Exchange, response: Any) -> Any:
    path = exchange.url.split("/", 3)
    target = "/" + path[3] if len(path) > 3 else "/"
    status = StatusAndHeaders(
        f"{exchange.method} {target} HTTP/1.1", exchange.request_headers, is_http_request=True
    )
    about = {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
    return writer.create_warc_record(
        exchange.url, "request", payload=BytesIO(exchange.request_body),
        length=len(exchange.request_body), http_headers=status, warc_headers_dict=_when(exchange) | about,
    )  # fmt: skip


def read_record(root: Path, place: WarcPlace) -> RawPage:
    """The archived response, decoded; raises ArchiveError that names file and offset."""
    path = root / place.file
    try:
        with path.open("rb") as file:
            file.seek(place.offset)
            for record in ArchiveIterator(file):
                return _raw_page(record)
    except (OSError, ArchiveLoadFailed, EOFError, ValueError) as error:
        raise ArchiveError(f"{path}: no readable record at {place.offset}: {error}") from error
    raise ArchiveError(f"{path}: no record at {place.offset}")


def _raw_page(record: Any) -> RawPage:
    headers = record.http_headers
    own_type = record.rec_headers.get_header("Content-Type")
    return RawPage(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        body=record.content_stream().read(),
        content_type=(headers.get_header("Content-Type") if headers else own_type) or "",
        status=int(headers.get_statuscode() or 0) if headers else 200,
        captured=record.rec_headers.get_header("WARC-Date"),
    )


def read_warc(path: Path) -> list[tuple[int, RawPage]]:
    """All responses of a WARC file with their offsets; a file cut in the middle gives what is whole."""
    found: list[tuple[int, RawPage]] = []
    try:
        with path.open("rb") as file:
            iterator = ArchiveIterator(file)
            for record in iterator:
                if record.rec_type == "response" and record.http_headers:
                    found += [(iterator.get_record_offset(), _raw_page(record))]
    except (ArchiveLoadFailed, EOFError, ValueError) as error:
        if not found:
            raise ArchiveError(f"{path}: no WARC file: {error}") from error
    return found
