"""A rule of item writing, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from practicum.lint.item import LintItem
from practicum.lint.sources import Source


class Severity(StrEnum):
    """How much a finding matters."""

    WARNING = "warning"
    """The item can be answered, or missed, without knowing its subject."""
    NOTE = "note"
    """The item is worth another look."""


@dataclass(frozen=True)
class Flaw:
    """What a rule found in an item: what is wrong, then what to do."""

    item: LintItem
    message: str
    line: int = 0
    """Of the option that it is about; 0 for the item."""


Check = Callable[[Sequence[LintItem]], Iterable[Flaw]]
"""Finds the flaws in the items of one course or bank."""


@dataclass(frozen=True)
class Rule:
    """A published rule that a program can check."""

    name: str
    """Kebab-case: `longest-key`."""
    severity: Severity
    summary: str
    """What an item should be, in a sentence."""
    sources: tuple[Source, ...]
    check: Check
    is_english: bool = False
    """Whether it knows words of English only."""


@dataclass(frozen=True)
class Finding:
    """A flaw, with the rule that found it."""

    path: str
    line: int
    """0 if the bank's format has no lines."""
    item: str
    """The identifier of an item of a bank."""
    rule: str
    severity: Severity
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        item = f"{self.item}: " if self.item else ""
        return f"{place}: {self.severity}: {item}{self.message} [{self.rule}]"


def each_item(check: Callable[[LintItem], Iterable[Flaw]]) -> Check:
    """Return the check that looks at one item after the other."""

    def check_all(items: Sequence[LintItem]) -> Iterator[Flaw]:
        for item in items:
            yield from check(item)

    return check_all
