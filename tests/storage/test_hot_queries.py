"""The questions that are asked all day use indexes on both databases, whatever is in the tables."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from storage import schema
from storage.database import Session
from storage.figure_index import FigureIndex, FigureQuery
from storage.figures import find_figures, group_figures
from storage.listing import list_articles, list_everybody, list_mentions
from storage.people import get_person
from storage.queries import (
    Page,
    get_article,
    portal_places,
    search_articles,
)
from storage.recent import told_of_person
from storage.reposts import _Comparison
from storage.search import SearchIndex
from tests.perf.corpus import fill_database
from text.queries import read_query

# Tables that grow with the archive; of a portal or a run there are few.
GROWING = (
    "article",
    "edition",
    "mention",
    "figure",
    "journal",
    "band",
    "likeness",
    "capture",
    "correction",
    "person",
    "sighting",
    "office",
)
COUNT = 3000
PERSON = "0123456789abcdef"
_READS_ALL = r"SCAN (\w+)|SEARCH (\w+) USING AUTOMATIC"  # an index that is made for one question reads all too


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Path]]:
    from storage.database import open_database
    from tests import postgres

    home = tmp_path_factory.mktemp("hot")
    address = f"sqlite:///{home / 'x.db'}"
    if request.param == "postgresql":
        address = postgres.fresh_database(request.getfixturevalue("postgres_server"))
    engine = open_database(address)
    fill_database(engine, COUNT)
    if engine.dialect.name == "postgresql":  # which gathers its statistics by itself, SQLite never
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    yield engine, home
    engine.dispose()


def asked_by(engine: Engine, work: Callable[[], Any]) -> list[tuple[str, Any]]:
    """The statements with which something reads the database."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        if statement.lstrip().startswith("SELECT") and not many:
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


def scans(engine: Engine, statement: str, parameters: Any) -> list[str]:
    """The growing tables that a statement reads from end to end."""
    lite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if (
            not lite
        ):  # small tables are read whole where that is cheaper, not where it is all there is
            connection.exec_driver_sql("SET enable_seqscan = off")
        plan = connection.exec_driver_sql(
            f"EXPLAIN {'QUERY PLAN ' if lite else ''}{statement}", parameters
        )
        lines = [str(row[-1]) for row in plan]
    found = []
    for line in lines:
        told = re.search(_READS_ALL if lite else r"Seq Scan on (\w+)", line)
        if told and told[told.lastindex or 1] in GROWING:
            found.append(line)
    return found


def put_person(session: Session, article_id: str) -> None:
    """Somebody whom that article names, and everybody else not."""
    article = session.get_one(schema.Article, article_id)
    session.add(schema.Person(id=PERSON, portal=article.portal, name="Vũ Thị Dược"))
    session.flush()
    session.add(
        schema.Sighting(
            id=PERSON, edition_id=article.current, article_id=article_id, portal=article.portal, name="Vũ Thị Dược",
            key="vũ thị dược", author=False, bodies=[], units=[], places=[], reported="2024-01-01", person_id=PERSON,
        )
    )  # fmt: skip
    session.commit()


def test_hot_queries_use_indexes(filled: tuple[Engine, Path]) -> None:
    engine, home = filled
    articles, figures = (
        SearchIndex(home / "index", engine),
        FigureIndex(home / "index-figures", engine),
    )
    articles.catch_up()
    figures.catch_up()
    with Session(engine) as session:
        some = session.query(schema.Article.id).limit(1).scalar()
        put_person(session, str(some))
    query = read_query("hộ nghèo")
    hot: dict[str, Callable[[], Any]] = {
        "search": lambda: search_articles(engine, articles, query, Page("hộ nghèo")),
        "show": lambda: get_article(engine, str(some)),
        "export articles": lambda: list(list_articles(engine, articles, read_query('"hộ nghèo"'))),
        "export mentions": lambda: next(list_mentions(engine, articles, query)),
        "export people": lambda: list(list_everybody(engine, articles, query)),
        "person": lambda: get_person(engine, PERSON),
        "feed of a person": lambda: told_of_person(engine, PERSON),
        "figures": lambda: next(find_figures(engine, figures, FigureQuery(query))),
        "groups": lambda: group_figures(figures, FigureQuery(query, type="money"), "month", portal_places(engine)),
        "re-posts": lambda: _Comparison(Session(engine), [str(some)]),
    }  # fmt: skip
    for name, work in hot.items():
        for statement, parameters in asked_by(engine, work):
            assert scans(engine, statement, parameters) == [], (name, statement)


def test_catching_up_uses_indexes(filled: tuple[Engine, Path]) -> None:
    from sqlalchemy import update

    from storage.database import begin
    from storage.journal import add_line

    engine, home = filled
    index = SearchIndex(home / "index", engine)
    index.catch_up()
    with begin(engine) as session:
        article = session.query(schema.Article).limit(1).one()
        session.execute(
            update(schema.Edition).where(schema.Edition.id == article.current).values(title="Sửa")
        )
        add_line(session, "edition", article.id, article.current)
    for statement, parameters in asked_by(engine, index.catch_up):
        assert scans(engine, statement, parameters) == [], statement
