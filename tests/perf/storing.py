"""How fast articles are stored with all that is read out of them, one transaction each, indexes included."""

import json
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from model import records
from nlp import annotate, compare_figures, read_sightings
from storage import annotations, editions, schema
from storage.database import begin, open_database
from storage.figure_index import FigureIndex
from storage.reposts import link_reposts
from storage.search import SearchIndex
from tests.perf.corpus import GOLD

COUNT = 400


def store_articles(home: Path, told: dict[str, str], say: Callable[[str], None]) -> None:
    """Note how many articles a second are stored; what they say is read before."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    engine = open_database(f"sqlite:///{home / 'x.db'}")
    work = [
        _article(number, *read) for number, read in zip(range(COUNT), _read() * 40, strict=False)
    ]
    with begin(engine) as session:
        session.add(schema.Portal(slug="gia-vien", name="Gia Viễn"))
        session.flush()
        session.add_all(_capture(number) for number in range(COUNT))
    began, cpu = time.perf_counter(), time.process_time()
    for at in range(0, COUNT, 20):
        fresh = []
        for number, (article, read) in enumerate(work[at : at + 20], at):
            with begin(engine) as session:
                capture = session.get_one(schema.Capture, f"{number:016x}")
                editions.save_reading(session, capture, article, "1")
                fresh.append((capture.edition_id, read))
        with begin(engine) as session:
            found = [(session.get_one(schema.Edition, key), read, "1") for key, read in fresh]
            annotations.save_annotations(session, found)
    stored = time.perf_counter() - began
    link_reposts(engine)
    SearchIndex(home / "index", engine).catch_up()
    FigureIndex(home / "figures", engine).catch_up()
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    rows = sum(len(read[0].mentions) + len(read[0].figures) for _, read in work) / COUNT
    told["storing, indexes included"] = (
        f"{COUNT / seconds:,.0f} articles/s of {rows:.0f} mentions and figures ({COUNT / stored:,.0f}/s into SQLite alone, {used / seconds:.0%} of a core)"
    )
    say(told["storing, indexes included"])
    engine.dispose()


def _read() -> list[tuple[dict[str, Any], annotations.Read]]:
    found = []
    for line in (GOLD / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        bulletin = json.loads(line)
        document = msgspec.convert(bulletin, records.Document)
        read = annotate(document)
        found.append(
            (bulletin, (read, read_sightings(document, read), compare_figures(document, read)))
        )
    return found


def _article(
    number: int, bulletin: dict[str, Any], read: annotations.Read
) -> tuple[records.Article, annotations.Read]:
    text = f"{bulletin['text']}\nTin số {number}"
    title, _, body = text.partition("\n")
    article = records.Article(
        url=f"https://gia-vien.example/{number}", portal="gia-vien", dialect="text", native_id=str(number), title=title,
        published=bulletin["published"], certainty="printed", lead=None, body=body, byline=None, text=text, sections={},
    )  # fmt: skip
    return article, read


def _capture(number: int) -> schema.Capture:
    return schema.Capture(
        id=f"{number:016x}", portal="gia-vien", url=f"https://gia-vien.example/{number}", kind="article", status=200,
        captured=datetime(2026, 1, 1, tzinfo=UTC), warc_file="x", warc_start=0, warc_offset=0, warc_length=1, digest="",
        checksum="", state="due",
    )  # fmt: skip
