"""Running a proof again for a learner who wants to watch it: one variant, each claim once, with live output."""

from __future__ import annotations

from practicum import kinds
from practicum.environments.selection import NoEnvironment, environment_for
from practicum.model import Measured, Measurement, VariantFinding, Verdict
from practicum.prove import experiments, judging, subjects
from practicum.prove.catalogue import Catalogue, Entry
from practicum.prove.judging import MeasurementResults
from practicum.prove.repeated_runs import ExecutionContext, RunJob, experiment_names
from practicum.runner.cancellation import Cancellation
from practicum.runner.events import OnEvent, Output

SECONDS = 30.0
"""Wall-clock time that one run of a repeated proof may take."""


def rerun_variant(
    catalogue: Catalogue,
    entry: Entry,
    variant: int,
    run: RunJob,
    on_event: OnEvent | None = None,
    cancel: Cancellation | None = None,
) -> VariantFinding:
    """Run the claims of one variant, experiments with one seed only, and judge them.

    Raises:
        ProofCancelled: `cancel` was set.
    """
    recorded = entry.problem.variants[variant]
    try:
        environment = environment_for(catalogue.course, catalogue.root)
    except NoEnvironment as error:
        return VariantFinding(recorded.params, Verdict.ERROR, error.lack, code="no-environment")
    topic = catalogue.topic(entry.topic)
    # Several seeds can take minutes. One shows what happens, and the recorded proof holds the others.
    repeated = kinds.get(entry.problem.kind).with_one_seed(recorded)
    part = subjects.variant_part(entry.problem, repeated, experiment_names(topic))
    execution = ExecutionContext(run, topic, SECONDS, cancel, on_event, environment)
    known = MeasurementResults()

    def on_measured(call: Measurement, result: Measured | str) -> None:
        known.add(call, result)
        if on_event:
            on_event(Output("stdout", f"{call.call}: {_describe(result)}\n"))

    for batch in experiments.batches(part.plan.measurements, 1):
        experiments.measure(batch, execution, on_measured)
    return judging.judge_part(part, execution, known, once=True)


def _describe(result: Measured | str) -> str:
    if isinstance(result, str):
        return result
    return ", ".join(f"{name} {value:.4g}" for name, value in result.numbers.items())
