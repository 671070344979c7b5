"""A course folder in, a :class:`Course` out; or every mistake in every file, each with its place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from practicum import modes
from practicum.course import files, toml_tables
from practicum.course import page as pages
from practicum.course import problem as problems
from practicum.course.diagnostics import Notes, printable, suggestion
from practicum.course.environment import LOCK, read_environment
from practicum.model import Card, Course, CourseError, Mistake, Page, Problem, Requirements, Topic

_SLUG = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")


@dataclass
class Reading:
    """What a course folder holds, as far as it can be read, and what is wrong in it.

    A file with a mistake is left out of `course`, so that the others can still be worked with.
    """

    course: Course
    mistakes: list[Mistake] = field(default_factory=list)


def read(root: Path) -> Course:
    """The course in the folder `root`. Raises CourseError with every mistake there is."""
    reading = survey(root)
    if reading.mistakes:
        raise CourseError(reading.mistakes)
    return reading.course


def survey(root: Path) -> Reading:
    """The course in the folder `root`, mistakes and all."""
    return _Reader(root).read()


def find_root(path: Path) -> Path | None:
    """The course that a path lies in: the nearest folder upward with a `course.toml`."""
    path = path.absolute()
    return next((folder for folder in (path, *path.parents) if (folder / "course.toml").is_file()), None)


class _Reader:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.mistakes: list[Mistake] = []

    def read(self) -> Reading:
        table, environment = self._course()
        topics = [topic for name in self._folders() if (topic := self._topic(name)) is not None]
        if table and not topics and not self.mistakes:
            self._note("course.toml", "the course has no topic: add a folder with a `topic.toml`")
        table = table or toml_tables.CourseTable(title=self.root.absolute().name or "?")
        said = table.model_dump(exclude={"environment"})
        course = Course(slug=self.root.absolute().name, topics=tuple(topics), environment=environment, **said)
        return Reading(course, sorted(set(self.mistakes)))

    def _course(self) -> tuple[toml_tables.CourseTable | None, Requirements | None]:
        """`course.toml`, and the environment that it asks for with the lock beside it."""
        notes, locked = Notes("course.toml"), Notes(LOCK)
        text = files.read_text(self.root, "course.toml", notes)
        lock = files.read_text(self.root, LOCK, locked) if LOCK in self._entries(".") else None
        table, environment = None, None
        if text is not None:
            table, lines = toml_tables.parse(text, toml_tables.CourseTable, notes)
            if table and (table.environment or not lines.has("environment")):
                environment = read_environment(table.environment, lines, notes, lock, locked)
        self.mistakes += notes.mistakes + locked.mistakes
        return table, environment

    def _folders(self) -> Iterator[str]:
        for name in self._entries("."):
            if name in ("course.toml", LOCK):
                continue
            if not name.endswith("/"):
                self._note(name, "is no file of a course: beside `course.toml` stand folders, one a topic")
            elif not _SLUG.match(name[:-1]):
                self._note(name[:-1], "cannot be part of an address: use letters, digits, `-`, `_` and `.`")
            else:
                yield name[:-1]

    def _topic(self, slug: str) -> Topic | None:
        names = self._entries(slug)
        if "topic.toml" not in names:
            self._note(slug, "this folder is no topic: add a `topic.toml` with a title, or take it away")
            return None
        table = self._table(f"{slug}/topic.toml", toml_tables.TopicTable)
        found: dict[str, tuple[Problem, ...]] = {}
        written: dict[str, Page] = {}
        cards: tuple[Card, ...] = ()
        for mode in modes.ALL:
            if mode.place not in names:
                continue
            if mode.holds == "problems":
                found[mode.name] = tuple(self._problems(f"{slug}/{mode.name}", mode.taken))
            elif mode.holds == "page" and (page := self._page(f"{slug}/{mode.place}")):
                written[mode.name] = page
            elif mode.holds == "cards":
                cards = self._cards(f"{slug}/{mode.place}")
        self._strangers(slug, names)
        experiments = self._experiments(f"{slug}/experiments.py") if "experiments.py" in names else ""
        if table is None:
            return None
        badge = table.badge.name if table.badge else None
        return Topic(slug, table.title, table.summary, table.minutes, badge, found, written, cards, experiments)

    def _strangers(self, slug: str, names: list[str]) -> None:
        known = {"topic.toml", "experiments.py", *(mode.place for mode in modes.ALL)}
        for name in names:
            if name not in known:
                self._note(f"{slug}/{name.rstrip('/')}", f"is no file of a topic{suggestion(name, known)}")

    def _problems(self, folder: str, taken: tuple[str, ...]) -> Iterator[Problem]:
        slugs: dict[str, str] = {}
        for name in self._entries(folder):
            slug = name.removesuffix("/") if name.endswith("/") else name.removesuffix(".md")
            if not _SLUG.match(slug):
                self._note(f"{folder}/{name}", "cannot be part of an address: use letters, digits, `-`, `_` and `.`")
            elif slug in taken:
                self._note(
                    f"{folder}/{name.rstrip('/')}", f"the service has a page of its own called `{slug}`: rename it"
                )
            elif slug in slugs:
                self._note(f"{folder}/{name.rstrip('/')}", f"has the same name as {slugs[slug]}: rename one of them")
            elif name.endswith("/"):
                yield from self._folder_problem(f"{folder}/{name[:-1]}")
            elif name.endswith(".md"):
                yield from self._file_problem(f"{folder}/{name}", {})
            else:
                self._note(f"{folder}/{name}", "is no problem: a problem is a file `NAME.md` or a folder")
            slugs.setdefault(slug, name)

    def _folder_problem(self, folder: str) -> Iterator[Problem]:
        names = self._entries(folder)
        if "problem.md" not in names:
            self._note(folder, "this folder is no problem: add a `problem.md`")
            return
        inner = self._entries(f"{folder}/mutants") if "mutants/" in names else []
        roles = [f"{role}.py" for role in problems.FILE_ROLES]
        found: dict[str, str] = {}
        for name in (*names, *(f"mutants/{name}" for name in inner)):
            if name in roles or (name.startswith("mutants/") and name.endswith(".py")):
                text = self._text(f"{folder}/{name}")
                found |= {} if text is None else {name: text}
            elif name not in ("problem.md", "mutants/"):
                message = f"is no file of a problem{suggestion(name, ['problem.md', *roles, 'mutants/NAME.py'])}"
                self._note(f"{folder}/{name.rstrip('/')}", message)
        yield from self._file_problem(f"{folder}/problem.md", found)

    def _file_problem(self, path: str, others: dict[str, str]) -> Iterator[Problem]:
        notes = Notes(path)
        text = files.read_text(self.root, path, notes)
        if text is not None:
            problem = problems.read(path, text, notes, others)
            if problem is not None:
                yield problem
        self.mistakes += notes.mistakes

    def _page(self, path: str) -> Page | None:
        notes = Notes(path)
        text = files.read_text(self.root, path, notes)
        page = pages.read_page(path, text, notes) if text is not None else None
        self.mistakes += notes.mistakes
        return page

    def _cards(self, path: str) -> tuple[Card, ...]:
        notes = Notes(path)
        text = files.read_text(self.root, path, notes)
        cards = pages.read_cards(path, text, notes) if text is not None else ()
        self.mistakes += notes.mistakes
        return () if notes else cards

    def _experiments(self, path: str) -> str:
        text = self._text(path)
        try:
            ast.parse(text or "")
        except SyntaxError as reason:
            self._note(path, f"is no Python: {reason.msg}", reason.lineno or 1)
        except (ValueError, MemoryError, RecursionError) as reason:
            self._note(path, f"is no Python: {reason or 'nested too deeply'}")
        return text or ""

    def _table(self, path: str, model: type[toml_tables.Model]) -> toml_tables.Model | None:
        notes = Notes(path)
        text = files.read_text(self.root, path, notes)
        table = toml_tables.parse(text, model, notes)[0] if text is not None else None
        self.mistakes += notes.mistakes
        return table

    def _text(self, path: str) -> str | None:
        notes = Notes(path)
        text = files.read_text(self.root, path, notes)
        self.mistakes += notes.mistakes
        return text

    def _entries(self, folder: str) -> list[str]:
        """What stands in a folder, but for folders that lie elsewhere."""
        kept: list[str] = []
        for name in files.entries(self.root, folder):
            path = name if folder == "." else f"{folder}/{name}"
            if name.endswith("/") and self._is_outside(path):
                self._note(path.rstrip("/"), files.OUTSIDE)
            else:
                kept.append(name)
        return kept

    def _is_outside(self, path: str) -> bool:
        try:
            return files.is_outside(self.root, path)
        except (OSError, RuntimeError):
            return True

    def _note(self, path: str, message: str, line: int = 1) -> None:
        self.mistakes.append(Mistake(printable(path), line, message))
