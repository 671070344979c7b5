"""Items for tests of the audit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from practicum.audit.findings import ItemFinding
from practicum.audit.item_audit import audit_item
from practicum.audit.running import Runner
from practicum.exchange.bank import AcceptedText, BankOption, Choice, Item, ShortAnswer
from practicum.runner import Pool


def choice(text: str, *options: str, key: int | Sequence[int] = 0, several: bool = False, code: str = "") -> Item:
    """An item with these options, of which the first is marked as right unless `key` says otherwise."""
    keys = [key] if isinstance(key, int) else key
    made = tuple(BankOption(option, Decimal(100 if at in keys else 0)) for at, option in enumerate(options))
    return Item("q", text, Choice(made, several), code=code)


def printing(code: str, *options: str, key: int | Sequence[int] = 0) -> Item:
    """An item that asks what a snippet prints."""
    return choice(f"What is the output of the following code?\n\n```python\n{code}\n```", *options, key=key)


def short(text: str, *accepted: str) -> Item:
    """An item that is answered with a text."""
    return Item("q", text, ShortAnswer(tuple(map(AcceptedText, accepted))))


def audited(item: Item, pool: Pool, context: str = "Python") -> ItemFinding:
    """The finding of an item in a bank about Python."""
    return audit_item(item, Runner(pool.run, seconds=5), context)
