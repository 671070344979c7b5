"""Every image file becomes upright, square RGB pixels on white, or an error with a code."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from practicum.lab.image_decoding import Crop, UndecodableImage, decode_image, ignore_pillow_warnings
from tests.examples import examples

RED, GREEN, BLUE, WHITE = (250, 10, 10), (10, 250, 10), (10, 10, 250), (255, 255, 255)


def saved(image: Image.Image, kind: str = "PNG", **settings: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def corners() -> Image.Image:
    """Red and green above, blue and white below; 60 wide, 40 high."""
    image = Image.new("RGB", (60, 40), WHITE)
    for colour, box in ((RED, (0, 0, 30, 20)), (GREEN, (30, 0, 60, 20)), (BLUE, (0, 20, 30, 40))):
        image.paste(colour, box)
    return image


def header(width: int, height: int) -> bytes:
    """A PNG file whose header declares this size, without pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def close(pixel: Any, colour: tuple[int, int, int], by: int = 12) -> bool:
    return bool(np.abs(np.asarray(pixel, int) - colour).max() <= by)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_undone(kind: str, orientation: int) -> None:
    """In each format that has the tag, including the size."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = {
        1: lambda p: p,
        2: lambda p: p.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda p: p.transpose(Image.Transpose.ROTATE_180),
        4: lambda p: p.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda p: p.transpose(Image.Transpose.TRANSPOSE),
        6: lambda p: p.transpose(Image.Transpose.ROTATE_90),
        7: lambda p: p.transpose(Image.Transpose.TRANSVERSE),
        8: lambda p: p.transpose(Image.Transpose.ROTATE_270),
    }[orientation](corners())

    decoded = decode_image(saved(stored, kind, exif=exif), side=20, crop="stretch")

    assert decoded.size == (40, 60)
    for place, colour in {(4, 4): RED, (4, 15): GREEN, (15, 4): BLUE, (15, 15): WHITE}.items():
        assert close(decoded.pixels[place], colour, 25), (place, decoded.pixels[place])


def sixteen() -> Image.Image:
    return Image.fromarray(np.full((30, 30), 51400, np.uint16))


@pytest.mark.parametrize(
    ("data", "colour", "code"),
    [
        (saved(Image.new("L", (30, 30), 90)), (90, 90, 90), None),
        (saved(Image.new("1", (30, 30), 1)), WHITE, None),
        (saved(Image.new("RGB", (30, 30), RED).quantize(4)), RED, None),
        (saved(sixteen()), (200, 200, 200), "made-8-bit"),
        (saved(sixteen(), "TIFF"), (200, 200, 200), "made-8-bit"),
        (saved(Image.new("CMYK", (30, 30), (0, 255, 255, 0)), "JPEG"), (255, 0, 0), "from-cmyk"),
        (saved(Image.new("RGBA", (30, 30), (*RED, 255))), RED, None),
        (saved(Image.new("RGBA", (30, 30), (0, 0, 0, 0))), WHITE, "transparent"),
        (saved(Image.new("RGBA", (30, 30), (255, 0, 0, 128))), (255, 127, 127), "transparent"),
        (saved(Image.new("LA", (30, 30), (0, 0))), WHITE, "transparent"),
        (saved(Image.new("RGB", (30, 30), RED), transparency=RED), WHITE, "transparent"),
        (saved(Image.new("P", (30, 30), 0), transparency=0), WHITE, "transparent"),
    ],
    ids=[
        "grey",
        "bits",
        "palette",
        "16-png",
        "16-tiff",
        "cmyk",
        "opaque",
        "clear",
        "half",
        "grey-clear",
        "keyed",
        "palette-clear",
    ],
)
def test_converts_every_mode_to_rgb_on_white(data: bytes, colour: tuple[int, int, int], code: str | None) -> None:
    """Grey, palette, 16 bits, CMYK and transparent images, with a note if something was changed."""
    decoded = decode_image(data, side=16)

    assert decoded.pixels.shape == (16, 16, 3)
    assert decoded.pixels.dtype == np.uint8
    assert close(decoded.pixels[8, 8], colour, 6), decoded.pixels[8, 8]
    assert [note_code for note_code, _text in decoded.notes] == ([code] if code else [])


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_uses_the_first_frame_of_an_animation(kind: str) -> None:
    """With a note."""
    frames = [Image.new("RGB", (30, 30), colour) for colour in (RED, GREEN)]

    decoded = decode_image(saved(frames[0], kind, save_all=True, append_images=frames[1:]), side=10)

    assert close(decoded.pixels[5, 5], RED)
    assert [code for code, _text in decoded.notes] == ["first-frame"]


def test_crops_to_the_centre_pads_or_stretches() -> None:
    """A wide image of three colours: the centre only; all on white; all."""
    image = Image.new("RGB", (90, 30), GREEN)
    image.paste(RED, (0, 0, 30, 30))
    image.paste(BLUE, (60, 0, 90, 30))
    data = saved(image)

    centre, pad, stretch = (decode_image(data, side=30, crop=crop).pixels for crop in ("centre", "pad", "stretch"))

    assert close(centre[15, 3], GREEN)
    assert close(centre[15, 26], GREEN)
    assert close(pad[3, 15], WHITE)
    assert close(pad[26, 15], WHITE)
    assert [close(pad[15, column], colour) for column, colour in ((3, RED), (15, GREEN), (26, BLUE))] == [True] * 3
    assert close(stretch[3, 3], RED)
    assert close(stretch[3, 26], BLUE)


def test_downscaling_averages_fine_patterns() -> None:
    """A chequerboard becomes grey."""
    board = (np.indices((1000, 1000)).sum(axis=0) % 2 * 255).astype(np.uint8)

    for kind in ("PNG", "JPEG"):
        pixels = decode_image(saved(Image.fromarray(board), kind), side=50).pixels.astype(int)
        assert np.abs(pixels - 127).max() < 12


def test_rejects_more_than_100_megapixels_by_the_header() -> None:
    """Before decoding, and without Pillow's warning or error."""
    with ignore_pillow_warnings(), pytest.raises(UndecodableImage, match="108") as large:
        decode_image(header(12000, 9000))
    with ignore_pillow_warnings(), pytest.raises(UndecodableImage, match="400") as larger:
        decode_image(header(20000, 20000))

    assert large.value.code == larger.value.code == "too-many-pixels"


