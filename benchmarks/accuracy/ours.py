"""`practicum.lab.pipeline`, given so many minutes; what it tells of itself is worked out within them too."""

from __future__ import annotations

import tempfile
import time

import numpy as np

from benchmarks.accuracy.contest import Result, given, share


def run(kind: str, images: int, seed: int, minutes: float) -> Result:
    from practicum.lab import pretrained_models
    from practicum.lab.cache import CheckpointStore, DiskCache
    from practicum.lab.dataset_reader import LoadedDataset
    from practicum.lab.features import forward
    from practicum.lab.pipeline import FitRequest, fit

    train, fresh = given(kind, images, seed)
    reading = LoadedDataset(train, (), (), np.full((len(train), 2), train.side, np.int32))
    with tempfile.TemporaryDirectory() as work:
        started = time.monotonic()
        request = FitRequest(kind, kind, minutes, seed, started=started)
        made = fit(
            reading,
            pretrained_models.load_backbone(),
            request,
            cache=DiskCache(work),
            checkpoints=CheckpointStore(work),
            on_progress=lambda *_: None,
        )
        seconds = time.monotonic() - started
    record = made.record
    return {
        "accuracy": share(forward(made.model, fresh.pixels), fresh),
        "seconds": seconds,
        "promised": [record.scores.accuracy.value, record.scores.accuracy.low, record.scores.accuracy.high],
        "chosen": next(one.name for one in record.candidates if one.chosen),
        "tried": {one.name: one.accuracy.value for one in record.candidates},
        "untried": [f"{one.file}: {one.text}" for one in record.untried],
    }
