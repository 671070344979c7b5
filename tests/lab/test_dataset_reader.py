"""Sets as people have them: what can be read is, and about everything else they are told."""

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


def picture(colour: tuple[int, int, int] = (9, 9, 9), size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


def good() -> dict[str, bytes]:
    """Two classes of two pictures."""
    return {f"{name}/{i}.png": picture(COLOURS[name]) for name in ("cats", "dogs") for i in (1, 2)}


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


def left_out(reading: LoadedDataset) -> dict[str, str]:
    return {remark.file: remark.what for remark in reading.left_out}


def test_a_folder_for_each_class_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    """Pixels, labels, classes, names and sizes agree, however deep the files lie and however they are called."""
    files = {**good(), "cats/in winter/größe 漢字.JPG": picture(COLOURS["cats"], (50, 80), "JPEG")}

    reading = read_dataset(folder(tmp_path, files), side=32)

    assert reading.images.names == (
        "cats/1.png",
        "cats/2.png",
        "cats/in winter/größe 漢字.JPG",
        "dogs/1.png",
        "dogs/2.png",
    )
    assert reading.images.classes == ("cats", "dogs")
    assert reading.images.labels.tolist() == [0, 0, 0, 1, 1]
    assert reading.images.labels.dtype == np.int64
    assert reading.images.pixels.shape == (5, 32, 32, 3)
    assert reading.images.pixels.dtype == np.uint8
    assert reading.sizes.tolist() == [[30, 40], [30, 40], [80, 50], [30, 40], [30, 40]]
    for row, label in enumerate(reading.images.labels):
        assert np.abs(reading.images.pixels[row, 16, 16].astype(int) - COLOURS[reading.images.classes[label]]).max() < 8
    assert (reading.remarks, reading.left_out) == ((), ())


def test_what_is_no_picture_or_hidden_is_passed_over(tmp_path: Path) -> None:
    """Hidden and system files without a word, others with one remark."""
    junk = (".DS_Store", "cats/.DS_Store", "cats/Thumbs.db", "__MACOSX/cats/._1.png", ".git/config", "cats/._1.png")
    files = {**good(), **dict.fromkeys(junk, b"junk"), "cats/notes.txt": b"", "dogs/read me.md": b""}

    reading = read_dataset(folder(tmp_path, files), side=8)

    assert len(reading.images) == 4
    assert reading.left_out == ()
    assert [(one.file, one.what) for one in reading.remarks] == [
        ("cats/notes.txt", "and 1 more are no pictures and were ignored")
    ]


def test_files_that_cannot_be_read_are_left_out_by_name(tmp_path: Path) -> None:
    """Cut off, empty, no picture, too large: the others are read all the same, and stay with their labels."""
    files = {
        **good(),
        "cats/0 cut.jpg": picture(kind="JPEG", size=(300, 300))[:-100],
        "dogs/0 huge.png": header(12000, 9000),
        "dogs/empty.png": b"",
        "dogs/text.jpg": b"hello",
        "loose.png": picture(),
    }

    reading = read_dataset(folder(tmp_path, files), side=8)

    assert reading.images.names == ("cats/1.png", "cats/2.png", "dogs/1.png", "dogs/2.png")
    assert [reading.images.pixels[row, 4, 4].argmax() for row in range(4)] == [0, 0, 1, 1]
    said = left_out(reading)
    assert list(said) == ["cats/0 cut.jpg", "dogs/0 huge.png", "dogs/empty.png", "dogs/text.jpg", "loose.png"]
    assert "cut off" in said["cats/0 cut.jpg"]
    assert "12000×9000 = 108 megapixels" in said["dogs/0 huge.png"]
    assert said["dogs/empty.png"] == "is empty"
    assert "no picture" in said["dogs/text.jpg"]
    assert "no folder of a class" in said["loose.png"]


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    """Neither to a file nor to a folder nor in a circle; a link to a file within is."""
    (tmp_path / "secret.png").write_bytes(picture())
    root = folder(tmp_path / "set", good())
    (root / "cats/out.png").symlink_to(tmp_path / "secret.png")
    (root / "cats/nowhere.png").symlink_to(root / "gone.png")
    (root / "cats/up").symlink_to(tmp_path)
    (root / "cats/circle.png").symlink_to(root / "cats/circle.png")
    (root / "dogs/within.png").symlink_to(root / "dogs/1.png")

    reading = read_dataset(root, side=8)

    assert "dogs/within.png" in reading.images.names
    assert len(reading.images) == 5
    assert set(left_out(reading)) == {"cats/out.png", "cats/nowhere.png", "cats/up", "cats/circle.png"}
    assert "leads out" in left_out(reading)["cats/out.png"]


@pytest.mark.timeout(20)
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    """Reading it would wait for ever."""
    root = folder(tmp_path, good())
    os.mkfifo(root / "cats/pipe.png")

    assert left_out(read_dataset(root, side=8)) == {"cats/pipe.png": "is no file"}


def test_a_class_with_one_picture_is_left_out(tmp_path: Path) -> None:
    """With the reason, and labels are numbered anew."""
    reading = read_dataset(folder(tmp_path, {**good(), "bats/1.png": picture()}), side=8)

    assert reading.images.classes == ("cats", "dogs")
    assert reading.images.labels.tolist() == [0, 0, 1, 1]
    assert left_out(reading) == {
        "class bats": "has one picture; at least 2 are needed to test on one that was not learned"
    }


def test_what_was_done_with_files_is_remarked_and_many_alike_once(tmp_path: Path) -> None:
    """Two transparent pictures are named singly; five are named by the first."""
    clear = io.BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(clear, "PNG")
    few = folder(tmp_path / "few", {**good(), **{f"cats/clear{i}.png": clear.getvalue() for i in range(2)}})
    many = folder(tmp_path / "many", {**good(), **{f"cats/clear{i}.png": clear.getvalue() for i in range(5)}})

    assert [one.file for one in read_dataset(few, side=8).remarks] == ["cats/clear0.png", "cats/clear1.png"]
    ((file, what),) = [(one.file, one.what) for one in read_dataset(many, side=8).remarks]
    assert file == "cats/clear0.png"
    assert what.endswith("so were 4 more")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("columns", [("file", "label"), ("Path", "CLASS"), ("image", "class"), ("filename", "label")])
def test_a_table_gives_files_and_labels(tmp_path: Path, separator: str, columns: tuple[str, str]) -> None:
    """By any of its names for the columns and any of three separators, with a byte order mark, quotes and accents."""
    rows = [("id", *columns), *((i, name, name[0].upper() + "ä") for i, name in enumerate(good()))]
    text = "\ufeff" + "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows) + "\r\n\r\n"
    folder(tmp_path, {**good(), "not listed.png": b"", "set.csv": text.encode()})

    reading = read_dataset(tmp_path / "set.csv", side=8)

    assert reading.images.names == tuple(good())
    assert reading.images.classes == ("Cä", "Dä")
    assert reading.left_out == ()
    assert read_dataset(tmp_path, side=8).images.names == tuple(good())


def test_a_row_of_a_table_that_says_too_little_or_too_much_is_left_out(tmp_path: Path) -> None:
    """Missing files, files outside, files without a label or with two, each with its reason; one listed twice once."""
    (tmp_path / "secret.png").write_bytes(picture())
    lines = [*(f"{name},{name[:4]}" for name in good()), "cats/1.png,cats", "gone.png,cats", "../secret.png,cats"]
    lines += [f"{tmp_path}/secret.png,cats", "cats/3.png,", "cats/4.png,cats", "cats/4.png,dogs"]
    root = folder(tmp_path / "set", {**good(), "cats/3.png": picture(), "cats/4.png": picture()})
    (root / "set.csv").write_text("file,label\n" + "\n".join(lines))

    reading = read_dataset(root / "set.csv", side=8)

    assert reading.images.names == tuple(good())
    said = left_out(reading)
    assert set(said) == {"gone.png", "../secret.png", f"{tmp_path}/secret.png", "cats/3.png", "cats/4.png"}
    assert "is not there" in said["gone.png"]
    assert "leads out of the folder" in said["../secret.png"]
    assert "line 8" in said["../secret.png"]
    assert "no label" in said["cats/3.png"]
    assert "2 labels: cats, dogs" in said["cats/4.png"]
    assert any(one.file == "cats/1.png" and "more than once" in one.what for one in reading.remarks)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"picture,kind\na.png,b\n", "needs a column called file or path.*'picture,kind'"),
        ("file,label\nä.png,b\n".encode("latin-1"), "is not UTF-8.*save it as CSV UTF-8"),
        (b"", "needs a column"),
        (b"file,label\n", "no class that can be learned"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    """With its first line, or how to save it."""
    (tmp_path / "set.csv").write_bytes(data)

    with pytest.raises(UnreadableDataset, match=why):
        read_dataset(tmp_path / "set.csv")


@pytest.mark.parametrize("top", ["", "my set/"])
@pytest.mark.parametrize("table", [False, True])
def test_a_zip_of_either_is_read_as_the_folder_would_be(tmp_path: Path, top: str, table: bool) -> None:
    """The same pictures, whether or not everything lies in one folder in it; nothing is unpacked to disk."""
    files = {**good(), "__MACOSX/._x.png": b"", "cats/.DS_Store": b""}
    if table:
        files["set.csv"] = ("file,label\n" + "\n".join(f"{name},{name[:4]}" for name in good())).encode()
    path = zipped(tmp_path / "set.zip", {top + name: data for name, data in files.items()})

    reading = read_dataset(path, side=8)
    plain = read_dataset(folder(tmp_path / "plain", files), side=8)

    assert reading.images.names == tuple(top + name for name in good())
    assert np.array_equal(reading.images.pixels, plain.images.pixels)
    assert reading.images.classes == ("cats", "dogs")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["plain", "set.zip"]


def test_names_in_a_zip_that_lead_out_are_refused(tmp_path: Path) -> None:
    """With dots, absolute or with a drive; and no file of that name is looked for outside."""
    outside = ("../cats/x.png", "/cats/x.png", "cats/../../x.png", "C:\\cats\\x.png", "cats\\..\\..\\y.png")
    reading = read_dataset(zipped(tmp_path / "set.zip", {**good(), **dict.fromkeys(outside, picture())}), side=8)

    assert reading.images.names == tuple(good())
    assert len(reading.left_out) == 5
    assert all("leads out of the archive" in one.what for one in reading.left_out)


def test_names_in_utf8_that_do_not_say_so_are_read_as_such(tmp_path: Path) -> None:
    """As some programs write them."""
    path = zipped(tmp_path / "set.zip", {**good(), "cats/\xc3\xbc.png".encode("latin-1").decode("utf-8"): picture()})
    raw = bytearray(path.read_bytes())
    name = "cats/ü.png".encode()
    for where, flags in ((raw.find(name), 24), (raw.rfind(name), 38)):
        raw[where - flags + 1] &= ~0x08
    path.write_bytes(raw)

    assert "cats/ü.png" in read_dataset(path, side=8).images.names


def test_a_zip_bomb_does_not_go_off(tmp_path: Path) -> None:
    """A file that unpacks to a thousand times its size is left out after a few megabytes of it."""
    bomb = picture() + bytes(60 * 1024**2)
    before = zipped(tmp_path / "set.zip", {**good(), "cats/bomb.png": bomb})

    reading = read_dataset(before, side=8)

    assert reading.images.names == tuple(good())
    assert "unpacks to more than 100 times its size" in left_out(reading)["cats/bomb.png"]


def test_an_archive_has_limits_for_one_file_for_all_and_for_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One large file is left out; too much or too many in all is refused as a whole."""
    noise = np.random.default_rng(0).bytes(3 * 1024**2)
    path = zipped(tmp_path / "set.zip", {**good(), "cats/large.png": noise})

    with monkeypatch.context() as limits:
        limits.setattr(zip_archive, "MAX_FILE_BYTES", 2 * 1024**2)
        assert "unpacks to more than 2 MiB" in left_out(read_dataset(path, side=8))["cats/large.png"]
    with monkeypatch.context() as limits:
        limits.setattr(zip_archive, "MAX_TOTAL_BYTES", 2 * 1024**2)
        with pytest.raises(UnreadableDataset, match=r"set\.zip: unpacks to more than"):
            read_dataset(path, side=8)
    with monkeypatch.context() as limits:
        limits.setattr(zip_archive, "MAX_MEMBERS", 4)
        with pytest.raises(UnreadableDataset, match="holds 5 files; more than 4"):
            read_dataset(path, side=8)


def test_damaged_and_encrypted_files_in_a_zip_are_left_out(tmp_path: Path) -> None:
    """The archive's own checksum finds a changed byte, and a password is not asked for."""
    path = zipped(
        tmp_path / "set.zip", {**good(), "cats/x.png": picture(), "cats/y.png": picture()}, zipfile.ZIP_STORED
    )
    raw = bytearray(path.read_bytes())
    raw[raw.find(b"cats/x.png") + 60] ^= 0xFF
    raw[raw.rfind(b"cats/y.png") - 38] |= 1
    path.write_bytes(raw)

    said = left_out(read_dataset(path, side=8))

    assert "damaged in the archive" in said["cats/x.png"]
    assert "encrypted" in said["cats/y.png"]


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip", picture()])
def test_what_is_no_zip_is_refused(tmp_path: Path, data: bytes) -> None:
    """Whatever its name says."""
    (tmp_path / "set.zip").write_bytes(data)

    with pytest.raises(UnreadableDataset, match=r"set\.zip: is no zip that can be read"):
        read_dataset(tmp_path / "set.zip")


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_arrays_are_read(tmp_path: Path, named: bool, channels: tuple[int, ...]) -> None:
    """Colour or grey, labels as numbers with the classes' names, or as names."""
    images = np.random.default_rng(0).integers(0, 256, (5, 20, 30, *channels), np.uint8)
    labels = np.array([1, 0, 1, 0, 2])
    classes = np.array(["dog", "cat", "bat"])
    given = {"labels": classes[labels]} if named else {"labels": labels, "classes": classes}
    np.savez_compressed(tmp_path / "set.npz", images=images, **given)

    reading = read_dataset(tmp_path / "set.npz", side=20)

    assert reading.images.classes == (("cat", "dog") if named else ("dog", "cat"))
    assert [reading.images.classes[label] for label in reading.images.labels] == ["cat", "dog", "cat", "dog"]
    assert reading.images.names == tuple(f"images[{row}]" for row in range(4))
    assert reading.sizes.tolist() == [[20, 30]] * 4
    assert left_out(reading).keys() == {"class bat"}
    assert np.array_equal(reading.images.pixels[0, ..., 0], images.reshape(5, 20, 30, -1)[0, :, 5:25, 0])


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({"images": np.zeros((2, 8, 8, 3), np.uint8)}, ["no array called labels"]),
        (
            {"images": np.zeros((2, 8, 8, 3)), "labels": np.zeros(3, int)},
            ["float64", "2 images and labels of shape (3,)"],
        ),
        ({"images": np.zeros((2, 8, 8, 5), np.uint8), "labels": np.zeros(2)}, ["(2, 8, 8, 5)", "labels of float64"]),
        (
            {"images": np.zeros((2, 8, 8), np.uint8), "labels": np.array([0, 7]), "classes": np.array(["a", "b"])},
            ["label 7 at row 1"],
        ),
        ({"images": np.zeros((2, 8, 8), np.uint8), "labels": np.array([0, {}], object)}, ["pickled"]),
    ],
)
def test_arrays_that_are_no_set_are_refused_with_every_reason(
    tmp_path: Path, given: dict[str, np.ndarray], reasons: list[str]
) -> None:
    """One a line, and nothing pickled is ever opened."""
    np.savez(tmp_path / "set.npz", **given)  # type: ignore[arg-type]

    with pytest.raises(UnreadableDataset) as refused:
        read_dataset(tmp_path / "set.npz")

    lines = str(refused.value).splitlines()
    assert len(lines) == len(reasons)
    assert all(reason in line for reason, line in zip(reasons, lines, strict=True))


