"""The JSON of jupyterquiz, which shows quizzes in Jupyter notebooks.

Its texts are HTML with formulas between dollar signs. Titles, explanations and what else it does not show are members
that it ignores.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException
from pathlib import PurePosixPath
from typing import Any, ClassVar

from practicum.exchange import json_source
from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Bank,
    BankOption,
    Choice,
    ColumnMap,
    Item,
    NumberAnswer,
    Remark,
    ShortAnswer,
    Unsupported,
    WrittenBank,
)
from practicum.exchange.base import BankFile, Format, NotInFormat, UnreadableBank
from practicum.exchange.json_source import Json, Number, Value
from practicum.exchange.markup import to_inline_html, to_markdown
from practicum.exchange.source_text import Edit, SourceText, decode, without_surrogates

ONE, MANY, NUMERIC, STRING = "multiple_choice", "many_choice", "numeric", "string"
RIGHT = Decimal(100)

_LINK = re.compile(r"\[([^\[\]\n]*)\]\(([^()\n]*)\)|<(http[^<>\n]*)>")
_FORMULA = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$|(?<!\\)\$(.+?)(?<!\\)\$", re.S)


class JupyterQuiz(Format):
    """A list of questions in JSON."""

    name = "jupyterquiz"
    title = "jupyterquiz"
    suffixes = (".json",)
    answers: ClassVar[frozenset[type]] = frozenset({Choice, ShortAnswer, NumberAnswer})

    def recognizes(self, file: BankFile) -> bool:
        if file.suffix not in self.suffixes or b'"answers"' not in file.content:
            return False
        try:
            first = next(iter(_questions(decode(file))), None)
        except UnreadableBank:
            return False
        fields = first.value if first else None
        return isinstance(fields, dict) and fields.get("type") in (ONE, MANY, NUMERIC, STRING) and "answers" in fields

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        source = decode(file)
        reader = _Reader(source)
        items = tuple(reader.item(value) for value in _questions(source))
        return Bank(PurePosixPath(file.path).stem, items, remarks=tuple(reader.remarks))

    def write(self, bank: Bank) -> WrittenBank:
        remarks: list[Remark] = []
        questions = [question for item in bank.items for question in _written(item, remarks)]
        return WrittenBank((json_source.dumped(questions, 2) + "\n").encode(), tuple(remarks))

    def correct(self, file: BankFile, keys: Mapping[str, frozenset[int]], columns: ColumnMap | None = None) -> bytes:
        source = decode(file)
        places = {_identifier(value): value.start for value in _questions(source)}
        return source.edited(
            edit for name, right in keys.items() for edit in _edits(source.text, places[name], right, name)
        )


def _questions(source: SourceText) -> Iterator[Value]:
    """The questions in a file. Raises UnreadableBank."""
    top = json_source.parse(source)
    if not isinstance(top.value, list):
        raise source.refused("not-jupyterquiz", "The file is no list of questions.", top.start)
    return json_source.members(source.text, top.start)


def _identifier(value: Value) -> str:
    return f"q{int(value.key) + 1}"


class _Malformed(Exception):
    """A question lacks what its type needs."""


@dataclass
class _Reader:
    """Reads questions, and notes what it cannot read."""

    source: SourceText
    remarks: list[Remark] = field(default_factory=list)

    def item(self, value: Value) -> Item:
        """The item that a question is, of an unsupported type if it lacks what it needs."""
        fields: dict[str, Any] = value.value if isinstance(value.value, dict) else {}
        name, line = _identifier(value), self.source.line_at(value.start)
        try:
            answer = self._answer(fields, value)
        except _Malformed as error:
            answer = Unsupported(_string(fields.get("type")) or "question")
            self._remark(value, "malformed-question", str(error))
        return Item(
            name,
            self._text(fields.get("question"), value),
            answer,
            title=_string(fields.get("title")),
            feedback=self._text(fields.get("explanation"), value),
            hints=tuple(self._text(hint, value) for hint in _strings(fields.get("hints"))),
            code=html.unescape(_string(fields.get("code"))),
            points=_number(fields.get("points"), Decimal(1)),
            category=tuple(_strings(fields.get("category"))),
            tags=tuple(_strings(fields.get("tags"))),
            path=self.source.path,
            line=line,
        )

    def _answer(self, fields: dict[str, Any], value: Value) -> Answer:
        answers = fields.get("answers")
        type = fields.get("type")
        if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
            raise _Malformed("The question has no list of answers.")
        if type in (ONE, MANY):
            return self._choice(answers, type == MANY, value)
        listed = [answer for answer in answers if answer.get("type") != "default"]
        if len(listed) < len(answers) and type in (NUMERIC, STRING):
            self._remark(value, "feedback-dropped", "The feedback for any other answer is left out.")
        if type == STRING:
            return self._short(listed, value)
        if type == NUMERIC:
            return self._numeric(listed, fields.get("precision"), value)
        raise _Malformed(f"Questions of the type {type!r} are not known.")

    def _choice(self, answers: list[dict[str, Any]], several: bool, value: Value) -> Choice:
        right = [answer.get("correct") is True for answer in answers]
        credit = RIGHT / sum(right) if several and any(right) else RIGHT
        return Choice(
            tuple(
                BankOption(
                    self._option(answer, value),
                    credit if is_right else Decimal(0),
                    self._text(answer.get("feedback"), value),
                )
                for answer, is_right in zip(answers, right, strict=True)
            ),
            several,
        )

    def _option(self, answer: dict[str, Any], value: Value) -> str:
        """The text of an option, and its code below it."""
        text, code = self._text(answer.get("answer"), value), html.unescape(_string(answer.get("code"))).strip("\n")
        ticks = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", code)), 3)
        return "\n\n".join(filter(None, [text, f"{ticks}\n{code}\n{ticks}" if code else ""]))

    def _short(self, answers: list[dict[str, Any]], value: Value) -> ShortAnswer:
        cases = {answer.get("match_case") is True for answer in answers}
        if len(cases) > 1:
            self._remark(value, "case-dropped", "Some of the answers are compared with case: now all are.")
        if any("fuzzy_threshold" in answer for answer in answers):
            self._remark(value, "fuzzy-match-dropped", "Answers that are only similar are no longer accepted.")
        return ShortAnswer(
            tuple(
                AcceptedText(_string(answer.get("answer")), _credit(answer), self._text(answer.get("feedback"), value))
                for answer in answers
            ),
            True in cases,
        )

    def _numeric(self, answers: list[dict[str, Any]], precision: Json, value: Value) -> NumberAnswer:
        digits = int(_number(precision, Decimal(0))) if precision is not None else 0
        accepted: list[AcceptedNumber] = []
        half_open = False
        for answer in answers:
            number = _interval(answer, digits, self._text(answer.get("feedback"), value))
            if half_open and (accepted[-1].high, number.credit, number.feedback) == (
                number.low,
                accepted[-1].credit,
                accepted[-1].feedback,
            ):
                half_open = False
                continue
            self._note_end(half_open, value)
            half_open = "value" not in answer and number.low < number.high
            accepted.append(number)
        self._note_end(half_open, value)
        return NumberAnswer(tuple(accepted))

    def _note_end(self, half_open: bool, value: Value) -> None:
        if half_open:
            self._remark(value, "range-end", "The number at which a range ends now belongs to it.")

    def _text(self, markup: Json, value: Value) -> str:
        converted = to_markdown(_formulas_and_links(without_surrogates(_string(markup))))
        if converted.dropped:
            self._remark(value, "style-dropped", f"Left out: {', '.join(converted.dropped)}.")
        return converted.text

    def _remark(self, value: Value, code: str, message: str) -> None:
        line = self.source.line_at(value.start)
        self.remarks.append(Remark(self.source.path, line, _identifier(value), code, message))


def _formulas_and_links(markup: str) -> str:
    """What jupyterquiz takes from Markdown, as HTML."""
    linked = _LINK.sub(lambda found: _anchor(found[2] or found[3], found[1] or found[3]), markup)
    marked = _FORMULA.sub(lambda found: rf"\[{found[1]}\]" if found[1] else rf"\({found[2]}\)", linked)
    return marked.replace(r"\$", "$")


def _anchor(address: str, text: str) -> str:
    return f'<a href="{html.escape(address)}">{text}</a>'


def _string(value: Json) -> str:
    return without_surrogates(str(value)) if isinstance(value, str) else ""


def _strings(value: Json) -> list[str]:
    return [_string(part) for part in value] if isinstance(value, list) else []


def _number(value: Json, default: Decimal | None = None) -> Decimal:
    if value is None and default is not None:
        return default
    try:
        number = Decimal(str(value)) if isinstance(value, Number) else Decimal("NaN")
    except DecimalException:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 400:
        raise _Malformed(f"{value!r} is not a number.")
    return number


def _credit(answer: dict[str, Any]) -> Decimal:
    return RIGHT if answer.get("correct") is True else Decimal(0)


def _interval(answer: dict[str, Any], digits: int, feedback: str) -> AcceptedNumber:
    """The numbers that an answer means, which jupyterquiz rounds to a number of digits before it compares them."""
    if "value" in answer:
        number = _number(answer["value"])
        if not digits or not number:
            return AcceptedNumber(number, number, _credit(answer), feedback)
        unit = Decimal(1).scaleb(number.adjusted() - digits + 1)
        return AcceptedNumber.around(number.quantize(unit), unit / 2, credit=_credit(answer), feedback=feedback)
    ends = answer.get("range")
    if not isinstance(ends, list) or len(ends) != 2:
        raise _Malformed("An answer has neither a value nor a range of two numbers.")
    return AcceptedNumber(_number(ends[0]), _number(ends[1]), _credit(answer), feedback)


def _written(item: Item, remarks: list[Remark]) -> Iterator[dict[str, Json]]:
    """The question for an item, unless it cannot be one. Notes what it lacks."""

    def note(code: str, message: str) -> None:
        remarks.append(Remark(item.path, item.line, item.identifier, code, message))

    match item.answer:
        case Choice() as choice:
            _note_choice(choice, note)
            answers: list[Json] = [_written_option(option) for option in choice.options]
            type = MANY if choice.several else ONE
        case ShortAnswer() as short:
            answers, type = [_written_text(text, short.case_sensitive) for text in short.accepted], STRING
            _note_credits([text.credit for text in short.accepted], RIGHT, note)
        case NumberAnswer() as numeric:
            answers, type = [answer for number in numeric.accepted for answer in _written_number(number)], NUMERIC
            _note_credits([number.credit for number in numeric.accepted], RIGHT, note)
        case other:
            return note("not-in-format", f"jupyterquiz has no question for {_class_name(other)}. It is left out.")
    yield {"type": type, "question": _html(item.text), **_code(item), "answers": answers, **_ignored(item)}


def _class_name(answer: Answer) -> str:
    return "an answer of the type " + (answer.type if isinstance(answer, Unsupported) else type(answer).__name__)


def _code(item: Item) -> dict[str, Json]:
    return {"code": html.escape(item.code, quote=False)} if item.code else {}


def _ignored(item: Item) -> dict[str, Json]:
    """Members that jupyterquiz does not show."""
    members: dict[str, Json] = {
        "title": item.title,
        "explanation": _html(item.feedback),
        "hints": [_html(hint) for hint in item.hints],
        "category": list(item.category),
        "tags": list(item.tags),
        "points": Number(item.points) if item.points != 1 else "",
    }
    return {name: value for name, value in members.items() if value}


def _note_choice(choice: Choice, note: Any) -> None:
    right = sum(option.key for option in choice.options)
    _note_credits(
        [option.credit for option in choice.options], RIGHT / right if choice.several and right else RIGHT, note
    )
    if not choice.shuffle:
        note("order-dropped", "The order of the options is not kept.")
    if choice.true_false:
        note("true-false-as-choice", "The statement becomes a choice of True and False.")


def _note_credits(credits: Sequence[Decimal], full: Decimal, note: Any) -> None:
    if not set(credits) <= {full, Decimal(0)}:
        note("credit-dropped", "Answers are only right or wrong: parts of the points are left out.")


def _written_option(option: BankOption) -> dict[str, Json]:
    return {"answer": _html(option.text), "correct": option.key, **_feedback(option.feedback)}


def _written_text(accepted: AcceptedText, case: bool) -> dict[str, Json]:
    match = {"match_case": True} if case else {}
    return {"answer": accepted.text, "correct": accepted.credit > 0, **match, **_feedback(accepted.feedback)}


def _written_number(accepted: AcceptedNumber) -> Iterator[dict[str, Json]]:
    """A value, or a range and the number at its end, which jupyterquiz does not count to it."""
    rest: dict[str, Json] = {"correct": accepted.credit > 0, **_feedback(accepted.feedback)}
    if accepted.low != accepted.high:
        yield {"type": "range", "range": [Number(accepted.low), Number(accepted.high)], **rest}
    yield {"type": "value", "value": Number(accepted.high), **rest}


def _feedback(text: str) -> dict[str, Json]:
    return {"feedback": _html(text)} if text else {}


def _html(markdown: str) -> str:
    """HTML in which jupyterquiz finds no formula or link that is none."""
    return to_inline_html(markdown).replace("$", "&#36;").replace("](", "]&#40;")


def _edits(text: str, start: int, right: frozenset[int], name: str) -> Iterator[Edit]:
    """The edits that make other answers of a choice right."""
    answers = json_source.member(text, start, "answers")
    for answer in json_source.members(text, answers.start) if answers else ():
        flag = json_source.member(text, answer.start, "correct")
        if flag is None:
            message = f"The key of {name} cannot be corrected in place. Edit the file by hand."
            raise NotInFormat("format-not-corrected", message)
        if (flag.value is True) != (answer.key in right):
            yield Edit(flag.start, flag.end, json_source.dumped(answer.key in right))
