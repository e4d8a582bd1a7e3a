"""Everything that knows Vietnamese: mentions, figures and times out of official prose."""

from nlp.annotate import annotate, reader_version
from nlp.bases import compare_figures
from nlp.gazetteer import home_provinces
from nlp.offices import read_sightings

__all__ = ["annotate", "compare_figures", "home_provinces", "read_sightings", "reader_version"]
