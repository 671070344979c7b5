"""The images that all parts measure on, by the names that the tables give them."""

from __future__ import annotations

from functools import cache

from practicum.lab import emoji_drawings
from practicum.lab.image_set import ImageSet
from practicum.lab.shape_drawings import DataPart, shapes
from practicum.lab.training import LabelledData

SEEDS = range(5)
SIDE = 64
CLASSES = 5
IMAGES = 20
"""Training images per class, by default."""
FRESH = 40
"""Images of a class that accuracy is measured on: 200 in all."""

DIFFICULTY = {"shapes, d = 1": 1.0, "shapes, d = .5": 0.5, "shapes, d = .15": 0.15}
HARD, MIDDLE, EASY = DIFFICULTY
EMOJI = "emoji"
EMOJI_CLASSES = tuple(emoji_drawings.CLASSES)[:CLASSES]
"""The first five, so that no one selected them."""


@cache
def draw_images(kind: str, per_class: int, seed: int, part: DataPart = "train", side: int = SIDE) -> ImageSet:
    """`per_class` images of each of five classes of that kind. No emoji, and no shape's image, is in two parts."""
    if kind == EMOJI:
        return emoji_drawings.emoji_images(per_class, seed=seed, part=part, side=side, classes=EMOJI_CLASSES)
    return shapes(per_class, seed=seed, part=part, side=side, difficulty=DIFFICULTY[kind])


def labelled(images: ImageSet) -> LabelledData:
    return LabelledData(images.pixels, images.labels)


def train_and_fresh(kind: str, seed: int, images: int = IMAGES, side: int = SIDE) -> tuple[ImageSet, ImageSet]:
    """Images to learn from, and 200 others to measure on."""
    return draw_images(kind, images, seed, "train", side), draw_images(kind, FRESH, seed, "test", side)
