"""A mention while it is being found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Spot:
    """A mention by its span in the composed text; people and roles carry names.

    `strong` offices are offices even where nobody is named.
    """

    start: int
    end: int
    kind: str
    name: str = ""
    holders: tuple[str, ...] = ()
    strong: bool = True
    status: str | None = None
