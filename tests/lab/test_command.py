"""`practicum lab` as one types it: a fit, what is done with it, and each way in which it can go wrong."""

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
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from click.testing import CliRunner, Result

from practicum.commands.lab import PREPROCESSINGS, USUAL_SIDE, lab
from practicum.lab import fit_record
from practicum.lab.dataset_reader import read_dataset
from tests.lab import records
from tests.lab.test_image_decoding import header

QUICK = ("--side", "48", "--minutes", "0")
CLASSES = ("blauer Kreis", "星")
"""With a space, and with letters that ASCII lacks."""


def real(test: Callable[..., None]) -> Callable[..., None]:
    """Marks a test for which TensorFlow is started."""
    return pytest.mark.tensorflow(pytest.mark.slow(test))


def call(*words: str | Path) -> Result:
    """The command in this process."""
    return CliRunner().invoke(lab, [str(word) for word in words])


def typed(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "practicum", "lab", *map(str, words)]


def ran(*words: str | Path, most: int | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, where no file may grow beyond `most` bytes."""

    def limit() -> None:
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return subprocess.run(typed(*words), capture_output=True, text=True, timeout=120, check=False, preexec_fn=limit)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six pictures of each of two classes."""
    made = tmp_path_factory.mktemp("drawn") / "shapes"
    assert call("draw", made, "--per-class", "6", "--side", "48").exit_code == 0
    folder = made.with_name("two shapes")
    for shape, name in zip(("circle", "star"), CLASSES, strict=True):
        copytree(made / shape, folder / name)
    return folder


@pytest.fixture
def pictures(drawn: Path, tmp_path: Path) -> Path:
    """The same, to spoil."""
    return copytree(drawn, tmp_path / "pictures")


@pytest.fixture
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is told now is told without TensorFlow."""
    monkeypatch.setitem(sys.modules, "tensorflow", None)


# --- a fit that goes well --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fitted:
    """A fit that was interrupted in the middle, and typed again on a terminal: what was said, and what lies there."""

    pictures: Path
    model: Path
    interrupted: subprocess.CompletedProcess[str]
    kept: set[str]
    """What lay there after the first time."""
    finished: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def fitted(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    """The model lies among its pictures, which hold a few files that are none."""
    pictures = copytree(drawn, tmp_path_factory.mktemp("fitted") / "pictures")
    star = pictures / CLASSES[1]
    whole = next(star.iterdir()).read_bytes()
    (star / "cut.png").write_bytes(whole[: len(whole) // 2])
    (star / "none.jpg").write_text("no picture")
    (star / "outside.png").symlink_to(next((drawn / CLASSES[1]).iterdir()))
    (star / "huge.png").write_bytes(header(20_000, 10_000))
    model = pictures / "model"
    words = ("fit", pictures, "--to", model, *QUICK)
    interrupted = stopped(lambda: any(model.glob("work/*.npy")), *words)
    kept = set(contents(model))
    return Fitted(pictures, model, interrupted, kept, watched(*words))


def stopped(when: Callable[[], bool], *words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command, and Ctrl-C as soon as this is so."""
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
    """The command with a terminal of 60 columns as its standard error; what was seen there, without colours."""
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


@real
def test_ctrl_c_keeps_what_was_finished(fitted: Fitted) -> None:
    """Exit code 130, one line that says what was kept and what to type, and no half of a model."""
    assert fitted.interrupted.returncode == 130
    assert fitted.interrupted.stdout == ""
    assert fitted.interrupted.stderr.splitlines()[-1] == (
        f"interrupted; what was finished is kept in {fitted.model / 'work'}: type the same again to go on from there"
    )
    assert fitted.kept
    assert all(name.startswith("work/") for name in fitted.kept)


@real
def test_the_same_command_goes_on_to_a_whole_model(fitted: Fitted) -> None:
    """What was kept is used; then all is there, with nothing left over, and the answer is told."""
    names = set(contents(fitted.model))

    assert fitted.finished.returncode == 0
    assert fitted.kept < names
    assert {"model.keras", "model.tflite", "savedmodel/saved_model.pb", "report.html", "model-card.md"} < names
    assert not [name for name in names if name.startswith(".")]
    assert (fitted.model / "classes.txt").read_text("utf-8").splitlines() == list(CLASSES)
    assert re.match(r"Of 100 new pictures like these it will get about \d+ right", fitted.finished.stdout)
    assert f"\nReport: {fitted.model / 'report.html'}\n" in fitted.finished.stdout


@real
def test_on_a_terminal_each_step_is_shown_with_the_time(fitted: Fitted) -> None:
    """Also while TensorFlow starts and while it exports, though both are silenced; in one line, whatever the width."""
    lines = [line for line in re.split(r"[\r\n]+", fitted.finished.stderr) if "━" in line and "12 pictures" not in line]
    steps = ("starting TensorFlow", "trying ways", "writing model.keras", "writing savedmodel", "writing model.tflite")

    for step in steps:
        assert [line for line in lines if re.search(rf"━ \d+ s {step}", line)], step
    assert len({line for line in lines if "starting TensorFlow" in line}) > 1
    assert max(map(len, lines)) <= 60


@real
def test_a_full_disk_leaves_the_former_model_whole(fitted: Fitted) -> None:
    """Nothing is half replaced: the model, its story, its report and its classes' names stay those of one fit.

    What is said is meant for people, and nothing else is, not a word of TensorFlow's: how many pictures, each that was
    left out and why, that so few tell little, and why there is no new model. The folder of the model is not taken for
    a class, though it lies among the pictures.
    """
    before = contents(fitted.model)

    done = ran("fit", fitted.pictures, "--to", fitted.model, *QUICK, most=5_000_000)
    first, *left_out, little, last = done.stderr.splitlines()

    assert done.returncode == 2
    assert contents(fitted.model) == before
    assert first == f"12 pictures of 2 classes: {CLASSES[0]} 6, {CLASSES[1]} 6"
    assert [line.partition(" (")[0] for line in left_out] == [
        "  left out: 星/cut.png is damaged or cut off",
        "  left out: 星/huge.png is 200 megapixels; more than 100 is not read, so save it smaller",
        "  left out: 星/none.jpg is no picture of a kind that is read",
        "  left out: 星/outside.png is a link that leads out of the folder, which is not followed",
    ]
    assert little.startswith("12 images of 2 classes: any accuracy here is ± 28 points. ")
    assert last == (
        f"{fitted.model}: the model cannot be written (File too large); what was found is kept there: make room, and "
        "type the same again"
    )


# --- predict ----------------------------------------------------------------------------------------------------------


@real
def test_predictions_are_those_of_the_fitted_model(fitted: Fitted) -> None:
    """As JSON: for each file every class's probability, the likeliest first, as the exported SavedModel gives them."""
    import tensorflow as tf

    kept = read_dataset(fitted.pictures, side=48, apart=fitted.model).images
    served = tf.saved_model.load(fitted.model / "savedmodel")
    expected = np.asarray(served.serve(kept.pixels.astype(np.float32))["probabilities"])

    done = call("predict", "--json", fitted.model, *(fitted.pictures / name for name in kept.names))
    told = json.loads(done.stdout)

    assert (done.exit_code, done.stderr) == (0, "")
    assert [one["file"] for one in told] == [str(fitted.pictures / name) for name in kept.names]
    assert [[one["probabilities"][name] for name in CLASSES] for one in told] == pytest.approx(expected, abs=1e-4)
    assert all(one["class"] == next(iter(one["probabilities"])) for one in told)
    assert all(first >= second for first, second in (one["probabilities"].values() for one in told))


@real
def test_files_and_folders_are_told_in_a_table(fitted: Fitted, tmp_path: Path) -> None:
    """A line for each; what cannot be read is told on standard error, and the exit code is 1."""
    (tmp_path / "empty").mkdir()
    one = next((fitted.pictures / CLASSES[0]).iterdir())

    done = call("predict", fitted.model, one, fitted.pictures / CLASSES[1], tmp_path / "none.png", tmp_path / "empty")
    head, *rows = done.stdout.splitlines()

    assert done.exit_code == 1
    assert head.split() == ["picture", "class", "sure", "else"]
    assert len(rows) == 7
    assert re.fullmatch(
        rf"{re.escape(str(one))} +({'|'.join(CLASSES)}) +\d+\xa0% +({'|'.join(CLASSES)}) \d+\xa0%", rows[0]
    )
    assert len(done.stderr.splitlines()) == 6
    assert f"{tmp_path / 'none.png'}: is not there\n" in done.stderr
    assert f"{tmp_path / 'empty'}: holds no pictures\n" in done.stderr


@real
def test_where_no_picture_can_be_read_nothing_is_predicted(fitted: Fitted, no_tensorflow: None) -> None:
    """Exit code 2, and no table."""
    done = call("predict", fitted.model, fitted.pictures / CLASSES[1] / "cut.png")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "cut.png: is damaged or cut off" in done.stderr


@real
def test_a_model_that_is_damaged_or_another_one_is_refused(fitted: Fitted, tmp_path: Path) -> None:
    """Rather than that it names wrong classes: exit code 2, the file, and what to do."""
    model = copytree(fitted.model, tmp_path / "model")
    whole = (model / "model.keras").read_bytes()
    (model / "model.keras").write_bytes(whole[: len(whole) // 2])
    damaged = call("predict", model, fitted.pictures)
    (model / "model.keras").write_bytes(whole)
    fit_record.save(replace(fit_record.load(model), classes=(*CLASSES, "third"), counts=(6, 6, 0)), model)
    another = call("predict", model, fitted.pictures)

    assert (damaged.exit_code, another.exit_code) == (2, 2)
    assert re.fullmatch(r".*model\.keras: is damaged \(\w+\); fit again to write it anew\n", damaged.stderr)
    assert another.stderr.endswith("model.keras: is another model than the one that fit.json tells of; fit again\n")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("model.keras", "model/model.keras: is not there; fit again to write it anew"),
        ("fit.json", "model: its fit was not finished; type the same `practicum lab fit` again to go on"),
        ("", "model: is no model; name a folder that `practicum lab fit` has made"),
        ("everything", "model: is not there; name a folder that `practicum lab fit` has made"),
    ],
)
def test_a_folder_that_is_no_model_says_what_is_missing(
    missing: str, said: str, drawn: Path, tmp_path: Path, no_tensorflow: None
) -> None:
    """Before TensorFlow is started."""
    model = tmp_path / "model"
    if missing != "everything":
        model.mkdir()
    if missing == "fit.json":
        (model / "work").mkdir()
    if missing == "model.keras":
        fit_record.save(records.fit_record(), model)

    done = call("predict", model, drawn)

    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"{tmp_path}/{said}\n")


