"""A problem file: front matter and Markdown in, a :class:`Problem` with all its variants out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from practicum import kinds
from practicum.course import draft as drafts
from practicum.course import tables
from practicum.course.draft import Chunk, Draft, DraftOption
from practicum.course.notes import Notes, suggestion
from practicum.model import Fix, Json, Option, Problem, Variant

VARIANTS = 200
"""The most variants a problem may have."""

FILE_ROLES = ("setup", "run", "start", "solution", "check")
"""What may stand in a file `ROLE.py` of a folder problem instead of a fence."""

_COMPARED = {"value", "prints", "error"}
"""Proofs in which an option's code is its answer, so that a fence may hold it."""


def read(path: str, text: str, notes: Notes, files: Mapping[str, str] | None = None) -> Problem | None:
    """The problem in `text`; None if anything is wrong, which is then noted.

    `files` holds a folder problem's other files by name: `start.py`, `mutants/guess.py`.
    """
    split = split_front(text, notes)
    if split is None:
        return None
    front, body, first = split
    table, lines = tables.parse(front, tables.ProblemTable, notes, 2)
    compared = table is not None and not _COMPARED.isdisjoint(table.proof)
    draft = drafts.parse(body, first, notes, fenced_answers=compared)
    _adopt(draft, files or {}, notes)
    if table is None:
        return None
    return _Builder(path, table, lines, draft, notes).build()


def split_front(text: str, notes: Notes) -> tuple[str, str, int] | None:
    """Front matter, body, and the line on which the body begins."""
    lines = text.split("\n")
    if lines[0].rstrip() != "+++":
        notes.add(1, 'the file must begin with `+++`, then TOML such as `level = "beginner"`, then `+++` again')
        return None
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == "+++":
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2
    notes.add(1, "the front matter is never closed: put a line `+++` after its last key")
    return None


def _adopt(draft: Draft, files: Mapping[str, str], notes: Notes) -> None:
    """Let a folder problem's files stand for the fences of the same name."""
    for name in sorted(files):
        role = "mutant" if name.startswith("mutants/") else name.removesuffix(".py")
        if role != "mutant" and role in draft.fences:
            notes.add(
                draft.fences[role][0].line - 1, f"both this fence and the file {name} say what `{role}` is: keep one"
            )
            continue
        draft.fences.setdefault(role, []).append(Chunk(files[name], 1))
        if role == "run" and "statement" in draft.sections:
            statement = draft.sections["statement"]
            shown = f"{statement.text}\n\n```python\n{files[name].rstrip()}\n```"
            draft.sections["statement"] = Chunk(shown, statement.line)


class _Builder:
    def __init__(self, path: str, table: tables.ProblemTable, lines: tables.Lines, draft: Draft, notes: Notes) -> None:
        self.path, self.table, self.lines, self.draft, self.notes = path, table, lines, draft, notes
        self.parts = draft.lines()

    def build(self) -> Problem | None:
        self._requirements()
        kind = kinds.ALL.get(self.table.kind)
        if kind is None:
            self.notes.add(
                self.lines("kind"), f"`{self.table.kind}` is no kind{suggestion(self.table.kind, kinds.ALL)}"
            )
            return None
        for role, chunks in self.draft.fences.items():
            if role not in kind.roles:
                self.notes.add(chunks[0].line - 1, f"a `{kind.name}` problem has no `{role}`")
        variants = [self._variant(params) for params in self._combinations()]
        if self.notes:
            return None
        problem = self._problem(kind.label, tuple(variants))
        self._mistakes(kind, problem)
        return None if self.notes else problem

    def _problem(self, label: str, variants: tuple[Variant, ...]) -> Problem:
        table = self.table
        return Problem(
            path=self.path,
            kind=table.kind,
            label=table.label or label,
            level=table.level,
            seconds=table.seconds,
            attempts=table.attempts,
            variants=variants,
            requires=tuple(table.requires),
            cites=tuple(table.cites),
            goal=table.goal,
        )

    def _mistakes(self, kind: kinds.Kind, problem: Problem) -> None:
        for variant in problem.variants:
            for line, message in kind.mistakes(problem, variant, self._line_of):
                self.notes.add(line, message)

    def _line_of(self, part: str) -> int:
        return self.parts[part] if part in self.parts else self.lines(part)

    def _requirements(self) -> None:
        if not self.table.requires:
            return
        from packaging.requirements import InvalidRequirement, Requirement  # slow to import, and rarely needed

        for text in self.table.requires:
            try:
                Requirement(text)
            except InvalidRequirement:
                self.notes.add(self.lines("requires"), f"`{text}` is no requirement: write one such as `keras>=3`")

    def _combinations(self) -> list[dict[str, Json]]:
        params = self.table.params
        for name, values in params.items():
            if any(values.index(value) != place for place, value in enumerate(values)):
                self.notes.add(
                    self.lines(f"params.{name}"), f"`{name}` holds a value twice: each makes a variant, so once"
                )
        count = 1
        for values in params.values():
            count *= len(values)
        if count > VARIANTS:
            self.notes.add(
                self.lines("params"), f"these parameters make {count} variants: at most {VARIANTS} are allowed"
            )
            return []
        return [dict(zip(params, values, strict=True)) for values in itertools.product(*params.values())]

    def _variant(self, params: dict[str, Json]) -> Variant:
        def filled(chunk: Chunk | None) -> str:
            return self._filled(chunk, params) if chunk else ""

        section = self.draft.sections.get
        return Variant(
            params=params,
            title=filled(self.draft.title),
            statement=filled(section("statement")),
            setup=self._code("setup", params),
            snippet=self._code("run", params),
            options=tuple(self._option(option, filled) for option in self.draft.options),
            hint=filled(section("hint")),
            explanation=filled(section("explanation")),
            start=self._code("start", params),
            solution=self._code("solution", params),
            check=self._code("check", params),
            mutants=tuple(filled(chunk) for chunk in self.draft.fences.get("mutant", [])),
            proof=self._table(self.table.proof, params),
        )

    def _code(self, role: str, params: dict[str, Json]) -> str:
        return "\n".join(self._filled(chunk, params) for chunk in self.draft.fences.get(role, []))

    def _option(self, option: DraftOption, filled: Callable[[Chunk | None], str]) -> Option:
        text = filled(option.text)
        code = drafts.code_span(text) if option.fence is None else filled(option.fence)
        return Option(
            text=text,
            key=option.key,
            feedback=filled(option.feedback),
            code=code,
            claim=filled(option.claim).strip() if option.claim else None,
            fix=Fix(filled(option.fix), option.fix.line - 1) if option.fix else None,
            line=option.text.line,
        )

    def _filled(self, chunk: Chunk, params: dict[str, Json]) -> str:
        if not self.table.params:  # without parameters, braces are just text
            return chunk.text
        from practicum.course.template import FillError, fill  # Jinja is slow to import

        try:
            return fill(chunk.text, params)
        except FillError as reason:
            self.notes.add(chunk.line + reason.line - 1, str(reason))
            return ""

    def _table(self, value: Any, params: dict[str, Json]) -> Any:
        """The `[proof]` table with its text filled in; `"{{ name }}"` alone stands for the parameter itself."""
        if isinstance(value, dict):
            return {key: self._table(inner, params) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._table(inner, params) for inner in value]
        if not isinstance(value, str) or not params:
            return value
        name = value.strip().removeprefix("{{").removesuffix("}}").strip()
        if value.strip().startswith("{{") and name in params:
            return params[name]
        return self._filled(Chunk(value, self.lines("proof")), params)
