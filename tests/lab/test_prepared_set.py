"""Features are computed once, groups stay together, and classes that cannot be split are rejected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from practicum.lab import prepared_set
from practicum.lab.augmentation import augment
from practicum.lab.backbone_split import SplitBackbone, split_backbone
from practicum.lab.cache import DiskCache
from practicum.lab.errors import LabError
from practicum.lab.features import forward
from practicum.lab.image_set import ImageSet
from practicum.lab.splits import singleton_groups
from tests.lab.small import DRAWN, prepared_for, small_network

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


class CountingCache(DiskCache):
    """Counts the arrays that are stored: those that were computed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.stored = 0

    def __setitem__(self, key: str, array: NDArray[Any]) -> None:
        super().__setitem__(key, array)
        self.stored += 1


@pytest.fixture(scope="module")
def network() -> SplitBackbone:
    return split_backbone(small_network())


def test_features_equal_those_of_the_network(network: SplitBackbone) -> None:
    """In the order of the images, in chunks of any size; the final features come last."""
    prepared = prepared_for(network)

    assert np.array_equal(prepared.features, forward(network.multi_level, DRAWN.pixels))
    assert np.array_equal(prepared.final_features, forward(network.base, DRAWN.pixels))


def test_a_second_run_computes_nothing(network: SplitBackbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Features, also of augmented images, are read from disk; another seed augments differently."""
    monkeypatch.setattr(prepared_set, "CHUNK_IMAGES", 12)
    cache, again = CountingCache(tmp_path), CountingCache(tmp_path)
    first, second = prepared_for(network, cache=cache), prepared_for(network, cache=again)
    made = [
        (prepared.features, prepared.compute_features(network.multi_level, 2, "looking"))
        for prepared in (first, second)
    ]

    assert cache.stored == 2 * 4
    assert again.stored == 0
    assert all(np.array_equal(one, other) for one, other in zip(*made, strict=True))
    assert np.array_equal(made[0][1], forward(network.multi_level, augment(DRAWN.pixels, 2, 0)))
    assert not np.array_equal(
        prepared_for(network, seed=1).compute_features(network.multi_level, 2, "looking"), made[0][1]
    )


def test_after_an_interruption_only_the_rest_is_computed(
    network: SplitBackbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted in the third chunk of four, two are kept."""
    monkeypatch.setattr(prepared_set, "CHUNK_IMAGES", 12)

    def interrupt(step: str, done: int, _of: int) -> None:
        if step == "extracting features" and done > 24:
            raise KeyboardInterrupt

    cache, again = CountingCache(tmp_path), CountingCache(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        prepared_for(network, cache=cache, on_progress=interrupt).features  # noqa: B018
    resumed = prepared_for(network, cache=again).features

    assert (cache.stored, again.stored) == (2, 2)
    assert np.array_equal(resumed, prepared_for(network).features)


def test_can_skip_the_cache(network: SplitBackbone, tmp_path: Path) -> None:
    """Feature maps at the cut are many times larger than features."""
    cache = CountingCache(tmp_path)
    made = prepared_for(network, cache=cache).compute_features(network.lower, 0, "looking", keep=False)

    assert len(made) == len(DRAWN)
    assert cache.stored == 0


def test_progress_counts_all_images(network: SplitBackbone, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never falls, whatever the chunks."""
    monkeypatch.setattr(prepared_set, "CHUNK_IMAGES", 12)
    calls: list[tuple[str, int, int]] = []
    prepared_for(network, on_progress=lambda *one: calls.append(one)).features  # noqa: B018
    counts = [done for step, done, of in calls if step == "extracting features" and of == len(DRAWN)]

    assert counts == sorted(counts)
    assert counts[-1] == len(DRAWN)


def test_joins_duplicates_with_given_groups(network: SplitBackbone) -> None:
    """A duplicate belongs to the group of its image, and no split separates them."""
    pixels = DRAWN.pixels.copy()
    pixels[5] = pixels[0]
    together = singleton_groups(len(DRAWN))
    together[[10, 15]] = together[5]
    prepared = prepared_for(network, ImageSet(pixels, DRAWN.labels, DRAWN.classes), groups=together)
    related = np.array([0, 5, 10, 15])

    assert [(pair.first, pair.second, pair.exact) for pair in prepared.duplicates] == [(0, 5, True)]
    assert len(np.unique(prepared.groups[related])) == 1
    assert len(np.unique(prepared.groups)) == len(DRAWN) - 3
    assert all(len(np.intersect1d(split.test, related)) in (0, 4) for split in prepared.splits)


def test_given_groups_may_have_any_numbers(network: SplitBackbone) -> None:
    """Only equality counts."""
    numbers = (np.arange(len(DRAWN)) // 10)[:, None] == np.arange(4)
    named = numbers @ np.array([-7, 2**40, 3, 0])

    assert np.array_equal(prepared_for(network, groups=named).groups, np.repeat(np.arange(4), 10))


@pytest.mark.parametrize("case", ["duplicates", "one group", "one image"])
def test_rejects_a_class_without_two_different_images(network: SplitBackbone, case: str) -> None:
    """There is nothing to test on."""
    rows = np.delete(singleton_groups(14), [12] + [7] * (case == "one image"))
    images, groups = DRAWN.select(rows), singleton_groups(len(rows))
    if case == "duplicates":
        images.pixels[7] = images.pixels[2]
    if case == "one group":
        groups[7] = 2

    with pytest.raises(LabError, match="triangle") as error:
        prepared_for(network, images, groups=groups)

    assert error.value.code == "too-few-images"


def test_the_key_depends_on_every_input(network: SplitBackbone) -> None:
    """Images, labels, classes, groups, network and seed."""
    other_pixels = DRAWN.pixels.copy()
    other_pixels[0, 0, 0, 0] ^= 1
    other_labels = DRAWN.labels.copy()
    other_labels[[0, 1]] = other_labels[[1, 0]]
    joined = singleton_groups(len(DRAWN))
    joined[5] = 0
    keys = [
        prepared_for(network).key,
        prepared_for(network, ImageSet(other_pixels, DRAWN.labels, DRAWN.classes)).key,
        prepared_for(network, ImageSet(DRAWN.pixels, other_labels, DRAWN.classes)).key,
        prepared_for(network, ImageSet(DRAWN.pixels, DRAWN.labels, DRAWN.classes[::-1])).key,
        prepared_for(network, groups=joined).key,
        prepared_for(network, seed=1).key,
        prepared_for(split_backbone(small_network(seed=1))).key,
    ]

    assert len(set(keys)) == len(keys)
    assert prepared_for(network).key == keys[0]


@pytest.mark.parametrize(("n", "repeats", "k"), [(4, 5, 4), (240, 5, 5), (600, 2, 5), (5000, 1, 5)])
def test_many_images_need_fewer_repeats(network: SplitBackbone, n: int, repeats: int, k: int) -> None:
    """And few images have fewer folds. Each repeat tests each image once."""
    images = ImageSet(np.zeros((n, 1, 1, 3), np.uint8), np.arange(n) % 2, ("a", "b"))
    prepared = prepared_set.PreparedSet(images, (), singleton_groups(n), network, 0, {}, lambda *_: None)

    assert [len(validation) for validation in prepared.cross_validations] == [k] * repeats
    assert len(prepared.splits) == k * repeats
    for validation in prepared.cross_validations:
        assert np.array_equal(np.sort(np.concatenate([split.test for split in validation])), np.arange(n))
