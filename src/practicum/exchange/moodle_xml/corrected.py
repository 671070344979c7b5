"""A Moodle XML file with other keys: only the fractions of its answers change."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from practicum.exchange.bank import BankOption, Choice, Item
from practicum.exchange.base import BankFile
from practicum.exchange.item_reading import plain_number
from practicum.exchange.moodle_xml.reader import answer_numbers, read_moodle
from practicum.exchange.xml_parsing import Tag, parse_xml, refuse_wide, replaced, start_tags, with_attribute

RIGHT = Decimal(100)


def correct_moodle(file: BankFile, keys: Mapping[str, frozenset[int]]) -> bytes:
    """Return the content with these options as keys. Raises UnreadableBank, NotInFormat."""
    bank = read_moodle(file)
    wanted = {item.identifier: item for item in bank.items if item.identifier in keys}
    if not wanted:
        return file.content
    refuse_wide(file, "Moodle XML")
    questions = list(parse_xml(file).iterchildren("question"))
    asked = [at for at, question in enumerate(questions) if question.get("type") != "category"]
    answers = _answer_tags(file.content)
    changes: dict[tuple[int, int], bytes] = {}
    for at, item in zip(asked, bank.items, strict=True):
        if item.identifier in wanted and isinstance(item.answer, Choice):
            tags = [answers[at][number] for number in answer_numbers(questions[at])]
            changes |= _changes(file.content, tags, item, keys[item.identifier])
    return replaced(file.content, changes)


def _answer_tags(content: bytes) -> list[list[Tag]]:
    """The start tags of the answers of each question."""
    found: list[list[Tag]] = []
    for tag in start_tags(content):
        if tag.depth == 1 and tag.name == "question":
            found.append([])
        elif tag.depth == 2 and tag.name == "answer" and found:
            found[-1].append(tag)
    return found


def _changes(content: bytes, tags: list[Tag], item: Item, keys: frozenset[int]) -> dict[tuple[int, int], bytes]:
    assert isinstance(item.answer, Choice)
    options = item.answer.options
    if keys == {at for at, option in enumerate(options) if option.key}:
        return {}
    right = RIGHT / len(keys) if item.answer.several and keys else RIGHT
    wrong = _wrong_credit(options)
    changes = {}
    for at, (tag, option) in enumerate(zip(tags, options, strict=True)):
        credit = right if at in keys else wrong if option.key else option.credit
        changes[tag.start, tag.end] = with_attribute(
            content[tag.start : tag.end], "fraction", plain_number(credit, places=5)
        )
    return changes


def _wrong_credit(options: tuple[BankOption, ...]) -> Decimal:
    """What the bank gives for a wrong option, if that is the same for all of them."""
    credits = {option.credit for option in options if not option.key}
    return credits.pop() if len(credits) == 1 else Decimal(0)
