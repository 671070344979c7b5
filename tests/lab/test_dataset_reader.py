"""Datasets in every supported form are read, and everything that is left out has a reason."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from practicum.lab import zip_archive
from practicum.lab.dataset_reader import LoadedDataset, UnreadableDataset, choose_side, read_dataset, read_images
from tests.lab.test_image_decoding import header

COLOURS = {"cats": (250, 0, 0), "dogs": (0, 250, 0), "fish": (0, 0, 250)}


def image(colour: tuple[int, int, int] = (9, 9, 9), size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


def good() -> dict[str, bytes]:
    """Two classes of two images."""
    return {f"{name}/{i}.png": image(COLOURS[name]) for name in ("cats", "dogs") for i in (1, 2)}


def folder(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return path


def left_out(dataset: LoadedDataset) -> dict[str, str]:
    """The code of the reason for each file or class that was left out."""
    return {remark.file: remark.code for remark in dataset.left_out}


def refusal(source: Path) -> UnreadableDataset:
    """The error that reading the source raises."""
    with pytest.raises(UnreadableDataset) as error:
        read_dataset(source, side=8)
    return error.value


def test_reads_a_folder_per_class_in_order(tmp_path: Path) -> None:
    """Pixels, labels, classes, names and sizes agree, at any depth and with any file names."""
    files = {**good(), "cats/in winter/größe 漢字.JPG": image(COLOURS["cats"], (50, 80), "JPEG")}

    dataset = read_dataset(folder(tmp_path, files), side=32)

    assert dataset.images.names == (
        "cats/1.png",
        "cats/2.png",
        "cats/in winter/größe 漢字.JPG",
        "dogs/1.png",
        "dogs/2.png",
    )
    assert dataset.images.classes == ("cats", "dogs")
    assert dataset.images.labels.tolist() == [0, 0, 0, 1, 1]
    assert dataset.images.labels.dtype == np.int64
    assert dataset.images.pixels.shape == (5, 32, 32, 3)
    assert dataset.images.pixels.dtype == np.uint8
    assert dataset.sizes.tolist() == [[30, 40], [30, 40], [80, 50], [30, 40], [30, 40]]
    for row, label in enumerate(dataset.images.labels):
        assert np.abs(dataset.images.pixels[row, 16, 16].astype(int) - COLOURS[dataset.images.classes[label]]).max() < 8
    assert (dataset.remarks, dataset.left_out) == ((), ())


def test_skips_hidden_and_other_files(tmp_path: Path) -> None:
    """Hidden and system files without a remark, other files with one: none of them counts as used."""
    junk = (".DS_Store", "cats/.DS_Store", "cats/Thumbs.db", "__MACOSX/cats/._1.png", ".git/config", "cats/._1.png")
    files = {**good(), **dict.fromkeys(junk, b"junk"), "cats/notes.txt": b"", "dogs/read me.md": b""}

    dataset = read_dataset(folder(tmp_path, files), side=8)

    assert len(dataset.images) == 4
    assert dataset.remarks == ()
    assert [(remark.file, remark.code) for remark in dataset.left_out] == [("cats/notes.txt", "not-an-image")]


def test_leaves_out_unreadable_files(tmp_path: Path) -> None:
    """Truncated, empty, not an image, too large: the others are read, with the right labels."""
    files = {
        **good(),
        "cats/0 cut.jpg": image(kind="JPEG", size=(300, 300))[:-100],
        "dogs/0 huge.png": header(12000, 9000),
        "dogs/empty.png": b"",
        "dogs/text.jpg": b"hello",
        "loose.png": image(),
    }

    dataset = read_dataset(folder(tmp_path, files), side=8)

    assert dataset.images.names == ("cats/1.png", "cats/2.png", "dogs/1.png", "dogs/2.png")
    assert [dataset.images.pixels[row, 4, 4].argmax() for row in range(4)] == [0, 0, 1, 1]
    assert left_out(dataset) == {
        "cats/0 cut.jpg": "damaged-image",
        "dogs/0 huge.png": "too-many-pixels",
        "dogs/empty.png": "empty-file",
        "dogs/text.jpg": "unknown-format",
        "loose.png": "no-class-folder",
    }


def test_does_not_follow_links_out_of_the_folder(tmp_path: Path) -> None:
    """To files and folders, and in a loop. A link within the folder is followed."""
    (tmp_path / "secret.png").write_bytes(image())
    root = folder(tmp_path / "set", good())
    (root / "cats/out.png").symlink_to(tmp_path / "secret.png")
    (root / "cats/nowhere.png").symlink_to(root / "gone.png")
    (root / "cats/up").symlink_to(tmp_path)
    (root / "cats/circle.png").symlink_to(root / "cats/circle.png")
    (root / "dogs/within.png").symlink_to(root / "dogs/1.png")

    dataset = read_dataset(root, side=8)

    assert "dogs/within.png" in dataset.images.names
    assert len(dataset.images) == 5
    assert left_out(dataset) == {
        "cats/out.png": "link-outside",
        "cats/nowhere.png": "broken-link",
        "cats/up": "folder-link",
        "cats/circle.png": "link-loop",
    }


@pytest.mark.timeout(20)
def test_does_not_read_a_pipe(tmp_path: Path) -> None:
    """Reading it would never end."""
    root = folder(tmp_path, good())
    os.mkfifo(root / "cats/pipe.png")

    assert left_out(read_dataset(root, side=8)) == {"cats/pipe.png": "not-a-file"}


def test_leaves_out_a_class_with_one_image(tmp_path: Path) -> None:
    """The other classes are numbered from 0."""
    dataset = read_dataset(folder(tmp_path, {**good(), "bats/1.png": image()}), side=8)

    assert dataset.images.classes == ("cats", "dogs")
    assert dataset.images.labels.tolist() == [0, 0, 1, 1]
    assert left_out(dataset) == {"class bats": "single-image"}


def test_combines_many_equal_remarks(tmp_path: Path) -> None:
    """Two transparent images have a remark each; five have one together."""
    clear = io.BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(clear, "PNG")
    few = folder(tmp_path / "few", {**good(), **{f"cats/clear{i}.png": clear.getvalue() for i in range(2)}})
    many = folder(tmp_path / "many", {**good(), **{f"cats/clear{i}.png": clear.getvalue() for i in range(5)}})

    assert [one.file for one in read_dataset(few, side=8).remarks] == ["cats/clear0.png", "cats/clear1.png"]
    (remark,) = read_dataset(many, side=8).remarks
    assert (remark.file, remark.code) == ("cats/clear0.png", "transparent")
    assert "4 more" in remark.text


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("columns", [("file", "label"), ("Path", "CLASS"), ("image", "class"), ("filename", "label")])
def test_reads_a_csv_table(tmp_path: Path, separator: str, columns: tuple[str, str]) -> None:
    """With every column name and separator, a byte order mark, quotes and accents."""
    rows = [("id", *columns), *((i, name, name[0].upper() + "ä") for i, name in enumerate(good()))]
    text = "\ufeff" + "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows) + "\r\n\r\n"
    folder(tmp_path, {**good(), "not listed.png": b"", "set.csv": text.encode()})

    dataset = read_dataset(tmp_path / "set.csv", side=8)

    assert dataset.images.names == tuple(good())
    assert dataset.images.classes == ("Cä", "Dä")
    assert dataset.left_out == ()
    assert read_dataset(tmp_path, side=8).images.names == tuple(good())


def test_leaves_out_invalid_rows_of_a_table(tmp_path: Path) -> None:
    """Missing files, files outside, no label or two labels; a file that is listed twice is used once."""
    (tmp_path / "secret.png").write_bytes(image())
    lines = [*(f"{name},{name[:4]}" for name in good()), "cats/1.png,cats", "gone.png,cats", "../secret.png,cats"]
    lines += [f"{tmp_path}/secret.png,cats", "cats/3.png,", "cats/4.png,cats", "cats/4.png,dogs"]
    root = folder(tmp_path / "set", {**good(), "cats/3.png": image(), "cats/4.png": image()})
    (root / "set.csv").write_text("file,label\n" + "\n".join(lines))

    dataset = read_dataset(root / "set.csv", side=8)

    assert dataset.images.names == tuple(good())
    assert left_out(dataset) == {
        "gone.png": "not-found",
        "../secret.png": "path-outside",
        f"{tmp_path}/secret.png": "path-outside",
        "cats/3.png": "no-label",
        "cats/4.png": "several-labels",
    }
    reasons = {remark.file: remark.text for remark in dataset.left_out}
    assert "line 8" in reasons["../secret.png"]
    assert "cats, dogs" in reasons["cats/4.png"]
    assert ("cats/1.png", "listed-twice") in [(remark.file, remark.code) for remark in dataset.remarks]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"image,kind\na.png,b\n", "missing-column"),
        ("file,label\nä.png,b\n".encode("latin-1"), "not-utf-8"),
        (b"", "missing-column"),
        (b"file,label\n", "too-few-classes"),
    ],
)
def test_rejects_an_invalid_table(tmp_path: Path, data: bytes, code: str) -> None:
    """With the file in the error."""
    (tmp_path / "set.csv").write_bytes(data)

    error = refusal(tmp_path / "set.csv")

    assert error.code == code
    assert error.remarks[0].file == str(tmp_path / "set.csv")


@pytest.mark.parametrize("top", ["", "my set/"])
@pytest.mark.parametrize("table", [False, True])
def test_reads_a_zip_like_its_folder(tmp_path: Path, top: str, table: bool) -> None:
    """With and without a common top folder, and without unpacking to disk."""
    files = {**good(), "__MACOSX/._x.png": b"", "cats/.DS_Store": b""}
    if table:
        files["set.csv"] = ("file,label\n" + "\n".join(f"{name},{name[:4]}" for name in good())).encode()
    path = zipped(tmp_path / "set.zip", {top + name: data for name, data in files.items()})

    dataset = read_dataset(path, side=8)
    plain = read_dataset(folder(tmp_path / "plain", files), side=8)

    assert dataset.images.names == tuple(top + name for name in good())
    assert np.array_equal(dataset.images.pixels, plain.images.pixels)
    assert dataset.images.classes == ("cats", "dogs")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["plain", "set.zip"]


def test_ignores_names_in_a_zip_that_lead_out(tmp_path: Path) -> None:
    """With dots, absolute, or with a drive letter."""
    outside = ("../cats/x.png", "/cats/x.png", "cats/../../x.png", "C:\\cats\\x.png", "cats\\..\\..\\y.png")
    dataset = read_dataset(zipped(tmp_path / "set.zip", {**good(), **dict.fromkeys(outside, image())}), side=8)

    assert dataset.images.names == tuple(good())
    assert len(dataset.left_out) == 5
    assert set(left_out(dataset).values()) == {"path-outside"}


def test_reads_utf8_names_without_their_flag(tmp_path: Path) -> None:
    """As some programs write them."""
    path = zipped(tmp_path / "set.zip", {**good(), "cats/\xc3\xbc.png".encode("latin-1").decode("utf-8"): image()})
    raw = bytearray(path.read_bytes())
    name = "cats/ü.png".encode()
    for where, flags in ((raw.find(name), 24), (raw.rfind(name), 38)):
        raw[where - flags + 1] &= ~0x08
    path.write_bytes(raw)

    assert "cats/ü.png" in read_dataset(path, side=8).images.names


def test_leaves_out_a_zip_bomb(tmp_path: Path) -> None:
    """After a few megabytes of a file that unpacks to a thousand times its size."""
    bomb = image() + bytes(60 * 1024**2)
    before = zipped(tmp_path / "set.zip", {**good(), "cats/bomb.png": bomb})

    dataset = read_dataset(before, side=8)

    assert dataset.images.names == tuple(good())
    assert left_out(dataset) == {"cats/bomb.png": "zip-bomb"}


def test_limits_the_size_of_files_and_archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large file is left out; an archive that is too large or has too many files is rejected."""
    noise = np.random.default_rng(0).bytes(3 * 1024**2)
    path = zipped(tmp_path / "set.zip", {**good(), "cats/large.png": noise})

    with monkeypatch.context() as limits:
        limits.setattr(zip_archive, "MAX_FILE_BYTES", 2 * 1024**2)
        assert left_out(read_dataset(path, side=8)) == {"cats/large.png": "too-large"}
    with monkeypatch.context() as limits:
        limits.setattr(zip_archive, "MAX_TOTAL_BYTES", 2 * 1024**2)
        assert refusal(path).code == "archive-too-large"
    with monkeypatch.context() as limits:
        limits.setattr(zip_archive, "MAX_MEMBERS", 4)
        assert refusal(path).code == "too-many-files"


