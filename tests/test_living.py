"""Sample portals that live: every kind is found and read rightly, and each thing that befalls it shows in a reading."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from crawler import discover, parse_page, read_page, refusal
from model.errors import ExtractError
from model.records import Article, Link, PageRequest, RawPage
from nlp.gazetteer import find_place
from samples import NUKEVIET, PORTALS, UIARTICLE
from samples import articles as sample
from samples.living import HISTORY, Habit, LivingSite
from samples.vocabulary import PLACES, TOPICS, write_bulletin
from tests.archives import done, make_archive, rows
from text import nfc
from text.likeness import Telling, tells_same

START = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)  # 09:30 in Hà Nội
DAILY = Habit(gap=0.5)
KINDS = sorted(PORTALS)


class Clock:
    """A clock that stands still until somebody sets it."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=KINDS)
def living(request: pytest.FixtureRequest, clock: Clock) -> Iterator[LivingSite]:
    with LivingSite(request.param, 7, clock, DAILY) as site:
        yield site


def fetched(site: LivingSite, asked: PageRequest) -> RawPage:
    """The answer of a portal, whatever its status; known by the name of its software where that has one."""
    data = urlencode(asked.form).encode() if asked.form else None
    headers = {"Referer": asked.referer} if asked.referer else {}
    try:
        answer = urlopen(Request(asked.url, data, headers))
    except HTTPError as refused:
        answer = refused
    with answer:
        return RawPage(
            url=asked.url, body=answer.read(), content_type=answer.headers["Content-Type"],
            status=answer.status, dialect=None if site.kind == "joomla" else site.kind,
        )  # fmt: skip


def read(site: LivingSite, url: str) -> Article:
    return read_page(fetched(site, PageRequest(url=url)))


def first_lists(site: LivingSite) -> list[Link]:
    """What the first list page of each section leads to."""
    asked = (PageRequest(url=site.url.rstrip("/") + section) for section in site.sections)
    return [link for one in asked for link in discover(parse_page(fetched(site, one))).links]


def walk(site: LivingSite) -> list[Link]:
    """What the lists of a portal lead to, page after page."""
    found: list[Link] = []
    for section in site.sections:
        asked: PageRequest | None = PageRequest(url=site.url.rstrip("/") + section)
        while asked:
            try:
                listing = discover(parse_page(fetched(site, asked)), asked)
            except ExtractError:
                break  # an empty fragment is how a posted pager ends
            found += listing.links
            asked = listing.next if listing.links else None
    return found


def own_id(site: LivingSite, native: str | None) -> str:
    """A native id; that of the generic reader has the slug beside the number."""
    return (native or "").partition("-")[0] if site.kind == "joomla" else native or ""


def spaced(text: Any) -> str:
    return " ".join(nfc(str(text)).split())


def body_of(article: sample.Article) -> str:
    return " ".join(line for lines in article.paragraphs for line in lines)


def assert_read(site: LivingSite, article: sample.Article) -> None:
    """A reader tells of the article what is true; without a dialect the lead may be the text's first paragraph."""
    found, truth = read(site, site.address(article.number)), sample.truth_of(article)
    assert (found.title, found.byline) == (truth["title"], truth["byline"])
    assert (found.published or "")[:10] == truth["published"]
    assert own_id(site, found.native_id) == truth["native_id"]
    told = f"{article.lead} {body_of(article)}"
    assert spaced(f"{found.lead or ''} {found.body}") == spaced(told)
    assert found.lead == truth["lead"] or site.kind == "joomla"


def test_all_is_found_and_read_rightly(living: LivingSite) -> None:
    found = {own_id(living, link.native_id) for link in walk(living)}
    assert found == {str(sample.truth_of(a)["native_id"]) for a in living.listed}
    assert len(found) == len(living.listed) == HISTORY
    for article in [*living.listed[:3], living.listed[-1]]:
        assert_read(living, article)


def test_publishing(living: LivingSite, clock: Clock) -> None:
    clock.moment += timedelta(hours=5)
    news = living.publish(clock.moment)
    assert living.listed[0] == news.article
    assert news.article.title in [link.title for link in first_lists(living)]
    assert_read(living, news.article)


