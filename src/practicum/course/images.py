"""Reads the images of a course, which may be a stranger's: decodes each within limits, and re-encodes its pixels.

What is served is the new file. It has no metadata, and nothing of what else the author's file may contain.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from practicum.course import files
from practicum.errors import CodedError
from practicum.model import Image

FOLDER = "images"
"""The folder of a topic that holds the images of its texts."""
MAX_FILE_SIZE = 1 << 20
"""Bytes of an image file, and of what is made of it."""
MAX_PIXELS = 4_000_000
"""Pixels of an image, checked in the file's header before anything is decoded."""

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
"""The formats that are read, by the ending of the file's name."""
_OPTIONS: dict[str, dict[str, int]] = {"PNG": {"optimize": True}, "JPEG": {"quality": 90}, "WEBP": {"quality": 90}}
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\\")

LoadImage = Callable[[str], Image]
"""Returns the image that a text names. Raises ImageError."""


class ImageError(CodedError):
    """An image that cannot be shown; the code is that of the mistake."""


def is_image_name(name: str) -> bool:
    """Whether a file's name ends as that of an image does."""
    return posixpath.splitext(name.lower())[1] in FORMATS


def no_images(source: str) -> Image:
    """Raise ImageError: for a text that belongs to no folder."""
    raise ImageError("missing-image", f"there is no file `{source}`")


def read_image(root: Path, text_path: str, source: str) -> Image:
    """Return an image of a course, re-encoded. Raises ImageError.

    Args:
        root: The folder of the course.
        text_path: The path of the text that shows it, relative to `root`.
        source: The image's address in the text: its path, relative to the text's folder.
    """
    path = _path(text_path, unquote(source))
    data = _read_bytes(root, path)
    content, size = encode(data, FORMATS[posixpath.splitext(path.lower())[1]])
    ending = "jpg" if content.startswith(b"\xff\xd8") else posixpath.splitext(path.lower())[1][1:]
    address = f"/{FOLDER}/{hashlib.sha256(data).hexdigest()[:32]}.{ending}"
    return Image(source, address, *size, content)


def _path(text_path: str, source: str) -> str:
    """The path of an image relative to the course."""
    if _ADDRESS.match(source):
        message = f"`{source}` is not a relative path: put the image into the course, as in `{FOLDER}/loss.png`"
        raise ImageError("image-not-relative", message)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(text_path), source))
    if path.startswith("../"):
        message = f"`{source}` leads out of the course: put the image into the topic's folder `{FOLDER}`"
        raise ImageError("image-outside", message)
    if not is_image_name(path):
        svg = " An SVG can contain scripts: export it as PNG." if path.lower().endswith(".svg") else ""
        message = f"`{source}` is not an image that is shown: use PNG, JPEG or WebP, with that ending.{svg}"
        raise ImageError("image-type", message)
    return path


def _read_bytes(root: Path, path: str) -> bytes:
    try:
        data = files.read_bytes(root, path, MAX_FILE_SIZE)
    except FileNotFoundError:
        message = f"there is no file `{path}` in the course: the path is relative to the folder of this text"
        raise ImageError("missing-image", message) from None
    except files.UnusableFile as error:
        raise ImageError(error.code, str(error)) from error
    if len(data) > MAX_FILE_SIZE:
        raise _too_large(f"has more than {MAX_FILE_SIZE >> 20} MiB")
    return data


def _too_large(reason: str) -> ImageError:
    return ImageError("image-too-large", f"this image {reason}: make it smaller, or save it as JPEG")


def encode(data: bytes, file_format: str) -> tuple[bytes, tuple[int, int]]:
    """Return the upright pixels of an image as a new file, and their width and height. Raises ImageError."""
    from PIL import Image as Pillow  # slow to import, and most courses have no image
    from PIL import ImageOps

    try:
        with Pillow.open(io.BytesIO(data), formats=[file_format]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_large(f"has {image.width} × {image.height} pixels, more than {MAX_PIXELS:,}")
            upright = ImageOps.exif_transpose(image)
            if upright.mode not in ("1", "L", "RGB") and (file_format != "PNG" or upright.mode not in ("P", "RGBA")):
                has_alpha = file_format != "JPEG" and upright.has_transparency_data
                upright = upright.convert("RGBA" if has_alpha else "RGB")
            transparency = {key: value for key, value in upright.info.items() if key == "transparency"}
            upright.info = {}
            encoded = io.BytesIO()
            upright.save(encoded, file_format, **_OPTIONS[file_format], **transparency)
    except ImageError:
        raise
    except Exception as error:  # a stranger's file may fail in any way that a decoder knows
        message = f"this is not a {file_format} image that can be decoded: save it again from an image editor"
        raise ImageError("image-damaged", message) from error
    content = encoded.getvalue()
    if len(content) > 4 * MAX_FILE_SIZE:
        raise _too_large("is too large when it is decoded")
    return content, (upright.width, upright.height)
