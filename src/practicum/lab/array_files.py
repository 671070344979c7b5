"""Pictures as NumPy arrays: an .npz with `images`, `labels` and, if labels are numbers, `classes`."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.lab.image_sources import UnreadableFile, class_name

MAX_BYTES = 4 * 1024**3
"""No array of more is read."""


@dataclass(frozen=True)
class ImageArrays:
    """`images` uint8 (n, height, width, 3) and the name of each one's class, (n,); `order` is that of the classes."""

    images: NDArray[np.uint8]
    labels: tuple[str, ...]
    order: tuple[str, ...]


def read_image_arrays(path: Path) -> ImageArrays:
    """The arrays in the file: images uint8 (n, height, width, 3), (n, height, width, 1) or (n, height, width);
    labels (n,), text or whole numbers from 0; classes (k,), text, may be left out. Nothing pickled is read.

    Raises Refused with every reason, one a line.
    """
    try:
        with zipfile.ZipFile(path) as held:
            _weigh(held)
        with np.load(path, allow_pickle=False) as file:
            given = {name: file[name] for name in ("images", "labels", "classes") if name in file}
    except UnreadableFile:
        raise
    except Exception as error:  # a damaged file can fail in any way, and each means the same to the caller
        raise UnreadableFile(f"is no .npz that can be read ({error})") from None
    if reasons := _reasons(given):
        raise UnreadableFile("\n".join(reasons))
    images, labels = given["images"], given["labels"]
    if images.ndim == 3:
        images = images[..., None]
    classes = [class_name(str(one)) for one in given["classes"]] if "classes" in given else None
    if labels.dtype.kind == "U":
        names = [class_name(str(one)) for one in labels]
    else:
        names = [classes[one] if classes else str(one) for one in labels]
    order = tuple(classes) if classes else tuple(class_name(str(one)) for one in np.unique(labels))
    return ImageArrays(np.broadcast_to(images, (*images.shape[:3], 3)), tuple(names), order)


def _weigh(held: zipfile.ZipFile) -> None:
    """Refuse before anything is allocated: a header may claim any shape."""
    for member in held.infolist():
        with held.open(member) as file:
            version = np.lib.format.read_magic(file)
            header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _order, dtype = header(file)
        if dtype.hasobject:
            raise UnreadableFile(f"holds pickled objects in {member.filename}, which are not read")
        if dtype.itemsize * float(np.prod(shape, dtype=float)) > MAX_BYTES:
            raise UnreadableFile(
                f"holds more than {MAX_BYTES // 1024**3} GiB in {member.filename}; give fewer pictures"
            )


def _reasons(given: dict[str, NDArray[Any]]) -> list[str]:
    """Everything that keeps the arrays from being pictures and labels."""
    missing = [f"has no array called {name}" for name in ("images", "labels") if name not in given]
    if missing:
        return missing
    images, labels, classes = given["images"], given["labels"], given.get("classes")
    reasons = []
    if images.dtype != np.uint8:
        reasons.append(f"has images of {images.dtype}; save them as uint8 from 0 to 255")
    if images.ndim not in (3, 4) or 0 in images.shape[1:] or (images.ndim == 4 and images.shape[3] not in (1, 3)):
        reasons.append(f"has images of shape {images.shape}; (n, height, width, 3) or (n, height, width) is wanted")
    if labels.shape != images.shape[:1]:
        reasons.append(f"has {len(images)} images and labels of shape {labels.shape}; one for each image is wanted")
    if labels.dtype.kind not in "iuU":
        reasons.append(f"has labels of {labels.dtype}; text or whole numbers are wanted")
    if classes is not None and (classes.ndim != 1 or classes.dtype.kind != "U" or len(set(classes)) != len(classes)):
        reasons.append("has classes that are no list of different names")
    elif classes is not None and labels.dtype.kind in "iu" and labels.ndim == 1:
        wrong = np.flatnonzero((labels < 0) | (labels >= len(classes)))
        reasons += [f"has label {labels[row]} at row {row}, and {len(classes)} classes" for row in wrong[:20]]
    elif classes is not None and labels.ndim == 1:
        reasons += [f"has the label {one!r}, which is none of its classes" for one in sorted({*labels} - {*classes})]
    return reasons
