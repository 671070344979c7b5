"""Emoji images are reproducible, and the parts share no emoji."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from practicum.lab import emoji_drawings
from practicum.lab.emoji_drawings import CLASSES, code_points, emoji_images, find_font
from practicum.lab.errors import LabError
from practicum.lab.near_duplicates import find_near_duplicates

pytestmark = pytest.mark.slow

DRAW = """
import hashlib
from practicum.lab.emoji_drawings import emoji_images
print(hashlib.sha256(emoji_images(1, seed=3, side=96).pixels).hexdigest())
"""


@pytest.fixture(scope="module")
def font() -> Path:
    """The font, or a skip with the reason; in CI a skip is a failure."""
    try:
        return find_font()
    except LabError as error:
        pytest.skip(error.message)


def test_parts_partition_the_emoji() -> None:
    """Every class has emoji in each part."""
    for name, points in CLASSES.items():
        parts = [code_points(name, part) for part in ("train", "validation", "test")]

        assert sorted(point for part in parts for point in part) == sorted(points)
        assert min(map(len, parts)) >= 2
        assert len(parts[0]) >= 7
    assert len({point for points in CLASSES.values() for point in points}) == sum(map(len, CLASSES.values()))


def test_another_process_draws_the_same_images(font: Path) -> None:
    """From the same seed."""
    here = hashlib.sha256(emoji_images(1, seed=3, side=96, font=font).pixels).hexdigest()
    there = subprocess.run([sys.executable, "-c", DRAW], capture_output=True, text=True, check=True, env=os.environ)

    assert there.stdout.strip() == here


def test_a_set_is_balanced_and_has_names(font: Path) -> None:
    """The names hold the code point of an emoji of the part."""
    drawn = emoji_images(3, seed=0, side=48, part="test", classes=("bird", "fruit"), font=font)

    assert drawn.pixels.shape == (6, 48, 48, 3)
    assert drawn.pixels.dtype == np.uint8
    assert drawn.counts == (3, 3)
    for name, label in zip(drawn.names, drawn.labels, strict=True):
        of, _, rest = name.partition("/")
        assert of == drawn.classes[label]
        assert int(rest.partition("-")[0], 16) in code_points(of, "test")


def test_a_larger_set_begins_with_the_smaller_one(font: Path) -> None:
    """Other classes change no image; other seeds and parts do."""
    few = emoji_images(2, seed=1, side=48, classes=("bird", "plant"), font=font)
    many = emoji_images(4, seed=1, side=48, classes=("plant", "bird"), font=font)
    others = [emoji_images(2, seed=2, side=48, classes=("bird",), font=font).pixels]
    others.append(emoji_images(2, seed=1, side=48, part="test", classes=("bird",), font=font).pixels)

    assert np.array_equal(few.pixels[few.labels == 0], many.pixels[many.labels == 1][:2])
    assert all(not np.array_equal(few.pixels[few.labels == 0], other) for other in others)


def test_every_emoji_is_used_before_one_is_repeated(font: Path) -> None:
    """As many images as a class has emoji show each of them once."""
    points = code_points("vehicle", "train")
    drawn = emoji_images(len(points), seed=5, side=32, classes=("vehicle",), font=font)

    assert sorted(int(name[8:].partition("-")[0], 16) for name in drawn.names) == sorted(points)


def test_every_emoji_is_in_the_font(font: Path) -> None:
    """None is an empty box, and none is smaller than a quarter of the font's size."""
    for points in CLASSES.values():
        for point in points:
            assert max(emoji_drawings._glyph(font, point).size) > emoji_drawings.GLYPH_SIZE / 4


def test_images_of_one_emoji_are_not_duplicates(font: Path) -> None:
    """Forty images of a few emoji, and hundreds of all classes."""
    one = emoji_images(40, seed=0, side=96, part="validation", classes=("insect",), font=font)
    all_classes = emoji_images(25, seed=1, side=96, font=font)

    assert len({name.partition("-")[0] for name in one.names}) <= 3
    assert find_near_duplicates(one.pixels) == []
    assert find_near_duplicates(all_classes.pixels) == []


def test_a_missing_font_raises_lab_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not installed, or not at the given path."""
    monkeypatch.setattr(emoji_drawings, "FONT_FOLDERS", (tmp_path,))

    with pytest.raises(LabError) as not_installed:
        emoji_images(1, seed=0)
    with pytest.raises(LabError) as not_there:
        emoji_images(1, seed=0, font=tmp_path / "none.ttf")

    assert not_installed.value.code == not_there.value.code == "missing-font"


def test_rejects_another_file_as_font(tmp_path: Path) -> None:
    """The error names the file."""
    (tmp_path / "letters.ttf").write_bytes(b"letters")

    with pytest.raises(LabError, match=r"letters\.ttf") as error:
        emoji_images(1, seed=0, font=tmp_path / "letters.ttf")

    assert error.value.code == "unreadable-font"


@pytest.mark.parametrize(
    "wrong", [{"part": "exam"}, {"side": 8}, {"per_class": 0}, {"classes": ("dragon",)}, {"classes": ()}]
)
def test_rejects_invalid_arguments(wrong: dict[str, object]) -> None:
    """The error names the argument, also without the font."""
    ((name, _),) = wrong.items()

    with pytest.raises(ValueError, match=name):
        emoji_images(**{"per_class": 1, "seed": 0, **wrong})  # type: ignore[arg-type]