def test_correcting(living: LivingSite) -> None:
    before = living.listed[2]
    edited = living.edit_one(before.number)
    found = read(living, edited.url)
    assert found.title == f"{before.title} (đính chính)"
    assert sorted(edited.before) == sorted(edited.after)
    assert f" {edited.before}" in body_of(before)
    assert f" {edited.before}" not in spaced(found.body)
    assert f" {edited.after}" in spaced(found.body)
    assert found.native_id == read(living, living.address(before.number)).native_id
    assert found.title in [link.title for link in first_lists(living)]


def test_deleting(living: LivingSite) -> None:
    gone = living.listed[3]
    url = living.delete_one(gone.number)
    assert gone.title not in [link.title for link in first_lists(living)]
    page = fetched(living, PageRequest(url=url))
    assert page.status == (200 if living.kind == UIARTICLE else 404)
    with pytest.raises(ExtractError):
        read_page(page)


def test_copying(living: LivingSite, clock: Clock) -> None:
    with LivingSite(NUKEVIET, 3, clock, DAILY) as other:
        told = other.publish(START - timedelta(days=2))
        copy = living.publish_copy(told.article, START)
        assert_read(living, copy.article)
        one, two = read(other, told.url), read(living, copy.url)
    assert one.byline != two.byline
    assert tells_same(Telling(f"{one.lead}\n{one.body}"), Telling(f"{two.lead or ''}\n{two.body}"))


def test_blocking(living: LivingSite) -> None:
    url = living.articles[0]
    living.block()
    for asked in (url, living.url.rstrip("/") + living.sections[0]):
        assert (refusal(fetched(living, PageRequest(url=asked))) or "").startswith("blocked: ")
    assert b"User-agent" in fetched(living, PageRequest(url=f"{living.url}robots.txt")).body
    living.unblock()
    assert_read(living, living.listed[0])


def test_dying(living: LivingSite) -> None:
    living.die()
    with pytest.raises(URLError, match="refused"):
        urlopen(living.url)


def test_drifting(living: LivingSite) -> None:
    living.drift()
    for article in living.listed[:2]:
        found = read(living, living.address(article.number))
        assert found.dialect == "generic"
        assert (found.title, (found.published or "")[:10]) == (
            article.title,
            article.published.date().isoformat(),
        )
        assert spaced(body_of(article)) in spaced(found.body)
        told = any("the selectors of" in warning for warning in found.warnings)
        assert told == (living.kind != "joomla")  # no dialect, nothing to drift from
    links = first_lists(living)
    assert len({link.url for link in links}) >= 15
    assert {link.title for link in links} <= {article.title for article in living.listed}


def test_a_drifted_page_is_the_same_article(living: LivingSite) -> None:
    """Read by the generic reader it keeps its number, and without a date it gets none of another article's."""
    article = living.listed[0]
    before = read(living, living.address(article.number)).native_id
    living.drift()
    if living.kind not in (
        "joomla",
        "spa",
    ):  # no dialect that tells the number, or one by what it was named
        assert read(living, living.address(article.number)).native_id == before
    living.hollow()
    assert read(living, living.address(article.number)).published is None


def test_hollow_pages(living: LivingSite) -> None:
    lists = first_lists(living)
    living.hollow()
    for article in living.listed[:2]:
        found = read(living, living.address(article.number))
        assert (found.published, found.lead) == (None, None)
        assert (found.title, found.byline) == (article.title, article.byline)
        assert spaced(found.body) == spaced(body_of(article))
    assert first_lists(living) == lists


def test_moving(living: LivingSite) -> None:
    edited = living.edit_one(living.listed[0].number)
    others = KINDS[KINDS.index(living.kind) - 1 :]
    living.drift()
    living.move(others[0])
    assert living.listed[0].number == edited.article.number
    assert_read(living, living.listed[0])
    titles = {link.title for link in first_lists(living)}
    assert len(titles) >= 12  # some kinds list an article twice
    assert titles <= {article.title for article in living.listed}
    with pytest.raises(ExtractError):
        read(living, edited.url)
    assert_read(living, living.publish(START).article)


def test_no_other_clock_is_shown(clock: Clock) -> None:
    clock.moment = datetime(2031, 3, 3, 20, 15, 30, tzinfo=UTC)
    with LivingSite(UIARTICLE, 2, clock, DAILY) as site, urlopen(site.url) as answer:
        assert "ngày 04/03/2031 03:15:30" in answer.read().decode()
        assert answer.headers["Date"] == "Mon, 03 Mar 2031 20:15:30 GMT"
        assert site.listed[0].published <= clock.moment


