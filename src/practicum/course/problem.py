"""A problem file: front matter and Markdown in, a :class:`Problem` with all its variants out."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from practicum import kinds
from practicum.course import problem_markdown as drafts
from practicum.course import toml_tables
from practicum.course.diagnostics import Notes, suggestion
from practicum.course.parameters import fill
from practicum.course.placeholders import FillError
from practicum.course.problem_markdown import Chunk, Draft, DraftOption, Passage
from practicum.model import Fix, Json, Option, Problem, Variant

VARIANTS = 200
"""The most variants a problem may have."""

CHARACTERS = 2_000_000
"""The most text that all variants of a problem may hold together."""

FILE_ROLES = ("setup", "run", "start", "solution", "check")
"""What may stand in a file `ROLE.py` of a folder problem instead of a fence."""


def read(path: str, text: str, notes: Notes, files: Mapping[str, str] | None = None) -> Problem | None:
    """The problem in `text`; None if anything is wrong, which is then noted.

    `files` holds a folder problem's other files by name: `start.py`, `mutants/guess.py`.
    """
    split = split_front(text, notes)
    if split is None:
        return None
    front, body, first = split
    table, lines = toml_tables.parse(front, toml_tables.ProblemTable, notes, 2, frozenset({"kind", "params"}))
    kind = kinds.registered().get(table.kind if table else kinds.DEFAULT, kinds.get(kinds.DEFAULT))
    fenced_answers = table is not None and kind.fence_is_answer(table.proof)
    draft = drafts.parse(body, first, notes, fenced_answers=fenced_answers)
    _adopt(draft, files or {}, path.rpartition("/")[0], notes)
    if table is None:
        return None
    return _Builder(path, table, lines, draft, notes).build()


def split_front(text: str, notes: Notes) -> tuple[str, str, int] | None:
    """Front matter, body, and the line on which the body begins."""
    lines = text.split("\n")
    if lines[0].rstrip() != "+++":
        message = 'the file must begin with `+++`, then TOML such as `level = "beginner"`, then `+++` again'
        notes.add(1, f"{message}; `---` is for YAML" if lines[0].rstrip() == "---" else message)
        return None
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == "+++":
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2
    notes.add(1, "the front matter is never closed: put a line `+++` after its last key")
    return None


def _adopt(draft: Draft, files: Mapping[str, str], folder: str, notes: Notes) -> None:
    """Let a folder problem's files stand for the fences of the same name."""
    for name in sorted(files):
        role = "mutant" if name.startswith("mutants/") else name.removesuffix(".py")
        if role != "mutant" and role in draft.fences:
            line = draft.fences[role][0].line - 1
            notes.add(line, f"both this fence and the file {name} say what `{role}` is: keep one")
            continue
        code = Chunk(files[name], 1, f"{folder}/{name}")
        draft.fences.setdefault(role, []).append(code)
        if role == "run":
            opening, closing = drafts.fenced(code.text)
            shown = Chunk(code.text.rstrip("\n"), 1, code.path)
            before = draft.sections.get("statement", ())
            draft.sections["statement"] = (*before, Chunk(f"\n{opening}", 1), shown, Chunk(closing, 1))


