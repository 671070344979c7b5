"""One topic as one learner works in it: what every activity starts from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from practicum.application.clock import now
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.site import Site
from practicum.model import Topic
from practicum.modes import Mode
from practicum.prove.catalogue import Catalogue, Entry
from practicum.runner import Pool
from practicum.store import StepRecord


def queue_key(token: str) -> str:
    """Return the name under which a learner owns runs and takes turns at running code; it does not reveal the token."""
    return hashlib.sha256(b"practicum person" + token.encode()).hexdigest()


@dataclass(frozen=True)
class TopicContext:
    """A topic, the mode it is learned in, and the learner, known by the token of their browser or account."""

    site: Site
    catalogue: Catalogue
    topic: Topic
    mode: Mode
    token: str

    @property
    def topic_path(self) -> str:
        """The path of the topic: `/course/topic`."""
        return topic_path(self.catalogue, self.topic)

    @property
    def path(self) -> str:
        """The path of the topic in this mode: `/course/topic/mode`."""
        return f"{self.topic_path}/{self.mode.name}"

    @property
    def topic_link(self) -> Link:
        return Link(self.topic_path, self.topic.title)

    @property
    def queue_key(self) -> str:
        """The name under which the learner owns runs."""
        return queue_key(self.token)

    @property
    def learner(self) -> str | None:
        """The learner's id; None for one who has done nothing yet."""
        return self.site.learner(self.token)

    def enroll(self) -> str:
        """Return the learner's id, creating one for a new learner."""
        return self.site.enroll(self.token)

    def entries(self) -> tuple[Entry, ...]:
        """Return the mode's problems that may be shown, in the author's order."""
        return self.site.entries(self.catalogue, self.topic, self.mode.name)

    def steps(self) -> Sequence[StepRecord]:
        """Return what the learner did in this mode of the topic, in order."""
        learner = self.learner
        if learner is None:
            return ()
        return self.site.store.steps(learner, self.catalogue.course.slug, self.topic.slug, self.mode.name)

    def step(self, kind: str, data: Mapping[str, Any], item: str = "", nonce: str | None = None) -> StepRecord:
        """Return a step of this moment, not stored yet."""
        return StepRecord(self.catalogue.course.slug, self.topic.slug, self.mode.name, item, kind, now(), data, nonce)

    def record(self, step: StepRecord) -> None:
        """Store a step of the learner's; once it returns, the step is on disk."""
        self.site.store.add_step(self.enroll(), step)

    def require_pool(self) -> Pool:
        """Return what runs learners' code. Raises Refused (forbidden) where no code of theirs is run."""
        if self.site.pool is None or not self.site.runs_code:
            raise code_is_not_run(Link(self.path, "Back"))
        return self.site.pool


def topic_path(catalogue: Catalogue, topic: Topic) -> str:
    """Return the path of a topic: `/course/topic`."""
    return f"/{catalogue.course.slug}/{topic.slug}"


def code_is_not_run(link: Link) -> Refused:
    return Refused(
        Reason.FORBIDDEN, "code-is-not-run", "Code is not run here", "The page of the scratch pad explains why.", link
    )
