"""A search of AutoKeras, held to a time. `python searching.py FOLDER SECONDS SEED`, with the interpreter that has it.

Reads `given.npz` in the folder, writes `result.json`, and `scores.npy`, (n, classes), if it has found anything. Imports
nothing of ours, for that is not there.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import autokeras
import keras
import numpy as np


class Best(keras.callbacks.Callback):
    """Keeps the network that had the lowest loss on what was kept back: of all trials, each of which has a copy."""

    found: tuple[float, keras.Model, list[Any]] | None = None
    trials = 0

    def on_train_begin(self, logs: object = None) -> None:
        Best.trials += 1

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if Best.found is None or logs["val_loss"] < Best.found[0]:
            Best.found = (logs["val_loss"], self.model, self.model.get_weights())


class Units(keras.layers.Dense):
    """AutoKeras 3.0.0 gives the number of classes as one of NumPy's, which Keras 3.15 refuses: given as Python's."""

    def __init__(self, units: Any, **given: Any) -> None:
        super().__init__(int(units), **given)


def search(folder: Path, given: Any, seed: int) -> None:
    tuner = autokeras.ImageClassifier(overwrite=True, directory=folder, seed=seed)
    tuner.fit(given["pixels"], given["labels"], callbacks=[Best()], verbose=0)


def main(folder: Path, seconds: float, seed: int) -> None:
    given = np.load(folder / "given.npz")
    keras.utils.set_random_seed(seed)
    keras.layers.Dense = Units
    # A thread can be left behind wherever it is: a large network takes long between two of its batches.
    searching = threading.Thread(target=search, args=(folder, dict(given), seed), daemon=True)
    started = time.perf_counter()
    searching.start()
    searching.join(seconds)
    took = time.perf_counter() - started
    if Best.found is not None:
        _, model, weights = Best.found
        best = keras.models.clone_model(model)
        best.set_weights(weights)
        np.save(folder / "scores.npy", best.predict(given["fresh"], verbose=0))
    elif not searching.is_alive():
        sys.exit("AutoKeras has found nothing, and given up: what is above says why")
    (folder / "result.json").write_text(json.dumps({"seconds": took, "trials": Best.trials}))
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
