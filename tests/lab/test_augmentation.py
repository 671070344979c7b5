"""Augmented images depend on the image, the seed and the version number alone."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from practicum.lab.augmentation import augment, augment_times
from practicum.lab.shape_drawings import shapes

pytestmark = pytest.mark.slow

Pixels = NDArray[np.uint8]

SIDES = st.shared(st.integers(1, 20), key="side")
IMAGES = SIDES.flatmap(lambda side: hnp.arrays(np.uint8, st.tuples(st.integers(0, 4), *map(st.just, (side, side, 3)))))
SEEDS = st.integers(-(2**70), 2**70)
DRAWN = shapes(8, seed=0, side=64, difficulty=0.5).pixels


@settings(max_examples=100, deadline=None)
@given(IMAGES, st.integers(0, 5), SEEDS, st.booleans())
def test_all_versions_equal_single_versions(pixels: Pixels, count: int, seed: int, mirrored: bool) -> None:
    """The shape is (count, n, side, side, 3), and the originals stay unchanged."""
    before = pixels.copy()
    drawn = augment_times(pixels, count, seed, mirrored=mirrored)

    assert drawn.shape == (count, *pixels.shape)
    assert drawn.dtype == np.uint8
    assert np.array_equal(pixels, before)
    for number in range(count):
        assert np.array_equal(augment(pixels, number, seed, mirrored=mirrored), drawn[number])


@settings(max_examples=100, deadline=None)
@given(IMAGES, SEEDS, st.integers(2, 9), st.randoms(use_true_random=False), st.booleans())
def test_an_image_is_augmented_independently_of_the_others(
    pixels: Pixels, seed: int, number: int, random: object, mirrored: bool
) -> None:
    """Alone, among others, at another row, or in another memory layout."""
    rows = list(range(len(pixels)))
    random.shuffle(rows)  # type: ignore[attr-defined]
    together = augment(pixels, number, seed, mirrored=mirrored)
    company = np.asfortranarray(np.concatenate([pixels[rows], 255 - pixels]))

    assert np.array_equal(augment(company, number, seed, mirrored=mirrored)[: len(rows)], together[rows])
    for row in rows:
        assert np.array_equal(augment(pixels[row : row + 1], number, seed, mirrored=mirrored)[0], together[row])


@settings(max_examples=50, deadline=None)
@given(IMAGES, SEEDS)
def test_version_0_is_the_original_and_1_its_mirror_image(pixels: Pixels, seed: int) -> None:
    """For any seed; both are new arrays."""
    first, second = augment_times(pixels, 2, seed)
    own = augment(pixels, 0, seed)

    assert np.array_equal(first, pixels)
    assert np.array_equal(second, pixels[:, :, ::-1])
    assert not np.shares_memory(own, pixels)
    assert not np.shares_memory(augment(pixels, 1, seed), pixels)


def test_another_process_returns_the_same_pixels() -> None:
    """Nothing depends on the process, such as its hash seed."""
    program = (
        "import hashlib; from practicum.lab.shape_drawings import shapes; "
        "from practicum.lab.augmentation import augment_times; "
        "drawn = augment_times(shapes(8, seed=0, side=64).pixels, 4, 7); print(hashlib.sha256(drawn).hexdigest())"
    )
    outputs = [subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout for _ in range(2)]

    assert outputs[0] == outputs[1]
    assert len(outputs[0].strip()) == 64


def test_versions_differ_by_seed_number_and_image() -> None:
    """No two versions of an image are equal, and two images are cropped differently."""
    drawn = np.concatenate([augment_times(DRAWN, 6, 0), augment_times(DRAWN, 6, 1)[2:]])
    ramp = np.arange(64, dtype=np.uint8)[None, :, None].repeat(64, 0).repeat(3, 2)
    two = augment(np.stack([ramp, np.concatenate([ramp[:1] ^ 1, ramp[1:]])]), 2, 0)

    for image in drawn.swapaxes(0, 1):
        assert len({one.tobytes() for one in image}) == len(image)
    assert np.abs(two[0].astype(int) - two[1]).mean() > 1


def _left_is_brighter(drawn: Pixels) -> NDArray[np.bool_]:
    half = drawn.shape[2] // 2
    return np.asarray(drawn[:, :, :half].mean((1, 2, 3)) > drawn[:, :, half:].mean((1, 2, 3)))


def _ramps(count: int) -> Pixels:
    """Images that are bright at the left and dark at the right, each with its own corner."""
    pixels = np.linspace(220, 40, 32).astype(np.uint8)[None, None, :, None].repeat(count, 0).repeat(32, 1).repeat(3, 3)
    pixels[:, 0, 0, 0] = np.arange(count)
    return pixels


def test_half_of_the_random_versions_are_mirrored() -> None:
    """Of 200 images, neither all nor hardly any."""
    kept = _left_is_brighter(augment(_ramps(200), 2, 0))

    assert 70 <= kept.sum() <= 130


def test_mirroring_can_be_turned_off() -> None:
    """Version 1 is random then, like the others."""
    pixels = _ramps(50)
    drawn = augment_times(pixels, 4, 0, mirrored=False)

    assert all(_left_is_brighter(one).all() for one in drawn)
    assert not np.array_equal(drawn[1], pixels)


def test_a_crop_keeps_at_least_60_percent_of_the_area(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured on ramps without changes of colour, from which the width and height of the crop follow."""
    monkeypatch.setattr("practicum.lab.augmentation.MAX_CHANGE", 0)
    across, down = np.meshgrid(np.linspace(0, 254, 128), np.linspace(0, 254, 128))
    pixels = np.stack([across, down, np.zeros_like(across)], -1)[None].repeat(300, 0).round().astype(np.uint8)
    pixels[..., 2] = np.arange(300)[:, None, None] % 256
    pixels[256:, 0, 0, 2] = 255
    drawn = augment(pixels, 2, 0).astype(float)
    width = np.abs(drawn[:, :, 119, 0] - drawn[:, :, 8, 0]).mean(1) / (2 * 111)
    height = np.abs(drawn[:, 119, :, 1] - drawn[:, 8, :, 1]).mean(1) / (2 * 111)
    area, aspect = width * height, width / height

    assert 0.59 < area.min() < 0.62
    assert 0.97 < area.max() < 1.01
    assert 1 / 1.11 < aspect.min() < 1 / 1.08
    assert 1.08 < aspect.max() < 1.11


