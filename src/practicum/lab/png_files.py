"""Write pixels as PNG files that an experiment returns: images, and sheets of tiles of one size."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COLUMNS = 4
"""Tiles in a row of a sheet, as figures of pages expect them."""


def encode_png(pixels: NDArray[Any], colours: int | None = None) -> bytes:
    """Return pixels of 0 to 255, shape (height, width, 3) or (height, width), as a PNG file.

    Args:
        pixels: The image.
        colours: Reduce it to this number of colours, for a smaller file. Default: all colours are kept.
    """
    if colours is not None:
        pixels = reduce_colours(pixels, colours)
    image = _with_palette(pixels.astype(np.uint8))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def reduce_colours(pixels: NDArray[Any], colours: int) -> NDArray[np.uint8]:
    """Return an image, shape (height, width, 3), in at most this number of colours, up to 256."""
    image = Image.fromarray(pixels.astype(np.uint8)).quantize(colours)
    return np.asarray(image.convert("RGB"))


def _with_palette(pixels: NDArray[np.uint8]) -> Image.Image:
    """The same pixels as an image with a palette, which takes a smaller file, if they have few colours."""
    if pixels.ndim == 2:
        return Image.fromarray(pixels)
    palette, places = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    if len(palette) > 256:
        return Image.fromarray(pixels)
    image = Image.fromarray(places.reshape(pixels.shape[:2]).astype(np.uint8)).convert("P")
    image.putpalette(palette.tobytes())
    return image


def tile_sheet(tiles: NDArray[Any]) -> NDArray[Any]:
    """Return tiles, shape (n, height, width) or (n, height, width, 3), as one image with `COLUMNS` tiles in a row.

    What is left of the last row is 0.
    """
    count, height, width, *channels = tiles.shape
    rows = -(-count // COLUMNS)
    sheet = np.zeros((rows * COLUMNS, height, width, *channels), tiles.dtype)
    sheet[:count] = tiles
    grid = sheet.reshape(rows, COLUMNS, height, width, *channels).swapaxes(1, 2)
    return grid.reshape(rows * height, COLUMNS * width, *channels)


def grey_levels(values: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Return values as grey levels: 0 for `low` and below, 255 for `high` and above, rounded to the nearest between."""
    return np.rint(255 * np.clip((values - low) / ((high - low) or 1.0), 0, 1)).astype(np.uint8)
