"""The commands of `practicum lab`: results, resuming, and every error."""

from __future__ import annotations

import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import copytree
from typing import Any, NoReturn

import numpy as np
import pytest
from click.testing import CliRunner, Result

from practicum.commands.lab import DEFAULT_SIDE, PREPROCESSINGS, lab
from practicum.commands.lab_messages import LabFailure
from practicum.lab import fit_record
from practicum.lab.dataset_reader import read_dataset
from practicum.lab.errors import LabError
from practicum.report import summary
from tests.lab import records
from tests.lab.test_image_decoding import header

QUICK = ("--side", "48", "--minutes", "0")
CLASSES = ("blauer Kreis", "星")
"""With a space, and with letters that ASCII lacks."""


def real(test: Callable[..., None]) -> Callable[..., None]:
    """Marks a test that starts TensorFlow."""
    return pytest.mark.tensorflow(pytest.mark.slow(test))


def call(*words: str | Path) -> Result:
    """The command, run in this process."""
    return CliRunner().invoke(lab, [str(word) for word in words])


def failure(*words: str | Path) -> LabFailure:
    """The error with which the command fails in this process."""
    done = CliRunner().invoke(lab, [str(word) for word in words], standalone_mode=False)
    assert isinstance(done.exception, LabFailure), done
    assert (done.exception.exit_code, done.stdout) == (2, "")
    return done.exception


def typed(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "practicum", "lab", *map(str, words)]


@contextmanager
def file_size_limit(most: int) -> Iterator[None]:
    """No file may grow beyond `most` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six images of each of two classes."""
    made = tmp_path_factory.mktemp("drawn") / "shapes"
    assert call("draw", made, "--per-class", "6", "--side", "48").exit_code == 0
    folder = made.with_name("two shapes")
    for shape, name in zip(("circle", "star"), CLASSES, strict=True):
        copytree(made / shape, folder / name)
    return folder


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Options with which a fit takes moments: the network of a small Keras file."""
    from tests.lab.small import SIDE, small_network

    file = tmp_path_factory.mktemp("network") / "small.keras"
    with warnings.catch_warnings():
        # TensorFlow's variables and NumPy 2, where Keras saves.
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        small_network().save(file)
    return "--backbone", str(file), "--side", str(SIDE), "--minutes", "0"


@pytest.fixture
def images(drawn: Path, tmp_path: Path) -> Path:
    """A copy of them to change."""
    return copytree(drawn, tmp_path / "images")


@pytest.fixture
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow cannot be imported."""
    monkeypatch.setitem(sys.modules, "tensorflow", None)


