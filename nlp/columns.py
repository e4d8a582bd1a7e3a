"""What the label of a table's column says of its figures: plan or result, share of a plan, compared with what."""

import re

from nlp.aims import Aim
from nlp.compared import Comparison
from nlp.tables import either, table, terms
from nlp.tabular import Cell

_WORDS = table("tables")


def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{either(terms(_WORDS[name]['headers']))})(?!\w)", re.IGNORECASE)


_PLAN, _ESTIMATE, _ELSE = _named("plan"), _named("estimate"), _named("else")
_SHARES = frozenset(terms(_WORDS["of_plan"]["headers"]))
_SIGNS = re.compile(r"[()%\s]+")


def column_aim(cell: Cell) -> Aim:
    """The aim of a cell: target under a plan's label, estimate under "ước thực hiện", else result."""
    label = cell.column or ""
    if cell.read.type == "percent" and not _PLAN.match(label.split(" / ")[-1]):
        return "result"
    last = label.split(" / ")[-1]
    if _ESTIMATE.search(last):
        return "estimate"
    return "target" if _PLAN.search(last) else "result"


def column_comparison(cell: Cell) -> Comparison:
    """What a per cent cell is compared with: what its label names, else a column of plans to its left."""
    label = cell.column or ""
    last = label.split(" / ")[-1]
    if cell.read.type != "percent" or _PLAN.fullmatch(last):
        return Comparison()
    if _ELSE.search(label):
        return Comparison(None, cell.column_span, False)
    if _PLAN.search(label):
        return Comparison(None, cell.column_span, True)
    if cell.plan_span and _is_share(last):
        return Comparison(None, cell.plan_span, True)
    return Comparison()


def _is_share(label: str) -> bool:
    """Whether a label says no more than that its column holds shares of the plan: "%", "Tỷ lệ (%)", not "Tỷ lệ hộ nghèo"."""
    words = _SIGNS.sub(" ", label.lower()).strip()
    return not words or words in _SHARES
