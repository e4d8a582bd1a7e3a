"""Where connections are made: names resolve to public addresses only, certificates are looked at and told."""

import ipaddress
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

from OpenSSL import SSL
from OpenSSL.crypto import X509
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.resolver import CachingThreadedResolver
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, ServiceID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

# X509_V_ERR_* of OpenSSL's x509_vfy.h, by what a reader understands.
_PROBLEMS = {
    9: "not valid yet",
    10: "expired",
    18: "self-signed",
    19: "not from a known authority",
    20: "its chain is incomplete",
    21: "its chain is incomplete",
}
_OLD_SERVERS = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT


def is_public(host: str) -> bool:
    """Whether an address may be asked; names are looked at when they are resolved."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return True


class PublicResolver(CachingThreadedResolver):
    """Resolves names, those to private addresses only for hosts that `allow_private` names.

    The address that was looked at is the one that is connected to: a name that changes in between
    (DNS rebinding) gains nothing.
    """

    # Of the class: the resolver is made before the spider that knows them, and a process has one spider.
    allowed: ClassVar[set[str]] = set()

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":  # noqa: N802 (the base class's name)
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, found: str, name: str) -> str:
        if name in self.allowed or is_public(found):
            return found
        raise CannotResolveHostError(f"{name} leads to the private address {found}")


@implementer(IPolicyForHTTPS)
class Certificates:
    """Connects whatever the certificate, and tells the spider what is wrong with it.

    A bulletin behind an expired certificate is better kept than lost, and the archive says how it came.
    With the portal's `legacy_tls` also to servers that know only weak keys and old versions: Twisted drops
    SECLEVEL from the cipher setting, so it is set on the context itself.
    """

    def __init__(self, tell: Callable[[str], None], legacy: bool) -> None:
        self._tell = tell
        self._context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        self._context.set_default_verify_paths()
        self._context.set_options(_OLD_SERVERS)
        if legacy:
            self._context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
            self._context.set_min_proto_version(SSL.TLS1_VERSION)

    @classmethod
    def from_crawler(cls, crawler: Crawler, **_unused: Any) -> Self:
        def tell(problem: str) -> None:
            if crawler.spider:
                crawler.spider.sign(f"certificate: {problem}")  # type: ignore[attr-defined]

        return cls(tell, crawler.settings.getbool("LEGACY_TLS"))

    def creatorForNetloc(self, hostname: bytes, port: int) -> "_Connector":  # noqa: N802 (the interface's name)
        return _Connector(self._context, hostname.decode("ascii"), self._tell)


@implementer(IOpenSSLClientConnectionCreator)
class _Connector:
    """Makes one TLS connection and looks at the certificate."""

    def __init__(self, context: SSL.Context, host: str, tell: Callable[[str], None]) -> None:
        self._context, self._host, self._tell = context, host, tell

    def clientConnectionForTLS(self, protocol: Any) -> SSL.Connection:  # noqa: N802 (the interface's name)
        made = SSL.Connection(self._context, None)
        made.set_app_data(protocol)
        if is_name(self._host):
            made.set_tlsext_host_name(self._host.encode("ascii"))
        made.set_verify(SSL.VERIFY_PEER, self._look)
        return made

    def _look(self, _made: SSL.Connection, shown: X509, error: int, depth: int, good: int) -> bool:
        if not good:
            self._tell(_PROBLEMS.get(error, f"not valid (OpenSSL {error})"))
        if depth == 0 and is_name(self._host):
            wanted: list[ServiceID] = [DNS_ID(self._host)]
            try:
                verify_service_identity(extract_patterns(shown), wanted, [])
            except (CertificateError, VerificationError):
                self._tell(f"not for {self._host}")
        return True


def is_name(host: str) -> bool:
    """Whether a host is a name and no address."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return True
    return False
