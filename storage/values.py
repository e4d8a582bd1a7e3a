"""Exact values as integers: 1/100 for money, 1/1,000,000 for everything else."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from model.records import decimal_text

_WIDE = Context(prec=60)
_PLACES = {"money": 2}
_OTHER = 6
MOST = 2**63 - 1  # what 64 bits hold
_MOST_DIGITS = 30  # far beyond 64 bits; shields the arithmetic from exponents like 1e999999


def to_scaled(kind: str, value: Decimal | None) -> int | None:
    """The value as a scaled integer, None for none and for what 64 bits or the scale can't hold.

    >>> to_scaled("money", Decimal("31000000000")), to_scaled("percent", Decimal("3.11"))
    (3100000000000, 3110000)
    """
    if value is None or abs(value.adjusted()) > _MOST_DIGITS:
        return None
    scaled = value.scaleb(_PLACES.get(kind, _OTHER))
    whole = int(scaled)
    return whole if scaled == whole and abs(whole) <= MOST else None


def from_scaled(kind: str, scaled: int | None) -> str | None:
    """The exact decimal of a scaled integer, as plain digits.

    >>> from_scaled("measure", 120500000), from_scaled("money", None)
    ('120.5', None)
    """
    if scaled is None:
        return None
    return decimal_text(Decimal(scaled).scaleb(-_PLACES.get(kind, _OTHER), _WIDE))


def bound_scaled(kind: str, limit: Decimal, *, low_side: bool) -> int:
    """A limit as a scaled integer, rounded to the inside of the range and no wider than 64 bits.

    >>> bound_scaled("money", Decimal("1e17"), low_side=True) == 2**63 - 1
    True
    >>> bound_scaled("money", Decimal("0.001"), low_side=True), bound_scaled("money", Decimal("0.001"), low_side=False)
    (1, 0)
    """
    if limit.adjusted() > _MOST_DIGITS:
        return MOST if limit > 0 else -MOST
    places = _PLACES.get(kind, _OTHER)
    exact = limit.quantize(
        Decimal(1).scaleb(-places), ROUND_CEILING if low_side else ROUND_FLOOR, _WIDE
    )
    return max(-MOST, min(MOST, int(exact.scaleb(places, _WIDE))))
