"""Decode an image file to square RGB pixels, upright and on a white background."""

from __future__ import annotations

import io
import math
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from practicum.errors import CodedError

Crop = Literal["centre", "pad", "stretch"]
"""How an image becomes square: cropped to its centre, padded with white, or stretched."""

MAX_PIXELS = 100_000_000
"""Limit for one image, checked in the file's header before anything is decoded."""
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "AVIF")
"""The formats that are read. Pillow knows more, and some of those start other programs."""

_LARGE = 16_000_000
_large_image_lock = threading.Lock()
"""Images over 16 megapixels are decoded one at a time, so that threads do not add up to gigabytes."""

_EXIF_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation. Source: Exif 2.32, tag 0x0112."""


class UndecodableImage(CodedError):
    """The bytes are not an image that can be read. The message is a predicate: "is empty"."""


@dataclass(frozen=True)
class DecodedImage:
    """`pixels` uint8 (side, side, 3), `size` height and width of the upright original, and notes on its conversion."""

    pixels: NDArray[np.uint8]
    size: tuple[int, int]
    notes: tuple[tuple[str, str], ...] = ()
    """Each as (code, predicate)."""


@contextmanager
def ignore_pillow_warnings() -> Iterator[None]:
    """Ignore Pillow's warnings about images: the lab has its own limit and remarks.

    Warning filters belong to the whole process: enter this before threads start, and leave it when they are done.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL(\..*)?$")
        yield


def decode_image(data: bytes, *, side: int = 224, crop: Crop = "centre") -> DecodedImage:
    """Decode the contents of an image file to `side` × `side` pixels.

    The image is rotated as its EXIF data say, laid on white where it is transparent, and converted to 8-bit RGB. Of an
    animation the first frame is used.

    Raises:
        UndecodableImage: The data are not an image, damaged, or too large.
        ValueError: The crop is unknown, or the side is under 1.
    """
    _check(side, crop)
    if not data:
        raise UndecodableImage("empty-file", "is empty")
    try:
        return _decode(data, side, crop)
    except UndecodableImage:
        raise
    except UnidentifiedImageError:
        raise _unknown_format(data) from None
    except Image.DecompressionBombError as error:
        pixels = int("".join(c for c in str(error).partition("pixels")[0] if c.isdigit()) or 0)
        raise _too_large(f"{pixels / 1e6:.0f} megapixels") from None
    except Exception as error:  # a damaged file can fail in any way, and each means the same to the caller
        reason = str(error) or type(error).__name__
        raise UndecodableImage("damaged-image", f"is damaged or truncated ({reason})") from None


def resize_to_square(image: Image.Image, side: int, crop: Crop) -> Image.Image:
    """Return the image at `side` × `side` pixels. Raises ValueError for an unknown crop or a side under 1."""
    _check(side, crop)
    width, height = image.size
    if crop == "pad":
        scale = side / max(width, height)
        inner = max(1, round(width * scale)), max(1, round(height * scale))
        canvas = Image.new(image.mode, (side, side), "white")
        canvas.paste(_resize(image, inner, None), ((side - inner[0]) // 2, (side - inner[1]) // 2))
        return canvas
    short = min(width, height)
    left, top = (width - short) / 2, (height - short) / 2
    return _resize(image, (side, side), (left, top, left + short, top + short) if crop == "centre" else None)


def _check(side: int, crop: str) -> None:
    if side < 1 or crop not in get_args(Crop):
        raise ValueError(f"side must be at least 1 and crop one of {', '.join(get_args(Crop))}; got {side}, {crop!r}")


def _decode(data: bytes, side: int, crop: Crop) -> DecodedImage:
    with Image.open(io.BytesIO(data), formats=FORMATS) as file:
        width, height = file.size
        if width * height > MAX_PIXELS:
            raise _too_large(f"{width}×{height} = {width * height / 1e6:.0f} megapixels")
        notes = []
        if getattr(file, "is_animated", False) and file.format != "MPO":  # an MPO's further frames are previews
            notes.append(("first-frame", "has several frames or pages; the first one is used"))
            file.seek(0)
        # A JPEG can be decoded at a half, a quarter or an eighth; twice the final size leaves no visible difference.
        scale = 2 * side / min(width, height)
        file.draft(None, (math.ceil(width * scale), math.ceil(height * scale)))
        with _large_image_lock if file.width * file.height > _LARGE else nullcontext():
            file.load()
            orientation = _orientation(file)
            converted, conversion = _eight_bits(file)
            square = resize_to_square(converted, side, crop)
    if square.mode == "RGBA":
        square = Image.alpha_composite(Image.new("RGBA", square.size, "white"), square).convert("RGB")
    if orientation in _EXIF_TRANSPOSE:
        square = square.transpose(_EXIF_TRANSPOSE[orientation])
        notes.append(("rotated", "was rotated upright by its EXIF data"))
    size = (width, height) if orientation >= 5 else (height, width)
    return DecodedImage(np.asarray(square, np.uint8), size, (*notes, *conversion))


def _orientation(file: Image.Image) -> int:
    try:
        return int(file.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # damaged EXIF data say nothing about the pixels
        return 1


def _eight_bits(file: Image.Image) -> tuple[Image.Image, tuple[tuple[str, str], ...]]:
    """The image as RGB or RGBA, and notes on unusual conversions."""
    if file.mode.startswith(("I", "F")):
        converted = Image.fromarray(_scale_to_bytes(np.asarray(file), file.mode)).convert("RGB")
        return converted, (("made-8-bit", "was converted to 8 bits per channel"),)
    if file.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in file.info:
        converted = file.convert("RGBA")
        if converted.getchannel("A").histogram()[255] < converted.width * converted.height:
            return converted, (("transparent", "is partly transparent and was laid on white"),)
        return converted.convert("RGB"), ()
    if file.mode == "CMYK":
        return file.convert("RGB"), (("from-cmyk", "was converted from CMYK to RGB"),)
    return file if file.mode == "RGB" else file.convert("RGB"), ()


def _scale_to_bytes(values: NDArray[Any], mode: str) -> NDArray[np.uint8]:
    """The upper 8 of 16 bits; for floats, whose range is unknown, the range that they have."""
    if mode.startswith("I"):
        return np.asarray(values.clip(0, 65535) // 256, np.uint8)
    numbers = np.nan_to_num(values.astype(np.float32), posinf=0, neginf=0)
    low, high = float(numbers.min()), float(numbers.max())
    return np.asarray(np.rint((numbers - low) * (255 / ((high - low) or 1))), np.uint8)


def _resize(image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float] | None) -> Image.Image:
    return image.resize(size, Image.Resampling.BICUBIC, box, reducing_gap=3.0)


def _too_large(size: str) -> UndecodableImage:
    limit = f"{MAX_PIXELS // 1_000_000} megapixels"
    return UndecodableImage("too-many-pixels", f"has {size}; the limit is {limit}, so save it smaller")


def _unknown_format(data: bytes) -> UndecodableImage:
    if data[4:8] == b"ftyp" and data[8:11] in (b"hei", b"hev", b"mif"):
        return UndecodableImage("heic", "is a HEIC file, as phones save it, which is not read; export it as JPEG")
    formats = ", ".join(FORMATS)
    return UndecodableImage("unknown-format", f"is not an image in one of the formats {formats}, whatever its suffix")
