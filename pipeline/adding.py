"""Add a portal: what is found out about it is shown, and written as its file."""

from collections.abc import Callable
from pathlib import Path

from crawler import authority
from model.errors import InputError
from pipeline.portals import Found, slug_of, survey_portal, to_toml
from pipeline.reading import read_due
from pipeline.workshop import Progress, Tally, Workshop, check_slug

PROVISIONAL = "name = {slug}\nhome = {url}\n"


def add_portal(
    shop: Workshop,
    url: str,
    slug: str | None,
    place: str | None,
    talk: tuple[Progress, Callable[[str], bool]],
) -> Path | None:
    """Survey a portal and write its file; None where the answer to `talk`'s question is no.

    Raises InputError for an address that is none, a slug that is taken, and where nothing can be read;
    then no file is left.
    """
    say, agreed = talk
    url = url if "://" in url else f"https://{url}"
    if not authority(url):
        raise InputError(f"{url}: no http(s) address")
    slug = slug or slug_of(url)
    check_slug(slug)
    if slug in shop.portals or slug in shop.broken:
        raise InputError(
            f"{slug}: there is a portal of that slug already; choose another with --slug"
        )
    path = shop.config.home / "portals" / f"{slug}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(PROVISIONAL.format(slug=to_toml(slug), url=to_toml(url)), encoding="utf-8")
    kept = False
    try:
        shop.load_portals()
        found = survey_portal(shop, slug, url, place, say)
        _show(found, say)
        kept = agreed(f"Write {path}?")
        if kept:
            path.write_text(found.toml(), encoding="utf-8")
    finally:
        if not kept:
            path.unlink()
        # What was fetched is archived, and is read whatever came of it.
        shop.load_portals()
        read_due(shop, Tally(), say)
    return path if kept else None


def _show(found: Found, say: Progress) -> None:
    say("")
    say(found.toml().rstrip())
    for article in found.articles:
        words = " ".join((article.lead or article.body).split()[:14])
        say(f"\n{article.published or 'no date'}  {article.title}\n    {words} …")
    say("")
