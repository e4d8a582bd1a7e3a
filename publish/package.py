"""The description of exported files beside them: datapackage.json (Data Package v1, specs.frictionlessdata.io)."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publish.columns import column_type, json_type
from text import fold

NAME = "datapackage.json"
_PROFILE = "tabular-data-package"
_MEDIA = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def describe_export(
    path: Path, kind: str, what: str, fields: Sequence[str], versions: Sequence[str]
) -> Path:
    """Describe an exported file in the datapackage.json of its folder, beside the others. Returns its path.

    `versions` are the readers that made what is in it. A datapackage.json that is not ours is left alone: then the
    description has the file's name before its own.
    """
    target = path.resolve().parent / NAME
    package = _read(target)
    if package is None:
        target = path.resolve().with_name(f"{path.name}.{NAME}")
        package = _read(target) or _empty()
    typed = json_type if kind == "jsonl" else column_type
    resource = {
        "name": _name(path.name), "path": path.name, "title": what, "profile": "tabular-data-resource",
        "format": kind, "mediatype": _MEDIA[kind], "encoding": "utf-8", "extractors": list(versions),
        "schema": {"fields": [{"name": name, "type": typed(name)} for name in fields]},
    }  # fmt: skip
    if what != "people" or kind != "csv":  # there a person has a line for each office
        resource["schema"]["primaryKey"] = "id"  # type: ignore[index]
    others = [r for r in package["resources"] if r["path"] != path.name]
    package["resources"] = sorted([*others, resource], key=lambda r: str(r["path"]))
    part = target.with_name(target.name + ".part")
    part.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(target)
    return target


def _name(file: str) -> str:
    """The name of a resource: another for each file, of the letters that the standard allows.

    >>> _name("Số liệu 2023.csv")
    'so-lieu-2023.csv'
    """
    return re.sub(r"[^a-z0-9._-]+", "-", fold(file).lower())


def _empty() -> dict[str, Any]:
    return {"profile": _PROFILE, "name": "bantin-export", "generator": "bantin", "resources": []}


def _read(path: Path) -> dict[str, Any] | None:
    """The description that is there, an empty one where there is none, None where it is somebody else's."""
    if not path.exists():
        return _empty()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("generator") == "bantin" else None
