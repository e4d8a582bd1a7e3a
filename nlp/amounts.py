"""Amounts in text: number, scale, what follows (money, percent, unit, noun), both ends of a range."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp.nouns import noun_end
from nlp.numbers import (
    DASH,
    DIGITS,
    SCALE,
    SPACED,
    SPELLED,
    Amount,
    read_digits,
    read_spelled,
    scale_factor,
    trailing_part,
)
from nlp.tables import either, table
from text import LOWER

_UNITS = table("units")
_CURRENCIES: dict[str, str] = _UNITS["currencies"]
_CURRENCY = rf"(?P<currency>{either(_CURRENCIES)})(?![\w])"
_OVER = either(_UNITS["measures"]["over"])
_FIELDS = "|".join(word + ahead for word, ahead in _UNITS["measures"]["fields"].items())
_MEASURE = (
    rf"(?P<unit>(?:(?:{either(_UNITS['measures']['units'])})(?![\w²³])|{_FIELDS})"
    rf"(?:(?: [{LOWER}]+)?/(?:{_OVER})(?!\w))?)"
)
_PERCENT = r"(?P<percent>%|phần trăm|điểm %|điểm phần trăm)"
_RATE_WORD = rf"(?:{either(_UNITS['rates']['long'])}|[^\W\d_]+[23²³]?)"
_RATE = re.compile(rf"\s?/\s?(?:0?1 )?{_RATE_WORD}(?:/{_RATE_WORD})*(?!\w)")

_ONE = rf"(?:{DIGITS})"
# 1 tỷ 250 triệu; 87 tỷ 350 triệu 500 nghìn; 1 tỷ 3; 2 triệu rưỡi
_CHAIN = rf"(?P<chain>(?: {_ONE} (?:triệu|nghìn|ngàn)(?!\w))*)(?: (?P<tail>\d{{1,3}})(?!\d|[.,/]\d|/|\s?(?:%|[{LOWER}]))|(?P<half> rưỡi))?"
_AMOUNT = re.compile(
    rf"(?P<sign>[+-])?(?P<number>{SPACED}(?=\s[{LOWER}])|{_ONE})(?:\s{{0,2}}(?P<scale>{SCALE})(?:{_CHAIN})?)?",
    re.IGNORECASE,
)
_SPELLED = re.compile(rf"(?<![\w]){SPELLED}(?=\s)", re.IGNORECASE)
_RANGE = re.compile(DASH)
_AFTER = re.compile(rf"\s{{0,2}}(?:{_CURRENCY}|{_PERCENT}|{_MEASURE})")
_FRACTION = re.compile(rf"/(?P<total>{DIGITS})(?=\s)")
_TIMES = re.compile(r"(?P<count>\d{1,3}) ?[x×] ?(?=\d)")
# After a bare "tỷ" or "triệu" these words go on with the sentence, so the amount is money.
_NO_NOUN = re.compile(
    r"\s*(?:$|[^\w\s]|(?:và|là|để|cho|từ|so|của|với|trong|do|được|vào|ở|tại|tiền|vốn|nên|thì|đến|/|đã|sẽ|theo|bằng)(?!\w))"
)
_MULTIPLE = re.compile(r"gấp(?: (?:gần|hơn|trên|khoảng|tới|đến))? $")


@dataclass(frozen=True)
class Read:
    """One figure as it stands: its span, type, exact value or ends, unit and what follows a slash."""

    start: int
    end: int
    type: str
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    total: Decimal | None = None
    unit: str | None = None
    noun: str | None = None
    per: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A number with its scale, before anything is known of what it counts."""

    start: int
    end: int
    match: re.Match[str] | None
    spelled: Decimal | None = None

    @property
    def scale(self) -> str | None:
        return self.match["scale"].lower() if self.match and self.match["scale"] else None

    def amount(self, scale: str | None, counted: bool = False) -> Amount:
        if self.match is None:
            assert self.spelled is not None
            return Amount(self.spelled * scale_factor(scale), ("spelled_out",))
        read = read_digits(self.match["number"], scale is not None, counted)
        factor = scale_factor(scale)
        value = read.value * factor + _chain_value(self.match, factor)
        return Amount(-value if self.match["sign"] == "-" else value, read.flags)


def _chain_value(match: re.Match[str], factor: Decimal) -> Decimal:
    extra = Decimal(0)
    for number, scale in re.findall(rf"({_ONE}) (triệu|nghìn|ngàn)", match["chain"] or ""):
        extra += read_digits(number, True).value * scale_factor(scale)
    if match["tail"]:
        extra += trailing_part(match["tail"], factor)
    return extra + (factor / 2 if match["half"] else 0)


def _part_at(text: str, at: int) -> _Part | None:
    if match := _AMOUNT.match(text, at):
        return _Part(match.start(), match.end(), match)
    if match := _SPELLED.match(text, at):
        value = read_spelled(match[0])
        if value is not None and not _vague(match[0], text, match.end()):
            return _Part(match.start(), match.end(), None, value)
    return None


