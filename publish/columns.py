"""What the columns of an export hold: one line a column that is no text."""

from typing import Any, Literal

Type = Literal["string", "number", "integer", "boolean", "date"]
_TYPES: dict[str, Type] = {
    **dict.fromkeys(("value", "low", "high", "total", "base_value", "read_value"), "number"),
    **dict.fromkeys(("start", "end", "warc_offset", "score"), "integer"),
    **dict.fromkeys(("of_plan",), "boolean"),
    **dict.fromkeys(("period_from", "period_to"), "date"),
}


# What JSON has as a list, and a cell as text.
_LISTS = frozenset(["articles", "attachments", "flags", "holders", "names", "now", "offices"])


def column_type(name: str) -> Type:
    """The type of a column, by its name; what is not listed is text."""
    return _TYPES.get(name, "string")


def json_type(name: str) -> Type | Literal["array"]:
    """The type of a key of JSON Lines."""
    return "array" if name in _LISTS else column_type(name)


def cell_text(value: Any) -> Any:
    """A value for one cell: lists joined by "; ", of what is a record its title."""
    if not isinstance(value, list):
        return value
    return "; ".join(str(v.get("title") if isinstance(v, dict) else v) for v in value)
