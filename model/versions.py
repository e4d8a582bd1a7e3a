"""The version of a reader is a digest of what it is made of, so that no change goes unnoticed."""

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

_READ = (".py", ".toml", ".csv")


def version_of(sources: Iterable[Path], libraries: Iterable[str]) -> str:
    """Ten hex digits that change with the code and tables of these files and folders and with the libraries.

    What a reader of one version says is reproducible: same input and version, same bytes.
    """
    digest = hashlib.sha256()
    for source in sources:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.suffix in _READ:
                digest.update(path.name.encode() + path.read_bytes())
    for library in libraries:
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()[:10]
