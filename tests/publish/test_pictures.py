"""What a digest looks like in a browser: on a narrow screen, light and dark."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from publish.digest import Digest, Entry
from publish.render import render
from tests.chromium import chromium
from text import VIETNAM

LONG = "https://huyen.example/" + "tin-tuc-su-kien-" * 12


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def a_digest() -> Digest:
    entries = [
        Entry(
            id="1f0c9e2ab4d57730", kind=kind, label=label, title="Phòng LĐ-TB&XH huyện sơ kết công tác 6 tháng đầu năm",
            portal="Gia Viễn", day="Thứ Tư, 12/07/2023", url=LONG, original=LONG, archived=LONG,
            snippet="…nhà ở cho [hộ nghèo] trong năm 2023 đã có 81 [hộ nghèo] được hỗ trợ…",
            figures=[{"text": "81 hộ nghèo"}, {"text": "hơn 31 tỷ đồng"}],
            changes=[{"what": "trợ cấp", "before": "31 tỷ đồng", "after": "13 tỷ đồng"}] if kind == "edited" else [],
            also=[{"portal": "Nho Quan", "url": LONG}],
        )
        for kind, label in (("new", "Mới"), ("edited", "Đã sửa"), ("vanished", "Đã gỡ"))
    ]  # fmt: skip
    return Digest(
        subject="hộ nghèo: 3 bài mới (12/07/2023)", label="hộ nghèo", day="12/07/2023", counts="1 bài mới, 1 bài sửa, 1 bài gỡ",
        groups=[("Huyện Gia Viễn", entries)], more=120, more_url=LONG, feed_url=LONG, why="Bạn nhận thư này vì…",
        leave_url=LONG, site="Bantin", site_url="https://kho.example/",
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mail_is_good_to_read(browser: Browser, tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "mail.html"
    path.write_text(render("digest.html.j2", d=a_digest()), encoding="utf-8")
    page = browser.new_page(viewport={"width": 380, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    colours = page.evaluate(
        """() => [...document.querySelectorAll("body, h1, h2, a, .small, .kind, mark, .change")].map(node => {
             const style = getComputedStyle(node);
             let back = node;
             while (back && getComputedStyle(back).backgroundColor === "rgba(0, 0, 0, 0)") back = back.parentElement;
             return [style.color, getComputedStyle(back || document.body).backgroundColor];
           })"""
    )
    assert all(contrast(*pair) >= 4.5 for pair in colours), colours  # WCAG 2 AA
    size = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.snippet')).fontSize)"
    )
    assert size >= 16
    page.close()


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, by WCAG 2."""
    lights = sorted(map(_light, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(colour: str) -> float:
    channels = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_text_says_what_the_html_says() -> None:
    text, html = render("digest.txt.j2", d=a_digest()), render("digest.html.j2", d=a_digest())
    for words in ("hộ nghèo", "31 tỷ đồng", "13 tỷ đồng", "Nho Quan", "120 bài nữa", "Thôi nhận"):
        assert words in text
        assert words in html
    assert max(len(line) for line in text.splitlines() if "https://" not in line) <= 78
    assert datetime(2023, 7, 12, tzinfo=VIETNAM).strftime("%d/%m/%Y") in text
