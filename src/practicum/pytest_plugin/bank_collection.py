"""What pytest collects of a question bank: its items, each a test of its key."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from practicum import settings
from practicum.audit.auditor import Auditor
from practicum.audit.findings import ItemFinding, Settled
from practicum.audit.lazy_pool import LazyPool
from practicum.audit.results_cache import ResultsCache
from practicum.audit.running import Runner
from practicum.exchange import NotInFormat, UnreadableBank
from practicum.exchange.bank_files import Sources, find_sources, listed, read_bank

_SECONDS = 10.0
"""Time limit of a run, as `practicum audit` has it."""


@dataclass
class BankCollection:
    """The hook that collects the files of banks."""

    patterns: Sequence[str]
    pool: LazyPool

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Collect a file whose path ends as one of the patterns says."""
        if not any(file_path.match(pattern) for pattern in self.patterns):
            return None
        return BankFileTests.from_parent(parent, path=file_path, pool=self.pool)


class BankFileTests(pytest.File):
    """A file of a bank: a test for each item."""

    def __init__(self, *, pool: LazyPool, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.pool = pool

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the tests. Raises CollectError if the file is not a bank or has mistakes."""
        if self.sources.unreadable:
            raise self.CollectError(listed(self.sources.unreadable))
        try:
            items = [item for source in self.sources.sources for item in read_bank(source).items]
        except UnreadableBank as error:
            raise self.CollectError(listed(error.mistakes)) from None
        except NotInFormat as error:
            raise self.CollectError(f"{self.shown_path}: {error.message} ({error.code})") from None
        for item in items:
            yield ItemTest.from_parent(self, name=f"item[{item.identifier}]", identifier=item.identifier)

    @property
    def shown_path(self) -> str:
        """The path as seen from where pytest was started."""
        return os.path.relpath(self.path, self.config.invocation_params.dir)

    @cached_property
    def sources(self) -> Sources:
        """The file as it was when it was collected."""
        return find_sources([Path(self.shown_path)])

    @cached_property
    def findings(self) -> Mapping[str, ItemFinding]:
        """What the audit of the whole file finds, by identifier: items are compared with each other."""
        with ResultsCache(settings.audits_directory() / "results.sqlite3") as cache:
            auditor = Auditor(Runner(self.pool.run, _SECONDS), cache, os.cpu_count() or 1)
            return {finding.identifier: finding for finding in auditor.audit(self.sources).findings}


class ItemTest(pytest.Item):
    """The key of an item."""

    def __init__(self, *, identifier: str, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.identifier = identifier

    def runtest(self) -> None:
        """Fail if the audit finds a fault. An item that running cannot settle is skipped, with the reason."""
        assert isinstance(self.parent, BankFileTests)
        finding = self.parent.findings[self.identifier]
        if finding.faults:
            pytest.fail(_report(finding), pytrace=False)
        if finding.settled is not Settled.PROVED:
            pytest.skip(f"{finding.settled}: {finding.reason}")

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the file and the name; the line is in the report of a failure."""
        return self.path, None, self.name


def _report(finding: ItemFinding) -> str:
    """Return the faults, each option with its mark and what was settled, and the place."""
    lines = [f"{found.fault}: {found.message}" for found in finding.faults]
    for number, option in enumerate(finding.options, 1):
        settled = {True: "holds", False: "does not hold", None: "not settled"}[option.right]
        marked = "right" if option.key else "wrong"
        lines.append(f"  option {number}, marked {marked}, {settled}: {' ↵ '.join(option.text.splitlines())}")
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    gave = [f"  gave: {' ↵ '.join(finding.gave.splitlines())}"] if finding.gave else []
    return "\n".join([*lines, *gave, f"{place}: {finding.verdict}"])
