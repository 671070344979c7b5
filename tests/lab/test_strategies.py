"""Each strategy is tested out of fold, and can then be trained on all images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from practicum.lab import strategies
from practicum.lab.augmentation import augment
from practicum.lab.backbone_split import SplitBackbone, split_backbone
from practicum.lab.cache import CheckpointStore
from practicum.lab.features import forward
from practicum.lab.linear_probe import STRENGTHS, ProbeTrainer
from practicum.lab.prepared_set import PreparedSet
from tests.lab.small import DRAWN, prepared_for, small_network, without_levels

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

RATES = (1e-3,)
FOLDS = 5


class CountingStore(CheckpointStore):
    """Records the keys of the steps that were computed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.computed: list[str] = []

    def get_or_compute(self, key: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        def compute_and_count() -> dict[str, Any]:
            result = compute()
            self.computed.append(key)
            return result

        return super().get_or_compute(key, compute_and_count)


@pytest.fixture(scope="module")
def network() -> SplitBackbone:
    return split_backbone(small_network())


@pytest.fixture(scope="module")
def prepared(network: SplitBackbone) -> PreparedSet:
    return prepared_for(network)


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> CountingStore:
    return CountingStore(tmp_path_factory.mktemp("steps"))


@pytest.fixture(scope="module")
def tuned(prepared: PreparedSet, steps: CountingStore) -> strategies.StrategyResult:
    """The result of fine-tuning, without interruption."""
    results = strategies.fine_tune_top(prepared, steps, RATES)
    assert results is not None
    return results


def test_probes_are_tested_at_each_strength_on_each_split(prepared: PreparedSet) -> None:
    """On features of all levels, and on the final ones."""
    for result, features in (
        (strategies.probe_several_levels(prepared), prepared.features),
        (strategies.probe_final_features(prepared), prepared.final_features),
    ):
        probes = ProbeTrainer(features, prepared.labels, prepared.classes)
        trained = result.train(1)

        assert np.array_equal(result.probabilities, probes.out_of_fold(prepared.splits))
        assert result.probabilities.shape == (len(STRENGTHS), len(prepared.cross_validations), len(DRAWN), 5)
        assert np.array_equal(trained.head.weight, probes.fit(STRENGTHS[1]).weight)
        assert trained.final_only == (len(trained.head.weight) == prepared.backbone.final_features)
        assert trained.tuned == ()


def test_trains_on_augmented_images_and_tests_on_originals(prepared: PreparedSet, network: SplitBackbone) -> None:
    """On four versions of each image."""
    seen = [prepared.compute_features(network.multi_level, number, "") for number in range(strategies.VERSIONS)]
    probes = ProbeTrainer(np.stack(seen), prepared.labels, prepared.classes)
    result = strategies.probe_augmented_images(prepared)

    assert np.array_equal(result.probabilities, probes.out_of_fold(prepared.splits))
    assert np.array_equal(result.train(2).head.weight, probes.fit(STRENGTHS[2]).weight)
    assert not np.array_equal(augment(DRAWN.pixels, 1, 0), DRAWN.pixels)


def test_a_network_of_one_level_has_only_the_baseline(tmp_path: Path) -> None:
    """Its features are the final ones."""
    prepared = prepared_for(without_levels())

    assert strategies.probe_several_levels(prepared) is None
    assert strategies.fine_tune_top(prepared, CheckpointStore(tmp_path)) is None
    assert strategies.probe_final_features(prepared).name == strategies.BASELINE
    assert np.array_equal(prepared.final_features, prepared.features)


def test_each_strategy_has_its_own_key(prepared: PreparedSet, tuned: strategies.StrategyResult) -> None:
    """Otherwise the stored result of one would be used for another."""
    results = [
        strategies.probe_several_levels(prepared),
        strategies.probe_final_features(prepared),
        strategies.probe_augmented_images(prepared),
        tuned,
    ]

    assert len({result.key for result in results}) == len({result.name for result in results}) == 4


def test_fine_tuning_tests_each_image_once_and_restores_the_network(
    prepared: PreparedSet, tuned: strategies.StrategyResult
) -> None:
    """On the first repeat of the cross-validation."""
    assert tuned.probabilities.shape == (1, 1, len(DRAWN), 5)
    assert tuned.probabilities.sum(axis=-1) == pytest.approx(1)
    assert np.array_equal(forward(prepared.backbone.multi_level, DRAWN.pixels), prepared.features)


def test_fine_tuning_trains_on_all_images(prepared: PreparedSet, tuned: strategies.StrategyResult) -> None:
    """With a measured recipe; the new weights and the curve are returned."""
    first = prepared.backbone.upper.get_weights()
    trained, again = tuned.train(0), tuned.train(0)
    now = prepared.backbone.upper.get_weights()
    prepared.backbone.upper.set_weights(first)

    assert trained.curve.best_epoch == trained.recipe.epochs
    assert trained.recipe.rate in RATES
    assert trained.weight_change > 0
    assert not trained.final_only
    assert any(not np.array_equal(one, old) for one, old in zip(trained.tuned, first, strict=True))
    for one, same, kept in zip(trained.tuned, again.tuned, now, strict=True):
        assert np.array_equal(one, same)
        assert np.array_equal(one, kept)


def test_interrupted_fine_tuning_resumes(
    network: SplitBackbone, tuned: strategies.StrategyResult, tmp_path: Path
) -> None:
    """Finished folds are not trained again, and the result is the same bit for bit."""
    done: list[int] = []
    first, rest = CountingStore(tmp_path), CountingStore(tmp_path)

    def interrupt(step: str, _done: int, _of: int) -> None:
        if step.startswith("fine-tuning") and len(first.computed) == 2:
            raise KeyboardInterrupt

    def count(step: str, epoch: int, _of: int) -> None:
        if step.startswith("fine-tuning"):
            done.append(epoch)

    with pytest.raises(KeyboardInterrupt):
        strategies.fine_tune_top(prepared_for(network, on_progress=interrupt), first, RATES)
    resumed = strategies.fine_tune_top(prepared_for(network, on_progress=count), rest, RATES)

    assert (len(first.computed), len(rest.computed)) == (2, FOLDS - 2)
    assert not {*first.computed} & {*rest.computed}
    assert np.array_equal(resumed.probabilities, tuned.probabilities)
    assert done == list(range(1, len(done) + 1))


def test_finished_fine_tuning_computes_nothing(
    network: SplitBackbone, tuned: strategies.StrategyResult, steps: CountingStore
) -> None:
    """Neither features nor epochs; at other rates it does."""
    shown: list[str] = []

    def on_progress(step: str, *_: int) -> None:
        shown.append(step)
        if step.startswith("fine-tuning"):
            raise KeyboardInterrupt

    prepared = prepared_for(network, on_progress=on_progress)
    shown.clear()
    after = strategies.fine_tune_top(prepared, steps, RATES)
    nothing_more = not shown
    with pytest.raises(KeyboardInterrupt):
        strategies.fine_tune_top(prepared, steps, (*RATES, 3e-3))

    assert nothing_more
    assert len(steps.computed) == FOLDS
    assert np.array_equal(after.probabilities, tuned.probabilities)
