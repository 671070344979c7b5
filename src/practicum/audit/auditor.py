"""Audits whole banks: what is unchanged comes from the cache, the rest is run in parallel, and each result is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from practicum.audit.bank_check import check_bank
from practicum.audit.findings import ItemFinding, Totals, totals
from practicum.audit.item_audit import audit_item, plain_finding
from practicum.audit.language import says_python
from practicum.audit.results_cache import FileFindings, ResultsCache, content_digest, item_key
from practicum.audit.running import Runner
from practicum.exchange import NotInFormat, UnreadableBank
from practicum.exchange.bank import Bank, Item, Remark
from practicum.exchange.bank_files import Source, Sources, read_bank
from practicum.runner.cancellation import Cancellation

OnProgress = Callable[[int, int, str], None]
"""Called with the number of items that are done, that of all, and the last one."""


@dataclass(frozen=True)
class Audit:
    """What an audit found."""

    findings: tuple[ItemFinding, ...]
    unreadable: tuple[Remark, ...] = ()
    """Files that could not be read."""
    remarks: tuple[Remark, ...] = ()
    """What could not be read of files that otherwise could."""
    titles: tuple[str, ...] = ()

    @property
    def totals(self) -> Totals:
        """How many items were found in each state."""
        return totals(self.findings)

    @property
    def faulty(self) -> tuple[ItemFinding, ...]:
        """The items with faults."""
        return tuple(finding for finding in self.findings if finding.faults)


@dataclass
class _Pending:
    """A file whose items are being audited."""

    key: bytes
    bank: Bank
    findings: list[ItemFinding | None]


class Auditor:
    """Audits the files of banks.

    Args:
        runner: Runs what items claim. Give it a `LazyPool`, as often nothing has changed and nothing is run.
        cache: What was found before.
        jobs: Number of items at the same time.
        on_progress: Called in this thread as each item is done.
    """

    def __init__(
        self, runner: Runner, cache: ResultsCache, jobs: int = 2, on_progress: OnProgress | None = None
    ) -> None:
        self._cancel = Cancellation()
        self._runner = replace(runner, cancel=self._cancel)
        self._cache = cache
        self._jobs = jobs
        self._on_progress = on_progress

    def audit(self, sources: Sources) -> Audit:
        """Return what the audit of all files finds. Raises ProofCancelled; results so far are kept."""
        known: dict[int, FileFindings] = {}
        pending: dict[int, _Pending] = {}
        unreadable = list(sources.unreadable)
        for number, source in enumerate(sources.sources):
            key = self._file_key(source)
            if found := self._cache.file(key):
                known[number] = found
                continue
            try:
                bank = _placed(read_bank(source), source.file.path)
            except UnreadableBank as error:
                unreadable += error.mistakes
            except NotInFormat as error:
                unreadable.append(Remark(source.file.path, 0, "", error.code, error.message))
            else:
                pending[number] = _Pending(key, bank, [None] * len(bank.items))
        known |= self._run(pending)
        files = [known[number] for number in sorted(known)]
        return Audit(
            tuple(check_bank(finding for file in files for finding in file.findings)),
            tuple(unreadable),
            tuple(remark for file in files for remark in file.remarks),
            tuple(file.title for file in files),
        )

    def _file_key(self, source: Source) -> bytes:
        columns = repr(source.columns) if source.columns else ""
        return content_digest(
            source.file.content, source.file.path, source.form.name, columns, *self._runner.conditions
        )

    def _run(self, pending: dict[int, _Pending]) -> dict[int, FileFindings]:
        """Audit the items of files that have changed."""
        jobs = []
        for file in pending.values():
            context = _context(file.bank)
            for index, item in enumerate(file.bank.items):
                key = item_key(item, context, *self._runner.conditions)
                file.findings[index] = self._cache.item(key, item)
                if file.findings[index] is None:
                    jobs.append((file, index, item, context, key))
        self._run_jobs(jobs, sum(len(file.findings) for file in pending.values()))
        return {number: self._finish(file) for number, file in pending.items()}

    def _finish(self, file: _Pending) -> FileFindings:
        findings = tuple(finding for finding in file.findings if finding is not None)
        found = FileFindings(file.bank.title, findings, file.bank.remarks)
        self._cache.put_file(file.key, found)
        return found

    def _run_jobs(self, jobs: Sequence[tuple[_Pending, int, Item, str, bytes]], total: int) -> None:
        if not jobs:
            return
        done = total - len(jobs)
        with ThreadPoolExecutor(self._jobs, thread_name_prefix="audit") as threads:
            try:
                waiting: dict[Future[ItemFinding], tuple[_Pending, int, bytes]] = {
                    threads.submit(audit_item, item, self._runner, context): (file, index, key)
                    for file, index, item, context, key in jobs
                }
                while waiting:
                    ended, _ = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
                    for future in ended:
                        file, index, key = waiting.pop(future)
                        finding = future.result()
                        file.findings[index] = finding
                        self._cache.put_item(key, finding)
                        done += 1
                        if self._on_progress:
                            self._on_progress(done, total, finding.place)
            except BaseException:
                self._cancel.set()
                threads.shutdown(cancel_futures=True)
                raise


def _context(bank: Bank) -> str:
    """Return what a bank says about all of its items: its title, and that it is about Python."""
    if says_python(
        (bank.title, *(" ".join([item.text, item.title, *item.tags, *item.category]) for item in bank.items))
    ):
        return f"{bank.title} python"
    return bank.title


def _placed(bank: Bank, path: str) -> Bank:
    """Return a bank whose items know their file."""
    return replace(bank, items=tuple(item if item.path else replace(item, path=path) for item in bank.items))


def audit_bank(bank: Bank, runner: Runner, jobs: int = 2) -> list[ItemFinding]:
    """Return the findings of a bank that is in no file; nothing is kept.

    Args:
        bank: The bank.
        runner: Runs what the items claim.
        jobs: Number of items at the same time.
    """
    context = _context(bank)
    with ThreadPoolExecutor(jobs, thread_name_prefix="audit") as threads:
        return check_bank(threads.map(lambda item: audit_item(item, runner, context), bank.items))


__all__ = ["Audit", "Auditor", "audit_bank", "plain_finding"]
