"""What somebody typed into a search box, as a question: no input is an error."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from text.aliases import alias_groups
from text.dates import read_date
from text.letters import has_marks, nfc
from text.tokens import exact_tokens, folded_tokens, token_pairs, token_spans

_QUOTES = {ord(c): '"' for c in "“”„‟«»″"}
_BLANKS = {ord(c): " " for c in "\u00a0\u2007\u202f\u3000\t\r\n\x0b\x0c"}
_PIECE = re.compile(
    r'(?P<minus>-)?(?:(?P<name>[^\W\d_]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))'
)
# What stands inside a word or number and keeps its parts side by side: 135/QĐ-TTg, LĐ-TB&XH, H'Hen.
_APART = re.compile(r"[^\w\-/&.,'’+]+")
_PREFIX = range(2, 41)  # letters before a star; with fewer or more it means nothing
_OR = frozenset(["OR", "HOẶC"])
# The names of operators, Vietnamese and English.
OPERATORS = {
    "cong": "portal", "cổng": "portal", "portal": "portal", "tu": "first", "từ": "first", "from": "first",
    "den": "last", "đến": "last", "to": "last", "nguoi": "person", "người": "person", "person": "person",
    "noi": "place", "nơi": "place", "place": "place",
}  # fmt: skip


@dataclass(frozen=True)
class Token:
    """One word as it is matched: exactly where it was typed with marks, else whatever marks it carries.

    With `prefix` words that begin so. `ways` are the words with marks that it stands for, where they are known.
    """

    key: str
    exact: bool
    prefix: bool = False
    ways: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Item:
    """Words that stand side by side, with other ways to write them."""

    tokens: tuple[Token, ...]
    others: tuple[tuple[Token, ...], ...] = ()


@dataclass(frozen=True)
class Query:
    """A question: every clause must hold, by one of its items; nothing of `excluded` may."""

    clauses: tuple[tuple[Item, ...], ...] = ()
    excluded: tuple[Item, ...] = ()
    portals: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    persons: tuple[Item, ...] = ()
    places: tuple[Item, ...] = ()
    provinces: tuple[str, ...] = ()  # as bare keys, of old or today's names
    sections: tuple[str, ...] = ()  # as bare keys
    figures: bool = False  # only what reports figures

    @property
    def asks(self) -> bool:
        """Whether anything is asked for."""
        return self != Query()

    @property
    def terms(self) -> list[Token]:
        """Every word that is looked for, to be marked in what is found."""
        items = [item for clause in self.clauses for item in clause]
        ways = [way for item in items for way in (item.tokens, *item.others)]
        return list(dict.fromkeys(token for way in ways for token in way))


def read_query(typed: str) -> Query:
    """The question that somebody typed.

    >>> read_query('ho ngheo -"cận nghèo" cong:gia-vien').portals
    ('gia-vien',)
    >>> [[t.key for t in item.tokens] for clause in read_query("1.500 OR hộ").clauses for item in clause]
    [['1500'], ['hộ']]
    """
    query = Query()
    joining = False
    for piece in _PIECE.finditer(_plain(typed)):
        if piece[0] in _OR and query.clauses:
            joining = True
            continue
        if piece["name"] and not piece["minus"] and (told := _operator(query, piece)):
            query = told
            continue
        items = [item for value in _values(piece) if (item := _item(value))]
        if items and piece["minus"]:
            query = replace(query, excluded=(*query.excluded, *items))
        elif items:
            query = replace(query, clauses=_with_items(query.clauses, items, joining))
            joining = False
    return replace(query, clauses=tuple(_expanded(query.clauses)))


def respelled(typed: str, spell: Callable[[Token], str]) -> str:
    """The same question with each word that is looked for as `spell` writes it; all else stays as it was typed.

    >>> respelled('"ho ngheo" -can cong:gia-vien', lambda token: token.key.upper())
    '"HO NGHEO" -can cong:gia-vien'
    """

    def write(piece: re.Match[str]) -> str:
        told, at, written = piece[0], 0, ""
        named = piece["name"] and _operator(Query(), piece)
        if piece["minus"] or named or told in _OR or told.endswith("*"):
            return told
        for start, end in token_spans(told):
            (word,) = _tokens(told[start:end])
            better = spell(word)
            written += told[at:start] + (told[start:end] if better == word.key else better)
            at = end
        return written + told[at:]

    return _PIECE.sub(write, _plain(typed))


def _plain(typed: str) -> str:
    return nfc(typed).translate(_QUOTES | _BLANKS)


def _values(piece: re.Match[str]) -> list[str]:
    """The words of a piece: a quoted phrase is one, else each run without blank or sign."""
    named = [piece["name"]] if piece["name"] else []
    if piece["phrase"] is not None:
        return [*named, piece["phrase"]]
    words = [word for word in _APART.split(piece["word"]) if word]
    if words and piece["word"].endswith("*"):
        words[-1] += "*"
    return [*named, *words]


def _with_items(
    clauses: tuple[tuple[Item, ...], ...], items: list[Item], joining: bool
) -> tuple[tuple[Item, ...], ...]:
    """The clauses with more items, the first as another way of the last clause where it is joined by OR."""
    if not joining:
        return (*clauses, *((item,) for item in items))
    first, *rest = items
    return (*clauses[:-1], (*clauses[-1], first), *((item,) for item in rest))


def ask(typed: str, within: Query) -> Query:
    """The question that somebody typed, within another; what was typed and has no word finds nothing."""
    query = read_query(typed)
    if typed.strip() and not query.asks:
        return replace(within, portals=("",))
    return narrowed(query, within)


def narrowed(query: Query, within: Query) -> Query:
    """What both questions ask for at once."""
    portals = query.portals or within.portals
    if query.portals and within.portals:
        portals = tuple(slug for slug in query.portals if slug in within.portals) or ("",)
    both = {
        name: (*getattr(query, name), *getattr(within, name))
        for name in ("clauses", "excluded", "persons", "places")
    }
    return Query(
        portals=portals,
        first=max(filter(None, (query.first, within.first)), default=None),
        last=min(filter(None, (query.last, within.last)), default=None),
        provinces=within.provinces or query.provinces,
        sections=within.sections or query.sections,
        figures=query.figures or within.figures,
        **both,
    )


def read_item(value: str) -> Item | None:
    """The words of a name, side by side, with the other ways to write it; None where there is no word."""
    item = _item(value)
    return _with_others(item) if item else None


def _item(value: str) -> Item | None:
    tokens = _tokens(value)
    if not tokens:
        return None
    if value.endswith("*") and len(tokens) == 1 and len(tokens[0].key) in _PREFIX:
        return Item((replace(tokens[0], prefix=True),))
    return Item(tokens)


def _tokens(value: str) -> tuple[Token, ...]:
    return tuple(Token(e, True) if has_marks(e) else Token(f, False) for e, f in token_pairs(value))


def _operator(query: Query, piece: re.Match[str]) -> Query | None:
    """The question narrowed by an operator, None where there is no such operator or value."""
    kind = OPERATORS.get(piece["name"].lower())
    value = (piece["phrase"] if piece["phrase"] is not None else piece["word"]).strip()
    if kind is None or not value:
        return None
    if kind == "portal":
        return replace(query, portals=(*query.portals, value.lower()))
    if kind in ("first", "last"):
        return _dated(query, kind, value)
    item = _item(value)
    if item is None:
        return None
    if kind == "person":
        return replace(query, persons=(*query.persons, item))
    return replace(query, places=(*query.places, item))


def _dated(query: Query, kind: str, value: str) -> Query | None:
    read = read_date(value)
    if read is None or read.warning:
        return None
    day = read.day.isoformat()
    if kind == "first":
        return replace(query, first=max(day, query.first or day))
    return replace(query, last=min(day, query.last or date.max.isoformat()))


def _expanded(clauses: tuple[tuple[Item, ...], ...]) -> Iterator[tuple[Item, ...]]:
    """The clauses with the other ways of writing abbreviations; the words of a full name become one item."""
    at = 0
    while at < len(clauses):
        size, others = _alias_at(clauses, at)
        if not size:
            yield tuple(_with_others(item) for item in clauses[at])
            at += 1
            continue
        # All its words, wherever they stand, or any other way to write it.
        words = [clause[0] for clause in clauses[at : at + size]]
        for item in words:
            yield (replace(item, others=others),)
        at += size


def _alias_at(
    clauses: tuple[tuple[Item, ...], ...], at: int
) -> tuple[int, tuple[tuple[Token, ...], ...]]:
    """How many single words from a clause on write out an abbreviation, and the other ways to write it."""
    longest = max(map(len, alias_groups()), default=1)
    words: list[Token] = []
    for clause in clauses[at : at + longest]:
        if len(clause) != 1 or len(clause[0].tokens) != 1:
            break
        words.append(clause[0].tokens[0])
    for size in range(len(words), 1, -1):
        if others := _others(tuple(words[:size])):
            return size, others
    return 0, ()


def _with_others(item: Item) -> Item:
    return replace(item, others=_others(item.tokens))


def _others(tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], ...]:
    """Other ways to write the same, matched as exactly as this one was typed."""
    own = tuple(folded_tokens(" ".join(t.key for t in tokens)))
    exact = any(t.exact for t in tokens)
    ways = []
    for form in alias_groups().get(own, ()):
        keys = exact_tokens(form) if exact else folded_tokens(form)
        ways.append(tuple(Token(key, exact) for key in keys))
    return tuple(way for way in ways if tuple(folded_tokens(" ".join(t.key for t in way))) != own)
