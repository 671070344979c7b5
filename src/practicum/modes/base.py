"""What a mode is: one way to learn a topic, the file or folder that holds its content, and the code that shows it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal

from practicum.model import Topic


@dataclass(frozen=True)
class Mode:
    """One way to learn a topic. Its content is `NAME.md` (a page or cards) or the folder `NAME/` (problems).

    A mode's folder may hold `routes.py`, `progress.py`, `templates/`, `style.css` and `script.js`. What it lacks comes
    from its activity: a package with the same parts, which several modes share.
    """

    name: str
    title: str
    minutes: int
    summary: str
    holds: Literal["page", "problems", "cards"]
    """What its author writes."""
    package: str
    """The mode's folder as a package: `__name__` of the module that defines it."""
    activity: str = ""
    """The package of the activity that the mode uses."""
    taken: tuple[str, ...] = ()
    """Names that no problem of it may have, because its routes have pages of their own at these addresses."""
    asks_with_form: bool = True
    """Whether it shows the kinds of problems that ask with a form, or those that have pages of their own."""
    is_sitting: bool = False
    """Whether its problems are answered in sittings, one after another, which a learner can resume."""
    awards_badge: bool = False
    """Whether answering all problems of one set right earns the topic's badge."""

    @property
    def place(self) -> str:
        """The name of its content in a topic's folder: `NAME.md`, or `NAME/` for problems."""
        return f"{self.name}/" if self.holds == "problems" else f"{self.name}.md"

    @property
    def packages(self) -> tuple[str, ...]:
        """Where its parts are looked for, in this order."""
        return (self.package, self.activity) if self.activity else (self.package,)

    def has_content(self, topic: Topic) -> bool:
        """Whether the topic's author wrote anything for it. A mode without content is not offered."""
        if self.holds == "cards":
            return self.name in topic.decks
        return self.name in topic.pages or bool(topic.problems.get(self.name))

    def part(self, name: str) -> Any:
        """Import `routes` or `progress` from its own folder or its activity's. Raises LookupError if neither has it."""
        for package in self.packages:
            if find_spec(f"{package}.{name}") is not None:
                return importlib.import_module(f"{package}.{name}")
        raise LookupError(f"the mode {self.name} has no {name}.py in {' or '.join(self.packages)}")
