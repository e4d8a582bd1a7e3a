"""Compiled patterns of the tables of names, bodies, places and titles."""

import re
from collections.abc import Iterable

from nlp.tables import either, table, terms

_PLACES, _BODIES, _TITLES, _NAMES = (table(n) for n in ("places", "bodies", "titles", "names"))


def whole(words: Iterable[str]) -> re.Pattern[str]:
    """The longest of the words, whole, at the position that is asked."""
    return re.compile(rf"(?:{either(words)})(?![\w&])")


def cased(words: Iterable[str]) -> set[str]:
    """The words as they stand and with a capital first letter."""
    return {form for w in words for form in (w, w[:1].upper() + w[1:])}


LEVELS = whole(cased(_PLACES["types"]["levels"]))
HAMLETS = whole(cased(_PLACES["types"]["hamlets"]))
OTHER_TYPES = whole(cased([*_PLACES["types"]["nature"], *_PLACES["types"]["works"]]))
BETWEEN = whole(_PLACES["types"]["between"])
COUNTRIES = whole(c for c in _PLACES["names"]["countries"] if " " in c or len(c) > 4)
SHORT_COUNTRIES = whole(c for c in _PLACES["names"]["countries"] if " " not in c and len(c) <= 4)
SHORT_AFTER = re.compile(rf"(?:(?<!\w)(?:{either(_PLACES['names']['short_after'])})|[,-]) ?$")
REGIONS = whole(_PLACES["names"]["regions"])
CLOSED = re.compile(rf"(?:^|\W)(?:{either(_PLACES['names']['closed'])}) $", re.IGNORECASE)
GREAT_MEN = frozenset(_PLACES["names"]["people"])
FIRST_HALVES = frozenset(_PLACES["first_halves"])
PEOPLES = frozenset(table("nouns")["written"]["peoples"])

STANDALONE = whole(_BODIES["standalone"])
LEVELLED = whole(_BODIES["levelled"])
OVER = re.compile(rf"(?:{either(_BODIES['over'])})(?=\s)")
HEADED = whole([*_BODIES["headed"], *_BODIES["lower"]])
NEVER = whole(_BODIES["never"])
FIELDS = whole(terms(_BODIES["fields"]))
INNER = frozenset(_BODIES["inner"].split())
VERBS = whole(_BODIES["verbs"])

OFFICES = whole(_TITLES["offices"])
HAMLET_OFFICES = whole(_TITLES["hamlet"])
BARE_TITLES = re.compile(rf"(?:{either(_TITLES['bare'])})(?!\w)")
OWNERS = whole(_TITLES["owners"])
PREFIXES = whole(_TITLES["prefixes"])
PAST = frozenset(_TITLES["past"])
DEFINITE = whole(_TITLES["definite"])
COMPLETIONS = whole(_TITLES["completions"])
GENERIC_AFTER = re.compile(rf"\s(?:{either(_TITLES['generic_after'])})(?!\w)")
PLURAL_BEFORE = re.compile(
    rf"(?:^|\W)(?:{either(_TITLES['plural'])}) (?:đồng chí )?$", re.IGNORECASE
)
APPOINTING = re.compile(rf"(?:{'|'.join(_TITLES['appointing'])})\s*:?\s*$", re.IGNORECASE)

HONORIFICS = re.compile(
    rf"(?<!\w)(?:{either(cased(_NAMES['honorifics']))})(?:\s?:)?\s(?=\S)|(?<!\w)(?:[Đđ]/c|[Đđ]\.c)\s?(?=\S)"
)
BIRTH_ORDER = whole(_NAMES["birth_order"])
SURNAMES = frozenset(w for w in _NAMES["surnames"].replace("_", " ").split())
SPEECH = re.compile(rf"\s(?:{either(_NAMES['speech'])})(?!\w)")
NO_AUTHOR = frozenset(n.lower() for n in _NAMES["no_author"])
LABELS = re.compile(_NAMES["labels"])
