"""Shapes, counts and least inputs of `keras.applications`, with random weights: none of these depends on training."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import layers

from benchmarks.facts import verdict
from benchmarks.facts.kept import cost, kept
from benchmarks.facts.verdict import Verdict
from benchmarks.table import markdown

SIDES = {96: 3, 100: 4, 128: 4, 160: 5, 192: 6, 224: 7}
"""Inputs of MobileNetV2, and the side of its output as the notes have it."""
LEAST = {
    "ResNet50": 32,
    "MobileNetV2": 32,
    "VGG16": 32,
    "EfficientNetB0": 32,
    "DenseNet121": 32,
    "ConvNeXtTiny": 32,
    "Xception": 71,
    "InceptionV3": 75,
}
COUNTS = {"trainable, base frozen": 6_405, "trainable, base unfrozen": 2_230_277, "in all": 2_264_389}
REFUSAL = "Input size must be at least 32x32; Received: input_shape=(31, 31, 3)"


def base(name: str, side: int) -> keras.Model:
    """Raises ValueError where the network refuses images of that side."""
    model: keras.Model = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(side, side, 3))
    return model


@kept
def outputs() -> dict[str, list[int]]:
    """MobileNetV2's output shape, by the side of its input."""
    return {str(side): list(base("MobileNetV2", side).output_shape[1:]) for side in SIDES}


@kept
def parameters() -> dict[str, int]:
    """Of MobileNetV2 at 96 px with pooling and Dense(5)."""
    frozen = base("MobileNetV2", 96)
    frozen.trainable = False
    model = keras.Sequential([frozen, layers.GlobalAveragePooling2D(), layers.Dense(5)])
    counts = [_count(model.trainable_weights)]
    frozen.trainable = True
    counts += [_count(model.trainable_weights), _count(model.weights)]
    return dict(zip(COUNTS, counts, strict=True))


def _count(weights: list[Any]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


@kept
def least(*, name: str) -> dict[str, Any]:
    """Whether the network takes the least side and 64 px, and what it says one pixel below the least."""
    return {"takes": _refusal(name, LEAST[name]), "64": _refusal(name, 64), "below": _refusal(name, LEAST[name] - 1)}


def _refusal(name: str, side: int) -> str:
    """The error, or nothing where the network takes it."""
    try:
        base(name, side)
    except ValueError as error:
        return f"{type(error).__name__}: {error}"
    finally:
        keras.backend.clear_session()
    return ""


# --- the section -----------------------------------------------------------------------------------------------------


def report() -> str:
    """The section of `docs/facts.md`."""
    sides = [[f"{side} px", " × ".join(map(str, outputs()[str(side)]))] for side in SIDES]
    below = [
        [name, str(side), _yes(least(name=name)["64"]), _code(least(name=name)["below"])]
        for name, side in LEAST.items()
    ]
    return (
        "## Shapes, counts and least inputs\n\n"
        "Networks of `keras.applications` without their top, `weights=None`. MobileNetV2's outputs:\n\n"
        f"{markdown(['input', 'output'], sides)}\n\n"
        "MobileNetV2 with `GlobalAveragePooling2D` and `Dense(5)`:\n\n"
        f"{markdown(['parameters', 'number'], [[name, f'{n:,}'] for name, n in parameters().items()])}\n\n"
        "The least side each takes, and its word on one pixel less:\n\n"
        f"{markdown(['', 'least', 'takes 64 px', 'one pixel less'], below)}\n\n"
        f"{verdict.table(_verdicts())}\n\n{cost()}\n"
    )


def _yes(refusal: str) -> str:
    return "no" if refusal else "yes"


def _code(error: str) -> str:
    return f"`{' '.join(error.split())}`" if error else "takes it"


def _verdicts() -> list[Verdict]:
    smallest_sides = {name: least(name=name) for name in LEAST}
    kept_least = [name for name, one in smallest_sides.items() if not one["takes"] and one["below"]]
    same_word = [name for name, one in smallest_sides.items() if REFUSAL in one["below"]]
    return [
        Verdict(
            "MobileNetV2: 96, 128, 160, 192, 224 px give 3, 4, 5, 6, 7 squared × 1280; 100 px gives 4",
            ", ".join(f"{side}: {outputs()[str(side)][0]}" for side in SIDES),
            all(outputs()[str(side)] == [out, out, 1280] for side, out in SIDES.items()),
        ),
        Verdict(
            ", ".join(f"{n:,} {name}" for name, n in COUNTS.items()),
            ", ".join(f"{n:,}" for n in parameters().values()),
            parameters() == COUNTS,
        ),
        Verdict(
            "least input 32, but 71 for Xception and 75 for InceptionV3",
            f"holds for {len(kept_least)} of {len(LEAST)}: {', '.join(kept_least)}",
            len(kept_least) == len(LEAST),
            "not for " + ", ".join(set(LEAST) - set(kept_least)),
        ),
        Verdict(
            f"one pixel less than 32: `ValueError: {REFUSAL}`",
            f"said by {', '.join(same_word)}",
            all(name in same_word for name, side in LEAST.items() if side == 32),
            "the others say it otherwise",
        ),
        Verdict("ResNet50 takes 64 × 64", _yes(smallest_sides["ResNet50"]["64"]), not smallest_sides["ResNet50"]["64"]),
    ]
