"""Addresses as pages write them: joined, cleaned and compared without ever raising."""

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_TRACKING = re.compile(r"(?:^|&)(?:utm_\w+|fbclid|gclid|nvvithemever|nv_redirect|zarsrc)=[^&]*")
_PORTS = {"http": 80, "https": 443}


def join_url(base: str, link: str) -> str:
    """A link of a page as an address, "" for one that is none."""
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return ""


def clean_url(url: str) -> str:
    """An address without session ids, tracking parameters and fragment; everything else stays.

    "" for one that is none.
    """
    try:
        parts = urlsplit(_SESSION.sub("", url.strip()))
    except ValueError:
        return ""
    query = _TRACKING.sub("", parts.query).lstrip("&")
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", query, ""))


def authority(url: str) -> str:
    """Host and port of an http(s) address, "www." apart: what is one portal; "" for anything else.

    >>> authority("http://XÃ.example:80/tin"), authority("https://u:p@www.h.example:8443/"), authority("http://[bad/")
    ('xn--x-yfa.example', 'h.example:8443', '')
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        name = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme.lower() not in _PORTS or not name:
        return ""
    name = f"[{name}]" if ":" in name else name.removeprefix("www.")
    return name if port in (None, _PORTS[parts.scheme.lower()]) else f"{name}:{port}"


def same_site(url: str, home: str) -> bool:
    """Whether an address is http(s) on the page's own host."""
    own = authority(url)
    return bool(own) and own == authority(home)
