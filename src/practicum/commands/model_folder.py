"""The folder of a model, as `practicum lab fit` makes it: what may be one, what is written into it, and when."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

from practicum.commands import lab_messages as say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from practicum.lab.fit_record import FitRecord
    from practicum.lab.pipeline import FittedModel
    from practicum.lab.prepared_set import StepProgress

WORK = "work"
"""The folder in it that keeps finished steps."""
REPORT = "report.html"
MODEL = "model.keras"


def check(folder: Path, pictures: Path) -> None:
    """A model goes into a new folder, an empty one, or that of a former model; never over what is somebody's own."""
    from practicum.lab import fit_record

    def refuse(where: Path, what: str) -> NoReturn:
        say.give_up(f"{say.name(where)}: {what}; name another folder for the model with --to")

    nearest = next(one for one in (folder, *folder.absolute().parents) if os.path.lexists(one))
    if not nearest.is_dir():
        refuse(nearest, "is no folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        refuse(nearest, "cannot be written into")
    if folder.resolve() == pictures.resolve():
        refuse(folder, "holds the pictures")
    if (
        nearest == folder
        and any(folder.iterdir())
        and not any((folder / one).exists() for one in (fit_record.FILE, WORK))
    ):
        refuse(folder, "holds something else than a model")


@contextmanager
def made(folder: Path) -> Iterator[Path]:
    """The folder for finished steps in that of a model, made where they are missing, and gone again if they stay empty.

    Raises OSError.
    """
    work = folder / WORK
    fresh = [one for one in (work, folder, *folder.parents) if not one.exists()]
    work.mkdir(parents=True, exist_ok=True)
    try:
        yield work
    finally:
        for one in fresh:
            with suppress(OSError):
                one.rmdir()


def keep(fitted: FittedModel, sample: NDArray[np.uint8], folder: Path, started: float, tell: StepProgress) -> FitRecord:
    """Write the model, its story, its report and its card into `folder`: all of it, or none where there is no room."""
    from practicum.lab import export, fit_record
    from practicum.report import html_report, model_card

    try:
        with TemporaryDirectory(prefix=".new-", dir=folder) as name:
            new = Path(name)
            exports = export.export_model(fitted.model, new, sample, progress=lambda what: tell(what, 0, 1))
            told = replace(fitted.record, exports=exports, seconds=time.monotonic() - started)
            tell("writing the report", 0, 1)
            (new / export.CLASSES_FILE).write_text("".join(f"{one}\n" for one in told.classes), "utf-8")
            html_report.write(told, new / REPORT)
            model_card.write(told, new / "model-card.md")
            fit_record.save(told, new)
            _move(new, folder)
    except OSError as reason:
        say.give_up(
            f"{say.name(folder)}: the model cannot be written ({reason.strerror or reason}); what was found is kept "
            "there: make room, and type the same again"
        )
    return told


def _move(new: Path, folder: Path) -> None:
    """Put a model's files in the place of a former one's; the story last, which says that all is there."""
    from practicum.lab import fit_record

    former = set(folder.glob(fit_record.ARRAYS))
    for one in sorted(new.iterdir(), key=lambda one: one.name == fit_record.FILE):
        place = folder / one.name
        if place.is_dir():
            shutil.rmtree(place)
        one.replace(place)
        former.discard(place)
    for one in former:
        one.unlink()


def told_in(model: Path) -> FitRecord:
    """The story of the fit in this folder; without one there is no model."""
    from practicum.lab import fit_record

    try:
        return fit_record.load(model)
    except ValueError as reason:
        say.give_up(str(reason))
    except (FileNotFoundError, NotADirectoryError):
        if (model / WORK).is_dir():
            say.give_up(
                f"{say.name(model)}: its fit was not finished; type the same `practicum lab fit` again to go on"
            )
        what = "is no model" if model.exists() else "is not there"
        say.give_up(f"{say.name(model)}: {what}; name a folder that `practicum lab fit` has made")
