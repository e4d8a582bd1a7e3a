"""Numbers as Vietnamese writes them: dots and commas, scale words, spelled out, ranges."""

import re
from dataclasses import dataclass
from decimal import Decimal

from nlp.tables import either, table

_SCALES: dict[str, int] = table("units")["scales"]
_WORDS: dict[str, int] = table("units")["words"]

_SCALE = either(_SCALES)
# "nghìn tỷ" and "trăm triệu" multiply; "tr.đồng" stands without a blank.
SCALE = rf"(?:(?:nghìn|ngàn|trăm|chục|vạn) (?:tỷ|tỉ|triệu|nghìn|ngàn)|{_SCALE})(?!\w)"
DIGITS = r"(?:\d{1,3}(?:\.\d{3})+(?:,\d{1,3})?|\d+(?:[.,]\d+)?)(?![\d]|[.,]\d)"
SPACED = r"\d{1,3}(?: \d{3})+(?!\d|[.,]\d)"
_TENS = r"(?:mười|mươi)"
_ONES = rf"(?:{either(w for w in _WORDS if w not in ('không', 'một'))}|một)"
_SPELLED_SCALE = "(?:trăm|nghìn|ngàn|vạn|triệu|tỷ|tỉ|chục)"
SPELLED = (
    rf"(?:(?:{_ONES}|{_TENS}|không|linh|lẻ|nửa|{_SPELLED_SCALE})(?= |$))"
    rf"(?: (?:{_ONES}|{_TENS}|không|linh|lẻ|rưỡi|{_SPELLED_SCALE})(?!\w))*"
)
DASH = r"(?:\s?[-–—]\s?|\s+(?:đến|tới)\s+)"

_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")


@dataclass(frozen=True)
class Amount:
    """A number read from text: its exact value and what was odd about its writing."""

    value: Decimal
    flags: tuple[str, ...] = ()


def read_digits(written: str, scaled: bool = False, counted: bool = False) -> Amount:
    """The value of a number in digits.

    Dots in groups of three are thousands and a comma is the decimal mark; what breaks this rule
    is read by sense and flagged.

    >>> read_digits("5.120,5").value, read_digits("5,362", scaled=True).value
    (Decimal('5120.5'), Decimal('5.362'))
    >>> read_digits("12,500", counted=True)
    Amount(value=Decimal('12500'), flags=('comma_thousand',))
    """
    if " " in written:
        return Amount(Decimal(written.replace(" ", "")), ("space_thousand",))
    whole, comma, decimals = written.partition(",")
    if (
        comma
        and counted
        and not scaled
        and len(decimals) == 3
        and "." not in whole
        and whole != "0"
    ):
        return Amount(Decimal(whole + decimals), ("comma_thousand",))
    if "." in whole and (not _GROUPED.fullmatch(whole) or whole.startswith("0.")):
        return Amount(Decimal(whole), ("dot_decimal",))
    return Amount(Decimal(whole.replace(".", "") + ("." + decimals if comma else "")))


def scale_factor(written: str | None) -> Decimal:
    """What a scale phrase multiplies by: 1 for none, 10^12 for "nghìn tỷ"."""
    factor = Decimal(1)
    for word in (written or "").split():
        factor *= 10 if word == "chục" else _SCALES[word]
    return factor


def read_spelled(written: str) -> Decimal | None:
    """The value of a number in words, None where the words make no number.

    >>> read_spelled("hai mươi lăm"), read_spelled("một triệu rưỡi"), read_spelled("nửa tỷ")
    (Decimal('25'), Decimal('1500000'), Decimal('500000000.0'))
    """
    total, group, digit, last = Decimal(0), Decimal(0), None, Decimal(1)
    for word in written.lower().split():
        if word in ("linh", "lẻ"):
            continue
        if word == "nửa":
            digit = Decimal("0.5")
        elif word == "rưỡi":
            total += last / 2
        elif word in ("mười", "mươi", "chục", "trăm"):
            factor = 100 if word == "trăm" else 10
            group += (Decimal(1) if digit is None else digit) * factor
            digit, last = None, Decimal(factor)
        elif word in _SCALES:
            last = Decimal(_SCALES[word])
            total += (group + (digit or 0) or Decimal(1)) * last
            group, digit = Decimal(0), None
        elif digit is not None:
            return None
        else:
            digit = Decimal(_WORDS[word])
    return total + group + (digit or 0)


def trailing_part(digits: str, factor: Decimal) -> Decimal:
    """The colloquial rest after a scale word: the 3 of "1 tỷ 3" is three tenths of a tỷ.

    >>> trailing_part("3", Decimal(10**9)), trailing_part("350", Decimal(10**9))
    (Decimal('300000000.0'), Decimal('350000000.000'))
    """
    return Decimal(digits).scaleb(-len(digits)) * factor