# --- report -----------------------------------------------------------------------------------------------------------

ALONE = """
import sys, time
from practicum.cli import main
try:
    main(sys.argv[1:])
finally:
    print("loaded", [name for name in ("tensorflow", "keras") if name in sys.modules], time.process_time())
"""


def alone(*words: str | Path) -> tuple[list[str], str, float]:
    """The lines that the command prints in a process of its own, what it imported of TensorFlow, and its seconds."""
    command = [sys.executable, "-c", ALONE, "lab", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    *lines, last = done.stdout.splitlines()
    _, loaded, seconds = last.split(" ", 2) if "[]" in last else ("", last, "inf")
    return [*lines, *done.stderr.splitlines()], loaded, float(seconds)


def test_a_report_is_written_again_without_tensorflow(tmp_path: Path) -> None:
    """In less than two seconds of a processor, from the story alone, wherever it is wanted."""
    fit_record.save(records.fit_record(), tmp_path / "model")

    lines, loaded, seconds = alone("report", tmp_path / "model", "--to", tmp_path / "new" / "again.html")

    assert loaded == "[]"
    assert seconds < 2
    assert lines[0].startswith("Of 100 new pictures like these")
    assert f"Report: {tmp_path / 'new' / 'again.html'}" in lines
    assert (tmp_path / "new" / "again.html").read_text("utf-8").startswith("<!doctype html>")
    assert not (tmp_path / "model" / "report.html").exists()


def test_a_report_lies_beside_its_story_unless_said(tmp_path: Path) -> None:
    """And a place that cannot be written is named."""
    fit_record.save(records.fit_record(), tmp_path)
    (tmp_path / "file").write_text("mine")

    beside, blocked = call("report", tmp_path), call("report", tmp_path, "--to", tmp_path / "file" / "x.html")

    assert beside.exit_code == 0
    assert (tmp_path / "report.html").is_file()
    assert (blocked.exit_code, blocked.stderr) == (2, f"{tmp_path / 'file'}: is no folder\n")


@pytest.mark.parametrize("spoil", [b"", b"{}", b'{"schema": 99, "arrays": "", "story": {}}'])
def test_a_damaged_story_is_named(tmp_path: Path, spoil: bytes) -> None:
    """With its file and what to do, whichever part of it is damaged."""
    fit_record.save(records.fit_record(), tmp_path)
    arrays = next(tmp_path.glob("fit-*.npz"))
    packed = bytearray(arrays.read_bytes())
    packed[len(packed) // 2] ^= 255
    arrays.write_bytes(packed)
    arrays_damaged = call("report", tmp_path)
    (tmp_path / "fit.json").write_bytes(spoil)
    words_damaged = call("report", tmp_path)

    for done in (arrays_damaged, words_damaged):
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(f"{tmp_path / 'fit.json'} ")
        assert done.stderr.count("\n") == 1
        assert "fit again" in done.stderr


# --- pictures that cannot be learned from ----------------------------------------------------------------------------


def emptied(folder: Path) -> Path:
    """All its files truncated."""
    for file in folder.rglob("*.png"):
        file.write_bytes(file.read_bytes()[:60])
    return folder


def without(folder: Path, name: str, keeping: int) -> Path:
    """All but some pictures of a class taken away."""
    for file in sorted((folder / name).iterdir())[keeping:]:
        file.unlink()
    return folder


def bomb(path: Path) -> Path:
    """A small zip that unpacks to 120 MB of nothing."""
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


UNLEARNABLE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no such folder": (lambda it: it / "none", "none: is not there; give a folder with a folder of pictures for each"),
    "an empty folder": (lambda it: without(without(it, CLASSES[0], 0), CLASSES[1], 0), "pictures: holds no class"),
    "one class": (
        lambda it: without(it, CLASSES[1], 0),
        "pictures: holds one class that can be learned (blauer Kreis)",
    ),
    "a class of one picture": (
        lambda it: without(it, CLASSES[1], 1),
        "class 星: has one picture; at least 2 are needed",
    ),
    "truncated files": (emptied, ".png: is damaged or cut off"),
    "a zip bomb": (lambda it: bomb(it / "it.zip"), "a/1.png: unpacks to more than 100 times its size"),
    "a zip that is none": (lambda it: written(it / "it.zip", "no zip"), "it.zip: is no zip that can be read"),
    "arrays with pickles": (
        lambda it: pickled(it / "it.npz"),
        "it.npz: holds pickled objects in images.npy, which are",
    ),
    "a table of nothing": (lambda it: written(it / "it.csv", "a,b\n"), "it.csv: needs a column called file or path"),
    "a table with wrong paths": (
        lambda it: written(it / "it.csv", "file,label\n" + "".join(f"x/{n}.png,{n % 2}\n" for n in range(50))),
        "x/0.png: is not there",
    ),
    "another file": (lambda it: written(it / "it.tar", "?"), "it.tar: is no such source; give a folder with a folder"),
}


@pytest.mark.parametrize("case", UNLEARNABLE)
def test_pictures_that_cannot_be_learned_from_are_told_at_once(
    case: str, pictures: Path, tmp_path: Path, no_tensorflow: None
) -> None:
    """What, where and what to do, in not too many lines; exit code 2, before TensorFlow is started; nothing is made."""
    spoil, said = UNLEARNABLE[case]
    source = spoil(pictures)

    done = call("fit", source, "--to", tmp_path / "new" / "model", *QUICK)
    named = call("fit", source, "--to", tmp_path / "new" / "model", "--backbone", "keras:VGG16")

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.startswith(str(source))
    assert done.stderr.count("\n") <= 21
    assert named.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_the_first_word_of_a_mistake_comes_within_a_second(tmp_path: Path) -> None:
    """Of a processor's time: neither TensorFlow nor Keras is imported for it."""
    lines, loaded, seconds = alone("fit", tmp_path, "--to", tmp_path / "model")

    assert lines[0].startswith(f"{tmp_path}: holds no class that can be learned")
    assert loaded == "[]"
    assert seconds < 1


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("file", "file: is no folder; name another folder for the model with --to"),
        ("file/model", "file: is no folder; name another folder for the model with --to"),
        ("pictures", "pictures: holds the pictures; name another folder for the model with --to"),
        ("pictures/星", "星: holds something else than a model; name another folder for the model with --to"),
    ],
)
def test_a_model_is_not_written_over_what_is_somebody_s_own(
    to: str, said: str, pictures: Path, tmp_path: Path, no_tensorflow: None
) -> None:
    """It is told before a picture is read, and all stays as it is."""
    (tmp_path / "file").write_text("mine")
    before = contents(tmp_path)

    done = call("fit", pictures, "--to", tmp_path / to, *QUICK)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith(f"/{said}\n")
    assert done.stderr.count("\n") == 1
    assert contents(tmp_path) == before


