"""`practicum lab`: the best model that one's own pictures allow, with an error bar and an explanation."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from practicum.commands import lab_messages as say
from practicum.commands import model_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from practicum.lab.dataset_reader import LoadedDataset
    from practicum.lab.fit_record import FitRecord
    from practicum.lab.image_set import Remark
    from practicum.lab.prepared_set import StepProgress
    from practicum.lab.pretrained_models import Backbone

PREPROCESSINGS = ("0-255", "0-1", "-1-1", "caffe", "torch")
KERAS_FILES = (".keras", ".h5")
DEFAULT_MINUTES = 10.0
LEAST_SIDE, USUAL_SIDE = 32, 224
"""Those of the network that is taken unless another is named: pictures are read before TensorFlow can be asked."""
COMPARED_BY = 20
"""Pictures by which exports are compared with the model."""


@click.group()
def lab() -> None:
    """Transfer learning on your own pictures: the best model they allow, with an error bar and an explanation."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@lab.command()
@click.argument("pictures", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Where the model goes.")
@click.option(
    "--minutes",
    type=click.FloatRange(min=0),
    default=DEFAULT_MINUTES,
    show_default=True,
    help="Time for what is tried beyond the probes: drawn views, fine-tuning.",
)
@click.option("--backbone", "name", metavar="NAME", help="The pretrained network to build on.")
@click.option(
    "--preprocessing",
    type=click.Choice(PREPROCESSINGS),
    default="0-255",
    show_default=True,
    help="What the network of a Keras file wants to be given.",
)
@click.option("--side", type=click.IntRange(min=1), help="Height and width that pictures are brought to, in pixels.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What chance is drawn from.")
def fit(
    pictures: Path,
    folder: Path | None,
    minutes: float,
    name: str | None,
    preprocessing: str,
    side: int | None,
    seed: int,
) -> None:
    """Learn to tell pictures apart, and say how well, how surely, and what would help.

    DIR holds a folder of pictures for each class; a CSV of files and labels, a .zip of either, or an .npz will do too.
    The same command goes on where an interrupted one stopped. Exit code: 0 if there is a model, 2 if there is none.
    """
    started = time.monotonic()
    folder = folder or Path(f"{_title(pictures)}-model")
    with say.clear_errors(folder, folder / model_folder.WORK), say.progress() as tell:
        if preprocessing != PREPROCESSINGS[0] and Path(name or "").suffix.lower() not in KERAS_FILES:
            say.give_up("--preprocessing is for the network of a Keras file; name that file with --backbone")
        model_folder.check(folder, pictures)
        read, named = _read(pictures, folder, name, preprocessing, side, tell)
        say.describe(read)
        with model_folder.made(folder) as work:
            _start(tell)
            from practicum.lab import pipeline, pretrained_models
            from practicum.lab.cache import CheckpointStore, DiskCache

            request = pipeline.FitRequest(_title(pictures), say.name(pictures), minutes, seed, started=started)
            made = pipeline.fit(
                read,
                named or pretrained_models.load_backbone(),
                request,
                cache=DiskCache(work),
                steps=CheckpointStore(work),
                tell=tell,
            )
            told = model_folder.keep(made, read.images.pixels[:COMPARED_BY], folder, started, tell)
    say.conclude(told, folder, folder / model_folder.REPORT)


@lab.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print every class's probability, as JSON.")
def predict(model: Path, pictures: tuple[Path, ...], as_json: bool) -> None:
    """Say which class each of PICTURES, files or folders, belongs to, with the model that `lab fit` left in MODEL.

    Exit code: 0 if all could be read, 1 if some could not, 2 if none could or there is no model.
    """
    with say.clear_errors(model), say.progress() as tell:
        from practicum.lab.dataset_reader import read_images

        told = model_folder.told_in(model)
        files, nothing = _files(pictures)
        pixels, names, unreadable = read_images(files, side=told.side, progress=partial(tell, "reading pictures"))
        left_out = [*nothing, *unreadable]
        probabilities = [*_probabilities(model, told, pixels, tell)] if names else []
    say.lines([f"{remark.file}: {remark.what}" for remark in left_out], most=len(left_out))
    if as_json:
        ranked = [say.likeliest(told, row) for row in probabilities]
        rows = [
            {"file": file, "class": ranks[0][0], "probabilities": dict(ranks)}
            for file, ranks in zip(names, ranked, strict=True)
        ]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    elif names:
        say.table(told, names, probabilities)
    sys.exit(say.COULD_NOT if not names else 1 if left_out else 0)


@lab.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="The HTML file to write.")
@click.option("--open", "open_it", is_flag=True, help="Show it in the browser.")
def report(model: Path, file: Path | None, open_it: bool) -> None:
    """Write the report of the fit in MODEL again, one HTML file, and say what it found."""
    file = file or model / model_folder.REPORT
    with say.clear_errors(file):
        from practicum.report import html_report

        told = model_folder.told_in(model)
        html_report.write(told, file)
    say.conclude(told, model, file)
    if open_it:
        click.launch(str(file.absolute()))


