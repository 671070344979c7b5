"""Figures from a course file to a page: parsed, measured, drawn; mistakes are reported with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from practicum import figures
from practicum.course import read_course
from practicum.model import CourseError, Drawing, Page, Verdict
from practicum.prove.catalogue import load
from practicum.prove.prover import Prover
from practicum.runner import Pool
from tests.figures.making import CHART, PREDICTIONS, SCATTER, SWEEP
from tests.prove.making import write_course

EXPERIMENTS = '''
"""Small ones."""
import random


def from_scratch(*, images=20, seed):
    lot = random.Random(seed)
    curve = [min(1.0, 0.02 * step * images**0.5 + lot.random() / 20) for step in range(12)]
    return {"val_accuracy": curve[-1], "train_curve": curve, "val_curve": curve}


def frozen_base(*, images=20, pretrained=True, seed):
    return from_scratch(images=images + 20 * pretrained, seed=seed)


def feature_map(*, pretrained, seed):
    lot = random.Random(seed)
    labels = [k % 5 for k in range(40)]
    return {"x": [k * pretrained + lot.random() for k in labels], "y": [lot.random() for _ in labels], "label": labels}


def validation_scores(*, seed):
    lot = random.Random(seed)
    labels = [k % 5 for k in range(40)]
    rows = [[lot.random() + 2 * (k == label) for k in range(5)] for label in labels]
    return {"label": labels, **{f"score_{k}": [row[k] / sum(row) for row in rows] for k in range(5)}}
'''
FENCES = {"chart": CHART, "sweep": SWEEP, "scatter": SCATTER, "predictions": PREDICTIONS}


def course(root: Path, **fences: str) -> Path:
    write_course(root, {}, EXPERIMENTS)
    drawn = "\n".join(f"```{name}{text}```\n" for name, text in fences.items())
    (root / "topic" / "metrics.md").write_text(f"# A page\n\n{drawn}")
    return root


def test_a_page_of_figures_is_proved(tmp_path: Path, pool: Pool) -> None:
    """All four, measured in the sandbox, and drawn from what the evidence holds."""
    catalogue = load(course(tmp_path, **FENCES))
    Prover(catalogue, pool.run, jobs=1).prove(catalogue.all.values())

    entry = load(tmp_path).pages["topic/metrics.md"]

    assert (entry.verdict, entry.why) == (Verdict.PROVED, "")
    assert entry.evidence is not None
    assert isinstance(entry.subject, Page)
    kept = {one.measurement: one for one in entry.evidence.variants[0].measured}
    for name, block in zip(FENCES, entry.subject.blocks, strict=True):
        assert isinstance(block, Drawing)
        assert "<svg" in figures.get(name).draw(block.table, kept, 1)


def test_a_list_that_no_experiment_gives_refutes_the_page(tmp_path: Path, pool: Pool) -> None:
    """With the fence's line, and what there is instead."""
    catalogue = load(course(tmp_path, chart=CHART.replace('"val_curve"', '"curve"')))
    Prover(catalogue, pool.run, jobs=1).prove(catalogue.all.values())

    entry = load(tmp_path).pages["topic/metrics.md"]

    assert entry.verdict is Verdict.REFUTED
    assert "line 3: the `chart` cannot be drawn" in entry.why
    assert all(f"`{name}`" in entry.why for name in ("curve", "train_curve", "val_curve"))


def test_mistakes_in_a_fence_are_told_with_their_lines(tmp_path: Path) -> None:
    """Of all figures at once."""
    root = course(tmp_path, chart=CHART.replace("play = true", "play = 1"), sweep=SWEEP.replace("slider", "slyder"))

    with pytest.raises(CourseError) as caught:
        read_course(root)

    found = {mistake.line: mistake.message for mistake in caught.value.mistakes}
    assert found[9] == "`play` must be true or false, not 1"
    assert found[18] == "`slyder` is not a key of a `sweep`: did you mean `slider`?"
