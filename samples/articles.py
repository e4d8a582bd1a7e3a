"""What a portal publishes: articles made from bulletins, and what a perfect reader sees in them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from enum import Enum, auto

from .bulletins import Paragraphs

HANOI = timezone(timedelta(hours=7))

# By date.weekday(), spelled as the portals do.
WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")

# Section slug -> the name in the menu, on both portals.
SECTIONS = {
    "tin-tuc-su-kien": "Tin tức sự kiện",
    "kinh-te": "Kinh tế",
    "van-hoa-xa-hoi": "Văn hóa xã hội",
}


class Style(Enum):
    """How an editor left the body of an article."""

    PLAIN = auto()
    WORD = auto()  # pasted from Word
    BREAKS = auto()  # <br><br> instead of paragraphs
    FILES = auto()  # files for download below the text
    PHOTO = auto()  # the last paragraph is the caption of a photo
    LEAD_TWICE = auto()  # the lead again as the first paragraph
    TCVN3 = auto()  # in a font of the nineties
    SCAN = auto()  # nothing but a file in a viewer and one behind a script
    DECOMPOSED = auto()  # letters and their marks apart, some as entities


@dataclass(frozen=True)
class Article:
    """One article of a portal; its first section is the one in its address."""

    number: int
    path: str
    sections: tuple[str, ...]
    published: datetime
    title: str
    lead: str | None
    paragraphs: Paragraphs
    byline: str
    style: Style
    district: str
    source: str | None = None
    identity: str | None = (
        None  # where the software knows an article by another sign than the number
    )

    @property
    def summary(self) -> str:
        """What lists show below the title: the lead, else the beginning of the text."""
        first = self.paragraphs[0][0] if self.paragraphs else ""
        return self.lead or first[:160].rstrip() + "..."


@dataclass(frozen=True)
class Correction:
    """One figure of one article, as first published and as corrected."""

    bulletin: str
    before: str
    after: str

    def apply(self, article: Article) -> Article:
        """Return the corrected edition, at the same address."""
        body = tuple(
            tuple(line.replace(self.before, self.after) for line in lines)
            for lines in article.paragraphs
        )
        return replace(article, title=f"{article.title} (đính chính)", paragraphs=body)


def truth_of(article: Article) -> dict[str, object]:
    """Return what a perfect reader reports: cells joined by " | ", repeated text only once."""
    return {
        "title": article.title,
        "published": article.published.date().isoformat(),
        "lead": article.lead,
        "paragraphs": [
            [line.replace("\t", " | ") for line in lines] for lines in article.paragraphs
        ],
        "byline": article.byline,
        "native_id": article.identity or str(article.number),
    }


def slugify(title: str) -> str:
    """Return the title as it stands in an address: lower-case ASCII words joined by hyphens."""
    bare = unicodedata.normalize("NFD", title.lower().replace("đ", "d"))
    ascii_only = bare.encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_only))


def weekday(day: date) -> str:
    """Return the Vietnamese name of the day of the week."""
    return WEEKDAYS[day.weekday()]


def newest_first(articles: Sequence[Article]) -> list[Article]:
    """Return the articles from the latest to the oldest."""
    return sorted(articles, key=lambda a: (a.published, a.number), reverse=True)


def in_section(articles: Sequence[Article], section: str) -> list[Article]:
    """Return the articles listed in a section."""
    return [article for article in articles if section in article.sections]


def by_number(articles: Sequence[Article], number: int) -> Article | None:
    """Return the article with this number."""
    return next((article for article in articles if article.number == number), None)
