"""A record like that of a fit of eighty shapes, made without TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np

from practicum.lab.diagnosis import Finding
from practicum.lab.fit_record import Candidate, Export, FitRecord, TrainingCurves
from practicum.lab.image_set import Remark
from practicum.lab.learning_curve import CurvePoint, LearningCurve
from practicum.lab.shape_drawings import shapes
from practicum.statistics.intervals import Interval
from practicum.statistics.scores import Scores

LOAD = """import keras
import numpy as np

model = keras.saving.load_model("model.keras")
pixels = keras.utils.load_img("image.jpg", target_size=(96, 96))
print(model.predict(np.asarray(pixels)[None]))
"""


def interval(value: float, reach: float = 0.05) -> Interval:
    return Interval(value=value, low=max(0.0, value - reach), high=min(1.0, value + reach))


def curve(**changes: Any) -> LearningCurve:
    """Measured at four sizes, and extrapolated to three."""
    values = [(5, 0.62, 0.09), (10, 0.74, 0.07), (15, 0.82, 0.06), (20, 0.87, 0.055)]
    forecast = [(40, 0.91, 0.04), (80, 0.935, 0.05), (160, 0.95, 0.05)]
    defaults: dict[str, Any] = {
        "points": tuple(CurvePoint(size, interval(value, reach)) for size, value, reach in values),
        "forecast": tuple(CurvePoint(size, interval(value, reach)) for size, value, reach in forecast),
        "ceiling": Interval(0.965, 0.92, 1.0),
    }
    return LearningCurve(**{**defaults, **changes})


def fit_record(
    classes: tuple[str, ...] = ("circle", "square", "triangle", "star"), per_class: int = 20, **changes: Any
) -> FitRecord:
    """The record of `per_class` images per class, some of them misclassified; `changes` replaces fields."""
    rng = np.random.default_rng([7, len(classes), per_class])
    n = len(classes) * per_class
    labels = (np.arange(n) % len(classes)).astype(np.int64)
    heights = rng.normal(0, 0.9, (n, len(classes)))
    heights[np.arange(n), labels] += rng.choice([0.2, 2.0, 4.0], n, p=[0.15, 0.3, 0.55])
    probabilities = np.exp(heights) / np.exp(heights).sum(axis=1, keepdims=True)
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((len(classes), len(classes)), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    right = float(np.mean(predicted == labels))
    wrong = [int(row) for row in np.flatnonzero(predicted != labels)]
    thumbs = shapes(-(-n // 5), seed=4, side=96, difficulty=0.5).pixels
    # The drawn shapes come in fives; those of the classes shown here are taken first.
    order = np.argsort(np.arange(len(thumbs)) % 5 >= len(classes), kind="stable")[:n]
    values: dict[str, Any] = {
        "title": "Four shapes",
        "source": "images/four shapes",
        "date": "2026-11-24",
        "seed": 0,
        "classes": classes,
        "counts": tuple(np.bincount(labels, minlength=len(classes)).tolist()),
        "names": tuple(f"{classes[label]}/IMG_{1000 + row}.jpg" for row, label in enumerate(labels)),
        "thumbs": thumbs[order],
        "labels": labels,
        "probabilities": probabilities,
        "backbone": "efficientnet_lite0",
        "side": 96,
        "candidates": (
            Candidate(
                "Linear probe",
                "logistic regression on the network's features",
                interval(right - 0.03),
                4.2,
                False,
                0.81,
            ),
            Candidate(
                "Probe on augmented images",
                "the same on four augmented versions of each image",
                interval(right),
                15.8,
                True,
                None,
            ),
            Candidate(
                "Fine-tuning the last block",
                "from the probe, BatchNorm held",
                interval(right - 0.01, 0.06),
                212.0,
                False,
                0.57,
            ),
        ),
        "scores": Scores(
            accuracy=interval(right, 0.07),
            balanced_accuracy=interval(right - 0.002, 0.07),
            f1=interval(right - 0.004, 0.08),
            calibration_error=interval(0.06, 0.03),
            log_loss=interval(0.41, 0.12),
            confusion=confusion,
            n=n,
        ),
        "curve": curve(),
        "training": (
            TrainingCurves(
                "Fine-tuning the last block",
                (0.92, 0.61, 0.42, 0.31, 0.24, 0.19, 0.16, 0.14),
                (0.7, 0.81, 0.89, 0.93, 0.96, 0.98, 0.99, 1.0),
                (0.68, 0.76, 0.81, 0.84, 0.85, 0.86, 0.86, 0.85),
            ),
        ),
        "findings": (
            Finding(
                "leakage",
                "stop",
                "The same image in two classes",
                f"{classes[0]}/IMG_1000.jpg and {classes[1]}/IMG_1001.jpg hold the same pixels.",
                "Decide which class it belongs to and delete the other.",
                (0, 1),
            ),
            Finding(
                "label-noise",
                "warn",
                "Some labels may be wrong",
                f"{len(wrong)} images look like another class to models that were not trained on them.",
                "Look at them, put right what is wrong, and fit again. Removing them gained 2 points here.",
                tuple(wrong),
            ),
            Finding(
                "too-few-images",
                "note",
                "Few images per class",
                f"{per_class} per class leave the accuracy uncertain by 7 points either way.",
                "Twice as many would make the range about a third narrower.",
            ),
        ),
        "remarks": (Remark("circle/IMG_1004.jpg", "turned upright, as its EXIF data say"),),
        "left_out": (
            Remark("star/broken.jpg", "cut off after 2,048 bytes"),
            Remark("notes.txt", "not an image"),
        ),
        "untried": (),
        "next_step": "Add images of triangles: they are misclassified most often. Twenty more may gain 4 points.",
        "exports": (
            Export("Keras", "model.keras", 16_400_000, 0.0, LOAD),
            Export(
                "LiteRT",
                "model.tflite",
                4_300_000,
                3.2e-7,
                'import tensorflow as tf\n\nmodel = tf.lite.Interpreter("model.tflite")\n',
            ),
        ),
        "versions": {"Python": "3.11.7", "TensorFlow": "2.21.0", "Keras": "3.15.1", "NumPy": "2.4.6"},
        "seconds": 312.0,
    }
    return FitRecord(**{**values, **changes})
