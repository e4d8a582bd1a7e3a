"""A spider as a process: what is forked from one that has loaded Scrapy before."""

import os
import signal
import sys
import warnings
from typing import Any


def run_spider(folder: str, environment: dict[str, str], arguments: list[str], ends: Any) -> None:
    """Be `scrapy crawl portal` in a folder, with these standard input and output; ends this process.

    Each is a process of its own: a reactor can't be started twice.
    """
    for number, end in enumerate(ends):
        os.dup2(end.fileno(), number)
        end.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    warnings.simplefilter("ignore")
    options = [part for argument in arguments for part in ("-a", argument)]
    sys.argv = ["scrapy", "crawl", "portal", *options]
    from scrapy.cmdline import execute  # noqa: PLC0415 -- what only starts spiders need not load it

    execute()
