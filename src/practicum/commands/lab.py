"""The commands `practicum lab fit|predict|report|draw`: transfer learning on a user's images."""

from __future__ import annotations

import gc
import json
import os
import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from practicum.commands import model_folder
from practicum.commands.lab_messages import (
    LabFailure,
    describe_dataset,
    fail,
    print_lines,
    print_predictions,
    print_summary,
    printable_path,
    rank_classes,
    report_errors,
    show_progress,
)
from practicum.commands.terminal import CommandError, exit_with_no

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from practicum.lab.dataset_reader import LoadedDataset
    from practicum.lab.fit_record import FitRecord
    from practicum.lab.image_set import ImageSet, Remark
    from practicum.lab.pretrained_models import Backbone
    from practicum.lab.progress import StepProgress

PREPROCESSINGS = ("0-255", "0-1", "-1-1", "caffe", "torch")
KERAS_FILES = (".keras", ".h5")
DEFAULT_MINUTES = 10.0
MIN_SIDE, DEFAULT_SIDE = 32, 224
"""Those of the default network: images are read before TensorFlow is imported."""
COMPARED_IMAGES = 20
"""Images with which the exports are verified."""


@click.group()
def lab() -> None:
    """Transfer learning on your own images: a model, its accuracy with an error bar, and a diagnosis."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@lab.command()
@click.argument("images", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Folder for the model. Default: NAME-model.")
@click.option(
    "--minutes",
    type=click.FloatRange(min=0),
    default=DEFAULT_MINUTES,
    show_default=True,
    help="Time for strategies beyond the probes: augmented images, fine-tuning.",
)
@click.option("--backbone", "name", metavar="NAME", help="Pretrained network to build on. Default: efficientnet-lite0.")
@click.option(
    "--preprocessing",
    type=click.Choice(PREPROCESSINGS),
    default="0-255",
    show_default=True,
    help="Input that the network of a Keras file expects.",
)
@click.option("--side", type=click.IntRange(min=1), help="Height and width of the network's input, in pixels.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of all random numbers.")
def fit(
    images: Path,
    folder: Path | None,
    minutes: float,
    name: str | None,
    preprocessing: str,
    side: int | None,
    seed: int,
) -> None:
    """Train a classifier on the images in DIR, and report its accuracy, its problems and what would help.

    DIR holds a folder of images for each class; a CSV of files and labels, a .zip of either, or an .npz file also work.
    The same command continues where an interrupted one stopped. Exit code: 0 if there is a model, 2 if there is none.
    """
    started = time.monotonic()
    folder = folder or Path(f"{_title(images)}-model")
    with report_errors(folder, folder / model_folder.WORK), show_progress() as on_progress:
        if preprocessing != PREPROCESSINGS[0] and Path(name or "").suffix.lower() not in KERAS_FILES:
            message = "--preprocessing applies to the network of a Keras file. Name the file with --backbone."
            raise LabFailure("preprocessing-without-file", message)
        model_folder.check_target(folder, images)
        dataset, network = _read(images, folder, name, preprocessing, side, on_progress)
        describe_dataset(dataset)
        with model_folder.work_folder(folder) as work:
            _start_tensorflow(on_progress)
            from practicum.lab import pipeline, pretrained_models
            from practicum.lab.cache import CheckpointStore, DiskCache

            fitted = pipeline.fit(
                dataset,
                network or pretrained_models.load_backbone(),
                pipeline.FitRequest(_title(images), _name(images), minutes, seed, started=started),
                cache=DiskCache(work),
                checkpoints=CheckpointStore(work),
                on_progress=on_progress,
            )
            sample = dataset.images.pixels[:COMPARED_IMAGES]
            record = model_folder.write_model(fitted, sample, folder, started, on_progress)
    print_summary(record, folder, folder / model_folder.REPORT)


@lab.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the probabilities of all classes as JSON.")
def predict(model: Path, images: tuple[Path, ...], as_json: bool) -> None:
    """Classify IMAGES, files or folders, with the model that `lab fit` wrote to MODEL.

    Exit code: 0 if all images could be read, 1 if some could not, 2 if none could or there is no model.
    """
    with report_errors(model), show_progress() as on_progress:
        from practicum.lab.dataset_reader import read_images

        record = model_folder.load_record(model)
        files, skipped = _image_files(images)
        counting = partial(on_progress, "reading images")
        pixels, names, unreadable = read_images(files, side=record.side, on_progress=counting)
        left_out = [*skipped, *unreadable]
        probabilities = [*_predict(model, record, pixels, on_progress)] if names else []
    print_lines([f"{remark.file}: {remark.text}" for remark in left_out], limit=len(left_out))
    if as_json:
        ranked = [rank_classes(record, row) for row in probabilities]
        rows = [
            {"file": file, "class": ranks[0][0], "probabilities": dict(ranks)}
            for file, ranks in zip(names, ranked, strict=True)
        ]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    elif names:
        print_predictions(record, names, probabilities)
    if not names:
        raise click.exceptions.Exit(CommandError.exit_code)
    if left_out:
        exit_with_no()


@lab.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="HTML file to write. Default: report.html in MODEL.",
)
@click.option("--open", "open_it", is_flag=True, help="Open the report in the browser.")
def report(model: Path, file: Path | None, open_it: bool) -> None:
    """Write the report of the fit in MODEL again, as one HTML file, and print its summary."""
    file = file or model / model_folder.REPORT
    with report_errors(file):
        from practicum.report import html_report

        record = model_folder.load_record(model)
        html_report.write(record, file)
    print_summary(record, model, file)
    if open_it:
        click.launch(str(file.absolute()))


@lab.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--set", "kind", type=click.Choice(["shapes", "emoji"]), default="shapes", show_default=True, help="What to draw."
)
@click.option("--per-class", type=click.IntRange(min=2), default=20, show_default=True, help="Images per class.")
@click.option("--side", type=click.IntRange(min=32), default=96, show_default=True, help="Height and width in pixels.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of all random numbers.")
def draw(folder: Path, kind: str, per_class: int, side: int, seed: int) -> None:
    """Draw images to try `lab fit` with, as PNG files in a folder per class, into the new folder DIR."""
    with report_errors(folder), show_progress() as on_progress:
        from practicum.lab.emoji_drawings import emoji_images
        from practicum.lab.shape_drawings import shapes

        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            fail("target-exists", folder, "already exists; choose a new folder")
        on_progress(f"drawing {kind}", 0, 1)
        images = (shapes if kind == "shapes" else emoji_images)(per_class, seed=seed, side=side)
        _write_images(images, folder, on_progress)
    path = printable_path(folder)
    summary = f"{len(images)} images of {len(images.classes)} classes in {path}"
    click.echo(f"{summary}. Next: practicum lab fit {shlex.quote(path)}")


def _write_images(images: ImageSet, folder: Path, on_progress: StepProgress) -> None:
    """Write PNG files in a folder per class, all or nothing."""
    from PIL import Image

    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".drawing-", dir=folder.parent) as temporary:
        draft = Path(temporary, "images")
        for row, (pixels, label) in enumerate(zip(images.pixels, images.labels, strict=True)):
            file = draft / images.classes[label] / f"{row:05}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(file)
            on_progress("writing images", row + 1, len(images))
        draft.replace(folder)


# --- reading the images for a fit -------------------------------------------------------------------------------------


def _name(images: Path) -> str:
    """The name of the folder or file, as the record has it: where it lies on this machine is not for its readers."""
    return printable_path(Path(images.resolve().name or images))


def _title(images: Path) -> str:
    """The name of the dataset: its folder, or its file without the suffix."""
    name = images.resolve().name
    title = name.removesuffix(images.suffix) if images.is_file() else name
    return printable_path(Path(title)) if name else "images"


def _read(
    images: Path, folder: Path, name: str | None, preprocessing: str, side: int | None, on_progress: StepProgress
) -> tuple[LoadedDataset, Backbone | None]:
    """The dataset, and the network if one is named.

    A named network may determine the side, so TensorFlow starts before the images are read. Otherwise they are read
    first, so that errors in them are reported at once.
    """
    from practicum.lab import dataset_reader

    network = None
    if name is not None:
        dataset_reader.check_dataset(images, exclude=folder)
        _start_tensorflow(on_progress)
        from practicum.lab import pretrained_models

        on_progress(f"loading the network {name}", 0, 1)
        network = pretrained_models.load_backbone(name, preprocessing=preprocessing)  # type: ignore[arg-type]
    min_side, default_side = (network.min_side, network.default_side) if network else (MIN_SIDE, DEFAULT_SIDE)
    read = partial(
        dataset_reader.read_dataset, images, exclude=folder, on_progress=partial(on_progress, "reading images")
    )
    dataset = read(side=side or default_side)
    best_side = side or dataset_reader.choose_side(dataset.sizes, min_side=min_side, default_side=default_side)
    if best_side != dataset.images.side:
        # Small files: reading them again is faster than reading the size of each first.
        dataset = read(side=best_side)
    return dataset, network


def _start_tensorflow(on_progress: StepProgress) -> None:
    """Import TensorFlow without packages that are not used, and without what its C++ code prints about devices."""
    from practicum.lab.output_suppression import suppress_output
    from practicum.lab.unused_packages import hide_unused_packages

    on_progress("starting TensorFlow", 0, 1)
    with suppress_output(), hide_unused_packages(), _no_collections():
        import tensorflow as tf

        from practicum.lab.determinism import make_deterministic

        make_deterministic()
        tf.config.list_logical_devices()


@contextmanager
def _no_collections() -> Iterator[None]:
    """Look for no garbage while modules are imported: their objects stay, and looking takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


