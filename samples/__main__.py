"""Serve both sample portals until Ctrl-C."""

import contextlib
import sys
import threading

from . import NUKEVIET, UIARTICLE, SampleSite

PORTS = {UIARTICLE: 8471, NUKEVIET: 8472}


def main() -> None:
    """Print the address of each portal, then wait."""
    with contextlib.ExitStack() as stack:
        for kind, port in PORTS.items():
            site = stack.enter_context(SampleSite(kind, port))
            sys.stdout.write(f"{site.name}: {site.url}\n")
        sys.stdout.flush()
        stack.enter_context(contextlib.suppress(KeyboardInterrupt))
        threading.Event().wait()


if __name__ == "__main__":
    main()
