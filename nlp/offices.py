"""Who an article names in full, with their offices taken apart: position, body, unit."""

import re
from collections import Counter, defaultdict
from dataclasses import replace

from model.records import (
    Annotations,
    Document,
    HeldOffice,
    Mention,
    Person,
    Place,
    Role,
    Sighting,
)
from nlp.casing import set_case
from nlp.fullnames import FullNames, is_common, unit_of
from nlp.gazetteer import Gazetteer, portal_gazetteer
from nlp.names import is_masked
from nlp.patterns import OFFICES, PREFIXES
from nlp.source import Source, read_source
from text import first_tones, match_key, write_out

# Offices whose last word begins the body: Trưởng phòng Nội vụ is of the Phòng Nội vụ.
_SHARED = re.compile(
    r"(?i)\b(phòng|ban(?: chỉ đạo| chỉ huy| tổ chức)?|trạm|khoa|công an|đoàn|hội|đồn|hạt|văn phòng|thanh tra)$"
)
# Offices that are of a body by their own name.
_OF_PARTY = {"huyện ủy viên": "Huyện ủy", "tỉnh ủy viên": "Tỉnh ủy", "thành ủy viên": "Thành ủy", "thị ủy viên": "Thị ủy", "quận ủy viên": "Quận ủy"}  # fmt: skip
# Bodies of which the country has one.
_NATIONAL = re.compile(
    r"(?:Chính phủ|Quốc hội|Đảng Cộng sản|Nhà nước|Bộ |Trung ương|.* Trung ương(?:$| )|Tổng cục|.* của Quốc hội|Tòa án nhân dân tối cao|Viện Kiểm sát nhân dân tối cao)"
)
# What binds a place to the name before it: ông A (SN 1990), trú tại thôn 5, xã B. A verb never does.
_FROM = re.compile(
    r"(?: ?\([^()\n]{1,30}\)|, ?(?:sinh năm|SN) ?\d{4}|, ?\d{1,3} tuổi|, (?:người )?dân tộc [^,;.\n]{1,16})*"
    r"(?:,| -| –| ở| tại|\s?\()? ?(?:(?:hiện )?(?:ở|trú(?: tại| ở)?|ngụ(?: tại| ở)?|thường trú(?: tại| ở)?|quê(?: ở| quán)?|"
    r"sống (?:ở|tại)|cư trú(?: tại| ở)?|người|tại) )?(?:[^,.;:()\n]{1,30}, ?)?"
)
_NEAR = 90  # letters behind a name in which the place stands that somebody is from


def read_sightings(document: Document, read: Annotations) -> list[Sighting]:
    """Everybody whom an article names by two words or more, unmasked, in the order of first mention.

    Spellings of one name are one; offices are named as they are outside of headlines.
    """
    source = read_source(document.text)
    gazetteer = portal_gazetteer(document.place, document.published)
    calm = replace(source, text=set_case(first_tones(source.text), None, gazetteer))
    byline = document.sections.get("byline", (len(document.text), 0))
    named: dict[str, list[Person]] = defaultdict(list)
    held: dict[str, list[Role]] = defaultdict(list)
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    for mention in read.mentions:
        if isinstance(mention, Person):
            named[match_key(mention.name)].append(mention)
            spelled[match_key(mention.name)][mention.name] += 1
        elif isinstance(mention, Role):
            for holder in mention.holders:
                held[match_key(holder)].append(mention)
                spelled[match_key(holder)][holder] += 1
    near = _places(calm, read.mentions)
    names = FullNames(calm.text, gazetteer, [])
    return [
        Sighting(
            name=_spelling(spelled[key]),
            author=any(byline[0] <= m.start < byline[1] for m in named.get(key, ())),
            places=sorted({near[m.start] for m in named.get(key, ()) if m.start in near}),
            offices=[_office(calm, m, names, gazetteer) for m in held.get(key, ())],
        )
        for key in dict.fromkeys([*named, *sorted(held)])
        if " " in key and not is_masked(_spelling(spelled[key])) and "." not in key
    ]


def _spelling(spelled: Counter[str]) -> str:
    """The spelling of a name that is not of a headline and that most mentions have."""
    return max(spelled, key=lambda name: (not name.isupper(), spelled[name], name))


def _places(calm: Source, mentions: list[Mention]) -> dict[int, str]:
    """By where a name begins, the code of the first unit that is bound to it: ông A, thôn 5, xã B."""
    near: dict[int, str] = {}
    person: Person | None = None
    for mention in mentions:
        if isinstance(mention, Person):
            person = mention
        elif isinstance(mention, Role):
            person = None
        elif person and isinstance(mention, Place):
            begin, end = calm.place(person.end), calm.place(mention.start)
            bound = end - begin <= _NEAR and _FROM.fullmatch(calm.text, begin, end)
            if bound and mention.code:
                near[person.start] = mention.code
            if not bound or mention.code:
                person = None
    return near


def _office(calm: Source, role: Role, names: FullNames, gazetteer: Gazetteer) -> HeldOffice:
    start, end = calm.place(role.start), calm.place(role.end)
    title = " ".join(calm.text[start:end].split())
    position, body = _parts(write_out(title))
    full = names.complete(body, start) if body else None
    unit = unit_of(full, gazetteer) if full else None
    chain, until = (gazetteer.locate(unit) if unit else None) or (None, None)
    return HeldOffice(
        start=role.start,
        title=title,
        position=position,
        body=full,
        unit=chain,
        whole=_whole(full, unit, chain, gazetteer) if full else None,
        until=until,
        status=role.status,
    )


def _whole(body: str, unit: str | None, chain: str | None, gazetteer: Gazetteer) -> str | None:
    """A body with its province, None where nothing tells it from others of its name."""
    if unit is not None:
        return body + chain.removeprefix(unit) if chain else None
    if _NATIONAL.match(body):
        return body
    own_name = any(word[:1].isupper() for word in body.split()[1:]) and not is_common(body)
    if not own_name or not gazetteer.home:
        return None
    return f"{body}, {gazetteer.home[-1].level} {gazetteer.home[-1].name}"


def _parts(title: str) -> tuple[str, str | None]:
    """An office's position and its body as written, None where it is of none: a rank, an honour."""
    prefix = PREFIXES.match(title)
    begin = prefix.end() + 1 if prefix else 0
    if of_party := next((b for t, b in _OF_PARTY.items() if title[begin:].lower() == t), None):
        return title, of_party
    office = OFFICES.match(title, begin)
    if office is None:
        return title, None
    rest = title[office.end() :].strip()
    if shared := _SHARED.search(office[0]):
        head = shared[1][:1].upper() + shared[1][1:]
        return title[begin : office.end()], f"{head} {rest}" if rest else None
    return title[begin : office.end()], rest or None
