"""The syntax of GIFT: the questions in a file, with the places of what a correction edits.

Questions are separated by blank lines, as in Moodle. The answers are between the first two braces that are not escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException

from practicum.exchange.source_text import SourceText

ESSAY, DESCRIPTION, TRUE_FALSE, CHOICE = "Essay", "Description", "TF", "MC"
SHORT, MATCHING, NUMERICAL = "Short", "Matching", "Numerical"

_HIDDEN = "\x00"
"""Stands for the characters of comments, so that places stay as they are in the file."""
_BLOCK = re.compile(r"(?:^(?![ \t]*$).*\n?)+", re.M)
_COMMENT = re.compile(r"^[ \t]*//.*$", re.M)
_IDENTIFIER = re.compile(r"\[id:((?:[^\x00-\x1f\x7f\[\]\\]|\\.)+)\]")
_TAG = re.compile(r"\[tag:([^\x00-\x1f\x7f\[\]]+)\]")
_CATEGORY = re.compile(r"[\s\0]*\$CATEGORY:[ \t]*(.*)")
_TITLE = re.compile(r"[\s\0]*::((?:\\.|(?!::)[^\\])*)::", re.S)
_FORMAT = re.compile(r"[\s\0]*\[(html|markdown|plain|moodle)\]", re.I)
_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
_TRUTH = re.compile(r"[\s\0]*(T|F|(?i:TRUE|FALSE))[\s\0]*(?=#|$)", re.S)
_WEIGHT = re.compile(r"[\s\0]*%([^%\s]*)%")
_INTERVAL = re.compile(r"([^:]+?)(?:\.\.(.+)|:(.+))?", re.S)


@dataclass(frozen=True)
class GiftText:
    """A text in its format: `moodle`, `html`, `markdown` or `plain`."""

    format: str
    text: str


@dataclass(frozen=True)
class Entry:
    """An answer: `=` if it is right, else `~`, then its weight, its text, its feedback."""

    right: bool
    weight: Decimal | None
    text: GiftText
    feedback: GiftText | None
    start: int
    """Where its sign is in the file, and where the text after its weight begins."""
    text_start: int
    low: Decimal | None = None
    high: Decimal | None = None
    """The interval of a numerical answer, unless it is one for all others."""
    match: tuple[GiftText, str] | None = None
    """What is before and after `->`, if it has that."""


@dataclass(frozen=True)
class GiftQuestion:
    """A question as it is written."""

    type: str
    stem: GiftText
    start: int
    title: str = ""
    embedded: bool = False
    """Whether text follows the answers."""
    entries: tuple[Entry, ...] = ()
    true: bool = False
    """Whether a statement is true."""
    truth_place: tuple[int, int] = (0, 0)
    feedback: tuple[GiftText | None, GiftText | None] = (None, None)
    """Of a statement: for the wrong and for the right answer."""
    general_feedback: GiftText | None = None
    identifier: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    mistakes: tuple[tuple[str, str], ...] = ()
    """What is wrong with it: codes and messages."""


def questions(source: SourceText) -> Iterator[GiftQuestion]:
    """The questions of a file in their order."""
    category = ""
    identifier, tags = "", list[str]()
    for found in _BLOCK.finditer(source.text.replace(_HIDDEN, " ")):
        start, block = found.start(), found[0]
        for comment in _COMMENT.findall(block):
            identifier = named[1] if (named := _IDENTIFIER.search(comment)) else identifier
            tags += _TAG.findall(comment)
        block = _COMMENT.sub(lambda comment: _HIDDEN * len(comment[0]), block)
        if named := _CATEGORY.match(block):
            category = named[1].strip()
            block = _HIDDEN * named.end() + block[named.end() :]
        if block.replace(_HIDDEN, "").strip():
            yield _Parser(block, start, re.sub(r"\\(.)", r"\1", identifier), tuple(tags), category).question()
            identifier, tags = "", []


def unescaped(text: str) -> str:
    """The text without comments, and with the characters that escapes stand for."""
    shown = re.sub(f"{_HIDDEN}+\n?", "", text)
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], shown.replace("\r\n", "\n"))


@dataclass(frozen=True)
class _Parser:
    """One block of lines that is a question."""

    block: str
    offset: int
    identifier: str
    tags: tuple[str, ...]
    category: str

    def question(self) -> GiftQuestion:
        titled = _TITLE.match(self.block)
        begin = titled.end() if titled else 0
        opening = _find(self.block, "{", begin)
        closing = _find(self.block, "}", max(opening, begin))
        if opening < 0 <= closing:
            return self._question(DESCRIPTION, begin, mistake=("brace-not-opened", "A `}` has no `{`. Escape it."))
        if opening < 0:
            return self._question(DESCRIPTION, begin)
        if closing < 0:
            return self._question(DESCRIPTION, begin, mistake=("brace-not-closed", "The `{` has no `}`."))
        return self._answered(begin, opening, closing)

    def _question(self, type: str, begin: int, mistake: tuple[str, str] | None = None, **rest: object) -> GiftQuestion:
        titled = _TITLE.match(self.block)
        first = len(self.block) - len(self.block.lstrip(" \t\r\n" + _HIDDEN))
        fields: dict[str, object] = {"stem": formatted(self.block[begin:], "moodle"), **rest}
        return GiftQuestion(
            type,
            start=self.offset + first,
            title=" ".join(unescaped(titled[1]).split()) if titled else "",
            identifier=self.identifier,
            tags=self.tags,
            category=self.category,
            mistakes=(mistake,) if mistake else (),
            **fields,  # type: ignore[arg-type]
        )

    def _answered(self, begin: int, opening: int, closing: int) -> GiftQuestion:
        after = re.sub(r"^[ \t\0]*//.*", "", self.block[closing + 1 :])
        before = self.block[begin:opening]
        embedded = bool(after.replace(_HIDDEN, "").strip())
        space = "" if not before or before[-1:].isspace() or before.isspace() else " "
        stem = formatted(before + (f"{space}_____{after}" if embedded else ""), "moodle")
        if not before.replace(_HIDDEN, "").strip() and (prefix := _FORMAT.match(after)):
            stem = GiftText(prefix[1].lower(), f"_____ {unescaped(after[prefix.end() :]).strip()}")
        general = _find(self.block, "####", opening + 1, closing)
        end = general if general >= 0 else closing
        feedback = formatted(self.block[general + 4 : closing], stem.format) if general >= 0 else None
        answers = _Answers(self.block[:end], self.offset, stem.format)
        found = answers.parse(opening + 1)
        mistake: tuple[str, str] | None = found.pop("mistake", None)  # type: ignore[assignment]
        if _find(after, "{", 0) >= 0 or _find(after, "}", 0) >= 0:
            mistake = ("brace-unescaped", "There is another brace after the answers. Escape it with a backslash.")
        return self._question(
            begin=begin,
            stem=stem,
            embedded=embedded,
            general_feedback=feedback,
            mistake=mistake,
            **found,  # type: ignore[arg-type]
        )


def formatted(raw: str, default: str) -> GiftText:
    """A text with the format that it begins with, or else the one of its question."""
    prefix = _FORMAT.match(raw)
    rest = raw[prefix.end() :] if prefix else raw
    return GiftText(prefix[1].lower() if prefix else default, unescaped(rest).strip())


@dataclass(frozen=True)
class _Answers:
    """The text up to the end of the answers."""

    text: str
    offset: int
    format: str

    def parse(self, begin: int) -> dict[str, object]:
        """The fields of the question that answers from `begin` make."""
        body = self.text[begin:]
        shown = body.replace(_HIDDEN, " ").strip()
        if not shown:
            return {"type": ESSAY}
        if shown.startswith("#"):
            return self._numerical(begin + body.index("#") + 1)
        if truth := _TRUTH.match(body):
            return self._statement(truth, begin)
        entries = self._entries(begin)
        if not entries:
            text, feedback = self._parts(body)
            entries = [Entry(True, None, text, feedback, self.offset + begin, self.offset + begin)]
        type = SHORT
        if any(not entry.right for entry in entries):
            type = CHOICE
        elif all(entry.match for entry in entries):
            type = MATCHING
        return {"type": type, "entries": tuple(entries), "mistake": self._wrong_weight(begin)}

    def _wrong_weight(self, begin: int) -> tuple[str, str] | None:
        """A weight that is no number from -100 to 100."""
        weights = [_WEIGHT.match(self.text, place) for place, _ in _split(self.text, "=~", begin)[1:]]
        numbers = [number_of(weight[1]) for weight in weights if weight]
        if all(number is not None and abs(number) <= 100 for number in numbers):
            return None
        return "not-a-weight", "A weight is no number from -100 to 100."

    def _statement(self, truth: re.Match[str], begin: int) -> dict[str, object]:
        parts = _split(self.text, "#", begin + truth.end())[1:]
        texts = [formatted(self.text[start:end], self.format) for start, end in parts]
        shown = [text if text.text else None for text in texts] + [None, None]
        place = (self.offset + begin + truth.start(1), self.offset + begin + truth.end(1))
        mistake = ("statement-feedback", "A statement has at most two feedbacks.") if len(texts) > 2 else None
        true = truth[1].upper().startswith("T")
        return {
            "type": TRUE_FALSE,
            "true": true,
            "truth_place": place,
            "feedback": tuple(shown[:2]),
            "mistake": mistake,
        }

    def _entries(self, begin: int) -> list[Entry]:
        places = [place for place, _ in _split(self.text, "=~", begin)[1:]]
        ends = [*(place - 1 for place in places[1:]), *([len(self.text)] if places else [])]
        return [self._entry(place, end) for place, end in zip(places, ends, strict=True)]

    def _entry(self, place: int, end: int) -> Entry:
        weighted = _WEIGHT.match(self.text, place, end)
        begin = weighted.end() if weighted else place
        text, feedback = self._parts(self.text[begin:end])
        left, arrow, right = self.text[begin:end].partition("->")
        return Entry(
            self.text[place - 1] == "=",
            number_of(weighted[1]) if weighted else None,
            text,
            feedback,
            self.offset + place - 1,
            self.offset + begin,
            match=(formatted(left, self.format), unescaped(right).strip()) if arrow else None,
        )

    def _parts(self, raw: str) -> tuple[GiftText, GiftText | None]:
        """The text and its feedback."""
        sign = _find(raw, "#", 0)
        text = formatted(raw if sign < 0 else raw[:sign], self.format)
        feedback = formatted(raw[sign + 1 :], self.format) if sign >= 0 else None
        return text, feedback if feedback and feedback.text else None

    def _numerical(self, begin: int) -> dict[str, object]:
        entries = self._entries(begin)
        if not entries:
            text, feedback = self._parts(self.text[begin:])
            entries = [Entry(True, None, text, feedback, self.offset + begin, self.offset + begin)]
        numbers = [_interval(entry.text.text) for entry in entries]
        mistake = self._wrong_weight(begin)
        if any(
            number is None and entry.text.text not in ("", "*") for number, entry in zip(numbers, entries, strict=True)
        ):
            mistake = ("not-a-number", "An answer is no number, no number with a tolerance, and no range.")
        found = [
            replace(entry, low=number[0], high=number[1]) if number else entry
            for entry, number in zip(entries, numbers, strict=True)
        ]
        return {"type": NUMERICAL, "entries": tuple(found), "mistake": mistake}


def _interval(text: str) -> tuple[Decimal, Decimal] | None:
    """The ends of `5`, `5:0.1` or `4.9..5.1`."""
    found = _INTERVAL.fullmatch(text)
    numbers = [number_of(part) for part in found.groups() if part] if found else []
    if not found or None in numbers:
        return None
    first = numbers[0]
    second = numbers[-1]
    assert first is not None
    assert second is not None
    if found[3]:
        return first - second, first + second
    return first, second


def number_of(text: str) -> Decimal | None:
    """The number that a text is, within what programs for quizzes hold, or None."""
    try:
        number = Decimal(text.strip())
    except DecimalException:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 400 else None


def _find(text: str, sign: str, begin: int, end: int | None = None) -> int:
    """The first place of a sign that is not escaped, or -1."""
    place = text.find(sign, begin, end)
    while place >= 0 and _is_escaped(text, place):
        place = text.find(sign, place + 1, end)
    return place


def _is_escaped(text: str, place: int) -> bool:
    first = place
    while first and text[first - 1] == "\\":
        first -= 1
    return (place - first) % 2 == 1


def _split(text: str, signs: str, begin: int) -> Sequence[tuple[int, int]]:
    """The pieces of a text, as places, between signs that are not escaped."""
    found = re.finditer(rf"\\.|([{signs}])", text[begin:], re.S)
    places = [begin + sign.start() for sign in found if sign[1]]
    return list(zip([begin, *(place + 1 for place in places)], [*places, len(text)], strict=True))
