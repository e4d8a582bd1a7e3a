"""Vietnamese letters and dates; imports nothing of the project, every package may use it."""

from text.aliases import write_out
from text.aligning import align
from text.dates import VIETNAM, PrintedDate, read_date
from text.letters import (
    LOWER,
    UPPER,
    bare_key,
    first_tones,
    fold,
    has_marks,
    match_key,
    nfc,
    raised,
    sort_key,
    squeeze,
    words,
)
from text.tokens import (
    any_marks,
    exact_tokens,
    folded_tokens,
    joined_tokens,
    token_forms,
    token_pairs,
)

__all__ = [
    "LOWER",
    "UPPER",
    "VIETNAM",
    "PrintedDate",
    "align",
    "any_marks",
    "bare_key",
    "exact_tokens",
    "first_tones",
    "fold",
    "folded_tokens",
    "has_marks",
    "joined_tokens",
    "match_key",
    "nfc",
    "raised",
    "read_date",
    "sort_key",
    "squeeze",
    "token_forms",
    "token_pairs",
    "words",
    "write_out",
]
