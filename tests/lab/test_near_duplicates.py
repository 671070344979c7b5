"""Copies are found, other pictures of the same thing are not accused."""

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

Pixels = NDArray[np.uint8]


def saved(picture: Pixels, quality: int) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def resized(picture: Pixels, share: float) -> Pixels:
    side = len(picture)
    small = Image.fromarray(picture).resize((round(side * share),) * 2, Image.Resampling.BICUBIC)
    return np.asarray(small.resize((side, side), Image.Resampling.BICUBIC))


def cropped(picture: Pixels, share: float) -> Pixels:
    side = len(picture)
    edge = side * (1 - share)
    box = (0.7 * edge, 0.2 * edge, side - 0.3 * edge, side - 0.8 * edge)
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC, box))


def brightened(picture: Pixels, share: float) -> Pixels:
    return np.asarray(ImageEnhance.Brightness(Image.fromarray(picture)).enhance(share))


def mirrored(picture: Pixels) -> Pixels:
    return np.ascontiguousarray(picture[:, ::-1])


SORTS: dict[str, Callable[[Pixels], Pixels]] = {
    "saved again": lambda picture: saved(picture, 60),
    "resized": lambda picture: resized(picture, 0.5),
    "cropped": lambda picture: cropped(picture, 0.92),
    "brighter": lambda picture: brightened(picture, 1.25),
    "darker": lambda picture: brightened(picture, 0.7),
    "mirrored": mirrored,
    "mirrored, cropped, saved": lambda picture: saved(cropped(mirrored(picture), 0.95), 75),
}


@pytest.mark.parametrize("sort", SORTS)
def test_copies_of_every_sort_are_found(sort: str) -> None:
    """Nearly every copy stands in one group with its original, and in none with anything else."""
    originals = shapes(6, seed=0, side=96, difficulty=0.6).pixels
    copies = np.stack([SORTS[sort](picture) for picture in originals])

    found = find_near_duplicates(np.concatenate([originals, copies]))
    each = group_duplicates(60, found)

    assert np.mean(each[:30] == each[30:]) >= 0.95
    assert len(np.unique(each[:30])) == 30
    assert all(0 <= twin.distance < 0.4 and not twin.exact for twin in found)


def test_the_same_pixels_are_exact_twins_of_their_first() -> None:
    """Three times the same picture is two pairs at distance 0, named in the order of rows."""
    drawn = shapes(1, seed=0).pixels

    found = find_near_duplicates(drawn[[0, 1, 0, 2, 0]])

    assert found == [DuplicatePair(0, 2, True, 0.0), DuplicatePair(0, 4, True, 0.0)]


@pytest.mark.parametrize(("side", "difficulty"), [(64, 1.0), (64, 0.5), (224, 1.0)])
def test_other_draws_of_the_same_shape_are_not_accused(side: int, difficulty: float) -> None:
    """Among hundreds of pictures of five shapes, tens of thousands of pairs, none is taken for a copy."""
    drawn = shapes(50 if side == 64 else 25, seed=1, side=side, difficulty=difficulty).pixels

    assert find_near_duplicates(drawn) == []


def test_the_same_thing_in_another_colour_is_another_picture() -> None:
    """A red sign is no copy of a green one, though a picture without colours could not tell."""
    drawn = shapes(4, seed=2, side=128, difficulty=0.5).pixels

    assert find_near_duplicates(np.concatenate([drawn, drawn[..., [1, 2, 0]]])) == []


def test_many_copies_of_one_picture_are_one_group() -> None:
    """More copies than are looked at closely are still connected."""
    drawn = shapes(2, seed=3, side=96).pixels
    copies = np.stack([saved(drawn[0], quality) for quality in range(70, 95)])

    each = group_duplicates(35, find_near_duplicates(np.concatenate([drawn, copies])))

    assert set(each[10:]) == {each[0]}
    assert len(set(each)) == 10


@pytest.mark.parametrize("pixels", [np.zeros((0, 8, 8, 3)), np.zeros((1, 8, 8, 3)), np.full((3, 20, 20, 3), 9)])
def test_blank_pictures_and_hardly_any_pictures_are_no_trouble(pixels: NDArray[np.float64]) -> None:
    """Nothing, one picture, and blank ones: only the same pixels are the same picture."""
    found = find_near_duplicates(pixels.astype(np.uint8))

    assert len(found) == max(0, len(pixels) - 1)
    assert all(twin.exact for twin in found)


def test_blank_pictures_of_different_brightness_are_not_accused() -> None:
    """Where there is nothing to see there is nothing to compare."""
    blank = np.arange(0, 250, 10, dtype=np.uint8)[:, None, None, None].repeat(32, 1).repeat(32, 2).repeat(3, 3)

    assert find_near_duplicates(blank) == []


def test_groups_join_twins_of_twins_and_number_by_first_row() -> None:
    """Each row has a group; connected rows share theirs."""
    found = [DuplicatePair(4, 5, False, 0.1), DuplicatePair(1, 4, True, 0.0)]

    assert group_duplicates(6, found).tolist() == [0, 1, 2, 3, 1, 1]
    assert group_duplicates(3, []).tolist() == [0, 1, 2]


def test_memory_stays_small() -> None:
    """Fifteen hundred pictures are compared in little more memory than they take themselves."""
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
def test_where_no_candidate_stands_a_closer_look_there_is_no_twin(seed: int) -> None:
    """A handful of pictures, alike in the coarse alone: every pair may drop out at the first step."""
    assert find_near_duplicates(shapes(2, seed=seed, side=96).pixels) == []


def test_two_bursts_of_one_scene_are_one_group() -> None:
    """Each frame's nearest are those of its own burst; that the bursts are of one scene is found all the same."""
    scene = shapes(1, seed=2, side=128, difficulty=0.8).pixels[3]
    rng = np.random.default_rng(0)

    def frame(shift: int) -> np.ndarray:
        moved = scene[4 : 4 + 112, 4 + shift : 4 + shift + 112].astype(int)
        return (moved + rng.integers(-2, 3, moved.shape)).clip(0, 255).astype(np.uint8)

    pixels = np.stack([frame(shift) for shift in [0] * 6 + [5] * 6])

    assert set(group_duplicates(12, find_near_duplicates(pixels))) == {0}
