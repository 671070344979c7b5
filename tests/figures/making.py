"""Tables of figures, and what could have been measured for them."""

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
unit = "images a class"
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
unit = "pictures"
title = "What the model takes for what"
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
    """Numbers as they are: accuracies that rise and level off, maps with clusters, scores that err."""
    lot = random.Random(repr(call))
    if call.function == "feature_map":
        return Measured(call, {}, _map(lot, 3.0 if call.params.get("pretrained") else 0.6))
    if call.function == "validation_scores":
        return Measured(call, {}, _scores(lot))
    images = float(call.params.get("images", 20))  # type: ignore[arg-type]
    top = (0.97 if call.function == "frozen_base" else 0.75) * images / (images + 4)
    val = [0.2 + (top - 0.2) * (1 - math.exp(-step / 9)) + lot.uniform(-0.03, 0.03) for step in range(40)]
    train = [0.2 + 0.8 * (1 - math.exp(-step / 5)) for step in range(40)]
    curves = {"train_curve": tuple(min(1, v + lot.uniform(-0.01, 0)) for v in train), "val_curve": tuple(val)}
    return Measured(call, {"val_accuracy": val[-1]}, curves)


def _map(lot: random.Random, apart: float) -> dict[str, tuple[float, ...]]:
    labels = [k for k in range(5) for _ in range(24)]
    return {
        "x": tuple(apart * math.cos(k * 1.257) + lot.gauss(0, 1) for k in labels),
        "y": tuple(apart * math.sin(k * 1.257) + lot.gauss(0, 1) for k in labels),
        "label": tuple(map(float, labels)),
        "part": tuple(float(at % 3 == 0) for at, _ in enumerate(labels)),
    }


def _scores(lot: random.Random) -> dict[str, tuple[float, ...]]:
    labels = [k for k in range(5) for _ in range(40)]
    rows = []
    for label in labels:
        logits = [lot.gauss(2.6 if k == label else 0.0, 1.4) for k in range(5)]
        whole = sum(map(math.exp, logits))
        rows.append([float(f"{math.exp(one) / whole:.7g}") for one in logits])
    columns = {f"score_{k}": tuple(row[k] for row in rows) for k in range(5)}
    return {"label": tuple(map(float, labels)), **columns}


def draw(name: str, table: Mapping[str, Any] | None = None, number: int = 1) -> str:
    """A figure over what is measured for it."""
    figure, table = figures.ALL[name], table or TABLES[name]
    return str(figure.draw(table, {call: measured(call) for call in figure.calls(table)}, number))
