"""What the lab's work takes: a head on cached features, and a whole fit beside one forward pass of its images."""

from __future__ import annotations

import inspect
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.accuracy.contest import base_file
from benchmarks.alone import alone
from benchmarks.facts import caching
from benchmarks.facts.sets import CLASSES, HARD, draw_images, labelled
from benchmarks.table import markdown, ratio, timed
from practicum.lab import emoji_drawings
from practicum.lab.emoji_drawings import emoji_images

RUNS = 5
SIDES = (64, 96)
EPOCHS, RATE, BATCH = caching.EPOCHS, 1e-3, 20
SIZES = (100, 300, 1000)
"""Images."""
FILES = 320
"""Height and width of the JPEG files, in pixels."""
SIDE = 224
AIMS = {"cached": 8.0, "fit": 1.5, "memory": 4.0}
"""At 96 px at least so many times as fast; at most so many forward passes; at most so many GB."""
Measurement = dict[str, Any]


# --- a head on cached features ----------------------------------------------------------------------------------------


def heads(side: int, runs: int) -> list[Measurement]:
    """Both ways in turn, in one process, from other images in each run: see `benchmarks.facts.caching`."""
    trained = inspect.unwrap(caching.trained)  # measured now, not read from what was kept
    return [trained(kind=HARD, side=side, seed=seed) for seed in range(runs)]


def usual(side: int, runs: int) -> list[float]:
    """Seconds of Keras's own `fit` through the frozen base, TensorFlow with as many threads as it likes."""
    import keras

    base = keras.saving.load_model(base_file(side))
    base.trainable = False
    model = keras.Sequential([base, keras.layers.Dense(CLASSES)])
    model.compile(keras.optimizers.Adam(RATE), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    seconds = []
    for seed in range(runs):
        images = labelled(draw_images(HARD, 20, seed, "train", side))
        inputs = images.inputs.astype("float32")
        model.fit(inputs, images.labels, BATCH, 1, verbose=0)  # what is traced now is not timed
        seconds.append(timed(partial(model.fit, inputs, images.labels, BATCH, EPOCHS, verbose=0)))
    return seconds


# --- a whole fit ------------------------------------------------------------------------------------------------------


def write(root: Path, sizes: Sequence[int]) -> None:
    """A folder for each size, in it one for each class, and JPEG files: the larger sets begin with the smaller."""
    drawn = emoji_images(max(sizes) // len(emoji_drawings.CLASSES), seed=0, side=FILES)
    for size in sizes:
        for row in range(size):
            file = root / str(size) / drawn.classes[drawn.labels[row]] / f"{row:04}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(drawn.pixels[row]).save(file, quality=90)


def whole(folder: str) -> Measurement:
    """`practicum lab fit --minutes 0` without exports: reading, building, tracing, looking, choosing, explaining."""
    from practicum.lab import pretrained_models
    from practicum.lab.cache import CheckpointStore, DiskCache
    from practicum.lab.dataset_reader import read_dataset
    from practicum.lab.pipeline import FitRequest, fit

    with tempfile.TemporaryDirectory() as work:
        started = time.monotonic()
        network = pretrained_models.load_backbone()
        request = FitRequest("emoji", folder, minutes=0, started=started)
        pictures_read = read_dataset(Path(folder), side=SIDE)
        fit(
            pictures_read,
            network,
            request,
            cache=DiskCache(work),
            checkpoints=CheckpointStore(work),
            on_progress=lambda *_: None,
        )
        seconds = time.monotonic() - started
    return {"seconds": seconds, "memory": _most_memory()}


def plain(folder: str) -> Measurement:
    """Keras reads the same files and looks at each image once. Loading the network is timed separately."""
    import keras

    path = base_file(SIDE)
    models: list[Any] = []
    loading = timed(lambda: models.append(keras.saving.load_model(path)))
    started = time.perf_counter()
    data = keras.utils.image_dataset_from_directory(
        folder, image_size=(SIDE, SIDE), batch_size=32, shuffle=False, verbose=False
    )
    models[0].predict(data, verbose=0)
    return {"seconds": time.perf_counter() - started, "loading": loading, "memory": _most_memory()}


def _most_memory() -> float:
    """GB that this process had at its height."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


# --- the section ------------------------------------------------------------------------------------------------------


def report(quick: bool = False) -> str:
    """The section of `docs/benchmarks.md`."""
    runs, sizes = (1, SIZES[:2]) if quick else (RUNS, SIZES)
    base_file(SIDE)
    return (
        "## The lab\n\n"
        f"{EPOCHS} epochs of a dense head on 100 images, the base frozen, batches of {BATCH}. Cached: the base's "
        "features computed once, and that counted. Through the base: the same training, the base computed for each "
        "batch; both hold each of TensorFlow's operations to one thread and take turns in one process. Keras's `fit`: "
        "in another process, with TensorFlow's usual threads. Tracing is left out of all three. Median (least to "
        f"most), n = {runs}, each from other images. Aim at 96 px: {AIMS['cached']:g}×.\n\n"
        f"{_heads(runs)}\n\n"
        f"A whole `fit` with `minutes=0` of JPEG files of {FILES} px, read at {SIDE} px: reading, building the "
        "network, tracing it, looking at each image, cross-validating, choosing, explaining; all but exports. "
        "Beside it, Keras reads the same files (`image_dataset_from_directory`, batches of 32) and calls `predict` "
        "once with the same network, TensorFlow with its usual threads. That the network is loaded before is not "
        f"counted there, but reported; ours is counted. Each run is a process of its own, in turn; n = {runs}. Aims: "
        f"{AIMS['fit']:g}×, and under {AIMS['memory']:g} GB.\n\n"
        f"{_fits(runs, sizes)}\n"
    )


def _heads(runs: int) -> str:
    rows = []
    for side in SIDES:
        ours, theirs = alone(heads)(side=side, runs=runs), alone(usual)(side=side, runs=runs)
        cached, through = ([one[way] for one in ours] for way in ("cached", "through"))
        same = sum(one["losses"] and one["weights"] for one in ours)
        rows.append(
            [
                f"{side} px",
                *map(_median, (cached, through, theirs)),
                *(ratio(statistics.median(slow) / statistics.median(cached)) for slow in (through, theirs)),
                f"{same} of {runs}",
            ]
        )
    headings = ["", "s, cached", "s, through the base", "s, Keras's `fit`"]
    return markdown([*headings, "through / cached", "`fit` / cached", "losses and weights identical to the bit"], rows)


def _fits(runs: int, sizes: Sequence[int]) -> str:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), sizes)
        for size in sizes:
            given = {"folder": str(Path(folder) / str(size))}
            pairs = [(alone(plain)(**given), alone(whole)(**given)) for _ in range(runs)]
            passed, fitted = ([pair[which]["seconds"] for pair in pairs] for which in (0, 1))
            memory = (max(pair[which]["memory"] for pair in pairs) for which in (0, 1))
            rows.append(
                [
                    str(size),
                    _median(passed),
                    f"{statistics.median(pair[0]['loading'] for pair in pairs):.2f}",
                    _median(fitted),
                    ratio(statistics.median(fitted) / statistics.median(passed)),
                    *(f"{most:.2f}" for most in memory),
                ]
            )
    headings = ["images", "s, one pass", "s, loading the network", "s, `fit`", "`fit` / pass"]
    return markdown([*headings, "GB at most, pass", "GB at most, `fit`"], rows)


def _median(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"
