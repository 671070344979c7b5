"""Shapes are reproducible, balanced and as difficult as requested."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time

import numpy as np
import pytest

from practicum.lab.shape_drawings import SHAPES, shapes

pytestmark = pytest.mark.slow

DRAW = """
import hashlib
from practicum.lab.shape_drawings import shapes
print(hashlib.sha256(shapes(6, seed=3, difficulty=0.7).pixels).hexdigest())
"""


def test_another_process_draws_the_same_images() -> None:
    """From the same seed."""
    here = hashlib.sha256(shapes(6, seed=3, difficulty=0.7).pixels).hexdigest()
    there = subprocess.run([sys.executable, "-c", DRAW], capture_output=True, text=True, check=True)

    assert there.stdout.strip() == here


def test_a_set_has_pixels_and_balanced_labels() -> None:
    """uint8 (n, side, side, 3) from 0 to 255."""
    drawn = shapes(4, seed=0, side=48)

    assert drawn.pixels.shape == (20, 48, 48, 3)
    assert drawn.pixels.dtype == np.uint8
    assert drawn.classes == ("circle", "square", "triangle", "star", "ring")
    assert np.bincount(drawn.labels).tolist() == [4] * 5
    assert (len(drawn), drawn.side) == (20, 48)


def test_a_larger_set_begins_with_the_smaller_one() -> None:
    """More images change none of the first ones."""
    few, many = shapes(2, seed=1), shapes(5, seed=1)

    assert np.array_equal(many.pixels[:10], few.pixels)


def test_parts_and_seeds_share_no_image() -> None:
    """So that nothing leaks."""
    drawn = [shapes(5, seed=seed, part=part) for seed in (0, 1) for part in ("train", "validation", "test")]
    digests = [hashlib.sha256(image).digest() for one in drawn for image in one.pixels]

    assert len(set(digests)) == len(digests)


def test_without_difficulty_images_of_a_class_are_equal() -> None:
    """At 0, they are white on black, centred and upright."""
    drawn = shapes(3, seed=0, difficulty=0)

    for label in range(5):
        assert len(np.unique(drawn.pixels[drawn.labels == label], axis=0)) == 1
    assert len(np.unique(drawn.pixels, axis=0)) == 5


def test_nearest_neighbours_fail_at_higher_difficulty() -> None:
    """A classifier that compares pixels gets steadily worse."""
    errors = []
    for difficulty in (0.1, 0.4, 0.8):
        train, test = shapes(20, seed=0, difficulty=difficulty), shapes(20, seed=0, part="test", difficulty=difficulty)
        left, right = (one.pixels.reshape(len(one), -1).astype(float) for one in (test, train))
        distance = (left**2).sum(1)[:, None] - 2 * left @ right.T + (right**2).sum(1)
        errors.append(float(np.mean(train.labels[distance.argmin(axis=1)] != test.labels)))

    assert errors[0] < 0.2
    assert errors[0] < errors[1] < errors[2]


def test_all_shapes_have_about_the_same_area() -> None:
    """Counting pixels does not distinguish them."""
    clean = shapes(1, seed=0, difficulty=0, side=128)
    areas = clean.pixels.mean(axis=(1, 2, 3))

    assert areas.max() / areas.min() < 1.15, dict(zip(SHAPES, areas, strict=True))


def test_repeat_adds_copies() -> None:
    """Each image as often as the others."""
    drawn = shapes(2, seed=0)
    copied = drawn.repeat(3)

    assert len(copied) == 30
    assert np.array_equal(np.unique(copied.pixels, axis=0), np.unique(drawn.pixels, axis=0))
    assert np.array_equal(copied.labels, np.tile(drawn.labels, 3))


@pytest.mark.parametrize(
    "wrong",
    [{"part": "exam"}, {"side": 4}, {"difficulty": 1.5}, {"difficulty": -0.1}, {"per_class": 0}],
)
def test_rejects_invalid_arguments(wrong: dict[str, object]) -> None:
    """The error names the argument."""
    asked = {"per_class": 1, "seed": 0, **wrong}
    ((name, value),) = wrong.items()

    with pytest.raises(ValueError, match=f"{name}.*{value}"):
        shapes(**asked)  # type: ignore[arg-type]


@pytest.mark.slow
def test_five_hundred_images_are_drawn_quickly() -> None:
    """In a few seconds of processor time, so that each seed can have images of its own."""
    begun = time.process_time()
    shapes(100, seed=0)

    assert time.process_time() - begun < 6
