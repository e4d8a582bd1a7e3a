"""Quality of reading on the gold bulletins, beside stock underthesea's on the same text.

Prints the scorer's table for both and exits with 1 when a score lies below its floor in
`tests/floors.json`. The gold bulletins were in view while the rules were written: these scores
guard against loss and say little of unseen text.
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
GOLD = HERE / "gold" / "gold.jsonl"
FLOORS = HERE / "floors.json"


def gold_bulletins() -> list[dict[str, Any]]:
    """The gold bulletins as the scorer reads them."""
    return [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


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


def below_floor(rows: dict[str, dict[str, Any]]) -> list[str]:
    """Every score that lies below the floor recorded for it."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    return [
        f"{kind} {key} {rows[kind][key]} is below its floor {floor}"
        for kind, keys in floors.items()
        for key, floor in keys.items()
        if (rows[kind][key] or 0) < floor
    ]


def main() -> int:
    golds = gold_bulletins()
    ours, _ = score(golds, {g["id"]: our_annotations(g) for g in golds}, 0)
    stock, _ = score(golds, {g["id"]: stock_annotations(g) for g in golds}, 0)
    show("bantin", ours)
    show(
        "underthesea, stock, sentence by sentence",
        {k: stock[k] for k in ("person", "organisation", "place", "ENTITIES")},
    )
    lost = below_floor(ours)
    for line in lost:
        sys.stdout.write(f"FAIL {line}\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
