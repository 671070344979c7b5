"""Draw labelled images of five shapes, identical for the same seed.

Each image shows one shape. Its position, size, rotation and colour, the two colours of the background and the noise
vary from image to image. The images need no download and no licence, and a set may be arbitrarily large, so that a
test set can be as large as a confidence interval requires.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from practicum.lab.image_set import DataPart, ImageSet

Plane = NDArray[np.float64]
"""One number per pixel, (side, side)."""


def shapes(per_class: int, *, seed: int, part: DataPart = "train", side: int = 64, difficulty: float = 1.0) -> ImageSet:
    """Draw `per_class` images of each shape, the classes alternating.

    Each image has its own random stream, derived from seed, part and position. A larger set therefore begins with the
    smaller one, and the parts never share an image.

    Args:
        per_class: Number of images per class, at least 1.
        seed: Seed of the random streams.
        part: One of three disjoint parts.
        side: Height and width in pixels, at least 8.
        difficulty: From 0 (white on black, centred, upright) to 1 (any position, rotation and colours, and noise with a
            standard deviation of a fifth of the full range). All variations scale with it.

    Raises:
        ValueError: An argument is out of range.
    """
    if part not in get_args(DataPart):
        raise ValueError(f"part must be one of {', '.join(get_args(DataPart))}, not {part!r}")
    if per_class < 1 or side < 8 or not 0 <= difficulty <= 1:
        raise ValueError(
            "shapes needs per_class of at least 1, side of at least 8 and difficulty from 0 to 1; "
            f"got per_class={per_class}, side={side}, difficulty={difficulty}"
        )
    stream = get_args(DataPart).index(part)
    labels = np.arange(per_class * len(SHAPES)) % len(SHAPES)
    pixels = np.stack(
        [
            _draw(list(SHAPES.values())[label], np.random.default_rng([seed, stream, i]), side, difficulty)
            for i, label in enumerate(labels)
        ]
    )
    return ImageSet(pixels, labels.astype(np.int64), tuple(SHAPES))


def _draw(
    shape: Callable[[Plane, Plane], Plane], rng: np.random.Generator, side: int, difficulty: float
) -> NDArray[np.uint8]:
    """One image, uint8 (side, side, 3)."""
    x, y = _grid(side)
    centre_x, centre_y = difficulty * rng.uniform(-0.2, 0.2, size=2)
    radius = 0.185 + difficulty * rng.uniform(-0.055, 0.055)
    rotation = difficulty * rng.uniform(-math.pi, math.pi)
    x, y = (x - centre_x) / radius, (y - centre_y) / radius
    depth = shape(x * math.cos(rotation) + y * math.sin(rotation), y * math.cos(rotation) - x * math.sin(rotation))
    opacity = np.clip(depth * radius * side + 0.5, 0, 1)[..., None] * (1 - 0.2 * difficulty)

    background = _gradient(rng, side) * difficulty
    candidates = 255 * (1 - difficulty) + difficulty * rng.uniform(0, 255, size=(4, 3))
    distance = np.abs(candidates - background.mean(axis=(0, 1))).sum(axis=1)
    image: NDArray[np.float64] = background * (1 - opacity) + candidates[distance.argmax()] * opacity
    image += rng.standard_normal(image.shape) * (0.2 * 255 * difficulty)
    return np.rint(image).clip(0, 255).astype(np.uint8)


def _gradient(rng: np.random.Generator, side: int) -> NDArray[np.float64]:
    """A background with a colour gradient in a random direction, (side, side, 3)."""
    first, second = rng.uniform(0, 255, size=3), rng.uniform(0, 255, size=3)
    angle = rng.uniform(0, 2 * math.pi)
    x, y = _grid(side)
    mix: Plane = np.clip(x * math.cos(angle) + y * math.sin(angle) + 0.5, 0, 1)[..., None]
    return first * (1 - mix) + second * mix


def _grid(side: int) -> tuple[Plane, Plane]:
    """The coordinates of each pixel; the image has width 1 and its centre at (0, 0)."""
    ticks = (np.arange(side) + 0.5) / side - 0.5
    x, y = np.meshgrid(ticks, ticks)
    return x, y


# --- the shapes: the depth of a point inside, in units of the radius; negative outside. All have about the same area,
# --- so that counting pixels does not distinguish them.


def _circle(x: Plane, y: Plane) -> Plane:
    distance: Plane = np.hypot(x, y)
    return 1 - distance


def _square(x: Plane, y: Plane) -> Plane:
    return math.sqrt(math.pi) / 2 - np.maximum(np.abs(x), np.abs(y))


def _triangle(x: Plane, y: Plane) -> Plane:
    angles = [math.pi / 2 + k * 2 * math.pi / 3 for k in range(3)]
    outermost: Plane = np.stack([x * math.cos(a) + y * math.sin(a) for a in angles]).max(axis=0)
    return math.sqrt(math.pi / (3 * math.sqrt(3))) - outermost


def _star(x: Plane, y: Plane) -> Plane:
    outer, inner, half = 1.6, 0.67, math.pi / 5
    # Fold the plane into the sector between a tip and the next notch, where the outline is a straight line.
    angle = np.abs((np.arctan2(y, x) + half) % (2 * half) - half)
    distance: Plane = np.hypot(x, y)
    across, up = distance * np.cos(angle), distance * np.sin(angle)
    run, rise = inner * math.cos(half) - outer, inner * math.sin(half)
    return ((across - outer) * rise - up * run) / -math.hypot(run, rise)


def _ring(x: Plane, y: Plane) -> Plane:
    distance = np.hypot(x, y)
    return np.minimum(1.2 - distance, distance - 0.66)


SHAPES: dict[str, Callable[[Plane, Plane], Plane]] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "ring": _ring,
}
