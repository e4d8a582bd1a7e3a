"""Quality of reading on annotated bulletins, beside stock underthesea's on the same text: `make eval`.

Prints the scorer's table for each set, the worst errors, what was taken for what, scores by region and by how
messy the text is, and the share of places with the right code; exits with 1 when a score lies below its floor in
`tests/floors.json`. Which sets were in view while rules were written, and which were not, stands in
`tests/gold/README.md`. `python -m tests.eval --set-floors` writes the floors anew.
"""

import json
import re
import sys
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from model.records import Document, plain
from nlp import annotate
from nlp.atlas import read_atlas, split_level
from nlp.source import read_source
from nlp.stock import stock_entities
from tests.gold.relations import relation_scores
from tests.gold.score import NESTED, TYPES, score

HERE = Path(__file__).parent
MENTIONED = ("gold", "fresh", "own", "blind")  # the others hold figures and times only
SETS = {n: HERE / "gold" / f"{n}.jsonl" for n in (*MENTIONED, "figures", "unseen")}
RELATIONS = HERE / "gold" / "relations.jsonl"
GOLD = SETS["gold"]
CODES = HERE / "gold" / "codes.jsonl"
FLOORS = HERE / "floors.json"
REPORTED = ("money", "count", "percent", "measure", "date", "period", "FIGURES", "TIMES")
ENTITIES = ("person", "organisation", "place", "role", "document")
SHOWN = 12  # worst errors of a set that are printed
_REGIONS = (
    (22, "northern mountains"), (37, "Red River delta"), (60, "central coast"), (68, "highlands"), (79, "southeast"), (96, "Mekong delta"),
)  # fmt: skip
_MESS = re.compile(r"\w[,;](?=[^\W\d])|  |\u00a0|\b[Đđ]/c\b")
Scores = dict[str, dict[str, Any]]


@cache
def gold_bulletins(name: str = "gold") -> list[dict[str, Any]]:
    """The bulletins of one set as the scorer reads them."""
    return [json.loads(line) for line in SETS[name].read_text(encoding="utf-8").splitlines()]


def our_annotations(bulletin: dict[str, Any]) -> Any:
    """What the project reads in one bulletin."""
    return plain(annotate(msgspec.convert(bulletin, Document)))


@cache
def our_answers(name: str) -> dict[str, Any]:
    """What the project reads in each bulletin of a set, by id."""
    return {g["id"]: our_annotations(g) for g in gold_bulletins(name)}


def stock_annotations(bulletin: dict[str, Any]) -> dict[str, Any]:
    """What stock underthesea names in one bulletin, asked sentence by sentence."""
    source = read_source(bulletin["text"])
    mentions = []
    for start, end in source.sentences:
        for a, b, kind in stock_entities(source.text[start:end]):
            first, last = source.span(start + a, start + b)
            mentions.append({"type": kind, "start": first, "end": last})
    return {"mentions": mentions, "figures": [], "times": []}


def our_scores(name: str) -> Scores:
    """The scorer's rows for what the project reads in one set, and the share of right codes."""
    rows: Scores = score(gold_bulletins(name), our_answers(name), 0)[0]
    if name not in MENTIONED:
        rows = {kind: row for kind, row in rows.items() if kind in REPORTED}
    if related := [r for r in _relations() if r["set"] == name]:
        rows["RELATIONS"] = relation_scores(related, our_answers(name))
    if name == "gold":
        then, now, invented = code_scores()
        rows["CODES"] = {"then": then, "now": now, "none": round(1 - invented, 4)}
    return rows


@cache
def _relations() -> list[dict[str, Any]]:
    return [json.loads(line) for line in RELATIONS.read_text(encoding="utf-8").splitlines()]


@cache
def code_scores() -> tuple[float, float, float]:
    """Of the places with a code at publication, with codes today, with neither: the shares read right, right, wrong."""
    right = {"code": [0, 0], "now": [0, 0], "none": [0, 0]}
    for line in CODES.read_text(encoding="utf-8").splitlines():
        place = json.loads(line)
        if place.get("why") == "ambiguous":
            continue
        code, now = read_code(place)
        for kind, wanted, got in (("code", place["code"], code), ("now", place["now"], now)):
            if wanted:
                right[kind][0] += wanted == got
                right[kind][1] += 1
        if not place["now"]:
            right["none"][0] += bool(code or now)
            right["none"][1] += 1
    shares = [round(a / b, 4) for a, b in right.values()]
    return shares[0], shares[1], shares[2]


def read_code(place: dict[str, Any]) -> tuple[str | None, list[str]]:
    """The code and today's codes that the project reads for one place of the table."""
    span = (place["start"], place["end"])
    mentions = our_answers(place["set"])[place["id"]]["mentions"]
    found = (m for m in mentions if m["type"] == "place" and (m["start"], m["end"]) == span)
    for mention in found:
        return mention["code"], sorted(mention["now"])
    return None, []


def region_of(bulletin: dict[str, Any]) -> str:
    """The region of a bulletin's province, by the statistical office's order of codes."""
    _, name = split_level(unicodedata.normalize("NFC", bulletin["place"]).split(",")[-1].strip())
    code = next((u.code for u in read_atlas().named(name) if u.rank == "province"), "96")
    if code == "01":
        return "Red River delta"
    return next(region for last, region in _REGIONS if int(code) <= last)


