"""Reads a course folder: the course as far as it can be read, and every mistake in every file."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from practicum import kinds, modes
from practicum.course import cards, data_files, files, images, toml_tables
from practicum.course import page as pages
from practicum.course import problem as problems
from practicum.course.content_cache import ContentCache, Key, content_key
from practicum.course.diagnostics import Diagnostics, printable, suggestion
from practicum.course.environment import LOCK, read_environment
from practicum.model import (
    Card,
    Course,
    CourseError,
    DataFile,
    Deck,
    Image,
    Mistake,
    Page,
    Problem,
    Requirements,
    Topic,
)

_SLUG = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")


@dataclass
class CourseScan:
    """A course as far as it can be read, and the mistakes in its files.

    A file with a mistake is left out of `course`, so that the others can still be worked with.
    """

    course: Course
    mistakes: list[Mistake] = field(default_factory=list)
    keys: Mapping[str, Key] = field(default_factory=dict)
    """For each problem that depends on no image and no data file, by its path: the key of its text."""


def read_course(root: Path) -> Course:
    """Read the course in the folder `root`. Raises CourseError with every mistake in it."""
    scan = scan_course(root)
    if scan.mistakes:
        raise CourseError(scan.mistakes)
    return scan.course


def scan_course(root: Path, cache: ContentCache | None = None) -> CourseScan:
    """Read the course in the folder `root`, and collect its mistakes. Problems in the cache are not parsed again."""
    return _CourseReader(root, cache or ContentCache()).read()


def find_course_root(path: Path) -> Path | None:
    """The course that a path lies in: the nearest folder upwards with a `course.toml`."""
    path = path.absolute()
    return next((folder for folder in (path, *path.parents) if (folder / "course.toml").is_file()), None)


class _CourseReader:
    """Reads every file of a course once."""

    def __init__(self, root: Path, cache: ContentCache) -> None:
        self.root = root
        self.cache = cache
        self.keys: dict[str, Key] = {}
        self.mistakes: list[Mistake] = []
        self._images: dict[tuple[str, str], Image | images.ImageError] = {}

    def read(self) -> CourseScan:
        table, environment = self._read_course_file()
        topics = [topic for name in self._topic_folders() if (topic := self._read_topic(name)) is not None]
        if table and not topics and not self.mistakes:
            self._add("no-topic", "course.toml", "the course has no topic: add a folder with a `topic.toml`")
        table = table or toml_tables.CourseTable(title=self.root.absolute().name or "?")
        fields = table.model_dump(exclude={"environment", "lint"})
        fields |= {"environment": environment, "lint_off": tuple(table.lint.off) if table.lint else ()}
        course = Course(slug=self.root.absolute().name, topics=tuple(topics), **fields)
        return CourseScan(course, sorted(set(self.mistakes)), self.keys)

    def _read_course_file(self) -> tuple[toml_tables.CourseTable | None, Requirements | None]:
        """`course.toml`, and the environment that it requires, with the lock beside it."""
        diagnostics, lock_diagnostics = Diagnostics("course.toml"), Diagnostics(LOCK)
        text = files.read_text(self.root, "course.toml", diagnostics)
        lock = files.read_text(self.root, LOCK, lock_diagnostics) if LOCK in self._list(".") else None
        table, environment = None, None
        if text is not None:
            table, lines = toml_tables.parse_table(text, toml_tables.CourseTable, diagnostics)
            if table and (table.environment or not lines.has("environment")):
                environment = read_environment(table.environment, lines, diagnostics, lock, lock_diagnostics)
        self.mistakes += diagnostics.mistakes + lock_diagnostics.mistakes
        return table, environment

    def _topic_folders(self) -> Iterator[str]:
        for name in self._list("."):
            if name in ("course.toml", LOCK):
                continue
            if not name.endswith("/"):
                message = "does not belong to a course: beside `course.toml` there are only folders, one per topic"
                self._add("unknown-file", name, message)
            elif self._is_slug(name[:-1], name[:-1]):
                yield name[:-1]

    def _read_topic(self, slug: str) -> Topic | None:
        names = self._list(slug)
        if "topic.toml" not in names:
            message = "this folder is not a topic: add a `topic.toml` with a title, or remove the folder"
            self._add("not-a-topic", slug, message)
            return None
        table = self._read_table(f"{slug}/topic.toml", toml_tables.TopicTable)
        data = self._read_topic_data(slug) if f"{data_files.FOLDER}/" in names else ()
        found: dict[str, tuple[Problem, ...]] = {}
        written: dict[str, Page] = {}
        decks: dict[str, Deck] = {}
        for mode in modes.registered().values():
            if mode.place not in names:
                continue
            if mode.holds == "problems":
                found[mode.name] = self._read_mode(f"{slug}/{mode.name}", mode.taken)
            elif mode.holds == "page" and (page := self._read_page(f"{slug}/{mode.place}")):
                written[mode.name] = _with_named_data(page, data)
            elif mode.holds == "cards" and (deck := self._read_cards(f"{slug}/{mode.place}")):
                decks[mode.name] = Deck(f"{slug}/{mode.place}", deck)
        self._refuse_other_files(slug, names)
        experiments = self._read_experiments(f"{slug}/experiments.py") if "experiments.py" in names else ""
        if table is None:
            return None
        badge = table.badge.name if table.badge else None
        return Topic(slug, table.title, table.summary, table.minutes, badge, found, written, decks, experiments, data)

    def _refuse_other_files(self, slug: str, names: list[str]) -> None:
        places = (mode.place for mode in modes.registered().values())
        known = {"topic.toml", "experiments.py", f"{images.FOLDER}/", f"{data_files.FOLDER}/", *places}
        for name in self._list(f"{slug}/{images.FOLDER}") if f"{images.FOLDER}/" in names else ():
            if not images.is_image_name(name):
                message = "does not belong to the images of a topic: put PNG, JPEG and WebP files here"
                self._add("unknown-file", f"{slug}/{images.FOLDER}/{name.rstrip('/')}", message)
        for name in names:
            if name not in known:
                message = f"does not belong to a topic{suggestion(name, known)}"
                self._add("unknown-file", f"{slug}/{name.rstrip('/')}", message)

    def _read_topic_data(self, slug: str) -> tuple[DataFile, ...]:
        found: list[DataFile] = []
        folder = f"{slug}/{data_files.FOLDER}"
        names = self._list(folder)
        if len(names) > data_files.MAX_TOPIC_FILES:
            message = f"holds {len(names)} files: keep at most {data_files.MAX_TOPIC_FILES}"
            self._add("too-many-topic-files", folder, message)
        for name in names[: data_files.MAX_TOPIC_FILES]:
            path = f"{folder}/{name.rstrip('/')}"
            try:
                found.append(data_files.read_data_file(self.root, path))
            except data_files.DataFileError as error:
                self._add(error.code, path, error.message)
        return tuple(found)

    def _read_mode(self, folder: str, reserved: tuple[str, ...]) -> tuple[Problem, ...]:
        """The problems of a mode. Their sets are numbered from 1 without gaps, as far as all of them can be read."""
        before = len(self.mistakes)
        problems = tuple(self._read_problems(folder, reserved))
        sets = {problem.set for problem in problems}
        missing = next(number for number in range(1, len(sets) + 2) if number not in sets)
        later = next((problem for problem in problems if problem.set > missing), None)
        if later and len(self.mistakes) == before:
            path, line = later.place("set")
            message = f"`set = {later.set}`, and no problem here has `set = {missing}`: number the sets from 1"
            self._add("missing-set", path, message, line)
        return problems

    def _read_problems(self, folder: str, reserved: tuple[str, ...]) -> Iterator[Problem]:
        slugs: dict[str, str] = {}
        for name in self._list(folder):
            slug = name.removesuffix("/") if name.endswith("/") else name.removesuffix(".md")
            path = f"{folder}/{name.rstrip('/')}"
            if not self._is_slug(slug, f"{folder}/{name}"):
                pass
            elif slug in reserved:
                self._add("reserved-name", path, f"`{slug}` is the address of one of the service's pages: rename it")
            elif slug in slugs:
                self._add("repeated-name", path, f"has the same name as {slugs[slug]}: rename one of them")
            elif name.endswith("/"):
                yield from self._read_problem_folder(path)
            elif name.endswith(".md"):
                yield from self._read_problem_file(path, {})
            else:
                self._add("not-a-problem", path, "is not a problem: a problem is a file `NAME.md` or a folder")
            slugs.setdefault(slug, name)

    def _is_slug(self, slug: str, path: str) -> bool:
        """Whether a name can be part of an address; if not, that is a mistake."""
        if _SLUG.match(slug):
            return True
        self._add("invalid-name", path, "cannot be part of an address: use letters, digits, `-`, `_` and `.`")
        return False

    def _read_problem_folder(self, folder: str) -> Iterator[Problem]:
        names = self._list(folder)
        if "problem.md" not in names:
            self._add("not-a-problem", folder, "this folder is not a problem: add a `problem.md`")
            return
        inner = self._list(f"{folder}/mutants") if "mutants/" in names else []
        roles = [f"{role}.py" for role in problems.FILE_ROLES]
        found: dict[str, str] = {}
        others: list[str] = []
        for name in (*names, *(f"mutants/{name}" for name in inner)):
            if name in roles or (name.startswith("mutants/") and name.endswith(".py")):
                text = self._read_text(f"{folder}/{name}")
                found |= {} if text is None else {name: text}
            elif name not in ("problem.md", "mutants/", f"{images.FOLDER}/") and not images.is_image_name(name):
                others.append(name)
        folders = (folder, f"{folder.split('/')[0]}/{data_files.FOLDER}")
        data_folder = data_files.DataFolder(self.root, folders)
        yield from self._read_problem_file(f"{folder}/problem.md", found, data_folder)
        for name in others:
            if data_folder.listed is None or name not in data_folder.listed:
                self._add_unknown_file(folder, name, ["problem.md", *roles, "mutants/NAME.py"])

    def _add_unknown_file(self, folder: str, name: str, known: Sequence[str]) -> None:
        """Add the mistake of a file in a problem's folder that nothing uses."""
        message = f"does not belong to a problem{suggestion(name, known)}"
        if data_files.is_data_name(name):
            message += f'; to open it in the code, list it in the front matter: `data = ["{name}"]`'
        self._add("unknown-file", f"{folder}/{name.rstrip('/')}", message)

    def _read_problem_file(
        self, path: str, other_files: Mapping[str, str], data_folder: data_files.DataFolder | None = None
    ) -> Iterator[Problem]:
        diagnostics = Diagnostics(path)
        text = files.read_text(self.root, path, diagnostics)
        data_folder = data_folder or data_files.DataFolder(self.root, [f"{path.split('/')[0]}/{data_files.FOLDER}"])
        if text is not None:
            key = content_key("problem", path, text, *itertools.chain(*sorted(other_files.items())))
            problem = self.cache.get(key)
            if problem is None:
                load_image = partial(self._load_image, path)
                problem = problems.read_problem(path, text, diagnostics, other_files, load_image, data_folder)
            if problem is not None:
                self._remember(key, problem)
                yield problem
        self.mistakes += diagnostics.mistakes

    def _remember(self, key: Key, problem: Problem) -> None:
        """Cache a problem if it depends on nothing but its text: on no other file, and on no package with its kind."""
        is_text_only = not problem.data and not any(variant.images for variant in problem.variants)
        if is_text_only and kinds.get(problem.kind) in kinds.BUILTIN:
            self.cache.put(key, problem)
            self.keys[problem.path] = key

    def _read_page(self, path: str) -> Page | None:
        diagnostics = Diagnostics(path)
        text = files.read_text(self.root, path, diagnostics)
        load_image = partial(self._load_image, path)
        page = pages.read_page(path, text, diagnostics, load_image) if text is not None else None
        self.mistakes += diagnostics.mistakes
        return page

    def _read_cards(self, path: str) -> tuple[Card, ...]:
        diagnostics = Diagnostics(path)
        text = files.read_text(self.root, path, diagnostics)
        load_image = partial(self._load_image, path)
        deck = cards.read_cards(path, text, diagnostics, load_image) if text is not None else ()
        self.mistakes += diagnostics.mistakes
        return () if diagnostics else deck

    def _load_image(self, path: str, source: str) -> Image:
        """The image that the text at a path shows, read once: many variants show the same."""
        key = (path.rpartition("/")[0], source)
        if key not in self._images:
            try:
                self._images[key] = images.read_image(self.root, path, source)
            except images.ImageError as error:
                self._images[key] = error
        found = self._images[key]
        if isinstance(found, images.ImageError):
            raise found
        return found

    def _read_experiments(self, path: str) -> str:
        text = self._read_text(path)
        try:
            ast.parse(text or "")
        except SyntaxError as error:
            self._add("invalid-python", path, f"is not valid Python: {error.msg}", error.lineno or 1)
        except (ValueError, MemoryError, RecursionError) as error:
            self._add("invalid-python", path, f"is not valid Python: {error or 'nested too deeply'}")
        return text or ""

    def _read_table(self, path: str, model: type[toml_tables.Model]) -> toml_tables.Model | None:
        diagnostics = Diagnostics(path)
        text = files.read_text(self.root, path, diagnostics)
        table = toml_tables.parse_table(text, model, diagnostics)[0] if text is not None else None
        self.mistakes += diagnostics.mistakes
        return table

    def _read_text(self, path: str) -> str | None:
        diagnostics = Diagnostics(path)
        text = files.read_text(self.root, path, diagnostics)
        self.mistakes += diagnostics.mistakes
        return text

    def _list(self, folder: str) -> list[str]:
        """The names in a folder, without folders that link out of the course."""
        kept: list[str] = []
        for name in files.list_entries(self.root, folder):
            path = name if folder == "." else f"{folder}/{name}"
            if name.endswith("/") and self._is_outside(path):
                self._add("link-outside", path.rstrip("/"), files.LINK_OUTSIDE)
            else:
                kept.append(name)
        return kept

    def _is_outside(self, path: str) -> bool:
        try:
            return files.is_outside(self.root, path)
        except (OSError, RuntimeError):
            return True

    def _add(self, code: str, path: str, message: str, line: int = 1) -> None:
        self.mistakes.append(Mistake(printable(path), line, message, code))


def _with_named_data(page: Page, data: Sequence[DataFile]) -> Page:
    """A page with those of the topic's data files whose names its code contains."""
    code = "\n".join(cell.code for cell in page.cells)
    return replace(page, data=tuple(file for file in data if file.name in code))
