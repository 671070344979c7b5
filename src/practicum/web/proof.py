"""What a learner sees of a problem once its answer is closed: the key, why, and the runs that settled it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from practicum import kinds
from practicum.charts.line_chart import chart, line, table
from practicum.charts.svg import number
from practicum.course.render import code
from practicum.model import Evidence, Measured, Option, OptionFinding, Variant, VariantFinding, Verdict
from practicum.prove.catalogue import Entry
from practicum.web.question import html
from practicum.web.view import counted, day, seconds, sentence, spans

EXACT = ("value", "prints", "error")
"""Forms of proof for which what was observed is the bare value, and no sentence."""
ORDER = ("Validation accuracy", "Training accuracy", "Validation loss", "Training loss")
"""Curves that are shown first, in this order."""
NAMES = {
    "accuracy": "Training accuracy",
    "train_accuracy": "Training accuracy",
    "val_accuracy": "Validation accuracy",
    "loss": "Training loss",
    "val_loss": "Validation loss",
}
LABELS = {"python": "Python", "tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}


@dataclass(frozen=True)
class Claim:
    """An option after the fact: whether it was right, whether it was picked, and what it gave when it was run."""

    text: Markup
    key: bool
    mine: bool
    tag: str
    feedback: Markup
    observed: Markup


@dataclass(frozen=True)
class Said:
    """An answer that was not picked, after the fact."""

    text: Markup
    right: bool
    tag: str


@dataclass(frozen=True)
class Solved:
    """What there is to see of a problem without options: what was answered, a right answer, and its check."""

    answers: tuple[Said, ...]
    head: str
    solution: Markup
    check: Markup


@dataclass(frozen=True)
class Chart:
    """A picture of one curve, and the same as a table."""

    caption: str
    svg: Markup
    table: Markup


@dataclass(frozen=True)
class RunLine:
    """One run in the table of runs."""

    name: str
    outcome: Markup
    seed: str
    seconds: str


@dataclass(frozen=True)
class Proof:
    """The record of one variant, ready to be shown."""

    heading: str
    why: str
    sources: tuple[Markup, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    charts: tuple[Chart, ...] = ()
    runs: tuple[RunLine, ...] = ()
    again_note: str = ""
    command: str = ""


def claims(
    entry: Entry, number: int, order: Sequence[int], answers: Sequence[tuple[str, ...]] = ()
) -> tuple[Claim, ...]:
    """The options in the order in which this learner saw them, and which they picked."""
    variant = entry.problem.variants[number]
    finding = found(entry, number)
    picked = {part for answer in answers for part in answer}
    return tuple(
        _claim(variant, index, str(index) in picked, finding.options[index] if finding and finding.options else None)
        for index in order
    )


def solved(entry: Entry, number: int, answers: Sequence[tuple[tuple[str, ...], bool]]) -> Solved | None:
    """The answers given, each with whether it was right, and a right one. None where options say it all."""
    variant = entry.problem.variants[number]
    kind = kinds.get(entry.problem.kind)
    if variant.options:
        return None
    solution = kind.solution_text(variant, found(entry, number))
    texts = {kind.answer_text(variant, answer).strip() for answer, _ in answers}
    if kind.answer_is_code and solution.strip() in texts:
        solution = ""  # It stands there already.
    tags = ["Your answer"] if len(answers) == 1 else [f"Your answer, try {n}" for n in range(1, len(answers) + 1)]
    return Solved(
        tuple(
            Said(_written(kind, kind.answer_text(variant, answer)), right, tag + (": right" if right else ""))
            for (answer, right), tag in zip(answers, tags, strict=True)
        ),
        "An answer that is right" if kind.answer_is_code else "What it gives",
        _written(kind, solution) if solution else Markup(""),
        code(variant.check.strip("\n")) if variant.check.strip() else Markup(""),
    )


def _written(kind: kinds.Kind, text: str) -> Markup:
    if kind.answer_is_code:
        return code(text.strip("\n"))
    if "\n" in text:
        return Markup('<pre class="wrap" tabindex="0">{}</pre>').format(text)
    return Markup("<code>{}</code>").format(text)


def _claim(variant: Variant, index: int, mine: bool, finding: OptionFinding | None) -> Claim:
    option: Option = variant.options[index]
    tags = {(True, True): "Right, and your answer", (True, False): "Right", (False, True): "Your answer"}
    return Claim(
        html(option.text, short=True),
        option.key,
        mine,
        tags.get((option.key, mine), ""),
        html(option.feedback),
        observed(variant, finding.observed) if finding else Markup(""),
    )


def found(entry: Entry, variant: int) -> VariantFinding | None:
    """What running said of that variant, if the evidence is of this version of the problem."""
    if entry.evidence is None or entry.verdict is Verdict.UNPROVED:
        return None
    params = entry.problem.variants[variant].params
    return next((one for one in entry.evidence.variants if dict(one.params) == dict(params)), None)


def observed(variant: Variant, text: str) -> Markup:
    """What a run gave: a bare value as code, a sentence with its code spans. Never read as Markdown: it is data."""
    if not text:
        return Markup("")
    if "\n" in text:
        return Markup('<pre class="wrap" tabindex="0">{}</pre>').format(text)
    if any(variant.proof.get(form) for form in EXACT):
        return Markup("<code>{}</code>").format(text)
    return spans(text)


def proof(entry: Entry, variant: int) -> Proof:
    """The proof of one variant, in full."""
    finding = found(entry, variant)
    if entry.verdict is Verdict.CITED:
        why = "This cannot be settled by running code. It rests on these sources."
        return Proof("Cited, not proved", why, tuple(map(_source, entry.problem.cites)))
    if finding is None or entry.evidence is None:
        return Proof("Not proved yet", sentence(entry.why), command=_command(entry))
    return Proof(
        "The proof",
        _summary(entry, entry.evidence, finding)
        if finding.verdict is Verdict.PROVED
        else f"{str(finding.verdict).capitalize()}. {sentence(finding.why)}",
        facts=_facts(entry.evidence, finding),
        charts=_charts(entry.problem.variants[variant], finding.measured),
        runs=_runs(entry.problem.variants[variant], finding),
        again_note=_again_note(finding),
        command=_command(entry),
    )


def _summary(entry: Entry, evidence: Evidence, finding: VariantFinding) -> str:
    runs = len(finding.runs) + len(finding.measured)
    held = kinds.get(entry.problem.kind).proof_summary
    return f"{held}, in {counted(runs, 'run')} on {day(evidence.ran)}."


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
        ("Run on", day(evidence.ran)),
        ("Runs", f"{runs}, with {counted(len(seeds), 'seed')}, {seconds(took)} in all"),
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


def _runs(variant: Variant, finding: VariantFinding) -> tuple[RunLine, ...]:
    plain = [
        RunLine(run.name, observed(variant, run.outcome), str(run.seed), f"{run.seconds:.3f}") for run in finding.runs
    ]
    measured = [
        RunLine(
            f"{one.measurement.function}({_given(one.measurement.params)})",
            escape(", ".join(f"{name} {number(value)}" for name, value in one.numbers.items())),
            str(one.measurement.seed),
            f"{one.seconds:.1f}",
        )
        for one in finding.measured
    ]
    return (*plain, *measured)


def _given(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in sorted(params.items()))


def _again_note(finding: VariantFinding) -> str:
    longest = max((one.seconds for one in finding.measured), default=0)
    if longest < 1:
        return "Fresh, while you wait."
    return f"One seed of each, which takes about {seconds(longest * len(_series(finding.measured)))}."


def _command(entry: Entry) -> str:
    return f"practicum prove --all path/to/course/{entry.problem.path}"


# --- curves


def _charts(variant: Variant, measured: Sequence[Measured]) -> tuple[Chart, ...]:
    """A chart for each curve that was measured: one line for each setting, over all its seeds."""
    names = {name for one in measured for name, curve in one.curves.items() if len(curve) > 1}
    series = {_named(variant, label): group for label, group in _series(measured).items()}
    charts_made = (_chart(variant, name, series) for name in sorted(names))
    return tuple(sorted(charts_made, key=lambda one: ORDER.index(one.caption) if one.caption in ORDER else len(ORDER)))


def _chart(variant: Variant, name: str, series: Mapping[str, Sequence[Measured]]) -> Chart:
    caption = _caption(name, [one for group in series.values() for one in group])
    lines = [
        line(label, [one.curves[name] for one in group if name in one.curves], _of_key(variant, group[0]))
        for label, group in series.items()
        if any(name in one.curves for one in group)
    ]
    return Chart(caption, chart(caption, lines), table(lines, caption))


def _caption(name: str, measured: Sequence[Measured]) -> str:
    """A curve's name in words. One whose last value is always a number that was reported bears that number's name."""
    known = [one for one in measured if one.curves.get(name)]
    numbers = [
        number for number in known[0].numbers if all(one.numbers.get(number) == one.curves[name][-1] for one in known)
    ]
    name = name if name in NAMES or len(numbers) != 1 else numbers[0]
    return NAMES.get(name, name.replace("_", " ").capitalize())


def _series(measured: Sequence[Measured]) -> dict[str, list[Measured]]:
    """The measurements by what tells them apart, seeds aside: `learning rate 1e-05`."""
    differing = {
        name
        for one in measured
        for name, value in one.measurement.params.items()
        if any(other.measurement.params.get(name, value) != value for other in measured)
    }
    functions = len({one.measurement.function for one in measured})
    groups: dict[str, list[Measured]] = {}
    for one in measured:
        params = one.measurement.params
        words = [_setting(params[name], len(differing) == 1, name) for name in sorted(differing & params.keys())]
        if functions > 1 or not words:
            words.insert(0, one.measurement.function.replace("_", " "))
        groups.setdefault(", ".join(words), []).append(one)
    return groups


def _setting(value: Any, alone: bool, name: str) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if alone else f"{name.replace('_', ' ')} {text}"


def _named(variant: Variant, label: str) -> str:
    """A setting as the option that proposes it has it: `1e-5`, where Python would write `1e-05`."""
    for option in variant.options:
        try:
            if option.code is not None and _setting(ast.literal_eval(option.code), True, "") == label:
                return option.code
        except (ValueError, SyntaxError):
            continue
    return label


def _of_key(variant: Variant, one: Measured) -> bool:
    """Whether the right option is about this setting."""
    vary = variant.proof.get("vary")
    if vary is None or vary not in one.measurement.params:
        return False
    for option in variant.options:
        if option.key and option.code is not None:
            try:
                return bool(ast.literal_eval(option.code) == one.measurement.params[vary])
            except (ValueError, SyntaxError):
                return False
    return False
