"""From the cells of a notebook to items."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Bank,
    BankOption,
    Choice,
    CodeAnswer,
    CodeTest,
    Description,
    Essay,
    Item,
    NumberAnswer,
    Remark,
    ShortAnswer,
)
from practicum.exchange.item_reading import Collected, number
from practicum.exchange.markup import markdown_parser, to_plain
from practicum.exchange.notebook import nbgrader
from practicum.exchange.notebook.cells import (
    ANSWER,
    CHECK,
    CODE,
    DESCRIPTION,
    EXPLANATION,
    HIDDEN,
    HINT,
    MARKDOWN,
    NUMBER,
    PROBLEMS,
    SAMPLE,
    SNIPPET,
    SOLUTION,
    START,
    Cell,
)
from practicum.exchange.notebook.options import TaskOption, split_options

_HEADING = re.compile(r"#{1,6}[ \t]+([^\n]+?)[ \t]*(?:\n+|\Z)")
_MAGIC = re.compile(r"^[ \t]*[%!][^\n]*$", re.M)
_TOLERANCE = re.compile(r"([^±]+?)\s*(?:±\s*([^±]+))?")
_ATTACHED = re.compile(r"\]\(attachment:([^)\s]+)\)")
_FULL = Decimal(100)


@dataclass
class _Gathered:
    """The cells of one item while they are gathered."""

    statements: list[Cell]
    parts: dict[str, list[Cell]] = field(default_factory=dict)
    exercise: list[Cell] = field(default_factory=list)
    """Those of nbgrader."""
    given: str = ""
    """Code that ran before."""

    def sources(self, part: str) -> list[str]:
        return [cell.source for cell in self.parts.get(part, ())]

    @property
    def is_answered(self) -> bool:
        return any(nbgrader.is_solution(cell.nbgrader) for cell in self.exercise)


@dataclass
class Reader:
    """Reads items, and notes what it cannot read."""

    path: str
    items: list[Item] = field(default_factory=list)
    statements: dict[str, Cell] = field(default_factory=dict)
    """The first cell of each item by its identifier."""
    title: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    collected: Collected = field(default_factory=lambda: Collected(""))
    _current: _Gathered | None = None
    _before: list[Cell] = field(default_factory=list)
    """Markdown cells since the last code, which may ask what an exercise of nbgrader answers."""
    _ran: list[str] = field(default_factory=list)
    """Code that a notebook has run before its next exercise of nbgrader."""
    _untagged: list[str] = field(default_factory=list)
    """The part of it that belongs to no item, on which tagged problems may build."""
    _unread: int = 0

    def read(self, cells: Sequence[Cell]) -> None:
        """Read the cells of a notebook."""
        self.collected.path = self.path
        for at, cell in enumerate(cells):
            if at == 0 and not cell.begins and cell.kind == MARKDOWN and (head := _HEADING.match(cell.source)):
                self.title, self.about = to_plain(head[1]), dict(cell.own)
            self._add(cell, is_title=at == 0 and _HEADING.fullmatch(cell.source) is not None)
        self._finish()
        if self._unread:
            message = f"{self._unread} cells belong to no problem, and are not read."
            self.collected.remarks.append(Remark(self.path, 0, "", "cells-not-read", message))

    def bank(self, name: str) -> Bank:
        """What was read, by its title or the name of its file."""
        return Bank(
            self.title or name,
            tuple(self.items),
            source=_string(self.about.get("source")),
            licence=_string(self.about.get("licence")),
            resources=self.collected.resources,
            remarks=tuple(self.collected.remarks),
        )

    def _add(self, cell: Cell, is_title: bool) -> None:
        if cell.begins:
            self._finish()
            self._current = _Gathered([cell], given="\n\n".join(self._untagged))
        elif nbgrader.is_solution(cell.nbgrader) or nbgrader.is_test(cell.nbgrader):
            self._add_exercise(cell)
        elif cell.part and self._current:
            self._current.parts.setdefault(cell.part, []).append(cell)
        elif cell.source.strip() and not is_title:
            self._add_other(cell)

    def _add_exercise(self, cell: Cell) -> None:
        """A cell of nbgrader: what is answered begins an item, unless the one before waits for it."""
        answers = nbgrader.is_solution(cell.nbgrader)
        if self._current is None or (answers and self._current.is_answered):
            asked = [] if cell.nbgrader.get("task") is True else self._before
            self._finish(len(asked))
            self._current = _Gathered([*asked] or [cell])
        self._before = []
        if answers and not self._current.is_answered:
            self._current.given = "\n\n".join(self._ran)
        self._current.exercise.append(cell)
        if answers and cell.kind == CODE:
            start, solution = nbgrader.split_solution(cell.source)
            self._ran.append(_python(solution or start))

    def _add_other(self, cell: Cell) -> None:
        """A cell without a part: code that later exercises build on, or what may ask the next one."""
        self._unread += 1
        if cell.kind == CODE:
            self._before = []
            self._ran.append(_python(cell.source))
            self._untagged.append(_python(cell.source))
        elif cell.kind == MARKDOWN:
            if self._current and self._current.exercise:
                self._finish()
            self._before.append(cell)

    def _finish(self, asked: int = 0) -> None:
        """Make an item of what was gathered. `asked` cells of those that seemed to belong to none do."""
        self._unread -= asked
        gathered, self._current = self._current, None
        if gathered is None:
            return
        first = gathered.statements[0]
        place = len(self.items) + 1
        graded = next((cell for cell in gathered.exercise if cell.nbgrader.get("grade_id")), None)
        wanted = _string(first.own.get("id")) or (_string(graded.nbgrader["grade_id"]) if graded else "") or first.id
        name = self.collected.unique(wanted, place)
        self.statements[name] = first
        self.items.append(_ItemReading(self, gathered, name).item())


@dataclass
class _ItemReading:
    """The reading of the cells of one item."""

    reader: Reader
    gathered: _Gathered
    name: str

    def item(self) -> Item:
        """The item."""
        gathered, first = self.gathered, self.gathered.statements[0]
        own = first.own
        asked = [self._text(cell) for cell in gathered.statements if cell.kind == MARKDOWN]
        title, text = _title(own, "\n\n".join(asked))
        text, options = split_options(text)
        answer = self._answer(options)
        code = [gathered.given if isinstance(answer, CodeAnswer) else "", *map(self._code, gathered.sources(SNIPPET))]
        return Item(
            self.name,
            text,
            answer,
            title=title,
            feedback="\n\n".join(self._texts(EXPLANATION)),
            hints=tuple(self._texts(HINT)),
            code="\n\n".join(filter(None, code)),
            points=self._points(own),
            category=tuple(map(_string, own["category"])) if isinstance(own.get("category"), list) else (),
            tags=tuple(tag for tag in first.tags if tag not in PROBLEMS and tag != DESCRIPTION),
            path=self.reader.path,
            line=first.line,
            proof=_string(own.get("proof")),
        )

    def _answer(self, options: list[TaskOption]) -> Answer:
        parts, own = self.gathered.parts, self.gathered.statements[0].own
        if options:
            return self._choice(options)
        if self.gathered.exercise:
            return self._exercise()
        if SOLUTION in parts or CHECK in parts or START in parts:
            return self._code_answer()
        if ANSWER in parts:
            texts = [text for source in self.gathered.sources(ANSWER) for text in _listed(source)]
            return ShortAnswer(tuple(map(AcceptedText, texts)), own.get("case_sensitive") is True)
        if NUMBER in parts:
            numbers = [text for source in self.gathered.sources(NUMBER) for text in _listed(source)]
            return NumberAnswer(tuple(filter(None, map(self._number, numbers))))
        if SAMPLE not in parts and DESCRIPTION in self.gathered.statements[0].tags:
            return Description()
        return Essay("\n\n".join(self._texts(SAMPLE)))

    def _choice(self, options: list[TaskOption]) -> Choice:
        """Several options may be picked if several are right, unless the metadata says it."""
        own = self.gathered.statements[0].own
        right = sum(option.right for option in options)
        if not right:
            self._remark("key-missing", "No option is marked as right.")
        several = own["several"] if isinstance(own.get("several"), bool) else right > 1
        credit = _FULL / right if several and right else _FULL
        listed = [BankOption(each.text, credit if each.right else Decimal(0), each.feedback) for each in options]
        return Choice(tuple(listed), several, own.get("shuffle") is not False, own.get("true_false") is True)

    def _code_answer(self) -> CodeAnswer:
        sources, own = self.gathered.sources, self.gathered.statements[0].own
        return CodeAnswer(
            "\n\n".join(map(self._code, sources(START))),
            "\n\n".join(map(self._code, sources(SOLUTION))),
            tuple(self._check(cell) for cell in self.gathered.parts.get(CHECK, ())),
            _string(own.get("language")) or "python",
        )

    def _check(self, cell: Cell) -> CodeTest:
        prints = cell.own.get("prints")
        worth = number(_string(cell.own.get("points")))
        return CodeTest(
            self._code(cell.source),
            _string(cell.own.get("stdin")),
            _string(prints) if isinstance(prints, str) else None,
            HIDDEN in cell.tags,
            Decimal(1) if worth is None else worth,
        )

    def _exercise(self) -> Answer:
        """The answer of an exercise of nbgrader: code, or a text that a person grades."""
        answers = [cell for cell in self.gathered.exercise if nbgrader.is_solution(cell.nbgrader)]
        tests = [cell for cell in self.gathered.exercise if nbgrader.is_test(cell.nbgrader)]
        if not tests and answers and answers[0].kind == MARKDOWN:
            task = answers[0].nbgrader.get("task") is True
            return Essay("" if task else "\n\n".join(nbgrader.split_solution(self._text(cell))[1] for cell in answers))
        split = [nbgrader.split_solution(self._code(cell.source)) for cell in answers if cell.kind == CODE]
        found = [
            test
            for cell in tests
            for test in nbgrader.split_tests(self._code(cell.source), nbgrader.points(cell.nbgrader) or Decimal(0))
        ]
        solution = "\n\n".join(solution for _, solution in split) if all(solution for _, solution in split) else ""
        return CodeAnswer("\n\n".join(start for start, _ in split), solution, tuple(found))

    def _points(self, own: Any) -> Decimal:
        said = number(_string(own.get("points")))
        graded = [worth for cell in self.gathered.exercise if (worth := nbgrader.points(cell.nbgrader)) is not None]
        if said is not None:
            return said
        return sum(graded, Decimal(0)) if graded else Decimal(1)

    def _number(self, text: str) -> AcceptedNumber | None:
        found = _TOLERANCE.fullmatch(text.strip())
        value = number(found[1]) if found else None
        tolerance = number(found[2]) if found and found[2] else Decimal(0)
        if value is None or tolerance is None:
            self._remark("malformed-number", f"{text!r} is no number, and no number ± another.")
            return None
        return AcceptedNumber.around(value, tolerance)

    def _texts(self, part: str) -> list[str]:
        return [self._text(cell) for cell in self.gathered.parts.get(part, ())]

    def _text(self, cell: Cell) -> str:
        """The text of a cell, with its attachments as files of the bank."""

        def kept(found: re.Match[str]) -> str:
            try:
                content = base64.b64decode(cell.attachments.get(found[1], ""))
            except (binascii.Error, ValueError):
                content = b""
            if not content:
                self._remark("broken-image", f"The attachment {found[1]} is missing or damaged.")
                return found[0]
            return f"]({self.reader.collected.resource(found[1], content)})"

        return _ATTACHED.sub(kept, cell.source).strip()

    def _code(self, source: str) -> str:
        if _MAGIC.search(source):
            self._remark("magic-dropped", "Commands of IPython, which begin with % or !, are left out.")
        return _python(source)

    def _remark(self, code: str, message: str) -> None:
        found = Remark(self.reader.path, self.gathered.statements[0].line, self.name, code, message)
        if found not in self.reader.collected.remarks:
            self.reader.collected.remarks.append(found)


def _python(source: str) -> str:
    """The source without commands of IPython."""
    if source.lstrip().startswith("%%"):
        return ""
    return _MAGIC.sub("", source).strip("\n") if _MAGIC.search(source) else source.strip("\n")


def _title(own: Any, text: str) -> tuple[str, str]:
    """The title and the rest of a text that may begin with it as a heading."""
    if isinstance(own.get("title"), str):
        return _string(own["title"]), text
    head = _HEADING.match(text)
    return (to_plain(head[1]), text[head.end() :]) if head else ("", text)


def _listed(source: str) -> list[str]:
    """The texts of a list, or the one text that a cell contains."""
    tokens = markdown_parser().parse(source)
    if not tokens or tokens[0].type != "bullet_list_open":
        return [to_plain(source)]
    lines = source.split("\n")
    places = [token.map for token in tokens if token.type == "list_item_open" and token.level == 1 and token.map]
    return [to_plain(re.sub(r"^\s*[-*+]\s+", "", "\n".join(lines[start:end]))) for start, end in places]


def _string(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode() if isinstance(value, str) else ""
