"""A course together with its evidence: which verdicts hold now, and so what may be served."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from practicum import course as courses
from practicum import settings
from practicum.course import CourseScan
from practicum.course.content_cache import ENDING, ContentCache, Key, content_key
from practicum.course.environment import LOCK
from practicum.model import Course, CourseError, Deck, Evidence, Mistake, Page, Problem, Topic, VariantFinding, Verdict
from practicum.prove import subjects
from practicum.prove.evidence_file import EvidenceFileError, evidence_path, read_evidence
from practicum.prove.evidence_hash import evidence_hash
from practicum.prove.subjects import Subject
from practicum.prove.versions import CourseVersions


@dataclass(frozen=True)
class Entry:
    """A subject and its verdict now. Evidence for an earlier version of its text does not count."""

    subject: Subject
    topic: str
    mode: str
    evidence: Evidence | None
    """The evidence on disk, if it is for the text as it is now."""
    verdict: Verdict
    why: str
    changed_versions: str = ""
    """In which versions this machine differs from the evidence, in words; empty if in none. The verdict still holds for
    the versions that the evidence names."""

    @property
    def problem(self) -> Problem:
        """The subject, which must be a problem."""
        assert isinstance(self.subject, Problem)
        return self.subject

    @property
    def path(self) -> str:
        return self.subject.path

    @property
    def place(self) -> tuple[str, int]:
        """The file (relative to the course) and the line that its verdict is about."""
        worst = [each for each in self.evidence.variants if each.verdict is self.verdict] if self.evidence else []
        return self.place_of(worst[0] if worst else None)

    def place_of(self, finding: VariantFinding | None) -> tuple[str, int]:
        """Return the file and the line that a finding is about; without one, those of the title."""
        match self.subject:
            case Problem():
                return self.subject.place(finding.part if finding else "title")
            case Deck():
                question = finding.params.get("card") if finding else None
                return self.path, next((card.line for card in self.subject.cards if card.question == question), 1)
            case Page():
                return self.path, 1

    @property
    def holds(self) -> bool:
        """Whether it is proved or cited, and for the versions that runs would use now."""
        return self.verdict.served and not self.changed_versions

    @property
    def cited(self) -> bool:
        """Whether the subject cites sources in place of a proof."""
        return bool(subjects.cites(self.subject))

    @property
    def outdated(self) -> bool:
        """Whether it must be run: it never was, it or its packages changed since, or its last run ended in an error."""
        return not self.cited and (
            self.evidence is None or self.verdict is Verdict.ERROR or bool(self.changed_versions)
        )


@dataclass(frozen=True)
class Catalogue:
    """A course folder as it was when it was read."""

    root: Path
    course: Course
    entries: Mapping[str, Entry]
    """The problems by path, in the course's order."""
    pages: Mapping[str, Entry] = field(default_factory=dict)
    """The pages by path."""
    decks: Mapping[str, Entry] = field(default_factory=dict)
    """The decks by path, if a card of theirs has a claim."""
    mistakes: list[Mistake] = field(default_factory=list)
    """What is wrong in the course's files, which are left out of it; empty in a catalogue that was loaded."""

    @property
    def all(self) -> Mapping[str, Entry]:
        """All entries by path."""
        return {**self.entries, **self.pages, **self.decks}

    @property
    def has_valid_settings(self) -> bool:
        """Whether `course.toml` and the lock beside it have no mistake, so that code runs with the right packages."""
        return not any(mistake.path in ("course.toml", LOCK) for mistake in self.mistakes)

    def can_run(self, entry: Entry) -> bool:
        """Whether no file that the runs of an entry depend on has a mistake."""
        experiments = f"{entry.topic}/experiments.py"
        return self.has_valid_settings and all(mistake.path != experiments for mistake in self.mistakes)

    def topic(self, slug: str) -> Topic:
        """Return the topic of that name. Raises KeyError."""
        return {topic.slug: topic for topic in self.course.topics}[slug]


