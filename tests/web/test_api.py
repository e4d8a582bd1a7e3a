"""The API: what it says of itself is true, nothing asked breaks it, and pages of it are whole."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from publish.site import LEAVE
from storage import schema
from storage.database import look
from tests.sink import Web, engine_of, follow, open_home
from web import following

DOCS = Path(__file__).parent.parent.parent / "docs" / "pages.md"
FORMATS = ("articles.csv", "articles.jsonl", "articles.xlsx", "articles.bib", "articles.ris", "figures.csv", "figures.jsonl",
    "figures.xlsx", "mentions.csv", "mentions.jsonl", "mentions.xlsx", "people.csv", "people.jsonl", "people.xlsx")  # fmt: skip


def ask(web: Web, path: str, **given: Any) -> Any:
    answer = web.get(f"/api/v1/{path}" + (f"?{urlencode(given)}" if given else ""))
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


@pytest.mark.parametrize(
    "what",
    ["articles", "figures", "people", "mentions", "articles.json", "figures.json", "mentions.json"],
)
def test_pages_are_whole(shelf: Web, what: str) -> None:
    """Page by page by the Link header there is all that one page holds, each once."""
    whole = ask(shelf, what, limit=200)
    ids, path = [], f"/api/v1/{what}?limit=2"
    while path:
        answer = shelf.get(path)
        ids += [row["id"] for row in json.loads(answer.text)["results"]]
        link = answer.headers["Link"]
        assert (link is None) == (json.loads(answer.text)["next"] is None)
        path = link.partition(">")[0].removeprefix("<") if link else ""
    assert ids == [row["id"] for row in whole["results"]]
    assert len(set(ids)) == len(ids) > 1
    if "total" in whole:
        assert whole["total"] == len(ids)


def test_mentions_of_re_posts_are_there(shelf: Web) -> None:
    page = ask(shelf, "mentions", limit=200)
    lines = shelf.get("/api/v1/mentions.jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == page["results"]
    assert page["articles"] == ask(shelf, "articles")["articles"] == 12


def test_nobody_is_led_elsewhere(shelf: Web) -> None:
    answer = shelf.get("/api/v1/articles?limit=2", Host="evil.example")
    assert answer.headers["Link"].startswith(f"<{shelf.site.address}/")


def test_a_head_reads_no_archive(shelf: Web) -> None:
    for name in FORMATS:
        answer = shelf.ask("HEAD", f"/api/v1/{name}")
        assert (answer.status, answer.body) == (200, b"")


def test_machines_are_asked_to_keep_it_to_themselves(shelf: Web) -> None:
    for path in (
        "/api/v1/articles",
        "/feed.atom",
        "/api/v1/articles.csv",
        "/archive/*/https://gia-vien.example/1",
    ):
        assert "noindex" in shelf.get(path).headers["X-Robots-Tag"]
    assert shelf.get("/help").headers["X-Robots-Tag"] is None


def test_ranked_pages_follow_too(shelf: Web) -> None:
    found = ask(shelf, "articles", q="ho ngheo", sort="relevance", limit=3)
    more = ask(shelf, "articles", q="ho ngheo", sort="relevance", limit=3, cursor=found["next"])
    assert not {r["id"] for r in found["results"]} & {r["id"] for r in more["results"]}


@pytest.mark.parametrize("name", FORMATS)
def test_files_can_be_read(shelf: Web, name: str) -> None:
    answer = shelf.get(f"/api/v1/{name}" + ("" if "people" in name else "?q=ho+ngheo"))
    assert answer.status == 200
    assert name in answer.headers["Content-Disposition"]
    kind = name.rpartition(".")[2]
    if kind == "csv":
        rows: list[Any] = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    elif kind == "jsonl":
        rows = [json.loads(line) for line in answer.text.splitlines()]
    elif kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(answer.body)).active
        assert sheet is not None
        rows = list(sheet.iter_rows(min_row=2))
    else:
        rows = (
            answer.text.split("@online")[1:] if kind == "bib" else answer.text.split("TY  - ")[1:]
        )
        assert shelf.site.address + "/archive/" in answer.text
    assert len(rows) > 1


def test_what_is_on_screen_is_what_is_exported(shelf: Web) -> None:
    for given_ in ({"q": "ho ngheo"}, {"type": "money", "min": "5e9"}, {"portal": "nho-quan"}):
        page = ask(shelf, "figures", **given_, limit=200)
        lines = shelf.get(f"/api/v1/figures.jsonl?{urlencode(given_)}").text.splitlines()
        assert [json.loads(line) for line in lines] == page["results"]


def test_errors_are_problems(shelf: Web) -> None:
    for path, status in (
        ("articles/0000000000000000", 404), ("articles?limit=0", 400), ("articles?cursor=x", 400), ("nothing", 404), ("figures?min=x", 400),
        ("articles?from=99/99/9999", 400), ("figures?cursor=1_2", 400), ("articles/xyz", 400), ("figures/summary?by=day", 400),
    ):  # fmt: skip
        answer = shelf.get(f"/api/v1/{path}")
        assert (answer.status, answer.headers["Content-Type"]) == (
            status,
            "application/problem+json",
        )
        assert json.loads(answer.text)["status"] == status
        assert "Traceback" not in answer.text


def test_what_did_not_change_is_not_sent_again(shelf: Web) -> None:
    for path in ("articles?q=ho", "figures", "people", "portals", "status"):
        answer = shelf.get(f"/api/v1/{path}")
        again = shelf.get(f"/api/v1/{path}", If_None_Match=answer.headers["ETag"])
        assert (again.status, again.body) == (304, b"")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_the_docs_ask_is_answered(shelf: Web) -> None:
    asked = re.findall(
        r"curl [^'\n]*'http://127\.0\.0\.1:8000(/[^']+)'", DOCS.read_text(encoding="utf-8")
    )
    assert len(asked) > 4
    assert {path: shelf.get(path).status for path in asked} == dict.fromkeys(asked, 200)


def test_every_parameter_that_is_told_is_taken(shelf: Web) -> None:
    """And no other: one left out in silence would widen the question."""
    told = json.loads(shelf.get("/openapi.json").text)["paths"]
    given = {
        "from": "2020-01-01",
        "to": "2026-01-01",
        "period_from": "2020",
        "cursor": "",
        "limit": "2",
    }
    for path, methods in told.items():
        for one in methods.get("get", {}).get("parameters", []):
            if one["in"] == "query":
                usual = one["schema"].get("default")
                value = given.get(one["name"], "" if usual is None else str(usual).lower())
                query = urlencode({one["name"]: value})
                answer = shelf.get(
                    path.replace("{kind}", "jsonl").replace("{key}", "0" * 16) + f"?{query}"
                )
                assert "no such parameter" not in answer.text, (path, one["name"])
    assert shelf.get("/api/v1/articles?form=2023-01-01").status == 400
    assert shelf.get("/api/v1/figures/series?whole_years=true&q=ho+ngheo").status == 200
    a, b = ("2023-01-01", "2023-12-31")
    assert (
        ask(shelf, "articles", since=a, until=b)["articles"]
        == ask(shelf, "articles", **{"from": a, "to": b})["articles"]
        > 0
    )


def test_groups_and_series(shelf: Web) -> None:
    groups = ask(shelf, "figures/summary", q="vay", type="money", by="year")["results"]
    assert sum(group["figures"] for group in groups) == 9
    figure = ask(shelf, "figures", q="vay", type="money", limit=1)["results"][0]
    assert ask(shelf, f"figures/{figure['id']}") == figure
    assert shelf.get("/api/v1/figures/summary").status == 400  # of several kinds
    series = ask(shelf, "figures/series", q="ho ngheo")["results"]
    assert all(point["figures"] and point["archived"] for point in series)


def test_in_and_out(base: Path, shelf: Web) -> None:
    body = json.dumps(
        {"email": "may@toasoan.example", "rhythm": "weekly", "wish": {"q": "hộ nghèo"}}
    ).encode()
    headers = {"Content-Type": "application/json"}
    assert shelf.ask("POST", "/api/v1/subscriptions", body, headers).status == 200
    with engine_of(open_home(base)) as engine:
        with look(engine) as session:
            row = session.query(schema.Subscription).one()
            assert (row.confirmed, row.rhythm, row.wish) == (None, "weekly", {"q": "hộ nghèo"})
        key = follow(engine, "kia@toasoan.example")
        token = shelf.site.sign(LEAVE, key)
        assert shelf.ask("POST", f"/api/v1/unsubscribe/{token}").status == 200
        assert shelf.ask("POST", f"/api/v1/unsubscribe/{token}x").status == 404
    for bad in (
        b"[]",
        b"{",
        b'{"email": 7}',
        b'{"email": "a@b.c", "more": 1}',
        b'{"email": "a@b.c", "wish": {"q": 1}}',
    ):
        assert shelf.ask("POST", "/api/v1/subscriptions", bad, headers).status == 400


def operations(web: Web) -> list[Any]:
    address = f"http://127.0.0.1:{web.port}/openapi.json"
    found: Any = schemathesis.openapi.from_url(address).get_all_operations()
    return [result.ok() for result in found]


def test_the_description_is_true(shelf: Web) -> None:
    """Whatever is sent that the description allows or not, no answer is a server's error, and each is as described."""
    following.TURNS.most, most = 10**6, following.TURNS.most
    told = operations(shelf)
    assert len(told) > 20
    try:
        for operation in told:

            @given(case=operation.as_strategy(), data=st.data())
            @settings(
                max_examples=12,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                derandomize=True,
            )
            def check(case: Any, data: Any) -> None:
                answer = case.call()
                assert answer.status_code < 500, (case.path, case.query, answer.text[:300])
                case.validate_response(answer, checks=[
                    schemathesis.checks.not_a_server_error, schemathesis.checks.response_schema_conformance,
                    schemathesis.checks.content_type_conformance, schemathesis.checks.status_code_conformance,
                ])  # fmt: skip

            check()
    finally:
        following.TURNS.most = most
