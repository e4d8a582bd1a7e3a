"""Everything that knows Vietnamese: mentions, figures and times out of official prose."""

from nlp.annotate import annotate, reader_version

__all__ = ["annotate", "reader_version"]
