"""What mails and feeds lead to: the first page, and an article's text."""

from datetime import datetime

from fastapi import Request, Response
from markupsafe import Markup

from publish.digest import web_address
from publish.feeds import text_html
from publish.wording import local_moment, long_day
from storage.queries import get_article
from web.app import archive_of, page
from web.routes import Routes

router = Routes()


@router.reads("/")
def home(request: Request) -> Response:
    """The first page: how to follow."""
    return page(request, "home.html")


@router.reads("/articles/{article_id}")
def article(request: Request, article_id: str) -> Response:
    """An article's current edition as text, with where it was published and when it was captured."""
    found = get_article(archive_of(request).engine, article_id)
    told = found["article"]
    text = told["text"][told["sections"]["title"][1] :]
    body = Markup(text_html(text))  # noqa: S704 -- everything in it is escaped
    return page(
        request, "article.html", told=told, name=found["name"], day=long_day(told["published"]),
        captured=local_moment(datetime.fromisoformat(found["captured"])), vanished=found["vanished"],
        original=web_address(told["url"]), body=body,
    )  # fmt: skip
