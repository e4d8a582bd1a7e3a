"""Citations of an article: original and archived address, the day it was captured, and the record."""

from collections.abc import Callable
from typing import Any

from model.records import to_json

Found = dict[str, Any]  # what storage.queries.get_article returns


def _facts(found: Found) -> dict[str, str]:
    """What every style says; empty where the page does not."""
    article = found["article"]
    record = f"WARC {found['warc_file']}:{found['warc_offset']}"
    return {
        "key": f"{found['portal']}-{(article['published'] or 'nd')[:10]}-{found['edition_id'][:6]}",
        "title": article["title"],
        "author": article["byline"] or "",
        "publisher": found["name"],
        "published": (article["published"] or "")[:10],
        "url": article["url"] or "",
        "archived": found["archived"],
        "captured": found["captured"][:10],
        "note": f"article {found['id']}, edition {found['edition_id']}, {record}",
    }


def write_bibtex(found: Found) -> str:
    """The article as a BibTeX entry of type online."""
    facts = _facts(found)
    fields = {
        "title": "{" + _tex(facts["title"]) + "}",
        "author": "{" + _tex(facts["author"] or facts["publisher"]) + "}",
        "organization": _tex(facts["publisher"]),
        "date": facts["published"],
        "url": facts["url"],
        "urldate": facts["captured"],
        "note": _tex(facts["note"] + ", archived at " + facts["archived"]),
        "langid": "vietnamese",
    }
    lines = [f"  {key} = {{{value}}}" for key, value in fields.items() if value]
    return f"@online{{{facts['key']},\n" + ",\n".join(lines) + "\n}"


def _tex(text: str) -> str:
    """Text whose special characters stand for themselves in TeX."""
    special = {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
    special |= {mark: "\\" + mark for mark in "&%$#_"}
    return "".join(special.get(letter, letter) for letter in text)


def write_ris(found: Found) -> str:
    """The article as a RIS record of type ELEC."""
    facts = _facts(found)
    pairs = [
        ("TY", "ELEC"), ("TI", facts["title"]), ("AU", facts["author"]), ("PB", facts["publisher"]),
        ("DA", facts["published"].replace("-", "/")), ("PY", facts["published"][:4]), ("UR", facts["url"]),
        ("L2", facts["archived"]), ("Y2", facts["captured"].replace("-", "/")), ("N1", facts["note"]),
        ("LA", "vi"), ("ER", ""),
    ]  # fmt: skip
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in pairs if value or tag == "ER"]
    return "\n".join(lines)


def write_csl(found: Found) -> str:
    """The article as CSL-JSON, a list of one webpage."""
    facts = _facts(found)
    item = {
        "id": facts["key"],
        "type": "webpage",
        "title": facts["title"],
        "author": [{"literal": facts["author"]}] if facts["author"] else None,
        "container-title": facts["publisher"],
        "issued": _date(facts["published"]),
        "accessed": _date(facts["captured"]),
        "URL": facts["url"],
        "archive_location": facts["archived"],
        "note": facts["note"],
        "language": "vi",
    }
    return to_json([{key: value for key, value in item.items() if value}])


def _date(day: str) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else None


STYLES: dict[str, Callable[[Found], str]] = {
    "bibtex": write_bibtex,
    "ris": write_ris,
    "csl": write_csl,
}