# --- a fit that goes well --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fitted:
    """A fit that was interrupted and run again on a terminal: its outputs and files."""

    words: tuple[str | Path, ...]
    """The command."""
    images: Path
    model: Path
    interrupted: subprocess.CompletedProcess[str]
    kept: set[str]
    """What lay there after the first time."""
    finished: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def fitted(drawn: Path, quick: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    """A model inside the folder of its images, which also holds unreadable files."""
    images = copytree(drawn, tmp_path_factory.mktemp("fitted") / "images")
    star = images / CLASSES[1]
    whole = next(star.iterdir()).read_bytes()
    (star / "cut.png").write_bytes(whole[: len(whole) // 2])
    (star / "none.jpg").write_text("no image")
    (star / "outside.png").symlink_to(next((drawn / CLASSES[1]).iterdir()))
    (star / "huge.png").write_bytes(header(20_000, 10_000))
    model = images / "model"
    words = ("fit", images, "--to", model, *quick)
    interrupted = stopped(lambda: any(model.glob("work/*.npy")), *words)
    kept = set(contents(model))
    return Fitted(words, images, model, interrupted, kept, watched(*words))


def stopped(when: Callable[[], bool], *words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command, interrupted with Ctrl-C when the condition holds."""
    # Where tests run in the background Ctrl-C is ignored, and programs they start inherit that.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipe = subprocess.PIPE
    process = subprocess.Popen(typed(*words), stdout=pipe, stderr=pipe, text=True, preexec_fn=heard)
    ends = time.monotonic() + 120
    while not when() and process.poll() is None and time.monotonic() < ends:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess([], process.returncode, out, err)


def watched(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command with a terminal of 60 columns as standard error, and its output without colours."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": "60", "TERM": "xterm"}
    process = subprocess.Popen(typed(*words), stdout=subprocess.PIPE, stderr=theirs, env=env, text=True)
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # raised when the other end is closed
        while chunk := os.read(ours, 65536):
            seen += chunk
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    return subprocess.CompletedProcess([], process.returncode, out, re.sub(r"\x1b\[[0-9;?]*\w", "", seen.decode()))


def images_and_last_line(stderr: str) -> str:
    """The last line, after nothing but the counts, the images left out with reasons, and a warning."""
    first, *left_out, warning, last = stderr.splitlines()
    names = [next(name for name in ("cut", "huge", "none", "outside") if f"星/{name}." in line) for line in left_out]

    assert first == f"12 images of 2 classes: {CLASSES[0]} 6, {CLASSES[1]} 6"
    assert names == ["cut", "huge", "none", "outside"]
    assert "± 28" in warning
    return last


@real
def test_ctrl_c_keeps_finished_steps(fitted: Fitted) -> None:
    """Exit code 130, the folder of the steps, and no incomplete model; nothing of TensorFlow's on standard error."""
    last = images_and_last_line(fitted.interrupted.stderr)

    assert fitted.interrupted.returncode == 130
    assert fitted.interrupted.stdout == ""
    assert str(fitted.model / "work") in last
    assert fitted.kept
    assert all(name.startswith("work/") for name in fitted.kept)


@real
def test_the_same_command_resumes_and_completes_the_model(fitted: Fitted) -> None:
    """Finished steps are used, all files are written, and no temporary file is left."""
    names = set(contents(fitted.model))

    assert fitted.finished.returncode == 0
    assert fitted.kept < names
    assert {"model.keras", "model.tflite", "savedmodel/saved_model.pb", "report.html", "model-card.md"} < names
    assert not [name for name in names if name.startswith(".")]
    assert (fitted.model / "classes.txt").read_text("utf-8").splitlines() == list(CLASSES)
    assert fitted.finished.stdout.startswith(summary.describe_accuracy(fit_record.load(fitted.model)))
    assert f"\nReport: {fitted.model / 'report.html'}\n" in fitted.finished.stdout


@real
def test_a_terminal_shows_each_step_with_the_time(fitted: Fitted) -> None:
    """Also while TensorFlow's output is suppressed, on one line at any width."""
    lines = [line for line in re.split(r"[\r\n]+", fitted.finished.stderr) if "━" in line and "12 images" not in line]
    exports = tuple(f"writing and verifying {file}" for file in ("model.keras", "savedmodel", "model.tflite"))
    steps = ("starting TensorFlow", "testing strategies", *exports)

    for step in steps:
        assert [line for line in lines if re.search(rf"━ \d+ s {step}", line)], step
    assert len({line for line in lines if "starting TensorFlow" in line}) > 1
    assert max(map(len, lines)) <= 60


@real
def test_a_full_disk_keeps_the_former_model(fitted: Fitted) -> None:
    """No file is replaced, and the model's folder is not read as a class."""
    before = contents(fitted.model)

    with file_size_limit(20_000):
        done = call(*fitted.words)
    last = images_and_last_line(done.stderr)

    assert done.exit_code == 2
    assert contents(fitted.model) == before
    assert str(fitted.model) in last
    assert "File too large" in last


# --- predict ----------------------------------------------------------------------------------------------------------


@real
def test_predictions_equal_those_of_the_fitted_model(fitted: Fitted) -> None:
    """As JSON, with the probabilities of the exported SavedModel, the most likely class first."""
    import tensorflow as tf

    side = fit_record.load(fitted.model).side
    kept = read_dataset(fitted.images, side=side, exclude=fitted.model).images
    served = tf.saved_model.load(fitted.model / "savedmodel")
    expected = np.asarray(served.serve(kept.pixels.astype(np.float32))["probabilities"])

    done = call("predict", "--json", fitted.model, *(fitted.images / name for name in kept.names))
    predictions = json.loads(done.stdout)

    assert (done.exit_code, done.stderr) == (0, "")
    assert [one["file"] for one in predictions] == [str(fitted.images / name) for name in kept.names]
    assert [[one["probabilities"][name] for name in CLASSES] for one in predictions] == pytest.approx(
        expected, abs=1e-4
    )
    assert all(one["class"] == next(iter(one["probabilities"])) for one in predictions)
    assert all(first >= second for first, second in (one["probabilities"].values() for one in predictions))


@real
def test_predictions_of_files_and_folders_form_a_table(fitted: Fitted, tmp_path: Path) -> None:
    """Unreadable files are listed on standard error, and the exit code is 1."""
    (tmp_path / "empty").mkdir()
    one = next((fitted.images / CLASSES[0]).iterdir())

    done = call("predict", fitted.model, one, fitted.images / CLASSES[1], tmp_path / "none.png", tmp_path / "empty")
    head, *rows = done.stdout.splitlines()

    assert done.exit_code == 1
    assert head.split() == ["image", "class", "confidence", "second"]
    assert len(rows) == 7
    assert re.fullmatch(
        rf"{re.escape(str(one))} +({'|'.join(CLASSES)}) +\d+\xa0% +({'|'.join(CLASSES)}) \d+\xa0%", rows[0]
    )
    assert len(done.stderr.splitlines()) == 6
    for path in (tmp_path / "none.png", tmp_path / "empty"):
        assert f"{path}: " in done.stderr


@real
def test_without_readable_images_nothing_is_predicted(fitted: Fitted, no_tensorflow: None) -> None:
    """Exit code 2, and no table."""
    done = call("predict", fitted.model, fitted.images / CLASSES[1] / "cut.png")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "cut.png: " in done.stderr


@real
def test_rejects_a_damaged_or_different_model(fitted: Fitted, tmp_path: Path) -> None:
    """It would predict wrong classes."""
    model = copytree(fitted.model, tmp_path / "model")
    whole = (model / "model.keras").read_bytes()
    (model / "model.keras").write_bytes(whole[: len(whole) // 2])
    damaged = failure("predict", model, fitted.images)
    (model / "model.keras").write_bytes(whole)
    fit_record.save(replace(fit_record.load(model), classes=(*CLASSES, "third"), counts=(6, 6, 0)), model)
    another = failure("predict", model, fitted.images)

    assert (damaged.code, another.code) == ("damaged-model", "other-model")


@pytest.mark.parametrize(
    ("missing", "code"),
    [("model.keras", "no-model"), ("fit.json", "unfinished-fit"), ("", "no-model"), ("everything", "no-model")],
)
def test_rejects_a_folder_without_a_complete_model(
    missing: str, code: str, drawn: Path, tmp_path: Path, no_tensorflow: None
) -> None:
    """Before TensorFlow is imported."""
    model = tmp_path / "model"
    if missing != "everything":
        model.mkdir()
    if missing == "fit.json":
        (model / "work").mkdir()
    if missing == "model.keras":
        fit_record.save(records.fit_record(), model)

    error = failure("predict", model, drawn)

    assert error.code == code
    assert str(model) in error.message


# --- report -----------------------------------------------------------------------------------------------------------

ALONE = """
import sys
from practicum.cli import main
try:
    main(sys.argv[1:])
finally:
    print("loaded", [name for name in ("tensorflow", "keras") if name in sys.modules])
"""


def alone(*words: str | Path) -> tuple[list[str], str]:
    """The lines that the command prints in a process of its own, and which of TensorFlow and Keras it imported."""
    command = [sys.executable, "-c", ALONE, "lab", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    *lines, last = done.stdout.splitlines()
    return [*lines, *done.stderr.splitlines()], last.removeprefix("loaded ")


@pytest.mark.slow
def test_a_report_is_written_again_without_tensorflow(tmp_path: Path) -> None:
    """From the record alone, to any path."""
    fit_record.save(records.fit_record(), tmp_path / "model")

    lines, loaded = alone("report", tmp_path / "model", "--to", tmp_path / "new" / "again.html")

    assert loaded == "[]"
    assert lines[0] == summary.describe_accuracy(fit_record.load(tmp_path / "model"))
    assert f"Report: {tmp_path / 'new' / 'again.html'}" in lines
    assert (tmp_path / "new" / "again.html").read_text("utf-8").startswith("<!doctype html>")
    assert not (tmp_path / "model" / "report.html").exists()


def test_the_default_report_is_in_the_model_folder(tmp_path: Path) -> None:
    """A path that cannot be written is an error."""
    fit_record.save(records.fit_record(), tmp_path)
    (tmp_path / "file").write_text("mine")

    beside = call("report", tmp_path)
    blocked = failure("report", tmp_path, "--to", tmp_path / "file" / "x.html")

    assert beside.exit_code == 0
    assert (tmp_path / "report.html").is_file()
    assert blocked.code == "file-error"
    assert str(tmp_path / "file") in blocked.message


@pytest.mark.parametrize("spoil", [b"", b"{}", b'{"schema": 99, "arrays": "", "fit": {}}'])
def test_a_damaged_record_is_an_error(tmp_path: Path, spoil: bytes) -> None:
    """In its arrays or its JSON; the error names the file."""
    fit_record.save(records.fit_record(), tmp_path)
    arrays = next(tmp_path.glob(fit_record.ARRAYS))
    packed = bytearray(arrays.read_bytes())
    packed[len(packed) // 2] ^= 255
    arrays.write_bytes(packed)
    damaged_arrays = failure("report", tmp_path)
    (tmp_path / fit_record.FILE).write_bytes(spoil)
    damaged_json = failure("report", tmp_path)

    assert damaged_arrays.code == "damaged-record"
    assert damaged_json.code == ("record-version" if b"99" in spoil else "damaged-record")
    for error in (damaged_arrays, damaged_json):
        assert str(tmp_path / fit_record.FILE) in error.message


# --- images that cannot be learned from ----------------------------------------------------------------------------


def truncated(folder: Path) -> Path:
    """The folder with all files truncated."""
    for file in folder.rglob("*.png"):
        file.write_bytes(file.read_bytes()[:60])
    return folder


def without(folder: Path, name: str, keeping: int) -> Path:
    """The folder with only some images of a class."""
    for file in sorted((folder / name).iterdir())[keeping:]:
        file.unlink()
    return folder


def bomb(path: Path) -> Path:
    """A small zip that unpacks to 120 MB of zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
            packed.writestr(name, bytes(30_000_000))
    return path


def written(path: Path, content: str) -> Path:
    path.write_text(content)
    return path


def pickled(path: Path) -> Path:
    np.savez(path, images=np.array([{}], object), labels=np.array(["a"]))
    return path


UNLEARNABLE: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "no such folder": (lambda it: it / "none", "not-found", ""),
    "an empty folder": (lambda it: without(without(it, CLASSES[0], 0), CLASSES[1], 0), "too-few-classes", ""),
    "one class": (lambda it: without(it, CLASSES[1], 0), "too-few-classes", CLASSES[0]),
    "a class of one image": (lambda it: without(it, CLASSES[1], 1), "too-few-classes", f"class {CLASSES[1]}"),
    "truncated files": (truncated, "too-few-classes", ".png"),
    "a zip bomb": (lambda it: bomb(it / "it.zip"), "too-few-classes", "a/1.png"),
    "a zip that is none": (lambda it: written(it / "it.zip", "no zip"), "not-a-zip", ""),
    "arrays with pickles": (lambda it: pickled(it / "it.npz"), "pickled-arrays", "images.npy"),
    "a table of nothing": (lambda it: written(it / "it.csv", "a,b\n"), "missing-column", "a,b"),
    "a table with wrong paths": (
        lambda it: written(it / "it.csv", "file,label\n" + "".join(f"x/{n}.png,{n % 2}\n" for n in range(50))),
        "too-few-classes",
        "x/0.png",
    ),
    "another file": (lambda it: written(it / "it.tar", "?"), "unsupported-source", ""),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", UNLEARNABLE)
def test_rejects_unusable_images_at_once(case: str, images: Path, tmp_path: Path, no_tensorflow: None) -> None:
    """In at most 21 lines, before TensorFlow is imported, and without creating a folder."""
    spoil, code, fact = UNLEARNABLE[case]
    source = spoil(images)

    done = call("fit", source, "--to", tmp_path / "new" / "model", *QUICK)
    error = failure("fit", source, "--to", tmp_path / "new" / "model", *QUICK)
    named = call("fit", source, "--to", tmp_path / "new" / "model", "--backbone", "keras:VGG16")

    assert (done.exit_code, done.stdout) == (2, "")
    assert error.code == code
    assert fact in done.stderr
    assert done.stderr.startswith(str(source))
    assert done.stderr.count("\n") <= 21
    assert named.exit_code == 2
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_errors_in_the_images_import_no_tensorflow(tmp_path: Path) -> None:
    """Nor Keras."""
    lines, loaded = alone("fit", tmp_path, "--to", tmp_path / "model")

    assert lines[0].startswith(f"{tmp_path}: ")
    assert loaded == "[]"


@pytest.mark.parametrize(
    ("to", "named"),
    [("file", "file"), ("file/model", "file"), ("images", "images"), ("images/星", "星")],
)
def test_never_overwrites_other_files_with_a_model(
    to: str, named: str, images: Path, tmp_path: Path, no_tensorflow: None
) -> None:
    """It fails before an image is read, and nothing changes."""
    (tmp_path / "file").write_text("mine")
    before = contents(tmp_path)

    error = failure("fit", images, "--to", tmp_path / to, *QUICK)

    assert error.code == "invalid-target"
    assert f"/{named}: " in error.message
    assert len(error.message.splitlines()) == 1
    assert contents(tmp_path) == before


@pytest.mark.slow
def test_missing_tensorflow_names_the_package(drawn: Path, tmp_path: Path, no_tensorflow: None) -> None:
    """And leaves no folder behind."""
    error = failure("fit", drawn, "--to", tmp_path / "new" / "model", *QUICK)

    assert error.code == "missing-package"
    assert "practicum[tensorflow]" in error.message
    assert not (tmp_path / "new").exists()


def test_a_full_disk_while_drawing_leaves_no_file(drawn: Path, tmp_path: Path) -> None:
    """The error names the folder."""
    with file_size_limit(1000):
        done = call("draw", tmp_path / "new")

    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"{tmp_path / 'new'}: File too large\n")
    assert not list(tmp_path.iterdir())


# --- networks ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.tensorflow
def test_constants_equal_those_of_the_default_network() -> None:
    """The command knows them without importing TensorFlow."""
    from typing import get_args

    from practicum.lab.pretrained_models import Preprocessing, load_backbone

    assert load_backbone().default_side == DEFAULT_SIDE
    assert get_args(Preprocessing) == PREPROCESSINGS


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--side", "16"), "side-too-small"),
        (("--backbone", "resnet"), "unknown-backbone"),
        (("--backbone", "it.keras"), "not-a-keras-file"),
        (("--backbone", "no.keras"), "unknown-backbone"),
        (("--preprocessing", "torch"), "preprocessing-without-file"),
        (("--preprocessing", "torch", "--backbone", "keras:VGG16"), "preprocessing-without-file"),
    ],
)
def test_rejects_an_unusable_network(
    options: tuple[str, ...], code: str, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without creating a folder."""
    monkeypatch.chdir(images)
    (images / "it.keras").write_text("no zip")

    assert failure("fit", ".", *options).code == code
    assert not (images / "images-model").exists()


@real
def test_fits_the_default_network_unless_another_is_named(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the side, for the time and with the seed of the options."""
    given: list[Any] = []

    def fit(*words: Any, **_: Any) -> NoReturn:
        given.extend(words)
        raise LabError("stop", "seen")

    monkeypatch.setattr("practicum.lab.pipeline.fit", fit)
    stopped = failure("fit", drawn, "--to", tmp_path / "model", "--side", "48", "--minutes", "3", "--seed", "7")
    dataset, network, request = given

    assert stopped.code == "stop"
    assert network.name == "efficientnet-lite0"
    assert dataset.images.pixels.shape == (12, 48, 48, 3)
    assert (request.minutes, request.seed) == (3, 7)


@real
def test_weights_that_cannot_be_downloaded_are_an_error(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the file, its folder, and a network that needs no download."""
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))

    command = typed("fit", drawn, "--to", tmp_path / "model", "--backbone", "keras:MobileNet")
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    last = done.stderr.splitlines()[-1]

    assert done.returncode == 2
    for fact in ("MobileNet", str(tmp_path / "models"), "efficientnet-lite0"):
        assert fact in last
    assert not (tmp_path / "model").exists()


@real
def test_rejects_a_class_of_identical_images(images: Path, tmp_path: Path, quick: tuple[str, ...]) -> None:
    """The error names the class."""
    files = sorted((images / CLASSES[1]).iterdir())
    for file in files[1:]:
        file.write_bytes(files[0].read_bytes())

    error = failure("fit", images, "--to", tmp_path / "new" / "model", *quick)

    assert error.code == "too-few-images"
    assert "星" in error.message
    assert not (tmp_path / "new").exists()


def test_an_unexpected_error_keeps_its_traceback(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not turned into a message."""
    monkeypatch.setattr("practicum.lab.dataset_reader.read_dataset", lambda *_, **__: np.zeros(3).reshape(2))

    done = call("fit", drawn, "--to", tmp_path / "model", *QUICK)

    assert isinstance(done.exception, ValueError)


# --- draw -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "classes"), [("shapes", 5), ("emoji", 10)])
def test_draws_a_folder_per_class(kind: str, classes: int, tmp_path: Path) -> None:
    """The same again from the same seed, and prints the next command."""
    one, two = tmp_path / "one set", tmp_path / "two"

    done = call("draw", one, "--set", kind, "--per-class", "2", "--side", "40", "--seed", "3")
    call("draw", two, "--set", kind, "--per-class", "2", "--side", "40", "--seed", "3")

    assert f"practicum lab fit '{one}'" in done.stdout
    assert read_dataset(one, side=40).images.counts == (2,) * classes
    assert contents(one) == contents(two)


def test_draws_into_new_or_empty_folders_only(drawn: Path, tmp_path: Path) -> None:
    """A file or a full folder stays as it is."""
    file = written(tmp_path / "file", "mine")
    (tmp_path / "empty").mkdir()

    full, on_file, below = (failure("draw", folder) for folder in (drawn, file, file / "x"))
    empty = call("draw", tmp_path / "empty", "--per-class", "2", "--side", "32")

    assert [error.code for error in (full, on_file, below)] == ["target-exists", "target-exists", "file-error"]
    assert str(drawn) in full.message
    assert str(file) in below.message
    assert empty.exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("package", ["numpy", "scipy", "keras", "tensorflow", "threadpoolctl"])
def test_a_missing_package_of_the_extra_is_no_traceback(drawn: Path, tmp_path: Path, package: str) -> None:
    """Whichever is imported first: the command says what to install."""
    code = f"import sys; sys.modules[{package!r}] = None; from practicum.__main__ import run; run()"
    command = [sys.executable, "-c", code, "lab", "fit", str(drawn), "--to", str(tmp_path / "model"), *QUICK]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "practicum[tensorflow]" in done.stderr
    assert "Traceback" not in done.stderr
