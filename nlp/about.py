"""What a figure measures: the words before it, by the rules of the gold bulletins' RELATIONS.md."""

import re
from bisect import bisect_left
from dataclasses import dataclass

from nlp.amounts import Read
from nlp.compared import Comparison
from nlp.nouns import noun_end
from nlp.source import Source
from nlp.tables import either, table, terms

Span = tuple[int, int]
_TABLE = table("meaning")
_LINKS = frozenset(terms(_TABLE["links"]))
_FRAMES = frozenset(terms(_TABLE["frames"]))
_LOOSE = _LINKS | _FRAMES
_LONGEST = 4  # words of the longest loose term
_HEAD = re.compile(rf"(?<!\w)(?:{either(terms(_TABLE['heads']))})(?!\w)")
_DIMENSION = re.compile(rf"(?<!\w)(?:{either(terms(_TABLE['dimensions']))})$")
_VERB = re.compile(rf"(?<!\w)(?:{either(terms(_TABLE['verbs']))})(?!\w)")
_SAYING = re.compile(rf"(?<!\w)(?:{either(terms(_TABLE['sayings']))})$")
_OPENER = re.compile(rf"(?<!\w)(?:{either(terms(_TABLE['openers']))}) ?$")
_RUN = re.compile(r"[^,;:()\"“”\n\0]*$")
_WORDS = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_MARKS = ' ,:("“”\0)+-–/.&*'
_REACH = 300  # letters before a figure in which it is told what it measures
_MOST = 6  # words of what is taken without a head or a verb


@dataclass(frozen=True)
class Around:
    """A text with the spans in it that name nothing measured: mentions and times, in order."""

    source: Source
    closed: list[Span]

    def masked(self, first: int, last: int) -> str:
        """A stretch in lower case with zeros for what names nothing."""
        letters = self.source.lowered[first:last]
        at = max(0, bisect_left(self.closed, (first, 0)) - 1)
        for start, end in self.closed[at:]:
            if start >= last:
                break
            a, b = max(start, first) - first, min(end, last) - first
            if a < b:
                letters = letters[:a] + "\0" * (b - a) + letters[b:]
        return re.sub(r"\([^()\d]*\)", lambda m: "\0" * len(m[0]), letters)


def find_abouts(
    around: Around, reads: list[Read], wholes: list[int | None], compared: list[Comparison]
) -> list[Span | None]:
    """The span of what each figure measures, None where nothing names it."""
    namer = _Namer(around, reads, compared)
    for number, whole in enumerate(wholes):
        namer.done.append(namer.about(number, whole))
    return namer.done


class _Namer:
    """The figures of one text in order, with what is known of the earlier ones."""

    def __init__(self, around: Around, reads: list[Read], compared: list[Comparison]) -> None:
        self.around, self.reads, self.compared = around, reads, compared
        self.done: list[Span | None] = []

    def about(self, number: int, whole: int | None) -> Span | None:
        read, source = self.reads[number], self.around.source
        first, joined = self._begin(number)
        masked = self._masked(number, first)
        told = _told(masked, read, joined)
        if told:
            return first + told[0], first + told[1]
        inherited = self.done[whole] if whole is not None else None
        if "elided_noun" in read.flags:
            return inherited
        if joined and told is None and ";" not in masked:
            return self._joined(number, masked, inherited)
        return inherited or _behind(source, read)

    def _begin(self, number: int) -> tuple[int, bool]:
        """Where words bear on a figure from, and whether an earlier figure of the sentence ends there."""
        read = self.reads[number]
        sentence, _ = self.around.source.sentence(read.start)
        before = self.reads[number - 1] if number else None
        passed = _passed(self.around.source, before, self.compared[number - 1]) if before else 0
        first = min(read.start, max(sentence, passed, read.start - _REACH))
        return first, before is not None and sentence < before.end

    def _masked(self, number: int, first: int) -> str:
        """The words before a figure, without what a difference is above or below."""
        start = self.reads[number].start
        masked, told = self.around.masked(first, start), self.compared[number]
        if told.change and told.baseline and first <= told.baseline[0] < start:
            a, b = told.baseline[0] - first, told.baseline[1] - first
            masked = masked[:a] + "\0" * (b - a) + masked[b:]
        return masked

    def _joined(self, number: int, masked: str, inherited: Span | None) -> Span | None:
        """What a figure right behind another one measures: the same, or the noun behind it."""
        read, before, last = self.reads[number], self.reads[number - 1], self.done[-1]
        change = self.compared[number].change
        if _fresh(read, masked) and not change:
            return inherited
        behind = _behind(self.around.source, read)
        if behind and _is_own(read, before, masked, last):
            return behind
        counted = change or read.type == "percent" or read.unit == "lần"
        if last is None and before.noun and counted:
            return _noun_of(self.around.source, before)
        return last or inherited or behind


