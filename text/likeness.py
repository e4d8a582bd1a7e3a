"""Whether two bulletins tell the same: shingles of their words, a MinHash of these, and what may not differ."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from rensa import RMinHash

from text.letters import nfc
from text.tokens import exact_tokens, token_spans

SHINGLE = 4  # words side by side
LEAST = 30  # words; what is shorter says too little to be somebody's
SAME = 70  # hundredths of all shingles that both have
# Banding of Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4: with 12 bands of 5 rows a pair of
# likeness 0.7 is looked at with probability 0.89, of 0.8 with 0.99, of 0.3 with 0.03.
BANDS, ROWS = 12, 5
_SEED = 20250701


@dataclass(frozen=True)
class Telling:
    """The text of a bulletin, to be compared with others."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        """Its words as they are matched, marks kept."""
        return exact_tokens(self.text)

    @cached_property
    def shingles(self) -> frozenset[str]:
        """Its runs of words; none of a text that is too short to be compared."""
        if len(self.words) < LEAST:
            return frozenset()
        last = len(self.words) - SHINGLE
        return frozenset(" ".join(self.words[at : at + SHINGLE]) for at in range(last + 1))

    @cached_property
    def facts(self) -> frozenset[str]:
        """Its numbers, with the word behind, and its words with a capital: what bulletins of one wording differ in."""
        composed, following = nfc(self.text), [*self.words[1:], ""]
        spans = token_spans(composed)
        capital = {
            w for w, (at, _) in zip(self.words, spans, strict=True) if composed[at].isupper()
        }
        numbers = {f"{w} {n}" for w, n in zip(self.words, following, strict=True) if _is_number(w)}
        return frozenset(capital | numbers)

    @cached_property
    def bands(self) -> list[int]:
        """Numbers of 64 bits with sign; two texts that are alike share one most likely."""
        if not self.shingles:
            return []
        sketch = RMinHash(num_perm=BANDS * ROWS, seed=_SEED)
        sketch.update(sorted(self.shingles))
        digest = sketch.digest()
        rows = (digest[at : at + ROWS] for at in range(0, BANDS * ROWS, ROWS))
        told = (blake2b(repr((n, row)).encode(), digest_size=8) for n, row in enumerate(rows))
        return sorted({int.from_bytes(one.digest(), "big", signed=True) for one in told})


def _is_number(word: str) -> bool:
    return any(map(str.isdigit, word))


def tells_same(one: Telling, other: Telling) -> bool:
    """Whether one is the other told again: most of the words, and of the shorter every number and name.

    Bulletins of one wording with other figures, or of another commune, are different news.

    >>> told = "Sáng 12/7, xã A tổ chức lễ trao 31 suất quà cho hộ nghèo, " + "bà con phấn khởi nhận quà " * 5
    >>> tells_same(Telling(told), Telling("Tin địa phương. " + told))
    True
    >>> tells_same(Telling(told), Telling(told.replace("31", "13")))
    False
    """
    both = len(one.shingles & other.shingles)
    if both * 100 < SAME * (len(one.shingles) + len(other.shingles) - both) or not both:
        return False
    short, long = sorted((one, other), key=lambda telling: len(telling.shingles))
    return short.facts <= long.facts
