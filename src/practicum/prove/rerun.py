"""Running a proof again, now, for a learner who wants to see it happen: one variant, one run of each claim, live."""

from __future__ import annotations

from practicum import kinds
from practicum.environments.selection import NoEnvironment, environment_for
from practicum.model import Measured, Measurement, VariantFinding, Verdict
from practicum.prove import experiments, judging, subjects
from practicum.prove.catalogue import Catalogue, Entry
from practicum.prove.judging import Measurements
from practicum.prove.repeated_runs import Bench, RunJob, experiment_names
from practicum.runner.cancellation import Cancellation
from practicum.runner.events import OnEvent, Output

SECONDS = 30.0
"""Wall-clock time that one run of a repeated proof may take."""


def again(
    catalogue: Catalogue,
    entry: Entry,
    variant: int,
    run: RunJob,
    on_event: OnEvent | None = None,
    cancel: Cancellation | None = None,
) -> VariantFinding:
    """What one variant's claims give now. Experiments are made with one seed only. Raises Stopped when cancelled."""
    try:
        environment = environment_for(catalogue.course, catalogue.root)
    except NoEnvironment as reason:
        return VariantFinding(entry.problem.variants[variant].params, Verdict.ERROR, str(reason))
    topic = catalogue.topic(entry.topic)
    # Several seeds can take minutes. One shows what happens, and the recorded proof holds the others.
    asked = kinds.get(entry.problem.kind).with_one_seed(entry.problem.variants[variant])
    part = subjects.of_variant(entry.problem, asked, experiment_names(topic))
    bench = Bench(run, topic, SECONDS, cancel, on_event, environment)
    known = Measurements()

    def on_measured(call: Measurement, found: Measured | str) -> None:
        if isinstance(found, str):
            known.failed[call] = found
        else:
            known.measured[call] = found
        if on_event:
            said = found if isinstance(found, str) else ", ".join(f"{n} {v:.4g}" for n, v in found.numbers.items())
            on_event(Output("stdout", f"{call.call}: {said}\n"))

    for batch in experiments.batches(part.plan.measurements, 1):
        experiments.measure(batch, bench, on_measured)
    return judging.judge_part(part, bench, known, once=True)
