"""Every export agrees with the model and can be loaded with the given code, or leaves no file."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from practicum.lab.backbones import efficientnet_lite0
from practicum.lab.determinism import make_deterministic
from practicum.lab.export import CLASSES_FILE, TOLERANCE, ExportMismatch, export_model
from practicum.lab.features import forward
from practicum.lab.fit_record import Export
from practicum.lab.image_decoding import decode_image
from practicum.lab.shape_drawings import shapes

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

FILES = ("model.keras", "savedmodel", "model.tflite")
NAMES = ("circle", "été", "two words", "dog", "cat")


def fitted(side: int = 32, seed: int = 0) -> keras.Model:
    """A model as a fit builds it: EfficientNet-Lite0, features of two levels, and a softmax."""
    base = efficientnet_lite0(side, weights="random", seed=seed)
    middle = layers.GlobalAveragePooling2D()(base.get_layer("_blocks.5._bn2").output)
    draw = keras.initializers.RandomNormal(stddev=0.5, seed=seed)
    outputs = layers.Dense(len(NAMES), activation="softmax", kernel_initializer=draw)(
        layers.Concatenate()([base.output, middle])
    )
    return keras.Model(base.input, outputs)


def small(seed: int = 0) -> keras.Model:
    make_deterministic()
    draw = keras.initializers.GlorotUniform(seed=seed)
    outputs = [layers.Flatten(), layers.Dense(5, activation="softmax", kernel_initializer=draw)]
    return keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 255), *outputs])


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return fitted()


@pytest.fixture(scope="module")
def sample() -> np.ndarray:
    return shapes(2, seed=0, side=32).pixels


@pytest.fixture(scope="module")
def exported(
    model: keras.Model, sample: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, tuple[Export, ...]]:
    folder = tmp_path_factory.mktemp("fit") / "new" / "folder"
    exports = export_model(model, folder, sample)
    (folder / CLASSES_FILE).write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    return folder, exports


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def at(file: str, then: Callable[[], object]) -> Callable[[str], None]:
    """A callback that acts when `file` is about to be written."""
    return lambda step: then() if step.endswith(f" {file}") else None


def test_each_format_agrees_with_the_model(exported: tuple[Path, tuple[Export, ...]]) -> None:
    """Three formats, each with its size and measured difference; no other file is left."""
    folder, exports = exported

    assert [one.file for one in exports] == list(FILES)
    assert [one.format for one in exports] == ["Keras", "SavedModel", "LiteRT"]
    assert all(0 <= one.difference <= TOLERANCE for one in exports)
    assert exports[0].bytes == (folder / "model.keras").stat().st_size
    assert exports[1].bytes == sum(
        len(each) for name, each in contents(folder).items() if name.startswith("savedmodel/")
    )
    assert {each.name for each in folder.iterdir()} == {*FILES, CLASSES_FILE}


def test_no_weight_is_written_twice(exported: tuple[Path, tuple[Export, ...]], model: keras.Model) -> None:
    """Each format has four bytes per weight, and less than a fifth more."""
    _folder, exports = exported
    weights = 4 * model.count_params()

    assert all(0.95 * weights < one.bytes < 1.2 * weights for one in exports), [one.bytes / weights for one in exports]


def test_the_optimizer_state_is_not_exported(sample: np.ndarray, tmp_path: Path) -> None:
    """Two numbers per weight would be visible in the size."""
    trained = small()
    trained.compile("adam", "sparse_categorical_crossentropy")
    trained.optimizer.build(trained.trainable_variables)

    exports = export_model(trained, tmp_path, sample)

    assert exports[0].bytes < 2 * 4 * trained.count_params()
    assert trained.optimizer is not None


@dataclass(frozen=True)
class Alone:
    """What a process printed while it exported a small model, and then ran the loading codes of `exported`."""

    stdout: str
    stderr: str
    expected: np.ndarray
    """The pixels of the image, by the lab's own decoder."""
    pixels: tuple[np.ndarray, ...]
    """The same by each loading code."""

    def part(self, output: str, name: str) -> list[str]:
        """The lines between `begin` and `end` of this part."""
        return output[output.index(f"begin {name}\n") : output.index(f"end {name}\n")].splitlines()[1:]


ALONE = """
import os, runpy, sys, warnings
from pathlib import Path
import keras, numpy as np
from practicum.lab.determinism import make_deterministic
make_deterministic()
from practicum.lab.export import export_model
from practicum.lab.features import forward
folder = Path(sys.argv[1])
outputs = [keras.layers.Flatten(), keras.layers.Dense(5, activation="softmax")]
model = keras.Sequential([keras.Input((32, 32, 3)), *outputs])
sample = np.zeros((3, 32, 32, 3), np.uint8)
forward(model, sample)
def say(*words):
    print(*words, flush=True)
    print(*words, file=sys.stderr, flush=True)
with warnings.catch_warnings():
    warnings.simplefilter("always")
    say("begin export")
    export_model(model, folder / "small", sample, on_step=say)
    say("end export")
for number in range(3):
    say("begin", number)
    made = runpy.run_path(str(folder / f"load_{number}.py"))
    say("end", number)
    np.save(folder / f"pixels_{number}.npy", made["pixels"])
"""