def test_leaves_out_damaged_and_encrypted_files_in_a_zip(tmp_path: Path) -> None:
    """The checksum of the archive detects a changed byte."""
    path = zipped(tmp_path / "set.zip", {**good(), "cats/x.png": image(), "cats/y.png": image()}, zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    raw[raw.find(b"cats/x.png") + 60] ^= 0xFF
    raw[raw.rfind(b"cats/y.png") - 38] |= 1
    path.write_bytes(raw)

    assert left_out(read_dataset(path, side=8)) == {"cats/x.png": "damaged-in-archive", "cats/y.png": "encrypted"}


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip", image()])
def test_rejects_a_file_that_is_not_a_zip(tmp_path: Path, data: bytes) -> None:
    """Whatever its name."""
    (tmp_path / "set.zip").write_bytes(data)

    assert refusal(tmp_path / "set.zip").code == "not-a-zip"


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_reads_arrays(tmp_path: Path, named: bool, channels: tuple[int, ...]) -> None:
    """In colour or grey, with numeric labels and class names, or with names as labels."""
    images = np.random.default_rng(0).integers(0, 256, (5, 20, 30, *channels), np.uint8)
    labels = np.array([1, 0, 1, 0, 2])
    classes = np.array(["dog", "cat", "bat"])
    given = {"labels": classes[labels]} if named else {"labels": labels, "classes": classes}
    np.savez_compressed(tmp_path / "set.npz", images=images, **given)

    dataset = read_dataset(tmp_path / "set.npz", side=20)

    assert dataset.images.classes == (("cat", "dog") if named else ("dog", "cat"))
    assert [dataset.images.classes[label] for label in dataset.images.labels] == ["cat", "dog", "cat", "dog"]
    assert dataset.images.names == tuple(f"images[{row}]" for row in range(4))
    assert dataset.sizes.tolist() == [[20, 30]] * 4
    assert left_out(dataset).keys() == {"class bat"}
    assert np.array_equal(dataset.images.pixels[0, ..., 0], images.reshape(5, 20, 30, -1)[0, :, 5:25, 0])


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"images": np.zeros((2, 8, 8, 3), np.uint8)}, ["missing-array"]),
        (
            {"images": np.zeros((2, 8, 8, 3)), "labels": np.zeros(3, int)},
            ["image-type", "label-shape"],
        ),
        ({"images": np.zeros((2, 8, 8, 5), np.uint8), "labels": np.zeros(2)}, ["image-shape", "label-type"]),
        (
            {"images": np.zeros((2, 8, 8), np.uint8), "labels": np.array([0, 7]), "classes": np.array(["a", "b"])},
            ["unknown-label"],
        ),
        ({"images": np.zeros((2, 8, 8), np.uint8), "labels": np.array([0, {}], object)}, ["pickled-arrays"]),
    ],
)
def test_rejects_invalid_arrays_with_every_reason(
    tmp_path: Path, given: dict[str, np.ndarray], codes: list[str]
) -> None:
    """One line each; pickled data is never loaded."""
    np.savez(tmp_path / "set.npz", **given)  # type: ignore[arg-type]

    error = refusal(tmp_path / "set.npz")

    assert [remark.code for remark in error.remarks] == codes
    assert len(error.message.splitlines()) == len(codes)


