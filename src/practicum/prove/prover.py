"""Proving many subjects: what is proved already is skipped, the rest runs in parallel, each written when it is done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from practicum.model import Measured, Measurement, Topic, VariantFinding, Verdict
from practicum.prove import experiments, judging, subjects
from practicum.prove.catalogue import Catalogue, Entry
from practicum.prove.evidence_file import EvidenceFileError, evidence_path, read_evidence, write_evidence
from practicum.prove.judging import MeasurementResults
from practicum.prove.repeated_runs import ExecutionContext, ProofCancelled, RunJob
from practicum.prove.versions import CourseVersions
from practicum.runner.cancellation import Cancellation
from practicum.runner.environment import Environment


@dataclass(frozen=True)
class ProvingProgress:
    """The number of runs and measurements that have ended, and of those known to be needed."""

    done: int
    total: int
    last: str
    """The run or measurement that ended last."""


OnProgress = Callable[[ProvingProgress], None]
OnProved = Callable[[Entry], None]


class Prover:
    """Proves entries of one catalogue.

    Args:
        catalogue: The course and its evidence.
        run: Runs one job, as `Pool.run` does.
        jobs: The number of runs at the same time.
        seconds: The wall-clock time that one run may take.
        on_progress: Called from any thread as each run or measurement ends.
        on_proved: Called from any thread with each entry that has a new verdict.
        environment: The packages that the runs use. Default: the server's own.
        write: Whether evidence is written.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        run: RunJob,
        jobs: int = 2,
        seconds: float = 60.0,
        on_progress: OnProgress | None = None,
        on_proved: OnProved | None = None,
        environment: Environment | None = None,
        write: bool = True,
    ) -> None:
        self.catalogue = catalogue
        self.jobs = jobs
        self._run = run
        self._seconds = seconds
        self._on_progress = on_progress
        self._on_proved = on_proved
        self._environment = environment or Environment.current()
        self._versions = CourseVersions(environment=self._environment)
        self._writes = write
        self._cancel = Cancellation()
        self._lock = threading.Lock()
        self._done = self._total = 0

    def prove(self, entries: Iterable[Entry], rerun: bool = False) -> list[Entry]:
        """Run the entries that have no valid evidence and return all entries with their verdicts, in the same order.

        Args:
            entries: The entries.
            rerun: Whether entries that are proved already are run again.

        Raises:
            ProofCancelled: `stop` was called.
            OSError: Evidence could not be written.
        """
        requested = list(entries)
        pending = [entry for entry in requested if (rerun and not entry.cited) or entry.outdated]
        proved: dict[str, Entry] = {}
        known = {topic.slug: MeasurementResults() for topic in self.catalogue.course.topics}
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="prove") as threads:
            try:
                self._submit(pending, threads, known, proved, rerun)
            except BaseException:
                self._cancel.set()
                threads.shutdown(cancel_futures=True)
                self._save_measurements((entry for entry in pending if entry.path not in proved), known)
                raise
        return [proved.get(entry.path, entry) for entry in requested]

    def stop(self) -> None:
        """End what is running, from another thread; `prove` then raises ProofCancelled. Results so far are kept."""
        self._cancel.set()

    def _submit(
        self,
        pending: Sequence[Entry],
        threads: ThreadPoolExecutor,
        known: Mapping[str, MeasurementResults],
        proved: dict[str, Entry],
        rerun: bool,
    ) -> None:
        """Submit measurements first, since they take longest; judge each entry once all of its own have ended."""
        if not rerun:
            for topic in self.catalogue.course.topics:
                known[topic.slug].measured |= experiments.reusable(topic, self._recorded(topic))
        calls = {entry.path: self._measurements(entry, known[entry.topic]) for entry in pending}
        self._total = sum(self._run_count(entry) for entry in pending)
        waiting = self._submit_measurements(pending, calls, threads, known)
        left = list(pending)
        while left or waiting:
            ended = [entry for entry in left if self._settled(calls[entry.path], known[entry.topic])]
            calls |= {entry.path: self._measurements(entry, known[entry.topic]) for entry in ended if calls[entry.path]}
            waiting |= self._submit_measurements(ended, calls, threads, known)
            for entry in ended:
                if self._settled(calls[entry.path], known[entry.topic]):
                    left.remove(entry)
                    waiting.add(threads.submit(self._judge, entry, known[entry.topic], proved))
            finished, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in finished:
                if future.exception():
                    self._cancel.set()
                future.result()

    def _submit_measurements(
        self,
        entries: Sequence[Entry],
        calls: Mapping[str, Sequence[Measurement]],
        threads: ThreadPoolExecutor,
        known: Mapping[str, MeasurementResults],
    ) -> set[Future[None]]:
        """Submit the calls that these entries need, apart from those that are known or were submitted before."""
        futures: set[Future[None]] = set()
        for slug in dict.fromkeys(entry.topic for entry in entries):
            results, topic = known[slug], self.catalogue.topic(slug)
            needed = [call for entry in entries if entry.topic == slug for call in calls[entry.path]]
            missing = [c for c in dict.fromkeys(needed) if not results.has(c) and c not in results.submitted]
            results.submitted.update(missing)
            first = {call.function: call for call in sorted(missing, key=lambda call: call.call, reverse=True)}
            repeated = [call for function, call in first.items() if function not in results.awaited]
            self._total += len(missing) + len(repeated)
            for call in repeated:
                results.awaited.add(call.function)
                futures.add(threads.submit(self._repeat, call, topic, results))
            for batch in experiments.batches(missing, self.jobs):
                futures.add(threads.submit(self._measure, batch, topic, results))
        return futures

    def _save_measurements(self, entries: Iterable[Entry], known: Mapping[str, MeasurementResults]) -> None:
        """When interrupted, write what was measured for entries that could not be judged yet.

        Such evidence proves nothing and never replaces valid evidence; the next proving reuses the measurements in it.
        """
        for entry in entries if self._writes else ():
            measured = known[entry.topic].measured
            found = tuple(
                measured[call]
                for call in dict.fromkeys(self._measurements(entry, known[entry.topic]))
                if call in measured
            )
            if found and entry.evidence is None:
                topic = self.catalogue.topic(entry.topic)
                partial = VariantFinding(
                    {}, Verdict.UNPROVED, "proving it was interrupted", measured=found, code="interrupted"
                )
                evidence = judging.make_evidence(entry.subject, topic, [partial], self._environment)
                write_evidence(self._evidence_file(entry), replace(evidence, hash=""))

    def _evidence_file(self, entry: Entry) -> Path:
        return self.catalogue.root / evidence_path(entry.subject)

    def _measurements(self, entry: Entry, known: MeasurementResults) -> list[Measurement]:
        parts = subjects.parts(entry.subject, self.catalogue.topic(entry.topic))
        return [call for part in parts for call in judging.needed_measurements(part, known)]

    def _run_count(self, entry: Entry) -> int:
        return sum(len(part.plan.runs) for part in subjects.parts(entry.subject, self.catalogue.topic(entry.topic)))

    @staticmethod
    def _settled(calls: Sequence[Measurement], known: MeasurementResults) -> bool:
        return all(
            known.has(call) and (call.function not in known.awaited or call.function in known.repeated)
            for call in calls
        )

    def _recorded(self, topic: Topic) -> Iterable[Measured]:
        """Yield the measurements in the topic's evidence, stale evidence included: each has its own code's digest."""
        for entry in self.catalogue.all.values():
            if entry.topic != topic.slug:
                continue
            try:
                evidence = read_evidence(self._evidence_file(entry))
            except EvidenceFileError:
                continue
            if evidence is None or self._versions.changes(evidence.versions):
                continue  # there is none, or it was measured with other versions
            for variant in evidence.variants:
                yield from variant.measured

    def _measure(self, calls: Sequence[Measurement], topic: Topic, known: MeasurementResults) -> None:
        def on_measured(call: Measurement, result: Measured | str) -> None:
            with self._lock:
                known.add(call, result)
            self._report(call.call)

        experiments.measure(calls, self._execution(topic), on_measured)

    def _repeat(self, call: Measurement, topic: Topic, known: MeasurementResults) -> None:
        """Make one call of an experiment once more, in a fresh interpreter: the same seed must give the same result."""

        def on_measured(call: Measurement, result: Measured | str) -> None:
            with self._lock:
                known.repeated[call.function] = call, result
            self._report(call.call)

        experiments.measure([call], self._execution(topic), on_measured, repeat=1)

    def _judge(self, entry: Entry, known: MeasurementResults, proved: dict[str, Entry]) -> None:
        topic = self.catalogue.topic(entry.topic)
        evidence = judging.judge_subject(
            entry.subject, topic, self._execution(topic), known, lambda: self._report(entry.subject.slug)
        )
        if self._writes and (evidence.verdict is not Verdict.ERROR or entry.evidence is None):
            # An error on this machine does not replace what another machine has settled.
            write_evidence(self._evidence_file(entry), evidence)
        result = replace(entry, evidence=evidence, verdict=evidence.verdict, why=evidence.why, changed_versions="")
        with self._lock:
            proved[entry.path] = result
        if self._on_proved:
            self._on_proved(result)

    def _execution(self, topic: Topic) -> ExecutionContext:
        if self._cancel.is_set():
            raise ProofCancelled
        return ExecutionContext(self._run, topic, self._seconds, self._cancel, environment=self._environment)

    def _report(self, last: str) -> None:
        with self._lock:
            self._done += 1
            progress = ProvingProgress(self._done, self._total, last)
        if self._on_progress:
            self._on_progress(progress)
