"""What a mode is: one way to learn a topic, and the file or folder that holds its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from practicum.model import Topic


@dataclass(frozen=True)
class Mode:
    """One of the nine ways. Its content is `NAME.md` (a page or cards) or the folder `NAME/` (problems)."""

    name: str
    title: str
    minutes: int
    summary: str
    shows: Literal["page", "exercises", "sitting", "bench", "cards"]
    """How its content is gone through: the service has pages for each of these."""
    taken: tuple[str, ...] = ()
    """Names that no problem of it may have: the service has pages of its own at their addresses."""

    @property
    def holds(self) -> Literal["page", "problems", "cards"]:
        """What its author writes."""
        return "page" if self.shows == "page" else "cards" if self.shows == "cards" else "problems"

    @property
    def place(self) -> str:
        """Where its content stands in a topic's folder."""
        return f"{self.name}/" if self.holds == "problems" else f"{self.name}.md"

    def has_content(self, topic: Topic) -> bool:
        """Whether the topic's author wrote anything for it. A mode without content is not offered."""
        if self.holds == "cards":
            return bool(topic.cards)
        return self.name in topic.pages or bool(topic.problems.get(self.name))
