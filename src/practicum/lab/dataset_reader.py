"""Read a labelled image dataset: a folder per class, a CSV table, a zip archive of either, or an .npz file."""

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

from practicum.lab.array_files import InvalidArrays, read_image_arrays
from practicum.lab.errors import LabError
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
from practicum.lab.progress import CountProgress
from practicum.lab.zip_archive import ArchiveTooLarge, ZipArchive

MAX_BYTES = 4 * 1024**3
"""Limit on the memory that the pixels of a dataset may take."""
MAX_ENLARGEMENT = 1.5
"""How far small images are enlarged: most networks then recognise more in them, and no more beyond about twice their
size (measured, docs/lab.md)."""
SIDE_STEP = 32
"""Most networks halve their input five times."""
ACCEPTED_SOURCES = (
    "use a folder with a folder of images for each class, a CSV of files and labels, a .zip of either, or an .npz file"
)
_MAX_SINGLE_REMARKS = 3
"""Up to this many equal remarks are listed one by one; more of them become one remark."""


class UnreadableDataset(LabError):
    """The dataset cannot be used for training.

    `remarks` hold every reason, the main one first; each is also a line of the message.

    Codes: those of UnreadableFile if the whole source cannot be read, else `too-few-classes`.
    """

    def __init__(self, code: str, remarks: Sequence[Remark]) -> None:
        super().__init__(code, "\n".join(f"{remark.file}: {remark.text}" for remark in remarks))
        self.remarks = tuple(remarks)


