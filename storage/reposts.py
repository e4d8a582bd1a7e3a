"""Re-posts: articles of several portals whose current editions tell the same. Never editions of one article.

A group is what likeness ties together, directly or by others; its origin is the member published first. The same
articles make the same groups in any order of work.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from storage import schema
from storage.database import begin, look
from storage.journal import add_line
from text.likeness import Telling, tells_same

NEAR = 31  # days between the publications of an article and its re-post
_MOST = 200_000  # letters of a bulletin that are compared
_LOT = 100  # articles that are compared in one transaction, so that nobody waits long


@dataclass(frozen=True)
class Member:
    """An article as it is compared: portal, day of publication (None where unknown), and what orders it."""

    id: str
    portal: str
    day: str | None
    rank: tuple[str, str]
    telling: Telling


def is_repost(one: Member, other: Member) -> bool:
    """Whether two articles are one piece of news on two portals."""
    if one.portal == other.portal:
        return False
    if one.day and other.day:
        apart = date.fromisoformat(one.day) - date.fromisoformat(other.day)
        if abs(apart.days) > NEAR:
            return False
    return tells_same(one.telling, other.telling)


def group_members(members: Iterable[Member]) -> list[list[Member]]:
    """The members in groups, those of no group alone; only what shares a band is compared."""
    groups: dict[str, list[Member]] = {}
    sharing: dict[int, list[Member]] = defaultdict(list)
    for member in sorted(members, key=lambda m: m.rank):
        bands = member.telling.bands
        near = {m.id: m for band in bands for m in sharing[band]}
        joined = [member]
        for other in (m for m in near.values() if m.portal != member.portal):
            group = groups[other.id]
            if group is not joined and other not in joined and is_repost(member, other):
                joined = [*group, *joined]
                groups.update((m.id, joined) for m in joined)
        groups.update((m.id, joined) for m in joined)
        for band in bands:
            sharing[band].append(member)
    return list({id(group): group for group in groups.values()}.values())


def origin_of(group: Iterable[Member]) -> str | None:
    """The article of a group that was published first; None where there is only one."""
    members = sorted(group, key=lambda m: m.rank)
    return members[0].id if len(members) > 1 else None


def link_reposts(engine: Engine) -> None:
    """Put every article whose current edition was not compared yet into its group; safe when killed."""
    while True:
        with look(engine) as session:  # most times there is nothing to wait for others for
            lot = list(session.scalars(_stale().limit(_LOT)))
        if lot:
            with begin(engine) as session:
                session.get(schema.Counter, "reposts", with_for_update=True)  # one at a time
                _Comparison(session, lot).run()
        if len(lot) < _LOT:
            return


def _stale() -> Any:
    likeness = schema.Likeness
    changed = or_(likeness.edition_id.is_(None), likeness.edition_id != schema.Article.current)
    asked = select(schema.Article.id).outerjoin(likeness, likeness.article_id == schema.Article.id)
    return asked.where(schema.Article.current.is_not(None), changed).order_by(schema.Article.id)


class _Comparison:
    """A lot of articles that are compared anew, with what is known of all that they share a band with."""

    def __init__(self, session: Session, lot: list[str]) -> None:
        self._session = session
        self._cache: dict[str, Member] = {}
        self._lot = _read_members(session, lot, self._cache)
        articles = select(schema.Article).where(schema.Article.id.in_(lot))
        self._articles = {row.id: row for row in session.scalars(articles)}
        compared = select(schema.Likeness).where(schema.Likeness.article_id.in_(lot))
        self._before = {row.article_id: row for row in session.scalars(compared)}
        self._bands = {member.id: member.telling.bands for member in self._lot}
        self._sharing: dict[int, set[tuple[str, str]]] = defaultdict(set)  # ids with portals
        self._changed: dict[str, str | None] = {}
        band, article = schema.Band, schema.Article
        keys = {key for bands in self._bands.values() for key in bands}
        asked = select(band.key, band.article_id, article.portal).where(band.key.in_(keys))
        for row in session.execute(asked.join(article, article.id == band.article_id)):
            self._sharing[row.key].add((row.article_id, row.portal))

    def run(self) -> None:
        """Set the origins of all whose groups are others now, and keep the bands."""
        for member in self._lot:
            self._forget(member.id)
            self._relink(member)
            for key in self._bands[member.id]:
                self._sharing[key].add((member.id, member.portal))
        rows = [{"key": k, "article_id": key} for key, bands in self._bands.items() for k in bands]
        if rows:
            self._session.execute(insert(schema.Band.__table__), rows)  # type: ignore[arg-type]
        # The journal last: whoever stores an article holds its row when it takes a number.
        for article_id, origin in sorted(self._changed.items()):
            if _told(self._session, article_id) != (origin or ""):
                current = self._session.get_one(schema.Article, article_id).current
                add_line(self._session, "reposts", article_id, current, origin or "")

    def _forget(self, article_id: str) -> None:
        """Let go of the bands of an earlier edition, and note that this one is compared."""
        article, bands = self._articles[article_id], self._bands[article_id]
        row = self._before.get(article_id)
        if row is None:
            row = schema.Likeness(article_id=article_id, edition_id=article.current, bands=bands)
            self._session.add(row)
            return
        band = schema.Band
        gone = delete(band).where(band.key.in_(row.bands), band.article_id == article_id)
        self._session.execute(gone)
        for key in row.bands:
            self._sharing[key].discard((article_id, article.portal))
        row.edition_id, row.bands = article.current or "", bands

    def _relink(self, member: Member) -> None:
        session, origin = self._session, self._articles[member.id].origin
        shared = {pair for band in self._bands[member.id] for pair in self._sharing[band]}
        near = {key for key, portal in shared if portal != member.portal}
        if not near and origin is None:
            return
        apart = self._held(origin) if origin else []
        groups = group_members(m for m in apart if m.id != member.id)
        joined = [member]
        for candidate in _read_members(session, sorted(near), self._cache):
            if candidate in joined or not is_repost(member, candidate):
                continue
            group = next((g for g in groups if candidate in g), None)
            groups = [g for g in groups if g is not group]
            joined += group or self._group(candidate)
        for group in (*groups, joined):
            self._set_origin(group)

    def _group(self, member: Member) -> list[Member]:
        """The group that an article is in by now."""
        asked = select(schema.Article.origin).where(schema.Article.id == member.id)
        origin = self._session.scalar(asked)
        return [member] if origin is None else self._held(origin)

    def _held(self, origin: str) -> list[Member]:
        """The articles that are held for one piece of news."""
        asked = select(schema.Article.id).where(schema.Article.origin == origin)
        return _read_members(self._session, sorted(self._session.scalars(asked)), self._cache)

    def _set_origin(self, group: list[Member]) -> None:
        origin = origin_of(group)
        articles = select(schema.Article).where(schema.Article.id.in_([m.id for m in group]))
        for article in self._session.scalars(articles.order_by(schema.Article.id)):
            if article.origin != origin:
                article.origin = self._changed[article.id] = origin
        self._session.flush()


def _told(session: Session, article_id: str) -> str:
    """The origin of an article that the journal told last: a rebuild is no news."""
    line = schema.Journal
    asked = select(line.detail).where(line.article_id == article_id, line.event == "reposts")
    return session.scalar(asked.order_by(line.number.desc()).limit(1)) or ""


def likely_groups(session: Session) -> Iterator[list[list[Member]]]:
    """The groups that the texts make of articles which share bands or an origin, a cluster of these at a time."""
    band, article = schema.Band, schema.Article
    shared = select(band.key).group_by(band.key).having(func.count() > 1)
    near = select(band.key, band.article_id).where(band.key.in_(shared)).order_by(band.key)
    held = select(article.origin, article.id).where(article.origin.is_not(None))
    clusters: dict[str, set[str]] = {}
    first: dict[Any, str] = {}
    for question in (near, held.order_by(article.origin)):
        for key, article_id in session.execute(question):
            one = clusters.setdefault(first.setdefault(key, article_id), {first[key]})
            other = clusters.setdefault(article_id, {article_id})
            if one is not other:
                small, large = sorted((one, other), key=len)
                large |= small
                clusters.update(dict.fromkeys(small, large))
    for cluster in {id(found): found for found in clusters.values()}.values():
        yield group_members(_read_members(session, sorted(cluster), {}))


def wrong_bands(session: Session) -> Iterator[str]:
    """Articles that were not compared as their current edition reads."""
    asked = (
        select(schema.Article.id, schema.Edition, schema.Likeness)
        .join(schema.Edition, schema.Edition.id == schema.Article.current)
        .outerjoin(schema.Likeness, schema.Likeness.article_id == schema.Article.id)
        .order_by(schema.Article.id)
    )
    for article_id, edition, row in session.execute(asked.execution_options(yield_per=200)):
        bands = _member(article_id, "", edition).telling.bands
        if row is None or (row.edition_id, row.bands) != (edition.id, bands):
            yield article_id


def _read_members(session: Session, keys: list[str], cache: dict[str, Member]) -> list[Member]:
    """These articles as they are compared, read from the database where they were not yet."""
    missing = [key for key in keys if key not in cache]
    article, edition = schema.Article, schema.Edition
    asked = select(article.id, article.portal, edition).join(edition, edition.id == article.current)
    for at in range(0, len(missing), _LOT):
        some = asked.where(article.id.in_(missing[at : at + _LOT]))
        for article_id, portal, found in session.execute(some):
            cache[article_id] = _member(article_id, portal, found)
    return [cache[key] for key in keys if key in cache]


def _member(article_id: str, portal: str, edition: schema.Edition) -> Member:
    reading = edition.reading
    told = "\n".join(filter(None, (reading["lead"], reading["body"])))
    day = edition.published[:10] if edition.published else None
    rank = (edition.published or edition.captured.isoformat(), article_id)
    return Member(article_id, portal, day, rank, Telling(told[:_MOST]))
