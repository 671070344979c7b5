"""A fitted model in three formats, each loaded again and compared with the model before it takes its place."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from practicum.lab.features import forward
from practicum.lab.fit_record import Export
from practicum.lab.output_suppression import suppress_output

TOLERANCE = 1e-4
"""The largest difference of a probability that counts as agreeing."""
CLASSES_FILE = "classes.txt"
"""What the Python that loads a model reads the names of its classes from: one a line, in the model's order."""

Probabilities = NDArray[np.float32]


class ExportMismatch(RuntimeError):
    """A file, loaded again, gives other probabilities than the model. The message names format, file and difference."""


def export_model(
    model: keras.Model, folder: Path, sample: NDArray[np.uint8], *, progress: Callable[[str], None] | None = None
) -> tuple[Export, ...]:
    """Write `model` into `folder`, which is made where it is missing, for Keras, for TensorFlow and for LiteRT.

    `model` takes pixels float32 (n, side, side, 3) of 0 to 255 and gives probabilities (n, classes). `sample` is a few
    pictures, (n, side, side, 3), to compare by. `progress` is told what is done, before each format. Each format takes
    its place, and that of a former export, when it is whole and agrees to within `TOLERANCE`; so one that fails leaves
    its former export as it was, and those before it stay. The Python that loads them reads the classes' names from
    `CLASSES`, which is the caller's to write.

    What TensorFlow says meanwhile is held back. As stdout and stderr belong to the whole process, this holds back what
    other threads print too.

    Raises Disagreement; OSError where a file cannot be written or something else is in its place; ValueError for a
    sample of no pictures.
    """
    if not len(sample):
        raise ValueError("there is no picture to compare the exports by; give a few that the model takes as sample")
    folder.mkdir(parents=True, exist_ok=True)
    with _quiet():
        expected = forward(model, sample)
    with TemporaryDirectory(prefix=".export-", dir=folder) as drafts:
        return tuple(_export(each, model, folder, Path(drafts), sample, expected, progress) for each in FORMATS)


@dataclass(frozen=True)
class _Format:
    name: str
    file: str
    write: Callable[[keras.Model, Path], None]
    read: Callable[[Path, NDArray[np.uint8]], Probabilities]
    """The probabilities that the file gives for pictures."""
    imports: str
    predict: str
    """Python from the file's name and `pixels` (1, side, side, 3) to `probabilities` (1, classes)."""


def _export(
    form: _Format,
    model: keras.Model,
    folder: Path,
    drafts: Path,
    sample: NDArray[np.uint8],
    expected: Probabilities,
    progress: Callable[[str], None] | None,
) -> Export:
    draft, place = drafts / form.file, folder / form.file
    if progress is not None:
        progress(f"writing {form.file} and comparing it with the model")
    with _quiet():
        try:
            form.write(model, draft)
        except OSError as error:
            error.filename = str(place)  # rather than the draft, which is gone by now, or no file at all
            raise
        except tf.errors.OpError as error:  # TensorFlow's own word for what goes wrong with a disk
            raise OSError(f"{place} cannot be written: {error.message}") from error
        difference = float(np.abs(form.read(draft, sample) - expected).max())
    if not difference <= TOLERANCE:  # so that nan, too, is a disagreement
        raise ExportMismatch(
            f"{place}: loaded again, the model in the format {form.name} gives probabilities that differ by up to "
            f"{difference:.2g} from the fitted model's, where {TOLERANCE:g} is allowed; it was not kept. "
            "Look for a layer whose get_config leaves something out, or for outputs that are not finite"
        )
    _put(draft, place)
    return Export(form.name, form.file, _bytes(place), difference, _snippet(form, model.input_shape[1]))


def _put(draft: Path, place: Path) -> None:
    """Move the draft to its place, a former one out of it; what is no former export stays, and OSError is raised."""
    if not (draft.is_dir() and place.is_dir()):
        draft.replace(place)
        return
    # A folder cannot be moved onto a full one, so the former one steps aside, among the drafts.
    if any(place.iterdir()) and not (place / "saved_model.pb").is_file():
        raise FileExistsError(f"{place} is a folder that holds something else than a SavedModel; move it away")
    former = place.rename(draft.with_name("former"))
    try:
        draft.rename(place)
    except OSError:
        former.rename(place)
        raise


