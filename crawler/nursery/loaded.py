"""What every spider needs, loaded before it is forked; no reactor, which must not be shared."""

import pkgutil
from importlib import import_module

import scrapy.commands

import crawler.middlewares
import crawler.spider  # noqa: F401

for _found in pkgutil.iter_modules(scrapy.commands.__path__):
    import_module(f"scrapy.commands.{_found.name}")
