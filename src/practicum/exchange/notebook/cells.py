"""The cells of a notebook, and the tags that give them a part in an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

MARKDOWN, CODE = "markdown", "code"

PROBLEM = "problem"
PROBLEMS = frozenset({PROBLEM, "practicum"})
"""Tags of a cell that begins an item."""
DESCRIPTION = "description"
"""Also on the first cell of an item that asks nothing."""
SNIPPET, START, SOLUTION, CHECK, HIDDEN = "snippet", "start", "solution", "check", "hidden"
ANSWER, NUMBER, SAMPLE, EXPLANATION, HINT = "answer", "number", "sample", "explanation", "hint"
PARTS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys((SNIPPET, START, SOLUTION, CHECK), CODE),
        **dict.fromkeys((ANSWER, NUMBER, SAMPLE, EXPLANATION, HINT), MARKDOWN),
    }
)
"""Tags of the cells that follow, and the kind of cell that each is on."""
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
"""The metadata of a notebook that is written."""


@dataclass(frozen=True)
class Cell:
    """A cell."""

    kind: str
    source: str
    tags: tuple[str, ...] = ()
    own: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What practicum keeps in its metadata because no text shows it."""
    nbgrader: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    attachments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Files in base64 by their names."""
    id: str = ""
    place: int = -1
    """Where it begins in the file, if that is known."""
    line: int = 0

    @property
    def metadata(self) -> dict[str, Any]:
        """Its metadata as notebooks have it."""
        tags = {"tags": list(self.tags)} if self.tags else {}
        return tags | ({"practicum": dict(self.own)} if self.own else {})

    @property
    def part(self) -> str:
        """The tag that gives it a part in an item, or an empty text."""
        return next((tag for tag in self.tags if PARTS.get(tag) == self.kind), "")

    @property
    def begins(self) -> bool:
        """Whether it begins an item by its tag."""
        return self.kind == MARKDOWN and not PROBLEMS.isdisjoint(self.tags)


def parsed_metadata(metadata: object) -> dict[str, Any]:
    """The fields of a cell that are in its metadata."""
    known = metadata if isinstance(metadata, dict) else {}
    tags = known.get("tags")
    return {
        "tags": tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        "own": _mapping(known.get("practicum")),
        "nbgrader": _mapping(known.get("nbgrader")),
    }


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
