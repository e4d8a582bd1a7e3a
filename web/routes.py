"""Routes that are read: GET, and HEAD beside it (RFC 9110, 9.1)."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter


class Routes(APIRouter):
    """A router whose GET answers HEAD too."""

    def reads(self, path: str) -> Callable[[Any], Any]:
        """A route that changes nothing."""
        return self.api_route(path, methods=["GET", "HEAD"])