def test_pages_by_date_do_not_move(clock: Clock) -> None:
    """The second page of a list stays what it was while the portal publishes."""
    with LivingSite("lacviet", 2, clock, DAILY) as site:
        first = parse_page(fetched(site, PageRequest(url=site.url.rstrip("/") + site.sections[0])))
        asked = discover(first).next
        assert asked
        before = discover(parse_page(fetched(site, asked))).links
        for _ in range(len(TOPICS)):
            site.publish(START)
        assert discover(parse_page(fetched(site, asked))).links == before
        assert len({article.published for article in site.listed}) == len(site.listed)


def test_habits() -> None:
    first, last = START, START + timedelta(days=280)
    for habit in (Habit(), Habit(0.25), Habit(7, burst=5), Habit(3, working=False)):
        whole = habit.publications(5, first, last)
        cuts = [first, first + timedelta(days=3, hours=7), START + timedelta(days=100), last]
        parts = [habit.publications(5, one, other) for one, other in itertools.pairwise(cuts)]
        assert whole == sorted(whole) == [moment for part in parts for moment in part]
        assert whole != habit.publications(6, first, last)
        goes = len(whole) / ((1 + habit.burst) / 2)
        assert goes == pytest.approx(280 / habit.gap, rel=0.15)
        assert {moment.weekday() for moment in whole} == set(range(5 if habit.working else 7))
        assert all("08:00" <= f"{moment:%H:%M}" <= "17:00" for moment in whole)
        assert all(moment.utcoffset() == timedelta(hours=7) for moment in whole)


def test_places_are_known() -> None:
    assert [find_place(place) for place in PLACES] == list(PLACES)
    assert len(PLACES) >= 30


def test_no_bulletin_is_like_another(clock: Clock) -> None:
    sites = [
        LivingSite(kind, n, clock, DAILY) for n, kind in zip(range(40), KINDS * 4, strict=False)
    ]
    for site in sites:
        site.close()
    assert len({site.name for site in sites}) == len(sites)
    titles = [article.title for site in sites for article in site.listed]
    assert len(titles) == len(set(titles)) == len(sites) * HISTORY
    told = [
        (site.seed, Telling(f"{article.lead}\n{body_of(article)}"))
        for site in sites[:30] for article in site.listed[site.seed % 4 :: 4]
    ]  # fmt: skip
    assert len(told) == 300
    for (one, text), (other, like) in itertools.combinations(told, 2):
        both = len(text.shingles & like.shingles)
        assert both < 0.4 * (len(text.shingles) + len(like.shingles) - both)
        assert one == other or not tells_same(text, like)


def test_the_same_seed_tells_the_same(clock: Clock) -> None:
    sites = [LivingSite("vhv", 11, clock, DAILY) for _ in range(2)]
    for site in sites:
        site.close()
    assert sites[0].listed == sites[1].listed


def test_every_bulletin_has_a_sum_and_other_figures() -> None:
    for serial in range(1, 61):
        bulletin = write_bulletin(1, serial, PLACES[1], START, serial)
        text = " ".join(line for lines in bulletin.paragraphs for line in lines)
        assert re.search(r" \d\d tỷ đồng", text)
        assert len(re.findall(r"\d+(?:[.,]\d+)*", text)) >= 6
        assert 3 <= len(bulletin.paragraphs) <= 5


def test_a_day_between_two_crawls(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real command under the portal's clock: news, a correction and a deletion arrive."""
    owned, count = tmp_path / "clock", HISTORY // 4
    monkeypatch.setenv("BANTIN_CLOCK", str(owned))
    owned.write_text(clock.moment.isoformat())
    with LivingSite("vhv", 1, clock, DAILY) as site:
        for number in {a.number for a in site.listed} - {a.number for a in site.listed[::4]}:
            site.delete_one(number)
        make_archive(tmp_path, [site])
        done(tmp_path, "crawl")
        assert rows(tmp_path, "status")[0]["articles"] == count
        site.publish(clock.moment + timedelta(hours=4))
        site.edit_one(site.listed[1].number)
        site.delete_one(site.listed[2].number)
        clock.moment += timedelta(days=1)
        owned.write_text(clock.moment.isoformat())
        done(tmp_path, "crawl")
        (held,) = rows(tmp_path, "status")
    assert (held["articles"], held["editions"], held["vanished"]) == (count + 1, count + 2, 1)
