"""The folder of a model that `practicum lab fit` writes: which folders may become one, and its files."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from practicum.commands.lab_messages import LabFailure, fail, printable_path

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from practicum.lab.fit_record import FitRecord
    from practicum.lab.pipeline import FittedModel
    from practicum.lab.progress import StepProgress

WORK = "work"
"""The subfolder of finished steps."""
REPORT = "report.html"
MODEL_CARD = "model-card.md"
MODEL = "model.keras"


def check_target(folder: Path, images: Path) -> None:
    """Raise LabFailure unless the folder is new, empty, or that of a former model."""
    from practicum.lab import fit_record

    nearest = next(parent for parent in (folder, *folder.absolute().parents) if os.path.lexists(parent))
    signs = (fit_record.FILE, fit_record.FORMER_FILE, WORK)
    path, problem = folder, ""
    if not nearest.is_dir():
        path, problem = nearest, "is not a folder"
    elif not os.access(nearest, os.W_OK | os.X_OK):
        path, problem = nearest, "is not writable"
    elif folder.resolve() == images.resolve():
        problem = "holds the images"
    elif nearest == folder and any(folder.iterdir()) and not any((folder / name).exists() for name in signs):
        problem = "holds other files than a model"
    if problem:
        fail("invalid-target", path, f"{problem}; choose another folder for the model with --to")


@contextmanager
def work_folder(folder: Path) -> Iterator[Path]:
    """Create the folder for finished steps in the model's folder; new folders are removed again if they stay empty.

    Raises OSError.
    """
    work = folder / WORK
    created = [path for path in (work, folder, *folder.parents) if not path.exists()]
    work.mkdir(parents=True, exist_ok=True)
    try:
        yield work
    finally:
        for path in created:
            with suppress(OSError):
                path.rmdir()


def write_model(
    fitted: FittedModel, sample: NDArray[np.uint8], folder: Path, started: float, on_progress: StepProgress
) -> FitRecord:
    """Write the model, its record, its report and its card into `folder`, all or nothing.

    Returns the record with the exports. Raises LabFailure if the disk is full or a file cannot be written.
    """
    from practicum.lab import export, fit_record
    from practicum.report import html_report, model_card

    try:
        with TemporaryDirectory(prefix=".new-", dir=folder) as name:
            new = Path(name)
            exports = export.export_model(fitted.model, new, sample, on_step=lambda step: on_progress(step, 0, 1))
            record = replace(fitted.record, exports=exports, seconds=time.monotonic() - started)
            on_progress("writing the report", 0, 1)
            (new / export.CLASSES_FILE).write_text("".join(f"{name}\n" for name in record.classes), "utf-8")
            html_report.write(record, new / REPORT)
            model_card.write(record, new / MODEL_CARD)
            fit_record.save(record, new)
            _replace_files(new, folder)
    except OSError as error:
        reason = f"the model cannot be written ({error.strerror or error})"
        message = f"{reason}; finished steps are kept there: free some space, and run the same command again"
        raise LabFailure("file-error", f"{printable_path(folder)}: {message}") from error
    return record


def _replace_files(new: Path, folder: Path) -> None:
    """Replace the files of a former model; the record comes last, as the sign that all files are there."""
    from practicum.lab import fit_record

    patterns = (fit_record.ARRAYS, fit_record.FORMER_ARRAYS, fit_record.FORMER_FILE)
    outdated = {file for pattern in patterns for file in folder.glob(pattern)}
    for file in sorted(new.iterdir(), key=lambda file: file.name == fit_record.FILE):
        target = folder / file.name
        if target.is_dir():
            shutil.rmtree(target)
        file.replace(target)
        outdated.discard(target)
    for file in outdated:
        file.unlink()


def load_record(model: Path) -> FitRecord:
    """Return the record of the fit in this folder. Raises LabFailure if there is no complete model."""
    from practicum.lab import fit_record

    try:
        return fit_record.load(model)
    except fit_record.FitRecordError as error:
        raise LabFailure(error.code, error.message) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        if (model / WORK).is_dir():
            code, problem = (
                "unfinished-fit",
                "the fit is not finished; run the same `practicum lab fit` again to continue",
            )
        else:
            code = "no-model"
            problem = "is not a model" if model.exists() else "does not exist"
            problem += "; use a folder that `practicum lab fit` has written"
        raise LabFailure(code, f"{printable_path(model)}: {problem}") from error
