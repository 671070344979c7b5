"""Quizzes in Markdown pages: task lists, lettered options with a marked key or an answer below, and mkdocs-quiz."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from practicum.exchange.bank import (
    Answer,
    Bank,
    Choice,
    ColumnMap,
    Gaps,
    Item,
    Remark,
    ShortAnswer,
    Unsupported,
)
from practicum.exchange.base import BankFile, Format, UnreadableBank
from practicum.exchange.markdown_quiz.mkdocs import MkdocsQuiz, quizzes
from practicum.exchange.markdown_quiz.pieces import HEADING, pieces
from practicum.exchange.markdown_quiz.questions import Reader, collected
from practicum.exchange.plain_text import without_tags
from practicum.exchange.source_text import SourceText, decode


class MarkdownQuiz(Format):
    """Questions in a page of Markdown."""

    name = "markdown"
    title = "Markdown quizzes"
    suffixes = (".md", ".markdown", ".qmd")
    answers: ClassVar[frozenset[type]] = frozenset({Choice, ShortAnswer, Gaps})

    def recognizes(self, file: BankFile) -> bool:
        """A page with a question, and one that cannot be decoded, so that this is shown."""
        if file.suffix not in self.suffixes:
            return False
        try:
            return bool(self.read(file).items)
        except UnreadableBank:
            return True

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        source = decode(file)
        page = source.text.replace("\r\n", "\n")
        found = list(quizzes(page))
        bank = _of_mkdocs(source, page, found) if found else _of_page(source, page)
        return replace(bank, title=_title(page) or PurePosixPath(file.path).stem)


def _title(page: str) -> str:
    first = next((piece for piece in pieces(page[:2000]) if piece.kind == HEADING), None)
    return first.text if first and first.level == 1 else ""


def _of_page(source: SourceText, page: str) -> Bank:
    reader = Reader(source.path)
    for asked in collected(pieces(page)):
        reader.read(asked)
    return Bank("", tuple(reader.items), remarks=tuple(reader.remarks))


def _of_mkdocs(source: SourceText, page: str, found: list[MkdocsQuiz]) -> Bank:
    items: list[Item] = []
    remarks: list[Remark] = []
    for at, quiz in enumerate(found, 1):
        name, line = f"q{at}", page.count("\n", 0, quiz.place) + 1
        for code, message in _problems(quiz):
            remarks.append(Remark(source.path, line, name, code, message))
        text, feedback = without_tags(quiz.text).text, without_tags(quiz.explanation).text
        answer = quiz.answer or Unsupported("quiz without answers")
        items.append(Item(name, text, _converted(answer), feedback=feedback, path=source.path, line=line))
    return Bank("", tuple(items), remarks=tuple(remarks))


def _problems(quiz: MkdocsQuiz) -> list[tuple[str, str]]:
    if quiz.answer is None:
        return [("malformed-question", "The quiz has no answers.")]
    if isinstance(quiz.answer, Choice) and not any(option.key for option in quiz.answer.options):
        return [("key-missing", "No option is marked as right.")]
    return []


def _converted(answer: Answer) -> Answer:
    if not isinstance(answer, Choice):
        return answer
    options = [
        replace(option, text=without_tags(option.text).text, feedback=without_tags(option.feedback).text)
        for option in answer.options
    ]
    return replace(answer, options=tuple(options))
