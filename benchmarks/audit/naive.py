"""The script that one writes first: `exec` each snippet and compare what it prints with the options, as strings."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from benchmarks.audit.plain_items import PlainItem, plain_item
from practicum.exchange.bank import Bank

LIMIT = 5
"""Seconds for one snippet."""


def audit(bank: Bank) -> dict[str, frozenset[str]]:
    """The faults of each item, as far as equality of strings shows them."""
    found: dict[str, frozenset[str]] = {}
    seen: dict[tuple[str, str], frozenset[str]] = {}
    for item in bank.items:
        plain = plain_item(item)
        if plain is None:
            continue
        faults = {*judged(plain)}
        earlier = seen.setdefault((item.text, item.code), plain.keys)
        if earlier is not plain.keys:
            faults.add("duplicate" if earlier == plain.keys else "contradiction")
        found[item.identifier] = frozenset(faults)
    return found


def judged(plain: PlainItem) -> Iterator[str]:
    """What is wrong with one item."""
    if len(set(plain.options)) < len(plain.options):
        yield "equal-options"
    result, failed = outcome(plain)
    if failed:
        if plain.expects_error not in (result, "Exception"):
            yield "wrong-key" if any(result in option for option in plain.options) else "broken-code"
    elif plain.options.count(result) > 1:
        yield "several-right"
    elif result not in plain.options:
        yield "no-right-option"
    elif result not in plain.keys:
        yield "wrong-key"


def outcome(plain: PlainItem) -> tuple[str, bool]:
    """What the code prints, or what the expression evaluates to; else the name of the exception, and True."""
    printed = io.StringIO()
    last = f"\nprint(repr({plain.expression}))" if plain.expression else ""
    try:
        with redirect_stdout(printed), limited():
            exec(plain.code + last, {"__name__": "__main__"})  # noqa: S102 - what such a script does
    except BaseException as error:
        return type(error).__name__, True
    return printed.getvalue().strip(), False


@contextmanager
def limited() -> Iterator[None]:
    """Nothing to read from, and a time limit."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before, sys.stdin = sys.stdin, io.StringIO()
    handler = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        sys.stdin = before