def _vague(words: str, text: str, end: int) -> bool:
    """One alone is an article, and năm alone is a year, far more often than a number."""
    lone = words.lower()
    if lone in (
        "một",
        "năm",
        "tư",
        "không",
        "mươi",
        "trăm",
        "nghìn",
        "ngàn",
        "triệu",
        "tỷ",
        "tỉ",
        "vạn",
        "chục",
        "linh",
        "lẻ",
    ):
        return True
    return lone == "nửa" or (
        lone in ("ba", "chín", "mười") and text[end : end + 5].lower() in (" tôi ", " mẹ")
    )


def read_amount(text: str, at: int) -> Read | None:
    """The figure that begins at a position, None where the number there is none."""
    first = _part_at(text, at)
    if first is None:
        return None
    if first.match and (found := _fraction(text, first)):
        return found
    second = None
    if joint := _RANGE.match(text, _end_of_unit(text, first)):
        second = _part_at(text, joint.end())
    if second and second.match and not _rising(first, second):
        second = None
    if second and (found := _range(text, first, second)):
        return found
    return _single(text, first)


def _rising(first: _Part, second: _Part) -> bool:
    scale = first.scale or second.scale
    return first.amount(scale).value < second.amount(second.scale or first.scale).value


def _end_of_unit(text: str, part: _Part) -> int:
    """The end of a first number and of the unit it may repeat: "15% đến 18%", "1 triệu đồng - …"."""
    after = _AFTER.match(text, part.end)
    return after.end() if after and _RANGE.match(text, after.end()) else part.end


def _fraction(text: str, part: _Part) -> Read | None:
    """14/15 xã: a part and its total over one noun or unit; 29,5%/31% is two figures."""
    slash = _FRACTION.match(text, part.end)
    if not slash:
        return None
    read = _single(text, replace(part, end=slash.end()))
    total = read_digits(slash["total"]).value
    if read is None or read.value is None or total < read.value:
        return None
    return replace(read, total=total)


def _range(text: str, first: _Part, second: _Part) -> Read | None:
    read = _single(text, second)
    if read is None or read.value is None:
        return None
    between = text[first.end : second.start]
    own_unit = _AFTER.match(text, first.end)
    scale = first.scale or (
        None if own_unit and not between.startswith("-") and first.scale else second.scale
    )
    if own_unit and own_unit["currency"] and first.scale is None:
        scale = None
    low = first.amount(scale, read.type == "count")
    if low.value >= read.value:
        return None
    flags = tuple(dict.fromkeys((*low.flags, *read.flags)))
    return replace(read, start=first.start, value=None, low=low.value, high=read.value, flags=flags)


def _single(text: str, part: _Part) -> Read | None:
    after = _AFTER.match(text, part.end)
    if after and after["currency"]:
        return _money(text, part, after)
    if after and after["percent"]:
        unit = "%" if after["percent"] in ("%", "phần trăm") else "điểm %"
        return _rated(text, _read(part, after.end(), "percent", unit))
    if after and after["unit"]:
        return _rated(text, _read(part, after.end(), "measure", after["unit"].strip()))
    if (
        part.scale
        and re.fullmatch(r".*(?:tỷ|tỉ|triệu|tr)", part.scale)
        and _NO_NOUN.match(text, part.end)
    ):
        return _rated(
            text, replace(_read(part, part.end, "money", "VND"), flags=("currency_implied",))
        )
    return _count(text, part)


def _money(text: str, part: _Part, after: re.Match[str]) -> Read | None:
    if after["currency"] == "đồng" and re.match(
        r" (?:chí|bào|chủ|lòng|thời|loạt|bộ|ruộng|đều|ý|hồ|nghiệp)(?!\w)", text[after.end() :]
    ):
        return _count(text, part)
    return _rated(text, _read(part, after.end(), "money", _CURRENCIES[after["currency"]]))


def _read(part: _Part, end: int, kind: str, unit: str | None) -> Read:
    amount = part.amount(part.scale)
    return Read(part.start, end, kind, amount.value, unit=unit, flags=amount.flags)


def _rated(text: str, read: Read) -> Read:
    """With the rate that a slash begins, unless what follows it is a number of its own."""
    rate = _RATE.match(text, read.end)
    if not rate:
        return read
    return replace(read, end=rate.end(), per=rate[0].strip().lstrip("/").strip())


def _count(text: str, part: _Part) -> Read | None:
    blank = re.compile(r"\s?").match(text, part.end)
    begin = blank.end() if blank else part.end
    if begin == part.end and part.match and not part.scale:
        return None
    if text[begin : begin + 4] == "lần " and _MULTIPLE.search(
        text[max(0, part.start - 40) : part.start]
    ):
        return _read(part, begin + 3, "measure", "lần")
    end = noun_end(text, begin)
    if end is None:
        return None
    if part.match is None and text[begin:end].split(maxsplit=1)[0] in (
        "bên",
        "năm",
        "mặt",
        "lần",
        "phía",
        "miền",
        "đầu",
    ):
        return None
    amount = part.amount(part.scale, counted=True)
    read = Read(part.start, end, "count", amount.value, noun=text[begin:end], flags=amount.flags)
    return _rated(text, read)
