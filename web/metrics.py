"""What a monitor asks for: the health of portals, jobs and outbox as Prometheus metrics."""

from collections.abc import Iterable
from functools import partial

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from model.clock import now
from storage.database import Engine
from storage.jobs import list_jobs
from storage.vitals import portal_healths, totals
from web.app import archive_of
from web.kept import Kept
from web.routes import Routes

router = Routes()
_FRESH = 30  # seconds that an answer is given again: making one looks at every portal
_PARTS = ("number", "read", "bulletins", "fields", "reading")


class ArchiveCollector:
    """Reads the metrics of an archive each time they are asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterable[Metric]:
        """One gauge a line of the tables below."""
        health = GaugeMetricFamily(
            "bantin_portal_health", "Health from 0 to 100.", labels=["portal", "part"]
        )
        trouble = GaugeMetricFamily(
            "bantin_portal_trouble", "1 while it lasts.", labels=["portal", "kind"]
        )
        for slug, found in portal_healths(self._engine).items():
            for part in _PARTS:
                health.add_metric([slug, part], getattr(found, part))
            for kind in found.troubles:
                trouble.add_metric([slug, kind], 1)
        yield health
        yield trouble
        for name, value in totals(self._engine).items():
            yield GaugeMetricFamily(f"bantin_{name}", name.replace("_", " "), value=value)
        ended = GaugeMetricFamily(
            "bantin_job_age_seconds", "Since a job ended last.", labels=["job", "outcome"]
        )
        for name, job in list_jobs(self._engine).items():
            if job.ended is not None:
                ended.add_metric([name, job.outcome or ""], (now() - job.ended).total_seconds())
        yield ended  # fmt: skip


@router.reads("/metrics")
def metrics(request: Request) -> Response:
    """Prometheus metrics."""
    state = request.app.state
    if not hasattr(state, "metrics"):
        state.metrics = Kept(partial(_write, archive_of(request).engine), _FRESH)
    return Response(state.metrics.get(), media_type=CONTENT_TYPE_LATEST)


def _write(engine: Engine) -> bytes:
    registry = CollectorRegistry()
    registry.register(ArchiveCollector(engine))
    return generate_latest(registry)
