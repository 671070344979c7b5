"""The results on which it rests whether an option is right, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean

from markupsafe import Markup

from practicum import kinds
from practicum.charts import axes, figure
from practicum.charts.interval_chart import ResultBar, draw_results
from practicum.formatting import sentence, value_with_range
from practicum.kinds.experiment_calls import MeasuredNumber
from practicum.model import Measured, Measurement, Option, Variant
from practicum.prove.run_groups import RunGroup, group_runs
from practicum.python_source.names import public_functions

NAMES = {
    "accuracy": "Training accuracy",
    "train_accuracy": "Training accuracy",
    "val_accuracy": "Validation accuracy",
    "loss": "Training loss",
    "val_loss": "Validation loss",
}
"""Names of numbers that beginners know, for those that Keras and the lab use."""
OTHER = 2
"""The colour of what is measured neither on training nor on validation data."""


def measure_name(name: str) -> str:
    """Return the name of a number in words: `Validation accuracy` for `val_accuracy`."""
    return NAMES.get(name, name.replace("_", " ").capitalize())


def measure_colour(name: str) -> int:
    """Return the series colour of a number: one for training and one for validation, everywhere."""
    words = measure_name(name).lower()
    return 0 if words.startswith("training") else 1 if words.startswith("validation") else OTHER


def proposing_option(kind: kinds.Kind, variant: Variant, group: RunGroup) -> Option | None:
    """Return the option that proposes the setting of these runs, if one does."""
    number = kind.measured_option(variant, group.runs[0].measurement)
    return None if number is None else variant.options[number]


def shown_name(kind: kinds.Kind, variant: Variant, group: RunGroup) -> str:
    """Return a group's name on charts: its setting as the option that proposes it has it, such as `1e-5`."""
    option = proposing_option(kind, variant, group)
    return (option and option.code) or group.name


@dataclass(frozen=True)
class _Result:
    """A number's values over seeds, and the name of the group of runs it belongs to."""

    measure: str
    group: str
    values: tuple[float, ...]


def result_bars(
    kind: kinds.Kind, variant: Variant, number: int, measured: Sequence[Measured], experiments: str
) -> Markup:
    """Return the results behind an option (from 0) as a figure; empty if a number of them is not a bar's length.

    Args:
        kind: The problem's kind.
        variant: The problem's variant.
        number: The option.
        measured: All runs of the variant, which give each group of runs its name.
        experiments: The source of `experiments.py`.
    """
    numbers = kind.measured_numbers(variant, number, public_functions(experiments)) if measured else ()
    names = {
        run.measurement.call: shown_name(kind, variant, group)
        for group in group_runs(measured, experiments)
        for run in group.runs
    }
    results = [_result(one, measured, names) for one in numbers]
    found = [result for result in results if result is not None]
    if not found or len(found) < len(results):
        return Markup("")
    return _draw(found)


def _result(number: MeasuredNumber, measured: Sequence[Measured], names: Mapping[str, str]) -> _Result | None:
    """The values with each seed; None if one is missing, or has no bar."""
    by_call = {run.measurement.call: run for run in measured}
    seeds = sorted({run.measurement.seed for run in measured}) if number.seed is None else [number.seed]
    calls = [Measurement(number.function, dict(number.params), seed).call for seed in seeds]
    runs = [by_call[call] for call in calls if call in by_call]
    if not runs or not all(number.name in run.numbers for run in runs):
        return None
    values = tuple(run.numbers[number.name] for run in runs)
    valid = all(isfinite(value) and value >= 0 for value in values)
    return _Result(number.name, names[runs[0].measurement.call], values) if valid else None


def _draw(results: Sequence[_Result]) -> Markup:
    """Bars with what they have in common in the caption, and what tells them apart beside each."""
    measures, groups = {result.measure for result in results}, {result.group for result in results}
    share = all("accuracy" in result.measure and max(result.values) <= 1 for result in results)
    highest = max(value for result in results for value in result.values)
    bars = [_bar(result, len(measures) > 1, len(groups) > 1, share) for result in results]
    common = [
        *([measure_name(results[0].measure)] if len(measures) == 1 else []),
        *([results[0].group] if len(groups) == 1 else []),
    ]
    title = sentence(", ".join([*common, _run_count(results)])).removesuffix(".")
    end = 1.0 if share else axes.value_axis(0, highest).ticks[-1]
    return figure.figure(title, [draw_results(title, bars, end)], css="of-option")


def _bar(result: _Result, by_measure: bool, by_group: bool, share: bool) -> ResultBar:
    parts = [*([measure_name(result.measure)] if by_measure else []), *([result.group] if by_group else [])]
    mean, low, high = fmean(result.values), min(result.values), max(result.values)
    written = value_with_range(mean, low, high, share)
    return ResultBar(", ".join(parts), mean, low, high, written, measure_colour(result.measure))


def _run_count(results: Sequence[_Result]) -> str:
    least, most = (f(len(result.values) for result in results) for f in (min, max))
    if most == 1:
        return "one run each"
    return f"mean of {most} runs" if least == most else f"means of {least} to {most} runs"
