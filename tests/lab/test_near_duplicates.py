"""Copies are found, and different images of the same object are not."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from practicum.lab.near_duplicates import DuplicatePair, find_near_duplicates, group_duplicates
from practicum.lab.shape_drawings import shapes

pytestmark = pytest.mark.slow

Pixels = NDArray[np.uint8]


def saved(image: Pixels, quality: int) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def resized(image: Pixels, share: float) -> Pixels:
    side = len(image)
    small = Image.fromarray(image).resize((round(side * share),) * 2, Image.Resampling.BICUBIC)
    return np.asarray(small.resize((side, side), Image.Resampling.BICUBIC))


def cropped(image: Pixels, share: float) -> Pixels:
    side = len(image)
    edge = side * (1 - share)
    box = (0.7 * edge, 0.2 * edge, side - 0.3 * edge, side - 0.8 * edge)
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC, box))


def brightened(image: Pixels, share: float) -> Pixels:
    return np.asarray(ImageEnhance.Brightness(Image.fromarray(image)).enhance(share))


def mirrored(image: Pixels) -> Pixels:
    return np.ascontiguousarray(image[:, ::-1])


KINDS: dict[str, Callable[[Pixels], Pixels]] = {
    "saved again": lambda image: saved(image, 60),
    "resized": lambda image: resized(image, 0.5),
    "cropped": lambda image: cropped(image, 0.92),
    "brighter": lambda image: brightened(image, 1.25),
    "darker": lambda image: brightened(image, 0.7),
    "mirrored": mirrored,
    "mirrored, cropped, saved": lambda image: saved(cropped(mirrored(image), 0.95), 75),
}


@pytest.mark.parametrize("kind", KINDS)
def test_finds_copies_of_every_kind(kind: str) -> None:
    """Nearly every copy shares a group with its original, and none with another image."""
    originals = shapes(6, seed=0, side=96, difficulty=0.6).pixels
    copies = np.stack([KINDS[kind](image) for image in originals])

    pairs = find_near_duplicates(np.concatenate([originals, copies]))
    groups = group_duplicates(60, pairs)

    assert np.mean(groups[:30] == groups[30:]) >= 0.95
    assert len(np.unique(groups[:30])) == 30
    assert all(0 <= pair.distance < 0.4 and not pair.exact for pair in pairs)


def test_equal_pixels_are_exact_duplicates_of_the_first_row() -> None:
    """Three equal images are two pairs at distance 0, in the order of rows."""
    drawn = shapes(1, seed=0).pixels

    pairs = find_near_duplicates(drawn[[0, 1, 0, 2, 0]])

    assert pairs == [DuplicatePair(0, 2, True, 0.0), DuplicatePair(0, 4, True, 0.0)]


@pytest.mark.parametrize(("side", "difficulty"), [(64, 1.0), (64, 0.5), (224, 1.0)])
def test_different_images_of_a_shape_are_not_duplicates(side: int, difficulty: float) -> None:
    """Among hundreds of images and tens of thousands of pairs."""
    drawn = shapes(50 if side == 64 else 25, seed=1, side=side, difficulty=difficulty).pixels

    assert find_near_duplicates(drawn) == []


def test_another_colour_is_another_image() -> None:
    """A red sign is not a copy of a green one."""
    drawn = shapes(4, seed=2, side=128, difficulty=0.5).pixels

    assert find_near_duplicates(np.concatenate([drawn, drawn[..., [1, 2, 0]]])) == []


def test_many_copies_of_one_image_are_one_group() -> None:
    """Also if there are more copies than candidates per image."""
    drawn = shapes(2, seed=3, side=96).pixels
    copies = np.stack([saved(drawn[0], quality) for quality in range(70, 95)])

    groups = group_duplicates(35, find_near_duplicates(np.concatenate([drawn, copies])))

    assert set(groups[10:]) == {groups[0]}
    assert len(set(groups)) == 10


@pytest.mark.parametrize("pixels", [np.zeros((0, 8, 8, 3)), np.zeros((1, 8, 8, 3)), np.full((3, 20, 20, 3), 9)])
def test_handles_blank_and_few_images(pixels: NDArray[np.float64]) -> None:
    """Only equal pixels are duplicates."""
    pairs = find_near_duplicates(pixels.astype(np.uint8))

    assert len(pairs) == max(0, len(pixels) - 1)
    assert all(pair.exact for pair in pairs)


def test_blank_images_of_different_brightness_are_not_duplicates() -> None:
    """There are no details to compare."""
    blank = np.arange(0, 250, 10, dtype=np.uint8)[:, None, None, None].repeat(32, 1).repeat(32, 2).repeat(3, 3)

    assert find_near_duplicates(blank) == []


def test_groups_join_connected_pairs() -> None:
    """And are numbered by their first rows."""
    pairs = [DuplicatePair(4, 5, False, 0.1), DuplicatePair(1, 4, True, 0.0)]

    assert group_duplicates(6, pairs).tolist() == [0, 1, 2, 3, 1, 1]
    assert group_duplicates(3, []).tolist() == [0, 1, 2]


def test_memory_stays_small() -> None:
    """For 1,500 images, little more than the images themselves take."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (1500, 32, 32, 3), np.uint8)
    tracemalloc.start()
    try:
        find_near_duplicates(pixels)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 150 * 1024**2


@pytest.mark.parametrize("seed", range(4))
def test_handles_candidates_that_all_fail(seed: int) -> None:
    """Every pair may be rejected at the first step of the detailed comparison."""
    assert find_near_duplicates(shapes(2, seed=seed, side=96).pixels) == []


def test_two_bursts_of_one_scene_are_one_group() -> None:
    """Although the nearest candidates of each frame belong to its own burst."""
    scene = shapes(1, seed=2, side=128, difficulty=0.8).pixels[3]
    rng = np.random.default_rng(0)

    def frame(shift: int) -> np.ndarray:
        moved = scene[4 : 4 + 112, 4 + shift : 4 + shift + 112].astype(int)
        return (moved + rng.integers(-2, 3, moved.shape)).clip(0, 255).astype(np.uint8)

    pixels = np.stack([frame(shift) for shift in [0] * 6 + [5] * 6])

    assert set(group_duplicates(12, find_near_duplicates(pixels))) == {0}