def test_without_tensorflow_it_says_what_to_install(drawn: Path, tmp_path: Path, no_tensorflow: None) -> None:
    """And leaves no folder behind."""
    done = call("fit", drawn, "--to", tmp_path / "new" / "model", *QUICK)

    assert done.exit_code == 2
    assert done.stderr.endswith("tensorflow is not installed; type: pip install 'practicum[tensorflow]'\n")
    assert not (tmp_path / "new").exists()


def test_a_full_disk_at_the_first_step_is_told(drawn: Path, tmp_path: Path) -> None:
    """Here of pictures that are drawn: the folder, and why; none of them is left."""
    done = ran("draw", tmp_path / "new", most=1000)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{tmp_path / 'new'}: File too large\n")
    assert not list(tmp_path.iterdir())


# --- networks ---------------------------------------------------------------------------------------------------------


@pytest.mark.tensorflow
def test_the_side_is_the_usual_one_of_the_usual_network() -> None:
    """The command knows it, and the preprocessings, without TensorFlow."""
    from typing import get_args

    from practicum.lab.pretrained_models import Preprocessing, load_backbone

    assert load_backbone().usual_side == USUAL_SIDE
    assert get_args(Preprocessing) == PREPROCESSINGS


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--side", "16"), "EfficientNet-Lite0 needs pictures of at least 32 × 32 pixels, not 16 × 16"),
        (("--backbone", "resnet"), "no network is named 'resnet' (near: keras:ResNet50, "),
        (("--backbone", "it.keras"), "it.keras: is not a Keras file, or a damaged one; save it with model.save("),
        (("--backbone", "no.keras"), "no.keras: there is no such file; name one as efficientnet-lite0, as keras:NAME"),
        (("--preprocessing", "torch"), "--preprocessing is for the network of a Keras file; name that file with"),
        (("--preprocessing", "torch", "--backbone", "keras:VGG16"), "--preprocessing is for the network of a Keras"),
    ],
)
def test_a_network_that_cannot_be_used_is_told(
    options: tuple[str, ...], said: str, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With exit code 2 and near names; no folder is made."""
    monkeypatch.chdir(pictures)
    (pictures / "it.keras").write_text("no zip")

    done = call("fit", ".", *options)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(said)
    assert not (pictures / "pictures-model").exists()


@real
def test_weights_that_are_neither_here_nor_to_be_had_are_named(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file, where to put it, and the network that needs no download; the exit code is 2, without a long wait."""
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))

    done = ran("fit", drawn, "--to", tmp_path / "model", "--backbone", "keras:ResNet50")
    last = done.stderr.splitlines()[-1]

    assert done.returncode == 2
    assert last.startswith("the pretrained weights of ResNet50 are not on this machine and could not be fetched (")
    assert str(tmp_path / "models") in last
    assert last.endswith("or use efficientnet-lite0, which needs no download")
    assert not (tmp_path / "model").exists()


