"""Tables of figures, and made-up results of their experiments."""

from __future__ import annotations

import math
import random
import tomllib
from collections.abc import Mapping
from typing import Any

from practicum import figures
from practicum.model import Measured, Measurement

CLASSES = ["circle", "square", "triangle", "star", "ring"]

CHART = """
experiment = "from_scratch"
given = { images = 20 }
series = ["train_curve", "val_curve"]
names = ["training", "validation"]
title = "Accuracy, epoch by epoch"
play = true
"""
SWEEP = """
over = "images"
values = [2, 5, 10, 20, 50]
measure = "val_accuracy"
unit = "images per class"
title = "Accuracy by the number of images"
slider = true
[[lines]]
experiment = "from_scratch"
name = "from scratch"
[[lines]]
experiment = "frozen_base"
given = { pretrained = true }
name = "pretrained base"
"""
SCATTER = f"""
title = "What the base sees, before and after"
classes = {CLASSES}
[[panels]]
experiment = "feature_map"
given = {{ pretrained = false }}
name = "before"
[[panels]]
experiment = "feature_map"
given = {{ pretrained = true }}
name = "after"
"""
PREDICTIONS = f"""
experiment = "validation_scores"
classes = {CLASSES}
positive = "star"
unit = "images"
title = "Predictions of the model"
"""
TABLES = {
    name: tomllib.loads(text)
    for name, text in [
        ("chart", CHART),
        ("sweep", SWEEP),
        ("scatter", SCATTER),
        ("predictions", PREDICTIONS),
    ]
}


def measured(call: Measurement) -> Measured:
    """Plausible results: accuracies that rise and level off, maps with clusters, scores with mistakes."""
    rng = random.Random(repr(call))
    if call.function == "feature_map":
        return Measured(call, {}, _map(rng, 3.0 if call.params.get("pretrained") else 0.6))
    if call.function == "validation_scores":
        return Measured(call, {}, _scores(rng))
    images = float(call.params.get("images", 20))  # type: ignore[arg-type]
    top = (0.97 if call.function == "frozen_base" else 0.75) * images / (images + 4)
    val = [0.2 + (top - 0.2) * (1 - math.exp(-step / 9)) + rng.uniform(-0.03, 0.03) for step in range(40)]
    train = [0.2 + 0.8 * (1 - math.exp(-step / 5)) for step in range(40)]
    curves = {"train_curve": tuple(min(1, v + rng.uniform(-0.01, 0)) for v in train), "val_curve": tuple(val)}
    return Measured(call, {"val_accuracy": val[-1]}, curves)


def _map(rng: random.Random, distance: float) -> dict[str, tuple[float, ...]]:
    labels = [k for k in range(5) for _ in range(24)]
    return {
        "x": tuple(distance * math.cos(k * 1.257) + rng.gauss(0, 1) for k in labels),
        "y": tuple(distance * math.sin(k * 1.257) + rng.gauss(0, 1) for k in labels),
        "label": tuple(map(float, labels)),
        "part": tuple(float(at % 3 == 0) for at, _ in enumerate(labels)),
    }


def _scores(rng: random.Random) -> dict[str, tuple[float, ...]]:
    labels = [k for k in range(5) for _ in range(40)]
    rows = []
    for label in labels:
        logits = [rng.gauss(2.6 if k == label else 0.0, 1.4) for k in range(5)]
        total = sum(map(math.exp, logits))
        rows.append([float(f"{math.exp(logit) / total:.7g}") for logit in logits])
    columns = {f"score_{k}": tuple(row[k] for row in rows) for k in range(5)}
    return {"label": tuple(map(float, labels)), **columns}


def draw(name: str, table: Mapping[str, Any] | None = None, number: int = 1) -> str:
    """A figure with made-up results."""
    figure, table = figures.get(name), table or TABLES[name]
    return str(figure.draw(table, {call: measured(call) for call in figure.calls(table)}, number))
