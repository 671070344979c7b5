"""How big an error bar few validation images carry: the spread over many sets of them, beside Wilson's interval."""

from __future__ import annotations

import statistics

import numpy as np

from benchmarks.facts import verdict
from benchmarks.facts.kept import cost, kept
from benchmarks.facts.sets import CLASSES, EMOJI, HARD, SEEDS, SIDE, draw_images
from benchmarks.facts.spread import short
from benchmarks.facts.training import head_trainer, with_head
from benchmarks.facts.verdict import Verdict
from benchmarks.table import markdown
from practicum.lab.features import extract_features, forward, shared_base
from practicum.statistics.intervals import wilson_interval

KINDS = (HARD, EMOJI)
SIZES = (20, 50, 100, 200, 500)
POOL = 1000
"""Images of a class that sets are drawn from: ten times as many as the largest set has."""
SETS = 10_000
Spread = dict[str, list[float]]


@kept
def spread(*, kind: str, seed: int) -> Spread:
    """By the size of the set: the accuracy on all images, the 95 % of sets' accuracies (low, high), their standard
    deviation, how often Wilson's interval of a set holds the accuracy on all, and half its mean width."""
    right = _right(kind, seed)
    rng = np.random.default_rng(seed)
    return {str(size): _seen(right, size, rng) for size in SIZES}


def _right(kind: str, seed: int) -> np.ndarray:
    """Whether a head trained on 100 images is right, (class, image)."""
    train, pool = draw_images(kind, 20, seed), draw_images(kind, POOL, 0, "test")
    with_head(train, pool.select(np.arange(CLASSES)), seed)
    chosen = forward(head_trainer().model, extract_features(shared_base(SIDE), pool.pixels)).argmax(axis=1)
    return np.stack([(chosen == pool.labels)[pool.labels == label] for label in range(CLASSES)])


def _seen(right: np.ndarray, size: int, rng: np.random.Generator) -> list[float]:
    """Sets of as many images of each class, drawn without putting back."""
    each = size // CLASSES
    counts = np.sum([rng.hypergeometric(row.sum(), (~row).sum(), each, SETS) for row in right], axis=0)
    truth, wilson = float(right.mean()), [wilson_interval(count, size) for count in range(size + 1)]
    held = np.mean([wilson[count].low <= truth <= wilson[count].high for count in counts])
    half = np.mean([(wilson[count].high - wilson[count].low) / 2 for count in counts])
    low, high = np.quantile(counts / size, [0.025, 0.975])
    return [truth, float(low), float(high), float(np.std(counts / size)), float(held), float(half)]


# --- the section -----------------------------------------------------------------------------------------------------


def report() -> str:
    """The section of `docs/facts.md`."""
    return (
        "## How big an error bar so few images carry\n\n"
        f"Five heads, each trained on 100 images from a seed of its own, asked for {CLASSES * POOL:,} fresh "
        f"images; from these, {SETS:,} validation sets of each size, as many of one class as of another. “95 % of "
        "sets” is how far their accuracies lie apart; Wilson's interval is `wilson_interval` of one "
        "set, as one would compute it who has no other. “Holds” is how often that contains the accuracy on all the "
        "images. Means over the five heads. All images of emoji show the same few dozen of them: what others would "
        "add to the spread is not in these numbers.\n\n"
        + "\n\n".join(f"{kind}:\n\n{_table(kind)}" for kind in KINDS)
        + f"\n\n{verdict.table(_verdicts())}\n\n{cost()}\n"
    )


def _means(kind: str, size: int) -> list[float]:
    runs = [spread(kind=kind, seed=seed)[str(size)] for seed in SEEDS]
    return [statistics.fmean(values) for values in zip(*runs, strict=True)]


def _table(kind: str) -> str:
    rows = []
    for size in SIZES:
        truth, low, high, deviation, held, half = _means(kind, size)
        rows.append(
            [
                str(size),
                short(truth),
                f"{short(low)} to {short(high)}",
                f"± {short((high - low) / 2)}",
                f"± {short(half)}",
                f"{held:.1%}",
                short(deviation),
            ]
        )
    headings = [
        "images",
        "accuracy on all",
        "95 % of sets",
        "half of that",
        "half of Wilson's",
        "it holds",
        "sd of sets",
    ]
    return markdown(headings, rows)


def _verdicts() -> list[Verdict]:
    held = [_means(kind, size)[4] for kind in KINDS for size in SIZES]
    few = {kind: _means(kind, 20) for kind in KINDS}
    return [
        Verdict(
            "(a question, not a claim) how big an error bar do 20 validation images carry?",
            "; ".join(
                f"± {short((high - low) / 2)} seen, ± {short(half)} by Wilson on {kind}"
                for kind, (_, low, high, _, _, half) in few.items()
            ),
            None,
        ),
        Verdict(
            "(a question, not a claim) can Wilson's interval be trusted with so few?",
            f"a 95 % interval holds in {min(held):.1%} to {max(held):.1%} of sets",
            None,
        ),
    ]
