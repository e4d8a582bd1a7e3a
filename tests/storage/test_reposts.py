"""Re-posts: found on other portals, never between editions, the same in any order of work."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from model.clock import now
from storage import schema
from storage.checks import check_reposts
from storage.database import begin
from storage.reposts import likely_groups, link_reposts, origin_of

CORPUS = Path(__file__).parent.parent / "search" / "corpus.jsonl"
NEWS = [json.loads(line)["text"] for line in CORPUS.read_text(encoding="utf-8").splitlines()]
LONG = [text for text in NEWS if len(text.split()) > 60]
PORTALS = ("gia-vien", "ninh-binh", "hoa-lu", "kim-son")


def put(
    engine: Engine, article: str, portal: str, text: str, day: str | None = "2024-03-01"
) -> None:
    """An article whose newest edition has this text."""
    with begin(engine) as session:
        if session.get(schema.Portal, portal) is None:
            session.add(schema.Portal(slug=portal, name=portal))
            session.flush()
        row = session.get(schema.Article, article) or schema.Article(id=article, portal=portal)
        session.add(row)
        session.flush()
        edition = f"{article}.{abs(hash(text)) % 10**6}"
        row.current = edition
        if session.get(schema.Edition, edition) is None:
            reading = {"lead": None, "body": text}
            session.add(
                schema.Edition(
                    id=edition, article_id=article, capture_id="c", captured=now(), warc_file="f", warc_offset=0,
                    dialect="d", title="t", published=day, text=text, reading=reading,
                )
            )  # fmt: skip


def origins(engine: Engine) -> dict[str, str | None]:
    with Session(engine) as session:
        rows = session.execute(select(schema.Article.id, schema.Article.origin))
        return {row.id: row.origin for row in rows}


def lines(engine: Engine) -> list[tuple[str | None, str | None]]:
    with Session(engine) as session:
        asked = select(schema.Journal).where(schema.Journal.event == "reposts")
        return [(row.article_id, row.detail) for row in session.scalars(asked.order_by("number"))]


@pytest.fixture
def engine(opened: Callable[[], Engine]) -> Engine:
    return opened()


def test_told_again_elsewhere(engine: Engine) -> None:
    put(engine, "a", "gia-vien", LONG[0])
    put(engine, "b", "ninh-binh", f"Cổng thông tin đưa tin. {LONG[0]}", "2024-03-02")
    put(engine, "c", "hoa-lu", LONG[1])
    link_reposts(engine)
    assert origins(engine) == {"a": "a", "b": "a", "c": None}
    assert sorted(lines(engine), key=str) == [("a", "a"), ("b", "a")]
    link_reposts(engine)
    assert len(lines(engine)) == 2


def test_no_repost(engine: Engine) -> None:
    """Another figure, another commune, the same portal, another year: all that is other news."""
    text = next(t for t in LONG if any(c.isdigit() for c in t))
    digit = next(c for c in text if c.isdigit())
    put(engine, "a", "gia-vien", text)
    put(engine, "b", "ninh-binh", text.replace(digit, str((int(digit) + 1) % 10)))
    put(engine, "c", "hoa-lu", f"Xã Lạng Phong. {text}", "2025-03-01")
    put(engine, "d", "gia-vien", text)
    link_reposts(engine)
    assert set(origins(engine).values()) == {None}


def test_tones_may_be_placed_the_old_way(engine: Engine) -> None:
    text = f"Xã Gia Hòa họp. {LONG[0]}"
    put(engine, "a", "gia-vien", text)
    put(engine, "b", "ninh-binh", text.replace("Hòa", "Hoà"))
    link_reposts(engine)
    assert origins(engine) == {"a": "a", "b": "a"}


def test_figures_that_changed_places_are_other_figures(engine: Engine) -> None:
    text = f"Trao 31 suất quà và 13 thẻ bảo hiểm. {LONG[0]}"
    put(engine, "a", "gia-vien", text)
    put(engine, "b", "ninh-binh", text.replace("31", "x").replace("13", "31").replace("x", "13"))
    link_reposts(engine)
    assert set(origins(engine).values()) == {None}


def test_an_edit_leaves_the_group(engine: Engine) -> None:
    for number, portal in enumerate(PORTALS[:3]):
        put(engine, "abc"[number], portal, LONG[0], f"2024-03-0{number + 1}")
    link_reposts(engine)
    assert set(origins(engine).values()) == {"a"}
    put(engine, "a", "gia-vien", LONG[1])
    link_reposts(engine)
    assert origins(engine) == {"a": None, "b": "b", "c": "b"}
    put(engine, "a", "gia-vien", LONG[0])
    link_reposts(engine)
    assert set(origins(engine).values()) == {"a"}
    assert lines(engine)[-3:] == [("a", "a"), ("b", "a"), ("c", "a")]


@pytest.mark.parametrize("seed", range(6))
def test_the_same_in_any_order(engine: Engine, seed: int) -> None:
    """What is linked article by article, with edits between, are the groups of all texts at once."""
    dice = random.Random(seed)
    for step in range(4):
        for _ in range(dice.randrange(1, 9)):
            text = dice.choice(LONG[:5])
            if dice.random() < 0.5:
                words = text.split()
                text = " ".join(words[: len(words) - dice.randrange(len(words) // 5)])
            key = dice.randrange(12)
            put(engine, f"n{key}", PORTALS[key % 4], text, f"2024-0{1 + key % 3}-0{1 + step}")
        link_reposts(engine)
        with Session(engine) as session:
            groups = [group for found in likely_groups(session) for group in found]
            assert list(check_reposts(session)) == []
        told = {m.id: origin_of(group) for group in groups for m in group}
        assert {key: origin for key, origin in origins(engine).items() if origin} == {
            key: origin for key, origin in told.items() if origin
        }
