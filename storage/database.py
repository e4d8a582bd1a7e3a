"""Open the database: one engine, the schema at its newest version, transactions that wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.orm import Session

from model.errors import StoreError

__all__ = ["HEAD", "Engine", "Session", "begin", "look", "open_database"]

HEAD = "0010"  # the newest file in migrations/versions
# The cache, 64 MB, holds the inner pages of the indexes of some hundred thousand bulletins; 2 MB by default.
_PRAGMAS = (
    "busy_timeout=60000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",
)
_OVERFLOW = 60  # connections beside those that are kept: more than pages are made at a time
_MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(url: str) -> Engine:
    """An engine on a database at the newest schema; raises StoreError that names the database."""
    try:
        # Errors are told and logged: no value may stand in them, an address least of all.
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=not url.startswith("sqlite"),
            max_overflow=_OVERFLOW,
        )
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _tune_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        _upgrade(engine)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(f"{url}: no address of a database: {error}") from error
    except DatabaseError as error:
        raise StoreError(f"{url}: {error.orig}") from error
    return engine


@contextmanager
def begin(engine: Engine) -> Iterator[Session]:
    """A session that writes: its work is committed at the end, or not at all."""
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        yield session


@contextmanager
def look(engine: Engine) -> Iterator[Session]:
    """A session that only reads, and sees one moment of the database."""
    if engine.dialect.name == "postgresql":  # which else shows each statement another moment
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        yield session


def tidy_up(engine: Engine) -> None:
    """Let SQLite look at its statistics; PostgreSQL does so by itself."""
    if engine.dialect.name == "sqlite":
        with engine.execution_options(writes=True).begin() as connection:
            connection.execute(text("PRAGMA optimize"))


def _tune_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin below, not where the driver guesses
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: a reader that turns writer fails without waiting."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade(engine: Engine) -> None:
    """Bring an older schema to the newest version; a database that is there already is only read."""
    if inspect(engine).has_table("alembic_version"):
        with engine.connect() as connection:
            if connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD:
                return
    from alembic import command  # noqa: PLC0415 -- slow to load, and most starts do without
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    try:
        with engine.execution_options(writes=True).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
    except CommandError as error:
        raise StoreError(
            f"{engine.url}: made by a newer version of bantin; update bantin, the database is untouched"
        ) from error
