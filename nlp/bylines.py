"""Authors in a byline or behind the label of a caption."""

import re

from nlp.bodies import BodyReader
from nlp.patterns import LABELS, NO_AUTHOR
from nlp.spots import Spot
from text import UPPER

_AUTHORS = re.compile(rf"\s*(?:,|–|-\s|-(?=[{UPPER}])|\s-\s|&|/|;|\(|\)|\svà\s|\+|\n|\|)\s*")
_ACCORDING = re.compile(r"(?:Theo|CTV|PV) (?=[^\W\d_]+ )")
_DONE = re.compile(r" (?:tổng hợp|thực hiện|sưu tầm|biên soạn|ghi)$")
_DESKS = ("CTV", "BBT", "PV", "Theo", "Phòng", "Ban", "Nguồn")
_LONGEST = 6  # words of an author's name


def read_byline(text: str, start: int, end: int, bodies: BodyReader) -> list[Spot]:
    """Authors and their bodies in a byline: every part that is neither a label nor a desk."""
    spots: list[Spot] = []
    label = LABELS.match(text[start:end]) or _ACCORDING.match(text[start:end])
    at = start + (label.end() if label else 0)
    while at < end:
        joint = _AUTHORS.search(text, at, end)
        stop = joint.start() if joint else end
        if (body_end := bodies.body_end(at)) is not None and body_end >= stop:
            spots.append(Spot(at, min(body_end, end), "organisation"))
            joint = _AUTHORS.match(text, body_end, end)
        elif author := _author(text, at, stop):
            spots.append(author)
        at = joint.end() if joint else end
    return spots


def _author(text: str, at: int, stop: int) -> Spot | None:
    begin = at + len(text[at:stop]) - len(text[at:stop].lstrip())
    if label := LABELS.match(text[begin:stop]):
        begin += label.end()
    elif desk := _ACCORDING.match(text[begin:stop]):
        begin += desk.end()
    if done := _DONE.search(text[begin:stop]):
        stop = begin + done.start()
    part = text[begin:stop].strip(" .:")
    if not part or part.lower() in NO_AUTHOR or part.split()[0] in _DESKS:
        return None
    if not re.match(rf"[{UPPER}]", text[begin : begin + 1]) or len(part.split()) > _LONGEST:
        return None
    end = begin + len(text[begin:stop].rstrip(" :"))
    return Spot(begin, end, "person", text[begin:end])
