"""Read images from an .npz file with the arrays `images`, `labels` and, for numeric labels, `classes`."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.lab.image_sources import UnreadableFile, class_name

MAX_BYTES = 4 * 1024**3
"""Size of the largest array that is read."""
MAX_LABELS_LISTED = 20
"""How many invalid labels are listed."""


@dataclass(frozen=True)
class ImageArrays:
    """`images` uint8 (n, height, width, 3), the class name of each image (n,), and the `order` of the classes."""

    images: NDArray[np.uint8]
    labels: tuple[str, ...]
    order: tuple[str, ...]


class InvalidArrays(UnreadableFile):
    """The arrays do not form labelled images. `problems` lists every reason as (code, predicate)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("invalid-arrays", "\n".join(text for _code, text in problems))
        self.problems = tuple(problems)


def read_image_arrays(path: Path) -> ImageArrays:
    """Read the labelled images of an .npz file. Pickled data is never read.

    The file holds `images` uint8 of shape (n, height, width, 3), (n, height, width, 1) or (n, height, width); `labels`
    (n,) of strings or whole numbers from 0; and optionally `classes` (k,) of strings.

    Raises:
        InvalidArrays: The arrays have other types or shapes, or labels out of range.
        UnreadableFile: The file is damaged, too large or holds pickled objects.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_headers(archive)
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("images", "labels", "classes") if name in file}
    except UnreadableFile:
        raise
    except Exception as error:  # a damaged file can fail in any way, and each means the same to the caller
        raise UnreadableFile("damaged-arrays", f"is not a readable .npz file ({error})") from None
    if problems := _problems(arrays):
        raise InvalidArrays(problems)
    images, labels = arrays["images"], arrays["labels"]
    if images.ndim == 3:
        images = images[..., None]
    classes = [class_name(str(name)) for name in arrays["classes"]] if "classes" in arrays else None
    if labels.dtype.kind == "U":
        names = [class_name(str(label)) for label in labels]
    else:
        names = [classes[label] if classes else str(label) for label in labels]
    order = tuple(classes) if classes else tuple(class_name(str(label)) for label in np.unique(labels))
    return ImageArrays(np.broadcast_to(images, (*images.shape[:3], 3)), tuple(names), order)


def _check_headers(archive: zipfile.ZipFile) -> None:
    """Raise UnreadableFile for pickled and oversized arrays, before memory is allocated for any of them."""
    for member in archive.infolist():
        with archive.open(member) as file:
            version = np.lib.format.read_magic(file)
            header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _order, dtype = header(file)
        if dtype.hasobject:
            raise UnreadableFile("pickled-arrays", f"holds pickled objects in {member.filename}, which are not read")
        if dtype.itemsize * float(np.prod(shape, dtype=float)) > MAX_BYTES:
            limit = f"{MAX_BYTES // 1024**3} GiB"
            raise UnreadableFile("too-large", f"holds more than {limit} in {member.filename}; use fewer images")


def _problems(arrays: dict[str, NDArray[Any]]) -> list[tuple[str, str]]:
    """Every reason, as (code, predicate), why the arrays do not form labelled images."""
    missing = [("missing-array", f"has no array named {name}") for name in ("images", "labels") if name not in arrays]
    if missing:
        return missing
    images, labels, classes = arrays["images"], arrays["labels"], arrays.get("classes")
    problems = []
    if images.dtype != np.uint8:
        problems.append(("image-type", f"has images of type {images.dtype}; save them as uint8 from 0 to 255"))
    if images.ndim not in (3, 4) or 0 in images.shape[1:] or (images.ndim == 4 and images.shape[3] not in (1, 3)):
        expected = "(n, height, width, 3) or (n, height, width)"
        problems.append(("image-shape", f"has images of shape {images.shape}; the shape must be {expected}"))
    if labels.shape != images.shape[:1]:
        found = f"{len(images)} images and labels of shape {labels.shape}"
        problems.append(("label-shape", f"has {found}; each image needs one label"))
    if labels.dtype.kind not in "iuU":
        problems.append(("label-type", f"has labels of type {labels.dtype}; use strings or whole numbers"))
    return problems + ([] if classes is None else _class_problems(labels, classes))


def _class_problems(labels: NDArray[Any], classes: NDArray[Any]) -> list[tuple[str, str]]:
    if classes.ndim != 1 or classes.dtype.kind != "U" or len(set(classes)) != len(classes):
        return [("invalid-classes", "has classes that are not a list of distinct names")]
    if labels.ndim != 1:
        return []
    if labels.dtype.kind in "iu":
        rows = np.flatnonzero((labels < 0) | (labels >= len(classes)))[:MAX_LABELS_LISTED]
        return [("unknown-label", f"has label {labels[row]} at row {row}, and {len(classes)} classes") for row in rows]
    unknown = sorted({*labels} - {*classes})
    return [("unknown-label", f"has the label {label!r}, which is not among its classes") for label in unknown]
