"""The plain text of text2qti: numbered questions, lettered options, and `*` at the right one.

Code blocks that text2qti would run to print questions are not run here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import ClassVar

from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Bank,
    BankOption,
    Choice,
    ColumnMap,
    Description,
    Essay,
    Item,
    NumberAnswer,
    Remark,
    ShortAnswer,
    Unsupported,
)
from practicum.exchange.base import BankFile, Format, UnreadableBank
from practicum.exchange.item_reading import number
from practicum.exchange.plain_text import without_tags
from practicum.exchange.source_text import SourceText, decode

_SIGNS = {
    "question": r"\d+\.",
    "right": r"\*[a-zA-Z]\)",
    "wrong": r"[a-zA-Z]\)",
    "right of several": r"\[\*\]",
    "wrong of several": r"\[ ?\]",
    "accepted": r"\*",
    "feedback": r"\.\.\.",
    "feedback if right": r"\+",
    "feedback if wrong": r"\-",
    "solution": r"!",
    "number": r"=",
    "title": r"[Tt]itle:",
    "points": r"[Pp]oints:",
    "text title": r"[Tt]ext [Tt]itle:",
    "text": r"[Tt]ext:",
    "quiz title": r"[Qq]uiz [Tt]itle:",
    "quiz description": r"[Qq]uiz description:",
    "pick": r"(?:[Ss]olutions )?[Pp]ick:",
    "points per question": r"[Pp]oints per question:",
    "shuffle": r"[Ss]huffle answers:",
    "setting": r"(?:[Ss]how correct answers|[Oo]ne question at a time|[Cc]an't go back|[Ff]eedback is solution"
    r"|[Ss]olutions (?:sample|randomize) groups):",
}
_LINE = re.compile("|".join(f"(?P<_{at}>{sign}[ \t]+(?=\\S))" for at, sign in enumerate(_SIGNS.values())))
_WHOLE = {"essay": r"___+", "upload": r"\^\^\^+", "group": "GROUP", "end of group": "END_GROUP", "code": r"```+\s*\S.*"}
_ALONE = re.compile("|".join(f"(?P<_{at}>{sign})\\s*$" for at, sign in enumerate(_WHOLE.values())))
_ONE_LINE = {"points", "pick", "points per question", "number", "accepted", "shuffle", "setting"}
_ONE_PARAGRAPH = {"title", "text title", "quiz title"}
_LOOKS = re.compile(
    r"^\d+\.[ \t]+\S.*(?:\n(?![ \t]*\d+\.[ \t]).*)*?"
    r"\n(?:\*?[a-zA-Z]\)[ \t]|\[[* ]?\][ \t]|\*[ \t]+\S|=[ \t]+\S|___+\s*$)",
    re.M,
)
"""A question with an answer below it, before the next question."""
_FULL = Decimal(100)


@dataclass(frozen=True)
class Part:
    """What follows a sign, with the lines that continue it."""

    kind: str
    text: str
    place: int


class Text2Qti(Format):
    """Plain text for text2qti."""

    name = "text2qti"
    title = "text2qti"
    suffixes = (".txt",)
    answers: ClassVar[frozenset[type]] = frozenset({Choice, ShortAnswer, NumberAnswer, Essay, Description})

    def recognizes(self, file: BankFile) -> bool:
        try:
            return file.suffix in self.suffixes and _LOOKS.search(decode(file).text) is not None
        except UnreadableBank:
            return False

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        source = decode(file)
        reader = _Reader(source)
        reader.read(list(_parts(source)))
        title = reader.title or PurePosixPath(file.path).stem
        return Bank(title, tuple(reader.items), remarks=tuple(reader.remarks))


def _parts(source: SourceText) -> Iterator[Part]:
    """The signs of a file with their texts, without comments.

    Raises:
        UnreadableBank: Lines belong to no sign, or a comment or a code block does not end. Codes: `unexpected-text`,
            `not-closed`.
    """
    lines = _Lines(source)
    mistakes: list[Remark] = []
    while (line := lines.take()) is not None:
        place = lines.place
        if found := _ALONE.match(line):
            kind = list(_WHOLE)[int(str(found.lastgroup)[1:])]
            ended = kind != "code" or lines.skip_to(
                re.compile(re.escape(line[: len(line) - len(line.lstrip("`"))]) + r"\s*$")
            )
            mistakes += [] if ended else [_mistake(source, place, "not-closed", "The code block does not end.")]
            yield Part(kind, "", place)
        elif found := _LINE.match(line):
            kind = list(_SIGNS)[int(str(found.lastgroup)[1:])]
            yield Part(
                kind, "\n".join([line[found.end() :].strip(), *lines.continuing(kind, found)]).rstrip("\n"), place
            )
        elif line.startswith("COMMENT"):
            if not lines.skip_to(re.compile(r"END_COMMENT\s*$")):
                mistakes.append(_mistake(source, place, "not-closed", "The comment does not end."))
        elif line.strip() and not line.startswith("%"):
            mistakes.append(_mistake(source, place, "unexpected-text", "The line begins with no sign of text2qti."))
    if mistakes:
        raise UnreadableBank(mistakes)


def _mistake(source: SourceText, place: int, code: str, message: str) -> Remark:
    return Remark(source.path, source.line_at(place), "", code, message)


class _Lines:
    """The lines of a file, taken one after another."""

    def __init__(self, source: SourceText) -> None:
        self._lines = source.text.split("\n")
        self._at = 0
        self.place = 0
        self._next_place = 0

    def take(self) -> str | None:
        """The next line, or None."""
        if self._at >= len(self._lines):
            return None
        line = self._lines[self._at]
        self.place, self._next_place = self._next_place, self._next_place + len(line) + 1
        self._at += 1
        return line.removesuffix("\r")

    def continuing(self, kind: str, sign: re.Match[str]) -> Iterator[str]:
        """The lines that are indented as the text after a sign, or, after a word, as the first of them."""
        margin = None if str(sign[0]).rstrip().endswith(":") else " " * len(sign[0].expandtabs(4))
        if kind in _ONE_LINE:
            return
        while self._at < len(self._lines):
            line = self._lines[self._at].removesuffix("\r").expandtabs(4)
            if line.strip():
                margin = margin or " " * max(2, len(line) - len(line.lstrip(" ")))
                if not line.startswith(margin):
                    return
            elif kind in _ONE_PARAGRAPH:
                return
            self.take()
            yield line[len(margin or "") :].rstrip()

    def skip_to(self, end: re.Pattern[str]) -> bool:
        """Take the lines up to the one that ends, and return whether there is one."""
        while (line := self.take()) is not None:
            if end.match(line):
                return True
        return False


@dataclass
class _Reader:
    """Reads parts into items, and notes what it cannot read."""

    source: SourceText
    items: list[Item] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    title: str = ""
    shuffle: bool = False
    _title: str = ""
    _points: Decimal = Decimal(1)

    def read(self, parts: Sequence[Part]) -> None:
        """Read all parts."""
        at = 0
        while at < len(parts):
            part = parts[at]
            end = at + 1
            if part.kind == "question":
                while end < len(parts) and parts[end].kind in _OF_QUESTION:
                    end += 1
                self._question(part, parts[at + 1 : end])
            else:
                self._other(part)
            at = end

    def _other(self, part: Part) -> None:
        match part.kind:
            case "quiz title":
                self.title = part.text
            case "shuffle":
                self.shuffle = part.text.lower() == "true"
            case "title" | "text title":
                self._title = part.text
            case "points":
                self._points = number(part.text) or Decimal(1)
            case "text" | "quiz description":
                self._add(part, Description())
            case "group" | "end of group" | "pick" | "points per question" | "setting":
                if part.kind in ("pick", "points per question", "setting"):
                    self._remark("", part, "setting-dropped", "A setting of the quiz or of a group is left out.")
            case "code":
                self._remark(
                    "", part, "code-not-run", "A code block that prints questions is not run. Run text2qti first."
                )
            case _:
                self._remark("", part, "unexpected-text", "The line belongs to no question. It is left out.")

    def _question(self, part: Part, following: Sequence[Part]) -> None:
        name = f"q{len(self.items) + 1}"
        answers = [found for found in following if found.kind in _ANSWERS]
        general = [found for found in following if found.kind == "solution"]
        general += [
            found for found in following if found.kind == "feedback" and (not answers or found.place < answers[0].place)
        ]
        general.sort(key=lambda found: found.place)
        for found in following:
            if found.kind in ("feedback if right", "feedback if wrong"):
                self._remark(
                    name, found, "feedback-dropped", "The feedback for all right or all wrong answers is left out."
                )
        answer = self._answer(name, part, following)
        self._add(part, answer, "\n\n".join(self._text(name, found) for found in general))

    def _add(self, part: Part, answer: Answer, feedback: str = "") -> None:
        name = f"q{len(self.items) + 1}"
        line = self.source.line_at(part.place)
        text, title, points = self._text(name, part), self._title, self._points
        self.items.append(
            Item(name, text, answer, title=title, feedback=feedback, points=points, path=self.source.path, line=line)
        )
        self._title, self._points = "", Decimal(1)

    def _answer(self, name: str, part: Part, following: Sequence[Part]) -> Answer:
        kinds = {found.kind for found in following} & set(_ANSWERS)
        families = {_ANSWERS[kind] for kind in kinds}
        if len(families) != 1:
            message = "The question has no answer." if not families else "The question has answers of several types."
            self._remark(name, part, "malformed-question", message)
            return Unsupported("question without an answer")
        match families.pop():
            case "choice":
                return self._choice(name, part, following, several=False)
            case "several":
                return self._choice(name, part, following, several=True)
            case "text":
                return ShortAnswer(tuple(AcceptedText(found.text) for found in following if found.kind == "accepted"))
            case "number":
                return self._number(name, next(found for found in following if found.kind == "number"))
            case "essay":
                return Essay()
        self._remark(name, part, "unsupported-type", "Questions that ask for a file are not known.")
        return Unsupported("file upload")

    def _choice(self, name: str, part: Part, following: Sequence[Part], several: bool) -> Choice:
        options: list[BankOption] = []
        right = sum(found.kind.startswith("right") for found in following)
        credit = _FULL / right if several and right else _FULL
        for found in following:
            if found.kind in ("right", "wrong", "right of several", "wrong of several"):
                is_right = found.kind.startswith("right")
                options.append(BankOption(self._text(name, found), credit if is_right else Decimal(0)))
            elif found.kind == "feedback" and options:
                options[-1] = replace(options[-1], feedback=self._text(name, found))
        if not right:
            self._remark(name, part, "key-missing", "No option is marked as right.")
        true_false = [option.text.lower() for option in options] == ["true", "false"]
        options = [replace(option, text=option.text.capitalize()) for option in options] if true_false else options
        return Choice(tuple(options), several, self.shuffle, true_false and not several)

    def _number(self, name: str, part: Part) -> Answer:
        ends = _interval(part.text)
        if ends is None:
            self._remark(name, part, "not-a-number", f"`{part.text}` is no number, no range, and has no tolerance.")
            return Unsupported("number")
        return NumberAnswer((AcceptedNumber(*ends),))

    def _text(self, name: str, part: Part) -> str:
        converted = without_tags(part.text)
        if converted.dropped:
            self._remark(name, part, "style-dropped", f"Left out: {', '.join(converted.dropped)}.")
        return converted.text

    def _remark(self, name: str, part: Part, code: str, message: str) -> None:
        self.remarks.append(Remark(self.source.path, self.source.line_at(part.place), name, code, message))


_ANSWERS = {
    "right": "choice",
    "wrong": "choice",
    "right of several": "several",
    "wrong of several": "several",
    "accepted": "text",
    "number": "number",
    "essay": "essay",
    "upload": "upload",
}
"""What a question is, by the signs of its answers."""
_OF_QUESTION = {*_ANSWERS, "feedback", "feedback if right", "feedback if wrong", "solution"}


def _interval(text: str) -> tuple[Decimal, Decimal] | None:
    """The ends of `5`, `[4.9, 5.1]`, `5 +- 0.1` or `5 +- 2%`."""
    if text.startswith("[") and text.endswith("]") and "," in text:
        low, high = (number(part) for part in text[1:-1].split(",", 1))
        return None if low is None or high is None or low > high else (low, high)
    value_text, sign, margin_text = text.partition("+-")
    value, margin = number(value_text), number(margin_text.strip().removesuffix("%")) if sign else Decimal(0)
    if value is None or margin is None or margin < 0:
        return None
    margin = abs(value) * margin / 100 if margin_text.strip().endswith("%") else margin
    return value - margin, value + margin
