"""Moods of a portal: answers it gives for a while instead of its pages."""

import time
from collections.abc import Callable

from .web import Request, Response

# The answer to a request in that mood, None where the portal answers as always.
Mood = Callable[[Request], Response | None]

BLOCKED = "<html><head><title>Thông báo từ chối truy cập</title></head><body><h1>Thông báo từ chối truy cập</h1><p>Mã: 1842</p></body></html>"
CHALLENGE = '<html><body><script>document.cookie="D1N=4b1a0c"+"; path=/";window.location.reload(true);</script></body></html>'
PARKED = "<html><head><title>Tên miền</title></head><body><h1>This domain is for sale</h1><p>Buy this domain.</p></body></html>"
FOREIGN = "<html><body><h1>Website chỉ cho phép truy cập từ Việt Nam</h1></body></html>"
DEFAULT = "<html><head><title>IIS Windows Server</title></head><body><img src='iisstart.png'></body></html>"


def always(html: str) -> Mood:
    """That page, with status 200, for everything but robots.txt."""
    return lambda request: None if request.path == "/robots.txt" else Response(html)


def limited(most: int, seconds: float) -> Mood:
    """429 with Retry-After to everything, robots.txt too, after so many requests in so many seconds."""
    asked: list[float] = []

    def answer(request: Request) -> Response | None:
        now = time.monotonic()
        asked[:] = [moment for moment in asked if now - moment < seconds]
        if len(asked) >= most:
            wait = max(1, round(seconds - (now - asked[0]) + 0.5))
            return Response(
                "<h1>Too Many Requests</h1>", 429, headers=(("Retry-After", str(wait)),)
            )
        asked.append(now)
        return None

    return answer


def resetting(most: int, seconds: float) -> Mood:
    """Breaks the connection off after so many requests in so many seconds."""
    asked: list[float] = []

    def answer(request: Request) -> Response | None:
        now = time.monotonic()
        asked[:] = [moment for moment in asked if now - moment < seconds]
        asked.append(now)
        return Response(status=0) if len(asked) > most else None

    return answer
