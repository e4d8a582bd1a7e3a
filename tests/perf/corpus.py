"""Bulletins in any number: clauses and words of the bulletins written for this project, drawn as Zipf's law says.

Each has about 2.5 kB, ten mentions and ten figures; days from 2015 to 2026, 200 portals. The same number and seed give
the same bulletins.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, update

from storage import schema
from storage.database import begin
from storage.ids import derive_id
from storage.values import to_scaled
from text import match_key

GOLD = Path(__file__).parent.parent / "gold"
PORTALS = [f"huyen-{number:03d}" for number in range(200)]
PROVINCES = (
    "Ninh Bình",
    "Hà Nam",
    "Nam Định",
    "Lào Cai",
    "Yên Bái",
    "Cà Mau",
    "Bạc Liêu",
    "Nghệ An",
)
FIRST, DAYS = date(2015, 1, 1), 4200
_CLAUSES = 34  # of a bulletin
_RARE = 24  # words of a bulletin from the whole vocabulary
_UNITS = {"money": None, "count": None, "percent": "%", "measure": "ha"}
NOUNS = ("hộ nghèo", "suất quà", "học sinh", "hộ dân", "đối tượng", "người", "xã", "ngôi nhà")


@dataclass(frozen=True)
class Bulletin:
    """One bulletin with what is read out of it: names with their types, figures as type, value and noun."""

    id: str
    portal: str
    title: str
    published: str
    section: str
    text: str
    names: list[tuple[str, str]]
    figures: list[tuple[str, int, str | None, str]]


@dataclass(frozen=True)
class Vocabulary:
    """Clauses and words by frequency, the most frequent first, with the sums of their weights."""

    clauses: list[str]
    clause_weights: list[float]
    words: list[str]
    word_weights: list[float]
    names: list[str]


def read_vocabulary() -> Vocabulary:
    """The vocabulary of the gold bulletins."""
    lines = [
        line
        for path in sorted(GOLD.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    texts = [str(json.loads(line).get("text") or "") for line in lines]
    clauses = Counter(
        " ".join(clause.split())
        for text in texts
        for clause in re.split(r"[.;:\n]|, ", text)
        if 4 <= len(clause.split()) <= 25
    )
    words = Counter(word for text in texts for word in re.findall(r"\w+", text.lower()))
    upper = {m for text in texts for m in re.findall(r"(?:[A-ZĐ]\w+ ){1,3}[A-ZĐ]\w+", text)}
    ranked = [clause for clause, _ in sorted(clauses.items(), key=lambda c: (-c[1], c[0]))]
    common = [word for word, _ in sorted(words.items(), key=lambda w: (-w[1], w[0]))]
    random.Random(1).shuffle(ranked)
    return Vocabulary(ranked, _zipf(len(ranked)), common, _zipf(len(common)), sorted(upper))


def _zipf(count: int) -> list[float]:
    """Sums of weights by rank; flattened at the top, where Vietnamese syllables are more even than English words."""
    return list(accumulate(1 / (rank + 2.7) for rank in range(count)))


def make_bulletins(count: int, seed: int = 7) -> Iterator[Bulletin]:
    """So many bulletins."""
    dice, known = random.Random(seed), read_vocabulary()
    for number in range(count):
        yield _bulletin(number, dice, known)


def _bulletin(number: int, dice: random.Random, known: Vocabulary) -> Bulletin:
    clauses = dice.choices(known.clauses, cum_weights=known.clause_weights, k=_CLAUSES)
    rare = dice.choices(known.words, cum_weights=known.word_weights, k=_RARE)
    figures = [_figure(dice, clause) for clause in clauses[:10]]
    sentences = [sentence for *_, sentence in figures]
    sentences += [f"{clause} {word}" for clause, word in zip(clauses[10:], rare, strict=True)]
    kinds = ("person", "place", "organisation")
    names = [(kinds[at % 3], dice.choice(known.names)) for at in range(10)]
    text = ". ".join(sentences)
    day = FIRST + timedelta(days=dice.randrange(DAYS))
    title = dice.choices(known.clauses, cum_weights=known.clause_weights)[0]
    section = dice.choice(("Tin tức", "Thời sự", "Kinh tế", "Văn hóa - Xã hội"))
    portal = dice.choice(PORTALS)
    names_told = ", ".join(name for _, name in names)
    return Bulletin(
        derive_id("bulletin", number), portal, title, day.isoformat(), section,
        f"{title}\n{text}. {names_told}.", names, figures,
    )  # fmt: skip


def _figure(dice: random.Random, clause: str) -> tuple[str, int, str | None, str]:
    kind = dice.choices(("money", "count", "percent", "measure"), (3, 4, 2, 1))[0]
    value = round(10 ** dice.uniform(0, 4)) * (10**6 if kind == "money" else 1)
    noun = dice.choice(NOUNS) if kind == "count" else None
    told = {
        "money": f"{value // 10**6} triệu đồng",
        "count": f"{value} {noun}",
        "percent": f"{value % 100}%",
    }
    return (
        kind,
        value % 100 if kind == "percent" else value,
        noun,
        f"{clause} {told.get(kind, f'{value} ha')}",
    )


def fill_database(engine: Engine, count: int, batch: int = 1000) -> None:
    """Put so many bulletins, with all that is read out of them, into an empty database."""
    with begin(engine) as session:
        for at, slug in enumerate(PORTALS):
            province = PROVINCES[at % len(PROVINCES)]
            place = f"huyện {slug[-3:]}, tỉnh {province}"
            row = {
                "slug": slug,
                "name": slug,
                "place": place,
                "province": province,
                "province_now": province,
            }
            session.execute(insert(schema.Portal), [row])
    stream, number = make_bulletins(count), 0
    while lot := list(islice(stream, batch)):
        with begin(engine) as session:
            for table, rows in _rows(lot, number).items():
                session.execute(insert(table.__table__), rows)
            number += len(lot)
            counted = update(schema.Counter).where(schema.Counter.name == "journal")
            session.execute(counted.values(value=number))


def _rows(lot: list[Bulletin], before: int) -> dict[Any, list[dict[str, Any]]]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    found: dict[Any, list[dict[str, Any]]] = {
        table: []
        for table in (
            schema.Article,
            schema.Edition,
            schema.Mention,
            schema.Figure,
            schema.Likeness,
            schema.Journal,
        )
    }
    for number, bulletin in enumerate(lot, before + 1):
        edition = derive_id("edition", bulletin.id)
        found[schema.Article].append({"id": bulletin.id, "portal": bulletin.portal, "current": edition, "seen": at,
                                      "url": f"https://{bulletin.portal}.example/{number}"})  # fmt: skip
        found[schema.Edition].append(_edition(bulletin, edition, at))
        found[schema.Mention] += _mentions(bulletin, edition)
        found[schema.Figure] += _figures(bulletin, edition)
        found[schema.Likeness].append(
            {"article_id": bulletin.id, "edition_id": edition, "bands": []}
        )
        found[schema.Journal].append({"number": number, "at": at, "event": "edition", "article_id": bulletin.id,
                                      "edition_id": edition, "detail": None})  # fmt: skip
    return found


def _edition(bulletin: Bulletin, edition: str, at: datetime) -> dict[str, Any]:
    title, _, body = bulletin.text.partition("\n")
    reading: dict[str, Any] = {"title": title, "lead": None, "body": body, "text": bulletin.text, "published": bulletin.published, "section": bulletin.section,
               "certainty": "printed", "native_id": None, "url": f"https://{bulletin.portal}.example/{bulletin.id}", "byline": None, "source": None, "attachments": [], "sections": {"title": [0, len(title)]}}  # fmt: skip
    return {"id": edition, "article_id": bulletin.id, "capture_id": edition, "captured": at, "warc_file": "x.warc.gz",
            "warc_offset": 0, "dialect": "text", "title": title, "published": bulletin.published,
            "certainty": "printed", "byline": None, "text": bulletin.text, "reading": reading, "annotated_by": "1"}  # fmt: skip


def _mentions(bulletin: Bulletin, edition: str) -> Iterator[dict[str, Any]]:
    for at, (kind, name) in enumerate(bulletin.names):
        read: dict[str, Any] = {
            "type": kind,
            "name": name,
            "holders": [],
            "now": [],
            "status": None,
        }
        yield {"id": derive_id("mention", edition, at), "edition_id": edition, "type": kind, "start": at, "end": at + 1,
               "text": name, "name": name, "code": None, "read": read}  # fmt: skip


def _figures(bulletin: Bulletin, edition: str) -> Iterator[dict[str, Any]]:
    for at, (kind, value, noun, sentence) in enumerate(bulletin.figures):
        unit = _UNITS[kind]
        read: dict[str, Any] = {"type": kind, "value": str(value), "low": None, "high": None, "total": None, "qualifier": "exact",
                "currency": "VND" if kind == "money" else None, "unit": unit, "noun": noun, "per": None, "about": None,
                "period": None, "change": None, "baseline": None, "of_plan": False, "aim": "result", "part_of": None,
                "place": None, "cell": None, "reason": None, "flags": [], "text": sentence[-20:]}  # fmt: skip
        yield {"id": derive_id("figure", edition, at), "edition_id": edition, "type": kind, "start": at, "end": at + 1,
               "value": to_scaled(kind, Decimal(value)), "low": None, "high": None, "total": None, "qualifier": "exact",
               "unit": unit, "noun": noun, "period_from": None, "period_to": None, "part_of": None, "place": None,
               "place_code": None, "key": match_key(noun) if noun else None, "base": None, "base_unit": None,
               "sentence": sentence, "read": read}  # fmt: skip
