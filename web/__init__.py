"""Pages, feeds, API and metrics over an archive."""

from web import (
    api,
    articles,
    figures,
    following,
    metrics,
    operator,
    people,
    places,
    portals,
    replaying,
    searching,
    telling,
)

PARTS = (
    following,
    searching,
    articles,
    figures,
    people,
    places,
    portals,
    replaying,
    telling,
    api,
    operator,
    metrics,
)

from web.app import create_app  # noqa: E402 -- needs the parts

__all__ = ["PARTS", "create_app"]
