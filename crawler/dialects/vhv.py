"""What selectors cannot say of VHV: the next list page is posted to the front page."""

from bs4 import BeautifulSoup

from crawler.addresses import join_url
from model.records import PageRequest

_QUERY = "/?module=Content.Listing&moduleId={module}&cmd=redraw&url_mode=rewrite&submitFormId={module}&page="
_LAYOUT = {"service": "Content.Article.selectAll", "itemsPerPage": "10"}


def next_page(tree: BeautifulSoup, html: str, asked: PageRequest) -> PageRequest | None:
    """The request for the list page after the one that was asked for, None after the last."""
    following = tree.select_one("a.next")
    if following is None or tree.select_one("span.current.next"):
        return None
    wrapper = following.find_parent(class_="ModuleWrapper")
    module = str(wrapper["id"]).removeprefix("module") if wrapper and wrapper.get("id") else "12"
    written = (asked.form or {}).get("pageNo", "1")
    page = (int(written) if written.isdecimal() else 1) + 1
    data = {
        key.removeprefix("data-"): str(value)
        for key, value in following.attrs.items()
        if key.startswith("data-")
    }
    form = _LAYOUT | data | {"moduleId": module, "pageNo": str(page)}
    url = join_url(asked.url, _QUERY.format(module=module) + str(page))
    return PageRequest(url=url, form=form, referer=asked.referer or asked.url)