@pytest.fixture(scope="module")
def alone(
    exported: tuple[Path, tuple[Export, ...]], model: keras.Model, tmp_path_factory: pytest.TempPathFactory
) -> Alone:
    """One process for all that need one. The image is rotated, partly transparent and not square."""
    folder, exports = exported
    drawn = shapes(4, seed=3, side=600).pixels
    seen = forward(model, shapes(4, seed=3, side=32).pixels).argmax(axis=1)
    rare = int(np.flatnonzero(seen != np.bincount(seen).argmax())[0])
    image = Image.fromarray(drawn[rare]).convert("RGBA")
    image.paste((0, 0, 0, 0), (150, 150, 250, 250))
    wide = Image.new("RGBA", (1001, 600), "red")
    wide.paste(image, (200, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    wide.save(folder / "image.jpg", "PNG", exif=exif)
    expected = decode_image((folder / "image.jpg").read_bytes(), side=32).pixels

    scripts = tmp_path_factory.mktemp("scripts")
    for number, export in enumerate(exports):
        (scripts / f"load_{number}.py").write_text(export.load, encoding="utf-8")
    loud = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-c", ALONE, scripts]
    ran = subprocess.run(command, cwd=folder, env=loud, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    pixels = tuple(np.load(scripts / f"pixels_{number}.npy")[0] for number in range(3))
    return Alone(ran.stdout, ran.stderr, expected, pixels)


@pytest.mark.parametrize("which", range(3), ids=FILES)
def test_the_loading_code_predicts_like_the_model(which: int, alone: Alone, model: keras.Model) -> None:
    """It prints the class, and its pixels are those of the lab's own decoder."""
    assert alone.part(alone.stdout, str(which)) == [NAMES[forward(model, alone.expected[None]).argmax()]]
    assert np.abs(alone.pixels[which] - alone.expected).mean() < 0.5


def test_prints_nothing_but_the_progress(alone: Alone) -> None:
    """Neither Python nor TensorFlow's C++ code prints."""
    steps = [f"writing and verifying {file}" for file in FILES]

    assert alone.part(alone.stdout, "export") == steps
    assert alone.part(alone.stderr, "export") == steps


@keras.saving.register_keras_serializable("practicum.tests")
class Forgetful(layers.Layer):
    """A layer with a number that is not saved."""

    gain = 1.0

    def call(self, inputs: Any) -> Any:
        return inputs * self.gain


@pytest.mark.parametrize("gain", [5.0, float("nan")])
@pytest.mark.parametrize("file", FILES)
def test_rejects_an_export_that_disagrees(
    file: str, gain: float, sample: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The former export is kept, and no draft is left."""
    head = small()
    changing = keras.Sequential([head.inputs[0], *head.layers[:-1], Forgetful(), head.layers[-1]])
    export_model(small(seed=1), tmp_path, sample)
    before = contents(tmp_path)

    with pytest.raises(ExportMismatch) as error:
        export_model(changing, tmp_path, sample, on_step=at(file, lambda: monkeypatch.setattr(Forgetful, "gain", gain)))

    after = contents(tmp_path)
    assert error.value.code == "export-mismatch"
    assert error.value.file == tmp_path / file
    assert not error.value.difference <= TOLERANCE
    assert after.keys() == before.keys()
    assert all(after[name] == before[name] for name in before if name.startswith(file))
    assert {each.name for each in tmp_path.iterdir()} == set(FILES)


@contextmanager
def full_disk() -> Iterator[Callable[[], None]]:
    """A function after which no file may grow beyond 4096 bytes, until the context ends."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("file", FILES)
def test_a_full_disk_keeps_the_former_export(file: str, sample: np.ndarray, tmp_path: Path) -> None:
    """The OSError names the file, whichever library raised it."""
    export_model(small(), tmp_path, sample)
    before = contents(tmp_path)

    with full_disk() as fill, pytest.raises(OSError, match=str(tmp_path / file)):
        export_model(small(seed=1), tmp_path, sample, on_step=at(file, fill))

    after = contents(tmp_path)
    assert after.keys() == before.keys()
    assert all(after[name] == before[name] for name in before if name.startswith(file))
    assert {each.name for each in tmp_path.iterdir()} == set(FILES)


@pytest.mark.parametrize(
    ("file", "inside"), [("model.keras", "notes"), ("savedmodel", None), ("savedmodel", "notes"), ("model.tflite", "n")]
)
def test_never_replaces_other_files(file: str, inside: str | None, sample: np.ndarray, tmp_path: Path) -> None:
    """A folder in place of a file, a file in place of a folder, and a folder of other files."""
    kept = tmp_path / file if inside is None else tmp_path / file / inside
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("mine")

    with pytest.raises(OSError, match=file):
        export_model(small(), tmp_path, sample)

    assert kept.read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


def test_a_folder_that_cannot_be_created_raises_os_error(sample: np.ndarray, tmp_path: Path) -> None:
    """A file has its name."""
    (tmp_path / "fit").write_text("mine")

    with pytest.raises(OSError, match="fit"):
        export_model(small(), tmp_path / "fit", sample)


def test_replaces_a_former_export_completely(sample: np.ndarray, tmp_path: Path) -> None:
    """Nothing of the old model is left."""
    export_model(small(seed=1), tmp_path, sample)
    (tmp_path / "savedmodel" / "assets" / "old").touch()
    steps: list[str] = []

    exports = export_model(small(seed=2), tmp_path, sample, on_step=steps.append)

    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    assert np.array_equal(forward(loaded, sample), forward(small(seed=2), sample))
    assert not (tmp_path / "savedmodel" / "assets" / "old").exists()
    assert [file for step, file in zip(steps, FILES, strict=True) if file in step] == list(FILES)
    assert len(exports) == 3


def test_rejects_an_empty_sample(sample: np.ndarray, tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(ValueError, match="sample"):
        export_model(small(), tmp_path / "fit", sample[:0])

    assert not (tmp_path / "fit").exists()
