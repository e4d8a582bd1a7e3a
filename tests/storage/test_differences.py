"""What changed in figures between editions, and series over time: pure functions on rows."""

from typing import Any

import pytest

from storage.differences import figure_changes, figure_series

BLANK: dict[str, Any] = {
    "type": "money", "value": None, "low": None, "high": None, "total": None, "qualifier": "exact", "currency": "VND",
    "unit": None, "noun": None, "per": None, "about": None, "period_from": "2023-01-01", "period_to": "2023-12-31",
    "change": None, "aim": "result", "flags": [], "text": "", "published": "2024-01-10", "portal": "gia-vien",
    "archived": "a", "key": None, "base_value": None, "base_unit": None, "place": None, "place_code": "373",
}  # fmt: skip


def row(name: str, **told: Any) -> dict[str, Any]:
    return BLANK | {"id": name, "text": name} | told


def test_a_changed_value_has_both_figures() -> None:
    before = [row("a", value="31000000000", about="kinh phí"), row("b", value="5")]
    after = [row("c", value="13000000000", about="Kinh phí"), row("d", value="5")]
    (change,) = figure_changes(before, after)
    assert (change["change"], change["before"], change["after"]) == (
        "changed",
        "31000000000",
        "13000000000",
    )
    assert (change["before_figure"], change["after_figure"]) == ("a", "c")


def test_added_and_removed() -> None:
    before = [row("a", value="1", about="thu"), row("b", value="2", about="chi")]
    after = [
        row("c", value="1", about="thu"),
        row("d", type="count", currency=None, noun="hộ", value="9"),
    ]
    told = [(c["change"], c["before"], c["after"]) for c in figure_changes(before, after)]
    assert told == [("removed", "2", None), ("added", None, "9")]


def test_nothing_changed() -> None:
    same = [row("a", value="1"), row("b", low="2", high="3")]
    assert list(figure_changes(same, same)) == []


def test_a_series_has_a_point_for_each_period_with_its_evidence() -> None:
    poor = {"type": "count", "currency": None, "noun": "hộ nghèo", "key": "ho ngheo"}
    found = [
        row("a", value="520", **poor),
        row(
            "b",
            value="480",
            period_from="2024-01-01",
            period_to="2024-12-31",
            published="2025-01-08",
            **poor,
        ),
        row("c", value="521", published="2024-02-01", **poor),
        row("d", value="7", place_code="366", **poor),
        row("e", value="9", aim="target", **poor),
        row("f", value="9", change="up", **poor),
    ]
    near, far = sorted(figure_series(found), key=lambda s: s["place"], reverse=True)
    assert (near["key"], near["unit"], near["place"]) == ("ho ngheo", None, "373")
    assert [(p["from"], p["value"], p["agree"]) for p in near["points"]] == [
        ("2023-01-01", "521", False),
        ("2024-01-01", "480", True),
    ]
    assert [t["figure"] for t in near["points"][0]["told"]] == ["a", "c"]
    assert [p["value"] for p in far["points"]] == ["7"]


@pytest.mark.parametrize(
    ("unit", "value", "base"), [("ha", "3", "30000"), ("m2", "30000", "30000")]
)
def test_measures_are_compared_in_their_base_unit(unit: str, value: str, base: str) -> None:
    measure = {
        "type": "measure",
        "currency": None,
        "unit": unit,
        "about": "diện tích",
        "base_unit": "m2",
    }
    (series,) = figure_series([row("a", value=value, base_value=base, **measure)])
    assert (series["unit"], series["points"][0]["value"]) == ("m2", "30000")