def mess_of(bulletin: dict[str, Any]) -> str:
    """How messy a text is: decomposed, with many or few of the slips of a hurried hand, or clean."""
    if bulletin.get("nfd"):
        return "decomposed"
    slips = len(_MESS.findall(bulletin["text"]))
    return "messy" if slips > 2 else "a little messy" if slips else "clean"


def grouped(names: tuple[str, ...], key: Any) -> dict[str, Scores]:
    """Scores of several sets together, by a property of the bulletins."""
    found: dict[str, tuple[list[Any], dict[str, Any]]] = {}
    for name in names:
        for bulletin in gold_bulletins(name):
            golds, answers = found.setdefault(key(bulletin), ([], {}))
            golds.append(bulletin)
            answers[bulletin["id"]] = our_answers(name)[bulletin["id"]]
    return {group: score(*both, 0)[0] for group, both in sorted(found.items())}


def spans(name: str) -> list[tuple[str, str, str, str, str]]:
    """Mentions read wrong: id of the bulletin, what was wanted and read (type or "-"), both texts."""
    wrong = []
    for gold in gold_bulletins(name):
        wanted = {(a["start"], a["end"]): (TYPES[a["type"]], a) for a in gold["annotations"]}
        wanted = {span: (kind, a) for span, (kind, a) in wanted.items() if kind in ENTITIES}
        read = {(m["start"], m["end"]): m for m in our_answers(name)[gold["id"]]["mentions"]}
        inside = [(s, k) for s, (k, _) in wanted.items()]
        for span in sorted(wanted.keys() | read.keys()):
            kind = wanted[span][0] if span in wanted else "-"
            got = read[span]["type"] if span in read else "-"
            nested = any(
                a <= span[0] and span[1] <= b and (a, b) != span and outer in _OUTER.get(got, ())
                for (a, b), outer in inside
            )
            if kind != got and not (kind == "-" and nested):
                near = next(
                    (s for s in read if s != span and s[0] < span[1] and span[0] < s[1]), span
                )
                wrong.append(
                    (gold["id"], kind, got, gold["text"][slice(*span)], gold["text"][slice(*near)])
                )
    return wrong


_OUTER = {kind: {TYPES[t] for t in outer} for kind, outer in NESTED.items()}


def show(name: str, rows: Scores, kinds: tuple[str, ...] = ()) -> None:
    """Print the scorer's table under a name."""
    sys.stdout.write(f"{name}\n")
    for kind, row in rows.items():
        if not kinds or kind in kinds:
            cells = "  ".join(f"{key} {value}" for key, value in row.items())
            sys.stdout.write(f"  {kind:13} {cells}\n")


def show_errors(name: str) -> None:
    """Print what was taken for what, and the first of the errors of each kind."""
    wrong = spans(name)
    taken = Counter((kind, got) for _, kind, got, *_ in wrong)
    confusion = ", ".join(f"{kind} read as {got} {n}" for (kind, got), n in taken.most_common())
    sys.stdout.write(
        f"{name}: mentions wanted and read ('-' is none): {confusion or 'all right'}\n"
    )
    for bulletin, kind, got, text, near in wrong[:SHOWN]:
        beside = f" (read: {near!r})" if near != text else ""
        sys.stdout.write(f"  [{bulletin}] {kind} read as {got}: {text!r}{beside}\n")


def below_floor(name: str, rows: Scores) -> list[str]:
    """Every score of a set that lies below the floor recorded for it."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))[name]
    return [
        f"{name}: {kind} {key} {rows[kind][key]} is below its floor {floor}"
        for kind, keys in floors.items()
        for key, floor in keys.items()
        if (rows[kind][key] or 0) < floor
    ]


LEGEND = """\
F1 by kind on six sets of annotated bulletins (tests/gold/README.md): the errors on blind and on half of unseen were
never looked at, the other sets were while the rules were written. gold and mine count mentions, exact wants the very
span, overlap any; holders, value, qualifier, unit and per are shares of what was found; codes are of places then and
now; RELATIONS are the shares of figures of which each key is right, where one side says something.

"""


def set_floors() -> None:
    """Write down today's scores as the floors."""
    held = {name: our_scores(name) for name in SETS}
    floors = {
        name: {
            kind: {
                k: v
                for k, v in row.items()
                if k not in ("gold", "mine", "figures") and v is not None
            }
            for kind, row in rows.items()
        }
        for name, rows in held.items()
    }
    FLOORS.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")


def _show_beside(name: str, golds: list[dict[str, Any]]) -> None:
    """Print what stock underthesea scores on a set, and what was read wrong where that may be looked at."""
    stock, _ = score(golds, {g["id"]: stock_annotations(g) for g in golds}, 0)
    kinds = ("person", "organisation", "place", "ENTITIES")
    show(f"{name}: underthesea, stock, sentence by sentence", stock, kinds)
    if name != "blind":
        show_errors(name)


def main() -> int:
    if "--set-floors" in sys.argv:
        set_floors()
        return 0
    lost = []
    sys.stdout.write(LEGEND)
    for name in SETS:
        golds = gold_bulletins(name)
        ours = our_scores(name)
        show(f"{name}: bantin, {len(golds)} bulletins", ours)
        if name in MENTIONED:
            _show_beside(name, golds)
        lost += below_floor(name, ours)
    for told, key in (("region", region_of), ("mess", mess_of)):
        for group, rows in grouped(MENTIONED, key).items():
            show(f"by {told}: {group}", rows, ("ENTITIES", "role", "FIGURES", "TIMES"))
    for line in lost:
        sys.stdout.write(f"FAIL {line}\n")
    if not lost:
        sys.stdout.write("every score is at its floor or above\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
