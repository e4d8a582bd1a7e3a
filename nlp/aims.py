"""Whether a figure was reached, or is a target, a plan or an estimate."""

import re
from typing import Literal

from nlp.amounts import Read
from nlp.source import Source, make_cue
from nlp.tables import either, table, terms

Aim = Literal["result", "target", "plan", "estimate"]
_WORDS: dict[str, str] = table("meaning")["aim"]


def _cue(name: str) -> str:
    return rf"(?<!\w)(?:{either(terms(_WORDS[name]))})(?!\w)"


_TARGET, _PLAN = _cue("target"), _cue("plan")
_CUES = make_cue(
    rf"(?P<not>{_cue('not_target')})|(?P<target>{_TARGET})|(?P<plan>{_PLAN})|(?P<reached>{_cue('reached')})"
)
_ESTIMATE = re.compile(rf"{_cue('estimate')}[^,;.\d]{{0,25}}$")
_GIVEN = re.compile(
    rf"(?P<of>(?:đạt|vượt|với|bằng|hoàn thành|%|so|theo) )?{_cue('given')}[^,;.%]{{0,40}}$"
)
_REACH = 400


def aim_of(source: Source, reads: list[Read], number: int, of_plan: bool) -> Aim:
    """The aim of a figure, by the last word before it in its sentence that tells one."""
    read = reads[number]
    first, _ = source.sentence(read.start)
    first = max(first, read.start - _REACH)
    near = max(first, reads[number - 1].end if number else 0)
    before = source.lowered[near : read.start]
    if _ESTIMATE.search(before):
        return "estimate"
    given = _GIVEN.search(before)
    if given and not given["of"] and not of_plan:
        return "target"
    aim: Aim = "result"
    for cue in source.cues(_CUES, first, read.start):
        if cue.lastgroup == "reached":
            aim = "result"
        elif cue.lastgroup == "target" or (cue.lastgroup == "plan" and aim == "result"):
            aim = cue.lastgroup  # type: ignore[assignment]
    return aim
