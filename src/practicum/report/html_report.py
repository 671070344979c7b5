"""The report of one fit: a single HTML file that needs neither network nor script, from the story alone."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from practicum import formatting
from practicum.formatting import SPACE, counted, listed, percent, shown, whole
from practicum.lab.diagnosis import Finding
from practicum.lab.fit_record import FitRecord
from practicum.lab.image_set import Remark
from practicum.report import report_charts as charts
from practicum.statistics.intervals import Interval

PICTURES = 60
"""Thumbnails in one report, at most."""
HARDEST = 18
OF_A_FINDING = 12
FILES = 100
"""Remarks on files that are listed; the rest are counted."""
WIDE = 0.25
"""From which width of the interval on the report says that it is wide."""
NOTABLE = 0.005
"""By so much the answer may lie below what was measured for the chosen way without a word on it."""
TARGETS = (0.8, 0.85, 0.9, 0.95, 0.98, 0.99)


@dataclass(frozen=True)
class Picture:
    """A thumbnail as a data URI, with what is to be said below it."""

    uri: str
    name: str
    given: str
    predicted: str
    sure: str
    right: bool


def write(story: FitRecord, file: Path) -> None:
    """Write the report. Raises OSError."""
    html = page(story)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.part")
    try:
        draft.write_text(html, encoding="utf-8")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def page(story: FitRecord) -> str:
    """The report as HTML."""
    album = _Album(story)
    surest = album.pictures(hardest(story, HARDEST))
    findings = [(finding, album.pictures(finding.rows[:OF_A_FINDING])) for finding in story.findings]
    return _template().render(
        story=story,
        guessing=guessing(story),
        answer=answer(story),
        doubts=doubts(story),
        chart=_charts(story),
        facts=_facts(story),
        why=why(story),
        growth=growth(story),
        needs=_needs(story),
        findings=findings,
        hardest=surest,
        mistakes=int(np.sum(story.probabilities.argmax(axis=1) != story.labels)),
        files=[_files("Left out", story.left_out), _files("Used, with a remark", story.remarks)],
        made=_made(story),
    )


def guessing(story: FitRecord) -> float:
    """The accuracy of always naming the class with most pictures."""
    return max(story.counts) / max(1, sum(story.counts))


def answer(story: FitRecord) -> str:
    """The accuracy in one plain sentence, with its 95 % interval."""
    a = story.scores.accuracy
    return (
        f"Of 100 new pictures like these it will get about {_hundred(a.value)} right; "
        f"the honest range is {_hundred(a.low)} to {_hundred(a.high)}."
    )


def doubts(story: FitRecord) -> list[str]:
    """What the accuracy must not be read without."""
    a, common = story.scores.accuracy, story.classes[int(np.argmax(story.counts))]
    said = []
    if a.low <= guessing(story):
        said.append(
            f"This is not clearly better than guessing: always answering “{shown(common)}” "
            f"would get {_hundred(guessing(story))} of 100 right."
        )
    if a.high - a.low > WIDE:
        said.append(f"The range is wide because {counted(story.scores.n, 'picture')} cannot tell it more exactly.")
    stops = [shown(finding.title) for finding in story.findings if finding.severity == "stop"]
    if stops:
        said.append(f"Do not rely on this number before you have read the findings: {listed(stops)}.")
    return said


def why(story: FitRecord) -> list[str]:
    """What was tried, which of it was chosen, and how it compares with the rest."""
    chosen = next((one for one in story.candidates if one.chosen), None)
    if chosen is None:
        return []
    tried = counted(len(story.candidates), "way was", "ways were")
    said = [f"{tried} tried. Chosen: {shown(chosen.name)}, {shown(chosen.what)}"]
    said[0] += "" if said[0].endswith(".") else "."
    said += [f"Not tried: {shown(one.file)}, {shown(one.what)}." for one in story.untried]
    flattered = chosen.accuracy.value - story.scores.accuracy.value
    if flattered >= NOTABLE:
        said.append(
            f"It got {percent(chosen.accuracy.value)} here; the answer takes {100 * flattered:.1f} points off that: "
            "the best of several looks a little better than it is."
        )
    others = [one for one in story.candidates if one is not chosen]
    if not others:
        return said
    best = max(others, key=lambda one: one.accuracy.value)
    points = 100 * (chosen.accuracy.value - best.accuracy.value)
    if points >= 0:
        said.append(f"Nothing else came out higher; next is {shown(best.name)}, {points:.1f} points below.")
    else:
        said.append(
            f"{shown(best.name)} came out {-points:.1f} points higher; that may well be luck, "
            "and the chosen one is trusted more."
        )
    if best.better is not None:
        said.append(f"The probability that the chosen one is really better than that is {percent(best.better)}.")
    return said


def growth(story: FitRecord) -> str:
    """What more pictures would bring, in words."""
    if story.curve is None or not story.curve.points:
        return ""
    last = story.curve.points[-1]
    said = f"With {last.per_class} of each class the accuracy is {percent(last.accuracy.value)}."
    if not story.curve.ahead:
        return f"{said} Too few sizes could be measured to look further ahead."
    far, top = story.curve.ahead[-1], story.curve.ceiling
    return said + (
        f" With {far.per_class} of each it is expected at {percent(far.accuracy.value)}"
        f" ({percent(far.accuracy.low)} to {percent(far.accuracy.high)})."
        f" However many there are, this way of learning is expected to level off at {percent(top.value)}"
        f" ({percent(top.low)} to {percent(top.high)})."
    )


def hardest(story: FitRecord, most: int) -> list[int]:
    """The rows that were mistaken, the surest mistake first."""
    predicted = story.probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != story.labels)
    sure = story.probabilities[wrong, predicted[wrong]]
    return [int(row) for row in wrong[np.argsort(-sure, kind="stable")][:most]]


def _needs(story: FitRecord) -> list[tuple[str, str]]:
    """For each accuracy not reached yet: how many pictures of each class it is expected to take."""
    if story.curve is None or not story.curve.ahead:
        return []
    return [
        (percent(target), _many(story.curve.images_for(target)))
        for target in [one for one in TARGETS if one > story.scores.accuracy.value][:3]
    ]


def _many(needed: Interval | None) -> str:
    if needed is None:
        return "more than can be told"
    return f"about {whole(needed.value)} ({whole(needed.low)} to {whole(needed.high)})"


def _charts(story: FitRecord) -> dict[str, Any]:
    return {
        "answer": charts.answer(story.scores.accuracy, guessing(story)),
        "confusion": charts.confusion(story.scores.confusion, story.classes),
        "recall": charts.recall(story.scores.confusion, story.classes),
        "calibration": charts.calibration(story.labels, story.probabilities),
        "candidates": charts.candidates(story.candidates) if story.candidates else "",
        "curve": charts.learning_curve(story.curve) if story.curve else "",
        "training": [charts.training(one) for one in story.training],
    }


def _facts(story: FitRecord) -> list[tuple[str, str, str]]:
    """Name, value with interval, and what it means."""
    s = story.scores
    return [
        ("Accuracy", _between(s.accuracy), "the share it gets right"),
        ("Balanced accuracy", _between(s.balanced_accuracy), "the same, each class counting alike"),
        ("Macro F1", _between(s.f1), "neither missing nor inventing, each class counting alike"),
        ("Calibration error", _between(s.calibration_error), "how far its certainty is off, on average"),
        ("Log loss", _plainly(s.log_loss), "0 is perfect; punishes being sure and wrong"),
    ]


def _made(story: FitRecord) -> list[tuple[str, str]]:
    versions = " · ".join(f"{shown(name)} {shown(version)}" for name, version in story.versions.items())
    facts = [
        ("Made on", formatting.day(story.made)),
        ("Pictures from", shown(story.source)),
        ("Network", f"{shown(story.backbone)}, seeing {story.side} × {story.side} pixels"),
        ("Seed", str(story.seed)),
        ("Time", formatting.lasted(story.seconds)),
    ]
    return [*facts, *([("With", versions)] if versions else [])]


def _files(title: str, remarks: Sequence[Remark]) -> dict[str, Any]:
    listed = [(shown(one.file), shown(one.what)) for one in remarks[:FILES]]
    return {"title": title, "count": len(remarks), "rows": listed, "more": len(remarks) - len(listed)}


def _between(one: Interval) -> str:
    return f"{percent(one.value)} ({percent(one.low)} to {percent(one.high)})"


def _plainly(one: Interval) -> str:
    return f"{formatting.number(one.value)} ({formatting.number(one.low)} to {formatting.number(one.high)})"


def _hundred(share: float) -> str:
    return percent(share).removesuffix(f"{SPACE}%")


class _Album:
    """The pictures of one report: as many as it may hold, and no more."""

    def __init__(self, story: FitRecord) -> None:
        self._story = story
        self._made: dict[int, Picture] = {}
        self._shown = 0

    def pictures(self, rows: Sequence[int]) -> list[Picture]:
        """Those of these rows that there are pictures of, and room for still."""
        known = [row for row in rows if 0 <= row < len(self._story.thumbs)][: PICTURES - self._shown]
        self._shown += len(known)
        return [self._picture(row) for row in known]

    def _picture(self, row: int) -> Picture:
        if row not in self._made:
            story, likely = self._story, int(self._story.probabilities[row].argmax())
            self._made[row] = Picture(
                uri=_uri(story.thumbs[row]),
                name=shown(story.names[row]) if story.names else f"picture {row + 1}",
                given=shown(story.classes[int(story.labels[row])]),
                predicted=shown(story.classes[likely]),
                sure=percent(float(story.probabilities[row, likely])),
                right=likely == int(story.labels[row]),
            )
        return self._made[row]


def _uri(pixels: NDArray[np.uint8]) -> str:
    """The picture as a JPEG of 96 pixels at most, ready for an `src`."""
    image = Image.fromarray(pixels)
    image.thumbnail((96, 96))
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=72, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(packed.getvalue()).decode()


def _severity(finding: Finding) -> str:
    return {"stop": "Stop", "warn": "Look at this", "note": "Good to know"}[finding.severity]


def _fit(text: str) -> str:
    """Somebody's prose or code: line breaks and tabs stay, other control characters do not."""
    return "".join(one if one in "\n\t" else shown(one) for one in text)


def _breakable(path: str) -> Markup:
    """A path that goes into the next line after a slash rather than within a name."""
    return Markup("/<wbr>").join(path.split("/"))


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "shown": shown, "fit": _fit, "percent": percent, "weighs": formatting.weighs, "number": formatting.number,
        "day": formatting.day, "counted": counted, "severity": _severity, "hundred": _hundred, "breakable": _breakable,
    }  # fmt: skip
    environment.filters.update(filters)
    return environment.get_template("report.html")
