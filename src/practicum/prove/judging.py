"""From a subject to its evidence: its parts are run and judged, and all of it is written down."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from practicum.kinds.literals import value_text
from practicum.kinds.stdout_text import normalize_stdout
from practicum.model import (
    Evidence,
    Failure,
    Measured,
    Measurement,
    Observation,
    Observations,
    Outcome,
    Topic,
    VariantFinding,
    Verdict,
)
from practicum.prove import evidence as evidences
from practicum.prove import subjects
from practicum.prove.repeated_runs import Bench, Context, experiment_names, observe
from practicum.prove.subjects import Part, Subject
from practicum.prove.versions import unmet, versions
from practicum.runner.environment import Environment

SEVERITY = (Verdict.ERROR, Verdict.REFUTED, Verdict.UNSTABLE, Verdict.UNPROVED, Verdict.PROVED)
_RANDOM = re.compile(r"\bweights\s*=\s*None\b")
_PRETRAINED = re.compile(r"\bweights\s*=\s*[\"']imagenet[\"']")

OnRun = Callable[[], None]
"""Called as each run of a plan ends."""


@dataclass
class Measurements:
    """What the experiments gave, and which gave nothing and why."""

    measured: dict[Measurement, Measured] = field(default_factory=dict)
    failed: dict[Measurement, str] = field(default_factory=dict)


def judge_part(
    part: Part,
    bench: Bench,
    known: Measurements,
    on_run: OnRun | None = None,
    once: bool = False,
) -> VariantFinding:
    """Make one part's runs and judge them. Its measurements must be in `known` already."""
    measured = {call: known.measured[call] for call in part.plan.measurements if call in known.measured}
    failed = {call: known.failed[call] for call in part.plan.measurements if call in known.failed}
    context = Context(measured, experiment_names(bench.topic))
    runs: dict[str, tuple[Observation, ...]] = {}
    for run in () if failed else part.plan.runs:
        runs[run.name] = observe(run, bench, context, once)
        if on_run:
            on_run()
    found = part.judge(Observations(runs, measured, failed))
    outcomes = tuple(_outcome(name, one) for name, observations in runs.items() for one in observations)
    return replace(found, params=part.params, runs=outcomes, measured=tuple(measured.values()))


def judge_subject(
    subject: Subject, topic: Topic, bench: Bench, known: Measurements, on_run: OnRun | None = None
) -> Evidence:
    """Run and judge every part. What asks for other versions is not run."""
    parts = subjects.parts(subject, topic)
    if reason := unmet(subjects.requires(subject), bench.environment):
        refused = [VariantFinding(part.params, Verdict.ERROR, reason) for part in parts]
        return record(subject, topic, refused, bench.environment)
    found = [judge_part(part, bench, known, on_run) for part in parts]
    return record(subject, topic, found, bench.environment)


def record(subject: Subject, topic: Topic, found: Sequence[VariantFinding], environment: Environment) -> Evidence:
    """The findings of all parts as evidence of today, about what is installed in that environment."""
    verdict = min((variant.verdict for variant in found), key=SEVERITY.index)
    runs = sum(run.seconds for variant in found for run in variant.runs)
    measured = {one.measurement: one.seconds for variant in found for one in variant.measured}
    return Evidence(
        hash=evidences.subject_hash(subject, topic),
        kind=subjects.kind(subject),
        verdict=verdict,
        why=_why(found, verdict),
        ran=datetime.now(UTC).date().isoformat(),
        seconds=runs + sum(measured.values()),
        versions=versions(environment),
        ran_on=_ran_on(subject, found),
        variants=tuple(found),
    )


def _why(found: Sequence[VariantFinding], verdict: Verdict) -> str:
    worst = [variant for variant in found if variant.verdict is verdict]
    if verdict is Verdict.PROVED or not worst[0].why:
        return ""
    if len(found) == 1:
        return worst[0].why
    params = ", ".join(f"{name} = {value!r}" for name, value in worst[0].params.items())
    more = f" ({len(worst)} of {len(found)} variants are so)" if len(worst) > 1 else ""
    return f"with {params}: {worst[0].why}{more}"


def _ran_on(subject: Subject, found: Sequence[VariantFinding]) -> Mapping[str, str]:
    """What the experiments say they ran on; else what the code shows of weights."""
    said: dict[str, list[str]] = {}
    for variant in found:
        for one in variant.measured:
            for name, text in one.ran_on.items():
                if text not in said.setdefault(name, []):
                    said[name].append(text)
    if not said:
        code = subjects.code(subject)
        if _PRETRAINED.search(code):
            said["weights"] = ["ImageNet"]
        elif _RANDOM.search(code):
            said["weights"] = ["random"]
    return {name: "; ".join(texts) for name, texts in sorted(said.items())}


def _outcome(name: str, one: Observation) -> Outcome:
    return Outcome(name, one.seed, one.hash_seed, _said(one), one.seconds)


def _said(one: Observation) -> str:
    if one.stopped:
        return one.stopped
    if one.failure:
        return _short(f"raised {one.failure}")
    values = [_value(value) for _, value in sorted(one.values.items())]
    if values:
        return _short("gave " + "; ".join(values))
    text = normalize_stdout(one.stdout)
    return _short(f"printed {text!r}" if text else "ran to its end")


def _value(value: object) -> str:
    if isinstance(value, Failure):
        return str(value)
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], dict):
        return value_text(value[0])  # a claim, with what its sides were
    return value_text(value)


def _short(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
