"""Who holds which office: every office of a text given to its holders."""

import re
from dataclasses import replace

from nlp.bodies import BodyReader
from nlp.names import endings
from nlp.patterns import APPOSITIONS
from nlp.spots import Spot
from text import LOWER

_LETTER = re.compile(r"(?<![\w'])(?=[^\W\d_])")
_PERSONAL = r"(?:đồng chí|đ/c|Đ/c|ông|bà|anh|chị|thầy|cô)"
# How an office behind a name is bound to it, and how an office before a name is.
_BOUND = re.compile(
    rf"{APPOSITIONS}\s*(?:,|-|–|\(|;|:|kiêm|và|là|làm|tân|nguyên|đồng thời là|(?:\s|,)*(?:[{LOWER}]+\s){{0,9}}(?:giữ (?:các )?chức(?: vụ)?|làm|chức|bầu làm|được bầu làm))?\s*(?:nguyên |quyền |tân )?"
)
_BINDS_FRONT = re.compile(
    rf"(?: |: |:\n| [-–] |(?: [-–])? (?:đối với|cho|là)? ?(?:các )?{_PERSONAL} (?:: )?| \(đã ký\):? )"
)
# An office that a verb gives to somebody named before in the sentence.
_GIVEN = re.compile(
    r"(?:là|làm|giữ (?:các )?chức(?: vụ)?|được giao(?: thêm)?(?: nhiệm vụ)?|(?:trúng cử|đắc cử)(?: chức(?: danh| vụ)?)?|"
    r"kiêm(?: nhiệm)?|cương vị) $"
)
_OF_OTHERS = re.compile(
    r"(?i)(?:của|thay mặt|thừa lệnh|ủy quyền|uỷ quyền|cùng|các|những)(?: đồng chí)? $"
)
_TAKES_OVER = re.compile(r"làm|giữ|chức")
# Before a name: whoever it is had the office that is told of; before them stands who gets it.
_REPLACED = re.compile(rf"(?:thay(?: thế)?(?: cho)?|kế nhiệm) (?:{_PERSONAL} )?$")
_BETWEEN = re.compile(r"[\s,()–-]*|.{0,80}(?:giữ chức(?: vụ)?|làm|bầu làm|chức) ")
_JOINED = re.compile(rf"(?:,| và) (?:{_PERSONAL} )?")
_CHAINED = re.compile(r"(?:,| -| –| kiêm) ?")
_MANY = re.compile(r"(?i)(?:^|\W)các (?:đồng chí |đ/c |ông |bà )?:? ?$")
_GENERIC = re.compile(r"(?:các|những|mỗi|từng|với chức danh) (?:đồng chí )?$")
_REFERRED = re.compile(r"(?:đồng chí|Đồng chí|ông|bà) $")
_LEVEL_LAST = re.compile(r"(?:huyện|xã|tỉnh|thị xã|thành phố|quận|phường|thị trấn|ủy|đoàn)$")
_STRING = 8  # offices that one person is given in a row
_SUBJECT = 170  # letters before an office within which its sentence names who got it
_SENTENCE = 600  # letters behind an office within which its sentence may tell of the next
_NEAR = 40  # letters around an office or a name in which it says that the office was left
_REPLACING = 24  # letters before a name in which it says that somebody else takes over
_CLAUSE = 90  # letters between a name and an office that is bound to it

Names = tuple[str, ...]


def attach_roles(text: str, spots: list[Spot], bodies: BodyReader) -> list[Spot]:
    """The mentions with every office given to its holders; titles tied to nobody are left out."""
    fullest = _fullest(spots)
    done: list[Spot] = []
    held: dict[str, Names] = {}
    for number, spot in enumerate(spots):
        if spot.kind != "role":
            done.append(spot)
            continue
        holders = (
            _holders_after(text, spots, number)
            or _holder_before(text, spot, done)
            or _holders_chained(text, spots, number)
            or _held_before(text, spot, held)
            or _subject_before(text, spot, done)
        )
        if not holders and not (spot.strong and _definite(text, spot)):
            done += _inner_body(bodies, spot)
            continue
        role = replace(spot, holders=tuple(dict.fromkeys(fullest.get(h, h) for h in holders)))
        if role.holders:
            _remember(held, text[spot.start : spot.end].lower(), role.holders)
        done.append(role)
    return _former(text, _headline_holders(text, done))


def _inner_body(bodies: BodyReader, spot: Spot) -> list[Spot]:
    """The body that a title names when the title is nobody's: đại biểu Quốc hội khóa XVI."""
    for found in _LETTER.finditer(bodies.text, spot.start + 1, spot.end):
        if bodies.body_end(found.start()) == spot.end:
            return [Spot(found.start(), spot.end, "organisation")]
    return []


