"""From a subject to its evidence: its parts are run and judged, and the findings are recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from practicum.formatting import assignments
from practicum.kinds.literals import value_text
from practicum.kinds.run_agreement import forbidden_run
from practicum.kinds.stdout_text import normalize_stdout
from practicum.model import (
    Evidence,
    Failure,
    Measured,
    Measurement,
    Observation,
    Observations,
    RunSummary,
    Topic,
    VariantFinding,
    Verdict,
)
from practicum.prove import subjects
from practicum.prove.evidence_hash import evidence_hash, used_experiments
from practicum.prove.input_dependence import InputDependence, Runs
from practicum.prove.repeated_runs import ExecutionContext, KnownExperiments, experiment_names, observe
from practicum.prove.subjects import ProofPart, Subject
from practicum.prove.versions import unmet, versions
from practicum.runner.environment import Environment

SEVERITY = (Verdict.ERROR, Verdict.REFUTED, Verdict.UNSTABLE, Verdict.UNPROVED, Verdict.PROVED)
_RANDOM = re.compile(r"\bweights\s*=\s*None\b")
_PRETRAINED = re.compile(r"\bweights\s*=\s*[\"']imagenet[\"']")

OnRun = Callable[[], None]
"""Called as each run of a plan ends."""


@dataclass
class MeasurementResults:
    """What the experiments returned, and which calls failed and why."""

    measured: dict[Measurement, Measured] = field(default_factory=dict)
    failed: dict[Measurement, str] = field(default_factory=dict)
    repeated: dict[str, tuple[Measurement, Measured | str]] = field(default_factory=dict)
    """By experiment: one of its calls and what it returned in another fresh interpreter, or why it failed there."""
    submitted: set[Measurement] = field(default_factory=set)
    """The calls that are being made, or have been."""
    awaited: set[str] = field(default_factory=set)
    """The experiments of which a call is being repeated."""

    def difference(self, functions: Iterable[str]) -> str:
        """Return in words how one of these experiments differed when its call was repeated; empty if none did."""
        for call, again in (self.repeated[name] for name in functions if name in self.repeated):
            first = self.measured.get(call)
            if first is not None and (text := _difference(first, again)):
                return f"{call.call} depends on more than its seed: {text}"
        return ""

    def has(self, call: Measurement) -> bool:
        """Whether a call has ended."""
        return call in self.measured or call in self.failed

    def observations(self, calls: Sequence[Measurement]) -> Observations:
        """The results of these calls, as far as they are known."""
        measured = {call: self.measured[call] for call in calls if call in self.measured}
        failed = {call: self.failed[call] for call in calls if call in self.failed}
        return Observations(measured=measured, failed=failed)

    def add(self, call: Measurement, result: Measured | str) -> None:
        """Record the result of a call, or why it failed."""
        if isinstance(result, str):
            self.failed[call] = result
        else:
            self.measured[call] = result


def _difference(first: Measured, again: Measured | str) -> str:
    """Return in words how two results of the same call differ; empty if they are the same."""
    if isinstance(again, str):
        return f"a second run failed ({again})"
    for name in sorted(first.numbers.keys() | again.numbers.keys()):
        if first.numbers.get(name) != again.numbers.get(name):
            return f"`{name}` was {first.numbers.get(name)}, and {again.numbers.get(name)} in a second run"
    curves = sorted(first.curves.keys() | again.curves.keys())
    changed = [name for name in curves if first.curves.get(name) != again.curves.get(name)]
    images = sorted(first.images.keys() | again.images.keys())
    changed += [name for name in images if first.images.get(name) != again.images.get(name)]
    return f"`{changed[0]}` differed in a second run" if changed else ""


def needed_measurements(part: ProofPart, known: MeasurementResults) -> list[Measurement]:
    """The calls that a part needs: its plan's, and the further ones that the known results call for."""
    calls = list(part.plan.measurements)
    while all(map(known.has, calls)) and (further := part.further(known.observations(calls))):
        calls += further
    return calls


def judge_part(
    part: ProofPart,
    execution: ExecutionContext,
    known: MeasurementResults,
    on_run: OnRun | None = None,
    once: bool = False,
) -> VariantFinding:
    """Make the runs of one part and judge them. `known` must have the results of the measurements that it needs.

    Args:
        part: The part.
        execution: How its code is run.
        known: The results of measurements.
        on_run: Called as each run ends.
        once: Whether each run is made once, and nothing beyond the plan was measured.
    """
    found = known.observations(part.plan.measurements if once else needed_measurements(part, known))
    experiments = KnownExperiments(found.measured, experiment_names(execution.topic))
    runs: Runs = {}
    for run in () if found.failed else part.plan.runs:
        runs = {**runs, run.name: observe(run, execution, experiments, once)}
        if on_run:
            on_run()
    if difference := known.difference({call.function for call in part.plan.measurements}):
        finding = VariantFinding(part.params, Verdict.UNSTABLE, difference, code="experiment-varies")
    else:
        planned = () if found.failed else part.plan.runs
        dependence = InputDependence(planned, execution, experiments, partial(_judge, part, found))
        finding, runs = dependence.resolve(_judge(part, found, runs), runs)
    summaries = tuple(_summarize(name, run) for name, observations in runs.items() for run in observations)
    return replace(finding, params=part.params, runs=summaries, measured=tuple(found.measured.values()))


