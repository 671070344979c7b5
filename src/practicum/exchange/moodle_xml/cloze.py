"""The embedded answers of Moodle's cloze questions: `{1:MULTICHOICE:=a~b}`."""

from __future__ import annotations

import html as references
import re
from dataclasses import dataclass
from decimal import Decimal

from practicum.exchange.bank import AcceptedNumber, AcceptedText, BankOption, Choice, NumberAnswer, ShortAnswer
from practicum.exchange.item_reading import ItemReading, credit_of, number, plain_number
from practicum.exchange.item_writing import ItemWriting

Gap = Choice | ShortAnswer | NumberAnswer

_GAP = re.compile(r"\{\s*(\d*)\s*:\s*([A-Z_]+)\s*:((?:\\.|[^\\}])*)\}", re.DOTALL)
_ANSWER = re.compile(r"~?(?:%(-?[\d.]+)%|(=))?((?:\\.|&(?:amp;)?#|[^\\~#])*)(?:#((?:\\.|[^\\~])*))?", re.DOTALL)
"""As in Moodle, the `#` of a character reference begins no feedback."""

_CHOICES = {"MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH"}
_SHUFFLED = {"MULTICHOICE_S", "MCS", "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"}
_RESPONSES = {"MULTIRESPONSE", "MR", "MULTIRESPONSE_H", "MRH"}
_RESPONSES_SHUFFLED = {"MULTIRESPONSE_S", "MRS", "MULTIRESPONSE_HS", "MRHS"}
_TEXTS = {"SHORTANSWER", "SA", "MW"}
_TEXTS_WITH_CASE = {"SHORTANSWER_C", "SAC", "MWC"}
_NUMBERS = {"NUMERICAL", "NM"}
TYPES = (
    _CHOICES | _SHUFFLED | _RESPONSES | _RESPONSES_SHUFFLED | _TEXTS | _TEXTS_WITH_CASE | _NUMBERS
)  # all names that Moodle has for them


@dataclass(frozen=True)
class _Answer:
    credit: Decimal
    text: str
    feedback: str


def read_cloze(html: str, reading: ItemReading) -> tuple[str, tuple[Gap, ...]]:
    """Return the text with `[[1]]` … in place of its answers, and these."""
    gaps: list[Gap] = []
    weights: set[str] = set()

    def replace(match: re.Match[str]) -> str:
        if match[2] not in TYPES:
            reading.remark("unsupported-gap", f"A gap of the type {match[2]} is not known.")
            return match[0]
        gaps.append(_gap(match[2], [_answer(part) for part in _ANSWER.finditer(match[3]) if part[0]], reading))
        weights.add(match[1] or "1")
        return f"[[{len(gaps)}]]"

    text = _GAP.sub(replace, html)
    if len(weights) > 1:
        reading.remark("gap-weights-dropped", "The gaps have different weights, which are not read.")
    return text, tuple(gaps)


def _answer(match: re.Match[str]) -> _Answer:
    credit = Decimal(100) if match[2] else credit_of(match[1] or "0")
    return _Answer(credit, _unescaped(match[3]).strip(), _unescaped(match[4] or "").strip())


def _unescaped(text: str) -> str:
    return re.sub(r"\\([}#~/\"\\])", r"\1", text)


def _gap(kind: str, answers: list[_Answer], reading: ItemReading) -> Gap:
    if kind in _TEXTS | _TEXTS_WITH_CASE:
        accepted = [
            AcceptedText(references.unescape(part.text), part.credit, reading.html(part.feedback)) for part in answers
        ]
        return ShortAnswer(tuple(accepted), case_sensitive=kind in _TEXTS_WITH_CASE)
    if kind in _NUMBERS:
        numbers = (_number(part, reading) for part in answers)
        return NumberAnswer(tuple(accepted for accepted in numbers if accepted is not None))
    options = (BankOption(reading.html(part.text), part.credit, reading.html(part.feedback)) for part in answers)
    return Choice(
        tuple(options),
        several=kind in _RESPONSES | _RESPONSES_SHUFFLED,
        shuffle=kind in _SHUFFLED | _RESPONSES_SHUFFLED,
    )


def _number(answer: _Answer, reading: ItemReading) -> AcceptedNumber | None:
    value, _, tolerance = references.unescape(answer.text).partition(":")
    middle, around = number(value), number(tolerance or "0")
    if middle is None or around is None:
        reading.remark("answer-dropped", f"{answer.text!r} is no number. It is not read.")
        return None
    feedback = reading.html(answer.feedback)
    return AcceptedNumber.around(middle, abs(around), credit=answer.credit, feedback=feedback)


def write_gap(gap: Gap, writing: ItemWriting) -> str:
    """Return an embedded answer."""
    return "{1:" + "".join([*_written(gap, writing)]) + "}"


def _written(gap: Gap, writing: ItemWriting) -> list[str]:
    if isinstance(gap, ShortAnswer):
        kind = "SHORTANSWER_C" if gap.case_sensitive else "SHORTANSWER"
        texts = (_part(text.credit, references.escape(text.text), text.feedback, writing) for text in gap.accepted)
        return [kind, ":", "~".join(texts)]
    if isinstance(gap, NumberAnswer):
        numbers = (_part(accepted.credit, _middle(accepted), accepted.feedback, writing) for accepted in gap.accepted)
        return ["NUMERICAL:", "~".join(numbers)]
    kind = ("MULTIRESPONSE" if gap.several else "MULTICHOICE") + ("_S" if gap.shuffle else "")
    options = (_part(option.credit, writing.inline(option.text), option.feedback, writing) for option in gap.options)
    return [kind, ":", "~".join(options)]


def _middle(accepted: AcceptedNumber) -> str:
    return f"{plain_number(accepted.value)}:{plain_number((accepted.high - accepted.low) / 2)}"


def _part(credit: Decimal, text: str, feedback: str, writing: ItemWriting) -> str:
    sign = "=" if credit == 100 else f"%{plain_number(credit)}%" if credit else ""
    shown = f"#{_escaped(writing.inline(feedback))}" if feedback else ""
    return sign + _escaped(text) + shown


def _escaped(text: str) -> str:
    """Text with a backslash before what ends it, and before a backslash that would be taken for such a one."""
    return re.sub(r"[}~]|(?<!&)#|\\(?=[}#~/\"\\]|$)", lambda match: "\\" + match[0], text)
