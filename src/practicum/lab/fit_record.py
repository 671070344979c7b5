"""The record of one fit: everything that its report and its model card show, saved with the model."""

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
from practicum.lab.errors import LabError
from practicum.lab.image_set import Remark
from practicum.lab.learning_curve import LearningCurve
from practicum.statistics.intervals import Interval
from practicum.statistics.scores import Scores

SCHEMA = 2
"""Incremented when earlier records can no longer be read."""
FILE = "fit.json"
ARRAYS = "fit-*.npz"
"""The files of the arrays, as a glob pattern."""
FORMER_FILE, FORMER_ARRAYS, FORMER_SCHEMA = "story.json", "story-*.npz", 1
"""The same in model folders of earlier versions, which can still be read."""
_FORMER_NAMES = {"date": "made", "description": "what", "text": "what", "forecast": "ahead"}
"""Fields that had other names in them."""


class FitRecordError(LabError, ValueError):
    """A saved record cannot be read. Codes: `damaged-record`, `record-version`."""


@dataclass(frozen=True)
class Candidate:
    """A strategy that was tried: its accuracy in cross-validation and the seconds it took."""

    name: str
    description: str
    """What it does, in words."""
    accuracy: Interval
    seconds: float
    chosen: bool
    better: float | None
    """The probability that the chosen strategy beats it; None for the chosen one, and where it was not measured."""


@dataclass(frozen=True)
class TrainingCurves:
    """The loss and the accuracies (shares of 1) of one training, a value per epoch."""

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
    """One fit, from its images to its files. `names`, `thumbs`, `labels` and `probabilities` have a row per image."""

    title: str
    source: str
    date: str
    """Of the fit, in ISO format: 2026-11-24."""
    seed: int
    classes: tuple[str, ...]
    counts: tuple[int, ...]
    """Images per class."""
    names: tuple[str, ...]
    """The file of each image; empty where images were generated."""
    thumbs: NDArray[np.uint8]
    """Thumbnails, (n, 96, 96, 3)."""
    labels: NDArray[np.int64]
    """Indices into `classes`, (n,)."""
    probabilities: NDArray[np.float64]
    """(n, classes), each row by a model that was not trained on its image."""
    backbone: str
    side: int
    """Height and width of the network's input, in pixels."""
    candidates: tuple[Candidate, ...]
    scores: Scores
    curve: LearningCurve | None
    training: tuple[TrainingCurves, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[Remark, ...]
    """Changes made to files that were used."""
    left_out: tuple[Remark, ...]
    untried: tuple[Remark, ...]
    """Strategies that were not tried, and why; `file` holds the strategy's name."""
    next_step: str
    exports: tuple[Export, ...]
    versions: dict[str, str]
    seconds: float


def save(record: FitRecord, folder: Path) -> None:
    """Write the record into `folder`, which is created if missing: `fit.json` and a file of the arrays it names.

    The arrays' file is named by its content, and `fit.json` is replaced last. A reader therefore gets the old record or
    the new one whole, also after a full disk or a power failure.

    Raises:
        OSError: If it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {}
    plain = _to_plain(record, "", arrays)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    name = ARRAYS.replace("*", hashlib.sha256(packed.getvalue()).hexdigest()[:16])
    _write_atomically(folder / name, packed.getvalue())
    text = json.dumps({"schema": SCHEMA, "arrays": name, "fit": plain}, indent=1, allow_nan=False)
    _write_atomically(folder / FILE, text.encode())
    for pattern in (ARRAYS, FORMER_ARRAYS, FORMER_FILE):
        for former in folder.glob(pattern):
            if former.name != name:
                former.unlink()


def load(folder: Path) -> FitRecord:
    """The record that :func:`save` wrote into `folder`, exact to the bit.

    Raises:
        FileNotFoundError: If there is none.
        FitRecordError: If it is damaged or of another version; the message names the file.
    """
    file = folder / FILE
    if not file.exists() and (folder / FORMER_FILE).exists():
        file = folder / FORMER_FILE
    text = file.read_bytes()
    try:
        written = json.loads(text)
        key = "story" if written["schema"] == FORMER_SCHEMA else "fit"
        schema, name, plain = written["schema"], written["arrays"], written[key]
    except (ValueError, KeyError, TypeError) as error:
        message = f"{file} is not the record of a fit, or it is damaged; fit again"
        raise FitRecordError("damaged-record", message) from error
    if schema not in (FORMER_SCHEMA, SCHEMA):
        message = (
            f"{file} has version {schema}, and this program reads version {SCHEMA}; "
            "use the practicum that wrote it, or fit again"
        )
        raise FitRecordError("record-version", message)
    try:
        with np.load(folder / Path(name).name, allow_pickle=False) as arrays:
            record: FitRecord = _from_plain(FitRecord, plain, "", dict(arrays))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise FitRecordError("damaged-record", f"{file} or its arrays in {name} are damaged; fit again") from error
    return record


def _write_atomically(file: Path, content: bytes) -> None:
    """Write the whole file or nothing."""
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


def _to_plain(value: Any, path: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """The value as JSON types. Arrays are moved into `arrays` and replaced by their path."""
    if isinstance(value, np.ndarray):
        arrays[path] = value
        return path
    if is_dataclass(value):
        return {
            field.name: _to_plain(getattr(value, field.name), _join(path, field.name), arrays)
            for field in fields(value)
        }
    if isinstance(value, tuple):
        return [_to_plain(item, _join(path, index), arrays) for index, item in enumerate(value)]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no infinities, and a loss may diverge.
    return value


def _from_plain(kind: Any, value: Any, path: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """The value of type `kind` that :func:`_to_plain` turned into `value`."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (optional,) = (member for member in inner if member is not type(None))
        return None if value is None else _from_plain(optional, value, path, arrays)
    if origin is np.ndarray:
        return arrays[value]
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        pairs = enumerate(zip(kinds, value, strict=True))
        return tuple(_from_plain(item_kind, item, _join(path, index), arrays) for index, (item_kind, item) in pairs)
    if origin is dict:
        return {key: _from_plain(inner[1], item, _join(path, key), arrays) for key, item in value.items()}
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        names = {field.name: _stored_name(field.name, value) for field in fields(kind)}
        # Records of earlier versions lack newer fields, which then have their defaults.
        values = {
            name: _from_plain(hints[name], value[stored], _join(path, stored), arrays)
            for name, stored in names.items()
            if stored in value
        }
        return kind(**values)  # type: ignore[operator]
    return value if origin is Literal else kind(value)


def _stored_name(name: str, value: dict[str, Any]) -> str:
    """The name under which a field is stored: its own, or that of earlier versions."""
    return name if name in value else _FORMER_NAMES.get(name, name)


def _join(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)
