"""Checks of the search indexes against the database: what `verify` asks of them."""

from collections.abc import Iterator

from filelock import Timeout
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model.records import Finding
from storage import schema
from storage.checks import about_article
from storage.index import DerivedIndex, Moment

_LOT = 500  # articles compared with the index at once


def check_index(index: DerivedIndex) -> Iterator[Finding]:
    """What an index of articles or figures lacks, holds in another reading, or should no longer hold.

    What the next search brings into it is no fault.
    """
    try:
        with index.moment() as moment:
            if moment.searcher is None:
                yield from _check_none(index, moment.session)
            elif not moment.anew:
                yield from _check_documents(index, moment)
    except Timeout:
        yield Finding(what=index.name, problem="not checked: another process is making it")


def _check_none(index: DerivedIndex, session: Session) -> Iterator[Finding]:
    if count := session.scalar(select(func.count()).select_from(schema.Article)):
        problem = f"missing or damaged, {count} articles; the next search makes it anew"
        yield Finding(what=index.name, problem=problem)


def _check_documents(index: DerivedIndex, moment: Moment) -> Iterator[Finding]:
    session = moment.session
    later = select(schema.Journal.article_id).where(schema.Journal.number > moment.number)
    waiting = {key for key in session.scalars(later) if key}
    ids = list(session.scalars(select(schema.Article.id).order_by(schema.Article.id)))
    total = moment.size() - len(moment.held(sorted(waiting - set(ids))))
    for at in range(0, len(ids), _LOT):
        held = moment.held(ids[at : at + _LOT])
        total -= len(held)
        for key, (version, article_id) in index.expected(session, ids[at : at + _LOT]).items():
            found = held.pop(key, None)
            if article_id in waiting or found == version:
                continue
            problem = "not in the index" if found is None else "indexed in another reading"
            yield about_article(session, article_id, index.name, problem)
        if held and not waiting:
            yield Finding(what=index.name, problem=f"holds {', '.join(held)}: not there any more")
        session.expunge_all()
    if total:
        yield Finding(what=index.name, problem=f"holds {total} of articles that are not there")
