"""AutoKeras, where it is installed: in an environment of its own, for it is no dependency of ours."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.accuracy.contest import Result, given, share

PYTHON = "PRACTICUM_BENCH_AUTOKERAS"
"""The environment variable that names the interpreter which has it."""
PATIENCE = 120.0
"""Seconds beyond those given to the search, in which it has to start and to tell apart the fresh images."""


def run(kind: str, images: int, seed: int, minutes: float) -> Result:
    """The best that its search has found when the time is up; chance, if that is nothing."""
    train, fresh = given(kind, images, seed)
    script = Path(__file__).with_name("searching.py")
    with tempfile.TemporaryDirectory() as work:
        np.savez(Path(work) / "given.npz", pixels=train.pixels, labels=train.labels, fresh=fresh.pixels)
        command = [os.environ[PYTHON], str(script), work, str(60 * minutes), str(seed)]
        try:
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=60 * minutes + PATIENCE)
        except subprocess.TimeoutExpired:
            return {"accuracy": 1 / len(train.classes), "seconds": 60 * minutes + PATIENCE, "trials": 0}
        result: Result = json.loads((Path(work) / "result.json").read_text())
        scores = Path(work) / "scores.npy"
        return result | {"accuracy": share(np.load(scores), fresh) if scores.exists() else 1 / len(train.classes)}
