"""Who an article names in full, with their offices taken apart: position, body, unit."""

import re
from collections import defaultdict

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
from nlp.fullnames import FullNames, unit_of
from nlp.gazetteer import Gazetteer, portal_gazetteer
from nlp.names import is_masked
from nlp.patterns import OFFICES, PREFIXES
from text import first_tones, nfc, write_out

# Offices whose last word begins the body: Trưởng phòng Nội vụ is of the Phòng Nội vụ.
_SHARED = re.compile(
    r"(?i)\b(phòng|ban(?: chỉ đạo| chỉ huy| tổ chức)?|trạm|khoa|công an|đoàn|hội|đồn|hạt|văn phòng|thanh tra)$"
)
# Offices that are of a body by their own name.
_OF_PARTY = {"huyện ủy viên": "Huyện ủy", "tỉnh ủy viên": "Tỉnh ủy", "thành ủy viên": "Thành ủy", "thị ủy viên": "Thị ủy", "quận ủy viên": "Quận ủy"}  # fmt: skip
_NEAR = 90  # letters behind a name in which the place stands that somebody is from


def read_sightings(document: Document, read: Annotations) -> list[Sighting]:
    """Everybody whom an article names by two words or more, unmasked, in the order of first mention."""
    gazetteer = portal_gazetteer(document.place, document.published)
    text = first_tones(nfc(document.text))
    names = FullNames(text, gazetteer, [])
    byline = document.sections.get("byline", (len(document.text), 0))
    named: dict[str, list[Person]] = defaultdict(list)
    held: dict[str, list[Role]] = defaultdict(list)
    near: dict[int, list[str]] = _places(read.mentions)
    for mention in read.mentions:
        if isinstance(mention, Person):
            named[mention.name].append(mention)
        elif isinstance(mention, Role):
            for holder in mention.holders:
                held[holder].append(mention)
    return [
        Sighting(
            name=name,
            author=any(byline[0] <= m.start < byline[1] for m in named.get(name, ())),
            places=sorted({code for m in named.get(name, ()) for code in near.get(m.start, ())}),
            offices=[_office(m, names, gazetteer) for m in held.get(name, ())],
        )
        for name in dict.fromkeys([*named, *sorted(held)])
        if " " in name and not is_masked(name) and "." not in name
    ]


def _places(mentions: list[Mention]) -> dict[int, list[str]]:
    """By where a name begins, the code of the first unit right behind it: ông A, thôn 5, xã B."""
    near: dict[int, list[str]] = {}
    person: Person | None = None
    for mention in mentions:
        if isinstance(mention, Person):
            person = mention
        elif person and isinstance(mention, Place) and mention.code:
            if mention.start - person.end <= _NEAR:
                near[person.start] = [mention.code]
            person = None
    return near


def _office(role: Role, names: FullNames, gazetteer: Gazetteer) -> HeldOffice:
    title = " ".join(nfc(role.text).split())
    position, body = _parts(write_out(first_tones(title)))
    full = names.complete(body, role.start) if body else None
    unit = unit_of(full, gazetteer) if full else None
    return HeldOffice(
        start=role.start,
        title=title,
        position=position,
        body=full,
        unit=unit,
        until=gazetteer.last_day(unit) if unit else None,
        status=role.status,
    )


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
