"""What came of a portal's refresh, once its pages are read, and how much of the portal is held."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from storage import schema
from storage.clock import now
from storage.database import begin, look

FIELDS = ("title", "published", "lead", "body", "byline")
_CRAWLED = ("article", "file")


def report_run(engine: Engine, run_id: int, full: bool) -> dict[str, Any]:
    """The report of a run, stored with it: counts, reasons, coverage of each field in whole percent."""
    with look(engine) as session:
        run = session.get_one(schema.Run, run_id)
        captures = session.scalars(_captures_of(run)).all()
        made = _counts(session, captures) | {"vanished": _vanished_in(session, run)}
        made |= {"requests": run.requests, "lists": run.lists, "articles": run.articles}
        made |= {"failed": run.failed, "full": full, "signs": (run.report or {}).get("signs", [])}
        ratio = Decimal(run.requests - made["files"]) / run.articles if run.articles else None
        made["per_article"] = None if ratio is None else str(ratio.quantize(Decimal("0.01")))
    store_report(engine, run_id, made)
    return made


def store_report(engine: Engine, run_id: int, report: dict[str, Any]) -> None:
    """Keep a report with its run."""
    with begin(engine) as session:
        session.get_one(schema.Run, run_id).report = report


def _captures_of(run: schema.Run) -> Any:
    capture = schema.Capture
    return select(capture).where(
        capture.portal == run.portal, capture.kind.in_(_CRAWLED),
        capture.captured >= run.started, capture.captured <= (run.ended or now()),
    )  # fmt: skip


def _counts(session: Session, captures: Sequence[schema.Capture]) -> dict[str, Any]:
    read = [c for c in captures if c.state == "read"]
    founded = {c.id for c in read} & set(
        session.scalars(
            select(schema.Edition.capture_id).where(
                schema.Edition.id.in_({c.edition_id for c in read})
            )
        )
    )
    fresh = [c for c in read if c.id in founded]
    edited = sum(_had_edition(session, c) for c in fresh)
    reasons = Counter(
        (c.error or "unknown").partition(":")[0] for c in captures if c.state == "failed"
    )
    readings = [session.get_one(schema.Edition, c.edition_id) for c in read]
    shown = {f: sum(bool(e.reading.get(f)) for e in readings) for f in FIELDS}
    return {
        "new": len(fresh) - edited,
        "edited": edited,
        "unchanged": len(read) - len(fresh),
        "unreadable": dict(sorted(reasons.items())),
        "files": sum(c.kind == "file" for c in captures),
        "read": len(read),
        "drifted": sum(_is_drifted(e) for e in readings),
        "generic": sum(e.dialect == "generic" for e in readings),
        "coverage": {f: 100 * n // len(read) for f, n in shown.items()} if read else {},
    }


def _is_drifted(edition: schema.Edition) -> bool:
    """Whether the extractor warned that the dialect's selectors find nothing."""
    return any(
        str(told).startswith("the selectors of") for told in edition.reading.get("warnings", [])
    )


def _had_edition(session: Session, capture: schema.Capture) -> bool:
    """Whether the article had an edition before this capture."""
    earlier = select(schema.Edition.id).where(
        schema.Edition.article_id == capture.article_id, schema.Edition.captured < capture.captured
    )
    return session.scalar(earlier.limit(1)) is not None


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
