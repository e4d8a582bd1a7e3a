"""Quality of reading on the gold bulletins, beside stock underthesea's on the same text.

Prints the scorer's table for both and exits with 1 when a score lies below its floor in
`tests/floors.json`. `gold.jsonl` was in view while the rules were written; `fresh.jsonl` was written
afterwards by somebody who had not seen them, and was scored before anything was tuned to it.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from model.records import Document, plain
from nlp import annotate
from nlp.source import read_source
from nlp.stock import stock_entities
from tests.gold.score import score

HERE = Path(__file__).parent
SETS = {"gold": HERE / "gold" / "gold.jsonl", "fresh": HERE / "gold" / "fresh.jsonl"}
GOLD = SETS["gold"]
FLOORS = HERE / "floors.json"


def gold_bulletins(name: str = "gold") -> list[dict[str, Any]]:
    """The bulletins of one set as the scorer reads them."""
    return [json.loads(line) for line in SETS[name].read_text(encoding="utf-8").splitlines()]


def our_annotations(bulletin: dict[str, Any]) -> Any:
    """What the project reads in one bulletin."""
    return plain(annotate(msgspec.convert(bulletin, Document)))


def stock_annotations(bulletin: dict[str, Any]) -> dict[str, Any]:
    """What stock underthesea names in one bulletin, asked sentence by sentence."""
    source = read_source(bulletin["text"])
    mentions = []
    for start, end in source.sentences:
        for a, b, kind in stock_entities(source.text[start:end]):
            first, last = source.span(start + a, start + b)
            mentions.append({"type": kind, "start": first, "end": last})
    return {"mentions": mentions, "figures": [], "times": []}


def show(name: str, rows: dict[str, dict[str, Any]]) -> None:
    """Print the scorer's table under a name."""
    sys.stdout.write(f"{name}\n")
    for kind, row in rows.items():
        cells = "  ".join(f"{key} {value}" for key, value in row.items())
        sys.stdout.write(f"  {kind:13} {cells}\n")


def our_scores(name: str) -> dict[str, dict[str, Any]]:
    """The scorer's rows for what the project reads in one set."""
    golds = gold_bulletins(name)
    rows: dict[str, dict[str, Any]] = score(golds, {g["id"]: our_annotations(g) for g in golds}, 0)[
        0
    ]
    return rows


def below_floor(name: str, rows: dict[str, dict[str, Any]]) -> list[str]:
    """Every score of a set that lies below the floor recorded for it."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))[name]
    return [
        f"{name}: {kind} {key} {rows[kind][key]} is below its floor {floor}"
        for kind, keys in floors.items()
        for key, floor in keys.items()
        if (rows[kind][key] or 0) < floor
    ]


def main() -> int:
    lost = []
    for name in SETS:
        golds = gold_bulletins(name)
        ours = our_scores(name)
        stock, _ = score(golds, {g["id"]: stock_annotations(g) for g in golds}, 0)
        show(f"{name}: bantin", ours)
        kinds = ("person", "organisation", "place", "ENTITIES")
        show(f"{name}: underthesea, stock, sentence by sentence", {k: stock[k] for k in kinds})
        lost += below_floor(name, ours)
    for line in lost:
        sys.stdout.write(f"FAIL {line}\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