def test_rejects_oversized_arrays_by_their_header(tmp_path: Path) -> None:
    """Before memory is allocated."""
    shape = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 999, 999, 3), }"
    npy = b"\x93NUMPY\x01\x00" + (len(shape) + 1).to_bytes(2, "little") + shape + b"\n"
    zipped(tmp_path / "set.npz", {"images.npy": npy})

    assert refusal(tmp_path / "set.npz").code == "too-large"


def test_too_few_classes_are_reported_with_every_reason(tmp_path: Path) -> None:
    """The main reason first, then each file and class."""
    files = {
        "cats/1.png": image(),
        "cats/2.png": image(),
        "dogs/1.png": b"",
        "dogs/2.png": image(),
        "bats/x": b"x",
    }

    error = refusal(folder(tmp_path, files))

    assert error.code == "too-few-classes"
    assert [(remark.file, remark.code) for remark in error.remarks] == [
        (str(tmp_path), "too-few-classes"),
        ("bats/x", "unknown-format"),
        ("class bats", "no-readable-image"),
        ("class dogs", "single-image"),
        ("dogs/1.png", "empty-file"),
    ]
    assert "cats" in error.remarks[0].text
    assert error.message.splitlines() == [f"{remark.file}: {remark.text}" for remark in error.remarks]


