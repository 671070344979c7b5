"""Augmented images from a fixed random stream, so that their features can be computed once and cached.

The random numbers of an augmented image come from a hash of the seed, the version number and the original image.
Its pixels therefore depend on nothing else in the set, and a larger number of versions begins with the smaller one.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

Pixels = NDArray[np.uint8]

MIN_AREA = 0.6
"""The smallest share of an image's area that a crop keeps."""
MAX_ASPECT = 1.1
"""A crop is at most this many times as wide as high, or as high as wide."""
MAX_CHANGE = 0.15
"""The largest relative change of brightness, contrast and saturation, up or down."""


def augment_times(pixels: Pixels, count: int, seed: int, *, mirrored: bool = True) -> Pixels:
    """Return versions 0 to `count` - 1 of `pixels` (n, side, side, 3), as (count, n, side, side, 3): see `augment`."""
    if count < 0:
        raise ValueError(f"count is {count}; it must be 0 or more")
    versions = np.empty((count, *pixels.shape), np.uint8)
    for number in range(count):
        versions[number] = augment(pixels, number, seed, mirrored=mirrored)
    return versions


def augment(pixels: Pixels, number: int, seed: int, *, mirrored: bool = True) -> Pixels:
    """Return version `number` of each image, as a new array.

    Version 0 is the image itself and version 1 its mirror image. Each further version is a random crop of 0.6 to 1.0 of
    the area, resized to the full side, mirrored with probability 0.5, with random changes of brightness, contrast and
    saturation. The result is always the same with the same Pillow.

    Args:
        pixels: uint8 (n, side, side, 3).
        number: 0 or more.
        seed: Seed of the random changes.
        mirrored: Set to False if left and right matter, as in text. No version is mirrored then, and version 1 is
            random too.

    Raises:
        ValueError: `pixels` has another shape or type, or `number` is below 0.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1] != pixels.shape[2] or pixels.shape[3] != 3:
        raise ValueError(f"pixels are {pixels.dtype} {pixels.shape}; they must be uint8 (n, side, side, 3)")
    if number < 0:
        raise ValueError(f"the version number is {number}; it must be 0 or more")
    if number == 0:
        return pixels.copy()
    if number == 1 and mirrored:
        return pixels[:, :, ::-1].copy()
    augmented = np.empty_like(pixels, order="C")
    for row, original in enumerate(pixels):
        augmented[row] = _transform(np.ascontiguousarray(original), number, seed, mirrored)
    return augmented


def _transform(original: Pixels, number: int, seed: int, mirrored: bool) -> Pixels:
    area, aspect, across, down, mirror, *colours = _uniform_numbers(original, number, seed)
    image, side = Image.fromarray(original), len(original)
    area, aspect = MIN_AREA + (1 - MIN_AREA) * area, MAX_ASPECT ** (2 * aspect - 1)
    width, height = min(1.0, (area * aspect) ** 0.5) * side, min(1.0, (area / aspect) ** 0.5) * side
    left, top = across * (side - width), down * (side - height)
    box = (left, top, left + width, top + height)
    image = image.resize((side, side), Image.Resampling.BICUBIC, box)
    if mirrored and mirror < 0.5:
        image = ImageOps.mirror(image)
    enhancers = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)
    for enhancer, uniform in zip(enhancers, colours, strict=True):
        image = enhancer(image).enhance(1 + MAX_CHANGE * (2 * uniform - 1))
    return np.asarray(image)


def _uniform_numbers(original: Pixels, number: int, seed: int) -> list[float]:
    """Eight numbers in [0, 1) from the 64 bytes of a hash, and so the same with any NumPy."""
    digest = hashlib.blake2b(f"{seed} {number} ".encode())
    digest.update(original.data)
    uniform: list[float] = ((np.frombuffer(digest.digest(), "<u8") >> np.uint64(11)) * 2.0**-53).tolist()
    return uniform
