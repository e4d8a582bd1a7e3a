"""What the API answers, as JSON Schema: made of the tables of columns, so that it says what is sent."""

from collections.abc import Sequence
from typing import Any

from publish.columns import json_type
from storage.figures import FIELDS
from storage.listing import ARTICLE_FIELDS, MENTION_FIELDS

Schema = dict[str, Any]
Answers = dict[int | str, dict[str, Any]]
TEXT: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_EXACT = "a decimal number as text, so that no reader rounds it"


def object_of(**properties: Schema) -> Schema:
    """An object with these keys, all there."""
    return {"type": "object", "required": list(properties), "properties": properties}


def list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def row_of(fields: Sequence[str]) -> Schema:
    """A flat row: every key is there, what is unknown is null."""
    return object_of(**{name: _column(name) for name in fields})


def _column(name: str) -> Schema:
    kind = json_type(name)
    if kind == "number":
        return TEXT | {"description": _EXACT}
    if kind == "date":
        return TEXT | {"description": "an ISO date"}
    return {"type": [kind, "null"]}


_REPOST = object_of(
    id={"type": "string"},
    portal={"type": "string"},
    title={"type": "string"},
    url=TEXT,
    published=TEXT,
)
_RESULT = object_of(
    id={"type": "string"},
    title={"type": "string"},
    published=TEXT,
    portal={"type": "string"},
    url=TEXT,
    snippet={"type": "string"},
    score={"type": "number"},
    reposts=list_of(_REPOST),
)
ARTICLES = object_of(
    query={"type": "string"},
    total=COUNT,
    articles=COUNT,
    results=list_of(_RESULT),
    facets={"type": "object"},
    next=TEXT,
    suggestion=TEXT,
)
ARTICLE = row_of(ARTICLE_FIELDS)
_FIGURE = row_of(FIELDS)
FIGURES = object_of(total=COUNT, results=list_of(_FIGURE), next=TEXT)
FIGURE = _FIGURE
GROUPS = object_of(
    results=list_of(
        object_of(
            group={"type": "string"},
            figures=COUNT,
            articles=COUNT,
            min=TEXT,
            median=TEXT,
            max=TEXT,
            sum=TEXT,
        )
    )
)
SERIES = object_of(
    results=list_of(
        object_of(
            type={"type": "string"},
            key=TEXT,
            unit=TEXT,
            about=TEXT,
            place=TEXT,
            **{"from": TEXT},
            to=TEXT,
            value=TEXT,
            agree={"type": "boolean"},
            figures=list_of({"type": "string"}),
            archived=TEXT,
        )
    )
)
MENTIONS = object_of(articles=COUNT, results=list_of(row_of(MENTION_FIELDS)), next=TEXT)
EDITIONS = object_of(
    id={"type": "string"},
    results=list_of(
        object_of(
            number=COUNT,
            id={"type": "string"},
            captured={"type": "string"},
            title={"type": "string"},
            archived=TEXT,
        )
    ),
)
_OFFICE = object_of(
    title={"type": "string"},
    position={"type": "string"},
    body=TEXT,
    status=TEXT,
    first=TEXT,
    last=TEXT,
    left=TEXT,
    until=TEXT,
    articles=list_of({"type": "string"}),
)
PERSON = object_of(
    id={"type": "string"},
    name={"type": "string"},
    names=list_of({"type": "string"}),
    portal={"type": "string"},
    score={"type": ["integer", "null"]},
    offices=list_of(_OFFICE),
    articles=list_of({"type": "object"}),
)
PEOPLE = object_of(total=COUNT, results=list_of(PERSON), next=TEXT)
PORTAL = object_of(
    portal={"type": "string"},
    name={"type": "string"},
    articles=COUNT,
    editions=COUNT,
    vanished=COUNT,
    figures=COUNT,
    newest=TEXT,
    last_run=TEXT,
    outcome=TEXT,
    health={"type": ["integer", "null"]},
    troubles=list_of({"type": "string"}),
)
PORTALS = object_of(total=COUNT, results=list_of(PORTAL))
STATUS = object_of(
    articles=COUNT,
    editions=COUNT,
    journal_number=COUNT,
    captures_unread=COUNT,
    portals=COUNT,
    in_trouble=COUNT,
)
TAKEN = object_of(status={"type": "string"})


FILES = (
    "application/json", "application/vnd.citationstyles.csl+json", "text/csv", "application/x-ndjson", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-bibtex",
    "application/x-research-info-systems",
)  # fmt: skip


def files() -> Answers:
    """What a route of files answers."""
    told: Answers = {
        200: {"description": "the file", "content": {media: {} for media in FILES}},
        302: {"description": "elsewhere"},
    }
    return answers({}, 404, 451) | told


def answers(schema: Schema, *others: int) -> Answers:
    """What a route answers, for OpenAPI: its own schema, and problems."""
    problem = {"content": {"application/problem+json": {"schema": PROBLEM}}}
    told: Answers = {
        200: {"description": "OK", "content": {"application/json": {"schema": schema}}}
    }
    names = {
        400: "Bad request",
        404: "Not found",
        429: "Too many requests",
        451: "Taken down",
        503: "Busy",
    }
    return told | {
        status: {"description": names[status], **problem} for status in (400, 429, 503, *others)
    }
