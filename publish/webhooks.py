"""Webhooks: what is new as JSON, signed, posted to public addresses only."""

import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from publish.mail import Undelivered

# IPv6 networks that carry IPv4 addresses, private ones too: NAT64 (RFC 6052), 6to4 (RFC 3056), compatible (RFC 4291).
_CARRIERS = [
    ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96")
]
_SAFE = "/?&=%:@!$'()*+,;~-._"
_TIMEOUT = 20  # seconds
_GONE = (404, 410)  # the receiver wants no more


def sign_body(secret: str, at: int, body: bytes) -> str:
    """What the header Bantin-Signature says: the second it was signed in, and HMAC-SHA256 of that, a dot and the body.

    >>> sign_body("s", 1, b"{}")[:20]
    't=1,v1=b253639bcd705'
    """
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


def post_signed(url: str, secret: str, key: str, body: bytes, allowed: Sequence[str] = ()) -> None:
    """Post a body to a webhook; raises Undelivered where it is not answered with 2xx.

    Redirects are not followed. `allowed` are the hosts (host:port) on private addresses that may be posted to.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Undelivered(f"no address: {error}", for_good=True) from error
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    addresses = _public_addresses(host, port, shown in allowed)
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
    path = quote(parts.path or "/", safe=_SAFE) + (
        f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    )
    headers = {
        "Host": _ascii_host(parts.netloc.rpartition("@")[2]),
        "Content-Type": "application/json; charset=utf-8", "User-Agent": "bantin", "Bantin-Delivery": key,
        "Bantin-Signature": sign_body(secret, int(time.time()), body),
    }  # fmt: skip
    # A receiver that answers byte by byte is in time for each read, and never done.
    ended = threading.Event()
    patience = threading.Timer(_TIMEOUT, _shut, [connection, ended])
    patience.start()
    try:
        _connect(connection, parts.scheme, addresses)
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Undelivered(f"{type(error).__name__}: {error}"[:200]) from error
    finally:
        patience.cancel()
        connection.close()
    if ended.is_set():  # the headers' end was ours
        raise Undelivered(f"no answer in {_TIMEOUT} seconds")
    if not 200 <= status < 300:
        raise Undelivered(f"answered with {status}", for_good=status in _GONE)


def _ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise Undelivered(f"no host: {error}", for_good=True) from error


def _shut(connection: http.client.HTTPConnection, ended: threading.Event) -> None:
    """End a conversation that takes too long."""
    ended.set()
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _public_addresses(host: str, port: int, allowed: bool) -> list[str]:
    """The addresses of a host that is posted to; all of them must be public, so that no name leads inside."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undelivered(f"{host}: {error}") from error
    found = list(dict.fromkeys(str(row[4][0]) for row in rows))
    if not allowed and not all(map(_is_public, found)):
        raise Undelivered(f"{host}: on a private address", for_good=True)
    return found


def _is_public(address: str) -> bool:
    read = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(read, ipaddress.IPv6Address):
        if any(read in network for network in _CARRIERS):
            return False  # an IPv4 address in disguise
        read = read.ipv4_mapped or read
    return read.is_global and not read.is_multicast


def _connect(connection: http.client.HTTPConnection, scheme: str, addresses: Sequence[str]) -> None:
    """Connect to one of exactly these addresses; the certificate is held against the host's name."""
    for number, address in enumerate(addresses, 1):
        try:
            connection.sock = socket.create_connection((address, connection.port), _TIMEOUT)
            break
        except OSError:
            if number == len(addresses):
                raise
    if scheme == "https":
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(connection.sock, server_hostname=connection.host)
