"""Vietnamese letters and dates; imports nothing of the project, every package may use it."""

from text.aliases import write_out
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
    squeeze,
    words,
)

__all__ = [
    "LOWER",
    "UPPER",
    "VIETNAM",
    "PrintedDate",
    "bare_key",
    "first_tones",
    "fold",
    "has_marks",
    "match_key",
    "nfc",
    "raised",
    "read_date",
    "squeeze",
    "words",
    "write_out",
]
