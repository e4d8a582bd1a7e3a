"""Sample portals that live: they publish by habits of their own, correct, copy and delete, fall ill and die.

All time is that of the clock which is handed in; what they publish follows from their number alone.
"""

import itertools
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from . import moods, skins
from .articles import HANOI, Article, Correction, Style, by_number, newest_first, slugify
from .bulletins import Bulletin
from .coding import encode
from .site import NUKEVIET, PORTALS, UIARTICLE, SampleSite
from .vocabulary import place_of, write_bulletin, write_byline
from .web import Request, Response

HISTORY = 40  # bulletins that a portal begins with
_EPOCH = date(2018, 1, 1)  # a Monday, from which open days are counted
_OPENS, _OPEN = 8 * 60, 9 * 60  # minutes: the office opens at 08:00 and is open until 17:00
_APART = 7  # minutes between the bulletins of a burst
_MONEY = re.compile(r" (\d+)( tỷ đồng)")
_SKINS = {skin.kind: skin for skin in skins.SKINS}
_DRAWN = replace(_SKINS["spa"], kind="joomla")  # pages where the back end gave JSON before


@dataclass(frozen=True)
class Habit:
    """How a portal publishes: days between two goes on the mean, on working days only, bulletins of a go at most."""

    gap: float = 1.0
    working: bool = True
    burst: int = 1

    def publications(self, seed: int, first: datetime, last: datetime) -> list[datetime]:
        """The moments after `first` up to `last`: those of two spans that meet are those of both as one."""
        step = self.gap * (5 / 7 if self.working else 1)
        least, most = (self._open_days(moment.astimezone(HANOI).date()) for moment in (first, last))
        goes = range(int((least - 1) / step) - 1, int((most + 1) / step) + 1)
        found = [moment for go in goes for moment in self._go(Random(f"{seed} {go}"), go, step)]
        return sorted(moment for moment in found if first < moment <= last)

    def _go(self, rng: Random, go: int, step: float) -> Iterator[datetime]:
        day, part = divmod(step * (go + rng.random()), 1)
        size = rng.randint(1, self.burst)
        start = _OPENS + int(part * max(1, _OPEN - _APART * (size - 1)))
        for minute in range(start, start + _APART * size, _APART):
            yield datetime.combine(self._day(int(day)), time(minute // 60, minute % 60), HANOI)

    def _open_days(self, day: date) -> int:
        """How many days the office was open before."""
        days = (day - _EPOCH).days
        return days // 7 * 5 + min(days % 7, 5) if self.working else days

    def _day(self, number: int) -> date:
        return _EPOCH + timedelta(days=number // 5 * 7 + number % 5 if self.working else number)


class News(NamedTuple):
    """An article as its portal has it now, and its address."""

    url: str
    article: Article


class Edited(NamedTuple):
    """A corrected article, its address now, and the sum as it was and as it is."""

    url: str
    article: Article
    before: str
    after: str


class LivingSite(SampleSite):
    """A portal of that kind with a name, a place and bulletins of its own, all following from `seed`.

    An article keeps its number for life, whatever software shows it.
    """

    def __init__(
        self, kind: str, seed: int, clock: Callable[[], datetime], habit: Habit, port: int = 0
    ) -> None:
        super().__init__(kind, port)
        self.seed = seed
        self.habit = habit
        self.slug = f"so-{seed}"
        self.place = place_of(seed)
        self.name = f"Trang thông tin điện tử {self.place.partition(',')[0]} số {seed}"
        self._clock = clock
        self._changing = threading.RLock()
        self._hollow = self._drifted = False
        self._numbers = itertools.count(3_100 + 700 * (seed % 9))
        self._serials = itertools.count(1)
        self._edition: list[Article] = []
        start = self.now()
        back = timedelta(days=1.5 * HISTORY * habit.gap + 14)
        for moment in self.publications(start - back, start)[-HISTORY:]:
            self.publish(moment)

    def now(self) -> datetime:
        """The present moment of the clock that was handed in."""
        return self._clock().astimezone(HANOI)

    def publications(self, first: datetime, last: datetime) -> list[datetime]:
        """When this portal publishes, after `first` up to `last`."""
        return self.habit.publications(self.seed, first, last)

    @property
    def listed(self) -> list[Article]:
        """Its articles now, newest first."""
        return list(self._edition)

    def address(self, number: int) -> str:
        """The address of the article with that number."""
        return self._address(self._find(number))

    def publish(self, at: datetime) -> News:
        """A new bulletin."""
        with self._changing:
            number, at = next(self._numbers), self._free(at)
            written = write_bulletin(self.seed, number, self.place, at, next(self._serials))
            article = Article(
                number=number, path="", sections=(written.section,), published=at, title=written.title,
                lead=written.lead, paragraphs=written.paragraphs, byline=written.byline,
                style=_style(number), district=written.district,
            )  # fmt: skip
            return self._put(article)

    def publish_copy(self, article: Article, at: datetime) -> News:
        """A bulletin of another portal under its own number and byline."""
        with self._changing:
            number, at = next(self._numbers), self._free(at)
            draws = (write_byline(Random(f"{self.seed} {number} {n}")) for n in itertools.count())
            copy = replace(
                article, number=number, published=at, style=_style(number),
                byline=next(byline for byline in draws if byline != article.byline),
                source=f"Trang thông tin điện tử {article.district}",
            )  # fmt: skip
            return self._put(copy)

    def edit_one(self, number: int) -> Edited:
        """A sum in the text with its digits swapped, and a title that tells of the correction."""
        with self._changing:
            article = self._find(number)
            sums = (_MONEY.search(line) for lines in article.paragraphs for line in lines)
            told = next(filter(None, sums), None)
            if told is None:
                raise LookupError(f"{self.name}: no sum in article {number}")
            digits, unit = told.groups()
            before, after = digits + unit, digits[::-1] + unit
            edited = Correction("", f" {before}", f" {after}").apply(article)
            if self.kind == "htm":  # it takes the new title into the address
                edited = _addressed(edited, self.kind)
            self._edition = [edited if a is article else a for a in self._edition]
            return Edited(self._address(edited), edited, before, after)

    def edit(self) -> str:
        """The newest bulletin corrected; returns its address."""
        return self.edit_one(self._edition[0].number).url

    def delete_one(self, number: int) -> str:
        """The address of an article that is no more."""
        with self._changing:
            article = self._find(number)
            self._edition = [a for a in self._edition if a is not article]
            return self._address(article)

    def block(self) -> None:
        """From now on a page of refusal for everything but robots.txt."""
        self.mood = moods.always(moods.BLOCKED)

    def unblock(self) -> None:
        """From now on its own pages again."""
        self.mood = None

    def die(self) -> None:
        """From now on nobody listens there."""
        self.close()

    def drift(self) -> None:
        """From now on another template, in which the dialect's selectors find nothing."""
        self._drifted = True

    def hollow(self) -> None:
        """From now on article pages without date and lead."""
        self._hollow = True

    def move(self, kind: str) -> None:
        """From now on another software at the same address: what is listed has new addresses, the old are gone."""
        with self._changing:
            self.kind = kind
            self._portal = PORTALS[kind]
            self.sections = list(self._portal.sections)
            self._edition = [_addressed(article, kind) for article in self._edition]
            self._hollow = self._drifted = False

    def _find(self, number: int) -> Article:
        article = by_number(self._edition, number)
        if article is None:
            raise LookupError(f"{self.name}: no article {number}")
        return article

    def _free(self, at: datetime) -> datetime:
        """The moment, or the next second in which nothing was published: a pager goes by moments."""
        taken = {article.published for article in self._edition}
        at = at.astimezone(HANOI).replace(microsecond=0)
        return next(m for n in itertools.count() if (m := at + timedelta(seconds=n)) not in taken)

    def _put(self, article: Article) -> News:
        put = _addressed(article, self.kind)
        self._edition = newest_first([*self._edition, put])
        return News(self._address(put), put)

    def _respond(self, request: Request) -> Response:
        with self._changing:  # what is asked for while it changes is answered as before or after
            kind, found = self.kind, self._edition
            hollow, drifted = self._hollow, self._drifted
        if kind == "lacviet":
            found, request = _from_cursor(found, request)
        response = PORTALS[kind].respond(found, request)
        drawn = [a for a in found if a.path == request.path] if kind == "spa" and drifted else []
        if drawn:
            kind, response = _DRAWN.kind, skins.respond(_DRAWN, drawn, request)
        if isinstance(response.body, bytes) and "html" not in response.type:
            return response
        content = _named(response.content, kind, self.name)
        content = _hollowed(content, kind) if hollow else content
        return replace(response, body=_drifted(content, kind) if drifted else content)


def _style(number: int) -> Style:
    return (Style.PLAIN, Style.WORD, Style.BREAKS)[number % 3]


def _addressed(article: Article, kind: str) -> Article:
    """The article where that software shows it; two of them list each third one among the news as well."""
    number, slug, section = article.number, slugify(article.title), article.sections[0]
    twice = kind in ("htm", NUKEVIET) and section != skins.FIRST and number % 3 == 0
    sections = (section, skins.FIRST) if twice else (section,)
    if kind in (UIARTICLE, NUKEVIET):
        front, back = ("", "") if kind == UIARTICLE else ("/vi/news", ".html")
        path = f"{front}/{section}/{slug}-{number}{back}"
        return replace(article, path=path, sections=sections, identity=None)
    path = _SKINS[kind].article(number, slug, _bulletin_of(article))
    known = _SKINS[kind].number.search(path)
    return replace(article, path=path, sections=sections, identity=known[1] if known else None)


def _bulletin_of(article: Article) -> Bulletin:
    """What a skin wants to know for an address."""
    return Bulletin(
        id=str(article.number), district=article.district, province="",
        published=article.published.date(), dateline="", title=article.title, lead=article.lead,
        paragraphs=article.paragraphs, byline=article.byline, section=article.sections[0],
    )  # fmt: skip


def _from_cursor(found: list[Article], request: Request) -> tuple[list[Article], Request]:
    """What was published up to the moment that is asked for, as a first page; what came since moves no page."""
    asked = dict(request.query)
    try:
        until = datetime.fromisoformat(asked.pop("PublishedDate")).astimezone(HANOI)
    except (KeyError, ValueError):
        return found, request
    return [a for a in found if a.published <= until], replace(request, query=asked)


def _named(content: bytes, kind: str, name: str) -> bytes:
    """The page with this portal's own name."""
    coding = _SKINS[kind].coding if kind in _SKINS else "utf-8"
    return content.replace(encode(PORTALS[kind].name, coding), encode(name, coding))


def _hollowed(content: bytes, kind: str) -> bytes:
    for pattern, left in _HOLLOW[kind]:
        content = re.sub(pattern, left, content, flags=re.DOTALL)
    return content


def _drifted(content: bytes, kind: str) -> bytes:
    for old, new in _DRIFT[kind]:
        content = content.replace(old.encode(), new.encode())
    return content


# Date and lead on an article's page (never in a list), and what is left of them: elements by whose place others are
# found stay, empty. Two readers take another date of the page where it has none of its own, so those go as well.
_HOLLOW: dict[str, tuple[tuple[bytes, bytes], ...]] = {
    UIARTICLE: (
        (rb'<div class="PostDate">[^<]*</div>', b""),
        (rb'<div class="ArticleSummary">[^<]*</div>', b""),
    ),
    NUKEVIET: (
        (rb'<meta property="article:published_time"[^>]*>', b""),
        (rb'<span class="[^"]*" itemprop="date\w+">[^<]*</span>', b""),
        (rb'<span class="h5">[^<]*</span>', b""),
        (rb'<div class="hometext[^>]*>[^<]*</div>', b""),
    ),
    "vhv": (
        (rb'<span class="post-date left">.*?</span>[^<]*</span>', b""),
        (rb'<div class="brief">[^<]*</div>', b""),
        (rb'</a> <span class="post-date">[^<]*</span>', b"</a>"),
    ),
    "sharepoint": (
        (rb'(pnHide"><span>)[^<]*', rb"\1"),
        (rb'<div id="divArticleDescription1">[^<]*</div>', b""),
    ),
    "lacviet": (
        (rb'<div class="CMSDate">[^<]*</div>', b""),
        (rb'<div class="CMSSummary">[^<]*</div>', b""),
    ),
    "liferay": (
        (rb"<div><p>[\d/]+ \| [^<]*</p></div>", b"<div></div>"),
        (rb'<div class="sapo">.*?</div>', b""),
    ),
    "dnn": (
        (rb'<span class="ngay">\(C[^<]*</span>', b""),
        (rb'<b id="dnn_ctr412_ViewNews_lblSummary">[^<]*</b><br><br>', b""),
    ),
    "htm": (
        (rb'<meta property="article:published_time"[^>]*>', b""),
        (rb'<div class="detail-time">[^<]*</div>', b""),
        (rb'<h2 class="detail-sapo">[^<]*</h2>', b""),
    ),
    "spa": (
        (rb'"publishedAt": "[^"]*", "lead": (?:null|"(?:[^"\\]|\\.)*"), "content"', b'"content"'),
    ),
    "joomla": (
        (rb'<dd class="published"><span class="icon-calendar"></span> [^<]*\d\d:\d\d</dd>', b""),
        (rb'(<div class="khung-bai">)<p><strong>[^<]*</strong></p>', rb"\1"),
        (rb"</a> \([\d/]+\)</li>", b"</a></li>"),
        (rb"H\xc3\xb4m nay: [\d/]+\. ", b""),
    ),
    "wordpress": (
        (rb'<span class="posted-on">.*?</span>', b""),
        (rb'<p class="wp-block-lead">.*?</p>', b""),
    ),
}

# Names of a template and of its successor. What tells the software stays; what the dialect looks for goes.
_DRIFT: dict[str, tuple[tuple[str, str], ...]] = {
    UIARTICLE: (
        ("ArticleHeader", "TieuDeTin"), ("PostDate", "NgayDangTin"), ("ArticleSummary", "TomTatTin"),
        ("ArticleContent", "NoiDungTin"), ("ArticleList", "DanhSachTin"), ('"author"', '"TacGiaTin"'),
    ),
    NUKEVIET: (
        ('class="title margin-bottom-lg" itemprop="headline"', 'class="tieu-de-bai"'),
        ('itemprop="datePublished"', 'itemprop="dateCreated"'), ('<span class="h5">', '<span class="ngay-dang">'),
        ("hometext", "tom-tat"), ("news-bodyhtml", "noi-dung-bai"), ("news_column", "khoi_tin"),
    ),
    "vhv": (
        ("title-detail", "tieu-de-trang"), ("post-date", "ngay-dang"), ("content-detail", "noi-dung-trang"),
        ('"brief"', '"tom-tat"'), ("Article-News", "muc-tin"), ("item-block", "khoi-tin"),
    ),
    "sharepoint": (
        ("divArticleDescription1", "khungTomTat"), ("divArticleDescription2", "khungNoiDung"),
        ("divArticleDescription3", "khungTieuDe"), ("_pnHide", "_khungNgay"), ("news-item", "muc-tin"),
        ("ms-list-news", "khung-tin"),
    ),
    "lacviet": (
        ("CMSTitle", "TieuDeBai"), ("CMSDate", "NgayDangBai"), ("CMSSummary", "TomTatBai"),
        ('"content-print"', '"noi-dung-in"'), ("PostItem", "MucTin"), ("ListPosts", "KhungTin"),
        ('<img src="/_layouts/xemtiep.gif" alt="Xem tiếp">', "Xem thêm tin cũ"),
    ),
    "liferay": (
        ("contentDetail", "chiTietTin"), ("journal-content-article", "noi-dung-tin"), ('"sapo"', '"tom-tat"'),
        ("asset-abstract", "muc-tin"), ("asset-title", "ten-tin"), ('"date"', '"ngay"'),
    ),
    "dnn": (
        ("lblTitle", "lblTen"), ("lblSummary", "lblMoTa"), ('"Normal"', '"NoiDung"'), ('"ngay"', '"NgayDang"'),
        ("rgRow", "HangTin"),
    ),
    "htm": (
        ("detail-time", "ngay-dang"), ("detail-sapo", "mo-ta"), ("detail-content", "noi-dung"),
        ("detail-author", "tac-gia"), ("box-category-link-title", "ten-tin"),
    ),
    "spa": (),  # what is in the lists' JSON stays; articles are drawn as pages
    "joomla": (
        ("item-page", "trang-bai"), ("khung-bai", "than-bai"), ("article-info", "thong-tin-info"),
        ("item-title", "ten-bai"), ("items-leading", "cac-bai"),
    ),
    "wordpress": (
        ("entry-title", "ten-bai"), ("entry-content", "noi-dung"), ("entry-date published", "ngay-dang"),
        ("wp-block-lead", "tom-tat"), ("entry-summary", "mo-ta-ngan"), (" post type-post", " bai-dang"),
    ),
}  # fmt: skip
