"""The model card of one fit, in Markdown, with the headings of Mitchell et al. 2019, “Model cards for model reporting”.

It states what was measured. What no measurement can show, such as who could be harmed by a mistake, it leaves to the
person who shares the model.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from pathlib import Path

from practicum import formatting
from practicum.formatting import counted, join_words, percent, printable
from practicum.lab.fit_record import FitRecord
from practicum.report.output_files import write_atomically
from practicum.report.summary import is_unbalanced, majority_share
from practicum.statistics.intervals import Interval, Proportion

_UNESCAPED = frozenset(" ,.'/%?;=")
"""ASCII punctuation without a meaning in Markdown within a line; all other is escaped, so nothing becomes a link."""

FILES = 50
"""The most remarks on files that are listed; the rest are counted."""


def write(record: FitRecord, file: Path) -> None:
    """Write the card.

    Raises:
        OSError: If it cannot be written.
    """
    write_atomically(file, render(record))


def render(record: FitRecord) -> str:
    """The card as Markdown."""
    parts = [
        f"# Model card: {escape(record.title)}",
        *("## Model details", *_details(record)),
        *("## Intended use", *_intended_use(record)),
        *("## Factors", *_factors(record)),
        *("## Metrics", *_metrics(record)),
        *("## Evaluation data", *_evaluation_data(record)),
        *("## Training data", *_training_data(record)),
        *("## Quantitative analyses", *_analyses(record)),
        *("## Ethical considerations", *_ethics()),
        *("## Caveats and recommendations", *_caveats(record)),
    ]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Markdown that shows exactly this text on one line; a dash for a blank one."""
    line = printable(" ".join(text.split())) or "–"
    escaped = "".join(f"\\{char}" if char in string.punctuation and char not in _UNESCAPED else char for char in line)
    # A full stop matters after a number that begins a line, where it makes a list, and in an address, which becomes a
    # link.
    return re.sub(r"(?i)(^[0-9]+|www)\.", r"\1\.", escaped)


def code_block(code: str) -> str:
    """Python code in a fence that nothing in it can close."""
    clean = formatting.printable_block(code.replace("\r\n", "\n"))
    longest = max((len(ticks) for ticks in re.findall("`+", clean)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{clean.rstrip(chr(10))}\n{fence}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _details(record: FitRecord) -> list[str]:
    chosen = [candidate for candidate in record.candidates if candidate.chosen]
    facts = [
        f"- Made on {escape(formatting.long_date(record.date))}, with seed {record.seed}, in "
        f"{formatting.duration(record.seconds)}.",
        f"- Network: {escape(record.backbone)}, input of {record.side} × {record.side} pixels.",
        *(f"- Strategy: {escape(candidate.name)}, {escape(candidate.description)}" for candidate in chosen),
        *(f"- {escape(f'{name} {version}')}" for name, version in record.versions.items()),
    ]
    parts = ["\n".join(facts)]
    for export in record.exports:
        sentence = (
            f"{escape(export.format)}, in {escape(export.file)} ({formatting.file_size(export.bytes)}). Loaded again, "
            f"its probabilities differed by at most {formatting.number(export.difference)}."
        )
        parts += [sentence, code_block(export.load)]
    return parts


def _intended_use(record: FitRecord) -> list[str]:
    return [
        f"To classify images into {counted(len(record.classes), 'class', 'classes')}: "
        f"{join_words([escape(name) for name in record.classes])}. "
        "It always predicts one of them, also for an image that belongs to none.",
        "Who is to use the model, for what purpose, and what it must not be used for is not known to the program that "
        "wrote this card. Add it before you share the model.",
    ]


def _factors(record: FitRecord) -> list[str]:
    return [
        f"Results are broken down by class, {counted(len(record.classes), 'class', 'classes')} in all. "
        "Other factors that may matter, such as the camera, the light, the place or the people shown, were not "
        "recorded with the images and not examined.",
    ]


def _metrics(record: FitRecord) -> list[str]:
    scores = record.scores
    intervals = [
        ("Accuracy", scores.accuracy),
        *([("Balanced accuracy", scores.balanced_accuracy)] if is_unbalanced(record) else []),
        ("Macro F1", scores.f1),
        ("Calibration error", scores.calibration_error),
    ]
    loss = [formatting.number(value) for value in (scores.log_loss.value, scores.log_loss.low, scores.log_loss.high)]
    rows = [[name, *_cells(interval)] for name, interval in intervals]
    return [
        table(["Metric", "Value", "From", "To"], [*rows, ["Log loss", *loss]]),
        "From and to are the bounds of a 95 % confidence interval. Always predicting the largest class would have an "
        f"accuracy of {percent(majority_share(record))}.",
    ]


def _evaluation_data(record: FitRecord) -> list[str]:
    return [
        f"{counted(record.scores.n, 'image')}, each classified in cross-validation by a model that was not trained on "
        "it. There was no second set from another source.",
    ]


def _training_data(record: FitRecord) -> list[str]:
    counts = zip(record.classes, record.counts, strict=True)
    parts = [
        f"{counted(sum(record.counts), 'image')} from {escape(record.source)}.",
        table(["Class", "Images"], [[escape(name), str(count)] for name, count in counts]),
    ]
    for title, remarks in (("Left out", record.left_out), ("Used, with a remark", record.remarks)):
        if remarks:
            lines = [f"- {escape(remark.file)}: {escape(remark.text)}" for remark in remarks[:FILES]]
            lines += [f"- and {len(remarks) - FILES} more"] if len(remarks) > FILES else []
            parts += [f"{title}, {counted(len(remarks), 'entry', 'entries')}:", "\n".join(lines)]
    return parts


def _analyses(record: FitRecord) -> list[str]:
    rows = []
    for k, name in enumerate(record.classes):
        counts = record.scores.confusion[k]
        share = Proportion(int(counts[k]), int(counts.sum()))
        rows.append([escape(name), str(share.total), *_cells(share.interval)])
    return [table(["Class", "Images", "Recall", "From", "To"], rows)]


def _ethics() -> list[str]:
    return [
        "Not assessed by the program that wrote this card. Before you share the model, state whether the images show "
        "people or their property, whether they were taken with consent and may be used for this purpose, and who "
        "could be harmed by a mistake.",
    ]


def _caveats(record: FitRecord) -> list[str]:
    parts = ["The scores hold for images that are taken in the same way as these, not for others."]
    parts += [
        f"- **{escape(finding.title)}** ({finding.severity}). {escape(finding.evidence)} {escape(finding.remedy)}"
        for finding in record.findings
    ]
    if record.next_step:
        parts.append(f"The most useful next step: {escape(record.next_step)}")
    return parts


def _cells(interval: Interval) -> list[str]:
    return [percent(interval.value), percent(interval.low), percent(interval.high)]
