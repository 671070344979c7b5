"""What an item loses in a format, found by reading again what was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from practicum.exchange.bank import Item, Remark

_PARTS = {
    "title": "title",
    "text": "text",
    "answer": "answer",
    "feedback": "explanation",
    "hints": "hints",
    "code": "code",
    "points": "points",
    "category": "category",
    "tags": "tags",
    "proof": "proof",
}
"""The parts of an item, as remarks name them."""


def losses(items: Mapping[str, Item], read: Sequence[Item]) -> Iterator[Remark]:
    """The remark for each item of which something is changed or missing where it is read again.

    Args:
        items: What was written, by the identifiers under which it is read.
        read: The items that are read from what was written.
    """
    found = {item.identifier: item for item in read}
    for name, item in items.items():
        if lost := _changed(item, found.get(name)):
            message = f"Not kept as it was: {', '.join(lost)}."
            yield Remark(item.path, item.line, item.identifier, "not-kept", message)


def _changed(item: Item, again: Item | None) -> list[str]:
    if again is None:
        return ["the item"]
    return [label for part, label in _PARTS.items() if getattr(item, part) != getattr(again, part)]
