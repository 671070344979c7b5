"""Reads a problem file: front matter and Markdown become a :class:`Problem` with all its variants."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from practicum import kinds
from practicum.course import problem_markdown, toml_tables
from practicum.course.data_files import MAX_FILES, NO_DATA, DataFileError, DataFolder
from practicum.course.diagnostics import Diagnostics, suggestion
from practicum.course.images import LoadImage, no_images
from practicum.course.placeholders import PlaceholderError, fill_parameters
from practicum.course.problem_markdown import BodyOption, Chunk, Passage, ProblemBody
from practicum.course.prose import ProseMistake, check_prose, find_title_mistakes
from practicum.model import DataFile, Fix, Image, Json, Option, Problem, TestCase, Variant

MAX_VARIANTS = 200

MAX_CHARACTERS = 2_000_000
"""Characters of all variants of a problem together."""

FILE_ROLES = ("setup", "run", "start", "solution", "check")
"""The roles whose code may be a file `ROLE.py` of a problem folder instead of a fence."""


def read_problem(
    path: str,
    text: str,
    diagnostics: Diagnostics,
    files: Mapping[str, str] | None = None,
    load_image: LoadImage = no_images,
    data_folder: DataFolder = NO_DATA,
) -> Problem | None:
    """Read a problem. None if it has a mistake.

    Args:
        path: Of the problem's own file, relative to the course.
        text: The content of that file.
        files: The other files of a problem folder, by name: `start.py`, `mutants/guess.py`.
        load_image: Returns the images that its texts show.
        data_folder: Where its data files are.
    """
    split = split_front_matter(text, diagnostics)
    if split is None:
        return None
    front_matter, body_text, first = split
    table, lines = toml_tables.parse_table(
        front_matter, toml_tables.ProblemTable, diagnostics, 2, frozenset({"kind", "params"})
    )
    kind = kinds.registered().get(table.kind if table else kinds.DEFAULT, kinds.get(kinds.DEFAULT))
    fenced_answers = table is not None and kind.fence_is_answer(table.proof)
    body = problem_markdown.parse_body(body_text, first, diagnostics, fenced_answers=fenced_answers)
    _add_files(body, files or {}, path.rpartition("/")[0], diagnostics)
    if table is None:
        return None
    data = _read_data(table, lines, data_folder, diagnostics)
    return _Builder(path, table, lines, body, diagnostics, load_image, data).build()


def _read_data(
    table: toml_tables.ProblemTable, lines: toml_tables.KeyLines, folder: DataFolder, diagnostics: Diagnostics
) -> tuple[DataFile, ...]:
    """The data files that a problem lists."""
    found: dict[str, DataFile] = {}
    if len(table.data) > MAX_FILES:
        message = f"`data` lists {len(table.data)} files: list at most {MAX_FILES}"
        diagnostics.add("too-many-data-files", lines("data"), message)
    for name in table.data[:MAX_FILES]:
        if name in found:
            diagnostics.add("repeated-data-file", lines("data"), f"`data` lists `{name}` twice: list it once")
        try:
            found[name] = folder.load(name)
        except DataFileError as error:
            diagnostics.add(error.code, lines("data"), error.message)
    if folder is not NO_DATA:
        folder.listed = set(table.data)
    return tuple(found.values())


def split_front_matter(text: str, diagnostics: Diagnostics) -> tuple[str, str, int] | None:
    """The front matter, the body, and the line on which the body begins."""
    lines = text.split("\n")
    if lines[0].rstrip() != "+++":
        message = 'the file must begin with `+++`, then TOML such as `level = "beginner"`, then `+++` again'
        yaml = "; `---` is for YAML" if lines[0].rstrip() == "---" else ""
        diagnostics.add("no-front-matter", 1, f"{message}{yaml}")
        return None
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == "+++":
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2
    diagnostics.add("unclosed-front-matter", 1, "the front matter is not closed: put a line `+++` after its last key")
    return None


def _add_files(body: ProblemBody, files: Mapping[str, str], folder: str, diagnostics: Diagnostics) -> None:
    """Add a problem folder's files to its body, as if they were fences."""
    for name in sorted(files):
        role = "mutant" if name.startswith("mutants/") else name.removesuffix(".py")
        if role != "mutant" and role in body.fences:
            line = body.fences[role][0].line - 1
            message = f"`{role}` is defined by this fence and by the file {name}: keep one"
            diagnostics.add("repeated-role", line, message)
            continue
        code = Chunk(files[name], 1, f"{folder}/{name}")
        body.fences.setdefault(role, []).append(code)
        if role == "run":
            opening, closing = problem_markdown.fence_lines(code.text)
            shown = Chunk(code.text.rstrip("\n"), 1, code.path)
            before = body.sections.get("statement", ())
            body.sections["statement"] = (*before, Chunk(f"\n{opening}", 1), shown, Chunk(closing, 1))