# --- predicting -------------------------------------------------------------------------------------------------------


def _image_files(paths: Sequence[Path]) -> tuple[list[Path], list[Remark]]:
    """The given files and all images below the given folders, and remarks on what was skipped."""
    from practicum.lab.image_set import Remark
    from practicum.lab.image_sources import ImageFolder, is_image_name

    files, skipped = [], []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        folder = ImageFolder(path)
        images = [path / name for name in folder.files() if is_image_name(name)]
        files += images
        skipped += [Remark(printable_path(path / remark.file), remark.text, remark.code) for remark in folder.left_out]
        if not images:
            skipped.append(Remark(printable_path(path), "holds no images", "empty-folder"))
    return files, skipped


def _predict(
    model: Path, record: FitRecord, pixels: NDArray[np.uint8], on_progress: StepProgress
) -> NDArray[np.float32]:
    """Probabilities of the images, (n, classes)."""
    file = model / model_folder.MODEL
    if not file.is_file():
        fail("no-model", file, "does not exist; fit again to write it")
    _start_tensorflow(on_progress)
    import keras

    from practicum.lab.features import forward

    on_progress("loading the model", 0, 1)
    try:
        network = keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:  # a damaged file can fail in any way, and each means the same
        fail("damaged-model", file, f"is damaged ({type(error).__name__}); fit again to write it")
    expected = (None, record.side, record.side, 3), (None, len(record.classes))
    if (network.input_shape, network.output_shape) != expected:
        fail("other-model", file, "is another model than that of fit.json; fit again")
    return forward(network, pixels, on_progress=partial(on_progress, "predicting"))
