"""The one place that asks for the time."""

import os
from datetime import UTC, datetime
from pathlib import Path


def now() -> datetime:
    """The present moment, in UTC: the one written in the file that BANTIN_CLOCK names, where somebody owns the clock."""
    if owned := os.environ.get("BANTIN_CLOCK"):
        return datetime.fromisoformat(Path(owned).read_text(encoding="utf-8")).astimezone(UTC)
    return real_now()


def real_now() -> datetime:
    """The present moment by this machine, in UTC: what leases end by, whoever owns the clock."""
    return datetime.now(UTC)
