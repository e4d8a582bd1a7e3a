"""Reported figures of a text: where they stand, what they are worth and how they are qualified."""

import re
from heapq import merge

from msgspec import Struct
from msgspec.structs import replace

from nlp.amounts import Read, read_amount
from nlp.masks import Mask
from nlp.nouns import is_known
from nlp.source import Source, make_cue
from nlp.tables import either, table, terms
from nlp.tabular import Cell
from text import LOWER

_SPELLED_HEADS = (*table("units")["words"], "mười", "nửa")
_QUALIFIERS: dict[str, str] = table("units")["qualifiers"]
_BEFORE = re.compile(
    rf"(?<!\w)({either(_QUALIFIERS)})\s(?:đạt |thực hiện |là |tới |khoảng )?(?:từ )?\(?$",
    re.IGNORECASE,
)
# A number may begin here: not inside a word, a bigger number, a date or a symbol.
_DIGIT = re.compile(rf"(?<=/)\d|(?<=[{LOWER} ,;][,;:/-])\d|(?<![\w.,/+-])[+-]?\d", re.IGNORECASE)
_WORD = make_cue(rf"(?<!\w)(?:{'|'.join(_SPELLED_HEADS)})(?!\w)")
_MOSTLY = re.compile(r"(?:(?! từ )[^,;.\d]){0,40}? (trở lên|trở xuống)")
_ESTIMATED = re.compile(r"(?i)(?<!\w)ước(?: tính)?(?: [^\W\d_]+){1,3} $")
_PRICED_FROM = re.compile(r"(?i)(?:giá|suất|mức|phí|lương)[^,.;]{0,25} từ $")
_UP_TO = re.compile(r" (?:lên|xuống|đến|tới)(?!\w)")
_THAN = re.compile(
    r"(?i)(?:cao|thấp|nhiều|ít|lớn|nhỏ|rẻ|đắt|dài|ngắn) hơn \(?$"
)  # no more than so many
_ON = re.compile(r"(?:địa bàn|tuyến|trục|mặt)")  # trên địa bàn: no more than these
_EACH_BEFORE = re.compile(
    rf"(?:^|\W)[Mm][ỗổ]i ({either(table('units')['rates']['long'])}|[{LOWER}]+)(?![{LOWER}])(?:, )?[^.;,:\d]{{0,60}}\(?$"
)
_EACH_AFTER = re.compile(rf"^(?: [{LOWER}]+){{0,3}} m[ỗổ]i ([{LOWER}]+)")
# 45 nghìn một cân, ba tạ một ngày
_ONE_AFTER = re.compile(
    rf" một (?!(?:{either(terms(table('units')['one']['never']))})(?!\w))([{LOWER}]+)(?= ?(?:[.,;)\n]|$))"
)


class Qualified(Struct, frozen=True):
    """A figure with its qualifier, and what the table says of it where it stands in one."""

    read: Read
    qualifier: str
    cell: Cell | None = None


def find_figures(source: Source, mask: Mask) -> list[Qualified]:
    """Figures of running text in order; takes their letters from the mask."""
    found: list[Qualified] = []
    at = 0
    spelled = (m.start() for m in source.cues(_WORD, 0, len(source.text)))
    for begin in merge((m.start() for m in _DIGIT.finditer(source.text)), spelled):
        if begin < at or not mask.free(begin, begin + 1):
            continue
        read = _unsigned(source.text, read_amount(source.text, begin))
        if (
            read is None
            or _is_name(source.text, read)
            or not mask.free(read.start, _core_end(source.text, read))
        ):
            continue
        read = _trimmed(source.text, read, mask)
        if read is None:
            continue
        mask.take([(read.start, read.end)])
        found.append(_shared_out(source.text, _qualified(source, read), found))
        at = read.end
    return found


_NAME_BEFORE = re.compile(r"(?<=[^\W_] )(?=[^\W\d_]*[a-zđ])[A-ZĐ][^\W\d_]* $")
_QUOTED = re.compile(r"[\"“](?:[^\W\d_]+ ?){1,6}[\"”]")