def _bytes(place: Path) -> int:
    files = [place] if place.is_file() else place.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what is said, and what is warned of though it is as it should be."""
    with suppress_output(), warnings.catch_warnings():
        # Keras 3.15 reads TensorFlow 2.21's variables in a way that NumPy 2 deprecates.
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning)
        # The interpreter is to move to a package of its own; the one that comes with TensorFlow needs no other.
        warnings.filterwarnings("ignore", r"\s*Warning: tf\.lite\.Interpreter is deprecated", UserWarning)
        yield


# --- the formats ---------------------------------------------------------------------------------------------------


def _write_keras(model: keras.Model, path: Path) -> None:
    # The same layers as a model that was never compiled: else the optimizer's memory would be saved with them.
    keras.Model(model.inputs, model.outputs, name=model.name).save(path)


def _read_keras(path: Path, pictures: NDArray[np.uint8]) -> Probabilities:
    return forward(keras.saving.load_model(path, compile=False, safe_mode=True), pictures)


def _served(model: keras.Model) -> tf.Module:
    """The model for inference, without Keras: `serve` takes `pixels` and gives a dict with `probabilities`.

    Instead of Keras's own `Model.export`: that refuses layers whose names begin with an underscore, as
    EfficientNet-Lite0's do, and writes each weight twice (Keras 3.15). So here the weights are TensorFlow's, with
    names of their own, and the layers' names stand in a scope, where they may begin as they like.
    """
    served = tf.Module()
    served.trainable = [tf.Variable(weight.value) for weight in model.trainable_variables]
    served.frozen = [tf.Variable(weight.value, trainable=False) for weight in model.non_trainable_variables]
    signature = [tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name="pixels")]

    def serve(pixels: tf.Tensor) -> dict[str, tf.Tensor]:
        with tf.name_scope("network"):
            probabilities, _ = model.stateless_call(served.trainable, served.frozen, pixels, training=False)
        return {"probabilities": probabilities}

    served.serve = tf.function(serve, input_signature=signature, autograph=False)
    return served


def _write_savedmodel(model: keras.Model, path: Path) -> None:
    served = _served(model)
    tf.saved_model.save(served, path, signatures=served.serve.get_concrete_function())


def _read_savedmodel(path: Path, pictures: NDArray[np.uint8]) -> Probabilities:
    served = tf.saved_model.load(path)
    probabilities: Probabilities = served.serve(pictures.astype(np.float32))["probabilities"].numpy()
    return probabilities


def _write_tflite(model: keras.Model, path: Path) -> None:
    served = _served(model)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([served.serve.get_concrete_function()], served)
    path.write_bytes(converter.convert())


def _read_tflite(path: Path, pictures: NDArray[np.uint8]) -> Probabilities:
    predict = tf.lite.Interpreter(str(path)).get_signature_runner()
    probabilities: Probabilities = predict(pixels=pictures.astype(np.float32))["probabilities"]
    return probabilities


FORMATS = (
    _Format(
        "Keras",
        "model.keras",
        _write_keras,
        _read_keras,
        "import keras\nimport numpy as np",
        'model = keras.saving.load_model("model.keras", compile=False)\n'
        "probabilities = model.predict(pixels, verbose=0)",
    ),
    _Format(
        "SavedModel",
        "savedmodel",
        _write_savedmodel,
        _read_savedmodel,
        "import numpy as np\nimport tensorflow as tf",
        'model = tf.saved_model.load("savedmodel")\nprobabilities = model.serve(pixels)["probabilities"].numpy()',
    ),
    _Format(
        "LiteRT",
        "model.tflite",
        _write_tflite,
        _read_tflite,
        "import numpy as np\nimport tensorflow as tf",
        'predict = tf.lite.Interpreter("model.tflite").get_signature_runner()\n'
        'probabilities = predict(pixels=pixels)["probabilities"]',
    ),
)


# --- the Python that loads them ------------------------------------------------------------------------------------

# The picture is made square as `decoding.fit` does it for crop="centre", so that the model sees what it was fitted on.
LOAD_TEMPLATE = """\
# Run it in the folder that holds {file} and {classes}, with a picture.
from pathlib import Path

{imports}
from PIL import Image, ImageOps

PICTURE = "picture.jpg"
SIDE = {side}  # pixels

with Image.open(PICTURE) as file:
    upright = ImageOps.exif_transpose(file).convert("RGBA")
picture = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB")
short = min(picture.size)
left, top = (picture.width - short) / 2, (picture.height - short) / 2
middle = (left, top, left + short, top + short)
square = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, middle, reducing_gap=3.0)
pixels = np.asarray(square, np.float32)[np.newaxis]  # from 0 to 255: the model does its preprocessing itself

{predict}
names = Path("{classes}").read_text(encoding="utf-8").splitlines()
print(names[probabilities[0].argmax()])
"""


def _snippet(form: _Format, side: int) -> str:
    return LOAD_TEMPLATE.format(
        file=form.file, classes=CLASSES_FILE, imports=form.imports, side=side, predict=form.predict
    )
