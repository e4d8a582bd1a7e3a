"""Where the pages are, and the signed links that mails carry."""

import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from itsdangerous import BadSignature, Signer, TimestampSigner

from model.errors import ConfigError
from model.settings import KEY_FILE, WebConfig

_LEAST = 32  # letters of a secret
CONFIRM, LEAVE, DIGEST, SESSION, TOKEN = "confirm", "unsubscribe", "digest", "session", "token"
# What is signed with the moment, and how many seconds it is good for.
_LASTING = {CONFIRM: 7 * 86400, SESSION: 12 * 3600}


@dataclass(frozen=True)
class Site:
    """The address that links begin with, what the site is called, and the key that signs."""

    address: str
    name: str
    secret: bytes

    def link(self, path: str, /, **given: object) -> str:
        """An absolute address of a page with parameters.

        >>> Site("https://h.example/", "Bantin", b"").link("/feed.atom", q="hộ nghèo")
        'https://h.example/feed.atom?q=h%E1%BB%99+ngh%C3%A8o'
        """
        told = urlencode({key: value for key, value in given.items() if value is not None})
        return self.base + quote(path) + (f"?{told}" if told else "")

    @cached_property
    def base(self) -> str:
        """The address in ASCII, without a slash at its end."""
        parts = urlsplit(self.address.rstrip("/"))
        try:
            host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
        except UnicodeError:
            host = quote(parts.netloc)
        return f"{parts.scheme}://{host}{quote(parts.path, safe='/%')}"

    @property
    def host(self) -> str:
        """The host of the pages, for ids of messages and lists."""
        try:
            host = urlsplit(self.base).hostname or ""
        except ValueError:
            host = ""
        return host if host and ":" not in host else "localhost"

    def sign(self, purpose: str, key: str) -> str:
        """A token that lets who has it do one thing to one id: short, so that no header is folded."""
        if purpose in _LASTING:
            return TimestampSigner(self.secret, salt=purpose).sign(key).decode()
        return Signer(self.secret, salt=purpose).sign(key).decode()

    def read(self, purpose: str, token: str) -> str | None:
        """The id of a token that was signed here for this; None of any other, and of one that is too old."""
        try:
            if purpose in _LASTING:
                signer = TimestampSigner(self.secret, salt=purpose)
                return signer.unsign(token, max_age=_LASTING[purpose]).decode()
            return Signer(self.secret, salt=purpose).unsign(token).decode()
        except (BadSignature, UnicodeError):
            return None

    def leave_link(self, subscription: str) -> str:
        """Where a subscription is ended."""
        return self.link(f"/u/{self.sign(LEAVE, subscription)}")

    def confirm_link(self, subscription: str) -> str:
        """Where a subscription is confirmed."""
        return self.link(f"/confirm/{self.sign(CONFIRM, subscription)}")

    def digest_link(self, delivery: str) -> str:
        """Where a digest stands as a page, whole."""
        return self.link(f"/digests/{self.sign(DIGEST, delivery)}")


def open_site(web: WebConfig, home: Path) -> Site:
    """The site of the archive in a folder; raises ConfigError where its secret is none."""
    return Site(web.address, web.name, _load_secret(home))


def _load_secret(home: Path) -> bytes:
    """The key that links in mails are signed with: BANTIN_SECRET, or the file `secret` of the archive, made where there is none."""
    if told := os.environ.get("BANTIN_SECRET"):
        if len(told) < _LEAST:
            raise ConfigError(f"BANTIN_SECRET: {len(told)} letters, at least {_LEAST} are needed")
        return told.encode()
    path = home / KEY_FILE
    if not path.exists():
        fresh = path.with_name(f"{KEY_FILE}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(fresh, path)  # the first of two processes wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    secret = path.read_bytes().strip()
    if len(secret) < _LEAST:
        raise ConfigError(
            f"{path}: no secret; delete it, and links in mails sent before stop working"
        )
    return secret
