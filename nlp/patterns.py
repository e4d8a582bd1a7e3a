"""Compiled patterns of the tables of names, bodies, places and titles."""

import re
from collections.abc import Iterable

from nlp.tables import either, table, terms
from text import UPPER

_PLACES, _BODIES, _TITLES, _NAMES = (table(n) for n in ("places", "bodies", "titles", "names"))


def whole(words: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """The longest of the words, whole, at the position that is asked."""
    return re.compile(rf"(?:{either(words)})(?![\w&])", flags)


def cased(words: Iterable[str]) -> set[str]:
    """The words as they stand and with a capital first letter."""
    return {form for w in words for form in (w, w[:1].upper() + w[1:])}


_SECOND_HALVES: dict[str, list[str]] = _PLACES["types"]["second_halves"]


def typed(words: Iterable[str]) -> re.Pattern[str]:
    """The longest type word at the position that is asked, unless it is the first half of another word."""
    rows = []
    for word in sorted(cased(words), key=lambda w: (-len(w), w)):
        halves = _SECOND_HALVES.get(word[:1].lower() + word[1:])
        rows.append(re.escape(word) + (rf"(?! (?:{either(halves)})(?!\w))" if halves else ""))
    return re.compile(rf"(?:{'|'.join(rows)})(?:(?<=\.)|(?![\w&]))")


LEVELS = typed(_PLACES["types"]["levels"])
HAMLETS = typed(_PLACES["types"]["hamlets"])
OTHER_TYPES = typed([*_PLACES["types"]["nature"], *_PLACES["types"]["works"]])
BETWEEN = whole(_PLACES["types"]["between"])
COUNTRIES = whole(c for c in _PLACES["names"]["countries"] if " " in c or len(c) > 4)
SHORT_COUNTRIES = whole(c for c in _PLACES["names"]["countries"] if " " not in c and len(c) <= 4)
SHORT_AFTER = re.compile(rf"(?:(?<!\w)(?:{either(_PLACES['names']['short_after'])})|[,-]) ?$")
REGIONS = whole(_PLACES["names"]["regions"])
ABROAD = whole(_PLACES["names"]["abroad"])
CLOSED_RUNS = re.compile(
    rf"(?:{either(cased(_PLACES['names']['closed_runs']))}) (?!(?:tỉnh|huyện|xã)(?!\\w))"
)
# Behind these a place is part of another name; behind a product, or one or two words on, it describes it.
_CLOSED = frozenset(word.lower() for word in _PLACES["names"]["closed"])
_PRODUCTS = frozenset(_PLACES["names"]["products"])
_PARTICLES = frozenset(_BODIES["stops"].split())


def is_closed(before: str) -> bool:
    """Whether what stands before a place makes it part of another name: Lễ hội, dân tộc, đường."""
    words = before.lower().split() if before.endswith(" ") else []
    return any(" ".join(words[-count:]) in _CLOSED for count in (1, 2, 3) if count <= len(words))


def is_product(before: str) -> bool:
    """Whether a product, or a product and one or two words about it, stands before a place: bưởi đỏ."""
    words = before.lower().split() if before.endswith(" ") else []
    for skipped in range(min(3, len(words))):
        if skipped and words[-skipped] in _PARTICLES:
            return False
        rest = words[: len(words) - skipped]
        if rest and (rest[-1] in _PRODUCTS or " ".join(rest[-2:]) in _PRODUCTS):
            return True
    return False


GREAT_MEN = frozenset(_PLACES["names"]["people"])
_FIRST_HALVES = {k: frozenset(v) for k, v in _PLACES["types"]["first_halves"].items()}
_BEFORE = re.compile(r"([^\W\d_]+) $")
PEOPLES = frozenset(table("nouns")["written"]["peoples"])


def is_second_half(text: str, word: re.Match[str]) -> bool:
    """Whether a type word is the second half of another word in the text: khai thác, hội trường."""
    halves = _FIRST_HALVES.get(word[0].lower())
    before = halves and _BEFORE.search(text[max(0, word.start() - 8) : word.start()])
    return bool(before and before[1].lower() in (halves or ()))


STANDALONE = whole(_BODIES["standalone"])
LEVELLED = whole(_BODIES["levelled"])
OVER = re.compile(rf"(?:{either(_BODIES['over'])})(?=\s)")
HEADED = whole([*_BODIES["headed"], *_BODIES["lower"]])
NEVER = whole(_BODIES["never"])
NAMED_AFTER = whole(_BODIES["named_after"])
NUMBERED = whole(_BODIES["numbered"])
BRANCHED = whole(_BODIES["branched"])
FIELDS = whole(terms(_BODIES["fields"]))
INNER = whole(terms(_BODIES["inner"]), re.IGNORECASE)
WEAK = frozenset(_BODIES["weak"])
STOPS = frozenset(_BODIES["stops"].split())
VERBS = whole(_BODIES["verbs"])

# An office may begin with a small letter, but its abbreviations may not.
OFFICES = whole(_TITLES["offices"], re.IGNORECASE)
HAMLET_OFFICES = whole(_TITLES["hamlet"])
BARE_TITLES = re.compile(
    rf"(?:{either(_TITLES['bare'])}|(?i:{either(t for t in _TITLES['bare'] if len(t) > 4)}))(?!\w)"
)
OWNERS = whole(_TITLES["owners"])
# Offices only with a body behind them, and those that are none in small letters and without one.
NEED_BODY = re.compile("|".join(map(re.escape, _TITLES["need_body"])))
SMALL_NEVER = frozenset(_TITLES["small_never"])
DEPARTMENT = re.compile("|".join(map(re.escape, _TITLES["departments"])), re.IGNORECASE)
WORKS = whole(cased(_TITLES["works"]))
_TEMPLE = re.compile(rf"(?:{either(_TITLES['temples'])}) (?=[{UPPER}])")


def temple_before(text: str, at: int) -> int | None:
    """Where the name of a temple begins, whose type stands at a position: trụ trì chùa Phước Lâm."""
    found = _TEMPLE.match(text, at)
    return found.end() if found else None


PREFIXES = whole(_TITLES["prefixes"])
PAST = frozenset(_TITLES["past"])
DEFINITE = whole(_TITLES["definite"])
COMPLETIONS = whole(_TITLES["completions"])
GENERIC_AFTER = re.compile(rf"\s(?:{either(_TITLES['generic_after'])})(?!\w)")
PLURAL_BEFORE = re.compile(
    rf"(?:^|\W)(?:{either(_TITLES['plural'])}) (?:đồng chí )?$", re.IGNORECASE
)
APPOINTING = re.compile(rf"(?:{'|'.join(_TITLES['appointing'])})\s*:?\s*$", re.IGNORECASE)
LEAVING = re.compile(rf"(?:{'|'.join(_TITLES['leaving'])})\s*:?\s*$", re.IGNORECASE)

HONORIFICS = re.compile(
    rf"(?<!\w)(?:{either(cased(_NAMES['honorifics']))})(?:\s?:)?\s(?=\S)|(?<!\w)(?:[Đđ]/c|[Đđ]\.c)\s?(?=\S)"
)
BIRTH_ORDER = whole(_NAMES["birth_order"])
SURNAMES = frozenset(w for w in _NAMES["surnames"].replace("_", " ").split())
TELLING = frozenset(_NAMES["telling"].split())
COMMON_GIVEN = frozenset(_NAMES["common_given"].split())
RARE_SURNAMES = frozenset(_NAMES["rare_surnames"].split())
MIDDLE_NAMES = frozenset(_NAMES["middle_names"].split())
BAPTISMAL = whole(_NAMES["baptismal"])
SPEECH = re.compile(rf"\s(?:{either(_NAMES['speech'])})(?!\w)")
NO_AUTHOR = frozenset(n.lower() for n in _NAMES["no_author"])
LABELS = re.compile(_NAMES["labels"])

# A name behind these is a person's even where it is one word.
PERSONAL = re.compile(rf"(?:{either(_NAMES['personal'])})$")
COMMON = whole(_NAMES["common"])
CAPTIONS = re.compile(_NAMES["captions"])


def firsts(*words: Iterable[str]) -> frozenset[str]:
    """The first words of terms, by which the walk knows where something may begin."""
    found = (re.match(r"[^\W\d_]+", word) for row in words for word in row)
    return frozenset(m[0] for m in found if m)


# What may stand between a name and the office behind it: (62 tuổi), sinh năm 1970, dân tộc Mông.
APPOSITIONS = r"(?:\s\([^()\n]{1,40}\)|, (?:sinh năm|SN) ?\d{4}|, \d{1,3} tuổi|, (?:người )?dân tộc [^,;.\n]{1,20}(?=,))*"
_TYPES = _PLACES["types"]
ROLE_FIRSTS = firsts(
    _TITLES["offices"],
    (t[:1].lower() + t[1:] for key in ("offices", "bare") for t in _TITLES[key]),
    _TITLES["hamlet"],
    _TITLES["bare"],
    _TITLES["owners"],
    _TITLES["prefixes"],
)
BODY_FIRSTS = firsts(*(_BODIES[k] for k in ("standalone", "levelled", "over", "headed", "lower")))
TYPE_FIRSTS = firsts(*(cased(_TYPES[k]) for k in ("levels", "hamlets", "nature", "works")))
PLACE_FIRSTS = firsts(*(_PLACES["names"][k] for k in ("regions", "abroad", "countries")))
CAPTION_FIRSTS = frozenset(("Ảnh", "Tin", "Bài", "Nguồn", "Tác"))
HONORIFIC_FIRSTS = firsts(cased(_NAMES["honorifics"]))
FIRSTS = (
    ROLE_FIRSTS | BODY_FIRSTS | TYPE_FIRSTS | PLACE_FIRSTS | HONORIFIC_FIRSTS
    | firsts(_PLACES["names"]["closed_runs"])
)  # fmt: skip