def _definite(text: str, spot: Spot) -> bool:
    return not _GENERIC.search(text[max(0, spot.start - 20) : spot.start])


def _fullest(spots: list[Spot]) -> dict[str, str]:
    """Each name with the longest name in the text that ends in it."""
    longest: dict[str, str] = {}
    for spot in spots:
        for short in endings(spot.name) if spot.kind == "person" else ():
            if len(spot.name) > len(longest.get(short, "")):
                longest[short] = spot.name
    return longest


def _holders_after(text: str, spots: list[Spot], number: int) -> Names:
    """Who stands right behind an office; several behind "các"."""
    if number + 1 == len(spots) or spots[number + 1].kind != "person":
        return ()
    spot, following = spots[number], spots[number + 1]
    gap = text[spot.end : following.start]
    if not _BINDS_FRONT.fullmatch(gap) or (gap.strip() and text[spot.start : spot.end].isupper()):
        return ()
    many = _MANY.search(text[max(0, spot.start - 16) : spot.start])
    return _together_after(text, spots, number + 1) if many else (following.name,)


def _holders_chained(text: str, spots: list[Spot], number: int) -> Names:
    """Who stands behind the last of a string of offices: Phó Bí thư Đảng ủy, Chủ tịch UBND phường A.

    An office of somebody else begins no string: thay mặt Chủ tịch UBND huyện, Trưởng phòng A.
    """
    if _OF_OTHERS.search(text[max(0, spots[number].start - _REPLACING) : spots[number].start]):
        return ()
    last = min(number + _STRING, len(spots) - 1)
    while number < last and spots[number + 1].kind == "role":
        if not _CHAINED.fullmatch(text[spots[number].end : spots[number + 1].start]):
            return ()
        number += 1
        if holders := _holders_after(text, spots, number):
            return holders
    return ()


def _together_after(text: str, spots: list[Spot], number: int) -> Names:
    """The names from a position on that are joined by commas and "và"."""
    names = [spots[number].name]
    for at in range(number + 1, len(spots)):
        last, following = spots[at - 1], spots[at]
        if following.kind != "person" or not _JOINED.fullmatch(text[last.end : following.start]):
            break
        names.append(following.name)
    return tuple(names)


def _holder_before(text: str, spot: Spot, done: list[Spot]) -> Names:
    """The person, or the holder of the office, right before this one."""
    at = spot.start
    for number in range(len(done) - 1, -1, -1):
        last = done[number]
        gap = text[last.end : at]
        if "\n" in gap or len(gap) > _CLAUSE:
            return ()
        if last.kind == "role" and last.holders and _BOUND.fullmatch(gap):
            return last.holders
        if last.kind == "person" and _BOUND.fullmatch(gap):
            before = text[max(0, last.start - _REPLACING) : last.start]
            if _REPLACED.search(before) and _TAKES_OVER.search(gap):
                return _subject_before(text, spot, done[:number])
            return _together_before(text, done, number)
        if last.kind not in ("place", "organisation") or not _BETWEEN.fullmatch(gap):
            return ()
        at = last.start
    return ()


def _together_before(text: str, done: list[Spot], number: int) -> Names:
    """One holder, or all where names are joined before one office: "các đồng chí A, B", "A và B"."""
    names, first = [done[number].name], number
    while first and done[first - 1].kind == "person":
        gap = text[done[first - 1].end : done[first].start]
        if not _JOINED.fullmatch(gap) or _holds_own(text, done, first - 1):
            break
        first -= 1
        names.insert(0, done[first].name)
    before = text[max(0, done[first].start - 16) : done[first].start]
    with_and = (
        " và " in text[done[number - 1].end : done[number].start] if first < number else False
    )
    if _MANY.search(before):
        return tuple(names)
    return tuple(names[-2:]) if with_and else (names[-1],)


def _holds_own(text: str, done: list[Spot], number: int) -> bool:
    """Whether an office of their own stands right before a person: Phó Chủ tịch A và ông B, Bí thư xã."""
    if not number or done[number - 1].kind != "role":
        return False
    office, person = done[number - 1], done[number]
    return person.name in office.holders and bool(
        _BINDS_FRONT.fullmatch(text, office.end, person.start)
    )