class _Builder:
    """Builds a problem from its parsed front matter and body."""

    def __init__(
        self,
        path: str,
        table: toml_tables.ProblemTable,
        lines: toml_tables.KeyLines,
        body: ProblemBody,
        diagnostics: Diagnostics,
        load_image: LoadImage,
        data: tuple[DataFile, ...],
    ) -> None:
        self.path, self.table, self.lines, self.body, self.diagnostics = path, table, lines, body, diagnostics
        self.load_image, self.data = load_image, data
        self.parts = body.parts()

    def build(self) -> Problem | None:
        self._check_requirements()
        kind = kinds.registered().get(self.table.kind)
        if kind is None:
            message = f"`{self.table.kind}` is not a kind of problem{suggestion(self.table.kind, kinds.registered())}"
            self.diagnostics.add("unknown-kind", self.lines("kind"), message)
            return None
        self._check_parts(kind)
        if self._forgets_params():
            return None
        earlier = {(mistake.path, mistake.line) for mistake in self.diagnostics.mistakes}
        builders = [
            _VariantBuilder(self.path, self.table, self.lines, self.body, params, self.load_image)
            for params in self._combinations()
        ]
        problem = self._problem(kind.label, tuple(builder.build() for builder in builders))
        for builder, variant in zip(builders, problem.variants, strict=True):
            self._add_mistakes(kind, problem, variant, builder, earlier)
        self.diagnostics.add_variants([(builder.params, builder.diagnostics) for builder in builders])
        return None if self.diagnostics else problem

    def _check_parts(self, kind: kinds.Kind) -> None:
        """Add a mistake for each fence and table that the kind does not use."""
        for role, chunks in self.body.fences.items():
            if role not in kind.roles:
                chunk = chunks[0]
                message = f"a `{kind.name}` problem has no `{role}`: remove it"
                self.diagnostics.add("unused-role", chunk.line - (not chunk.path), message, chunk.path)
        if self.table.goal and not kind.has_goal:
            self.diagnostics.add(
                "unused-goal", self.lines("goal"), f"a `{kind.name}` problem has no `[goal]`: remove it"
            )
        if self.table.bank and not kind.has_bank:
            self.diagnostics.add("unused-bank", self.lines("bank"), f"a `{kind.name}` problem has no `bank`: remove it")
        if self.table.tests and not kind.has_tests:
            message = f"a `{kind.name}` problem has no `[[tests]]`: remove them"
            self.diagnostics.add("unused-tests", self.lines("tests"), message)
        if self.table.depends and not kind.has_depends:
            message = f"a `{kind.name}` problem has no `[depends]`: remove it"
            self.diagnostics.add("unused-depends", self.lines("depends"), message)
        if self.lines.has("shuffle") and not kind.has_shuffle:
            message = f"a `{kind.name}` problem has no `shuffle`: remove it"
            self.diagnostics.add("unused-shuffle", self.lines("shuffle"), message)

    def _forgets_params(self) -> bool:
        """Whether prose has `{{ name }}` without any parameters, which is a mistake. In code, braces are code."""
        if self.table.params or not self.body.braces:
            return False
        line, braces = self.body.braces[0]
        message = f"`{braces}` needs a parameter, and this problem has no `[params]`: add it, or remove the braces"
        self.diagnostics.add("no-parameters", line, message)
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
            places=self._places(),
            data=self.data,
            lint_off=tuple(table.lint.off) if table.lint else (),
        )

    def _places(self) -> dict[str, tuple[str, int]]:
        """The file and line of each key and part."""
        keys = {key: (self.path, line) for key, line in self.lines.places.items()}
        return keys | {part: (chunk.path or self.path, chunk.line) for part, chunk in self.parts.items()}

    def _add_mistakes(
        self,
        kind: kinds.Kind,
        problem: Problem,
        variant: Variant,
        builder: _VariantBuilder,
        earlier: set[tuple[str, int]],
    ) -> None:
        """Add the mistakes that the kind finds, apart from those that follow from `earlier` ones (by path and line).

        A part that is missing may be there, misspelt; and a part that could not be filled in would be wrong again.
        """
        for mistake in kind.mistakes(problem, variant):
            chunk = self._find_part(mistake.part)
            key = (chunk.path or self.path, chunk.line)
            follows = bool(earlier) if mistake.part == "title" else key in earlier
            if not follows and (chunk.path, chunk.line) not in builder.unfilled:
                line = chunk.line + mistake.line_offset
                builder.diagnostics.add(mistake.code, line, mistake.message, chunk.path)

    def _find_part(self, part: str) -> Chunk:
        """Where a part that a kind names is written."""
        return self.parts.get(part) or Chunk("", self.lines(part))

    def _check_requirements(self) -> None:
        if not self.table.requires:
            return
        from packaging.requirements import InvalidRequirement, Requirement  # slow to import, and rarely needed

        for text in self.table.requires:
            try:
                Requirement(text)
            except InvalidRequirement:
                message = f"`{text}` is not a requirement: write one such as `keras>=3`"
                self.diagnostics.add("invalid-requirement", self.lines("requires"), message)

    def _combinations(self) -> list[dict[str, Json]]:
        params = self.table.params
        count = 1
        for values in params.values():
            count *= len(values)
        size = sum(len(chunk.text) for chunk in self._chunks())
        if count > MAX_VARIANTS:
            message = f"these parameters make {count} variants: make at most {MAX_VARIANTS}"
            self.diagnostics.add("too-many-variants", self.lines("params"), message)
            return []
        if count > 1 and count * size > MAX_CHARACTERS:
            message = f"{count} variants of {size} characters are too large: shorten the text or the lists"
            self.diagnostics.add("variants-too-large", self.lines("params"), message)
            return []
        for name, values in params.items():
            if len({(type(value), value) for value in values}) < len(values):
                message = f"`{name}` lists a value twice: each makes a variant, so write it once"
                self.diagnostics.add("repeated-value", self.lines(f"params.{name}"), message)
        return [dict(zip(params, values, strict=True)) for values in itertools.product(*params.values())]

    def _chunks(self) -> list[Chunk]:
        passages = [*self.body.sections.values(), *(o.text + o.feedback for o in self.body.options)]
        return [*itertools.chain(*passages), *itertools.chain(*self.body.fences.values())]


