"""What makes figures of different bulletins comparable: measures in a base unit, keys of counted nouns."""

import re
from decimal import Decimal

from model.records import Annotations, Comparable, Document
from nlp.atlas import REFORM
from nlp.gazetteer import portal_gazetteer
from nlp.tables import table, terms
from text import bare_key

_UNITS = table("units")
_KEYS = table("nouns")["keys"]
_HEADS = sorted((t for cell in _KEYS["heads"].values() for t in terms(cell)), key=lambda t: -len(t))
_SAME = {same: head for head, cell in _KEYS["same"].items() for same in terms(cell)}
# First codes of provinces by region of the statistical office's numbering (Quyết định 124/2004/QĐ-TTg).
_REGIONS = ((38, "north"), (61, "centre"), (69, "highlands"), (97, "south"))


def compare_figures(document: Document, read: Annotations) -> list[Comparable]:
    """What makes each figure of a document comparable with others, in their order."""
    day = (document.published or "")[:10] or None
    home = portal_gazetteer(document.place, day).home
    region = region_of(home[-1].code if home else None, reformed=day is not None and day >= REFORM)
    done = []
    for figure in read.figures:
        based = in_base(figure.value, figure.unit, region) if figure.type == "measure" else None
        base, unit = based or (None, None)
        done.append(Comparable(key=noun_key(figure.noun), base=base, unit=unit))
    return done


def region_of(code: str | None, *, reformed: bool) -> str | None:
    """The region whose field measures hold in a province, by its code; None where that is unknown.

    The reform of 2025-07-01 united provinces of two regions in some.
    """
    if not code or not code.isdecimal() or (reformed and code in _UNITS["mixed"]):
        return None
    return next((region for last, region in _REGIONS if int(code[:2]) < last), None)


def in_base(
    value: Decimal | None, unit: str | None, region: str | None
) -> tuple[Decimal, str] | None:
    """A measure in its base unit, None where the unit has none or differs by region and that is unknown.

    >>> in_base(Decimal("66.2"), "tạ/ha", None), in_base(Decimal(3), "sào", "north")
    ((Decimal('6620.0'), 'kg/ha'), (Decimal('1080'), 'm2'))
    """
    if value is None or unit is None:
        return None
    plain, slash, over = unit.partition("/")
    if areas := _UNITS["areas"].get(plain):
        size = areas.get(region) if region else None
        return (value * Decimal(size), "m2" + slash + over) if size else None
    factor, _, base = _UNITS["measures"].get(plain, "").partition(" ")
    return (value * Decimal(factor), base + slash + over) if base else None


def noun_key(noun: str | None) -> str | None:
    """The folded head under which a counted noun is grouped, None for none.

    >>> noun_key("hộ nghèo DTTS"), noun_key("hộ gia đình"), noun_key("Hộ nghèo")
    ('ho ngheo', 'ho', 'ho ngheo')
    """
    if noun is None:
        return None
    lowered = " ".join(re.findall(r"[\w&'-]+", noun.lower()))
    for name, head in _SAME.items():
        if lowered == name or lowered.startswith(name + " "):
            return bare_key(head)
    head = next((h for h in _HEADS if lowered == h or lowered.startswith(h + " ")), lowered)
    return bare_key(head)
