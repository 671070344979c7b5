"""Proving many problems: what is proved already is left alone, the rest is run on all cores, each written when done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from practicum.model import Evidence, Measured, Measurement, Topic, VariantFinding, Verdict
from practicum.prove import evidence as evidences
from practicum.prove import experiments, judging, subjects
from practicum.prove.catalogue import Catalogue, Entry
from practicum.prove.judging import Measurements
from practicum.prove.repeated_runs import Bench, RunJob, Stopped
from practicum.runner.cancellation import Cancellation
from practicum.runner.environment import Environment


@dataclass(frozen=True)
class Progress:
    """How far proving is: in runs and measurements, of those that are known to be needed."""

    done: int
    total: int
    what: str
    """What has just ended."""


OnProgress = Callable[[Progress], None]
OnProved = Callable[[Entry], None]


class Prover:
    """Proves the entries of one catalogue. `run` is a pool's; `jobs` is how many runs are made at once.

    All is run in `environment`, the server's own unless said. Without `keep` no evidence is written.
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
        keep: bool = True,
    ) -> None:
        self.catalogue = catalogue
        self.jobs = jobs
        self._run = run
        self._seconds = seconds
        self._on_progress = on_progress
        self._on_proved = on_proved
        self._environment = environment or Environment.current()
        self._keeps = keep
        self._cancel = Cancellation()
        self._lock = threading.Lock()
        self._done = self._total = 0

    def prove(self, entries: Iterable[Entry], all_again: bool = False) -> list[Entry]:
        """The entries as they stand after proving, in the same order. With `all_again` even what is proved is run."""
        listed = list(entries)
        todo = [entry for entry in listed if (all_again and not entry.cited) or entry.outdated]
        proved: dict[str, Entry] = {}
        known = {topic.slug: Measurements() for topic in self.catalogue.course.topics}
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="prove") as threads:
            try:
                self._submit(todo, threads, known, proved, all_again)
            except BaseException:
                self._cancel.set()
                threads.shutdown(cancel_futures=True)
                self._keep((entry for entry in todo if entry.path not in proved), known)
                raise
        return [proved.get(entry.path, entry) for entry in listed]

    def stop(self) -> None:
        """End what is running, from another thread; `prove` then raises Stopped. What is done is kept."""
        self._cancel.set()

    def _submit(
        self,
        todo: Sequence[Entry],
        threads: ThreadPoolExecutor,
        known: Mapping[str, Measurements],
        proved: dict[str, Entry],
        all_again: bool,
    ) -> None:
        """Measurements first, as they take longest; a problem is judged as soon as all of its own are there."""
        if not all_again:
            for topic in self.catalogue.course.topics:
                known[topic.slug].measured |= experiments.reusable(topic, self._recorded(topic))
        wanted = {entry.path: self._wanted(entry) for entry in todo}
        self._total = sum(self._runs(entry) for entry in todo)
        waiting: set[Future[None]] = set()
        for topic in self.catalogue.course.topics:
            calls = [call for entry in todo if entry.topic == topic.slug for call in wanted[entry.path]]
            missing = [call for call in dict.fromkeys(calls) if call not in known[topic.slug].measured]
            self._total += len(missing)
            for batch in experiments.batches(missing, self.jobs):
                waiting.add(threads.submit(self._measure, batch, topic, known[topic.slug]))
        left = list(todo)
        while left or waiting:
            ready = [entry for entry in left if self._settled(wanted[entry.path], known[entry.topic])]
            for entry in ready:
                left.remove(entry)
                waiting.add(threads.submit(self._judge, entry, known[entry.topic], proved))
            finished, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in finished:
                if future.exception():
                    self._cancel.set()
                future.result()

    def _keep(self, entries: Iterable[Entry], known: Mapping[str, Measurements]) -> None:
        """When interrupted, write down what was measured for problems that could not be judged yet.

        Such evidence proves nothing, and never stands in for what was settled before; the next proving finds the
        measurements in it.
        """
        for entry in entries if self._keeps else ():
            measured = known[entry.topic].measured
            found = tuple(measured[call] for call in dict.fromkeys(self._wanted(entry)) if call in measured)
            if found and entry.evidence is None:
                topic = self.catalogue.topic(entry.topic)
                partly = VariantFinding({}, Verdict.UNPROVED, "proving it was interrupted", measured=found)
                evidence = judging.record(entry.subject, topic, [partly], self._environment)
                evidences.write(self.catalogue.root / evidences.place(entry.subject), replace(evidence, hash=""))

    def _wanted(self, entry: Entry) -> list[Measurement]:
        topic = self.catalogue.topic(entry.topic)
        return [call for part in subjects.parts(entry.subject, topic) for call in part.plan.measurements]

    def _runs(self, entry: Entry) -> int:
        return sum(len(part.plan.runs) for part in subjects.parts(entry.subject, self.catalogue.topic(entry.topic)))

    @staticmethod
    def _settled(calls: Sequence[Measurement], known: Measurements) -> bool:
        return all(call in known.measured or call in known.failed for call in calls)

    def _recorded(self, topic: Topic) -> Iterable[Measured]:
        """What the topic's evidence holds of measurements, fresh or not: their own code tells if they still count."""
        for entry in self.catalogue.all.values():
            if entry.topic != topic.slug:
                continue
            try:
                found = evidences.read(self.catalogue.root / evidences.place(entry.subject))
            except evidences.Unreadable:
                continue
            for variant in found.variants if found else ():
                yield from variant.measured

    def _measure(self, calls: Sequence[Measurement], topic: Topic, known: Measurements) -> None:
        def on_measured(call: Measurement, found: Measured | str) -> None:
            with self._lock:
                if isinstance(found, str):
                    known.failed[call] = found
                else:
                    known.measured[call] = found
            self._step(call.call)

        experiments.measure(calls, self._bench(topic), on_measured)

    def _judge(self, entry: Entry, known: Measurements, proved: dict[str, Entry]) -> None:
        topic = self.catalogue.topic(entry.topic)
        bench = self._bench(topic)
        found = judging.judge_subject(entry.subject, topic, bench, known, lambda: self._step(entry.subject.slug))
        if self._keeps and (found.verdict is not Verdict.ERROR or entry.evidence is None):
            # That this machine could not run it takes nothing away from what another has settled.
            evidences.write(self.catalogue.root / evidences.place(entry.subject), found)
        done = self._standing(entry, found)
        with self._lock:
            proved[entry.path] = done
        if self._on_proved:
            self._on_proved(done)

    def _standing(self, entry: Entry, found: Evidence) -> Entry:
        return replace(entry, evidence=found, verdict=found.verdict, why=found.why)

    def _bench(self, topic: Topic) -> Bench:
        if self._cancel.is_set():
            raise Stopped
        return Bench(self._run, topic, self._seconds, self._cancel, environment=self._environment)

    def _step(self, what: str) -> None:
        with self._lock:
            self._done += 1
            progress = Progress(self._done, self._total, what)
        if self._on_progress:
            self._on_progress(progress)