def _line_places(passage: Passage) -> list[tuple[str, int]]:
    """The file and line of each line of a passage."""
    return [(chunk.path, chunk.line + number) for chunk in passage for number in range(chunk.text.count("\n") + 1)]


class _VariantBuilder:
    """Builds one variant of a problem, and collects the mistakes in it."""

    def __init__(
        self,
        path: str,
        table: toml_tables.ProblemTable,
        lines: toml_tables.KeyLines,
        body: ProblemBody,
        params: dict[str, Json],
        load_image: LoadImage,
    ) -> None:
        self.table, self.lines, self.body, self.params = table, lines, body, params
        self.load_image = load_image
        self.images: dict[str, Image] = {}
        self.diagnostics = Diagnostics(path)
        self.unfilled: set[tuple[str, int]] = set()
        """The chunks (path and line) whose braces could not be filled in."""

    def build(self) -> Variant:
        """The variant; a part with a mistake is left as it is written."""
        section = self.body.sections.get
        title = self._filled(self.body.title)
        self._add_prose_mistakes(find_title_mistakes(title), [("", self.body.title.line)])
        variant = Variant(
            params=self.params,
            title=title,
            statement=self._prose(section("statement", ())),
            setup=self._code("setup"),
            snippet=self._code("run"),
            options=tuple(self._option(option) for option in self.body.options),
            hint=self._prose(section("hint", ())),
            explanation=self._prose(section("explanation", ())),
            start=self._code("start"),
            solution=self._code("solution"),
            check=self._code("check"),
            distractor=self._code("distractor"),
            depends={line: tuple(needed) for line, needed in self.table.depends.items()},
            mutants=tuple(self._filled(chunk) for chunk in self.body.fences.get("mutant", [])),
            proof=self._table("proof", self.table.proof),
            shuffle=self.table.shuffle,
            stdin=self._text("stdin", self.table.stdin),
            tests=tuple(self._case(number, table) for number, table in enumerate(self.table.tests, 1)),
        )
        return replace(variant, images=tuple(self.images.values()))

    def _code(self, role: str) -> str:
        return "\n".join(self._filled(chunk) for chunk in self.body.fences.get(role, []))

    def _prose(self, passage: Passage) -> str:
        text = "\n".join(self._filled(chunk) for chunk in passage)
        checked = check_prose(text, self.load_image)
        self.images |= {image.source: image for image in checked.images}
        self._add_prose_mistakes(checked.mistakes, _line_places(passage))
        return text.strip("\n").rstrip()

    def _add_prose_mistakes(self, found: Iterable[ProseMistake], places: Sequence[tuple[str, int]]) -> None:
        for mistake in found:
            path, line = places[min(mistake.line, len(places)) - 1]
            self.diagnostics.add(mistake.code, line, mistake.message, path)

    def _option(self, option: BodyOption) -> Option:
        text = self._prose(option.text)
        claim, fix = option.claim, option.fix
        return Option(
            text=text,
            key=option.key,
            feedback=self._prose(option.feedback),
            code=problem_markdown.code_span(text) if option.fence is None else self._filled(option.fence),
            claim=self._filled(claim).strip() if claim else None,
            fix=Fix(self._filled(fix), fix.line - 1) if fix else None,
            line=option.line,
            is_span=problem_markdown.is_one_span(text),
            is_fence=problem_markdown.is_one_fence(text),
        )

    def _filled(self, chunk: Chunk) -> str:
        if not self.table.params:  # without parameters, braces are just text
            return chunk.text
        try:
            return fill_parameters(chunk.text, self.params)
        except PlaceholderError as error:
            self.diagnostics.add(error.code, chunk.line + error.line - 1, error.message, chunk.path)
            self.unfilled.add((chunk.path, chunk.line))
            return chunk.text

    def _case(self, number: int, table: toml_tables.TestTable) -> TestCase:
        key = f"tests.{number}"
        return TestCase(
            name=self._text(f"{key}.name", table.name),
            stdin=self._text(f"{key}.stdin", table.stdin),
            prints=None if table.prints is None else self._text(f"{key}.prints", table.prints),
            check=self._text(f"{key}.check", table.check),
            points=table.points,
            hidden=table.hidden,
        )

    def _text(self, key: str, text: str) -> str:
        """A string of the front matter with its parameters filled in."""
        return self._filled(Chunk(text, self.lines(key)))

    def _table(self, key: str, value: Any) -> Any:
        """The `[proof]` table with its strings filled in; `"{{ name }}"` alone becomes the parameter's value."""
        if isinstance(value, dict):
            return {name: self._table(f"{key}.{name}", inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._table(key, inner) for inner in value]
        if not isinstance(value, str) or not self.params:
            return value
        alone = problem_markdown.PARAMETER.fullmatch(value.strip())
        if alone and alone[1] in self.params:
            return self.params[alone[1]]
        return self._filled(Chunk(value, self.lines(key)))
