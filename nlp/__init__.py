"""Everything that knows Vietnamese: mentions, figures and times out of official prose."""

from nlp.annotate import READER_VERSION, annotate

__all__ = ["READER_VERSION", "annotate"]
