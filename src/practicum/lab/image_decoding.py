"""One picture: from the bytes of a file to square pixels, upright, in colour, on white."""

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

Crop = Literal["centre", "pad", "stretch"]
"""How a picture becomes square: cut off what stands out, fill up with white, or squeeze."""

MAX_PIXELS = 100_000_000
"""More in one picture is not read; the file's header says how many there are before any is decoded."""
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "AVIF")
"""The kinds of file that are read. Pillow knows more, and some of those start other programs."""

_LARGE = 16_000_000
_large = threading.Lock()
"""Pictures over 16 megapixels are decoded one at a time, so that threads do not add up to gigabytes."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation. Source: Exif 2.32, tag 0x0112."""


class UndecodableImage(ValueError):
    """The bytes are no picture that can be read. The message is a predicate: "is empty"."""


@dataclass(frozen=True)
class DecodedImage:
    """A picture: `pixels` uint8 (side, side, 3), `size` height and width as in the file once upright, and what was
    done with it, in words."""

    pixels: NDArray[np.uint8]
    size: tuple[int, int]
    notes: tuple[str, ...] = ()


@contextmanager
def ignore_pillow_warnings() -> Iterator[None]:
    """Hold back what Pillow warns of while pictures are decoded: the lab has a limit and remarks of its own.

    Filters of warnings belong to the whole process: enter this before threads start, and leave it when they are done.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL(\..*)?$")
        yield


def decode_image(data: bytes, *, side: int = 224, crop: Crop = "centre") -> DecodedImage:
    """The picture in `data`, the contents of a file, as `side` × `side` pixels.

    It is turned as its EXIF asks, laid on white where it is transparent, and made RGB of 8 bits whatever it was; of an
    animation the first frame is taken. Raises Undecodable where that cannot be done, ValueError for an unknown crop
    or a side under 1.
    """
    _check(side, crop)
    if not data:
        raise UndecodableImage("is empty")
    try:
        return _decode(data, side, crop)
    except UndecodableImage:
        raise
    except UnidentifiedImageError:
        raise UndecodableImage(_unknown(data)) from None
    except Image.DecompressionBombError as error:
        pixels = int("".join(c for c in str(error).partition("pixels")[0] if c.isdigit()) or 0)
        raise UndecodableImage(_too_large(f"{pixels / 1e6:.0f} megapixels")) from None
    except Exception as error:  # a damaged file can fail in any way, and each means the same to the caller
        raise UndecodableImage(f"is damaged or cut off ({str(error) or type(error).__name__})") from None


def resize_to_square(picture: Image.Image, side: int, crop: Crop) -> Image.Image:
    """The picture at `side` × `side`, each pixel the mean of what it covers; `pad` fills up with white."""
    _check(side, crop)
    width, height = picture.size
    if crop == "pad":
        scale = side / max(width, height)
        inner = max(1, round(width * scale)), max(1, round(height * scale))
        canvas = Image.new(picture.mode, (side, side), "white")
        canvas.paste(_resize(picture, inner, None), ((side - inner[0]) // 2, (side - inner[1]) // 2))
        return canvas
    short = min(width, height)
    left, top = (width - short) / 2, (height - short) / 2
    return _resize(picture, (side, side), (left, top, left + short, top + short) if crop == "centre" else None)


def _check(side: int, crop: str) -> None:
    if side < 1 or crop not in get_args(Crop):
        raise ValueError(f"side must be at least 1 and crop one of {', '.join(get_args(Crop))}; got {side}, {crop!r}")


def _decode(data: bytes, side: int, crop: Crop) -> DecodedImage:
    with Image.open(io.BytesIO(data), formats=FORMATS) as file:
        width, height = file.size
        if width * height > MAX_PIXELS:
            raise UndecodableImage(_too_large(f"{width}×{height} = {width * height / 1e6:.0f} megapixels"))
        notes = []
        if getattr(file, "is_animated", False) and file.format != "MPO":  # an MPO's further frames are previews
            notes.append("moves or has pages; the first is taken")
            file.seek(0)
        # A JPEG can be decoded at a half, a quarter or an eighth; twice what is wanted leaves nothing to see of it.
        scale = 2 * side / min(width, height)
        file.draft(None, (math.ceil(width * scale), math.ceil(height * scale)))
        with _large if file.width * file.height > _LARGE else nullcontext():
            file.load()
            orientation = _orientation(file)
            colour, note = _eight_bits(file)
            square = resize_to_square(colour, side, crop)
    if square.mode == "RGBA":
        square = Image.alpha_composite(Image.new("RGBA", square.size, "white"), square).convert("RGB")
    if orientation in _TURNS:
        square = square.transpose(_TURNS[orientation])
        notes.append("turned upright, as its EXIF asks")
    size = (width, height) if orientation >= 5 else (height, width)
    return DecodedImage(np.asarray(square, np.uint8), size, (*notes, *note))


def _orientation(file: Image.Image) -> int:
    try:
        return int(file.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # damaged EXIF says nothing about the pixels
        return 1


def _eight_bits(file: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """The picture as RGB or RGBA, and what that took beyond the usual."""
    if file.mode.startswith(("I", "F")):
        return Image.fromarray(_scaled(np.asarray(file), file.mode)).convert("RGB"), ("made 8-bit",)
    if file.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in file.info:
        colour = file.convert("RGBA")
        if colour.getchannel("A").histogram()[255] < colour.width * colour.height:
            return colour, ("transparent in places; laid on white",)
        return colour.convert("RGB"), ()
    if file.mode == "CMYK":
        return file.convert("RGB"), ("made RGB from CMYK",)
    return file if file.mode == "RGB" else file.convert("RGB"), ()


def _scaled(values: NDArray[Any], mode: str) -> NDArray[np.uint8]:
    """8 bits of 16, or, for numbers without a known range, the range they have."""
    if mode.startswith("I"):
        return np.asarray(values.clip(0, 65535) // 256, np.uint8)
    numbers = np.nan_to_num(values.astype(np.float32), posinf=0, neginf=0)
    low, high = float(numbers.min()), float(numbers.max())
    return np.asarray(np.rint((numbers - low) * (255 / ((high - low) or 1))), np.uint8)


def _resize(picture: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float] | None) -> Image.Image:
    return picture.resize(size, Image.Resampling.BICUBIC, box, reducing_gap=3.0)


def _too_large(measure: str) -> str:
    return f"is {measure}; more than {MAX_PIXELS // 1_000_000} is not read, so save it smaller"


def _unknown(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:11] in (b"hei", b"hev", b"mif"):
        return "is HEIC, as telephones save it, which is not read; export it as JPEG"
    kinds = ", ".join(FORMATS)
    return f"is no picture of a kind that is read ({kinds}), whatever its name says"
