"""An article: its text with what was read out of it, its editions, what changed between them, how to cite it."""

from datetime import datetime
from typing import Any

from fastapi import Request, Response
from markupsafe import Markup

from model.errors import UnknownId
from model.records import Units
from publish.cite import STYLES
from publish.digest import web_address, worded_change
from publish.wording import day_digits, hedged, local_moment, number_text
from storage.differences import figure_changes
from storage.telling import told_change
from storage.views import view_article
from web.app import archive_of, link_to, page, root_of
from web.comparing import compare_texts
from web.language import Language, read_language, translate
from web.marking import Mark, article_blocks, choose_marks
from web.replaying import archive_link
from web.routes import Routes

router = Routes()
View = dict[str, Any]
CITED = {"bib": ("bibtex", "application/x-bibtex"), "ris": ("ris", "application/x-research-info-systems"),
    "csl": ("csl", "application/vnd.citationstyles.csl+json")}  # fmt: skip


@router.reads("/articles/{article_id}.{kind}")
def citation(request: Request, article_id: str, kind: str) -> Response:
    """A citation of an article as .bib, .ris or .csl."""
    if kind not in CITED:
        raise UnknownId(f".{kind}: có .bib, .ris và .csl")
    found = view_article(archive_of(request).engine, article_id)
    style, media = CITED[kind]
    name = f"{found['id']}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(
        cite(request, found, style) + "\n", media_type=f"{media}; charset=utf-8", headers=headers
    )


def cite(request: Request, found: View, style: str) -> str:
    """A citation with whole addresses."""
    site = archive_of(request).site
    return STYLES[style](found | {"archived": site.base + archive_link(found["archived"])})


@router.reads("/articles/{article_id}")
def article(request: Request, article_id: str) -> Response:
    """An article's current edition; of an id of an edition, figure or mention the edition that holds it."""
    return _article(request, article_id, None)


@router.reads("/articles/{article_id}/editions/{number}")
def edition(request: Request, article_id: str, number: int) -> Response:
    """One edition of an article, counted in capture order."""
    return _article(request, article_id, number)


def _article(request: Request, key: str, number: int | None) -> Response:
    found = view_article(archive_of(request).engine, key, number)
    told, units = found["article"], archive_of(request).units
    language = read_language(request.query_params.get("lang"))
    held = _held(found)
    marks = choose_marks([*_figure_marks(found, language), *_mention_marks(request, found, held)])
    blocks = list(
        article_blocks(told["text"], told["sections"]["title"][1], told.get("tables") or [], marks)
    )
    return page(
        request, "article.html", a=found, told=told, blocks=blocks, original=web_address(told["url"]),
        archived=root_of(request) + archive_link(found["archived"]), captured=_moment(found["captured"]), moment=_moment,
        vanished=_moment(found["vanished"]) if found["vanished"] else None, figures=_figure_rows(found, language),
        cited=cite(request, found, "bibtex"), kinds=tuple(CITED), places=_places(found, units),
        official=all(person in held for person in found["persons"].values()),
        files=[{**file, "link": web_address(file["url"])} for file in found["attachments"]],
    )  # fmt: skip


def _moment(iso: str) -> str:
    return local_moment(datetime.fromisoformat(iso))


def _held(found: View) -> dict[str | None, str]:
    """The offices of each person who is told to hold some."""
    held: dict[str | None, list[str]] = {}
    for office in found["offices"]:
        told = ", ".join(filter(None, (office["title"], office["body"])))
        held.setdefault(office["person"], []).append(told)
    return {person: "; ".join(dict.fromkeys(told)) for person, told in held.items()}


def _figure_marks(found: View, language: Language) -> list[Mark]:
    marks = []
    for row in found["figures"]:
        before = Markup(
            '<span class="held"><a class="figure" id="m-{0}" href="#f-{0}" aria-describedby="t-{0}">'
        ).format(row["id"])
        tip = Markup('</a><span class="tip" role="tooltip" id="t-{}">{}</span></span>').format(
            row["id"], explain(row, language)
        )
        marks.append(Mark(row["start"], row["end"], "figure", before, tip))
    return marks


