"""Two small synthetic portals on loopback, with the page shapes and the traps of real software."""

from .site import NUKEVIET, UIARTICLE, SampleSite

__all__ = ["NUKEVIET", "UIARTICLE", "SampleSite"]
