"""What is told of a changed article: its title, where it stands, a snippet, figures, and what changed in them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from model.errors import UnknownId
from storage import schema
from storage.differences import figure_changes
from storage.figures import figure_row
from storage.queries import archive_address, portal_names
from storage.snippets import TextWords, cut_snippet, match_spans
from storage.takedowns import is_shown
from storage.wishes import Wish
from text import bare_key

_FIGURES = 3  # told of an article
_CHANGES = 8
_KEPT = 1000  # articles kept at hand for the next digest
_NEAR = 150  # letters between a figure and the words that were found
_LONG = 20_000  # letters of a text that a snippet is looked for in
Told = dict[str, Any]


class Teller:
    """Tells of articles in editions; what several subscriptions are told is read once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.names = portal_names(engine)
        self._edition = lru_cache(_KEPT)(self._read_edition)
        self._words = lru_cache(_KEPT)(self._read_words)
        self._question = lru_cache(_KEPT)(Wish.question)
        self._snippet = lru_cache(4 * _KEPT)(self._make_snippet)

    def tell(self, item: Told, wish: Wish) -> Told:
        """What is told of one item of a digest to who wished for it."""
        edition, rows = self._edition(item["edition"])
        before = self._edition(item["before"])[1] if item["before"] else []
        changes = list(figure_changes(before, rows)) if item["before"] else []
        hedges = {row["id"]: row["qualifier"] for row in (*before, *rows)}
        snippet, near = self._snippet(item["edition"], wish)
        chosen = [row for row in rows if row["id"] in set(item["figures"])] or near
        return edition | {
            "snippet": chosen[0]["sentence"] if item["figures"] and chosen else snippet,
            "figures": [_figure(row) for row in chosen[:_FIGURES]],
            "changes": [told_change(row, hedges) for row in changes[:_CHANGES]],
        }

    def shown(self, items: Sequence[Told]) -> list[Told]:
        """The items whose articles are not taken down."""
        asked = select(schema.Article.id).where(is_shown())
        with Session(self._engine) as session:
            named = asked.where(schema.Article.id.in_({item["article"] for item in items}))
            there = set(session.scalars(named))
        return [item for item in items if item["article"] in there]

    def _read_edition(self, key: str) -> tuple[Told, list[Told]]:
        with Session(self._engine) as session:
            edition = session.get(schema.Edition, key)
            if edition is None:
                raise UnknownId(f"edition {key}: not held at the moment")
            article = session.get_one(schema.Article, edition.article_id)
            asked = select(schema.Figure, schema.Correction).outerjoin(
                schema.Correction, schema.Correction.figure_id == schema.Figure.id
            )
            own = asked.where(schema.Figure.edition_id == key).order_by(schema.Figure.start)
            rows = [figure_row(f, edition, article, said) for f, said in session.execute(own)]
            told = {
                "title": edition.title, "portal": article.portal, "published": edition.published, "url": article.url,
                "archived": archive_address(edition, article), "text": edition.text[:_LONG],
                "skip": edition.reading["sections"]["title"][1],
            }  # fmt: skip
        kept = [row for row in rows if "repeat" not in row["flags"] and row["reason"] is None]
        return told, kept

    def _make_snippet(self, key: str, wish: Wish) -> tuple[str, list[Told]]:
        """The stretch of an edition that shows why it was found, and the figures near the words that were."""
        told, rows = self._edition(key)
        query = self._question(wish)
        words = self._words(key)
        spans = match_spans(words, query)
        near = _nearest(rows, [told["skip"] + start for start, _ in spans])
        return cut_snippet(words, spans, len(query.terms)).replace("] [", " "), near or rows

    def _read_words(self, key: str) -> TextWords:
        """The words of an edition behind its title."""
        told, _ = self._edition(key)
        return TextWords(told["text"][told["skip"] :].lstrip("\n"))


def _nearest(rows: list[Told], places: list[int]) -> list[Told]:
    """The figures nearest to words that were found, in text order."""

    def far(row: Told) -> int:
        return min(abs(int(row["start"]) - place) for place in places)

    near = sorted((row for row in rows if places and far(row) < _NEAR), key=far)[:_FIGURES]
    return sorted(near, key=lambda row: row["start"])


def _figure(row: Told) -> Told:
    """A figure as it was written, with what it counts where that is not in it."""
    noun = row["noun"]
    told = row["text"]
    whole = told if not noun or bare_key(noun) in bare_key(told) else f"{told} {noun}"
    return {
        "id": row["id"],
        "text": whole,
        "qualifier": row["qualifier"],
        "sentence": row["sentence"],
        "archived": row["archived"],
    }


def told_change(row: Told, hedges: dict[str, str]) -> Told:
    """A row of `figure_changes` as it is told; `hedges` are the qualifiers of figures by id."""
    told: Told = {"what": row["about"] or row["noun"] or ""}
    for side in ("before", "after"):
        told[side] = row[f"{side}_text"]
        told[f"{side}_qualifier"] = hedges.get(row[f"{side}_figure"])
    return told
