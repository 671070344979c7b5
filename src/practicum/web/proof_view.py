"""A problem once it is closed: the key, the explanation, and the runs that settled it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from practicum import kinds
from practicum.application.grading import finding_of
from practicum.application.lru_cache import LruCache
from practicum.charts.line_chart import draw_epochs, mean_series, tabulate
from practicum.course.render import code
from practicum.formatting import counted, decimals, duration, long_date, sentence
from practicum.model import Evidence, Measured, Option, OptionFinding, Topic, Variant, VariantFinding, Verdict
from practicum.prove.catalogue import Entry
from practicum.prove.run_groups import RunGroup, group_runs
from practicum.web.problem_view import html
from practicum.web.rendering import code_spans
from practicum.web.result_bars import NAMES, measure_name, proposing_option, result_bars, shown_name

ORDER = ("Validation accuracy", "Training accuracy", "Validation loss", "Training loss")
"""Curves that are shown first, in this order."""
LABELS = {"python": "Python", "tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}


@dataclass(frozen=True)
class OptionResult:
    """An option: whether it is right, whether it was picked, and its result when it was run."""

    text: Markup
    key: bool
    picked: bool
    tag: str
    feedback: Markup
    bars: Markup
    """Its result as a chart, where it rests on numbers that experiments returned."""
    observed: Markup
    """Its result in words and code."""


@dataclass(frozen=True)
class GivenAnswer:
    """An answer that was typed or arranged."""

    text: Markup
    right: bool
    tag: str


@dataclass(frozen=True)
class Solution:
    """Of a problem without options the answers given and a right answer; and the check."""

    answers: tuple[GivenAnswer, ...]
    heading: str
    solution: Markup
    check: Markup


@dataclass(frozen=True)
class CurveChart:
    """A chart of one curve, and the same as a table."""

    caption: str
    svg: Markup
    table: Markup
    has_single_runs: bool
    """Whether it shows runs one by one, because they end at different epochs."""


@dataclass(frozen=True)
class RunRow:
    """A row of the table of runs."""

    name: str
    outcome: Markup
    seed: str
    seconds: str


@dataclass(frozen=True)
class ProofView:
    """The proof of one variant."""

    heading: str
    why: str
    sources: tuple[Markup, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    charts: tuple[CurveChart, ...] = ()
    chart_note: str = ""
    runs: tuple[RunRow, ...] = ()
    rerun_note: str = ""
    command: str = ""


def option_results(
    entry: Entry, number: int, order: Sequence[int], topic: Topic, answers: Sequence[tuple[str, ...]] = ()
) -> tuple[OptionResult, ...]:
    """Return the options in the order in which the learner saw them."""
    variant = entry.problem.variants[number]
    kind, finding = kinds.get(entry.problem.kind), finding_of(entry, number)
    picked = {part for answer in answers for part in answer}
    return tuple(
        _option_result(
            kind,
            variant,
            index,
            str(index) in picked,
            finding.options[index] if finding and finding.options else None,
            result_bars(kind, variant, index, finding.measured, topic.experiments) if finding else Markup(""),
        )
        for index in order
    )


def solution_view(entry: Entry, number: int, answers: Sequence[tuple[tuple[str, ...], bool]]) -> Solution | None:
    """Return the answers given, each with whether it was right, and a right one; of a problem with options, its check.

    None if there is nothing to show.
    """
    variant = entry.problem.variants[number]
    kind = kinds.get(entry.problem.kind)
    if variant.options:
        return Solution((), "", Markup(""), code(variant.check.strip("\n"))) if variant.check.strip() else None
    solution = kind.solution_text(variant, finding_of(entry, number))
    if kind.answer_is_code and any(
        kind.answer_text(variant, answer).strip() == solution.strip() for answer, _ in answers
    ):
        solution = ""  # It is among the answers.
    tags = ["Your answer"] if len(answers) == 1 else [f"Your answer, try {n}" for n in range(1, len(answers) + 1)]
    return Solution(
        tuple(
            GivenAnswer(_as_html(kind, kind.answer_text(variant, answer)), right, tag + (": right" if right else ""))
            for (answer, right), tag in zip(answers, tags, strict=True)
        ),
        "A right answer" if kind.answer_is_code else "The result",
        _as_html(kind, solution) if solution else Markup(""),
        code(check) if (check := _shown_checks(variant)) else Markup(""),
    )


def _shown_checks(variant: Variant) -> str:
    """The check, and those of the test cases that are not hidden."""
    cases = [f"# {case.name}\n{case.check}" for case in variant.tests if case.check.strip() and not case.hidden]
    return "\n\n".join(part.strip("\n") for part in (variant.check, *cases) if part.strip())


def _as_html(kind: kinds.Kind, text: str) -> Markup:
    if kind.answer_is_code:
        return code(text.strip("\n"))
    if "\n" in text:
        return Markup('<pre class="wrap" tabindex="0">{}</pre>').format(text)
    return Markup("<code>{}</code>").format(text)


def _option_result(
    kind: kinds.Kind, variant: Variant, index: int, picked: bool, finding: OptionFinding | None, bars: Markup
) -> OptionResult:
    option: Option = variant.options[index]
    tags = {(True, True): "Right, and your answer", (True, False): "Right", (False, True): "Your answer"}
    return OptionResult(
        html(option.text, True, variant.images),
        option.key,
        picked,
        tags.get((option.key, picked), ""),
        html(option.feedback, images=variant.images),
        bars,
        observed_html(kind, variant, finding.observed) if finding else Markup(""),
    )


def observed_html(kind: kinds.Kind, variant: Variant, text: str) -> Markup:
    """Return the result of a run: a bare value as code, a sentence with its code spans. It is data, never Markdown."""
    if not text:
        return Markup("")
    if "\n" in text:
        return Markup('<pre class="wrap" tabindex="0">{}</pre>').format(text)
    if kind.observes_value(variant):
        return Markup("<code>{}</code>").format(text)
    return code_spans(text)


_VIEWS: LruCache[tuple[Entry, ProofView]] = LruCache(256)
"""Views with their entries. An entry is never changed, and a kept one keeps its id for itself."""


def proof_view(entry: Entry, variant: int, topic: Topic) -> ProofView:
    """Return the whole proof of one variant. It is composed once for each entry, since its charts take milliseconds."""
    key = f"{id(entry)} {variant}"
    known = _VIEWS.get(key)
    if known is None or known[0] is not entry:
        known = entry, _compose(entry, variant, topic)
        _VIEWS.put(key, known)
    return known[1]


def _compose(entry: Entry, variant: int, topic: Topic) -> ProofView:
    kind, finding = kinds.get(entry.problem.kind), finding_of(entry, variant)
    if entry.verdict is Verdict.CITED:
        why = "This cannot be settled by running code. It rests on these sources."
        return ProofView("Cited, not proved", why, tuple(map(_source, entry.problem.cites)))
    if finding is None or entry.evidence is None:
        return ProofView("Not proved yet", sentence(entry.why), command=_command(entry))
    groups = group_runs(finding.measured, topic.experiments)
    charts = _charts(kind, entry.problem.variants[variant], groups)
    return ProofView(
        "The proof",
        _summary(kind.proof_text(entry.problem.variants[variant]), entry.evidence, finding)
        if finding.verdict is Verdict.PROVED
        else f"{str(finding.verdict).capitalize()}. {sentence(finding.why)}",
        facts=_facts(entry.evidence, finding),
        charts=charts,
        chart_note=_chart_note(charts),
        runs=_runs(kind, entry.problem.variants[variant], finding),
        rerun_note=_rerun_note(groups),
        command=_command(entry),
    )


def _summary(held: str, evidence: Evidence, finding: VariantFinding) -> str:
    runs = len(finding.runs) + len(finding.measured)
    return f"{held}, in {counted(runs, 'run')} on {long_date(evidence.ran)}."


def _source(text: str) -> Markup:
    if re.match(r"https?://\S+$", text):
        return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(text, text)
    return html(text, short=True)


def _facts(evidence: Evidence, finding: VariantFinding) -> tuple[tuple[str, str], ...]:
    seeds = {run.seed for run in finding.runs} | {one.measurement.seed for one in finding.measured}
    runs = len(finding.runs) + len(finding.measured)
    took = sum(run.seconds for run in finding.runs) + sum(one.seconds for one in finding.measured)
    versions = " · ".join(
        f"{LABELS.get(name, name)} {evidence.versions[name]}" for name in _in_order(evidence.versions)
    )
    facts = [
        ("Verdict", str(finding.verdict).capitalize()),
        ("Run on", long_date(evidence.ran)),
        ("Runs", f"{runs}, with {counted(len(seeds), 'seed')}, {duration(took)} in all"),
        ("With", versions),
        *(
            (name.replace("_", " ").capitalize(), evidence.ran_on[name])
            for name in sorted(evidence.ran_on, reverse=True)
        ),
        ("Record", evidence.hash[:16]),
    ]
    return tuple((name, value) for name, value in facts if value)


def _in_order(versions: Mapping[str, str]) -> list[str]:
    """Python first, then what stands on it."""
    known = [name for name in LABELS if name in versions]
    return known + sorted(versions.keys() - LABELS.keys())


def _runs(kind: kinds.Kind, variant: Variant, finding: VariantFinding) -> tuple[RunRow, ...]:
    plain = [
        RunRow(run.name, observed_html(kind, variant, run.outcome), str(run.seed), f"{run.seconds:.3f}")
        for run in finding.runs
        if not kind.hides_run(variant, run.name)
    ]
    measured = [
        RunRow(
            f"{one.measurement.function}({_given(one.measurement.params)})",
            escape(", ".join(f"{name} {decimals(value)}" for name, value in one.numbers.items())),
            str(one.measurement.seed),
            f"{one.seconds:.1f}",
        )
        for one in finding.measured
    ]
    return (*plain, *measured)


def _given(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in sorted(params.items()))


def _rerun_note(groups: Sequence[RunGroup]) -> str:
    seconds = sum(max(one.seconds for one in group.runs) for group in groups)
    if seconds < 1:
        return "Fresh, while you wait."
    return f"One seed of each, which takes about {duration(seconds)}."


def _command(entry: Entry) -> str:
    return f"practicum prove --all path/to/course/{entry.problem.path}"


# --- curves


def _charts(kind: kinds.Kind, variant: Variant, groups: Sequence[RunGroup]) -> tuple[CurveChart, ...]:
    """A chart for each curve that was measured: one line for each group of runs."""
    names = {name for group in groups for one in group.runs for name, curve in one.curves.items() if len(curve) > 1}
    charts_made = (_chart(kind, variant, name, groups) for name in sorted(names))
    return tuple(sorted(charts_made, key=lambda one: ORDER.index(one.caption) if one.caption in ORDER else len(ORDER)))


def _chart(kind: kinds.Kind, variant: Variant, name: str, groups: Sequence[RunGroup]) -> CurveChart:
    drawn = [group for group in groups if any(name in one.curves for one in group.runs)]
    caption = _caption(name, [one for group in drawn for one in group.runs])
    proposing = [proposing_option(kind, variant, group) for group in drawn]
    is_key = [option is not None and option.key for option in proposing]
    lines = [
        mean_series(
            shown_name(kind, variant, group),
            [one.curves[name] for one in group.runs if name in one.curves],
            is_key[index],
            None if any(is_key) else index,
        )
        for index, group in enumerate(drawn)
    ]
    single = any(line.runs for line in lines)
    return CurveChart(caption, draw_epochs(caption, lines), tabulate(lines, caption), single)


def _chart_note(charts: Sequence[CurveChart]) -> str:
    """What the lines are, in words."""
    if not charts:
        return ""
    mean = "Each line is the mean of its runs, with a band from the lowest to the highest."
    if not any(chart.has_single_runs for chart in charts):
        return mean
    return f"{mean} Where runs end at different epochs, each is a thin line, and their mean goes as far as all of them."


def _caption(name: str, measured: Sequence[Measured]) -> str:
    """A curve's name in words. One whose last value is always a number that was reported bears that number's name."""
    known = [one for one in measured if one.curves.get(name)]
    numbers = [
        number for number in known[0].numbers if all(one.numbers.get(number) == one.curves[name][-1] for one in known)
    ]
    return measure_name(name if name in NAMES or len(numbers) != 1 else numbers[0])
