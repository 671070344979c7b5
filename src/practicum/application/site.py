"""The courses, the store and the runner of one service, and what it may show of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from practicum import kinds, modes
from practicum.application.completions import Completions
from practicum.application.in_flight import InFlight
from practicum.application.lru_cache import LruCache
from practicum.application.refusals import Reason, Refused
from practicum.application.runs import Runs
from practicum.model import Card, DataFile, Image, Topic, VariantFinding, Verdict
from practicum.prove import subjects
from practicum.prove.catalogue import Catalogue, Entry
from practicum.runner.environment import Environment
from practicum.runner.job import IsolationMode, Job, Preload
from practicum.runner.required_imports import choose_preload
from practicum.store import Store

if TYPE_CHECKING:
    from practicum.application.run_report import RunReport
    from practicum.runner import Pool

_LEARNERS = 10_000
"""Learners' ids that are remembered between requests."""
_REPORTS = 1_000
"""Reports of failed attempts that are remembered for the page that follows."""
_SITTINGS = 1_000
"""Sittings that are remembered between requests, at some 10 kB each."""


@dataclass(frozen=True)
class ServedCard:
    """A card that may be shown, and the finding about its claim, if it has one."""

    card: Card
    finding: VariantFinding | None
    ran: str
    """The day its claim was run, ISO 8601; empty where nothing was run."""


