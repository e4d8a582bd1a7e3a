"""Backups of an archive, made while it is used, and their way back."""

from pathlib import Path, PurePosixPath

import msgspec

from config import NAME, Config
from model.clock import now
from model.errors import InputError, StoreError
from model.settings import KEY_FILE
from pipeline.workshop import Progress, Workshop, many
from storage.database import open_database
from storage.transfer import copy_database, known_files, last_line, refuse_filled, snapshot

MANIFEST, DATABASE = "backup.json", "bantin.db"
_CHUNK = 1 << 20  # bytes copied at once


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: the journal's last line, and each WARC file with the length that the database knows of it.

    `archive` says whether the WARC files themselves are in it.
    """

    made: str
    journal: int
    files: dict[str, int]
    archive: bool
    format: int = 1


def back_up(shop: Workshop, path: Path, *, archive: bool, say: Progress) -> Manifest:
    """Write a backup into a new folder: database, configuration, portals, the list of WARC files, and these on demand.

    A crawl may go on meanwhile: the database is one moment, and WARC files only grow, so that what it knows of is
    whole in each. Raises InputError where the folder is not empty.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(f"{path}: is there already; name a new folder")
    path.mkdir(parents=True, exist_ok=True)
    rows = snapshot(shop.engine, path / DATABASE)
    say(f"{many(sum(rows.values()), 'row')} in {path / DATABASE}")
    copy = open_database(f"sqlite:///{path / DATABASE}")
    files, journal = known_files(copy), last_line(copy)
    copy.dispose()
    for name in (NAME, KEY_FILE, "portals"):
        _copy_any(shop.config.home / name, path / name)
    for file, length in files.items() if archive else ():
        _copy_head(shop.config.archive / file, path / "archive" / file, length)
        say(f"archive/{file}: {length} bytes")
    manifest = Manifest(now().isoformat(), journal, files, archive)
    (path / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def restore(path: Path, config: Config, say: Progress) -> Manifest:
    """Bring a backup back into the folder of a configuration, all but the index, which the caller makes anew.

    The database comes last and in one transaction: killed before, it goes on when it is run again. WARC files that
    the backup does not hold must be in the folder's archive already. Raises InputError where it is no backup or one of
    them is missing or shorter, StoreError where the database holds rows.
    """
    manifest = _read_manifest(path)
    source, target = open_database(f"sqlite:///{path / DATABASE}"), open_database(config.database)
    try:
        refuse_filled(target)
        for file, length in manifest.files.items():
            if manifest.archive and not (config.archive / file).exists():
                _copy_head(path / "archive" / file, config.archive / file, length)
            _check_length(config.archive / file, length)
        for name in (NAME, KEY_FILE, "portals"):
            _copy_any(path / name, config.home / name)
        rows = copy_database(source, target)
    finally:
        source.dispose()
        target.dispose()
    say(f"{many(sum(rows.values()), 'row')} restored")
    return manifest


def _check_length(path: Path, length: int) -> None:
    if not path.is_file() or path.stat().st_size < length:
        raise InputError(f"{path}: missing or shorter than {length} bytes; put it back first")


def _read_manifest(path: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((path / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(f"{path}: no backup of bantin ({error})") from error
    if not (path / DATABASE).is_file():
        raise InputError(f"{path / DATABASE}: missing")
    for file in map(PurePosixPath, manifest.files):
        if file.is_absolute() or ".." in file.parts:
            raise InputError(f"{path / MANIFEST}: {file} lies outside the archive")
    return manifest


def _copy_any(source: Path, target: Path) -> None:
    """Copy a file or a folder's files, those that are not there yet."""
    if source.is_dir():
        for inner in sorted(source.iterdir()):
            _copy_any(inner, target / inner.name)
    elif source.exists() and not target.exists():
        _copy_head(source, target, source.stat().st_size)


def _copy_head(source: Path, target: Path, length: int) -> None:
    """Copy so many bytes of a file, whole or not at all; raises StoreError where it is shorter."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    left = length
    with source.open("rb") as reading, part.open("wb") as writing:
        while left and (chunk := reading.read(min(_CHUNK, left))):
            writing.write(chunk)
            left -= len(chunk)
    if left:
        raise StoreError(f"{source}: shorter than the {length} bytes that the database knows of")
    part.chmod(source.stat().st_mode & 0o777)  # a secret stays one
    part.replace(target)
