"""Ids are digests of what they name, so they outlive a rebuild."""

import hashlib
import re
from urllib.parse import unquote

_SCHEME = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)


def derive_id(*parts: object) -> str:
    """Sixteen hex digits of the parts' digest."""
    joined = "\x1f".join(map(str, parts))
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def address_key(url: str) -> str:
    """What is one address: http or https, with www. or without, with a slash at its end or not.

    >>> address_key("https://www.h.example/tin/") == address_key("http://h.example/tin")
    True
    """
    return _SCHEME.sub("", url).rstrip("/")


def article_address(url: str | None, article_id: str) -> str:
    """The address that an article's captures are replayed under: its own, without one of its id.

    >>> article_address(None, "1f0c9e2ab4d57730")
    'article:1f0c9e2ab4d57730'
    """
    return url or f"article:{article_id}"


def address_id(url: str) -> str:
    """The id of an address, short enough to be indexed: equal for spellings of one, letters escaped or not.

    >>> address_id("https://h.example/b%E1%BA%A3n%20tin") == address_id("http://h.example/bản tin/")
    True
    """
    return derive_id("address", unquote(address_key(url)))
