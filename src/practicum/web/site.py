"""What one service serves: its courses, its store, its runner. Built once, before the first request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request

from practicum import kinds, modes
from practicum.model import Card, Topic, VariantFinding, Verdict
from practicum.prove.catalogue import Catalogue, Entry
from practicum.runner.job import IsolationMode
from practicum.store import Store
from practicum.web.pending import Pending
from practicum.web.recent import Recent
from practicum.web.seat import Seat
from practicum.web.view import Halt

if TYPE_CHECKING:
    from practicum.runner import Pool
    from practicum.web.outcome import Outcome

_LEARNERS = 10_000
"""How many visitors' learners are remembered between requests."""

_TOLD = 1_000
"""How many failed tries are remembered with what their runs said, for the page that comes after."""

_SEATS = 1_000
"""How many sittings are remembered between requests, at some 10 kB each."""


@dataclass(frozen=True)
class ServedCard:
    """A card that may be shown, and what running said of its claim, if it has one."""

    card: Card
    finding: VariantFinding | None
    ran: str
    """The day of that, ISO 8601; empty where nothing was run."""


class Site:
    """The courses by their slugs, and where progress is kept. `pool` runs code, where there is one.

    `local`: only this machine can reach the service, so that code may be run that nothing keeps apart. `lab`: the
    folder for what learners have made of their own pictures.
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
        self._learners: Recent[str] = Recent(_LEARNERS)
        self.seats: Recent[Seat] = Recent(_SEATS)
        """Sittings as they were when last read or written. Another process may have written since."""
        self.told: Recent[Outcome] = Recent(_TOLD)
        """What the runs of failed tries said, by the nonce of the try. Nothing of it is kept beyond that."""
        self.pending = Pending()

    @property
    def isolated(self) -> bool:
        """Whether what is run here is kept apart from the machine; also where nothing is run."""
        return self.pool is None or self.pool.mode is not IsolationMode.SUBPROCESS

    def catalogue(self, course: str) -> Catalogue:
        """The course of that slug. Raises Halt (404)."""
        found = self.catalogues.get(course)
        if found is None:
            raise Halt(404, "There is no such course", "It may have been renamed. The home page lists what there is.")
        return found

    def topic(self, course: str, topic: str) -> tuple[Catalogue, Topic]:
        """The topic of that slug, with its course. Raises Halt (404)."""
        catalogue = self.catalogue(course)
        for known in catalogue.course.topics:
            if known.slug == topic:
                return catalogue, known
        raise Halt(404, "There is no such topic", "It may have been renamed. The home page lists what there is.")

    def entries(self, catalogue: Catalogue, topic: Topic, mode: str) -> tuple[Entry, ...]:
        """The problems that may be shown, in the author's order: proved or cited, and all of them in a draft.

        A kind that has pages of its own is shown there and nowhere else.
        """
        own = any(one.name == mode and one.shows == "bench" for one in modes.ALL)
        problems = (one for one in topic.problems.get(mode, ()) if kinds.get(one.kind).has_form != own)
        known = (catalogue.entries.get(problem.path) for problem in problems)
        return tuple(entry for entry in known if entry is not None and (self.draft or entry.verdict.served))

    def offered(self, catalogue: Catalogue, topic: Topic) -> tuple[modes.Mode, ...]:
        """The modes in which this topic has something to show."""
        return tuple(mode for mode in modes.ALL if mode.has_content(topic) and self._shows(catalogue, topic, mode))

    def _shows(self, catalogue: Catalogue, topic: Topic, mode: modes.Mode) -> bool:
        """Whether something of that mode may be shown: what was proved, and all in a draft."""
        if mode.holds == "problems":
            return bool(self.entries(catalogue, topic, mode.name))
        if mode.holds == "page":
            return self.draft or catalogue.pages[topic.pages[mode.name].path].verdict.served
        return bool(self.cards(catalogue, topic))

    def cards(self, catalogue: Catalogue, topic: Topic) -> tuple[ServedCard, ...]:
        """The cards that may be shown: those that claim nothing, those that are proved, and all of them in a draft."""
        deck = catalogue.decks.get(topic.cards[0].path) if topic.cards else None
        evidence = deck.evidence if deck else None
        found = {str(one.params.get("card")): one for one in evidence.variants} if evidence else {}
        served: list[ServedCard] = []
        for card in topic.cards:
            finding = found.get(card.question) if card.claim else None
            if not card.claim or self.draft or (finding and finding.verdict is Verdict.PROVED):
                served.append(ServedCard(card, finding, evidence.ran if evidence and finding else ""))
        return tuple(served)

    def known(self, token: str) -> str | None:
        """The id of the learner who holds this token, if it is remembered: without a look into the store."""
        return self._learners.get(token)

    def learner(self, token: str) -> str | None:
        """The id of the learner who holds this token, if there is one. Ids are for good, so they are remembered."""
        return self._found(token, create=False)

    def enrol(self, token: str) -> str:
        """The id of the learner who holds this token: a new one's, if nobody does yet."""
        known = self._found(token, create=True)
        assert known is not None
        return known

    def _found(self, token: str, create: bool) -> str | None:
        known = self._learners.get(token)
        if known is None:
            known = self.store.learner_for(token, create)
            if known is not None:
                self._learners.put(token, known)
        return known


def first_set(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Of a challenge's problems those that a learner meets first. Other modes have one set."""
    first = min((entry.problem.set for entry in entries), default=1)
    return tuple(entry for entry in entries if entry.problem.set == first)


def site(request: Request) -> Site:
    """The site that this request is for."""
    known = request.app.state.site
    assert isinstance(known, Site)
    return known