def test_an_array_that_claims_more_than_memory_is_refused_by_its_header(tmp_path: Path) -> None:
    """Before anything is allocated."""
    shape = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 999, 999, 3), }"
    npy = b"\x93NUMPY\x01\x00" + (len(shape) + 1).to_bytes(2, "little") + shape + b"\n"
    zipped(tmp_path / "set.npz", {"images.npy": npy})

    with pytest.raises(UnreadableDataset, match=r"more than 4 GiB in images\.npy"):
        read_dataset(tmp_path / "set.npz")


def test_when_nothing_can_be_learned_every_reason_is_given(tmp_path: Path) -> None:
    """One a line, each naming its file, after what is wanted."""
    files = {
        "cats/1.png": picture(),
        "cats/2.png": picture(),
        "dogs/1.png": b"",
        "dogs/2.png": picture(),
        "bats/x": b"x",
    }

    with pytest.raises(UnreadableDataset) as refused:
        read_dataset(folder(tmp_path, files))

    first, *others = str(refused.value).splitlines()
    assert "one class that can be learned (cats); at least 2 are needed" in first
    assert "give a folder with a folder of pictures for each class" in first
    assert [line.partition(": ")[0] for line in others] == ["bats/x", "class bats", "class dogs", "dogs/1.png"]
    assert refused.value.reasons == (first, *others)