def test_brightness_changes_by_at_most_15_percent() -> None:
    """Measured on a grey image, which shows no other change."""
    greys = np.arange(60, 200, dtype=np.uint8)[:, None, None, None].repeat(8, 1).repeat(8, 2).repeat(3, 3)
    change = augment(greys, 2, 0)[:, 4, 4, 0] / greys[:, 4, 4, 0]

    assert 0.84 < change.min() < 0.87
    assert 1.13 < change.max() < 1.16


def test_contrast_and_saturation_change_too() -> None:
    """On an image of one colour, the channels move closer together or apart, by more than one change alone could do."""
    colours = np.stack([np.arange(100, 220), np.full(120, 100), np.full(120, 50)], -1).astype(np.uint8)
    drawn = augment(colours[:, None, None].repeat(8, 1).repeat(8, 2), 2, 0)[:, 4, 4].astype(float)
    grey = np.array([0.299, 0.587, 0.114])
    change = (np.ptp(drawn, axis=1) / (drawn @ grey)) / (np.ptp(colours.astype(float), axis=1) / (colours @ grey))

    assert 0.85**2 - 0.06 < change.min() < 0.82  # Levels are rounded three times.
    assert 1.18 < change.max() < 1.15**2 + 0.06


def test_the_mean_brightness_stays_the_same() -> None:
    """Over many images; and each version is close to its original."""
    many = shapes(40, seed=1, side=64, difficulty=0.5).pixels
    drawn = augment(many, 3, 0).astype(float)
    each = drawn.mean((1, 2, 3)) / many.mean((1, 2, 3))

    assert np.abs(drawn.mean((0, 1, 2)) - many.mean((0, 1, 2))).max() < 5
    assert each.min() > 0.7
    assert each.max() < 1.4


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 8, 8, 3)),
        np.zeros((8, 8, 3), np.uint8),
        np.zeros((2, 8, 9, 3), np.uint8),
        np.zeros((2, 8, 8, 1), np.uint8),
    ],
)
def test_rejects_other_types_and_shapes(pixels: NDArray[np.uint8]) -> None:
    """The error names the required shape."""
    with pytest.raises(ValueError, match=r"uint8 \(n, side, side, 3\)"):
        augment(pixels, 0, 0)


def test_rejects_negative_numbers() -> None:
    """Of a version and of a count."""
    with pytest.raises(ValueError, match="number is -1"):
        augment(DRAWN, -1, 0)
    with pytest.raises(ValueError, match="count is -1"):
        augment_times(DRAWN, -1, 0)
