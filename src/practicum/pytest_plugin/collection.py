"""What pytest collects of a course: its files, and their tests."""

from __future__ import annotations

import os
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest

from practicum.audit.lazy_pool import LazyPool
from practicum.course import find_course_root
from practicum.environments.selection import NoEnvironment
from practicum.formatting import assignments
from practicum.model import Deck, Json, Mistake, Page, Problem, VariantFinding, Verdict
from practicum.prove.catalogue import Catalogue, Entry, survey
from practicum.prove.option_report import describe_option
from practicum.pytest_plugin.background_prover import BackgroundProver


@dataclass(frozen=True)
class CollectedCourse:
    """A course of this test run."""

    catalogue: Catalogue
    prover: BackgroundProver

    @cached_property
    def mistakes(self) -> Mapping[str, list[Mistake]]:
        """The mistakes by the file that reports them: their own, or `course.toml` if that is missing or a folder."""
        found: dict[str, list[Mistake]] = {}
        for mistake in self.catalogue.mistakes:
            is_file = (self.catalogue.root / mistake.path).is_file()
            found.setdefault(mistake.path if is_file else "course.toml", []).append(mistake)
        return found

    def mistakes_of(self, path: str) -> list[Mistake]:
        """Return the mistakes in a file, or those in shared files because of which its tests cannot be run."""
        if own := self.mistakes.get(path):
            return own
        entry = self.catalogue.all.get(path)
        if (entry is None and not path.endswith(".md")) or (entry is not None and self.catalogue.can_run(entry)):
            return []
        topic, _, name = path.partition("/")
        shared = ("course.toml", "environment.txt", f"{topic}/topic.toml", f"{topic}/experiments.py")
        return [mistake for mistake in self.catalogue.mistakes if name and mistake.path in shared]


@dataclass
class CourseCollection:
    """The hook that collects the files of courses."""

    courses: dict[Path, CollectedCourse] = field(default_factory=dict)
    pool: LazyPool = field(default_factory=lambda: LazyPool(os.cpu_count() or 1))

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Collect a file that has something to prove, or a mistake."""
        root = find_course_root(file_path.parent)
        if root is None:
            return None
        if root not in self.courses:
            catalogue = survey(root)
            self.courses[root] = CollectedCourse(catalogue, BackgroundProver(catalogue, self.pool.run))
        course, path = self.courses[root], file_path.relative_to(root).as_posix()
        if path not in course.catalogue.all and not course.mistakes_of(path):
            return None
        return CourseFile.from_parent(parent, path=file_path, course=course, relative=path)

    def close(self) -> None:
        """End what is still being proved."""
        for course in self.courses.values():
            course.prover.close()
        self.pool.close()


class CourseFile(pytest.File):
    """A file of a course: a test for each of its parts that is run and judged alone."""

    def __init__(self, *, course: CollectedCourse, relative: str, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.course, self.relative = course, relative

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the tests. Raises CollectError with all mistakes."""
        if mistakes := self.course.mistakes_of(self.relative):
            raise self.CollectError("\n".join(map(self._located, mistakes)))
        entry = self.course.catalogue.all[self.relative]
        for number, name in enumerate(_test_names(entry)):
            yield ClaimTest.from_parent(self, name=name, entry=entry, number=number)

    def shown_path(self, path: str) -> str:
        """Return a path of the course as seen from where pytest was started."""
        return os.path.relpath(self.course.catalogue.root / path, self.config.invocation_params.dir)

    def _located(self, mistake: Mistake) -> str:
        return f"{self.shown_path(mistake.path)}:{mistake.line}: {mistake.message} ({mistake.code})"


class ClaimTest(pytest.Item):
    """The claims of a problem's variant, of a page, or of a card."""

    def __init__(self, *, entry: Entry, number: int, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.entry, self.number = entry, number

    @property
    def file(self) -> CourseFile:
        """The file of the test."""
        assert isinstance(self.parent, CourseFile)
        return self.parent

    def runtest(self) -> None:
        """Fail unless the claims are proved, or cited. What has no valid evidence is proved first."""
        try:
            entry = self.file.course.prover.proved(self.entry, self._together())
        except (NoEnvironment, OSError) as error:
            pytest.fail(f"not proved: {error}", pytrace=False)
        finding = entry.evidence.variants[self.number] if entry.evidence else None
        if (finding.verdict if finding else entry.verdict).served:
            return
        pytest.fail(self._report(entry, finding), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the file, the line of the title from 0, and the name."""
        path, line = self.entry.place_of(None)
        return self.file.course.catalogue.root / path, line - 1, self.name

    def _together(self) -> Sequence[Entry]:
        """Return what is proved with this: all that is selected, or nothing if workers of pytest-xdist share it."""
        if hasattr(self.config, "workerinput"):
            return []
        tests = (test for test in self.session.items if isinstance(test, ClaimTest))
        return [test.entry for test in tests if test.file.course is self.file.course]

    def _report(self, entry: Entry, finding: VariantFinding | None) -> str:
        """Return the verdict and its reason, each option with its mark and what was observed, and the place."""
        verdict, why, code = (finding.verdict, finding.why, finding.code) if finding else (entry.verdict, entry.why, "")
        lines = [f"{verdict}{f' ({code})' if code else ''}: {why or 'nothing was run'}"]
        for number, option in enumerate(finding.options if finding else (), 1):
            lines.append(f"  {describe_option(number, option)}")
            if option.observed:
                lines.append(textwrap.indent(option.observed, "      ", lambda line: True))
        path, line = entry.place_of(finding)
        return "\n".join([*lines, f"{self.file.shown_path(path)}:{line}: {verdict}"])


def _test_names(entry: Entry) -> list[str]:
    """Return a name for each part of a subject, in the order of its findings. Equal names get a number."""
    if entry.verdict is Verdict.CITED:
        return ["cited"]
    names = [_name(params) for params in _params(entry)]
    equal, seen = Counter(names), Counter[str]()
    for index, name in enumerate(names):
        seen[name] += 1
        if equal[name] > 1:
            names[index] = f"{name} {seen[name]}"
    return names


def _name(params: Mapping[str, Json]) -> str:
    text = str(params["card"]) if params.keys() == {"card"} else assignments(params)
    return f"claims[{' '.join(text.split())}]" if text else "claims"


def _params(entry: Entry) -> list[Mapping[str, Json]]:
    match entry.subject:
        case Problem(variants=variants):
            return [variant.params for variant in variants]
        case Deck(cards=cards):
            return [{"card": card.question} for card in cards if card.claim]
        case Page():
            return [{}]