def _subject_before(text: str, spot: Spot, done: list[Spot]) -> Names:
    """Who was named last in the sentence, where a verb gives the office: A …, được giao làm Hiệu trưởng."""
    if not _GIVEN.search(text[max(0, spot.start - 24) : spot.start]):
        return ()
    for number in range(len(done) - 1, -1, -1):
        gap = text[done[number].end : spot.start]
        if len(gap) > _SUBJECT or "\n" in gap or ". " in gap or ";" in gap:
            return ()
        if done[number].kind == "person":
            return (done[number].name,)
    return ()


def _remember(held: dict[str, Names], office: str, holders: Names) -> None:
    """Note who holds an office, under its name and all that it may be shortened to."""
    held[office] = holders
    words = office.split(" ")
    for count in range(1, len(words)):
        held.setdefault(" ".join(words[:count]) + " ", holders)


def _held_before(text: str, spot: Spot, held: dict[str, Names]) -> Names:
    """Who was said earlier to hold this office, also where one of the two names leaves out the place."""
    office = text[spot.start : spot.end].lower()
    if not spot.strong and not _REFERRED.search(text[max(0, spot.start - 10) : spot.start]):
        return ()
    if found := held.get(office) or held.get(office + " "):
        return found
    words = office.split(" ")
    shorter = (" ".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    return next((held[s] for s in shorter if s in held and _LEVEL_LAST.search(s)), ())


def _headline_holders(text: str, spots: list[Spot]) -> list[Spot]:
    """The offices of a headline given to the one person who is said later to hold them."""
    line = text.find("\n")
    done = []
    for spot in spots:
        if spot.kind == "role" and not spot.holders and spot.end <= line:
            office = text[spot.start : spot.end].lower()
            later = {
                s.holders
                for s in spots
                if s.holders and s.status in (spot.status, None)
                and (text[s.start : s.end].lower() + " ").startswith(office + " ")
            }  # fmt: skip
            done.append(replace(spot, holders=later.pop() if len(later) == 1 else ()))
        else:
            done.append(spot)
    return done


# How offices are strung together: what is said of the first is said of all.
_STRUNG = re.compile(r"(?:,| kiêm| và|, đồng thời(?: là)?|,? kiêm nhiệm) ?(?:chức |chức vụ )?")
_RETIRES = re.compile(
    r"[^.;\n]{0,12}(?:nghỉ hưu|thôi giữ|nghỉ chế độ|bị (?:cách chức|bãi nhiệm|miễn nhiệm)|chuyển công tác|từ trần)"
)
_RETIRED = re.compile(
    rf"(?:nghỉ hưu|nghỉ chế độ|miễn nhiệm|bãi nhiệm|cách chức|thôi giữ chức(?: vụ)?)(?: đối với| cho| với)?(?: {_PERSONAL})? $"
)


def _former(text: str, spots: list[Spot]) -> list[Spot]:
    """The offices with what appointments make of them: all in a string new, those before it former."""
    strung = _string_out(text, spots)
    done: list[Spot] = []
    for number, spot in enumerate(strung):
        status = spot.status
        if spot.kind == "role" and status is None and spot.holders:
            appointed = _appointed_later(text, strung, number)
            if appointed or _retired(text, strung, number):
                status = "former"
        done.append(spot if status == spot.status else replace(spot, status=status))
    return done


def _retired(text: str, spots: list[Spot], number: int) -> bool:
    """Whether the text says behind an office, or before the name in front of it, that it was left."""
    spot, last = spots[number], spots[number - 1] if number else None
    if _RETIRES.match(text[spot.end : spot.end + _NEAR]):
        return True
    if last is None or last.kind != "person" or last.name not in spot.holders:
        return False
    return bool(_RETIRED.search(text[max(0, last.start - _NEAR) : last.start]))


def _string_out(text: str, spots: list[Spot]) -> list[Spot]:
    done: list[Spot] = []
    for spot in spots:
        last = done[-1] if done else None
        follows = (
            last is not None
            and last.kind == spot.kind == "role"
            and last.status == "new"
            and spot.status is None
            and spot.holders == last.holders
            and _STRUNG.fullmatch(text[last.end : spot.start])
        )
        done.append(replace(spot, status="new") if follows else spot)
    return done


def _appointed_later(text: str, spots: list[Spot], number: int) -> bool:
    """Whether the same holders get another office later in the sentence."""
    spot = spots[number]
    for at in range(number + 1, len(spots)):
        later = spots[at]
        gap = text[spot.end : later.start]
        if len(gap) > _SENTENCE or "\n" in gap or ". " in gap or ";" in gap:
            return False
        if later.kind == "role" and later.status == "new" and later.holders == spot.holders:
            return True
    return False
