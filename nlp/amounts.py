"""Amounts in text: number, scale, what follows (money, percent, unit, noun), both ends of a range."""

import re
from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from nlp.nouns import noun_end
from nlp.numbers import (
    DASH,
    DIGITS,
    SCALE,
    SPACED,
    SPELLED,
    STRAY,
    Amount,
    read_digits,
    read_spelled,
    scale_factor,
    trailing_part,
)
from nlp.tables import either, table, terms
from text import LOWER

_UNITS = table("units")
_CURRENCIES: dict[str, str] = {name.lower(): code for name, code in _UNITS["currencies"].items()}
_CURRENCY = (
    rf"(?P<currency>(?i:{either(_CURRENCIES)}))(?!\w)(?! (?:{either(_UNITS['dong'])})(?!\w))"
)
_SLANG: dict[str, str] = _UNITS["slang"]
_SLANG_AFTER = re.compile(rf" (?P<slang>(?i:{either(_SLANG)}))(?!\w)")
_OVER = either(_UNITS["over"]["units"])


def _unit(name: str) -> str:
    """A pattern of one unit, with what must stand behind it and what must not."""
    ahead = _UNITS["only_before"].get(name)
    never = _UNITS["never_before"].get(name)
    only = rf"(?=\s+(?:(?:{either(terms(ahead))})(?!\w)|(?:và )?\d))" if ahead else ""
    not_so = rf"(?! (?:{either(terms(never))})(?!\w))" if never else ""
    return re.escape(name) + only + not_so


_ALL_UNITS = "|".join(
    _unit(name) for name in sorted(_UNITS["measures"], key=lambda n: (-len(n), n))
)
_MEASURE = rf"(?P<unit>(?:{_ALL_UNITS})(?![\w²³])(?:(?: [{LOWER}]+)?/(?:{_OVER})(?!\w))?)"
_PERCENT = r"(?P<percent>%|phần trăm|điểm %|điểm phần trăm)"
_RATE_WORD = rf"(?:{either(_UNITS['rates']['long'])}|[^\W\d_]+[23²³]?)"
_RATE = re.compile(rf"\s?/\s?(?:0?1 )?{_RATE_WORD}(?:/{_RATE_WORD})*(?!\w)")

_ONE = rf"(?:{DIGITS})"
_HEADS = either(
    [*terms(table("traps")["heads"]), *_UNITS["measures"], *_UNITS["scales"], *_CURRENCIES]
)
# 1 tỷ 250 triệu; 87 tỷ 350 triệu 500 nghìn; 1 tỷ 3; 2 triệu rưỡi
_CHAIN = rf"(?P<chain>(?: {_ONE} (?:triệu|nghìn|ngàn)(?!\w))*)(?: (?P<tail>\d{{1,3}})(?!\d|[.,/]\d|/|\s?%|\s?(?:{_HEADS})(?!\w))|(?P<half> rưỡi))?"
_AMOUNT = re.compile(
    rf"(?P<sign>[+-])?(?P<number>{SPACED}(?=\s[{LOWER}])|{STRAY}|{_ONE})(?:\s{{0,2}}(?P<scale>{SCALE})(?:{_CHAIN})?)?",
    re.IGNORECASE,
)
_SPELLED = re.compile(rf"(?<!\w){SPELLED}(?!\w)", re.IGNORECASE)
_RANGE = re.compile(DASH)
_AFTER = re.compile(rf"\s{{0,2}}(?:{_CURRENCY}|{_PERCENT}|{_MEASURE})")
_SLASH = re.compile(r"/(?=\d)")
_TIMES = re.compile(r"(?P<count>\d{1,3}) ?[x×] ?(?=\d)")
_NO_NOUN = re.compile(
    rf"[ \t]*(?:$|\n|[^\w\s]|(?:{either(terms(_UNITS['implied']['after']))})(?!\w))"
)
# What is paid before it, with another thing between: mỗi phần 10 ký gạo và 300 ngàn.
_PRICED = re.compile(
    rf"(?:{either(terms(_UNITS['implied']['paid']))})(?: [^\W\d]+){{0,8}}(?: \d+ [^\W\d]+ [^\W\d]+ và)? $"
)
_PER = re.compile(rf"/[{LOWER}]")  # 40 ngàn/bó
_MULTIPLE = re.compile(
    r"(?:gấp|tăng|giảm|cao|lớn|nhiều|bằng)(?: (?:gần|hơn|trên|khoảng|tới|đến))? $"
)
_SCORED = re.compile(r"(?i)(?<!\w)(?:thi|giải|đạt|ghi|tối đa|môn|chấm)(?:[^.;\n]{0,70}) \(?$")
_LAN, _DIEM = re.compile(r"lần(?!\w)"), re.compile(r"điểm(?!\w)")
_SUBJECT = re.compile(r" (?:môn|[A-ZĐ])|\s*(?:[^\w\s:]|$|\n)| giành")


