"""Pictures as people have them: a folder for each class, a table, a zip of either, or arrays."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from practicum.lab.array_files import ImageArrays, read_image_arrays
from practicum.lab.image_decoding import (
    Crop,
    DecodedImage,
    UndecodableImage,
    decode_image,
    ignore_pillow_warnings,
    resize_to_square,
)
from practicum.lab.image_set import ImageSet, Remark
from practicum.lab.image_sources import (
    FileTree,
    ImageFolder,
    ImageListing,
    UnreadableFile,
    list_by_table,
    list_images,
    printable_name,
)
from practicum.lab.zip_archive import ArchiveTooLarge, ZipArchive

CountProgress = Callable[[int, int], None]
"""Told after each picture how many are done, of how many."""

MAX_BYTES = 4 * 1024**3
"""No set is read that would take more memory than this."""
MAX_ENLARGEMENT = 1.5
"""Small pictures are looked at enlarged by this much: most networks then see more in them, and no more beyond about
twice their size (measured, docs/lab.md)."""
SIDE_STEP = 32
"""Most networks halve their input five times."""
ACCEPTED_SOURCES = (
    "give a folder with a folder of pictures for each class, a CSV of files and labels, a .zip of either, or an .npz"
)
_FEW = 3
"""So many remarks of one kind are made singly; more become one."""


class UnreadableDataset(ValueError):
    """There is nothing to learn from. The message gives every reason, one a line, and what to do."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class LoadedDataset:
    """A set as it was read: its pictures, what was done with files, which were left out, and why.

    `sizes` (n, 2) are height and width in pixels as in the files, once upright.
    """

    images: ImageSet
    remarks: tuple[Remark, ...]
    left_out: tuple[Remark, ...]
    sizes: NDArray[np.int32]


def read_dataset(
    source: Path,
    *,
    side: int = 224,
    crop: Crop = "centre",
    apart: Path | None = None,
    progress: CountProgress | None = None,
) -> LoadedDataset:
    """Every picture in `source` that can be read, at `side` × `side` pixels, in the order of their names.

    A class is left out when fewer than two of its pictures can be read. The folder `apart` is not looked into, such as
    that of a model among its pictures. Raises UnreadableSet when fewer than two classes remain or the source is none.
    """
    with _refusals_of(source):
        if _holds_arrays(source):
            return _from_arrays(source, side, crop)
        with _opened(source, apart) as (tree, held):
            return _from_tree(source, tree, held, side, crop, progress)


def check_dataset(source: Path, *, apart: Path | None = None) -> None:
    """Raise UnreadableSet where :func:`read` would, as far as it can be told before any picture is opened."""
    with _refusals_of(source):
        if _holds_arrays(source):
            return
        with _opened(source, apart) as (_tree, held):
            labels = [entry.label for entry in held.entries]
            _kept, classes, alone = _enough(labels, sorted({*labels}))
            if len(classes) < 2:
                raise UnreadableDataset(*_nothing(source, classes, [*held.left_out, *alone]))


def choose_side(sizes: NDArray[np.int32], *, least: int, usual: int) -> int:
    """The side, in pixels, at which a network should look at pictures of these `sizes` (n, 2).

    That is its `usual` one, or less where most pictures are smaller: enlarged much, they no longer look like what it
    knows. Never under `least`.
    """
    wanted = MAX_ENLARGEMENT * float(np.median(sizes.min(axis=1)))
    return int(max(least, min(usual, math.ceil(wanted / SIDE_STEP) * SIDE_STEP)))


def read_images(
    files: Sequence[Path], *, side: int = 224, crop: Crop = "centre", progress: CountProgress | None = None
) -> tuple[NDArray[np.uint8], tuple[str, ...], tuple[Remark, ...]]:
    """Pictures without labels, to be told apart: pixels uint8 (n, side, side, 3) of those that can be read, their
    names as given, and the others with the reason."""
    names = [str(file) for file in files]
    room = _room(len(names), side)

    def one(row: int) -> DecodedImage | Remark:
        return _decoded(ImageFolder(files[row].parent), files[row].name, names[row], side, crop)

    found = _all(one, room, progress)
    kept = [row for row, each in enumerate(found) if isinstance(each, DecodedImage)]
    left_out = tuple(each for each in found if isinstance(each, Remark))
    return _packed(room, kept), tuple(printable_name(names[row]) for row in kept), left_out


@contextmanager
def _refusals_of(source: Path) -> Iterator[None]:
    try:
        yield
    except (UnreadableFile, ArchiveTooLarge) as reason:
        raise UnreadableDataset(*(f"{printable_name(source)}: {line}" for line in str(reason).splitlines())) from None


def _holds_arrays(source: Path) -> bool:
    return source.suffix.casefold() == ".npz" and source.is_file()


@contextmanager
def _opened(source: Path, apart: Path | None) -> Iterator[tuple[FileTree, ImageListing]]:
    """The source's files, and what they are. Raises Refused."""
    kind = source.suffix.casefold() if source.is_file() else ""
    if kind == ".zip":
        with ZipArchive(source) as archive:
            yield archive, list_images(archive)
    elif kind == ".csv":
        folder = ImageFolder(source.parent)
        yield folder, list_by_table(folder, source.name)
    elif source.is_dir():
        folder = ImageFolder(source, apart)
        yield folder, list_images(folder)
    else:
        raise UnreadableFile(f"is {'no such source' if source.exists() else 'not there'}; {ACCEPTED_SOURCES}")


