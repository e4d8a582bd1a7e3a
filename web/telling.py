"""Pages that tell how the archive is used and made."""

from fastapi import Request, Response

from storage.queries import reader_versions
from web.app import archive_of, page, root_of
from web.routes import Routes

router = Routes()


@router.reads("/help")
def helping(request: Request) -> Response:
    """What can be typed into a search, and what figures mean."""
    return page(request, "help.html")


@router.reads("/about")
def about(request: Request) -> Response:
    """How the archive is made, what it can't do, and how to ask for a correction or a removal."""
    archive = archive_of(request)
    return page(
        request,
        "about.html",
        contact=archive.config.web.contact,
        versions=reader_versions(archive.engine),
    )


@router.reads("/robots.txt")
def robots(request: Request) -> Response:
    """What machines may read: articles and figures, not the pages of people nor every question."""
    lines = [
        "User-agent: *",
        *(
            f"Disallow: {root_of(request)}{path}"
            for path in ("/people", "/archive/", "/operator", "/u/", "/confirm/", "/*?")
        ),
    ]
    return Response("\n".join(lines) + "\n", media_type="text/plain; charset=utf-8")
