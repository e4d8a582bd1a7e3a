"""The schema, its migrations, transactions of several writers, and the journal's numbers."""

import threading
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, select

from storage import schema
from storage.database import HEAD, begin, look
from storage.journal import add_line, add_once


def test_migrations_make_the_schema(opened: Callable[[], Engine]) -> None:
    engine = opened()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.Base.metadata) == []


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "storage/migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_opened_twice_is_opened_once(opened: Callable[[], Engine]) -> None:
    for _ in range(2):
        opened().dispose()


def test_journal_numbers_follow_commits_of_many_writers(opened: Callable[[], Engine]) -> None:
    engine = opened()

    def write(name: str) -> None:
        for number in range(20):
            with begin(engine) as session:
                add_line(session, "edition", name, f"{name}{number}")

    threads = [threading.Thread(target=write, args=(f"writer{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with look(engine) as session:
        numbers = select(schema.Journal.number).order_by(schema.Journal.number)
        assert session.scalars(numbers).all() == list(range(1, 81))


def test_line_that_was_told_is_not_told_again(opened: Callable[[], Engine]) -> None:
    engine = opened()
    for detail in (None, None, "v1", "v1", "v2"):
        with begin(engine) as session:
            add_once(session, "reading", "a", "e", detail)
    with look(engine) as session:
        told = session.scalars(select(schema.Journal.detail).order_by(schema.Journal.number)).all()
    assert told == [None, "v1", "v2"]


def test_what_fails_leaves_nothing(opened: Callable[[], Engine]) -> None:
    engine = opened()

    def fail() -> None:
        with begin(engine) as session:
            add_line(session, "edition", "a", "e")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with begin(engine) as session:
        add_line(session, "edition", "a", "e")
        assert session.scalars(select(schema.Journal.number)).all() == [1]