class Site:
    """The courses by their slugs, the store of progress, and the runner. Built once, before the first request.

    Args:
        catalogues: The courses with their evidence.
        store: Where progress is kept.
        pool: Runs code; None where no code is run.
        draft: Whether to show what is not proved too.
        local: Whether only this machine can reach the service, so that code may run without isolation.
        lab: The folder for models that learners fit on their own images.
    """

    def __init__(
        self,
        catalogues: Sequence[Catalogue],
        store: Store,
        pool: Pool | None = None,
        draft: bool = False,
        local: bool = False,
        lab: Path | None = None,
    ) -> None:
        self.catalogues = {catalogue.course.slug: catalogue for catalogue in catalogues}
        self.store = store
        self.pool = pool
        self.draft = draft
        self.local = local
        self.lab = lab
        self.runs = Runs()
        self.completions = Completions()
        self.sittings: LruCache[object] = LruCache(_SITTINGS)
        """Each a LearnerSitting as it was last read or written. Another process may have written since."""
        self.failed_attempts: LruCache[RunReport] = LruCache(_REPORTS)
        """Reports of failed attempts, by the nonce of the attempt. They are kept in memory only."""
        self.in_flight = InFlight()
        self._learners: LruCache[str] = LruCache(_LEARNERS)

    @property
    def isolated(self) -> bool:
        """Whether runs are isolated from the machine; also true where nothing is run."""
        return self.pool is None or self.pool.mode is not IsolationMode.SUBPROCESS

    @property
    def runs_code(self) -> bool:
        """Whether learners' code may be run: in isolation, or without it for the one person who reaches the service."""
        return self.pool is not None and (self.isolated or self.local)

    def preload(self, environment: Environment | None = None) -> Preload:
        """Return the smallest interpreter that has what the courses' code imports: the one to keep warm."""
        texts = [topic.experiments for catalogue in self.catalogues.values() for topic in catalogue.course.topics]
        texts += [subjects.code(entry.subject) for found in self.catalogues.values() for entry in found.all.values()]
        importing = [text for text in texts if "import" in text]
        return choose_preload(Job("\n".join(importing), environment=environment))

    def catalogue(self, course: str) -> Catalogue:
        """Return the course of that slug. Raises Refused (not found)."""
        found = self.catalogues.get(course)
        if found is None:
            raise _not_found("no-such-course", "There is no such course")
        return found

    def topic(self, course: str, topic: str) -> tuple[Catalogue, Topic]:
        """Return the topic of that slug, with its course. Raises Refused (not found)."""
        catalogue = self.catalogue(course)
        for candidate in catalogue.course.topics:
            if candidate.slug == topic:
                return catalogue, candidate
        raise _not_found("no-such-topic", "There is no such topic")

    def entries(self, catalogue: Catalogue, topic: Topic, mode: str) -> tuple[Entry, ...]:
        """Return the problems that may be shown in a mode, in the author's order: in a draft all, else those served.

        A mode shows either the kinds that ask with a form or those that have pages of their own.
        """
        with_form = modes.get(mode).asks_with_form
        problems = (
            problem for problem in topic.problems.get(mode, ()) if kinds.get(problem.kind).has_form == with_form
        )
        found = (catalogue.entries.get(problem.path) for problem in problems)
        return tuple(entry for entry in found if entry is not None and (self.draft or entry.verdict.served))

    def offered(self, catalogue: Catalogue, topic: Topic) -> tuple[modes.Mode, ...]:
        """Return the modes in which this topic has something to show."""
        return tuple(
            mode
            for mode in modes.registered().values()
            if mode.has_content(topic) and self._shows(catalogue, topic, mode)
        )

    def _shows(self, catalogue: Catalogue, topic: Topic, mode: modes.Mode) -> bool:
        if mode.holds == "problems":
            return bool(self.entries(catalogue, topic, mode.name))
        if mode.holds == "page":
            return self.draft or catalogue.pages[topic.pages[mode.name].path].verdict.served
        return bool(self.cards(catalogue, topic, mode.name))

    def cards(self, catalogue: Catalogue, topic: Topic, mode: str) -> tuple[ServedCard, ...]:
        """Return a mode's cards that may be shown: without a claim, with a proved claim, and in a draft all of them."""
        deck = topic.decks.get(mode)
        if deck is None:
            return ()
        entry = catalogue.decks.get(deck.path)
        evidence = entry.evidence if entry else None
        findings = {str(finding.params.get("card")): finding for finding in evidence.variants} if evidence else {}
        served: list[ServedCard] = []
        for card in deck.cards:
            finding = findings.get(card.question) if card.claim else None
            if not card.claim or self.draft or (finding and finding.verdict is Verdict.PROVED):
                served.append(ServedCard(card, finding, evidence.ran if evidence and finding else ""))
        return tuple(served)

    def image(self, address: str) -> Image | None:
        """Return the image at an address, if a text that may be shown has it."""
        return self._images_by_address.get(address)

    @cached_property
    def _images_by_address(self) -> Mapping[str, Image]:
        return {image.address: image for image in self._shown_images()}

    def _shown_images(self) -> Iterator[Image]:
        for entry in self._shown_entries():
            yield from subjects.images(entry.subject)
            if entry.evidence is not None:
                for finding in entry.evidence.variants:
                    yield from (image for result in finding.measured for image in result.images.values())
        for catalogue in self.catalogues.values():
            for topic in catalogue.course.topics:
                for mode in topic.decks:
                    for served in self.cards(catalogue, topic, mode):
                        yield from served.card.images

    def data_file(self, address: str) -> DataFile | None:
        """Return the data file at an address, if the code of a text that may be shown opens it."""
        return self._data_by_address.get(address)

    @cached_property
    def _data_by_address(self) -> Mapping[str, DataFile]:
        found = (file for entry in self._shown_entries() for file in subjects.data_files(entry.subject))
        return {file.address: file for file in found}

    def _shown_entries(self) -> Iterator[Entry]:
        """The problems and pages that may be shown."""
        for catalogue in self.catalogues.values():
            for entry in (*catalogue.entries.values(), *catalogue.pages.values()):
                if self.draft or entry.verdict.served:
                    yield entry

    def remembered_learner(self, token: str) -> str | None:
        """Return the id of the learner who holds this token if it is in memory, without asking the store."""
        return self._learners.get(token)

    def learner(self, token: str) -> str | None:
        """Return the id of the learner who holds this token, or None if no learner does."""
        learner = self._learners.get(token)
        if learner is None:
            learner = self.store.learner_for(token)
            if learner is not None:
                self._learners.put(token, learner)
        return learner

    def enroll(self, token: str) -> str:
        """Return the id of the learner who holds this token, a new one if no learner does yet.

        The store is asked even for a known learner: after a restore there may be no such learner any more.
        """
        learner = self.store.learner_for(token, create=True)
        assert learner is not None
        self._learners.put(token, learner)
        return learner


def _not_found(code: str, heading: str) -> Refused:
    return Refused(
        Reason.NOT_FOUND, code, heading, "It may have been renamed. The home page lists all courses and topics."
    )


def first_set(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the problems of the set that a learner meets first. Modes other than sittings have one set."""
    first = min((entry.problem.set for entry in entries), default=1)
    return tuple(entry for entry in entries if entry.problem.set == first)