def test_nothing_there_and_nothing_in_it_are_told_apart(tmp_path: Path) -> None:
    """A missing source, an empty folder, a file of another kind."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "set.tar").write_bytes(b"")

    for name, why in (("none", "is not there"), ("empty", "holds no class"), ("set.tar", "is no such source")):
        with pytest.raises(UnreadableDataset, match=f"{name}: {why}.*give a folder"):
            read_dataset(tmp_path / name)


def test_progress_is_told_after_each_picture_and_can_stop_it(tmp_path: Path) -> None:
    """How many are done, of how many, in order; an exception out of it ends the reading."""
    root, told = folder(tmp_path, good()), []
    read_dataset(root, side=8, progress=lambda done, of: told.append((done, of)))

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with pytest.raises(KeyboardInterrupt):
        read_dataset(root, side=8, progress=stop)


def test_pictures_without_labels_are_read_in_the_order_given(tmp_path: Path) -> None:
    """For prediction: those that can be read, and the others with the reason."""
    folder(tmp_path, {"b.png": picture(COLOURS["dogs"]), "a.png": picture(COLOURS["cats"]), "c.png": b""})

    pixels, names, others = read_images([tmp_path / f"{name}.png" for name in "cba"], side=8)

    assert pixels[:, 4, 4].argmax(axis=1).tolist() == [1, 0]
    assert names == (str(tmp_path / "b.png"), str(tmp_path / "a.png"))
    assert [(one.file, one.what) for one in others] == [(str(tmp_path / "c.png"), "is empty")]


MEASURE = """
import resource, sys
from pathlib import Path
from practicum.lab.dataset_reader import read_dataset
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_dataset(Path(sys.argv[1]), side=224)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_full_size_pictures_are_never_held_together(tmp_path: Path) -> None:
    """Twelve of 12 megapixels and six of 64, 1.6 GB decoded, take under 200 MB while they are read."""
    plain, photograph = picture((90, 120, 60), (4000, 3000)), picture((90, 120, 60), (8000, 8000), "JPEG")
    root = folder(tmp_path, {f"{name}/{i}.png": plain for name in COLOURS for i in range(4)})
    folder(root, {f"{name}/{i}.jpg": photograph for name in COLOURS for i in range(2)})

    told = subprocess.run([sys.executable, "-c", MEASURE, root], capture_output=True, text=True, check=True)

    assert float(told.stdout) < 200


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_small_pictures_are_enlarged_a_little_and_large_ones_shrunk(height: int, width: int) -> None:
    """A half more than their shorter side, in whole steps, between what the network can take and what it is used to."""
    side = choose_side(np.array([[height, width]], np.int32), least=32, usual=224)

    assert 32 <= side <= 224
    assert side == 224 or side == 32 or 1.5 * min(height, width) <= side < 1.5 * min(height, width) + 32
