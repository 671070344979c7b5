"""Several views of each picture, drawn once and for all: augmentation whose features can be computed once.

What chance decides about a view comes from a hash of the seed, the view's number and the picture itself. So a picture's
views are the same in any company and at any place, and more of them begin with the fewer.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

Pixels = NDArray[np.uint8]

MIN_AREA = 0.6
"""The smallest share of the picture that a view shows."""
MAX_ASPECT = 1.1
"""A view's crop is at most this many times as wide as high, or as high as wide."""
MAX_CHANGE = 0.15
"""By how much of itself brightness, contrast and saturation go up or down, at most."""


def augment_times(pixels: Pixels, count: int, seed: int, *, mirrored: bool = True) -> Pixels:
    """The first `count` views of `pixels` (n, side, side, 3), as (count, n, side, side, 3): see `view`."""
    if count < 0:
        raise ValueError(f"count is {count}; it must be 0 or more")
    drawn = np.empty((count, *pixels.shape), np.uint8)
    for number in range(count):
        drawn[number] = augment(pixels, number, seed, mirrored=mirrored)
    return drawn


def augment(pixels: Pixels, number: int, seed: int, *, mirrored: bool = True) -> Pixels:
    """One view of each of `pixels` (n, side, side, 3), a new array of that shape.

    Number 0 is the picture itself and 1 its mirror image. Every further one shows 0.6 to 1.0 of its area, resized to
    the whole, mirrored or not, a little brighter or darker, with a little more or less contrast and saturation. Where
    left and right matter, as in text, `mirrored=False` mirrors none, and 1 is a view like the further ones.

    The same with the same Pillow, always. Raises ValueError for other pixels, and for a number below 0.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1] != pixels.shape[2] or pixels.shape[3] != 3:
        raise ValueError(f"pixels are {pixels.dtype} {pixels.shape}; views need uint8 (n, side, side, 3)")
    if number < 0:
        raise ValueError(f"the view's number is {number}; it must be 0 or more")
    if number == 0:
        return pixels.copy()
    if number == 1 and mirrored:
        return pixels[:, :, ::-1].copy()
    drawn = np.empty_like(pixels, order="C")
    for row, picture in enumerate(pixels):
        drawn[row] = _drawn(np.ascontiguousarray(picture), number, seed, mirrored)
    return drawn


def _drawn(picture: Pixels, number: int, seed: int, mirrored: bool) -> Pixels:
    area, aspect, across, down, mirror, *colours = _chances(picture, number, seed)
    image, side = Image.fromarray(picture), len(picture)
    area, aspect = MIN_AREA + (1 - MIN_AREA) * area, MAX_ASPECT ** (2 * aspect - 1)
    width, height = min(1.0, (area * aspect) ** 0.5) * side, min(1.0, (area / aspect) ** 0.5) * side
    left, top = across * (side - width), down * (side - height)
    box = (left, top, left + width, top + height)
    image = image.resize((side, side), Image.Resampling.BICUBIC, box)
    if mirrored and mirror < 0.5:
        image = ImageOps.mirror(image)
    for change, chance in zip(
        (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color), colours, strict=True
    ):
        image = change(image).enhance(1 + MAX_CHANGE * (2 * chance - 1))
    return np.asarray(image)


def _chances(picture: Pixels, number: int, seed: int) -> list[float]:
    """Eight numbers from 0 to 1, excluding 1: the 64 bytes of a hash, and so the same with any NumPy."""
    digest = hashlib.blake2b(f"{seed} {number} ".encode())
    digest.update(picture.data)
    chances: list[float] = ((np.frombuffer(digest.digest(), "<u8") >> np.uint64(11)) * 2.0**-53).tolist()
    return chances
