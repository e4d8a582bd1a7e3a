"""Ids are digests of what they name, so they outlive a rebuild."""

import hashlib
import re

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