def explain(row: View, language: Language) -> str:
    """What a figure says, in a line: value, hedge, what it measures, its period."""
    ends = [
        number_text(row[key], language) for key in ("value", "low", "high") if row[key] is not None
    ]
    value = "–".join(ends) or translate("không rõ", language)
    unit = row["currency"] or row["unit"] or row["noun"] or ""
    parts = [hedged(f"{value} {unit}".strip(), row["qualifier"]) or ""]
    parts += [row["about"]] if row["about"] else []
    days = [day_digits(row[key]) for key in ("period_from", "period_to") if row[key]]
    return " · ".join([*parts, " – ".join(dict.fromkeys(days))]).removesuffix(" · ")


def _mention_marks(request: Request, found: View, held: dict[str | None, str]) -> list[Mark]:
    marks = (_mention_mark(request, found, row, held) for row in found["mentions"])
    return [mark for mark in marks if mark]


def _mention_mark(
    request: Request, found: View, row: View, held: dict[str | None, str]
) -> Mark | None:
    """Persons lead to their page, places to theirs; offices and bodies say what they are."""
    kind, key = row["type"], row["id"]
    target, tip = None, ""
    if kind == "person":
        person = found["persons"].get(row["name"])
        target = person and f"/people/{person}"
        tip = held.get(person) or row["name"] or ""
    elif kind == "place":
        target = f"/places/{row['code']}" if row["code"] else None
        tip = place_line(row["code"], row["now"], archive_of(request).units) or ""
    elif kind in ("organisation", "role"):
        tip = (row["name"] if kind == "organisation" else ", ".join(row["holders"])) or ""
    if not (target or tip) or (kind == "person" and not target):
        return None
    if target:
        before = Markup(
            '<span class="held"><a class="{}" id="m-{}" href="{}" aria-describedby="t-{}">'
        ).format(kind, key, link_to(request, target), key)
        behind = Markup('</a><span class="tip" role="tooltip" id="t-{}">{}</span></span>').format(
            key, tip
        )
    else:
        before = Markup('<span class="{}" id="m-{}" title="{}">').format(kind, key, tip)
        behind = Markup("</span>")
    return Mark(row["start"], row["end"], kind, before, behind)


def place_line(code: str | None, now: list[str], units: Units) -> str | None:
    """A unit by its code, and what it is today where that is another one."""
    line = units.describe(code) if code else None
    if line is None:
        return None
    today = [new.whole for key in now if key != code and (new := units.describe(key))]
    return f"{line.whole} → {'; '.join(today)}" if today else line.whole


def _places(found: View, units: Units) -> list[View]:
    """The places an edition names, each once, as they were and are."""
    rows = {r["code"]: r for r in found["mentions"] if r["type"] == "place" and r["code"]}
    told = {code: place_line(code, row["now"], units) for code, row in rows.items()}
    return [{"code": code, "line": line} for code, line in told.items() if line]


def _figure_rows(found: View, language: Language) -> list[View]:
    return [
        row | {"told": hedged(row["text"], row["qualifier"]), "line": explain(row, language)}
        for row in found["figures"]
    ]


@router.reads("/articles/{article_id}/diff/{pair}")
def difference(request: Request, article_id: str, pair: str) -> Response:
    """What changed between two editions, changed figures on top: /articles/ID/diff/1..2."""
    ends = pair.split("..")
    if len(ends) != 2 or not all(
        end.isascii() and end.isdecimal() and len(end) < 10 for end in ends
    ):
        raise UnknownId(f"{pair}: viết hai số, ví dụ 1..2")
    engine = archive_of(request).engine
    one, other = (view_article(engine, article_id, int(end)) for end in ends)
    hedges = {row["id"]: row["qualifier"] for row in (*one["figures"], *other["figures"])}
    changes = [
        worded_change(told_change(row, hedges))
        for row in figure_changes(one["figures"], other["figures"])
    ]
    pieces = compare_texts(one["article"]["text"], other["article"]["text"])
    return page(
        request, "diff.html", a=other, one=one, ends=ends, changes=changes, pieces=pieces, moment=_moment,
        archived=[root_of(request) + archive_link(found["archived"]) for found in (one, other)],
    )  # fmt: skip
