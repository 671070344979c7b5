"""Each way of learning is judged on pictures that it had not learned, and learns from all when it is taken."""

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
from tests.lab.small import DRAWN, ready_for, small_network, without_depths

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

RATES = (1e-3,)
FOLDS = 5


class Counted(CheckpointStore):
    """Keeps the keys of the steps that had to be made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.made: list[str] = []

    def done(self, key: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        def noted() -> dict[str, Any]:
            made = make()
            self.made.append(key)
            return made

        return super().done(key, noted)


@pytest.fixture(scope="module")
def network() -> SplitBackbone:
    return split_backbone(small_network())


@pytest.fixture(scope="module")
def ready(network: SplitBackbone) -> PreparedSet:
    return ready_for(network)


@pytest.fixture(scope="module")
def tuned(ready: PreparedSet, tmp_path_factory: pytest.TempPathFactory) -> strategies.StrategyResult:
    """Fine-tuning, without any interruption."""
    found = strategies.fine_tune_top(ready, CheckpointStore(tmp_path_factory.mktemp("steps")), RATES)
    assert found is not None
    return found


def test_probes_try_each_strength_on_each_split(ready: PreparedSet) -> None:
    """On all depths, and on the network's own features: probabilities out of fold, and what learns from all."""
    for way, features in (
        (strategies.probe_several_levels(ready), ready.features),
        (strategies.probe_last_features(ready), ready.own),
    ):
        probing = ProbeTrainer(features, ready.labels, ready.classes)
        learned = way.learn(1)

        assert np.array_equal(way.probabilities, probing.out_of_fold(ready.splits))
        assert way.probabilities.shape == (len(STRENGTHS), len(ready.validations), len(DRAWN), 5)
        assert np.array_equal(learned.head.weight, probing.fit(STRENGTHS[1]).weight)
        assert learned.own_only == (len(learned.head.weight) == ready.network.own)
        assert learned.tuned == ()


def test_drawn_views_are_learned_from_and_the_picture_itself_is_judged(
    ready: PreparedSet, network: SplitBackbone
) -> None:
    """Four of each, drawn from the seed: what a probe of all four makes of the first."""
    seen = [ready.made(network.whole, number, "") for number in range(strategies.VERSIONS)]
    probing = ProbeTrainer(np.stack(seen), ready.labels, ready.classes)
    way = strategies.probe_augmented_images(ready)

    assert np.array_equal(way.probabilities, probing.out_of_fold(ready.splits))
    assert np.array_equal(way.learn(2).head.weight, probing.fit(STRENGTHS[2]).weight)
    assert not np.array_equal(augment(DRAWN.pixels, 1, 0), DRAWN.pixels)


def test_a_network_without_depths_or_cut_has_only_the_baseline(tmp_path: Path) -> None:
    """And its features are its own."""
    ready = ready_for(without_depths())

    assert strategies.probe_several_levels(ready) is None
    assert strategies.fine_tune_top(ready, CheckpointStore(tmp_path)) is None
    assert strategies.probe_last_features(ready).name == strategies.BASELINE
    assert np.array_equal(ready.own, ready.features)


def test_each_way_has_a_key_of_its_own(ready: PreparedSet, tuned: strategies.StrategyResult) -> None:
    """Else what one had learned would be taken for what another would learn."""
    found = [
        strategies.probe_several_levels(ready),
        strategies.probe_last_features(ready),
        strategies.probe_augmented_images(ready),
        tuned,
    ]

    assert len({way.key for way in found}) == len({way.name for way in found}) == 4


def test_tuning_judges_each_picture_once_and_leaves_the_network_as_it_was(
    ready: PreparedSet, tuned: strategies.StrategyResult
) -> None:
    """On the first repeat of the cross-validation; what is looked at afterwards is seen with the first weights."""
    assert tuned.probabilities.shape == (1, 1, len(DRAWN), 5)
    assert tuned.probabilities.sum(axis=-1) == pytest.approx(1)
    assert np.array_equal(forward(ready.network.whole, DRAWN.pixels), ready.features)


def test_tuning_learns_from_all_pictures(ready: PreparedSet, tuned: strategies.StrategyResult) -> None:
    """By a recipe measured on some of them: the new weights of what lies above the cut, and how it went."""
    first = ready.network.upper.get_weights()
    learned, again = tuned.learn(0), tuned.learn(0)
    now = ready.network.upper.get_weights()
    ready.network.upper.set_weights(first)

    assert learned.curve.best == learned.recipe.epochs
    assert learned.recipe.rate in RATES
    assert learned.moved > 0
    assert not learned.own_only
    assert any(not np.array_equal(one, old) for one, old in zip(learned.tuned, first, strict=True))
    for one, same, kept in zip(learned.tuned, again.tuned, now, strict=True):
        assert np.array_equal(one, same)
        assert np.array_equal(one, kept)


def test_an_interrupted_tuning_goes_on(
    network: SplitBackbone, tuned: strategies.StrategyResult, tmp_path: Path
) -> None:
    """Folds finished before are not trained again, and the result is the same to the bit as without interruption."""
    done: list[int] = []
    first, rest = Counted(tmp_path), Counted(tmp_path)

    def interrupt(doing: str, _done: int, _of: int) -> None:
        if doing.startswith("fine-tuning") and len(first.made) == 2:
            raise KeyboardInterrupt

    def count(doing: str, epoch: int, _of: int) -> None:
        if doing.startswith("fine-tuning"):
            done.append(epoch)

    with pytest.raises(KeyboardInterrupt):
        strategies.fine_tune_top(ready_for(network, tell=interrupt), first, RATES)
    went_on = strategies.fine_tune_top(ready_for(network, tell=count), rest, RATES)

    assert (len(first.made), len(rest.made)) == (2, FOLDS - 2)
    assert not {*first.made} & {*rest.made}
    assert np.array_equal(went_on.probabilities, tuned.probabilities)
    assert done == list(range(1, len(done) + 1))


def test_what_is_finished_needs_no_look_up_to_the_cut(network: SplitBackbone, tmp_path: Path) -> None:
    """Where each fold was kept, nothing is computed, neither a map nor an epoch; at other rates all is."""
    told: list[str] = []

    def tell(doing: str, *_: int) -> None:
        told.append(doing)
        if doing.startswith("fine-tuning") and "again" in told:
            raise KeyboardInterrupt

    ready, steps = ready_for(network, tell=tell), Counted(tmp_path)
    before = strategies.fine_tune_top(ready, steps, RATES)
    told.append("again")
    after = strategies.fine_tune_top(ready, steps, RATES)
    nothing_more = told[-1] == "again"
    with pytest.raises(KeyboardInterrupt):
        strategies.fine_tune_top(ready, steps, (*RATES, 3e-3))

    assert nothing_more
    assert len(steps.made) == FOLDS
    assert np.array_equal(after.probabilities, before.probabilities)