@lab.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--set", "kind", type=click.Choice(["shapes", "emoji"]), default="shapes", show_default=True, help="What is drawn."
)
@click.option("--per-class", type=click.IntRange(min=2), default=20, show_default=True, help="Pictures of each class.")
@click.option("--side", type=click.IntRange(min=32), default=96, show_default=True, help="Height and width in pixels.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What chance is drawn from.")
def draw(folder: Path, kind: str, per_class: int, side: int, seed: int) -> None:
    """Draw pictures to try `lab fit` with, a folder of PNG files for each class, into the new folder DIR."""
    with say.clear_errors(folder), say.progress() as tell:
        from PIL import Image

        from practicum.lab.emoji_drawings import emoji_images
        from practicum.lab.shape_drawings import shapes

        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            say.give_up(f"{say.name(folder)}: is there already; name a new folder")
        tell(f"drawing {kind}", 0, 1)
        drawn = (shapes if kind == "shapes" else emoji_images)(per_class, seed=seed, side=side)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".drawing-", dir=folder.parent) as draft:
            whole = Path(draft, "whole")
            for row, (pixels, label) in enumerate(zip(drawn.pixels, drawn.labels, strict=True)):
                file = whole / drawn.classes[label] / f"{row:05}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(file)
                tell("writing pictures", row + 1, len(drawn))
            whole.replace(folder)
    shown = say.name(folder)
    made = f"{len(drawn)} pictures of {len(drawn.classes)} classes in {shown}"
    click.echo(f"{made}; now: practicum lab fit {shlex.quote(shown)}")


# --- before a fit -----------------------------------------------------------------------------------------------------


def _title(pictures: Path) -> str:
    """What the set is called: its folder, or its file without the ending."""
    name = pictures.resolve().name
    return say.name(Path(name.removesuffix(pictures.suffix) if pictures.is_file() else name)) if name else "pictures"


def _read(
    pictures: Path, folder: Path, name: str | None, preprocessing: str, side: int | None, tell: StepProgress
) -> tuple[LoadedDataset, Backbone | None]:
    """The pictures, and the network if one was named: it may say the side, so TensorFlow starts before they are read.

    Otherwise they are read before TensorFlow starts, so that what is wrong with them is told at once.
    """
    from practicum.lab import dataset_reader

    named = None
    if name is not None:
        dataset_reader.check_dataset(pictures, apart=folder)
        _start(tell)
        from practicum.lab import pretrained_models

        tell(f"looking for the network {name}", 0, 1)
        named = pretrained_models.load_backbone(name, preprocessing=preprocessing)  # type: ignore[arg-type]
    least, usual = (named.least_side, named.usual_side) if named else (LEAST_SIDE, USUAL_SIDE)
    counting = partial(tell, "reading pictures")
    read = dataset_reader.read_dataset(pictures, side=side or usual, apart=folder, progress=counting)
    better = side or dataset_reader.choose_side(read.sizes, least=least, usual=usual)
    if better != read.images.side:
        # Small files: reading them again is quicker than looking into each before.
        read = dataset_reader.read_dataset(pictures, side=better, apart=folder, progress=counting)
    return read, named


def _start(tell: StepProgress) -> None:
    """Start TensorFlow, whose C++ tells meanwhile of each device that it finds or misses, whatever it is asked."""
    from practicum.lab.output_suppression import suppress_output

    tell("starting TensorFlow", 0, 1)
    with suppress_output():
        import tensorflow as tf

        from practicum.lab.determinism import make_deterministic

        make_deterministic()
        tf.config.list_logical_devices()


# --- a model that is there --------------------------------------------------------------------------------------------


def _files(named: Sequence[Path]) -> tuple[list[Path], list[Remark]]:
    """The files that were named and all pictures below the folders that were, and what was not looked into."""
    from practicum.lab.image_set import Remark
    from practicum.lab.image_sources import ImageFolder, is_image_name

    found, left_out = [], []
    for one in named:
        if not one.is_dir():
            found.append(one)
            continue
        folder = ImageFolder(one)
        inside = [one / name for name in folder.files() if is_image_name(name)]
        found += inside
        left_out += [Remark(say.name(one / remark.file), remark.what) for remark in folder.left_out]
        if not inside:
            left_out.append(Remark(say.name(one), "holds no pictures"))
    return found, left_out


def _probabilities(model: Path, told: FitRecord, pixels: NDArray[np.uint8], tell: StepProgress) -> NDArray[np.float32]:
    """What the model makes of pictures, (n, classes)."""
    file = model / model_folder.MODEL
    if not file.is_file():
        say.give_up(f"{say.name(file)}: is not there; fit again to write it anew")
    _start(tell)
    import keras

    from practicum.lab.features import forward

    tell("loading the model", 0, 1)
    try:
        network = keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as reason:  # a damaged file can fail in any way, and each means the same
        say.give_up(f"{say.name(file)}: is damaged ({type(reason).__name__}); fit again to write it anew")
    if network.output_shape != (None, len(told.classes)) or network.input_shape != (None, told.side, told.side, 3):
        say.give_up(f"{say.name(file)}: is another model than the one that fit.json tells of; fit again")
    return forward(network, pixels, progress=partial(tell, "looking at each picture"))
