"""A Moodle XML file with other keys: only the fractions of its answers change."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from practicum.exchange.bank import BankOption, Choice, Item
from practicum.exchange.base import BankFile
from practicum.exchange.item_reading import plain_number
from practicum.exchange.moodle_xml.reader import answer_numbers, read_moodle
from practicum.exchange.xml_parsing import Source, Span, replaced, with_attribute

RIGHT = Decimal(100)


def correct_moodle(file: BankFile, keys: Mapping[str, frozenset[int]]) -> bytes:
    """Return the content with these options as keys. Raises UnreadableBank, NotInFormat."""
    bank = read_moodle(file)
    wanted = {item.identifier: item for item in bank.items if item.identifier in keys}
    if not wanted:
        return file.content
    source = Source(file)
    changes: dict[tuple[int, int], bytes] = {}
    questions = [question for question in source.root.iterchildren("question") if question.get("type") != "category"]
    for question, item in zip(questions, bank.items, strict=True):
        if item.identifier in wanted and isinstance(item.answer, Choice):
            answers = list(question.iterchildren("answer"))
            spans = [source.span(answers[number]) for number in answer_numbers(question)]
            changes |= _changes(file.content, spans, item, keys[item.identifier])
    return replaced(file.content, changes)


def _changes(content: bytes, spans: list[Span], item: Item, keys: frozenset[int]) -> dict[tuple[int, int], bytes]:
    assert isinstance(item.answer, Choice)
    options = item.answer.options
    if keys == {at for at, option in enumerate(options) if option.key}:
        return {}
    right = RIGHT / len(keys) if item.answer.several and keys else RIGHT
    wrong = _wrong_credit(options)
    changes = {}
    for at, (span, option) in enumerate(zip(spans, options, strict=True)):
        credit = right if at in keys else wrong if option.key else option.credit
        changes[span.start, span.opened] = with_attribute(
            content[span.start : span.opened], "fraction", plain_number(credit, places=5)
        )
    return changes


def _wrong_credit(options: tuple[BankOption, ...]) -> Decimal:
    """What the bank gives for a wrong option, if that is the same for all of them."""
    credits = {option.credit for option in options if not option.key}
    return credits.pop() if len(credits) == 1 else Decimal(0)