def load(root: Path) -> Catalogue:
    """Return the course in a folder with its evidence. Raises CourseError with every mistake in its files."""
    catalogue = survey(root)
    if catalogue.mistakes:
        raise CourseError(catalogue.mistakes)
    return catalogue


def survey(root: Path, cache: ContentCache | None = None) -> Catalogue:
    """Return the course in a folder with its evidence, as far as its files can be read.

    Args:
        root: The folder of the course.
        cache: What was read before, which is written again. Default: the course's in the user's cache folder.
    """
    cache = cache or ContentCache(_cache_file(root))
    reading = courses.scan_course(root, cache)
    entries = list(_entries(root, reading, cache))
    cache.save()

    def by_path(kind: type[Subject]) -> dict[str, Entry]:
        return {entry.path: entry for entry in entries if isinstance(entry.subject, kind)}

    return Catalogue(root, reading.course, by_path(Problem), by_path(Page), by_path(Deck), reading.mistakes)


def _cache_file(root: Path) -> Path | None:
    """Return the file with what was read from the course in a folder; None if that file would be in the course itself.

    A course can be a stranger's, and so could its files be.
    """
    try:
        folder, root = settings.readings_directory().resolve(), root.resolve()
    except (OSError, RuntimeError):  # a circular link
        return None
    if folder.is_relative_to(root):
        return None
    return folder / f"{hashlib.blake2b(os.fsencode(root), digest_size=16).hexdigest()}{ENDING}"


def _entries(root: Path, reading: CourseScan, cache: ContentCache) -> Iterator[Entry]:
    now = CourseVersions.of(reading.course, root)
    for topic in reading.course.topics:
        experiments = content_key(topic.experiments)
        for mode, subject in _subjects(topic):
            key = reading.keys.get(subject.path)
            current_hash = partial(_cached_hash, subject, topic, key and key + experiments, cache)
            yield _entry(root, topic, mode, subject, now, current_hash, cache)


def _subjects(topic: Topic) -> Iterator[tuple[str, Subject]]:
    """Yield what can be proved of a topic, with its mode."""
    for mode, problems in topic.problems.items():
        for problem in problems:
            yield mode, problem
    yield from topic.pages.items()
    for mode, deck in topic.decks.items():
        if any(card.claim for card in deck.cards):
            yield mode, deck


def _cached_hash(subject: Subject, topic: Topic, key: Key | None, cache: ContentCache) -> str:
    """Return the hash that a subject's evidence must have; the key is that of its text and of the experiments."""
    if key is None:
        return evidence_hash(subject, topic)
    current: str | None = cache.get(key)
    if current is None:
        current = evidence_hash(subject, topic)
        cache.put(key, current)
    return current


def _entry(
    root: Path,
    topic: Topic,
    mode: str,
    subject: Subject,
    now: CourseVersions,
    current_hash: Callable[[], str],
    cache: ContentCache,
) -> Entry:
    """Return a subject with the verdict that its evidence on disk gives it.

    Evidence counts for the versions that runs would use now, and for those of the course's lock. In the second case
    learners see with which versions it was run, and the next `practicum prove` runs it again.
    """
    if subjects.cites(subject):
        return Entry(subject, topic.slug, mode, None, Verdict.CITED, "")
    try:
        found = read_evidence(f"{root}/{evidence_path(subject)}", cache)
    except EvidenceFileError as error:
        return Entry(subject, topic.slug, mode, None, Verdict.UNPROVED, str(error))
    if found is None:
        return Entry(subject, topic.slug, mode, None, Verdict.UNPROVED, "it has not been run yet")
    if found.hash != current_hash():
        return Entry(subject, topic.slug, mode, None, Verdict.UNPROVED, "it has not been run since it changed")
    changed = now.changes(found.versions)
    if changed and not now.has_pinned(found.versions):
        why = f"it has not been run since the course's packages changed: {changed}"
        return Entry(subject, topic.slug, mode, None, Verdict.UNPROVED, why)
    return Entry(subject, topic.slug, mode, found, found.verdict, found.why, changed)
