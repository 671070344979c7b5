"""Whether what a fit tells is true: planted label errors, the error bar, and what a learning curve promised."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dataclasses import replace
from functools import cache

import numpy as np

from benchmarks.table import markdown
from practicum.lab import remedies
from practicum.lab.backbone_split import SplitBackbone, split_backbone
from practicum.lab.emoji_drawings import CLASSES, emoji_images
from practicum.lab.image_set import ImageSet
from practicum.lab.linear_probe import STRENGTHS
from practicum.lab.model_selection import select_strategy
from practicum.lab.prepared_set import PreparedSet, prepare_set
from practicum.lab.pretrained_models import load_backbone
from practicum.lab.shape_drawings import shapes
from practicum.lab.strategies import probe_final_features, probe_several_levels
from practicum.statistics.intervals import Interval
from practicum.statistics.scores import score_predictions

SIDE = 96
SEEDS = range(10)
NOISE_PER_CLASS = 40
CURVE_FROM, CURVE_TO = 20, (40, 80, 160)
FRESH = 100
KINDS = ("shapes, difficulty 0.5", "shapes, difficulty 1", "emoji")


@cache
def network() -> SplitBackbone:
    return split_backbone(load_backbone().build(SIDE))


def draw_images(kind: str, per_class: int, seed: int, *, fresh: bool = False) -> ImageSet:
    """Five classes. Fresh emoji are others of the same font, which is harder than new images of the same ones."""
    if kind == "emoji":
        part = "test" if fresh else "train"
        return emoji_images(per_class, seed=seed, part=part, side=SIDE, classes=list(CLASSES)[:5])
    part = "test" if fresh else "train"
    return shapes(per_class, seed=seed, part=part, side=SIDE, difficulty=1.0 if kind.endswith("1") else 0.5)


def prepared(images: ImageSet, seed: int) -> PreparedSet:
    # Each image is drawn by itself: there are no duplicates to find.
    return prepare_set(images, network(), [], seed=seed, cache={}, on_progress=lambda *_: None)


def mislabelled(images: ImageSet, share: float, seed: int) -> tuple[ImageSet, set[int]]:
    """The set with the labels of this share of its images turned into others, and their rows."""
    rng = np.random.default_rng([seed, 7])
    rows = rng.choice(len(images), round(share * len(images)), replace=False)
    labels = images.labels.copy()
    labels[rows] = (labels[rows] + rng.integers(1, len(images.classes), len(rows))) % len(images.classes)
    return replace(images, labels=labels), set(rows.tolist())


def noise_row(kind: str, share: float) -> list[str]:
    """Planted, found, and falsely accused, over all seeds, and the accuracy on the labels as they were given."""
    planted = found = accused = total = 0
    right = []
    for seed in SEEDS:
        images, wrong = mislabelled(draw_images(kind, NOISE_PER_CLASS, seed), share, seed)
        ready = prepared(images, seed)
        probing = ready.probes
        named = {suspect.row for suspect in remedies.find_doubtful_labels(ready, probing)}
        planted, found, accused = planted + len(wrong), found + len(named & wrong), accused + len(named - wrong)
        total += len(images) - len(wrong)
        right.append(np.mean(probing.out_of_fold(ready.splits, [10.0])[0, 0].argmax(axis=1) == ready.labels))
    return [
        f"{kind}, {share:.0%} wrong",
        f"{np.mean(right):.0%}",
        str(planted),
        f"{found} ({found / planted:.0%})",
        f"{accused} of {total} ({accused / total:.1%})",
    ]


def promise_rows(kind: str) -> list[list[str]]:
    """What the curve of 20 images per class promised for more, and what as many images gave, over all seeds."""
    promised: dict[int, list[Interval]] = {size: [] for size in CURVE_TO}
    measured: dict[int, list[float]] = {size: [] for size in CURVE_TO}
    for seed in SEEDS:
        ready = prepared(draw_images(kind, CURVE_FROM, seed), seed)
        curve = remedies.measure_learning_curve(ready, ready.probes, 10.0)
        for point in curve.forecast:
            # The curve is in images learned from: four fifths of those there are.
            size = round(point.per_class * 5 / 4)
            if size in promised:
                promised[size].append(point.accuracy)
        for size in CURVE_TO:
            more = prepared(draw_images(kind, size, seed), seed)
            made = more.probes.out_of_fold(more.cross_validations[0], [10.0])[0, 0]
            measured[size].append(float(np.mean(made.argmax(axis=1) == more.labels)))
    rows = []
    for size in CURVE_TO:
        pairs = list(zip(promised[size], measured[size], strict=False))
        held = sum(band.low <= accuracy <= band.high for band, accuracy in pairs)
        reported, given = (np.mean(values) for values in ([band.value for band, _ in pairs], measured[size]))
        rows.append([f"{kind}, {size} a class", f"{reported:.3f}", f"{given:.3f}", f"{held} of {len(pairs)}"])
    return rows


def bar_row(kind: str, per_class: int) -> list[str]:
    """The accuracy reported by a fit without fine-tuning, and that on many fresh images; how often the bar held it."""
    reported, plain, fresh = [], [], []
    held = 0
    for seed in SEEDS:
        ready = prepared(draw_images(kind, per_class, seed), seed)
        ways = [probe_several_levels(ready), probe_final_features(ready)]
        tried = [way for way in ways if way is not None]
        choice = select_strategy(ready.labels, [way.probabilities for way in tried], groups=ready.groups, seed=seed)
        way, setting = tried[choice.strategy], choice.settings[choice.strategy]
        score = score_predictions(
            ready.labels, way.probabilities[setting], groups=ready.groups, optimism=choice.optimism
        ).accuracy
        learned = way.train(setting)
        new = prepared(draw_images(kind, FRESH, seed, fresh=True), seed)
        made = learned.head.probabilities(new.final_features if learned.final_only else new.features)
        truth = float(np.mean(made.argmax(axis=1) == new.labels))
        reported.append(score.value)
        plain.append(score.value + choice.optimism)
        fresh.append(truth)
        held += score.low <= truth <= score.high
    return [
        f"{kind}, {per_class} a class",
        f"{np.mean(reported):.3f}",
        f"{np.mean(plain):.3f}",
        f"{np.mean(fresh):.3f}",
        f"{held} of {len(SEEDS)}",
    ]


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    noise = [noise_row(kind, share) for kind in KINDS for share in (0.05, 0.1)]
    bars = [bar_row(kind, per_class) for kind in KINDS[:2] for per_class in (5, 20, 60)]
    promises = [row for kind in KINDS for row in promise_rows(kind)]
    parts = [
        "## Whether a fit tells true",
        f"{SIDE} px, five classes, seeds 0 to {SEEDS[-1]}, EfficientNet-Lite0; numbers are sums or means over seeds.",
        f"**Planted label errors.** {NOISE_PER_CLASS} images per class, some of them given another class's label. "
        "The accuracy is that on the labels as given.",
        markdown(["", "accuracy", "planted", "found", "falsely accused"], noise),
        "**The error bar.** The accuracy reported after selecting between two probes of "
        f"{len(STRENGTHS)} strengths each, with and without the optimism of the selection, beside that on "
        f"{5 * FRESH} fresh images; and how often the 95 % interval held the latter.",
        markdown(["", "reported", "with optimism", "fresh images", "held"], bars),
        f"**The learning curve.** What the curve of {CURVE_FROM} images per class promised for more of them, and what "
        "as many images then gave, in cross-validation; and how often the band held it. More emoji of a class are "
        "the same few, drawn again, which then stand on both sides of a split: what came grows more than by new ones.",
        markdown(["", "promised", "came", "held"], promises),
    ]
    return "\n\n".join(parts) + "\n"
