"""Exact values as integers: 1/100 for money, 1/1,000,000 for everything else."""

from decimal import Decimal

_PLACES = {"money": 2}
_OTHER = 6
_BIGINT = 2**63 - 1


def to_scaled(kind: str, value: Decimal | None) -> int | None:
    """The value as a scaled integer, None for none and for what 64 bits or the scale can't hold.

    >>> to_scaled("money", Decimal("31000000000")), to_scaled("percent", Decimal("3.11"))
    (3100000000000, 3110000)
    """
    if value is None:
        return None
    scaled = value.scaleb(_PLACES.get(kind, _OTHER))
    whole = int(scaled)
    return whole if scaled == whole and abs(whole) <= _BIGINT else None


def from_scaled(kind: str, scaled: int | None) -> Decimal | None:
    """The value of a scaled integer."""
    return None if scaled is None else Decimal(scaled).scaleb(-_PLACES.get(kind, _OTHER))