def test_reads_95_megapixels_without_a_warning() -> None:
    """Pillow's own limit is lower."""
    with ignore_pillow_warnings():
        decoded = decode_image(saved(Image.new("1", (10000, 9500), 1)), side=8)

    assert decoded.size == (9500, 10000)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b"not an image at all", "unknown-format"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (saved(corners(), "JPEG")[:-200], "damaged-image"),
        (saved(corners())[:100], "damaged-image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "unknown-format"),
    ],
    ids=["empty", "text", "heic", "jpeg", "png", "postscript"],
)
def test_undecodable_data_has_a_code(data: bytes, code: str) -> None:
    """Empty, not an image, truncated, or in a format that would need another program."""
    with pytest.raises(UndecodableImage) as error:
        decode_image(data)

    assert error.value.code == code


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 40), st.sampled_from(["centre", "pad", "stretch"]))
def test_images_of_any_shape_become_square(width: int, height: int, side: int, crop: Crop) -> None:
    """Even a line of one pixel; a single colour stays the same."""
    decoded = decode_image(saved(Image.new("RGB", (width, height), WHITE)), side=side, crop=crop)

    assert decoded.pixels.shape == (side, side, 3)
    assert decoded.size == (height, width)
    assert decoded.pixels.min() == 255


@examples(60)
@given(st.data())
def test_damaged_bytes_are_decoded_or_rejected(data: st.DataObject) -> None:
    """No other exception is raised."""
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"]))
    whole = bytearray(saved(corners(), kind))
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=8)):
        whole[place] = data.draw(st.integers(0, 255))

    with ignore_pillow_warnings():
        try:
            shape = decode_image(bytes(whole), side=8).pixels.shape
        except UndecodableImage:
            return

    assert shape == (8, 8, 3)


@pytest.mark.parametrize("wrong", [{"side": 0}, {"crop": "corner"}])
def test_rejects_invalid_arguments(wrong: dict[str, Any]) -> None:
    """As an error of the caller."""
    with pytest.raises(ValueError, match=r"side|crop"):
        decode_image(b"", **wrong)