_NO_NUMBER = ("bên", "năm", "mặt", "phía", "miền", "đầu")  # hai bên, hai năm, ba miền


class Read(Struct, frozen=True):
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
    words: str = ""

    @property
    def scale(self) -> str | None:
        return self.match["scale"].lower() if self.match and self.match["scale"] else None

    @property
    def great(self) -> bool:
        """Whether it is told in millions or milliards."""
        written = self.scale if self.match else self.words
        return bool(re.search(r"(?:tỷ|tỉ|triệu|tr\.?)(?: rưỡi| \w+)?$", written or ""))

    def amount(self, scale: str | None, kind: str = "") -> Amount:
        if self.match is None:
            assert self.spelled is not None
            return Amount(self.spelled * scale_factor(scale), ("spelled_out",))
        read = read_digits(self.match["number"], scale is not None, kind)
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
            return _Part(match.start(), match.end(), None, value, match[0].lower())
    return None


_AMONG = re.compile(
    rf"(?: [{LOWER}]+){{1,3}}(?:,| và) (?:{either(w for w in _UNITS['words'] if w not in ('không', 'một', 'mốt', 'tư'))}|\d)"
)


_OTHER = either(w for w in _UNITS["words"] if w not in ("không", "một", "mốt", "tư"))
_AFTER_OTHERS = re.compile(
    rf"(?i)(?:(?<!\w)(?:{_OTHER})|\d) [{LOWER}]+(?: [{LOWER}]+)?(?: và|,) một$"
)


_SOME = re.compile(r" (?:số|vài|phần|trong|chút|ít|loạt|lần|cách|bên|mặt)(?!\w)")  # một số hộ
_NO_WORDS = frozenset(
    [
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
    ]
)  # alone they are articles, years, scales


def _is_contrasted(text: str, end: int) -> bool:
    """Whether other counts stand beside "một" in a list: hai xã và một thị trấn."""
    if _SOME.match(text, end):
        return False
    return bool(_AMONG.match(text, end) or _AFTER_OTHERS.search(text, max(0, end - 40), end))


def _vague(words: str, text: str, end: int) -> bool:
    """One alone is an article unless other counts follow, and năm alone is a year far more often than a number."""
    lone = words.lower()
    if lone == "một" and _is_contrasted(text, end):
        return False
    if lone in _NO_WORDS:
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
    if second and (found := _range(text, first, second)):
        return found
    return _with_total(text, _single(text, first))


def _with_total(text: str, read: Read | None) -> Read | None:
    """4.120ha/4.350,5ha: of two amounts of one unit the second is the whole of the first."""
    slash = _SLASH.match(text, read.end) if read and read.type in ("money", "measure") else None
    second = _part_at(text, slash.end()) if slash else None
    whole = _single(text, second) if second else None
    if read is None or whole is None or read.value is None or whole.value is None:
        return read
    if (whole.type, whole.unit) != (read.type, read.unit) or whole.value < read.value:
        return read
    return replace(read, end=whole.end, total=whole.value)


def _end_of_unit(text: str, part: _Part) -> int:
    """The end of a first number and of the unit it may repeat: "15% đến 18%", "1 triệu đồng - …"."""
    after = _AFTER.match(text, part.end)
    return after.end() if after and _RANGE.match(text, after.end()) else part.end