def _passed(source: Source, before: Read, compared: Comparison) -> int:
    """Where what belongs to an earlier figure ends: its noun, if it is a measure's, and its baseline."""
    end = before.end
    behind = _behind(source, before)
    if behind and behind[0] <= end + len(" của "):
        end = behind[1]
    return max(end, compared.baseline[1] if compared.baseline else 0)


_FRESH = re.compile(r"(?<!\w)(?:với|có|mỗi)(?!\w)[^,]*$")
_BARE_LINKS = re.compile(r"(?<!\w)(?:đạt|chiếm|bằng|tăng|giảm|còn|vượt)(?!\w)")


def _fresh(read: Read, masked: str) -> bool:
    """Whether a count behind với, có or mỗi begins anew: 137 tổ với 1.644 thành viên."""
    return read.type == "count" and bool(_FRESH.search(masked))


def _is_own(read: Read, before: Read, masked: str, last: Span | None) -> bool:
    """Whether the noun behind a share or measure is its own: 100% là người Mông; 18 ha cà phê, 7 ha lúa."""
    if read.type == "percent":
        return not _BARE_LINKS.search(masked)
    return last is not None and last[0] >= before.end


def _told(masked: str, read: Read, joined: bool) -> Span | tuple[()] | None:
    """The words before a figure that name what it measures; () where words name nothing, None where there are none."""
    end = _stripped(masked, len(masked))
    links = masked[end:]
    left = False
    while end > 0:
        run = _RUN.search(masked, 0, end)
        begin = run.start() if run else end
        words = masked[begin:end]
        if words.strip():
            if left or _SAYING.search(words) or ("," in links and read.type == "count"):
                break
            left = True
            opened = begin > 0 or not joined
            if span := _named(words, read, opened, links):
                return begin + span[0], begin + span[1]
            break
        if masked[begin - 1 : begin] == ";":
            break
        end = _stripped(masked, begin)
    return () if left else None


def _stripped(text: str, end: int) -> int:
    """Where a stretch ends without the marks, links and frames at its end."""
    while True:
        kept = len(text[:end].rstrip(_MARKS))
        words = [m.start() for m in _WORDS.finditer(text, max(0, kept - 40), kept)]
        cut = next(
            (
                w
                for w in words[-_LONGEST:]
                if text[w:kept] in _LOOSE and (w == 0 or not text[w - 1].isalpha())
            ),
            None,
        )
        if cut is None:
            return kept
        end = cut


def _named(run: str, read: Read, opened: bool, links: str) -> Span | None:
    """What a run of words names: a head to its end, a verb with its object, or the words as they are."""
    if dimension := _DIMENSION.search(run):
        return _last_words(run, dimension.start(), 3), len(run)
    head = _HEAD.search(run)
    verb = _last_verb(run, opened)
    if head and (read.type != "count" or verb is None or verb < head.start()):
        return head.start(), len(run)
    with_them = read.type == "count" and re.match(r"[\s\0]*(?:với|có)(?!\w)", links)
    adjacent = verb is not None and _VERB.fullmatch(run, verb) and "có" not in links
    if verb is not None and (not with_them or adjacent):
        return verb, len(run)
    label = ":" in links or "(" in links
    if label or (read.type != "count" and not with_them):
        begin = _last_words(run, len(run), _MOST)
        return (begin, len(run)) if run[begin:].strip() not in _LOOSE else None
    return None


def _last_verb(run: str, opened: bool) -> int | None:
    """Where the last verb begins; a short one must open the run or stand right behind a word that opens."""
    found = None
    for verb in _VERB.finditer(run):
        lone = " " not in verb[0]
        before = run[: verb.start()]
        opens = (
            (not before.strip() and opened) or _OPENER.search(before) or before.strip() in _FRAMES
        )
        ends = verb.end() == len(run)
        if not lone or opens or ends:
            found = verb.start()
    return found


def _last_words(run: str, end: int, most: int) -> int:
    words = [m.start() for m in _WORDS.finditer(run, 0, end)]
    return words[-most:][0] if words else end


def _noun_of(source: Source, read: Read) -> Span | None:
    start = source.text.find(read.noun or "", read.start, read.end)
    return (start, start + len(read.noun or "")) if start >= 0 and read.noun else None


_IS = re.compile(r" (?:là |số |tổng số |trong số )?(?=[^\W\d_])")


def _behind(source: Source, read: Read) -> Span | None:
    """The noun behind a measure or a share: 32 ha rừng, 100% là người Mông."""
    if read.type not in ("measure", "percent") or read.per:
        return None
    opened = _IS.match(source.text, read.end)
    end = noun_end(source.text, opened.end()) if opened else None
    return (opened.end(), end) if opened and end else None