def _from_tree(
    source: Path, tree: FileTree, held: ImageListing, side: int, crop: Crop, progress: CountProgress | None
) -> LoadedDataset:
    room = _room(len(held.entries), side)

    def one(row: int) -> DecodedImage | Remark:
        name = held.entries[row].name
        return _decoded(tree, name, printable_name(name), side, crop)

    found = _all(one, room, progress)
    left_out = [*held.left_out, *(each for each in found if isinstance(each, Remark))]
    rows = [row for row, each in enumerate(found) if isinstance(each, DecodedImage)]
    labels = [entry.label for entry in held.entries]
    kept, classes, alone = _enough([labels[row] for row in rows], sorted({*labels}))
    rows = [rows[one] for one in kept]
    left_out += alone
    if len(classes) < 2:
        raise UnreadableDataset(*_nothing(source, classes, left_out))
    decoded = [found[row] for row in rows]
    names = tuple(printable_name(held.entries[row].name) for row in rows)
    remarks = [*held.remarks, *_remarks(names, [each for each in decoded if isinstance(each, DecodedImage)])]
    sizes = np.array([each.size for each in decoded if isinstance(each, DecodedImage)], np.int32)
    numbers = np.array([classes.index(labels[row]) for row in rows], np.int64)
    return LoadedDataset(
        ImageSet(_packed(room, rows), numbers, classes, names), tuple(remarks), _sorted(left_out), sizes
    )


def _from_arrays(source: Path, side: int, crop: Crop) -> LoadedDataset:
    arrays: ImageArrays = read_image_arrays(source)
    kept, classes, alone = _enough(arrays.labels, arrays.order)
    if len(classes) < 2:
        raise UnreadableDataset(*_nothing(source, classes, alone))
    pixels = _room(len(kept), side)
    for place, row in enumerate(kept):
        pixels[place] = np.asarray(
            resize_to_square(Image.fromarray(np.ascontiguousarray(arrays.images[row])), side, crop)
        )
    labels = np.array([classes.index(arrays.labels[row]) for row in kept], np.int64)
    names = tuple(f"images[{row}]" for row in kept)
    sizes = np.tile(np.array(arrays.images.shape[1:3], np.int32), (len(kept), 1))
    return LoadedDataset(ImageSet(pixels, labels, classes, names), (), tuple(alone), sizes)


# --- decoding many pictures ------------------------------------------------------------------------------------------


def _decoded(tree: FileTree, file: str, name: str, side: int, crop: Crop) -> DecodedImage | Remark:
    try:
        return decode_image(tree.read(file), side=side, crop=crop)
    except (UnreadableFile, UndecodableImage) as reason:
        return Remark(printable_name(name), str(reason))


def _room(count: int, side: int) -> NDArray[np.uint8]:
    if side < 1:
        raise ValueError(f"side must be at least 1, not {side}")
    if count * side * side * 3 > MAX_BYTES:
        most = MAX_BYTES // (side * side * 3)
        raise UnreadableFile(f"holds {count} pictures; at {side} × {side} pixels {most} fit into memory: give fewer")
    return np.zeros((count, side, side, 3), np.uint8)


def _all(
    one: Callable[[int], DecodedImage | Remark], room: NDArray[np.uint8], progress: CountProgress | None
) -> list[DecodedImage | Remark]:
    """What became of each picture, in order, its pixels in its row of `room` and nowhere else."""

    def put(row: int) -> DecodedImage | Remark:
        done = one(row)
        if isinstance(done, DecodedImage):
            room[row] = done.pixels
            return DecodedImage(room[row], done.size, done.notes)
        return done

    found = []
    with ignore_pillow_warnings(), ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
        try:
            for done in threads.map(put, range(len(room))):
                found.append(done)
                if progress is not None:
                    progress(len(found), len(room))
        except BaseException:
            threads.shutdown(wait=True, cancel_futures=True)
            raise
    return found


def _packed(room: NDArray[np.uint8], rows: Sequence[int]) -> NDArray[np.uint8]:
    """Only these rows, ascending, moved up in place: a set is never in memory twice."""
    for place, row in enumerate(rows):
        if place != row:
            room[place] = room[row]
    return room[: len(rows)]


# --- what is said about them -----------------------------------------------------------------------------------------


def _enough(labels: Sequence[str], order: Sequence[str]) -> tuple[list[int], tuple[str, ...], list[Remark]]:
    """The rows whose class has two pictures or more, those classes in order, and a remark on each of the others."""
    counts = Counter(labels)
    classes = tuple(name for name in order if counts[name] >= 2)
    kept = [row for row, label in enumerate(labels) if counts[label] >= 2]
    few = {
        1: "has one picture; at least 2 are needed to test on one that was not learned",
        0: "has no picture that can be read",
    }
    return kept, classes, [Remark(f"class {name}", few[counts[name]]) for name in order if counts[name] < 2]


def _nothing(source: Path, classes: tuple[str, ...], left_out: Sequence[Remark]) -> list[str]:
    held = f"one class that can be learned ({classes[0]})" if classes else "no class that can be learned"
    needed = f"at least 2 are needed, each with 2 images or more: {ACCEPTED_SOURCES}"
    first = f"{printable_name(source)}: holds {held}; {needed}"
    return [first, *(f"{remark.file}: {remark.what}" for remark in _sorted(left_out))]


def _remarks(names: Sequence[str], decoded: Sequence[DecodedImage]) -> list[Remark]:
    """What was done with which file; what was done with many is said once."""
    files: dict[str, list[str]] = {}
    for name, one in zip(names, decoded, strict=True):
        for note in one.notes:
            files.setdefault(note, []).append(name)
    remarks = []
    for note, each in files.items():
        if len(each) <= _FEW:
            remarks += [Remark(file, note) for file in each]
        else:
            remarks.append(Remark(each[0], f"{note}; so were {len(each) - 1} more"))
    return remarks


def _sorted(remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(remarks, key=lambda one: (one.file, one.what)))
