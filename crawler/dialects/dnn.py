"""What selectors cannot say of DotNetNuke: the next list page is a postback of the whole form."""

import re

from bs4 import BeautifulSoup

from crawler.addresses import join_url
from model.records import PageRequest

_POSTBACK = re.compile(r"__doPostBack\('([^']*)','([^']*)'\)")


def next_page(tree: BeautifulSoup, html: str, asked: PageRequest) -> PageRequest | None:
    """The request for the list page after this one, None after the last.

    All hidden fields of the form go back as they came: view state and event validation are signed.
    """
    following = tree.select_one("a.rgPageNext[href], input.rgPageNext")
    event = _POSTBACK.search(
        str((following and (following.get("href") or following.get("onclick"))) or "")
    )
    form = following.find_parent("form") if following else None
    if event is None or form is None:
        return None
    fields = {
        str(field["name"]): str(field.get("value") or "")
        for field in form.select("input[type=hidden][name]")
    }
    fields |= {"__EVENTTARGET": event[1], "__EVENTARGUMENT": event[2]}
    url = join_url(asked.url, str(form.get("action") or ""))
    return PageRequest(url=url, form=fields, referer=asked.url)
