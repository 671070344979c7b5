"""Quizzes of mkdocs-quiz: between `<quiz>` and `</quiz>`, or, in its first versions, `<?quiz?>` and `<?/quiz?>`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from practicum.exchange.bank import AcceptedText, Answer, BankOption, Choice, Gaps, ShortAnswer

_BLOCK = re.compile(r"<quiz>((?:(?!<quiz>).)*?)</quiz>|<\?quiz\?>((?:(?!<\?quiz\?>).)*?)<\?/quiz\?>", re.S)
_FENCE = re.compile(r"^[ \t]*(`{3,}+|~{3,}+).*?^[ \t]*\1", re.M | re.S)
_OPTION = re.compile(r"[-*]\s*\[([xX ]?)\]\s*(.*)")
_FEEDBACK = re.compile(r"\s*>\s?(.*)")
_GAP = re.compile(r"\[\[([^\]\n]+)\]\]")
_FIELD = re.compile(r"(question|answer-correct|answer|content):[ \t]*(.*)")
_FULL, _NONE = Decimal(100), Decimal(0)


@dataclass(frozen=True)
class MkdocsQuiz:
    """A quiz as it is written."""

    text: str
    answer: Answer | None
    """None if it has no answers."""
    explanation: str
    place: int


def quizzes(page: str) -> Iterator[MkdocsQuiz]:
    """The quizzes of a page that are not in fences."""
    blocks = [found.span() for found in _BLOCK.finditer(page)]
    fences = [found.span() for found in _FENCE.finditer(page)]
    outer = [fence for fence in fences if not any(start < fence[0] < end for start, end in blocks)]
    for found in _BLOCK.finditer(page):
        if not any(start < found.start() < end for start, end in outer):
            yield _quiz(found[1], found.start()) if found[1] is not None else _first_version(found[2], found.start())


def _quiz(content: str, place: int) -> MkdocsQuiz:
    text, _, explanation = content.partition("\n---\n")
    if _GAP.search(_FENCE.sub("", text)):
        gaps = tuple(ShortAnswer((AcceptedText(gap.strip()),)) for gap in _GAP.findall(text))
        numbers = iter(range(1, len(gaps) + 1))
        return MkdocsQuiz(
            _GAP.sub(lambda _: f"[[{next(numbers)}]]", text).strip(), Gaps(gaps), explanation.strip(), place
        )
    return _choice(content.strip().split("\n"), place)


def _choice(lines: list[str], place: int) -> MkdocsQuiz:
    """The text above the options, the options with their feedback, and the text below."""
    first = next((at for at, line in enumerate(lines) if _OPTION.match(line.strip())), len(lines))
    options: list[tuple[str, bool]] = []
    feedback: list[list[str]] = []
    at = first
    while at < len(lines):
        line = lines[at]
        if found := _OPTION.match(line.strip()):
            options.append((found[2].strip(), found[1] in ("x", "X")))
            feedback.append([])
        elif options and lines[at - 1].strip() and (found := _FEEDBACK.match(line)):
            feedback[-1].append(found[1])
        elif line.strip():
            break
        at += 1
    answer = _answer(options, ["\n".join(texts).strip() for texts in feedback]) if options else None
    return MkdocsQuiz("\n".join(lines[:first]).strip(), answer, "\n".join(lines[at:]).strip(), place)


def _first_version(content: str, place: int) -> MkdocsQuiz:
    found = [_FIELD.match(line.strip()) for line in content.split("\n")]
    fields = [(field[1], field[2]) for field in found if field]
    options = [(text, name == "answer-correct") for name, text in fields if name.startswith("answer")]
    question = next((text for name, text in fields if name == "question"), "")
    explanation = content.partition("content:")[2].strip()
    return MkdocsQuiz(question, _answer(options, [""] * len(options)) if options else None, explanation, place)


def _answer(options: list[tuple[str, bool]], feedback: list[str]) -> Choice:
    """Several options may be picked if several are right, as in mkdocs-quiz."""
    right = sum(is_right for _, is_right in options)
    credit = _FULL / right if right > 1 else _FULL
    listed = [
        BankOption(text, credit if is_right else _NONE, said)
        for (text, is_right), said in zip(options, feedback, strict=True)
    ]
    return Choice(tuple(listed), right > 1)