def _judge(part: ProofPart, found: Observations, runs: Runs) -> VariantFinding:
    """Judge a part; whatever its kind concludes, a run that the sandbox did not allow settles nothing."""
    finding = part.judge(replace(found, runs=runs))
    forbidden = forbidden_run(runs)
    if forbidden is None or finding.verdict is Verdict.ERROR:
        return finding
    name, why = forbidden
    options = tuple(replace(option, holds=None) for option in finding.options)
    return replace(finding, verdict=Verdict.ERROR, code="run-stopped", why=f"{name}: {why}", options=options)


def judge_subject(
    subject: Subject,
    topic: Topic,
    execution: ExecutionContext,
    known: MeasurementResults,
    on_run: OnRun | None = None,
) -> Evidence:
    """Run and judge every part of a subject. A subject that requires other versions is not run."""
    parts = subjects.parts(subject, topic)
    if reason := unmet(subjects.requires(subject), execution.environment):
        findings = [VariantFinding(part.params, Verdict.ERROR, reason, code="unmet-requirement") for part in parts]
    else:
        findings = [judge_part(part, execution, known, on_run) for part in parts]
    return make_evidence(subject, topic, findings, execution.environment)


def make_evidence(
    subject: Subject, topic: Topic, findings: Sequence[VariantFinding], environment: Environment
) -> Evidence:
    """Return the findings of all parts as evidence dated today, with the versions that the environment has."""
    verdict = min((finding.verdict for finding in findings), key=SEVERITY.index)
    runs = sum(run.seconds for finding in findings for run in finding.runs)
    measured = {result.measurement: result.seconds for finding in findings for result in finding.measured}
    return Evidence(
        hash=evidence_hash(subject, topic),
        kind=subjects.kind(subject),
        verdict=verdict,
        why=_why(findings, verdict),
        ran=datetime.now(UTC).date().isoformat(),
        seconds=runs + sum(measured.values()),
        versions=versions(_code(subject, topic), environment),
        ran_on=_ran_on(subject, findings),
        variants=tuple(findings),
    )


def _code(subject: Subject, topic: Topic) -> str:
    """All code that the runs of a subject may execute."""
    return subjects.code(subject) + "\n" + (topic.experiments if used_experiments(subject, topic) else "")


def _why(findings: Sequence[VariantFinding], verdict: Verdict) -> str:
    worst = [finding for finding in findings if finding.verdict is verdict]
    if verdict is Verdict.PROVED or not worst[0].why:
        return ""
    if len(worst) == len(findings) and len({finding.why for finding in worst}) == 1:
        return worst[0].why
    more = f" (as {len(worst)} of {len(findings)} variants are)" if len(worst) > 1 else ""
    return f"with {assignments(worst[0].params)}: {worst[0].why}{more}"


def _ran_on(subject: Subject, findings: Sequence[VariantFinding]) -> Mapping[str, str]:
    """Return the weights and data that the experiments report, or else the weights that the code asks for."""
    reported: dict[str, list[str]] = {}
    for finding in findings:
        for result in finding.measured:
            for name, text in result.ran_on.items():
                if text not in reported.setdefault(name, []):
                    reported[name].append(text)
    if not reported:
        code = subjects.model_code(subject)
        if _PRETRAINED.search(code):
            reported["weights"] = ["ImageNet"]
        elif _RANDOM.search(code):
            reported["weights"] = ["random"]
    return {name: "; ".join(texts) for name, texts in sorted(reported.items())}


def _summarize(name: str, run: Observation) -> RunSummary:
    return RunSummary(name, run.seed, run.hash_seed, _outcome(run), run.seconds)


def _outcome(run: Observation) -> str:
    if run.stopped:
        return run.stopped
    if run.failure:
        return _short(f"raised {run.failure}")
    values = [_value(value) for _, value in sorted(run.values.items())]
    if values:
        return _short("returned " + "; ".join(values))
    text = normalize_stdout(run.stdout)
    return _short(f"printed {text!r}" if text else "printed nothing")


def _value(value: object) -> str:
    if isinstance(value, Failure):
        return str(value)
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], dict):
        return value_text(value[0])  # a claim's truth; the second item has the sides of its comparisons
    return value_text(value)


def _short(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