def test_distinguishes_missing_empty_and_unsupported_sources(tmp_path: Path) -> None:
    """By their codes."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "set.tar").write_bytes(b"")

    codes = {name: refusal(tmp_path / name).code for name in ("none", "empty", "set.tar")}

    assert codes == {"none": "not-found", "empty": "too-few-classes", "set.tar": "unsupported-source"}


def test_reports_progress_and_can_be_stopped(tmp_path: Path) -> None:
    """After each image, in order; an exception in the callback stops the reading."""
    root, calls = folder(tmp_path, good()), []
    read_dataset(root, side=8, on_progress=lambda done, total: calls.append((done, total)))

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with pytest.raises(KeyboardInterrupt):
        read_dataset(root, side=8, on_progress=stop)


def test_reads_images_without_labels_in_order(tmp_path: Path) -> None:
    """With a remark on each unreadable file."""
    folder(tmp_path, {"b.png": image(COLOURS["dogs"]), "a.png": image(COLOURS["cats"]), "c.png": b""})

    pixels, names, others = read_images([tmp_path / f"{name}.png" for name in "cba"], side=8)

    assert pixels[:, 4, 4].argmax(axis=1).tolist() == [1, 0]
    assert names == (str(tmp_path / "b.png"), str(tmp_path / "a.png"))
    assert [(remark.file, remark.code) for remark in others] == [(str(tmp_path / "c.png"), "empty-file")]


MEASURE = """
import resource, sys
from pathlib import Path
from practicum.lab.dataset_reader import read_dataset
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_dataset(Path(sys.argv[1]), side=224)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.slow
def test_memory_stays_small_for_large_images(tmp_path: Path) -> None:
    """Twelve images of 12 megapixels and six of 64, 1.6 GB decoded, take under 200 MB."""
    plain, photograph = image((90, 120, 60), (4000, 3000)), image((90, 120, 60), (8000, 8000), "JPEG")
    root = folder(tmp_path, {f"{name}/{i}.png": plain for name in COLOURS for i in range(4)})
    folder(root, {f"{name}/{i}.jpg": photograph for name in COLOURS for i in range(2)})

    process = subprocess.run([sys.executable, "-c", MEASURE, root], capture_output=True, text=True, check=True)

    assert float(process.stdout) < 200


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_chooses_a_side_near_the_size_of_the_images(height: int, width: int) -> None:
    """Up to 1.5 times their shorter side, in whole steps, within the limits of the network."""
    side = choose_side(np.array([[height, width]], np.int32), min_side=32, default_side=224)

    assert 32 <= side <= 224
    assert side == 224 or side == 32 or 1.5 * min(height, width) <= side < 1.5 * min(height, width) + 32
