"""The counted noun phrase behind a number, and where it ends."""

import re
from functools import cache

from nlp.tables import either, table, terms

_TABLE = table("nouns")
_STOPS = frozenset(_TABLE["stops"].split())
_VERBS = re.compile(rf"(?:{either(terms(_TABLE['verbs']))})(?!\w)")
_FIXED = re.compile(rf"(?:{either(terms(_TABLE['fixed']))})(?!\w)", re.IGNORECASE)
_KINDS = re.compile(rf"(?:{either(terms(_TABLE['kinds']))})(?!\w)")
_LIGHT = frozenset(_TABLE["light"])
_CLASSES = [frozenset(terms(cell)) for cell in _TABLE["classes"].values()]
_WRITTEN = re.compile(rf"(?:{either(_TABLE['written']['kinds'])})(?!\w)")
_PEOPLES = re.compile(rf"(?:{either(_TABLE['written']['peoples'])})(?!\w)")
_HEADS = frozenset(_TABLE["written"]["heads"])
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_JOINT = re.compile(r"(?:,\s?|\s(?:và|&|hoặc)\s)")
_ETHNIC_HEADS = (
    "người",
    "đồng bào",
    "làng",
    "học sinh",
    "hộ",
    "dân tộc",
    "bản",
    "buôn",
    "em",
    "thanh niên",
)
_LONGEST = 9  # words; the longest counted noun of the guideline's bulletins has nine


def noun_end(text: str, at: int) -> int | None:
    """Where the counted noun phrase that begins at a position ends, None where none begins."""
    fixed = _FIXED.match(text, at)
    head = _WORD.match(text, at)
    if head is None or not (fixed or (_may_begin(head[0]) and not _VERBS.match(text, at))):
        return None
    end = _phrase_end(text, at)
    while (joint := _JOINT.match(text, end)) and _same_class(text, at, end, joint.end()):
        end = _phrase_end(text, joint.end())
    return end


@cache
def is_known(noun: str) -> bool:
    """Whether the tables know what a counted noun begins with."""
    lowered = noun.lower()
    known = _FIXED.match(lowered) or _KINDS.match(lowered) or lowered.split(" ")[0] in _LIGHT
    return bool(known) or _class_of(lowered) is not None


def _may_begin(word: str) -> bool:
    if word.isupper() and len(word) > 1:
        return True
    if word[0].isupper():
        return word in _HEADS
    return word not in _STOPS


def _phrase_end(text: str, at: int) -> int:
    fixed, head = _FIXED.match(text, at), _WORD.match(text, at)
    end = fixed.end() if fixed else (head.end() if head else at)
    words = text[at:end].count(" ") + 1
    while words < _LONGEST and text[end : end + 1] == " ":
        step = _next_word(text, at, end, first=words == 1)
        if step is None:
            return end
        words += text[end:step].count(" ")
        end = step
    return end


def _next_word(text: str, at: int, end: int, first: bool) -> int | None:
    """The end of the next word of the phrase, None where the phrase ends."""
    begin = end + 1
    phrase = text[at:end].lower()
    if phrase.endswith(_ETHNIC_HEADS) and (people := _PEOPLES.match(text, begin)):
        return people.end()
    for pattern in (_WRITTEN, _FIXED) if not first else (_WRITTEN,):
        if found := pattern.match(text, begin):
            return found.end()
    if phrase in _LIGHT or phrase.endswith(("trường hợp", "đồng chí")):
        kind = _KINDS.match(text, begin)
        return (
            kind.end() if kind and phrase not in ("trường hợp", "đồng chí", "khẩu", "lần") else None
        )
    word = _WORD.match(text, begin)
    if word is None or _VERBS.match(text, begin):
        return None
    return _plain_word(text, at, word)


def _plain_word(text: str, at: int, word: re.Match[str]) -> int | None:
    if text[at : at + 2].isupper() and len(text[at:].split(" ", 1)[0]) > 1:
        return word.end() if word[0].isupper() and word[0].lower() not in _STOPS else None
    if not word[0].islower() or word[0] in _STOPS:
        return None
    return word.end()


@cache
def _class_of(noun: str) -> int | None:
    for number, members in enumerate(_CLASSES):
        if any(noun == m or noun.startswith(m + " ") for m in members):
            return number
    return None


def _same_class(text: str, at: int, end: int, after: int) -> bool:
    """Whether a noun of the same class follows, so that one number counts both."""
    if not text[after : after + 1].islower():
        return False
    # A single word before the comma is a coordinated head (thương, bệnh binh); else classes decide.
    rest = re.split(r"[^\w ]", text[after : after + 40])[0]
    following = _class_of(rest)
    if following is None:
        return text[at:end] == "thương" and rest.startswith("bệnh binh")
    return any(_class_of(text[k:end]) == following for k in _word_starts(text, at, end))


def _word_starts(text: str, at: int, end: int) -> list[int]:
    return [m.start() for m in _WORD.finditer(text, at, end)]
