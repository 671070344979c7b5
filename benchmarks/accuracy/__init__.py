"""Who is right most often on fresh images, all having learned from the same few in the same time."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence

from benchmarks.accuracy import automatic, guide, logistic, ours, scratch
from benchmarks.accuracy.contest import FRESH, SIDE, Result
from benchmarks.alone import alone
from benchmarks.facts.kept import cost, kept
from benchmarks.facts.sets import CLASSES, EMOJI, HARD
from benchmarks.facts.spread import ahead, between, short
from benchmarks.table import markdown

KINDS = (HARD, EMOJI)
SEEDS = {5: 5, 20: 5, 100: 5}
"""By images of a class: from 0 on, so many. The largest sets take most of the time."""
SEARCHES = {5: 1, 20: 1, 100: 1}
"""The same for AutoKeras, which always takes all the time that it is given."""
TRYING = (100,)
"""The seed for `quick=True`: what is looked at while something is still being changed is not what is measured."""
GUIDE, LOGISTIC, SCRATCH, AUTOKERAS = "Keras's guide", "logistic regression", "small CNN", "AutoKeras"
OURS = "practicum.lab"

_guide = kept(alone(guide.run))
_free = {LOGISTIC: kept(alone(logistic.run))}
_timed = {SCRATCH: kept(alone(scratch.run)), OURS: kept(alone(ours.run)), AUTOKERAS: kept(automatic.run)}


def report(quick: bool = False) -> str:
    """The section of `docs/benchmarks.md`."""
    seeds = dict.fromkeys((5, 20), TRYING) if quick else {images: range(count) for images, count in SEEDS.items()}
    names = [GUIDE, LOGISTIC, SCRATCH, *([AUTOKERAS] if automatic.PYTHON in os.environ else []), OURS]
    # The small sets of both kinds first: they take the least time.
    measured = {(kind, images): _measured(names, kind, images, seeds[images]) for images in seeds for kind in KINDS}
    cells = {(kind, images): measured[kind, images] for kind in KINDS for images in seeds}
    return (
        "## Right on fresh images, in the same time\n\n"
        f"{_conditions(names)}\n\n"
        f"{_accuracies(cells, names)}\n\n"
        "Seconds that each took, mean over the seeds. Learning is over then; importing TensorFlow and telling apart "
        "the fresh images are not in them.\n\n"
        f"{_seconds(cells, names)}\n\n{cost()}\n"
    )


Cell = dict[str, list[Result]]
"""By contestant, a result for each seed."""


def _measured(names: Sequence[str], kind: str, images: int, seeds: Sequence[int]) -> Cell:
    """Seed by seed, one contestant after the other: what slows the machine for a while slows them all."""
    cell: Cell = {name: [] for name in names}
    for place, seed in enumerate(seeds):
        for name in names:
            if name != AUTOKERAS or place < SEARCHES[images]:
                cell[name].append(_result(name, kind, images, seed))
    return cell


def _result(name: str, kind: str, images: int, seed: int) -> Result:
    given = {"kind": kind, "images": images, "seed": seed}
    guided: Result = _guide(**given)
    if name == GUIDE:
        return guided
    result: Result = (
        _free[name](**given) if name in _free else _timed[name](**given, minutes=round(guided["seconds"] / 60, 3))
    )
    return result


# --- the section -----------------------------------------------------------------------------------------------------


def _conditions(names: Sequence[str]) -> str:
    text = (
        f"{CLASSES} classes at {SIDE} px, tested on {CLASSES * FRESH} fresh images (of the emoji, none that was "
        "learned from); all but the small CNN and AutoKeras have EfficientNet-Lite0 with ImageNet weights. Keras's "
        f"guide: images flipped and turned by chance, {guide.EPOCHS['head']} epochs of a head with dropout on the "
        f"frozen base, then {guide.EPOCHS['all']} of everything at 1e-5, a fifth kept back. The time it takes, tracing "
        "included, is what the others are given for the same images. Logistic regression is scikit-learn's, as it "
        f"comes, on the network's last features. The small CNN learns up to {scratch.EPOCHS} epochs and ends early by "
        "a fifth kept back. Practicum's time includes all that it says about the model. Each run is a process of its "
        "own. Mean over n seeds, with the 95 % interval by Student's t; the last column is the difference, seed by "
        "seed, to the one of the guide, logistic regression and small CNN that was best on average there."
    )
    if AUTOKERAS in names:
        return (
            f"{text} AutoKeras searches until its time is up, and has what was best by then; over the first of the "
            f"seeds alone: {', '.join(f'{count} at {images} a class' for images, count in SEARCHES.items())}."
        )
    return f"{text} AutoKeras was left out: {automatic.PYTHON} names no interpreter that has it."


def _accuracies(cells: dict[tuple[str, int], Cell], names: Sequence[str]) -> str:
    rows = []
    for (kind, images), cell in cells.items():
        right = {name: [result["accuracy"] for result in cell[name]] for name in names}
        best = max((GUIDE, LOGISTIC, SCRATCH), key=lambda name: statistics.fmean(right[name]))
        lead = f"{_lead(right[OURS], right[best])}, {best}"
        rows.append([kind, str(images), str(len(cell[OURS])), *(_mean(right[name]) for name in names), lead])
    return markdown(["images", "a class", "n", *names, f"{OURS} ahead of the best by"], rows)


def _mean(values: Sequence[float]) -> str:
    if len(values) < 2:
        return short(values[0]) if values else "–"
    mean = ahead(values, [0.0] * len(values))
    return f"{short(mean.value)} ± {short(mean.high - mean.value)}"


def _lead(first: Sequence[float], second: Sequence[float]) -> str:
    return between(ahead(first, second)) if len(first) > 1 else short(first[0] - second[0], sign=True)


def _seconds(cells: dict[tuple[str, int], Cell], names: Sequence[str]) -> str:
    rows = []
    for (kind, images), cell in cells.items():
        took = [[result["seconds"] for result in cell[name]] for name in names]
        rows.append([kind, str(images), *(f"{statistics.fmean(each):.1f}" if each else "–" for each in took)])
    return markdown(["images", "a class", *names], rows)
