"""The author's loop: when a draft's files change, its courses are read again, and what changed is proved again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from practicum.application.site import Site
from practicum.environments.selection import NoEnvironment, environment_for
from practicum.model import Deck, Mistake, Page, Problem
from practicum.prove.catalogue import Catalogue, Entry, survey
from practicum.prove.prover import Prover
from practicum.prove.repeated_runs import ProofCancelled

_log = logging.getLogger(__name__)

_STEP = 30
"""Milliseconds without a further change after which changes are reported: editors write a file in several steps."""
_IGNORED = ("evidence", "__pycache__")
"""Folders whose files are not an author's."""


@dataclass(frozen=True)
class DraftStatus:
    """The state of a draft's courses, as every page of the draft shows it."""

    mistakes: tuple[Mistake, ...] = ()
    unproved: tuple[Entry, ...] = ()
    """What is neither proved nor waiting to be."""
    waiting: tuple[str, ...] = ()
    """The paths of what is being proved, or will be."""
    proved: int = 0
    failure: str = ""
    """Why nothing can be proved; empty if it can."""


class CourseWatch:
    """Watches the courses of a draft.

    Args:
        site: The draft. Its catalogues are replaced as files change and proofs end.
        jobs: The number of runs at the same time.
        on_proved: Called with each entry that has a new verdict.
        on_mistakes: Called with the mistakes of a course, with its folder, when its files have changed.
    """

    def __init__(
        self,
        site: Site,
        jobs: int,
        on_proved: Callable[[Entry], None] = lambda entry: None,
        on_mistakes: Callable[[Path, Sequence[Mistake]], None] = lambda root, mistakes: None,
    ) -> None:
        self._site = site
        self._jobs = jobs
        self._on_proved = on_proved
        self._on_mistakes = on_mistakes
        self._stopped = threading.Event()
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._recent: set[str] = set()
        self._waiting: dict[tuple[str, str], None] = {}
        """What is being proved, or will be: its course and path."""
        self._prover: Prover | None = None
        self._failure = ""
        self.revision = 0
        """Grows whenever a course was read again or its proofs have ended: pages are out of date then."""
        self.news = 0
        """Grows whenever the status changes."""

    def start(self) -> None:
        """Begin to watch, and prove what is outdated."""
        self._changed.set()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        threading.Thread(target=self._prove_changes, name="prove-changes", daemon=True).start()

    def close(self) -> None:
        """End watching, and the proofs in progress."""
        self._stopped.set()
        with self._lock:
            self._interrupt()

    @property
    def closed(self) -> bool:
        return self._stopped.is_set()

    def status(self) -> DraftStatus:
        """Return the state of all courses."""
        with self._lock:
            catalogues, waiting = dict(self._site.catalogues), tuple(self._waiting)
            failure = self._failure
        entries = [(slug, entry) for slug, catalogue in catalogues.items() for entry in catalogue.all.values()]
        return DraftStatus(
            tuple(mistake for catalogue in catalogues.values() for mistake in catalogue.mistakes),
            tuple(entry for slug, entry in entries if not entry.verdict.served and (slug, entry.path) not in waiting),
            tuple(path for _, path in waiting),
            sum(entry.verdict.served for _, entry in entries),
            failure,
        )

    # --- reading

    def _watch(self) -> None:
        from watchfiles import watch

        roots = {catalogue.root.resolve(): slug for slug, catalogue in self._site.catalogues.items()}
        for changes in watch(*roots, watch_filter=_is_source, step=_STEP, stop_event=self._stopped):
            changed = [Path(path) for _, path in changes]
            for root, slug in roots.items():
                if inside := [path.relative_to(root) for path in changed if path.is_relative_to(root)]:
                    self._read(slug, root, {path.as_posix() for path in inside})

    def _read(self, slug: str, root: Path, changed: set[str]) -> None:
        catalogue = survey(root)
        with self._lock:
            self._site.catalogues[slug] = catalogue
            self._recent = changed
            self.revision += 1
            self.news += 1
            self._interrupt()
        self._on_mistakes(root, catalogue.mistakes)

    def _interrupt(self) -> None:
        """End the proofs in progress, which are of files as they were, and have the rest proved. Needs the lock."""
        if self._prover:
            self._prover.stop()
        self._prover, self._waiting = None, {}
        self._changed.set()

    # --- proving

    def _prove_changes(self) -> None:
        while not self._stopped.is_set():
            self._changed.wait()
            self._changed.clear()
            for slug in list(self._site.catalogues):
                try:
                    self._prove(slug)
                except Exception as error:  # a fault of practicum, which must not end the thread without a word
                    _log.exception("proving %s failed", slug)
                    self._fail(f"Proving failed: {error!r}. The next change starts it again")

    def _prove(self, slug: str) -> None:
        """Prove what is outdated in a course: first what has just changed, then the rest."""
        with self._lock:
            catalogue = self._site.catalogues[slug]
            outdated = [entry for entry in catalogue.all.values() if entry.outdated and catalogue.can_run(entry)]
            if not outdated or self._stopped.is_set() or self._site.pool is None:
                return
            recent = [entry for entry in outdated if _concerns(entry, self._recent)]
            rest = [entry for entry in outdated if not _concerns(entry, self._recent)]
            self._waiting = {(slug, entry.path): None for entry in (*recent, *rest)}
            self.news += 1
        for group in (recent, rest):
            if group and not self._prove_group(slug, catalogue, group):
                return

    def _prove_group(self, slug: str, catalogue: Catalogue, entries: Sequence[Entry]) -> bool:
        """Prove some entries of a course; False if this was interrupted."""
        assert self._site.pool is not None

        def on_proved(entry: Entry) -> None:
            with self._lock:
                if self._prover is prover:
                    self._site.catalogues[slug] = _with_entry(self._site.catalogues[slug], entry)
                    self._waiting.pop((slug, entry.path), None)
                    self.news += 1
            self._on_proved(entry)

        try:
            environment = environment_for(catalogue.course, catalogue.root)
        except NoEnvironment as error:
            return self._fail(str(error))
        prover = Prover(catalogue, self._site.pool.run, self._jobs, on_proved=on_proved, environment=environment)
        with self._lock:
            if self._changed.is_set() or self._stopped.is_set():
                return False  # The files have changed since the catalogue was read.
            self._prover = prover
        try:
            prover.prove(entries)
        except ProofCancelled:
            return False
        except OSError as error:
            return self._fail(f"The evidence cannot be written: {error}")
        with self._lock:
            self.revision += 1
            self._failure = ""
        return True

    def _fail(self, why: str) -> bool:
        with self._lock:
            self._failure, self._waiting = why, {}
            self.news += 1
        return False


def _is_source(change: object, path: str) -> bool:
    """Whether a file may be an author's: not evidence, nor what an editor writes beside it."""
    parts = Path(path).parts
    name = parts[-1]
    return not any(part in _IGNORED for part in parts) and not name.startswith((".", "#")) and not name.endswith("~")


def _concerns(entry: Entry, changed: Iterable[str]) -> bool:
    """Whether a changed file is the entry's own: its file, or one in its folder."""
    folder = entry.path.removesuffix("problem.md") if entry.path.endswith("/problem.md") else ""
    return any(path == entry.path or (folder and path.startswith(folder)) for path in changed)


def _with_entry(catalogue: Catalogue, entry: Entry) -> Catalogue:
    """Return the catalogue with one entry replaced."""

    def replaced(entries: Mapping[str, Entry]) -> Mapping[str, Entry]:
        return {**entries, entry.path: entry}

    match entry.subject:
        case Problem():
            return replace(catalogue, entries=replaced(catalogue.entries))
        case Page():
            return replace(catalogue, pages=replaced(catalogue.pages))
        case Deck():
            return replace(catalogue, decks=replaced(catalogue.decks))
