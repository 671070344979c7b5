"""The experiments of the first topic, on fewer images and epochs than in its evidence."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

FOLDER = Path(__file__).parents[2] / "courses" / "transfer-learning" / "small-datasets"
CALLS: dict[str, dict[str, Any]] = {
    "from_scratch": {"images": 4, "epochs": 2, "copies": 2},
    "frozen_base": {"images": 4, "epochs": 2},
    "pretrained_predictions": {},
    "fine_tune": {"images": 4, "epochs": 2, "learning_rate": 1e-5},
}
IN_A_FRESH_PROCESS = """
import json, sys
sys.path.insert(0, sys.argv[1])
import experiments
calls = json.loads(sys.argv[2])
print(json.dumps({name: getattr(experiments, name)(**calls[name], seed=1) for name in reversed(calls)}))
"""


@pytest.fixture(scope="module")
def experiments() -> ModuleType:
    spec = importlib.util.spec_from_file_location("experiments", FOLDER / "experiments.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_experiments_are_deterministic(experiments: ModuleType) -> None:
    """In another process and in another order."""
    for name, params in CALLS.items():
        getattr(experiments, name)(**params, seed=0)
    here = {name: getattr(experiments, name)(**params, seed=1) for name, params in CALLS.items()}
    ran = subprocess.run(
        [sys.executable, "-c", IN_A_FRESH_PROCESS, str(FOLDER), json.dumps(CALLS)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(ran.stdout.splitlines()[-1]) == here


@pytest.mark.parametrize("name", CALLS)
def test_experiments_return_numbers_curves_and_descriptions(experiments: ModuleType, name: str) -> None:
    """Accuracies from 0 to 1, one value per epoch, and sentences about weights and data."""
    result = getattr(experiments, name)(**CALLS[name], seed=0)
    words = {key for key, value in result.items() if isinstance(value, str)}
    curves = [value for value in result.values() if isinstance(value, list)]
    accuracies = [value for key, value in result.items() if "accuracy" in key]

    assert words == {"weights", "data"}
    assert all(len(curve) == result["epochs"] for curve in curves)
    assert accuracies
    assert all(0 <= value <= 1 for value in accuracies)
    json.dumps(result, allow_nan=False)


def test_another_seed_gives_another_result(experiments: ModuleType) -> None:
    """Other images, weights and order."""
    first, second = (experiments.from_scratch(images=4, epochs=2, seed=seed) for seed in (0, 1))

    assert first["loss"] != second["loss"]


def test_fine_tuning_starts_from_the_trained_head(experiments: ModuleType) -> None:
    """At a rate of 0 the accuracy stays the same."""
    result = experiments.fine_tune(images=4, epochs=1, learning_rate=0.0, seed=0)

    assert result["val_accuracy"] == result["val_accuracy_before"]
    assert result["val_accuracy"] > 0.3
