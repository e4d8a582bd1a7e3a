"""Routes that are read: GET, and HEAD beside it (RFC 9110, 9.1)."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter

Work = TypeVar("Work", bound=Callable[..., Any])


class Routes(APIRouter):
    """A router whose GET answers HEAD too; only GET stands in the description of the API."""

    def reads(self, path: str, **told: Any) -> Callable[[Work], Work]:
        """A route that changes nothing."""
        return self.api_route(path, methods=["GET", "HEAD"], include_in_schema=bool(told), **told)
