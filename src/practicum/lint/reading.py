"""Reads the items of courses and banks, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from practicum.course import find_course_root
from practicum.course.diagnostics import suggestion
from practicum.course.read import scan_course
from practicum.course.toml_tables import KeyLines
from practicum.errors import CodedError
from practicum.exchange import ColumnMap, Format, UnreadableBank
from practicum.exchange.bank import Remark
from practicum.exchange.bank_files import find_sources, read_bank
from practicum.lint.item import LintItem, items_of_bank, items_of_course
from practicum.model import Course, Mistake
from practicum.settings import courses_in


class NothingToLint(CodedError):
    """A path without items. Codes: `not-found`, `not-a-bank`."""


@dataclass(frozen=True)
class Collection:
    """The items of one course or bank, whose paths are relative to `root`, and the mistakes in its files."""

    root: Path
    items: Sequence[LintItem]
    mistakes: Sequence[Mistake] = ()
    remarks: Sequence[Remark] = ()
    """What of a bank could not be understood. Rules about its keys pass over an item without a key."""


@dataclass(frozen=True)
class Layout:
    """How banks are read."""

    form: Format | None = None
    """The format of all files; None to recognize each."""
    columns: ColumnMap | None = None
    """The columns of plain tables; None to guess them."""


def read_items(path: Path, rules: Sequence[str], layout: Layout | None = None) -> list[Collection]:
    """Return the items of the course, courses or bank at a path.

    Args:
        path: Of a course, or of a part of one; of a folder of courses; of a file or a folder of banks.
        rules: The names of the rules that can be switched off.
        layout: How banks are read. Default: as each file suggests.

    Raises:
        NothingToLint: There is no such path, or nothing at it that can be read.
    """
    if not path.exists():
        raise NothingToLint("not-found", f"{path}: there is no such file or folder.")
    root = find_course_root(path)
    if root:
        return [_read_course(root, path.absolute().relative_to(root).as_posix(), rules)]
    courses = courses_in(path) if path.is_dir() else []
    return [_read_course(course, ".", rules) for course in courses] or [_read_bank(path, layout or Layout())]


def _read_course(root: Path, place: str, rules: Sequence[str]) -> Collection:
    """The problems of a course below a place in it, and the mistakes there and in `course.toml`."""
    scan = scan_course(root)

    def is_below(path: str) -> bool:
        return place == "." or path == place or path.startswith(f"{place}/")

    items = [item for item in items_of_course(scan.course) if is_below(item.path)]
    mistakes = [*scan.mistakes, *_unknown_rules(root, scan.course, rules)]
    return Collection(root, items, [m for m in mistakes if is_below(m.path) or m.path == "course.toml"])


def _unknown_rules(root: Path, course: Course, rules: Sequence[str]) -> Iterator[Mistake]:
    """Yield a mistake for each name in a `[lint]` that no rule has."""
    if unknown := [name for name in course.lint_off if name not in rules]:
        line = KeyLines(1, (root / "course.toml").read_text(encoding="utf-8-sig"))("lint.off")
        yield _unknown_rule("course.toml", line, unknown[0], rules)
    for topic in course.topics:
        for problem in (problem for problems in topic.problems.values() for problem in problems):
            for name in problem.lint_off:
                if name not in rules:
                    yield _unknown_rule(*problem.place("lint.off"), name, rules)


def _unknown_rule(path: str, line: int, name: str, rules: Sequence[str]) -> Mistake:
    return Mistake(path, line, f"`{name}` is not a rule of item writing{suggestion(name, rules)}", "unknown-rule")


def _read_bank(path: Path, layout: Layout) -> Collection:
    """The items of a bank's file, or of all such files in a folder."""
    found = find_sources([path], layout.form, layout.columns)
    unknown = all(remark.code == "unknown-format" for remark in found.unreadable)
    if not found.sources and unknown:
        raise NothingToLint("not-a-bank", f"{path}: this is neither a course nor a question bank in a known format.")
    items: list[LintItem] = []
    mistakes = [_mistake(remark) for remark in found.unreadable]
    remarks: list[Remark] = []
    for source in found.sources:
        try:
            bank = read_bank(source)
        except UnreadableBank as error:
            mistakes += map(_mistake, error.mistakes)
        else:
            items += items_of_bank(bank, source.file.path, None if source.form.has_shuffle else False)
            remarks += bank.remarks
    return Collection(Path(), items, mistakes, remarks)


def _mistake(remark: Remark) -> Mistake:
    return Mistake(remark.path, max(remark.line, 1), remark.message, remark.code)