def _is_name(text: str, read: Read) -> bool:
    """Whether a count stands in a name: Honda Wave 110 dựng ở cổng, vở kịch "Mười hai bà mụ"."""
    if read.type != "count" or read.total is not None:
        return False
    quoted = text[read.start - 1 : read.start] in ('"', "“") and _QUOTED.match(text, read.start - 1)
    before = _NAME_BEFORE.search(text, max(0, read.start - 24), read.start)
    return bool(quoted or (before and not is_known(read.noun or "")))


def _unsigned(text: str, read: Read | None) -> Read | None:
    """A share without the sign that tells its direction in brackets: giảm 4 vụ (-16,7%)."""
    signed = (
        read
        and read.type == "percent"
        and text[read.start] in "+-"
        and text[read.start - 1 : read.start] == "("
    )
    if read is None or not signed or read.value is None:
        return read
    return replace(read, start=read.start + 1, value=abs(read.value))


def _core_end(text: str, read: Read) -> int:
    """The end of number and unit head, which must be free; a noun may be cut where a name begins."""
    if read.type != "count" or read.noun is None:
        return read.end
    return read.end - len(text[read.start : read.end].split(read.noun, 1)[-1]) - len(read.noun) + 1


def _trimmed(text: str, read: Read, mask: Mask) -> Read | None:
    """The figure without the letters of its noun that belong to a name."""
    if mask.free(read.start, read.end):
        return read
    end = read.end
    while end > read.start and not mask.free(end - 1, end):
        end -= 1
    while end > read.start and not mask.free(read.start, end):
        end -= 1
    end = read.start + len(text[read.start : end].rstrip(" ,&"))
    noun = text[read.end - len(read.noun or "") : end] if read.noun and not read.per else None
    return replace(read, end=end, noun=noun) if noun else None


_REACH = 300  # letters on both sides in which words bear on a number
_NEAR, _EACH = 40, 110  # letters before it in which its qualifier stands, and "mỗi" with its noun


def _qualified(source: Source, read: Read) -> Qualified:
    start, end = source.sentence(read.start)
    before = source.text[max(start, read.start - _REACH) : read.start]
    after = source.text[read.end : min(end, read.end + _REACH)]
    per = read.per or _distributed(before, after) or _for_one(read, after)
    if per and not read.per:
        read = replace(read, per=per)
    return Qualified(read, _qualifier(read, before[-_NEAR:], after))


def _qualifier(read: Read, before: str, after: str) -> str:
    if mostly := _MOSTLY.match(after):
        return "at_least" if mostly[1] == "trở lên" else "at_most"
    word = _BEFORE.search(before)
    compared = word and word[1].lower() == "hơn" and _THAN.search(before)
    if word and not compared and not (word[1].lower() == "trên" and _ON.match(read.noun or "")):
        return _QUALIFIERS[word[1].lower()]
    if _ESTIMATED.search(before):
        return "about"
    if read.low is None and _PRICED_FROM.search(before) and not _UP_TO.match(after):
        return "at_least"
    return "exact"


def _shared_out(text: str, qualified: Qualified, found: list[Qualified]) -> Qualified:
    """The figure with the rate of the one that it is joined to: mỗi phần 10 kg gạo và 200.000 đồng."""
    last = found[-1].read if found else None
    read = qualified.read
    if (
        read.per
        or read.type == "percent"
        or last is None
        or not last.per
        or text[last.start : last.end].endswith(last.per)
    ):
        return qualified
    joined = read.start - last.end < _NEAR and _AND.fullmatch(text, last.end, read.start)
    return replace(qualified, read=replace(read, per=last.per)) if joined else qualified


_AND = re.compile(
    rf"(?: (?!tổng|riêng)[{LOWER}]+){{0,3}}(?:,| và| cùng)(?: (?:được|tặng|thêm|kèm|tiền|mặt|quà|hiện vật|trị giá|hỗ trợ|là))* "
)


def _distributed(before: str, after: str) -> str | None:
    """The head noun of "mỗi suất … 500.000 đồng" or "60 khách mỗi ngày"."""
    found = _EACH_BEFORE.search(before[-_EACH:]) or _EACH_AFTER.match(after)
    return found[1].strip() if found else None


def _for_one(read: Read, after: str) -> str | None:
    """The noun of "45 nghìn một cân"."""
    found = _ONE_AFTER.match(after) if read.type in ("money", "measure") else None
    return found[1] if found else None
