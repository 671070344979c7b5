"""Export a model as a Keras file, a SavedModel and a LiteRT file, each verified by loading it again."""

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

from practicum.lab.errors import LabError
from practicum.lab.features import forward
from practicum.lab.fit_record import Export
from practicum.lab.output_suppression import suppress_output

TOLERANCE = 1e-4
"""The largest difference of a probability between a file and the model that is accepted."""
CLASSES_FILE = "classes.txt"
"""The file with the names of the classes, one per line in the order of the model's outputs."""

Probabilities = NDArray[np.float32]


class ExportMismatch(LabError):
    """A file, loaded again, returns other probabilities than the model.

    Code: `export-mismatch`.
    """

    def __init__(self, file: Path, format_name: str, difference: float) -> None:
        super().__init__(
            "export-mismatch",
            f"{file}: the probabilities of the {format_name} file differ from the model's by up to {difference:.2g}; "
            f"the limit is {TOLERANCE:g}. The file was not kept. Look for a layer whose get_config is incomplete, or "
            "for outputs that are not finite.",
        )
        self.file = file
        self.difference = difference


def export_model(
    model: keras.Model, folder: Path, sample: NDArray[np.uint8], *, on_step: Callable[[str], None] | None = None
) -> tuple[Export, ...]:
    """Export the model in every format, and verify each file.

    A format replaces a former export when it is complete and agrees with the model to within `TOLERANCE`. If one fails,
    its former export stays as it was, and formats before it stay exported. The Python code that loads a file reads the
    names of the classes from `CLASSES_FILE`, which the caller must write.

    TensorFlow's output is discarded meanwhile, and so is that of other threads, as stdout and stderr belong to the
    whole process.

    Args:
        model: Takes pixels float32 (n, side, side, 3) of 0 to 255, and returns probabilities (n, classes).
        folder: Created if it is missing.
        sample: A few images, (n, side, side, 3), for which the probabilities are compared.
        on_step: Called with the name of the step before each format.

    Raises:
        ExportMismatch: A file returns other probabilities.
        OSError: A file cannot be written, or something else is in its place.
        ValueError: The sample is empty.
    """
    if not len(sample):
        raise ValueError("the sample is empty; pass a few images to compare the exports with the model")
    folder.mkdir(parents=True, exist_ok=True)
    with _without_output():
        expected = forward(model, sample)
    with TemporaryDirectory(prefix=".export-", dir=folder) as drafts:
        return tuple(_export(form, model, folder, Path(drafts), sample, expected, on_step) for form in FORMATS)


@dataclass(frozen=True)
class _ExportFormat:
    name: str
    file: str
    write: Callable[[keras.Model, Path], None]
    read: Callable[[Path, NDArray[np.uint8]], Probabilities]
    """Returns the probabilities of the file for images."""
    imports: str
    predict: str
    """Python code from the file and `pixels` (1, side, side, 3) to `probabilities` (1, classes)."""


def _export(
    form: _ExportFormat,
    model: keras.Model,
    folder: Path,
    drafts: Path,
    sample: NDArray[np.uint8],
    expected: Probabilities,
    on_step: Callable[[str], None] | None,
) -> Export:
    draft, target = drafts / form.file, folder / form.file
    if on_step is not None:
        on_step(f"writing and verifying {form.file}")
    with _without_output():
        try:
            form.write(model, draft)
        except OSError as error:
            error.filename = str(target)  # rather than the draft, which is deleted, or no file at all
            raise
        except tf.errors.OpError as error:  # TensorFlow's own errors for a full or broken disk
            raise OSError(f"{target} cannot be written: {error.message}") from error
        difference = float(np.abs(form.read(draft, sample) - expected).max())
    if not difference <= TOLERANCE:  # so that nan counts as a mismatch too
        raise ExportMismatch(target, form.name, difference)
    _replace(draft, target)
    return Export(form.name, form.file, _size(target), difference, _loading_code(form, model.input_shape[1]))


def _replace(draft: Path, target: Path) -> None:
    """Replace a former export by the draft. Raises OSError if the target is anything else."""
    if not (draft.is_dir() and target.is_dir()):
        draft.replace(target)
        return
    # A folder cannot be moved onto a non-empty one, so the former one is first moved to the drafts.
    if any(target.iterdir()) and not (target / "saved_model.pb").is_file():
        raise FileExistsError(f"{target} holds something other than a SavedModel; move it away")
    former = target.rename(draft.with_name("former"))
    try:
        draft.rename(target)
    except OSError:
        former.rename(target)
        raise


def _size(target: Path) -> int:
    """The size of a file, or of all files in a folder, in bytes."""
    files = [target] if target.is_file() else target.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


