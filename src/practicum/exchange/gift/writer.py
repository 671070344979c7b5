"""From items to the questions of GIFT."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Bank,
    BankOption,
    Choice,
    Description,
    Essay,
    Item,
    Matching,
    NumberAnswer,
    Remark,
    ShortAnswer,
    Unsupported,
    WrittenBank,
)
from practicum.exchange.gift.reader import FULL, NONE, snapped
from practicum.exchange.gift.texts import escaped, html, is_bare
from practicum.exchange.markup import to_plain
from practicum.exchange.plain_text import as_markdown

_PLACE = re.compile(r"q\d+")
_WRITABLE = re.compile(r"[^\x00-\x1f\x7f\\\[]+")


def write(bank: Bank) -> WrittenBank:
    """The file for a bank, and what GIFT cannot express of it."""
    parts: list[str] = []
    remarks: list[Remark] = []
    category: tuple[str, ...] = ()
    for item in bank.items:
        writer = _Writer(item, remarks)
        question = writer.question()
        if question is not None:
            if item.category != category:
                category = item.category
                parts.append(f"$CATEGORY: {_category(category)}")
            parts.append(question)
    return WrittenBank(("\n\n".join(parts) + "\n").encode(), tuple(remarks))


def _category(names: Sequence[str]) -> str:
    path = [" ".join(name.split()).replace("/", "//") for name in names]
    return "/".join(["$course$", "top", *path])


def weight(credit: Decimal) -> str:
    """A weight as Moodle writes it: with up to five decimals."""
    text = f"{credit:.5f}".rstrip("0").rstrip(".")
    return f"%{'0' if text == '-0' else text}%"


class _Inexpressible(Exception):
    """GIFT has no question for an item."""


@dataclass
class _Writer:
    item: Item
    remarks: list[Remark]
    bare: bool = field(init=False)
    """Whether all texts can be written without a format; else all are HTML."""

    def __post_init__(self) -> None:
        self.bare = all(map(is_bare, filter(None, _texts(self.item))))

    def question(self) -> str | None:
        """The question, or None if GIFT has none for the item. Notes what it lacks."""
        try:
            answers = self._answers()
        except _Inexpressible as error:
            self._note("not-in-format", f"{error} The item is left out.")
            return None
        self._note_lost()
        title = " ".join(self.item.title.split())
        head = f"::{escaped(title)}::" if title else ""
        stem = self._text(self._stem())
        stem = stem if self.bare or not stem else f"[html]{stem}"
        if isinstance(self.item.answer, Description):
            return f"{self._comment()}{head}{stem}"
        feedback = f"\n\t####{self._text(self.item.feedback)}" if self.item.feedback else ""
        end = "\n" if "\n" in answers + feedback else ""
        return f"{self._comment()}{head}{stem}{{{answers}{feedback}{end}}}"

    def _stem(self) -> str:
        code = f"```\n{self.item.code}\n```" if self.item.code else ""
        return "\n\n".join(filter(None, [self.item.text, code]))

    def _answers(self) -> str:
        """What stands in the braces. Raises _Inexpressible."""
        match self.item.answer:
            case Choice(true_false=True) as choice:
                return self._statement(choice)
            case Choice() as choice:
                return self._choice(choice)
            case ShortAnswer() as short:
                return self._short(short)
            case NumberAnswer() as numeric:
                return "#" + "".join(map(self._number, numeric.accepted))
            case Matching() as matching:
                return self._matching(matching)
            case Essay() as essay:
                if essay.sample:
                    self._note("sample-dropped", "The sample of a good answer is left out.")
                return ""
            case Description():
                return ""
            case other:
                name = other.type if isinstance(other, Unsupported) else type(other).__name__
                raise _Inexpressible(f"GIFT has no question for an answer of the type {name}.")

    def _statement(self, choice: Choice) -> str:
        if sorted(option.credit for option in choice.options) != [NONE, FULL]:
            raise _Inexpressible("A statement in GIFT is either true or false.")
        true = choice.options[0].key
        wrong, right = (choice.options[true].feedback, choice.options[not true].feedback)
        texts = [wrong, right] if right else [wrong] if wrong else []
        return ("TRUE" if true else "FALSE") + "".join(f"#{self._text(text)}" for text in texts)

    def _choice(self, choice: Choice) -> str:
        single = [option.credit for option in choice.options].count(FULL) and not choice.several
        if not single and not choice.several:
            raise _Inexpressible("In GIFT, a choice of one option has a right one.")
        if not any(option.credit != FULL for option in choice.options) and single:
            raise _Inexpressible("GIFT takes a choice without a wrong option for a text to type.")
        if not choice.shuffle:
            self._note("order-dropped", "The order of the options is not kept.")
        self._note_rounded([option.credit for option in choice.options])
        return "".join(self._option(option, bool(single)) for option in choice.options)

    def _option(self, option: BankOption, single: bool) -> str:
        is_full = single and option.credit == FULL
        share = "" if is_full or not option.credit else weight(option.credit)
        return self._entry("=" if is_full else "~", share, self._text(option.text), option.feedback)

    def _short(self, short: ShortAnswer) -> str:
        texts = [accepted.text for accepted in short.accepted]
        if not texts or all("->" in text for text in texts) or not all(map(_is_typed, texts)):
            raise _Inexpressible("GIFT cannot hold the texts that are accepted.")
        if short.case_sensitive:
            self._note("case-dropped", "Upper and lower case no longer count.")
        self._note_rounded([accepted.credit for accepted in short.accepted])
        return "".join(map(self._accepted, short.accepted))

    def _accepted(self, accepted: AcceptedText) -> str:
        share = "" if accepted.credit == FULL else weight(accepted.credit)
        # Without a weight, a text that begins with a percent sign would be read as one.
        share = share or ("%100%" if accepted.text.startswith("%") else "")
        return self._entry("=", share, escaped(accepted.text), accepted.feedback)

    def _number(self, accepted: AcceptedNumber) -> str:
        self._note_rounded([accepted.credit])
        tolerance = accepted.high - accepted.value
        number = f"{accepted.value:f}" + (f":{tolerance:f}" if tolerance else "")
        if accepted.value + tolerance != accepted.high or accepted.value - tolerance != accepted.low:
            number = f"{accepted.low:f}..{accepted.high:f}"
        share = "" if accepted.credit == FULL else weight(accepted.credit)
        return self._entry("=", share, number, accepted.feedback)

    def _matching(self, matching: Matching) -> str:
        pairs = [*matching.pairs, *(("", distractor) for distractor in matching.distractors)]
        rights = [to_plain(right) for _, right in pairs]
        if not matching.pairs or not all(rights) or any("\n" in right for right in rights):
            raise _Inexpressible("GIFT cannot hold the matches.")
        if any(right != as_markdown(text) or right != text for (_, right), text in zip(pairs, rights, strict=True)):
            self._note("style-dropped", "The matches have no markup.")
        lines = [f"\n\t={self._text(left)} -> {escaped(text)}" for (left, _), text in zip(pairs, rights, strict=True)]
        return "".join(lines)

    def _entry(self, sign: str, share: str, text: str, feedback: str) -> str:
        return f"\n\t{sign}{share}{text}" + (f"#{self._text(feedback)}" if feedback else "")

    def _text(self, markdown: str) -> str:
        if self.bare or not markdown:
            return escaped(markdown)
        content = html(markdown)
        return f"[html]{content}" if content.startswith(("[", "%")) else content

    def _comment(self) -> str:
        identifier = self.item.identifier.strip()
        names = []
        if identifier and not _PLACE.fullmatch(identifier) and _WRITABLE.fullmatch(identifier):
            names.append(f"[id:{identifier.replace(']', chr(92) + ']')}]")
        kept = [tag for tag in self.item.tags if tag.strip() == tag and _WRITABLE.fullmatch(tag) and "]" not in tag]
        if len(kept) < len(self.item.tags):
            self._note("tags-dropped", "Tags with brackets or control characters are left out.")
        names += [f"[tag:{tag}]" for tag in kept]
        return f"// {' '.join(names)}\n" if names else ""

    def _note_lost(self) -> None:
        item = self.item
        lost = {
            "hints-dropped": bool(item.hints),
            "points-dropped": item.points != 1,
            "code-in-text": bool(item.code),
            "feedback-dropped": isinstance(item.answer, Description) and bool(item.feedback),
            "title-changed": " ".join(item.title.split()) != item.title,
        }
        for code in (code for code, is_lost in lost.items() if is_lost):
            self._note(code, _LOST[code])

    def _note_rounded(self, credits: Sequence[Decimal]) -> None:
        if any(snapped(round(credit, 5)) != credit for credit in credits):
            self._note("credit-rounded", "The parts of the points are rounded.")

    def _note(self, code: str, message: str) -> None:
        self.remarks.append(Remark(self.item.path, self.item.line, self.item.identifier, code, message))


_LOST = {
    "hints-dropped": "The hints are left out.",
    "points-dropped": "The points are left out.",
    "code-in-text": "The code becomes a part of the text.",
    "feedback-dropped": "A description has no feedback. It is left out.",
    "title-changed": "The line breaks of the title are left out.",
}


def _is_typed(text: str) -> bool:
    """Whether a text is read as it is written."""
    return (
        bool(text) and text == " ".join(text.split()) and not re.match(r"\[(html|markdown|plain|moodle)\]", text, re.I)
    )


def _texts(item: Item) -> Iterator[str]:
    """All texts of an item that may have markup."""
    yield from (item.text, item.feedback, f"```\n{item.code}" if item.code else "")
    match item.answer:
        case Choice() as choice:
            yield from (text for option in choice.options for text in (option.text, option.feedback))
        case ShortAnswer() | NumberAnswer() as typed:
            yield from (accepted.feedback for accepted in typed.accepted)
        case Matching() as matching:
            yield from (left for left, _ in matching.pairs)