@dataclass(frozen=True)
class LoadedDataset:
    """The images of a dataset, and what was changed or left out.

    `sizes` (n, 2) are height and width, in pixels, of the upright originals.
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
    exclude: Path | None = None,
    on_progress: CountProgress | None = None,
) -> LoadedDataset:
    """Read every readable image of `source` at `side` × `side` pixels, sorted by name.

    A class with fewer than two readable images is left out.

    Args:
        source: A folder with a folder per class, a CSV file, a zip archive of either, or an .npz file.
        side: Height and width of the result, in pixels.
        crop: How images become square.
        exclude: A folder that is skipped, such as that of a model among its images.
        on_progress: Called after each image.

    Raises:
        UnreadableDataset: The source cannot be read, or fewer than two classes remain.
    """
    with _as_dataset_errors(source):
        if _is_array_file(source):
            return _read_arrays(source, side, crop)
        with _open_source(source, exclude) as (tree, listing):
            return _read_tree(source, tree, listing, side, crop, on_progress)


def check_dataset(source: Path, *, exclude: Path | None = None) -> None:
    """Raise UnreadableDataset as :func:`read_dataset` does, as far as this is known without opening an image."""
    with _as_dataset_errors(source):
        if _is_array_file(source):
            return
        with _open_source(source, exclude) as (_tree, listing):
            labels = [entry.label for entry in listing.entries]
            _rows, classes, too_small = _usable_classes(labels, sorted({*labels}))
            if len(classes) < 2:
                raise _too_few_classes(source, classes, [*listing.left_out, *too_small])


def choose_side(sizes: NDArray[np.int32], *, min_side: int, default_side: int) -> int:
    """Return the side, in pixels, at which a network should see images of these `sizes` (n, 2).

    This is the `default_side`, or less if most images are smaller: enlarged much, they no longer look like
    what the network knows. It is at least `min_side`.
    """
    wanted = MAX_ENLARGEMENT * float(np.median(sizes.min(axis=1)))
    return int(max(min_side, min(default_side, math.ceil(wanted / SIDE_STEP) * SIDE_STEP)))


def read_images(
    files: Sequence[Path], *, side: int = 224, crop: Crop = "centre", on_progress: CountProgress | None = None
) -> tuple[NDArray[np.uint8], tuple[str, ...], tuple[Remark, ...]]:
    """Read images without labels.

    Returns:
        Pixels uint8 (n, side, side, 3) of the readable images, their names as given, and a remark on each other file.
    """
    names = [str(file) for file in files]
    pixels = _allocate(len(names), side)

    def decode(row: int) -> DecodedImage | Remark:
        return _decode(ImageFolder(files[row].parent), files[row].name, names[row], side, crop)

    results = _decode_all(decode, pixels, on_progress)
    rows = [row for row, result in enumerate(results) if isinstance(result, DecodedImage)]
    left_out = tuple(result for result in results if isinstance(result, Remark))
    return _keep_rows(pixels, rows), tuple(printable_name(names[row]) for row in rows), left_out


@contextmanager
def _as_dataset_errors(source: Path) -> Iterator[None]:
    file = printable_name(source)
    try:
        yield
    except InvalidArrays as error:
        raise UnreadableDataset(error.code, [Remark(file, text, code) for code, text in error.problems]) from None
    except (UnreadableFile, ArchiveTooLarge) as error:
        raise UnreadableDataset(error.code, [Remark(file, error.message, error.code)]) from None


def _is_array_file(source: Path) -> bool:
    return source.suffix.casefold() == ".npz" and source.is_file()


@contextmanager
def _open_source(source: Path, exclude: Path | None) -> Iterator[tuple[FileTree, ImageListing]]:
    """The files of the source, and the list of its images. Raises UnreadableFile."""
    suffix = source.suffix.casefold() if source.is_file() else ""
    if suffix == ".zip":
        with ZipArchive(source) as archive:
            yield archive, list_images(archive)
    elif suffix == ".csv":
        folder = ImageFolder(source.parent)
        yield folder, list_by_table(folder, source.name)
    elif source.is_dir():
        folder = ImageFolder(source, exclude)
        yield folder, list_images(folder)
    elif source.exists():
        raise UnreadableFile("unsupported-source", f"is not a supported dataset; {ACCEPTED_SOURCES}")
    else:
        raise UnreadableFile("not-found", f"does not exist; {ACCEPTED_SOURCES}")


def _read_tree(
    source: Path, tree: FileTree, listing: ImageListing, side: int, crop: Crop, on_progress: CountProgress | None
) -> LoadedDataset:
    pixels = _allocate(len(listing.entries), side)

    def decode(row: int) -> DecodedImage | Remark:
        name = listing.entries[row].name
        return _decode(tree, name, printable_name(name), side, crop)

    results = _decode_all(decode, pixels, on_progress)
    left_out = [*listing.left_out, *(result for result in results if isinstance(result, Remark))]
    decoded = {row: result for row, result in enumerate(results) if isinstance(result, DecodedImage)}
    labels = [entry.label for entry in listing.entries]
    usable, classes, too_small = _usable_classes([labels[row] for row in decoded], sorted({*labels}))
    rows = [list(decoded)[place] for place in usable]
    left_out += too_small
    if len(classes) < 2:
        raise _too_few_classes(source, classes, left_out)
    names = tuple(printable_name(listing.entries[row].name) for row in rows)
    remarks = [*listing.remarks, *_conversion_remarks(names, [decoded[row] for row in rows])]
    sizes = np.array([decoded[row].size for row in rows], np.int32)
    numbers = np.array([classes.index(labels[row]) for row in rows], np.int64)
    images = ImageSet(_keep_rows(pixels, rows), numbers, classes, names)
    return LoadedDataset(images, tuple(remarks), _sorted(left_out), sizes)


def _read_arrays(source: Path, side: int, crop: Crop) -> LoadedDataset:
    arrays = read_image_arrays(source)
    rows, classes, too_small = _usable_classes(arrays.labels, arrays.order)
    if len(classes) < 2:
        raise _too_few_classes(source, classes, too_small)
    pixels = _allocate(len(rows), side)
    for place, row in enumerate(rows):
        image = Image.fromarray(np.ascontiguousarray(arrays.images[row]))
        pixels[place] = np.asarray(resize_to_square(image, side, crop))
    labels = np.array([classes.index(arrays.labels[row]) for row in rows], np.int64)
    names = tuple(f"images[{row}]" for row in rows)
    sizes = np.tile(np.array(arrays.images.shape[1:3], np.int32), (len(rows), 1))
    return LoadedDataset(ImageSet(pixels, labels, classes, names), (), tuple(too_small), sizes)


# --- decoding many images --------------------------------------------------------------------------------------------


def _decode(tree: FileTree, file: str, name: str, side: int, crop: Crop) -> DecodedImage | Remark:
    try:
        return decode_image(tree.read(file), side=side, crop=crop)
    except (UnreadableFile, UndecodableImage) as error:
        return Remark(printable_name(name), error.message, error.code)


def _allocate(count: int, side: int) -> NDArray[np.uint8]:
    """Zeros of shape (count, side, side, 3). Raises UnreadableFile if they would take too much memory."""
    if side < 1:
        raise ValueError(f"side must be at least 1, not {side}")
    if count * side * side * 3 > MAX_BYTES:
        limit = MAX_BYTES // (side * side * 3)
        reason = f"holds {count} images; at {side} × {side} pixels {limit} fit into memory: use fewer"
        raise UnreadableFile("too-many-images", reason)
    return np.zeros((count, side, side, 3), np.uint8)


def _decode_all(
    decode: Callable[[int], DecodedImage | Remark], pixels: NDArray[np.uint8], on_progress: CountProgress | None
) -> list[DecodedImage | Remark]:
    """Decode every row in parallel. The pixels of each image are stored in its row of `pixels` and nowhere else."""

    def store(row: int) -> DecodedImage | Remark:
        result = decode(row)
        if isinstance(result, DecodedImage):
            pixels[row] = result.pixels
            return DecodedImage(pixels[row], result.size, result.notes)
        return result

    results = []
    with ignore_pillow_warnings(), ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
        try:
            for result in threads.map(store, range(len(pixels))):
                results.append(result)
                if on_progress is not None:
                    on_progress(len(results), len(pixels))
        except BaseException:
            threads.shutdown(wait=True, cancel_futures=True)
            raise
    return results


def _keep_rows(pixels: NDArray[np.uint8], rows: Sequence[int]) -> NDArray[np.uint8]:
    """These rows, ascending, moved to the front in place: a dataset is never in memory twice."""
    for place, row in enumerate(rows):
        if place != row:
            pixels[place] = pixels[row]
    return pixels[: len(rows)]


# --- classes and remarks ---------------------------------------------------------------------------------------------


def _usable_classes(labels: Sequence[str], order: Sequence[str]) -> tuple[list[int], tuple[str, ...], list[Remark]]:
    """The rows of classes with two images or more, those classes in order, and a remark on each other class."""
    counts = Counter(labels)
    classes = tuple(name for name in order if counts[name] >= 2)
    rows = [row for row, label in enumerate(labels) if counts[label] >= 2]
    reasons = {
        1: ("single-image", "has one image; at least 2 are needed, one of them for testing"),
        0: ("no-readable-image", "has no readable image"),
    }
    too_small = [Remark(f"class {name}", *reversed(reasons[counts[name]])) for name in order if counts[name] < 2]
    return rows, classes, too_small


def _too_few_classes(source: Path, classes: tuple[str, ...], left_out: Sequence[Remark]) -> UnreadableDataset:
    found = f"only one usable class ({classes[0]})" if classes else "no usable class"
    needed = f"at least 2 are needed, each with 2 images or more: {ACCEPTED_SOURCES}"
    reason = Remark(printable_name(source), f"holds {found}; {needed}", "too-few-classes")
    return UnreadableDataset(reason.code, [reason, *_sorted(left_out)])


def _conversion_remarks(names: Sequence[str], images: Sequence[DecodedImage]) -> list[Remark]:
    """A remark on each converted image; many equal ones become one remark that names the first file."""
    files: dict[tuple[str, str], list[str]] = {}
    for name, image in zip(names, images, strict=True):
        for note in image.notes:
            files.setdefault(note, []).append(name)
    remarks = []
    for (code, text), noted in files.items():
        if len(noted) <= _MAX_SINGLE_REMARKS:
            remarks += [Remark(file, text, code) for file in noted]
        else:
            remarks.append(Remark(noted[0], f"{text} (and {len(noted) - 1} more)", code))
    return remarks


def _sorted(remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(remarks, key=lambda remark: (remark.file, remark.text)))
