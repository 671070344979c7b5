"""Compares the items of a bank with one another: equal questions with other keys, and duplicates."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from practicum.audit.findings import Fault, ItemFinding, OptionReport
from practicum.exchange.bank import Choice, Item, NumberAnswer, ShortAnswer

_SHORTEST = 12
"""Characters that a question has at least: shorter ones, such as `Choose:`, ask nothing by themselves."""


def question_digest(item: Item) -> str:
    """Return a digest of what is asked, white space and letter case of prose aside; empty if it is not compared."""
    if not isinstance(item.answer, (Choice, ShortAnswer, NumberAnswer)):
        return ""
    text = _plain(item.text) if "`" not in item.text and "    " not in item.text else item.text.strip()
    if len(text) + len(item.code) < _SHORTEST:
        return ""
    kind = "choice" if isinstance(item.answer, Choice) else "typed"
    parts = "\0".join((kind, text, item.code.strip()))
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def equal_texts(options: Sequence[OptionReport]) -> list[tuple[int, int]]:
    """Return the pairs of options, by their numbers from 0, that are the same text."""
    first: dict[str, int] = {}
    pairs = []
    for number, option in enumerate(options):
        text = "\n".join(line.rstrip() for line in option.text.strip().split("\n"))
        if text in first:
            pairs.append((first[text], number))
        elif text:
            first[text] = number
    return pairs


def check_bank(findings: Iterable[ItemFinding]) -> list[ItemFinding]:
    """Return the findings with the faults that concern several items."""
    found = list(findings)
    groups: dict[str, list[int]] = defaultdict(list)
    for number, finding in enumerate(found):
        if finding.question and finding.options:
            groups[finding.question].append(number)
    for numbers in groups.values():
        for number in numbers if len(numbers) > 1 else ():
            found[number] = _compared(found, number, numbers)
    return found


def _compared(findings: Sequence[ItemFinding], number: int, group: Sequence[int]) -> ItemFinding:
    finding = findings[number]
    others = [findings[other] for other in group if other != number]
    if contrary := [other.place for other in others if _contradict(finding, other)]:
        message = "the same question has another key elsewhere"
        finding = finding.with_fault(Fault.CONTRADICTION, message, contrary)
    if equal := [other.place for other in others if _is_duplicate(finding, other)]:
        finding = finding.with_fault(Fault.DUPLICATE, "the same question stands elsewhere", equal)
    return finding


def _contradict(left: ItemFinding, right: ItemFinding) -> bool:
    """Whether one item marks as right what the other marks as wrong, both ways for single keys."""
    keys = _keys(left), _keys(right)
    if not all(keys) or keys[0] == keys[1]:
        return False
    wrong = _options(left) - keys[0], _options(right) - keys[1]
    return bool(keys[0] & wrong[1]) and bool(keys[1] & wrong[0])


def _is_duplicate(left: ItemFinding, right: ItemFinding) -> bool:
    return _options(left) == _options(right) and _keys(left) == _keys(right)


def _keys(finding: ItemFinding) -> frozenset[str]:
    return frozenset(_plain(option.text) for option in finding.options if option.key)


def _options(finding: ItemFinding) -> frozenset[str]:
    return frozenset(_plain(option.text) for option in finding.options)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
