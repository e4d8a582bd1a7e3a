"""Numbers as Vietnamese writes them: dots and commas, scale words, spelled out, ranges."""

import re
from dataclasses import dataclass
from decimal import Decimal

from nlp.tables import either, table

_SCALES: dict[str, int] = table("units")["scales"]
_WORDS: dict[str, int] = table("units")["words"]

_SCALE = either(_SCALES)
# "nghìn tỷ" and "trăm triệu" multiply; "tr.đồng" stands without a blank.
SCALE = (
    rf"(?:tr\.(?=\s?đ)|(?:(?:nghìn|ngàn|trăm|chục|vạn) (?:tỷ|tỉ|triệu|nghìn|ngàn)|{_SCALE})(?!\w))"
)
DIGITS = (
    r"(?:\d{1,3}(?:\.\d{3})+(?:,\d{1,3})?|\d{1,3}(?:,\d{3}){2,}|\d+(?:[.,]\d+)?)(?![\d]|[.,]\d)"
)
SPACED = r"\d{1,3}(?: \d{3})+(?!\d|[.,]\d)"
# A blank slipped in behind the comma, in running text before a scale: đón 1, 47 triệu lượt khách.
STRAY = r"(?<=[a-zà-ỹ] )\d{1,3}, \d{1,2}(?= (?:tỷ|tỉ|triệu))"
_TENS = r"(?:mười|mươi)"
_ONES = rf"(?:{either(w for w in _WORDS if w not in ('không', 'một'))}|một)"
_SPELLED_SCALE = "(?:trăm|nghìn|ngàn|vạn|triệu|tỷ|tỉ|chục|tá)"
SPELLED = (
    rf"(?:(?:{_ONES}|{_TENS}|không|linh|lẻ|nửa|{_SPELLED_SCALE})(?= |$))"
    rf"(?: (?:{_ONES}|{_TENS}|không|linh|lẻ|phẩy|rưỡi|{_SPELLED_SCALE})(?!\w)){{0,15}}"
)
DASH = r"(?:\s?[-–—]\s?|\s+(?:đến|tới)\s+)"

_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")


@dataclass(frozen=True)
class Amount:
    """A number read from text: its exact value and what was odd about its writing."""

    value: Decimal
    flags: tuple[str, ...] = ()


def read_digits(written: str, scaled: bool = False, kind: str = "") -> Amount:
    """The value of a number in digits.

    Dots in groups of three are thousands and a comma is the decimal mark; what breaks this rule
    is read by sense and flagged: things counted and đồng have no thousandths, and nobody writes
    a weight with an idle last zero.

    >>> read_digits("5.120,5").value, read_digits("5,362", scaled=True).value
    (Decimal('5120.5'), Decimal('5.362'))
    >>> read_digits("12,500", kind="count")
    Amount(value=Decimal('12500'), flags=('comma_thousand',))
    >>> read_digits("82,350", kind="measure").value, read_digits("24,318", kind="measure").value
    (Decimal('82350'), Decimal('24.318'))
    """
    if ", " in written:
        return Amount(Decimal(written.replace(", ", ".")), ("stray_space",))
    if " " in written:
        return Amount(Decimal(written.replace(" ", "")), ("space_thousand",))
    if written.count(",") > 1:
        return Amount(Decimal(written.replace(",", "")), ("comma_thousand",))
    whole, comma, decimals = written.partition(",")
    thousands = kind in ("count", "money") or (kind == "measure" and decimals.endswith("0"))
    if (
        thousands
        and len(decimals) == len("000")
        and not scaled
        and whole.isdecimal()
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
        factor *= _SCALES[word]
    return factor


def read_spelled(written: str) -> Decimal | None:
    """The value of a number in words, None where the words make no number.

    A bigger scale multiplies all that stands before it (một nghìn hai trăm tỷ); a lone digit behind a
    scale is a tenth of it (hai triệu ba), unless linh or lẻ says otherwise.

    >>> read_spelled("hai mươi lăm"), read_spelled("một triệu rưỡi"), read_spelled("nửa tỷ")
    (Decimal('25'), Decimal('1500000'), Decimal('500000000.0'))
    >>> read_spelled("một nghìn hai trăm tỷ"), read_spelled("hai tỷ ba"), read_spelled("một trăm linh năm")
    (Decimal('1200000000000'), Decimal('2300000000'), Decimal('105'))
    >>> read_spelled("hai phẩy năm triệu"), read_spelled("năm hai")
    (Decimal('2500000.0'), None)
    """
    whole, _, decimals = written.lower().partition(" phẩy ")
    if decimals:
        return _with_decimals(whole, decimals.split())
    parts: list[Decimal] = []
    digit: Decimal | None = None
    scale, exact = Decimal(1), False
    for word in whole.split():
        if word in ("linh", "lẻ"):
            exact = True
        elif word == "rưỡi":
            parts.append(scale / 2)
        elif factor := _FACTORS.get(word):
            lower = [part for part in parts if part < factor]
            parts = parts[: len(parts) - len(lower)]
            value = sum(lower) + (digit or 0)
            parts.append((value if value or digit is not None else Decimal(1)) * factor)
            digit, scale, exact = None, factor, False
        elif digit is not None:
            return None
        else:
            digit = Decimal("0.5") if word == "nửa" else Decimal(_WORDS[word])
    colloquial = scale > _TEN and not exact and digit is not None
    return Decimal(sum(parts)) + (digit or 0) * (scale / 10 if colloquial else 1)


_TEN = Decimal(10)
_FACTORS = {"mười": _TEN, "mươi": _TEN, "chục": _TEN} | {w: Decimal(v) for w, v in _SCALES.items()}


def _with_decimals(whole: str, words: list[str]) -> Decimal | None:
    """Số phẩy số: digits behind the mark one by one, then scales."""
    digits = [word for word in words if word in _WORDS]
    scales = words[len(digits) :]
    front = read_spelled(whole)
    if front is None or words[: len(digits)] != digits or any(w not in _SCALES for w in scales):
        return None
    value = front + Decimal("0." + "".join(str(_WORDS[d]) for d in digits))
    for word in scales:
        value *= _SCALES[word]
    return value


def trailing_part(digits: str, factor: Decimal) -> Decimal:
    """The colloquial rest after a scale word: the 3 of "1 tỷ 3" is three tenths of a tỷ.

    >>> trailing_part("3", Decimal(10**9)), trailing_part("350", Decimal(10**9))
    (Decimal('300000000.0'), Decimal('350000000.000'))
    """
    return Decimal(digits).scaleb(-len(digits)) * factor