@contextmanager
def _without_output() -> Iterator[None]:
    """Discard output, and ignore warnings that do not apply."""
    with suppress_output(), warnings.catch_warnings():
        # Keras 3.15 reads TensorFlow 2.21's variables in a way that NumPy 2 deprecates.
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning)
        # The interpreter will move to a separate package; the one in TensorFlow needs no other.
        warnings.filterwarnings("ignore", r"\s*Warning: tf\.lite\.Interpreter is deprecated", UserWarning)
        yield


# --- the formats -----------------------------------------------------------------------------------------------------


def _write_keras(model: keras.Model, path: Path) -> None:
    # A new model of the same layers, never compiled: else the state of the optimizer would be saved too.
    keras.Model(model.inputs, model.outputs, name=model.name).save(path)


def _read_keras(path: Path, images: NDArray[np.uint8]) -> Probabilities:
    return forward(keras.saving.load_model(path, compile=False, safe_mode=True), images)


def _inference_module(model: keras.Model) -> tf.Module:
    """The model for inference, without Keras: `serve` takes `pixels` and returns a dict with `probabilities`.

    Keras's own `Model.export` refuses layers whose names start with an underscore, as those of EfficientNet-Lite0 do,
    and writes each weight twice (Keras 3.15). Here, the weights are TensorFlow variables with their own names, and the
    names of the layers are inside a scope, where they may start with any character.
    """
    module = tf.Module()
    module.trainable = [tf.Variable(weight.value) for weight in model.trainable_variables]
    module.frozen = [tf.Variable(weight.value, trainable=False) for weight in model.non_trainable_variables]
    signature = [tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name="pixels")]

    def serve(pixels: tf.Tensor) -> dict[str, tf.Tensor]:
        with tf.name_scope("network"):
            probabilities, _ = model.stateless_call(module.trainable, module.frozen, pixels, training=False)
        return {"probabilities": probabilities}

    module.serve = tf.function(serve, input_signature=signature, autograph=False)
    return module


def _write_savedmodel(model: keras.Model, path: Path) -> None:
    module = _inference_module(model)
    tf.saved_model.save(module, path, signatures=module.serve.get_concrete_function())


def _read_savedmodel(path: Path, images: NDArray[np.uint8]) -> Probabilities:
    module = tf.saved_model.load(path)
    probabilities: Probabilities = module.serve(images.astype(np.float32))["probabilities"].numpy()
    return probabilities


def _write_tflite(model: keras.Model, path: Path) -> None:
    module = _inference_module(model)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([module.serve.get_concrete_function()], module)
    path.write_bytes(converter.convert())


def _read_tflite(path: Path, images: NDArray[np.uint8]) -> Probabilities:
    predict = tf.lite.Interpreter(str(path)).get_signature_runner()
    probabilities: Probabilities = predict(pixels=images.astype(np.float32))["probabilities"]
    return probabilities


FORMATS = (
    _ExportFormat(
        "Keras",
        "model.keras",
        _write_keras,
        _read_keras,
        "import keras\nimport numpy as np",
        'model = keras.saving.load_model("model.keras", compile=False)\n'
        "probabilities = model.predict(pixels, verbose=0)",
    ),
    _ExportFormat(
        "SavedModel",
        "savedmodel",
        _write_savedmodel,
        _read_savedmodel,
        "import numpy as np\nimport tensorflow as tf",
        'model = tf.saved_model.load("savedmodel")\nprobabilities = model.serve(pixels)["probabilities"].numpy()',
    ),
    _ExportFormat(
        "LiteRT",
        "model.tflite",
        _write_tflite,
        _read_tflite,
        "import numpy as np\nimport tensorflow as tf",
        'predict = tf.lite.Interpreter("model.tflite").get_signature_runner()\n'
        'probabilities = predict(pixels=pixels)["probabilities"]',
    ),
)


# --- the Python code that loads them ---------------------------------------------------------------------------------

# The image is cropped as `image_decoding.resize_to_square` does it for crop="centre": as in training.
LOAD_TEMPLATE = """\
# Run this in the folder that holds {file}, {classes} and the image.
from pathlib import Path

{imports}
from PIL import Image, ImageOps

IMAGE = "image.jpg"
SIDE = {side}  # pixels

with Image.open(IMAGE) as file:
    upright = ImageOps.exif_transpose(file).convert("RGBA")
rgb = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB")
short = min(rgb.size)
left, top = (rgb.width - short) / 2, (rgb.height - short) / 2
centre = (left, top, left + short, top + short)
square = rgb.resize((SIDE, SIDE), Image.Resampling.BICUBIC, centre, reducing_gap=3.0)
pixels = np.asarray(square, np.float32)[np.newaxis]  # from 0 to 255: the model contains the preprocessing

{predict}
names = Path("{classes}").read_text(encoding="utf-8").splitlines()
print(names[probabilities[0].argmax()])
"""


def _loading_code(form: _ExportFormat, side: int) -> str:
    return LOAD_TEMPLATE.format(
        file=form.file, classes=CLASSES_FILE, imports=form.imports, side=side, predict=form.predict
    )
