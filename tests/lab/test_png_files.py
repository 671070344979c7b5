"""PNG files that experiments return."""

from __future__ import annotations

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from practicum.lab.png_files import COLUMNS, encode_png, grey_levels, tile_sheet


@given(arrays(np.uint8, st.tuples(st.integers(1, 8), st.integers(1, 8), st.just(3))))
def test_pixels_are_kept(pixels: np.ndarray) -> None:
    """All of them, unless colours are reduced."""
    assert (np.asarray(Image.open(io.BytesIO(encode_png(pixels))).convert("RGB")) == pixels).all()


@given(st.integers(1, 9), st.integers(1, 4), st.integers(1, 4))
def test_each_tile_is_in_its_place(count: int, height: int, width: int) -> None:
    """From left to right, then from top to bottom."""
    tiles = np.arange(1, count * height * width + 1).reshape(count, height, width)
    sheet = tile_sheet(tiles)

    for place, tile in enumerate(tiles):
        top, left = place // COLUMNS * height, place % COLUMNS * width
        assert (sheet[top : top + height, left : left + width] == tile).all()
    assert (sheet > 0).sum() == tiles.size


def test_values_become_grey_levels() -> None:
    """Clipped at both ends; equal ends are no division by zero."""
    assert grey_levels(np.array([-9.0, -1.0, 0.0, 1.0, 9.0]), -1, 1).tolist() == [0, 0, 128, 255, 255]
    assert grey_levels(np.array([3.0]), 3, 3).tolist() == [0]