class _Builder:
    def __init__(
        self, path: str, table: toml_tables.ProblemTable, lines: toml_tables.Lines, draft: Draft, notes: Notes
    ) -> None:
        self.path, self.table, self.lines, self.draft, self.notes = path, table, lines, draft, notes
        self.places = draft.places()
        self.unfilled: set[tuple[str, int]] = set()
        """The pieces (file and line) whose braces could not be filled in."""

    def build(self) -> Problem | None:
        self._requirements()
        kind = kinds.registered().get(self.table.kind)
        if kind is None:
            self.notes.add(
                self.lines("kind"), f"`{self.table.kind}` is no kind{suggestion(self.table.kind, kinds.registered())}"
            )
            return None
        self._belongs(kind)
        if self._forgotten_params():
            return None
        noted = {(mistake.path, mistake.line) for mistake in self.notes.mistakes}
        variants = tuple(self._variant(params) for params in self._combinations())
        problem = self._problem(kind.label, variants)
        self._mistakes(kind, problem, noted)
        return None if self.notes else problem

    def _belongs(self, kind: kinds.Kind) -> None:
        """Note the fences and tables which the kind has no use for."""
        for role, chunks in self.draft.fences.items():
            if role not in kind.roles:
                chunk = chunks[0]
                self.notes.add(chunk.line - (not chunk.path), f"a `{kind.name}` problem has no `{role}`", chunk.path)
        if self.table.goal and not kind.has_goal:
            self.notes.add(self.lines("goal"), f"a `{kind.name}` problem has no `[goal]`")
        if self.table.bank and not kind.has_bank:
            self.notes.add(self.lines("bank"), f"a `{kind.name}` problem has no `bank`")

    def _forgotten_params(self) -> bool:
        """Without parameters braces are text; but in prose `{{ name }}` is hardly meant to be read."""
        if self.table.params or not self.draft.braces:
            return False
        line, braces = self.draft.braces[0]
        self.notes.add(line, f"`{braces}` is filled in from `[params]`, and this problem has none")
        return True

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
            set=table.set,
            bank=tuple(table.bank),
        )

    def _mistakes(self, kind: kinds.Kind, problem: Problem, noted: set[tuple[str, int]]) -> None:
        """Note what the kind finds, but for what follows from mistakes `noted` before (by file and line).

        What is missing may then stand there, misspelt; and what could not be filled in would be found wrong again.
        """
        for variant in problem.variants:
            for mistake in kind.mistakes(problem, variant):
                place = self._place(mistake.part)
                follows = bool(noted) if mistake.part == "title" else (place.path or self.path, place.line) in noted
                if not follows and (place.path, place.line) not in self.unfilled:
                    self.notes.add(place.line + mistake.line_offset, mistake.message, place.path)

    def _place(self, part: str) -> Chunk:
        return self.places.get(part) or Chunk("", self.lines(part))

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
        count = 1
        for values in params.values():
            count *= len(values)
        size = sum(len(chunk.text) for chunk in self._chunks())
        if count > VARIANTS:
            message = f"these parameters make {count} variants: at most {VARIANTS} are allowed"
        elif count > 1 and count * size > CHARACTERS:
            message = f"{count} variants of {size} characters are too much: shorten the text or the lists"
        else:
            return self._distinct(params)
        self.notes.add(self.lines("params"), message)
        return []

    def _distinct(self, params: Mapping[str, list[Any]]) -> list[dict[str, Json]]:
        for name, values in params.items():
            if len({(type(value), value) for value in values}) < len(values):
                message = f"`{name}` holds a value twice: each makes a variant, so write it once"
                self.notes.add(self.lines(f"params.{name}"), message)
        return [dict(zip(params, values, strict=True)) for values in itertools.product(*params.values())]

    def _chunks(self) -> list[Chunk]:
        passages = [*self.draft.sections.values(), *(o.text + o.feedback for o in self.draft.options)]
        return [*itertools.chain(*passages), *itertools.chain(*self.draft.fences.values())]

    def _variant(self, params: dict[str, Json]) -> Variant:
        section = self.draft.sections.get
        return Variant(
            params=params,
            title=self._filled(self.draft.title, params),
            statement=self._prose(section("statement", ()), params),
            setup=self._code("setup", params),
            snippet=self._code("run", params),
            options=tuple(self._option(option, params) for option in self.draft.options),
            hint=self._prose(section("hint", ()), params),
            explanation=self._prose(section("explanation", ()), params),
            start=self._code("start", params),
            solution=self._code("solution", params),
            check=self._code("check", params),
            mutants=tuple(self._filled(chunk, params) for chunk in self.draft.fences.get("mutant", [])),
            proof=self._table("proof", self.table.proof, params),
        )

    def _code(self, role: str, params: dict[str, Json]) -> str:
        return "\n".join(self._filled(chunk, params) for chunk in self.draft.fences.get(role, []))

    def _prose(self, passage: Passage, params: dict[str, Json]) -> str:
        return "\n".join(self._filled(chunk, params) for chunk in passage).strip("\n").rstrip()

    def _option(self, option: DraftOption, params: dict[str, Json]) -> Option:
        text = self._prose(option.text, params)
        claim, fix = option.claim, option.fix
        return Option(
            text=text,
            key=option.key,
            feedback=self._prose(option.feedback, params),
            code=drafts.code_span(text) if option.fence is None else self._filled(option.fence, params),
            claim=self._filled(claim, params).strip() if claim else None,
            fix=Fix(self._filled(fix, params), fix.line - 1) if fix else None,
            line=option.line,
        )

    def _filled(self, chunk: Chunk, params: dict[str, Json]) -> str:
        if not self.table.params:  # without parameters, braces are just text
            return chunk.text
        try:
            return fill(chunk.text, params)
        except FillError as reason:
            self.notes.add(chunk.line + reason.line - 1, str(reason), chunk.path)
            self.unfilled.add((chunk.path, chunk.line))
            return chunk.text

    def _table(self, key: str, value: Any, params: dict[str, Json]) -> Any:
        """The `[proof]` table with its text filled in; `"{{ name }}"` alone stands for the parameter itself."""
        if isinstance(value, dict):
            return {name: self._table(f"{key}.{name}", inner, params) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._table(key, inner, params) for inner in value]
        if not isinstance(value, str) or not params:
            return value
        alone = drafts.BRACES.fullmatch(value.strip())
        if alone and alone[1] in params:
            return params[alone[1]]
        return self._filled(Chunk(value, self.lines(key)), params)
