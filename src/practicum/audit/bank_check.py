"""Compares the items of a bank with one another: equal questions with other keys, and duplicates."""

from __future__ import annotations

import ast
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from practicum.audit.claims import Claim
from practicum.audit.code_finding import find_code, parse
from practicum.audit.findings import Fault, ItemFinding, OptionReport, Settled
from practicum.audit.option_reading import States, read_option
from practicum.audit.outcome import NO_VALUE, literal_value
from practicum.exchange.bank import Choice, Item, NumberAnswer, ShortAnswer
from practicum.kinds.equality import is_equal
from practicum.kinds.typed_text import normalize_typed

_AROUND = re.compile(r"\s*([,:;=()\[\]{}])\s*")
_SHORTEST = 12
"""Characters that a question has at least: shorter ones, such as `Choose:`, ask nothing by themselves."""


def text_digest(item: Item) -> str:
    """Return a digest of what an item asks, by its text and its code; empty if that is not compared."""
    if not isinstance(item.answer, (Choice, ShortAnswer, NumberAnswer)):
        return ""
    found = find_code(item)
    text = _plain(found.prose)
    blocks = [block.source.strip() for block in found.blocks]
    if found.images or len(text) + sum(map(len, (*blocks, *found.spans))) < _SHORTEST:
        return ""
    return _digest("text", text, *blocks, *found.spans)


def claim_digest(claim: Claim) -> str:
    """Return a digest of what a claim asks, whatever its words: by the syntax of its code and what is compared."""
    question = claim.question
    parts = [_syntax(part) for run in claim.runs for part in (run.setup, run.snippet)]
    if claim.targets:
        parts = [_syntax(claim.code), question.states or "", str(question.is_negated)]
    return _digest(str(question.asks), str(question.is_statement), question.states or "", *parts)


def canonical(text: str) -> str:
    """Return an option or an answer without markup and without what notation allows: white space, quote style."""
    stated = read_option(text)
    if stated.states is States.ERROR:
        return stated.exception.casefold() or "error"
    if stated.states is States.NOTHING:
        return "nothing"
    plain = normalize_typed(stated.bare or stated.text).replace('"', "'")
    return _AROUND.sub(r"\1", " ".join(plain.split())).rstrip(".")


def _syntax(source: str) -> str:
    tree = parse(source)
    return ast.dump(tree) if tree is not None else source


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


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
    """Whether one item marks as right what the other marks as wrong, both ways; or their keys are different values."""
    keys = _keys(left), _keys(right)
    if not all(keys) or keys[0] == keys[1] or all(map(_runs_options, (left, right))):
        return False
    wrong = _options(left) - keys[0], _options(right) - keys[1]
    if keys[0] & wrong[1] and keys[1] & wrong[0]:
        return True
    if {left.settled, right.settled} == {Settled.PROVED, Settled.REFUTED} and all(map(_has_settled_key, (left, right))):
        return True
    if not (left.reading and right.reading) or len(keys[0]) + len(keys[1]) > 2:
        return False
    values = [literal_value(next(iter(key))) for key in keys]
    return NO_VALUE not in values and not is_equal(*values, tolerance=0.01)


def _runs_options(finding: ItemFinding) -> bool:
    """Whether each option was run, which settles the key without other items."""
    return any(option.gave for option in finding.options)


def _has_settled_key(finding: ItemFinding) -> bool:
    """Whether a run has settled the key by one outcome: where each option is run, other options make another item."""
    return bool(finding.gave) and _is_settled(finding)


def _is_settled(finding: ItemFinding) -> bool:
    return finding.settled is Settled.PROVED or any(found.fault is Fault.WRONG_KEY for found in finding.faults)


def _is_duplicate(left: ItemFinding, right: ItemFinding) -> bool:
    return _options(left) == _options(right) and _keys(left) == _keys(right)


def _keys(finding: ItemFinding) -> frozenset[str]:
    return frozenset(option.canonical for option in finding.options if option.key)


def _options(finding: ItemFinding) -> frozenset[str]:
    return frozenset(option.canonical for option in finding.options)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
