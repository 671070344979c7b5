"""Tables of figures, and made-up results of their experiments."""

from __future__ import annotations

import math
import random
import tomllib
from collections.abc import Mapping
from typing import Any

import numpy as np

from practicum import figures
from practicum.figures import Figure
from practicum.lab.png_files import encode_png, grey_levels, tile_sheet
from practicum.model import Image, Measured, Measurement

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
IMAGES = """
[[images]]
name = "photograph"
given = { image = 0 }
[[images]]
name = "star"
given = { image = 1 }
"""
FEATURE_MAPS = f"""
title = "Maps of two layers"
input = "an_image"
experiment = "layer_maps"
scales = ["before", "after"]
{IMAGES}
[[layers]]
name = "first layer"
given = {{ side = 8 }}
[[layers]]
name = "last layer"
given = {{ side = 4 }}
"""
ACTIVATION_MAP = f"""
title = "What each part adds"
input = "an_image"
experiment = "class_activation"
{IMAGES}
[[classes]]
label = 7
name = "suit"
[[classes]]
label = 327
name = "starfish"
"""
THUMBNAILS = SCATTER.replace("feature_map", "image_map")
TRAINING_REPLAY = f"""
title = "A training, replayed"
experiment = "replayed_training"
classes = {CLASSES}
"""
TABLES = {
    name: tomllib.loads(text)
    for name, text in [
        ("chart", CHART),
        ("sweep", SWEEP),
        ("scatter", SCATTER),
        ("predictions", PREDICTIONS),
        ("feature_maps", FEATURE_MAPS),
        ("activation_map", ACTIVATION_MAP),
        ("training_replay", TRAINING_REPLAY),
    ]
}


def measured(call: Measurement) -> Measured:
    """Plausible results: accuracies that rise and level off, maps with clusters, scores with mistakes."""
    rng = random.Random(repr(call))
    if call.function == "feature_map":
        return Measured(call, {}, _map(rng, 3.0 if call.params.get("pretrained") else 0.6))
    if call.function in IMAGES_OF:
        return IMAGES_OF[call.function](call)
    if call.function == "validation_scores":
        return Measured(call, {}, _scores(rng))
    images = float(call.params.get("images", 20))  # type: ignore[arg-type]
    top = (0.97 if call.function == "frozen_base" else 0.75) * images / (images + 4)
    val = [0.2 + (top - 0.2) * (1 - math.exp(-step / 9)) + rng.uniform(-0.03, 0.03) for step in range(40)]
    train = [0.2 + 0.8 * (1 - math.exp(-step / 5)) for step in range(40)]
    curves = {"train_curve": tuple(min(1, v + rng.uniform(-0.01, 0)) for v in train), "val_curve": tuple(val)}
    return Measured(call, {"val_accuracy": val[-1]}, curves)


def _png(name: str, pixels: Any) -> dict[str, Image]:
    return {name: Image.from_png(name, encode_png(pixels))}


def _an_image(call: Measurement) -> Measured:
    """16 pixels wide and 8 high: red is ten times the column, green twenty times the row, blue depends on the image."""
    pixels = np.zeros((8, 16, 3), np.uint8)
    pixels[:, :, 0], pixels[:, :, 1] = np.arange(16) * 10, np.arange(8)[:, None] * 20
    pixels[:, :, 2] = 100 * int(call.params["image"])  # type: ignore[call-overload]
    scales = {"low": (0.0, -1.0), "high": (255.0, 1.0)}
    values = {"lowest": (0.0, -1.0), "mean": (70.0, -0.451), "highest": (150.0, 0.176)}
    return Measured(call, {}, {**scales, **values}, images=_png("image", pixels))


def _layer_maps(call: Measurement) -> Measured:
    """Six channels, the n-th from 0 at its first pixel to 10 n at its last."""
    side = int(call.params["side"])  # type: ignore[call-overload]
    ramp = grey_levels(np.arange(side * side).reshape(side, side), 0, side * side - 1)
    lists = {
        "channel": tuple(float(5 * place) for place in range(6)),
        "low": (0.0,) * 6,
        "high": tuple(10.0 * (place + 1) for place in range(6)),
        "mean": tuple(5.0 * (place + 1) for place in range(6)),
    }
    numbers = {"height": float(side), "width": float(side), "channels": 32.0}
    return Measured(call, numbers, lists, images=_png("maps", tile_sheet(np.stack([ramp] * 6))))


def _class_activation(call: Measurement) -> Measured:
    """Two classes in four parts; their order depends on the image."""
    labels = (327.0, 7.0) if call.params["image"] else (7.0, 327.0)
    lists = {"label": labels, "logit": (6.0, 4.0), "probability": (0.88, 0.12)}
    return Measured(call, {}, {**lists, "map_0": (0.0, 4.0, 8.0, 12.0), "map_1": (4.0, 4.0, 4.0, 4.0)})


def _replayed_training(call: Measurement) -> Measured:
    """Three epochs of two training and two validation images; the last validation image stays wrong."""
    lists = {
        "train_accuracy": (0.2, 0.5, 1.0),
        "val_accuracy": (0.2, 0.4, 0.5),
        "label": (0.0, 3.0, 0.0, 3.0),
        "part": (0.0, 0.0, 1.0, 1.0),
        "own_probability": (0.2, 0.2, 0.2, 0.2, 0.6, 0.5, 0.4, 0.1, 1.0, 0.9, 0.7, 0.05),
        "predicted": (1.0, 1.0, 1.0, 1.0, 0.0, 3.0, 0.0, 1.0, 0.0, 3.0, 0.0, 4.0),
    }
    return Measured(
        call, {"side": 8.0}, lists, images=_png("thumbnails", tile_sheet(np.full((4, 8, 8, 3), 90, np.uint8)))
    )


def _image_map(call: Measurement) -> Measured:
    """Four points in the corners of a square, and their thumbnails."""
    lists = {"x": (0.0, 1.0, 0.0, 1.0), "y": (0.0, 0.0, 1.0, 1.0), "label": (0.0, 1.0, 0.0, 1.0)}
    sheet = tile_sheet(np.full((4, 8, 8, 3), 90, np.uint8))
    return Measured(call, {"side": 8.0}, {**lists, "part": (0.0, 0.0, 0.0, 1.0)}, images=_png("thumbnails", sheet))


IMAGES_OF = {
    "an_image": _an_image,
    "layer_maps": _layer_maps,
    "class_activation": _class_activation,
    "replayed_training": _replayed_training,
    "image_map": _image_map,
}


def table_of(name: str) -> tuple[Figure, Mapping[str, Any]]:
    """A figure and its table; `thumbnails` is a `scatter` whose points have thumbnails."""
    if name == "thumbnails":
        return figures.get("scatter"), tomllib.loads(THUMBNAILS)
    return figures.get(name), TABLES[name]


def images(name: str) -> dict[str, bytes]:
    """The images that a figure shows, by their addresses."""
    figure, table = table_of(name)
    results = (measured(call) for call in figure.calls(table))
    return {image.address: image.content for result in results for image in result.images.values()}


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
    figure, default = table_of(name)
    table = table or default
    return str(figure.draw(table, {call: measured(call) for call in figure.calls(table)}, number))
