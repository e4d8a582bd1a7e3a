"""Figures of tables: ten pages as portals print them, and tables flattened to text."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crawler import read_page
from model.records import Document, Figure, RawPage
from nlp import annotate
from tests.nlp.reading import figures, same_worth, unit, worth

PAGES = Path(__file__).parent.parent / "gold" / "pages"
NAMES = sorted(p.stem for p in PAGES.glob("*.html"))


def page_figures(name: str) -> list[Figure]:
    """The figures inside the tables of a page, read as the crawler and the reader read it."""
    body = (PAGES / f"{name}.html").read_bytes()
    article = read_page(
        RawPage(url=f"http://x.gov.vn/{name}.html", body=body, content_type="text/html")
    )
    document = Document(
        text=article.text,
        published=article.published,
        sections=article.sections,
        tables=article.tables,
    )
    spans = [(t.start, t.end) for t in article.tables]
    return [f for f in annotate(document).figures if any(a <= f.start < b for a, b in spans)]


def fits(figure: Figure, row: dict[str, Any]) -> bool:
    """Whether a figure has a cell's value, unit and both labels."""
    wanted = row["value"].lstrip("+-")
    value = worth(figure).lstrip("-")
    units = [
        row["unit"],
        *([row["unit_alt"]] if isinstance(row.get("unit_alt"), str) else row.get("unit_alt") or []),
    ]
    named = any(unit(figure).lower().split(" ")[0] == u.lower().split(" ")[0] for u in units)
    cell = figure.cell
    labelled = cell is not None and row["row"] in (cell.row or "")
    parts = [part.strip() for part in row["column"].split(" / ")]
    return bool(
        figure.type == row["type"] and same_worth(value, wanted) and named and labelled
        and all(part in ((cell and cell.column) or "") for part in parts)
    )  # fmt: skip


def test_cells_with_value_unit_and_labels() -> None:
    asked = right = read = 0
    for name in NAMES:
        found = page_figures(name)
        read += len(found)
        free = list(found)
        for row in json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))["figures"]:
            asked += 1
            figure = next((f for f in free if fits(f, row)), None)
            if figure is not None:
                free.remove(figure)
                right += 1
    assert len(NAMES) == 10
    assert right / asked >= 0.95
    assert read - right <= 0.02 * asked


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_figure_stays_none(name: str) -> None:
    found = [f.text for f in page_figures(name)]
    for cell in json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))["not"]:
        if not cell["text"].isdecimal() or len(cell["text"]) > 3:
            assert cell["text"] not in found


FLAT = """Kết quả đấu giá

Phiên đấu giá diễn ra sáng 10/7.

Khu vực | Số lô | Diện tích (m2) | Giá trúng (triệu đồng)
Thôn 3, xã Đông Văn | 22 | 2.640 | 24.310
Xã Đông Khê | 18 | 2.178,4 | 19.232
"""


def test_flattened_lines() -> None:
    found = [f for f in figures(FLAT) if f.cell]
    told = [(worth(f), unit(f), f.cell and f.cell.row, f.cell and f.cell.column) for f in found]
    assert ("2640", "m2", "Thôn 3, xã Đông Văn", "Diện tích (m2)") in told
    assert (str(Decimal(19232 * 10**6)), "VND", "Xã Đông Khê", "Giá trúng (triệu đồng)") in told


CAPTION = """Thu ngân sách năm 2023 (ĐVT: triệu đồng)
Nội dung Dự toán Thực hiện Tỷ lệ %
Thu nội địa 982.400 1.046.215 106,5
Phí, lệ phí 8.250 7.934 96,2
"""


def test_caption_over_lines() -> None:
    plan, result, share, *_ = figures(CAPTION, "2023-12-11")
    assert (worth(plan), plan.aim) == ("982400000000", "target")
    assert (worth(result), result.aim) == ("1046215000000", "result")
    assert (worth(share), share.unit, share.of_plan) == ("106.5", "%", True)
    assert share.baseline is not None
    assert share.baseline.text == "Dự toán"
    assert plan.about is not None
    assert plan.about.text == "Thu nội địa"
    assert share.period is not None
    assert (share.period.from_, share.period.to) == ("2023-01-01", "2023-12-31")


PLANNED = """Nội dung | Kế hoạch (ha) | Thực hiện (ha) | Tỷ lệ (%) | Tỷ lệ lúa lai (%)
Lúa xuân | 3.100 | 3.162 | 102 | 41,5
Ngô | 250 | 240 | 96 | 90
"""


def test_a_share_of_the_plan_to_its_left() -> None:
    shares = [f for f in figures(PLANNED) if f.type == "percent"]
    told = {worth(f): (f.of_plan, f.baseline and f.baseline.text) for f in shares}
    assert told["102"] == told["96"] == (True, "Kế hoạch (ha)")
    assert told["41.5"] == told["90"] == (False, None)
