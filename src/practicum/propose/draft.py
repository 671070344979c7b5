"""A temporary course, in which candidates are proved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from practicum.course.content_cache import ContentCache
from practicum.model import Mistake, Problem
from practicum.prove.catalogue import Catalogue, Entry, survey

_FOLDER = "draft/challenge"

Prove = Callable[[Catalogue, Sequence[Entry]], Sequence[Entry]]
"""Proves entries of a catalogue, as `Prover.prove` does."""


@dataclass(frozen=True)
class Judged:
    """What came of a file: its entry, or the mistakes in it."""

    entry: Entry | None = None
    mistakes: tuple[Mistake, ...] = ()

    @property
    def problem(self) -> Problem:
        """The problem that was read from it; it must have no mistake."""
        assert self.entry is not None
        return self.entry.problem


class Draft:
    """A course of one topic in a folder."""

    def __init__(self, root: Path, prove: Prove) -> None:
        self.root, self._prove = root, prove
        (root / _FOLDER).mkdir(parents=True)
        (root / "course.toml").write_text('title = "Draft"\n', encoding="utf-8")
        (root / "draft" / "topic.toml").write_text('title = "Draft"\n', encoding="utf-8")

    def judge(self, texts: Mapping[str, str]) -> dict[str, Judged]:
        """Write problem files by their names, prove them, and return what came of each."""
        for name, text in texts.items():
            self._file(name).write_text(text, encoding="utf-8")
        catalogue = survey(self.root, ContentCache())
        paths = {f"{_FOLDER}/{name}.md": name for name in texts}
        entries = [entry for path, entry in catalogue.entries.items() if path in paths]
        judged = {paths[entry.path]: Judged(entry) for entry in self._prove(catalogue, entries)}
        for path, name in paths.items():
            if name not in judged:
                judged[name] = Judged(mistakes=tuple(each for each in catalogue.mistakes if each.path == path))
        return judged

    def remove(self, name: str) -> None:
        """Remove a problem file."""
        self._file(name).unlink()

    def _file(self, name: str) -> Path:
        return self.root / _FOLDER / f"{name}.md"
