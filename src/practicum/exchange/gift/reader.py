"""From the questions of GIFT to items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Answer,
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
)
from practicum.exchange.gift import syntax
from practicum.exchange.gift.syntax import Entry, GiftQuestion, GiftText
from practicum.exchange.gift.texts import read_text
from practicum.exchange.source_text import SourceText

FULL, NONE = Decimal(100), Decimal(0)
_TOP = ("$course$", "$module$", "$coursecat$", "$system$")


@dataclass
class Reader:
    """Reads questions, and notes what it cannot read."""

    source: SourceText
    remarks: list[Remark] = field(default_factory=list)

    def items(self) -> Iterator[Item]:
        """The items, identified by the identifiers in comments if each has another, or else by their numbers."""
        found = list(syntax.questions(self.source))
        for identifier, question in zip(identifiers(found), found, strict=True):
            yield _QuestionReader(self, question, identifier).item()


def identifiers(questions: Sequence[GiftQuestion]) -> list[str]:
    """A question's own identifier, unless it is repeated, or else its number."""
    counts = Counter(question.identifier for question in questions)
    places = {f"q{at}" for at in range(1, len(questions) + 1)}
    return [
        question.identifier
        if question.identifier and counts[question.identifier] == 1 and question.identifier not in places
        else f"q{at}"
        for at, question in enumerate(questions, 1)
    ]


def category_of(text: str) -> tuple[str, ...]:
    """The names of a path such as `$course$/top/Units/Lists`, in which `//` is a slash of a name."""
    names = [name.replace("\0", "/").strip() for name in text.replace("//", "\0").split("/")]
    names = names[1:] if names[0] in _TOP or names[0].startswith("$cat") else names
    return tuple(name for at, name in enumerate(names) if name and (at or name != "top"))


def snapped(weight: Decimal) -> Decimal:
    """The exact part of the points that a rounded weight means: 33.33333 is a third."""
    parts = (FULL / count for count in range(1, 21))
    exact = next((part for part in parts if abs(abs(weight) - part) < Decimal("0.001")), abs(weight))
    return exact.copy_sign(weight)


def credit_of(entry: Entry) -> Decimal:
    """The part of the points that an answer gives, in percent."""
    if entry.weight is None:
        return FULL if entry.right else NONE
    return snapped(entry.weight)


@dataclass(frozen=True)
class _QuestionReader:
    reader: Reader
    question: GiftQuestion
    identifier: str

    def item(self) -> Item:
        """The item, of an unsupported type if something is wrong with its answers."""
        question = self.question
        for code, message in question.mistakes:
            self._remark(code, message)
        answer = Unsupported(question.type) if question.mistakes else self._answer()
        return Item(
            self.identifier,
            self._text(question.stem),
            answer,
            title=question.title,
            feedback=self._text(question.general_feedback),
            category=category_of(question.category),
            tags=question.tags,
            path=self.reader.source.path,
            line=self.reader.source.line_at(question.start),
        )

    def _answer(self) -> Answer:
        question = self.question
        match question.type:
            case syntax.CHOICE:
                return self._choice(question.entries)
            case syntax.TRUE_FALSE:
                return self._statement()
            case syntax.SHORT:
                return ShortAnswer(tuple(self._accepted(entry) for entry in question.entries))
            case syntax.NUMERICAL:
                return NumberAnswer(tuple(self._numbers(question.entries)))
            case syntax.MATCHING:
                pairs = [(self._text(entry.match[0]), entry.match[1]) for entry in question.entries if entry.match]
                return Matching(
                    tuple(pair for pair in pairs if pair[0]), tuple(right for left, right in pairs if not left)
                )
        return Essay() if question.type == syntax.ESSAY else Description()

    def _choice(self, entries: Sequence[Entry]) -> Choice:
        """Without a `=`, several options may be picked."""
        options = [
            BankOption(self._text(entry.text), credit_of(entry), self._text(entry.feedback)) for entry in entries
        ]
        return Choice(tuple(options), several=not any(entry.right for entry in entries))

    def _statement(self) -> Choice:
        feedback = [self._text(text) for text in self.question.feedback]
        options = [
            BankOption(str(value), FULL if value is self.question.true else NONE, feedback[value is self.question.true])
            for value in (True, False)
        ]
        return Choice(tuple(options), true_false=True)

    def _accepted(self, entry: Entry) -> AcceptedText:
        return AcceptedText(" ".join(entry.text.text.split()), credit_of(entry), self._text(entry.feedback))

    def _numbers(self, entries: Sequence[Entry]) -> Iterator[AcceptedNumber]:
        for entry in entries:
            if entry.low is None or entry.high is None:
                self._remark("feedback-dropped", "The feedback for any other number is left out.")
            else:
                yield AcceptedNumber(entry.low, entry.high, credit_of(entry), self._text(entry.feedback))

    def _text(self, text: GiftText | None) -> str:
        if text is None:
            return ""
        converted = read_text(text)
        if converted.dropped:
            self._remark("style-dropped", f"Left out: {', '.join(converted.dropped)}.")
        return converted.text

    def _remark(self, code: str, message: str) -> None:
        source = self.reader.source
        line = source.line_at(self.question.start)
        self.reader.remarks.append(Remark(source.path, line, self.identifier, code, message))