def _fraction(text: str, part: _Part) -> Read | None:
    """14/15 xã, 203,5/241 tỷ đồng: a part and its total over one noun or unit; 29,5%/31% is two figures."""
    slash = _SLASH.match(text, part.end)
    second = _part_at(text, slash.end()) if slash else None
    read = _single(text, second) if second and second.match else None
    if second is None or read is None or read.value is None:
        return None
    value = part.amount(part.scale or second.scale, read.type).value
    if read.value < value:
        return None
    return replace(read, start=part.start, value=value, total=read.value)


def _range(text: str, first: _Part, second: _Part) -> Read | None:
    """Both ends over one unit; a low end above the high one has a scale of its own: 50.000 đến 3 triệu đồng."""
    read = _single(text, second)
    if read is None or read.value is None:
        return None
    own_unit = _AFTER.match(text, first.end)
    shared = None if own_unit and own_unit["currency"] else second.scale
    scales = dict.fromkeys((first.scale or shared, first.scale))
    ends = (first.amount(scale, read.type) for scale in scales)
    low = next((end for end in ends if end.value < read.value), None)
    if low is None:
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
    slang = _SLANG_AFTER.match(text, part.end) if part.scale or part.great else None
    if slang:
        return _rated(text, _read(part, slang.end(), "money", _SLANG[slang["slang"].lower()]))
    if (part.scale or part.great) and _is_price(text, part):
        read = _read(part, part.end, "money", "VND")
        return _rated(text, replace(read, flags=(*read.flags, "currency_implied")))
    return _count(text, part)


def _is_price(text: str, part: _Part) -> bool:
    """Whether a number with a scale and no noun is money: 31 tỷ, 12 tỷ 500 triệu, bán 20 ngàn."""
    if part.match and part.match["chain"] and "tỷ" in (part.scale or ""):
        return True
    if not _NO_NOUN.match(text, part.end):
        return False
    if part.great:
        return True
    if part.scale in ("nghìn", "ngàn") and _PER.match(text, part.end):
        return True
    before = text[max(0, part.start - 60) : part.start]
    return part.scale in ("nghìn", "ngàn") and bool(_PRICED.search(before))


def _money(text: str, part: _Part, after: re.Match[str]) -> Read:
    code = _CURRENCIES[after["currency"].lower()]
    return _rated(text, _read(part, after.end(), "money", code))


def _read(part: _Part, end: int, kind: str, unit: str | None) -> Read:
    amount = part.amount(part.scale, kind)
    return Read(part.start, end, kind, amount.value, unit=unit, flags=amount.flags)


def _rated(text: str, read: Read) -> Read:
    """With the rate that a slash begins, unless what follows it is a number of its own."""
    rate = _RATE.match(text, read.end)
    if not rate:
        return read
    return replace(read, end=rate.end(), per=rate[0].strip().lstrip("/").strip())


def _measured(text: str, part: _Part, at: int) -> Read | None:
    """Words that measure in some places and count in others: gấp 1,7 lần, 9,5 điểm môn Toán."""
    before = text[max(0, part.start - 80) : part.start]
    broken = part.match is not None and "," in part.match["number"]
    if _LAN.match(text, at) and (broken or _MULTIPLE.search(before)):
        return _read(part, at + len("lần"), "measure", "lần")
    if _DIEM.match(text, at) and (
        broken
        or (
            _SUBJECT.match(text, at + len("điểm"))
            and (before.endswith("(") or _SCORED.search(before))
        )
    ):
        return _read(part, at + len("điểm"), "measure", "điểm")
    return None


def _count(text: str, part: _Part) -> Read | None:
    begin = part.end + (text[part.end : part.end + 1] == " ")
    if begin == part.end and part.match and not part.scale:
        return None
    if measured := _measured(text, part, begin):
        return measured
    end = noun_end(text, begin)
    if end is None:
        return None
    if part.match is None and text[begin:end].split(maxsplit=1)[0] in _NO_NUMBER:
        return None
    amount = part.amount(part.scale, "count")
    read = Read(part.start, end, "count", amount.value, noun=text[begin:end], flags=amount.flags)
    return _rated(text, read)
