"""A course together with its evidence: what is proved now, and what may be served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from practicum import course as courses
from practicum.model import Course, CourseError, Deck, Evidence, Mistake, Page, Problem, Topic, Verdict
from practicum.prove import evidence as evidences
from practicum.prove import subjects
from practicum.prove.subjects import Subject


@dataclass(frozen=True)
class Entry:
    """What can be proved and the verdict that stands now: evidence for an earlier text of it proves nothing."""

    subject: Subject
    topic: str
    mode: str
    evidence: Evidence | None
    """The evidence on disk, if it is about the text as it stands."""
    verdict: Verdict
    why: str

    @property
    def problem(self) -> Problem:
        """The subject, where it is a problem."""
        assert isinstance(self.subject, Problem)
        return self.subject

    @property
    def path(self) -> str:
        return self.subject.path

    @property
    def cited(self) -> bool:
        """Whether sources stand for what cannot be run."""
        return bool(subjects.cites(self.subject))

    @property
    def outdated(self) -> bool:
        """Whether it must be run: never run, changed since, or stopped by the machine when it last was."""
        return not self.cited and (self.evidence is None or self.verdict is Verdict.ERROR)


@dataclass(frozen=True)
class Catalogue:
    """A course folder, read once."""

    root: Path
    course: Course
    entries: Mapping[str, Entry]
    """The problems by their paths, in the course's order."""
    pages: Mapping[str, Entry] = field(default_factory=dict)
    """The pages by their paths."""
    decks: Mapping[str, Entry] = field(default_factory=dict)
    """The decks of cards by their paths: those in which a card has a claim."""
    mistakes: list[Mistake] = field(default_factory=list)
    """Empty unless it was surveyed rather than loaded."""

    @property
    def all(self) -> Mapping[str, Entry]:
        """All that can be proved, by path."""
        return {**self.entries, **self.pages, **self.decks}

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
    reading = courses.scan_course(root)
    entries = list(_entries(root, reading.course))

    def those(kind: type[Subject]) -> dict[str, Entry]:
        return {entry.path: entry for entry in entries if isinstance(entry.subject, kind)}

    return Catalogue(root, reading.course, those(Problem), those(Page), those(Deck), reading.mistakes)


def _entries(root: Path, course: Course) -> Iterator[Entry]:
    for topic in course.topics:
        for mode, problems in topic.problems.items():
            for problem in problems:
                yield entry(root, topic, mode, problem)
        for mode, page in topic.pages.items():
            yield entry(root, topic, mode, page)
        for mode, deck in topic.decks.items():
            if any(card.claim for card in deck.cards):
                yield entry(root, topic, mode, deck)


def entry(root: Path, topic: Topic, mode: str, subject: Subject) -> Entry:
    """What the evidence on disk says of a subject as it stands."""
    if subjects.cites(subject):
        return Entry(subject, topic.slug, mode, None, Verdict.CITED, "")
    try:
        found = evidences.read(root / evidences.place(subject))
    except evidences.Unreadable as reason:
        return Entry(subject, topic.slug, mode, None, Verdict.UNPROVED, str(reason))
    if found is None:
        return Entry(subject, topic.slug, mode, None, Verdict.UNPROVED, "it has not been run yet")
    if found.hash != evidences.subject_hash(subject, topic):
        return Entry(subject, topic.slug, mode, None, Verdict.UNPROVED, "it has not been run since it changed")
    return Entry(subject, topic.slug, mode, found, found.verdict, found.why)
