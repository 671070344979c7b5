"""A course together with its evidence: what is proved now, and what may be served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from practicum import course as courses
from practicum.model import Course, CourseError, Evidence, Mistake, Problem, Topic, Verdict
from practicum.prove import evidence as evidences


@dataclass(frozen=True)
class Entry:
    """A problem and the verdict that stands now: evidence for an earlier text of it proves nothing."""

    problem: Problem
    topic: str
    mode: str
    evidence: Evidence | None
    """The evidence on disk, if it is about the problem as it stands."""
    verdict: Verdict
    why: str

    @property
    def outdated(self) -> bool:
        """Whether it must be run: never run, changed since, or stopped by the machine when it last was."""
        return not self.problem.cites and (self.evidence is None or self.verdict is Verdict.ERROR)


@dataclass(frozen=True)
class Catalogue:
    """A course folder, read once. `entries` is by the problem's path, in the course's order."""

    root: Path
    course: Course
    entries: Mapping[str, Entry]
    mistakes: list[Mistake] = field(default_factory=list)
    """Empty unless it was surveyed rather than loaded."""

    def topic(self, slug: str) -> Topic:
        """The topic of that name. Raises KeyError."""
        return {topic.slug: topic for topic in self.course.topics}[slug]


def load(root: Path) -> Catalogue:
    """The course in a folder with what is proved of it. Raises CourseError with every mistake there is."""
    catalogue = survey(root)
    if catalogue.mistakes:
        raise CourseError(catalogue.mistakes)
    return catalogue


def survey(root: Path) -> Catalogue:
    """The same, as far as it can be read."""
    reading = courses.survey(root)
    entries = {entry.problem.path: entry for entry in _entries(root, reading.course)}
    return Catalogue(root, reading.course, entries, reading.mistakes)


def _entries(root: Path, course: Course) -> Iterator[Entry]:
    for topic in course.topics:
        for mode, problems in topic.problems.items():
            for problem in problems:
                yield entry(root, topic, mode, problem)


def entry(root: Path, topic: Topic, mode: str, problem: Problem) -> Entry:
    """What the evidence on disk says of a problem as it stands."""
    if problem.cites:
        return Entry(problem, topic.slug, mode, None, Verdict.CITED, "")
    try:
        found = evidences.read(root / evidences.place(problem))
    except evidences.Unreadable as reason:
        return Entry(problem, topic.slug, mode, None, Verdict.UNPROVED, str(reason))
    if found is None:
        return Entry(problem, topic.slug, mode, None, Verdict.UNPROVED, "it has not been run yet")
    if found.hash != evidences.problem_hash(problem, topic):
        return Entry(problem, topic.slug, mode, None, Verdict.UNPROVED, "it has not been run since it changed")
    return Entry(problem, topic.slug, mode, found, found.verdict, found.why)
