"""Pictures are looked at once, what belongs together stays together, and what cannot be split is refused by name."""

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
from practicum.lab.features import forward
from practicum.lab.image_set import ImageSet
from practicum.lab.prepared_set import TooFewImages
from practicum.lab.splits import singleton_groups
from tests.lab.small import DRAWN, ready_for, small_network

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


class Counted(DiskCache):
    """Counts what is put into it: what had to be computed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.made = 0

    def __setitem__(self, key: str, array: NDArray[Any]) -> None:
        super().__setitem__(key, array)
        self.made += 1


@pytest.fixture(scope="module")
def network() -> SplitBackbone:
    return split_backbone(small_network())


def test_features_are_those_of_the_whole_network(network: SplitBackbone) -> None:
    """In the order of the pictures, whatever parts they are computed in; the network's own are the last of them."""
    ready = ready_for(network)

    assert np.array_equal(ready.features, forward(network.whole, DRAWN.pixels))
    assert np.array_equal(ready.own, forward(network.base, DRAWN.pixels))


def test_a_second_run_computes_nothing(network: SplitBackbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Features and drawn views are found on disk, the same to the bit; another seed draws other views."""
    monkeypatch.setattr(prepared_set, "CHUNK_IMAGES", 12)
    cache, again = Counted(tmp_path), Counted(tmp_path)
    first, second = ready_for(network, cache=cache), ready_for(network, cache=again)
    made = [(ready.features, ready.made(network.whole, 2, "looking")) for ready in (first, second)]

    assert cache.made == 2 * 4
    assert again.made == 0
    assert all(np.array_equal(one, other) for one, other in zip(*made, strict=True))
    assert np.array_equal(made[0][1], forward(network.whole, augment(DRAWN.pixels, 2, 0)))
    assert not np.array_equal(ready_for(network, seed=1).made(network.whole, 2, "looking"), made[0][1])


def test_after_an_interruption_only_the_rest_is_computed(
    network: SplitBackbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted in the third part of four, two parts are kept."""
    monkeypatch.setattr(prepared_set, "CHUNK_IMAGES", 12)

    def interrupt(doing: str, done: int, _of: int) -> None:
        if doing.startswith("looking at each") and done > 24:
            raise KeyboardInterrupt

    cache, again = Counted(tmp_path), Counted(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        ready_for(network, cache=cache, tell=interrupt).features  # noqa: B018
    went_on = ready_for(network, cache=again).features

    assert (cache.made, again.made) == (2, 2)
    assert np.array_equal(went_on, ready_for(network).features)


def test_what_need_not_be_kept_is_not(network: SplitBackbone, tmp_path: Path) -> None:
    """Maps at the cut are many times as large as features."""
    cache = Counted(tmp_path)
    made = ready_for(network, cache=cache).made(network.lower, 0, "looking", keep=False)

    assert len(made) == len(DRAWN)
    assert cache.made == 0


def test_progress_runs_over_all_pictures(network: SplitBackbone, monkeypatch: pytest.MonkeyPatch) -> None:
    """It rises to their number, whatever parts they are computed in, and never falls."""
    monkeypatch.setattr(prepared_set, "CHUNK_IMAGES", 12)
    told: list[tuple[str, int, int]] = []
    ready_for(network, tell=lambda *one: told.append(one)).features  # noqa: B018
    looked = [done for doing, done, of in told if doing == "looking at each picture" and of == len(DRAWN)]

    assert looked == sorted(looked)
    assert looked[-1] == len(DRAWN)


def test_twins_and_given_groups_are_joined(network: SplitBackbone) -> None:
    """A twin of a picture belongs to that picture's group, too. Never are they parted by a split."""
    pixels = DRAWN.pixels.copy()
    pixels[5] = pixels[0]
    together = singleton_groups(len(DRAWN))
    together[[10, 15]] = together[5]
    ready = ready_for(network, ImageSet(pixels, DRAWN.labels, DRAWN.classes), groups=together)
    kin = np.array([0, 5, 10, 15])

    assert [(twin.first, twin.second, twin.exact) for twin in ready.twins] == [(0, 5, True)]
    assert len(np.unique(ready.groups[kin])) == 1
    assert len(np.unique(ready.groups)) == len(DRAWN) - 3
    assert all(len(np.intersect1d(split.test, kin)) in (0, 4) for split in ready.splits)


def test_given_groups_may_have_any_numbers(network: SplitBackbone) -> None:
    """Only which rows share one counts."""
    numbers = (np.arange(len(DRAWN)) // 10)[:, None] == np.arange(4)
    named = numbers @ np.array([-7, 2**40, 3, 0])

    assert np.array_equal(ready_for(network, groups=named).groups, np.repeat(np.arange(4), 10))


@pytest.mark.parametrize(
    ("how", "held"), [("twins", "2 pictures that are one"), ("one thing", "2 pictures"), ("one", "one picture")]
)
def test_a_class_of_one_different_picture_is_refused_by_name(network: SplitBackbone, how: str, held: str) -> None:
    """The same picture again, or another of the same thing, is nothing to test on."""
    rows = np.delete(singleton_groups(14), [12] + [7] * (how == "one"))
    images, groups = DRAWN.rows(rows), singleton_groups(len(rows))
    if how == "twins":
        images.pixels[7] = images.pixels[2]
    if how == "one thing":
        groups[7] = 2

    with pytest.raises(
        TooFewImages, match=f"class triangle has {held}.*; at least 2 .*add some, or leave the class out"
    ):
        ready_for(network, images, groups=groups)


def test_every_result_has_the_key_of_what_it_depends_on(network: SplitBackbone) -> None:
    """Other pictures, labels, groups, network or seed: another key. The same: the same."""
    other_pixels = DRAWN.pixels.copy()
    other_pixels[0, 0, 0, 0] ^= 1
    other_labels = DRAWN.labels.copy()
    other_labels[[0, 1]] = other_labels[[1, 0]]
    joined = singleton_groups(len(DRAWN))
    joined[5] = 0
    keys = [
        ready_for(network).key,
        ready_for(network, ImageSet(other_pixels, DRAWN.labels, DRAWN.classes)).key,
        ready_for(network, ImageSet(DRAWN.pixels, other_labels, DRAWN.classes)).key,
        ready_for(network, ImageSet(DRAWN.pixels, DRAWN.labels, DRAWN.classes[::-1])).key,
        ready_for(network, groups=joined).key,
        ready_for(network, seed=1).key,
        ready_for(split_backbone(small_network(seed=1))).key,
    ]

    assert len(set(keys)) == len(keys)
    assert ready_for(network).key == keys[0]


@pytest.mark.parametrize(("n", "repeats", "k"), [(4, 5, 4), (240, 5, 5), (600, 2, 5), (5000, 1, 5)])
def test_many_pictures_need_fewer_repeats(network: SplitBackbone, n: int, repeats: int, k: int) -> None:
    """And few cannot make five parts. Each repeat tests on each picture once."""
    images = ImageSet(np.zeros((n, 1, 1, 3), np.uint8), np.arange(n) % 2, ("a", "b"))
    ready = prepared_set.PreparedSet(images, (), singleton_groups(n), network, 0, {}, lambda *_: None)

    assert [len(validation) for validation in ready.validations] == [k] * repeats
    assert len(ready.splits) == k * repeats
    for validation in ready.validations:
        assert np.array_equal(np.sort(np.concatenate([split.test for split in validation])), np.arange(n))
