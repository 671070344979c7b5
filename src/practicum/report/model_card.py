"""The model card of one fit, in Markdown, with the headings of Mitchell et al. 2019, “Model cards for model reporting”.

It says what was measured. What no measurement tells, such as whom a mistake harms, it asks of whoever shares it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from practicum import formatting
from practicum.formatting import counted, listed, percent, shown
from practicum.lab.fit_record import FitRecord
from practicum.statistics.intervals import Interval, wilson_interval

_PLAIN = frozenset(" ,.'/%?;=")
"""ASCII that means nothing to Markdown in the middle of a line. Everything else is escaped, links and mentions too."""

FILES = 50


def write(story: FitRecord, file: Path) -> None:
    """Write the card. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.part")
    try:
        draft.write_text(card(story), encoding="utf-8")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def card(story: FitRecord) -> str:
    """The card as Markdown."""
    parts = [
        f"# Model card: {plain(story.title)}",
        *("## Model details", *_details(story)),
        *("## Intended use", *_use(story)),
        *("## Factors", *_factors(story)),
        *("## Metrics", *_metrics(story)),
        *("## Evaluation data", *_evaluation(story)),
        *("## Training data", *_training(story)),
        *("## Quantitative analyses", *_analyses(story)),
        *("## Ethical considerations", *_ethics()),
        *("## Caveats and recommendations", *_caveats(story)),
    ]
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """Somebody's text as Markdown that shows just that text, on one line; a dash for a blank one."""
    line = shown(" ".join(text.split())) or "–"
    escaped = "".join(f"\\{one}" if one in string.punctuation and one not in _PLAIN else one for one in line)
    # A stop matters after a number that begins a line, where it makes a list, and in an address that becomes a link.
    return re.sub(r"(?i)(^[0-9]+|www)\.", r"\1\.", escaped)


def fenced(code: str) -> str:
    """Code in a fence that nothing in it can close."""
    clean = "".join(one if one in "\n\t" else shown(one) for one in code.replace("\r\n", "\n"))
    longest = run = 0
    for one in clean:
        run = run + 1 if one == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{clean.rstrip(chr(10))}\n{fence}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _details(story: FitRecord) -> list[str]:
    chosen = [one for one in story.candidates if one.chosen]
    facts = [
        f"- Made on {plain(formatting.day(story.made))}, with seed {story.seed}, in {formatting.lasted(story.seconds)}."
    ]
    facts += [f"- Network: {plain(story.backbone)}, seeing {story.side} × {story.side} pixels."]
    facts += [f"- Way of learning: {plain(one.name)}, {plain(one.what)}" for one in chosen]
    facts += [f"- {plain(f'{name} {version}')}" for name, version in story.versions.items()]
    parts = ["\n".join(facts)]
    for one in story.exports:
        said = f"{plain(one.format)}, in {plain(one.file)} ({formatting.weighs(one.bytes)}). "
        said += f"Loaded again, its probabilities differed by {formatting.number(one.difference)} at most."
        parts += [said, fenced(one.load)]
    return parts


def _use(story: FitRecord) -> list[str]:
    return [
        f"To put pictures into one of {counted(len(story.classes), 'class', 'classes')}: "
        f"{listed([plain(name) for name in story.classes])}. It always names one of them, also for a picture of none.",
        "Who is to use it, what for, and what it must not be used for, is not known to the program that wrote this "
        "card. Add it before you share the model.",
    ]


def _factors(story: FitRecord) -> list[str]:
    return [
        f"Results are broken down by class, {counted(len(story.classes), 'class', 'classes')} in all. "
        "Others that may matter, such as the camera, the light, the place or the people shown, were not recorded with "
        "the pictures and not examined.",
    ]


def _metrics(story: FitRecord) -> list[str]:
    s = story.scores
    rows = [["Accuracy", s.accuracy], ["Balanced accuracy", s.balanced_accuracy], ["Macro F1", s.f1]]
    rows += [["Calibration error", s.calibration_error]]
    cells = [[str(name), *_cells(value)] for name, value in rows if isinstance(value, Interval)]
    loss = [formatting.number(one) for one in (s.log_loss.value, s.log_loss.low, s.log_loss.high)]
    return [
        table(["Metric", "Value", "From", "To"], [*cells, ["Log loss", *loss]]),
        f"From and to bound a 95 % interval. Always naming the largest class would reach "
        f"{percent(max(story.counts) / max(1, sum(story.counts)))}.",
    ]


def _evaluation(story: FitRecord) -> list[str]:
    return [
        f"{counted(story.scores.n, 'picture')}, each judged by a model that had not seen it, in cross-validation. "
        "There was no second set from elsewhere.",
    ]


def _training(story: FitRecord) -> list[str]:
    total = sum(story.counts)
    parts = [
        f"{counted(total, 'picture')} from {plain(story.source)}.",
        table(["Class", "Pictures"], [[plain(n), str(c)] for n, c in zip(story.classes, story.counts, strict=True)]),
    ]
    for title, remarks in (("Left out", story.left_out), ("Changed, or used with a remark", story.remarks)):
        if remarks:
            lines = [f"- {plain(one.file)}: {plain(one.what)}" for one in remarks[:FILES]]
            lines += [f"- and {len(remarks) - FILES} more"] if len(remarks) > FILES else []
            parts += [f"{title}, {counted(len(remarks), 'file')}:", "\n".join(lines)]
    return parts


def _analyses(story: FitRecord) -> list[str]:
    rows = []
    for index, name in enumerate(story.classes):
        counts = story.scores.confusion[index]
        total = int(np.sum(counts))
        share = _cells(wilson_interval(int(counts[index]), total)) if total else ["–"] * 3
        rows.append([plain(name), str(total), *share])
    return [table(["Class", "Pictures", "Recognised", "From", "To"], rows)]


def _ethics() -> list[str]:
    return [
        "Not assessed by the program that wrote this card. Before you share the model, say whether the pictures show "
        "people or their property, whether they were taken with consent and may be used so, and "
        "whom a mistake would harm.",
    ]


def _caveats(story: FitRecord) -> list[str]:
    said = ["The numbers hold for pictures that come about as these did, not for others."]
    said += [
        f"- **{plain(one.title)}** ({one.severity}). {plain(one.evidence)} {plain(one.remedy)}"
        for one in story.findings
    ]
    if story.next_step:
        said.append(f"The next most useful step: {plain(story.next_step)}")
    return said


def _cells(interval: Interval) -> list[str]:
    return [percent(interval.value), percent(interval.low), percent(interval.high)]