@real
def test_a_class_of_one_picture_many_times_over_is_told(pictures: Path, tmp_path: Path) -> None:
    """It can be read and not learned: which, why, and what to do."""
    files = sorted((pictures / CLASSES[1]).iterdir())
    for file in files[1:]:
        file.write_bytes(files[0].read_bytes())

    done = call("fit", pictures, "--to", tmp_path / "new" / "model", *QUICK)

    assert done.exit_code == 2
    assert re.search(r"^class 星.* 6 pictures.* one picture", done.stderr, re.M)
    assert "add some, or leave the class out" in done.stderr
    assert not (tmp_path / "new").exists()


def test_a_mistake_of_ours_is_not_dressed_up(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody foresaw keeps its traceback."""
    monkeypatch.setattr("practicum.lab.dataset_reader.read_dataset", lambda *_, **__: np.zeros(3).reshape(2))

    done = call("fit", drawn, "--to", tmp_path / "model", *QUICK)

    assert isinstance(done.exception, ValueError)
    assert "cannot reshape" in str(done.exception)


# --- draw -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "classes"), [("shapes", 5), ("emoji", 10)])
def test_pictures_are_drawn_to_try_it_with(kind: str, classes: int, tmp_path: Path) -> None:
    """A folder for each class, the same again from the same seed, and the command to type next."""
    one, two = tmp_path / "one set", tmp_path / "two"

    done = call("draw", one, "--set", kind, "--per-class", "2", "--side", "40", "--seed", "3")
    call("draw", two, "--set", kind, "--per-class", "2", "--side", "40", "--seed", "3")

    assert done.stdout == (f"{2 * classes} pictures of {classes} classes in {one}; now: practicum lab fit '{one}'\n")
    assert read_dataset(one, side=40).images.counts == (2,) * classes
    assert contents(one) == contents(two)


def test_nothing_is_drawn_over_what_is_there(drawn: Path, tmp_path: Path) -> None:
    """A file or a full folder stays; an empty folder will do."""
    file = written(tmp_path / "file", "mine")
    (tmp_path / "empty").mkdir()

    full, on_file, below = call("draw", drawn), call("draw", file), call("draw", file / "x")
    empty = call("draw", tmp_path / "empty", "--per-class", "2", "--side", "32")

    assert [one.exit_code for one in (full, on_file, below, empty)] == [2, 2, 2, 0]
    assert full.stderr == f"{drawn}: is there already; name a new folder\n"
    assert on_file.stderr == f"{file}: is there already; name a new folder\n"
    assert below.stderr == f"{file}: is no folder\n"
