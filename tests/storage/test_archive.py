"""WARC files: what is written is read back, damage stays where it is, other tools can read them."""

import gzip
import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from model.errors import ArchiveError, ExtractError
from model.records import Exchange, Portal, WarcPlace
from storage.archive import Archive
from storage.warc import Held, raw_page, read_exchange, read_foreign, scan_file, unpack

PORTAL = Portal(slug="gia-vien", name="Cổng huyện", home="http://h/", place="huyện Gia Viễn")


def exchange(number: int, **more: Any) -> Exchange:
    fields: dict[str, Any] = {
        "url": f"http://h/{number}", "method": "GET", "status": 200, "reason": "OK",
        "headers": [("Content-Type", "text/html"), ("X-Đ".encode().decode("latin-1"), "é")],
        "body": f"<p>số {number}</p>".encode() * (number + 1), "captured": datetime.now(UTC),
        "kind": "article", "page_id": f"page{number}",
    }  # fmt: skip
    return Exchange(**(fields | more))


def write(root: Path, count: int = 4) -> tuple[list[Exchange], list[WarcPlace], Path]:
    archive = Archive(root, PORTAL)
    sent = [exchange(n) for n in range(count)]
    places = [archive.write(e) for e in sent]
    return sent, places, root / places[0].file


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    sent, places, _ = write(tmp_path)
    for one, place in zip(sent, places, strict=True):
        back = read_exchange(tmp_path, place)
        assert (back.url, back.body, back.captured) == (one.url, one.body, one.captured)
        assert (back.kind, back.page_id, back.status) == ("article", one.page_id, 200)
        assert set(one.headers) <= set(back.headers)


def test_a_scan_finds_the_same_places(tmp_path: Path) -> None:
    _, places, path = write(tmp_path)
    found = list(scan_file(tmp_path, path))
    assert found[0] == PORTAL
    assert [f.place for f in found if isinstance(f, Held)] == places
    assert sum(place.length for place in places) == path.stat().st_size


def test_warcio_reads_every_record_and_agrees_with_digests(tmp_path: Path) -> None:
    _, _, path = write(tmp_path)
    with path.open("rb") as file:
        iterator = ArchiveIterator(file, check_digests="raise")
        kinds = [(r.rec_type, len(r.content_stream().read())) for r in iterator]
    assert [kind for kind, _ in kinds] == ["warcinfo"] + ["request", "response"] * 4


@pytest.mark.parametrize("cut", [1, 40, 300])
def test_unfinished_end_is_passed_over(tmp_path: Path, cut: int) -> None:
    _, places, path = write(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    found = list(scan_file(tmp_path, path))
    assert [f.place for f in found if isinstance(f, Held)] == places[:3]


def test_damage_stays_where_it_is(tmp_path: Path) -> None:
    _, places, path = write(tmp_path)
    data = bytearray(path.read_bytes())
    data[places[1].offset + 60] ^= 4
    path.write_bytes(data)
    found = list(scan_file(tmp_path, path))
    assert [f.place for f in found if isinstance(f, Held)] == [places[0], *places[2:]]
    with pytest.raises(ArchiveError, match=str(places[1].offset)):
        read_exchange(tmp_path, places[1])


def test_record_that_is_not_there(tmp_path: Path) -> None:
    _, places, path = write(tmp_path)
    path.unlink()
    with pytest.raises(ArchiveError, match="No such file"):
        read_exchange(tmp_path, places[0])


def test_disk_that_is_full_leaves_no_torn_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path, PORTAL)
    place = archive.write(exchange(1))
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(ArchiveError, match="No space left"):
        archive.write(exchange(2))
    assert (tmp_path / place.file).stat().st_size == place.length


@pytest.mark.parametrize(
    ("body", "coding", "text"),
    [
        (b"plain", "", b"plain"),
        (gzip.compress(b"packed", mtime=0), "gzip", b"packed"),
        (zlib.compress(b"packed"), "deflate", b"packed"),
        (zlib.compress(b"packed")[2:-4], "deflate", b"packed"),
        (b"only claims to be", "gzip", b"only claims to be"),
    ],
)
def test_codings(body: bytes, coding: str, text: bytes) -> None:
    assert unpack(body, coding) == text


@pytest.mark.parametrize(
    ("body", "coding", "kind"),
    [
        (gzip.compress(b"x" * 9000, mtime=0)[:-20], "gzip", "cut"),
        (gzip.compress(b"0" * (21 << 20), mtime=0), "gzip", "large"),
        (b"x", "br", "unknown"),
    ],
)
def test_bodies_that_are_no_page(body: bytes, coding: str, kind: str) -> None:
    with pytest.raises(ExtractError) as told:
        raw_page(exchange(1, body=body, headers=[("Content-Encoding", coding)]))
    assert told.value.kind == kind


@pytest.mark.parametrize("packed", [True, False])
def test_files_of_others(tmp_path: Path, packed: bool) -> None:
    sent, _, path = write(tmp_path)
    data = path.read_bytes()
    other = tmp_path / "other.warc"
    other.write_bytes(data if packed else gzip.GzipFile(fileobj=BytesIO(data)).read())
    assert [e.url for e in read_foreign(other) if isinstance(e, Exchange)] == [e.url for e in sent]
    other.write_bytes(b"no WARC at all")
    assert [type(e) for e in read_foreign(other)] == [ArchiveError]
