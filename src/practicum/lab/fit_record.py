"""The story of one fit: everything its report and its model card tell, kept on disk to be told again."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import types
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from practicum.lab.diagnosis import Finding
from practicum.lab.image_set import Remark
from practicum.lab.learning_curve import LearningCurve
from practicum.statistics.intervals import Interval
from practicum.statistics.scores import Scores

SCHEMA = 1
"""Raised when a story written before can no longer be read as one of today."""

FILE = "story.json"


@dataclass(frozen=True)
class Candidate:
    """One way that was tried: its accuracy in cross-validation, and the seconds it took."""

    name: str
    what: str
    """What it does, in words."""
    accuracy: Interval
    seconds: float
    chosen: bool
    better: float | None
    """The probability that the chosen one beats it; None for the chosen one, and where it was not measured."""


@dataclass(frozen=True)
class Epochs:
    """One training, a value an epoch: the loss, and accuracies as shares of 1."""

    name: str
    loss: tuple[float, ...]
    train_accuracy: tuple[float, ...]
    val_accuracy: tuple[float, ...]


@dataclass(frozen=True)
class Export:
    """The model in one format, loaded again and compared."""

    format: str
    file: str
    bytes: int
    difference: float
    """The largest difference between its probabilities and those of the fitted model."""
    load: str
    """Python that loads it."""


@dataclass(frozen=True)
class FitRecord:
    """One fit, from its pictures to its files. Rows are pictures: of `names`, `thumbs`, `labels`, `probabilities`."""

    title: str
    source: str
    made: str
    """The day, as in 2026-11-24."""
    seed: int
    classes: tuple[str, ...]
    counts: tuple[int, ...]
    """Pictures of each class."""
    names: tuple[str, ...]
    """The file of each picture; none where pictures were drawn."""
    thumbs: NDArray[np.uint8]
    """(n, 96, 96, 3)."""
    labels: NDArray[np.int64]
    """(n,), into `classes`."""
    probabilities: NDArray[np.float64]
    """(n, classes), each row by a model that had not seen its picture."""
    backbone: str
    side: int
    """Height and width of what the network sees, in pixels."""
    candidates: tuple[Candidate, ...]
    scores: Scores
    curve: LearningCurve | None
    training: tuple[Epochs, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[Remark, ...]
    """What was changed in files that were used."""
    left_out: tuple[Remark, ...]
    untried: tuple[Remark, ...]
    """Ways that were not tried, and why; instead of a file, the way's name."""
    next_step: str
    exports: tuple[Export, ...]
    versions: dict[str, str]
    seconds: float


def save(story: FitRecord, folder: Path) -> None:
    """Write the story into `folder`, which is made where it is missing: `story.json` and the arrays it names.

    The words name the arrays by what is in them and are put in place last. So whoever reads gets the old story or the
    new one whole, also after a full disk or a pulled plug. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {}
    told = _plain(story, "", arrays)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    name = f"story-{hashlib.sha256(packed.getvalue()).hexdigest()[:16]}.npz"
    _put(folder / name, packed.getvalue())
    words = json.dumps({"schema": SCHEMA, "arrays": name, "story": told}, indent=1, allow_nan=False)
    _put(folder / FILE, words.encode())
    for old in folder.glob("story-*.npz"):
        if old.name != name:
            old.unlink()


def load(folder: Path) -> FitRecord:
    """The story that :func:`save` wrote into `folder`, to the last bit.

    Raises FileNotFoundError where there is none, and ValueError, naming the file, where it is damaged or of another
    version.
    """
    file = folder / FILE
    text = file.read_bytes()
    try:
        written = json.loads(text)
        schema, name, told = written["schema"], written["arrays"], written["story"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file} is no story of a fit, or it is damaged; fit again to write it anew") from error
    if schema != SCHEMA:
        raise ValueError(
            f"{file} is of version {schema}, and this program reads version {SCHEMA}; "
            "read it with the practicum that wrote it, or fit again"
        )
    try:
        with np.load(folder / Path(name).name, allow_pickle=False) as arrays:
            story: FitRecord = _built(FitRecord, told, "", dict(arrays))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{file} or its arrays in {name} are damaged; fit again to write them anew") from error
    return story


def _put(file: Path, content: bytes) -> None:
    """Write the file whole or not at all."""
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-", delete=False) as draft:
        try:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
        except BaseException:
            with suppress(OSError):
                Path(draft.name).unlink()
            raise
    Path(draft.name).chmod(0o644)
    Path(draft.name).replace(file)


def _plain(value: Any, path: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """The value as JSON knows it. Arrays go into `arrays` under their path, and only the path remains."""
    if isinstance(value, np.ndarray):
        arrays[path] = value
        return path
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name), _under(path, one.name), arrays) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item, _under(path, index), arrays) for index, item in enumerate(value)]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no infinities; a loss may run off into one.
    return value


def _built(kind: Any, value: Any, path: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """The value of the type `kind` that :func:`_plain` made `value` of."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (some,) = (one for one in inner if one is not type(None))
        return None if value is None else _built(some, value, path, arrays)
    if origin is np.ndarray:
        return arrays[value]
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        pairs = zip(kinds, value, strict=True)
        return tuple(_built(one, item, _under(path, index), arrays) for index, (one, item) in enumerate(pairs))
    if origin is dict:
        return {key: _built(inner[1], item, _under(path, key), arrays) for key, item in value.items()}
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        made = {
            one.name: _built(hints[one.name], value[one.name], _under(path, one.name), arrays) for one in fields(kind)
        }
        return kind(**made)  # type: ignore[operator]
    return value if origin is Literal else kind(value)


def _under(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)
