"""Small synthetic portals on loopback, with the page shapes and the traps of real software."""

from .site import NUKEVIET, PORTALS, UIARTICLE, SampleSite

__all__ = ["NUKEVIET", "PORTALS", "UIARTICLE", "SampleSite"]
