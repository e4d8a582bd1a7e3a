"""What came of a portal's refresh, once its pages are read, and how much of the portal is held."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, Text, case, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from model.clock import now
from storage import schema
from storage.database import begin, look

FIELDS = ("title", "published", "lead", "body", "byline")


def report_run(engine: Engine, run_id: int) -> dict[str, Any]:
    """The report of a run, stored with it: counts, reasons, coverage of each field in whole percent."""
    with look(engine) as session:
        run = session.get_one(schema.Run, run_id)
        made = _readings(session, run) | _captures(session, run)
        made |= {"vanished": _vanished_in(session, run), "failed": run.failed}
        made |= {"requests": run.requests, "lists": run.lists, "articles": run.articles}
        made["signs"] = (run.report or {}).get("signs", [])
        ratio = Decimal(run.requests - made["files"]) / run.articles if run.articles else None
        made["per_article"] = None if ratio is None else str(ratio.quantize(Decimal("0.01")))
    store_report(engine, run_id, made)
    return made


def store_report(engine: Engine, run_id: int, report: dict[str, Any]) -> None:
    """Keep a report with its run."""
    with begin(engine) as session:
        session.get_one(schema.Run, run_id).report = report


def _of_run(run: schema.Run) -> tuple[Any, ...]:
    """Which captures a run made."""
    capture = schema.Capture
    return (capture.portal == run.portal, capture.captured.between(run.started, run.ended or now()))


def _captures(session: Session, run: schema.Run) -> dict[str, Any]:
    """Files had, and why pages could not be read: the first word of each reason."""
    capture = schema.Capture
    asked = select(capture.kind, capture.state, capture.error, func.count()).where(*_of_run(run))
    reasons: Counter[str] = Counter()
    files = 0
    for kind, state, error, count in session.execute(
        asked.group_by(capture.kind, capture.state, capture.error)
    ):
        files += count if kind == "file" else 0
        if state == "failed":
            reasons[(error or "unknown").partition(":")[0]] += count
    return {"files": files, "unreadable": dict(sorted(reasons.items()))}


def _readings(session: Session, run: schema.Run) -> dict[str, Any]:
    """What the run's captures were read as, and in what share of them each field was found."""
    capture, edition = schema.Capture, schema.Edition
    earlier = aliased(edition)
    fresh = edition.capture_id == capture.id
    older = exists().where(
        earlier.article_id == edition.article_id, earlier.captured < edition.captured
    )
    told = cast(edition.reading["warnings"], Text)
    counts: dict[str, Any] = {
        "read": func.count(),
        "fresh": _how_many(fresh),
        "edited": _how_many(fresh & older),
        "generic": _how_many(edition.dialect == "generic"),
        "drifted": _how_many(told.like("%the selectors of %")),
    }
    fields = {name: _how_many(edition.reading[name].as_string() != "") for name in FIELDS}
    asked = select(*counts.values(), *fields.values()).select_from(capture)
    joined = asked.join(edition, edition.id == capture.edition_id)
    row = session.execute(joined.where(*_of_run(run), capture.state == "read")).one()
    made = dict(zip([*counts, *fields], (int(count or 0) for count in row), strict=True))
    read, new = made["read"], made.pop("fresh")
    coverage = {name: 100 * made.pop(name) // max(read, 1) for name in FIELDS}
    made |= {"new": new - made["edited"], "unchanged": read - new}
    return made | {"coverage": coverage if read else {}}


def _how_many(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _vanished_in(session: Session, run: schema.Run) -> int:
    article = schema.Article
    when = article.vanished.between(run.started, run.ended or now())
    asked = select(func.count()).select_from(article).where(article.portal == run.portal, when)
    return session.scalar(asked) or 0


def last_reports(engine: Engine, slug: str, count: int) -> list[dict[str, Any]]:
    """The reports of a portal's last runs, newest first; each with when it `started` and its outcome."""
    asked = select(schema.Run).where(schema.Run.portal == slug).order_by(schema.Run.id.desc())
    with look(engine) as session:
        runs = session.scalars(asked.limit(count)).all()
        return [
            (run.report or {}) | {"started": run.started, "outcome": run.outcome} for run in runs
        ]


def newest_days(engine: Engine, slug: str, count: int = 20) -> list[date]:
    """The dates of a portal's newest bulletins, newest first."""
    edition, article = schema.Edition, schema.Article
    asked = (
        select(edition.published)
        .join(article, article.current == edition.id)
        .where(article.portal == slug, edition.published.is_not(None))
        .order_by(edition.published.desc())
    )
    with look(engine) as session:
        written = session.scalars(asked.limit(count)).all()
    return [datetime.fromisoformat(when).date() for when in written if when]


def walked_to_end(engine: Engine, slug: str) -> datetime | None:
    """When every section of a portal had been walked to its end; None where one never was."""
    page = schema.Page
    asked = select(page).where(page.portal == slug, page.kind == "section")
    with look(engine) as session:
        return earliest_end(session.scalars(asked).all())


def earliest_end(heads: Sequence[schema.Page]) -> datetime | None:
    """When the last of these sections had been walked to its end; None where one never was."""
    ends = [head.listed for head in heads if head.listed]
    return min(ends) if ends and len(ends) == len(heads) else None
