"""Pages, feeds and metrics over an archive."""

from web.app import create_app

__all__ = ["create_app"]
