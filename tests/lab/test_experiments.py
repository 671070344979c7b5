"""The experiments of the first topic that train, on fewer images and epochs than in its evidence.

`tests/prove/test_shipped.py` compares them and the others with their evidence, unless they take long.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest

from practicum.lab import networks
from practicum.lab.features import shared_base
from practicum.lab.training import shared_trainer
from tests.lab.preloaded import PreloadedPython

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

FOLDER = Path(__file__).parents[2] / "courses" / "transfer-learning" / "small-datasets"
SIDE = 32
"""Half of the course's side, as a quarter of the pixels takes a quarter of the time."""
CALLS: dict[str, dict[str, Any]] = {
    "from_scratch": {"images": 4, "epochs": 2, "copies": 2},
    "frozen_base": {"images": 4, "epochs": 2},
    "fine_tune": {"images": 4, "epochs": 2, "learning_rate": 1e-5},
}
IN_A_FRESH_PROCESS = """
import json, sys
sys.path.insert(0, {folder!r})
import experiments
experiments.SIDE = {side}
print(json.dumps(experiments.fine_tune(**{params!r}, seed=0)))
"""


@dataclass(frozen=True)
class Ran:
    """All experiments, run one after the other."""

    results: dict[str, dict[str, Any]]
    """By name, with seed 0."""
    other_seed: dict[str, Any]
    """The result of `from_scratch` with seed 1, run first."""
    tuned: list[list[np.ndarray]]
    """The weights of each layer of the base after fine-tuning."""
    heads: tuple[list[np.ndarray], list[np.ndarray]]
    """The weights of the head before and after it."""


@pytest.fixture(scope="module")
def experiments() -> ModuleType:
    spec = importlib.util.spec_from_file_location("experiments", FOLDER / "experiments.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.SIDE = SIDE  # type: ignore[attr-defined]
    return module


@pytest.fixture(scope="module")
def ran(experiments: ModuleType) -> Ran:
    other_seed = experiments.from_scratch(**CALLS["from_scratch"], seed=1)
    tuner = shared_trainer(networks.pretrained_with_head, experiments.SIDE, experiments.CLASSES)
    experiments.fine_tune(**CALLS["fine_tune"] | {"epochs": 1, "learning_rate": 0.0}, seed=0)
    head = tuner.model.layers[-1].get_weights()
    results = {name: getattr(experiments, name)(**params, seed=0) for name, params in CALLS.items()}
    tuned = [layer.get_weights() for layer in tuner.model.layers[0].layers]
    return Ran(results, other_seed, tuned, (head, tuner.model.layers[-1].get_weights()))


def test_fine_tuning_is_deterministic(ran: Ran, preloaded: PreloadedPython) -> None:
    """In another process, without other experiments before it."""
    fresh = preloaded.run(IN_A_FRESH_PROCESS.format(folder=str(FOLDER), side=SIDE, params=CALLS["fine_tune"]))

    assert fresh.returncode == 0, fresh.stderr[-500:]
    assert json.loads(fresh.stdout.splitlines()[-1]) == ran.results["fine_tune"]


@pytest.mark.parametrize("name", ["from_scratch", "frozen_base"])
def test_experiments_do_not_depend_on_earlier_ones(experiments: ModuleType, ran: Ran, name: str) -> None:
    """After all the others they return the same. `tests/prove/test_shipped.py` runs them in fresh processes."""
    assert getattr(experiments, name)(**CALLS[name], seed=0) == ran.results[name]


@pytest.mark.parametrize("name", CALLS)
def test_experiments_return_numbers_curves_and_descriptions(ran: Ran, name: str) -> None:
    """Accuracies from 0 to 1, one value per epoch, and sentences about weights and data."""
    result = ran.results[name]
    words = {key for key, value in result.items() if isinstance(value, str)}
    curves = [value for value in result.values() if isinstance(value, list)]
    accuracies = [value for key, value in result.items() if "accuracy" in key]

    assert words == {"weights", "data"}
    assert all(len(curve) == result["epochs"] for curve in curves)
    assert accuracies
    assert all(0 <= value <= 1 for value in accuracies)
    json.dumps(result, allow_nan=False)


def test_another_seed_gives_another_result(ran: Ran) -> None:
    """Other images, weights and order."""
    assert ran.other_seed["loss"] != ran.results["from_scratch"]["loss"]


def test_fine_tuning_changes_all_weights_but_batch_norm(experiments: ModuleType, ran: Ran) -> None:
    """BatchNorm's statistics, scale and shift stay the same bit for bit."""
    layers = [layer for layer in shared_base(experiments.SIDE).layers if layer.weights]
    norms = {layer.name for layer in layers if isinstance(layer, keras.layers.BatchNormalization)}
    changed = {
        layer.name: any(not np.array_equal(new, old) for new, old in zip(weights, layer.get_weights(), strict=True))
        for layer, weights in zip(layers, filter(None, ran.tuned), strict=True)
    }

    assert len(norms) == 49
    assert not any(changed[name] for name in norms)
    assert all(changed[name] for name in changed.keys() - norms)
    assert not any(np.array_equal(before, after) for before, after in zip(*ran.heads, strict=True))


def test_fine_tuning_starts_from_the_trained_head(experiments: ModuleType) -> None:
    """At a rate of 0 the accuracy stays the same."""
    result = experiments.fine_tune(images=8, difficulty=0.3, epochs=1, learning_rate=0.0, seed=0)

    assert result["val_accuracy"] == result["val_accuracy_before"]
    assert result["val_accuracy"] > 0.3
