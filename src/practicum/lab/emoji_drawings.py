"""Pictures to learn from, the second set: animals, food and things in many colours, before drawn scenery.

What is shown are the emoji of Google's font Noto Color Emoji, at any size, a little turned, mirrored, lit and out of
focus, as no two photographs of a thing are alike. The parts do not share an emoji: whoever learns from robins and is
tested on owls has learned what a bird is. They need no download but the font, which every Linux distribution packages
(its licence is the SIL Open Font License 1.1), and look enough like photographs for networks trained on those.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from practicum.lab.image_set import ImageSet

DataPart = Literal["train", "validation", "test"]
"""Which of three disjoint sets of emoji to show."""

Scene = NDArray[np.float32]
"""A picture while it is drawn: (side, side, 3), from 0 to 255 and a little beyond."""

FONT_FILE = "NotoColorEmoji.ttf"
FONT_FOLDERS = tuple(
    Path(folder).expanduser()
    for folder in ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")
)
GLYPH_SIZE = 109
"""The one size, in pixels, at which the font holds its pictures."""

_PARTS = (0, 2, 0, 1, 2, 0, 0, 2, 1, 0)
"""Of every ten emoji five are learned from, two for validation, three to test on."""


class MissingFont(FileNotFoundError):
    """Noto Color Emoji is not on this machine. The message says what to install."""


def emoji_images(
    per_class: int,
    *,
    seed: int,
    side: int = 224,
    part: DataPart = "train",
    classes: Sequence[str] | None = None,
    font: Path | None = None,
) -> ImageSet:
    """Draw `per_class` pictures of each of `classes` (all of CLASSES unless given), classes taking turns.

    Every picture has a random stream of its own, named by seed, part, class and position, so a larger set begins with
    the smaller one, and pictures of a class do not depend on which others are asked for. The emoji of a class are
    gone through before one comes again. Names are class, code point and position: "bird/1F985-0". The same seed gives
    the same pixels wherever the font and Pillow are the same.

    `font` is the file NotoColorEmoji.ttf, looked for where fonts lie unless given. Raises MissingFont where it is not
    there, and ValueError for an unknown part or class, a side under 32 pixels, no pictures, or a font without them.
    """
    chosen = tuple(CLASSES if classes is None else classes)
    if part not in get_args(DataPart):
        raise ValueError(f"part must be one of {', '.join(get_args(DataPart))}, not {part!r}")
    if not chosen or len(set(chosen)) < len(chosen) or set(chosen) - set(CLASSES):
        raise ValueError(f"classes must be different ones of {', '.join(CLASSES)}; got {', '.join(chosen) or 'none'}")
    if per_class < 1 or side < 32:
        raise ValueError(f"emoji_images needs per_class of at least 1 and side of at least 32; got {per_class}, {side}")
    path = find_font() if font is None else font
    shown = [(label, place) for place in range(per_class) for label in range(len(chosen))]
    pixels = np.empty((len(shown), side, side, 3), np.uint8)
    names = []
    for row, (label, place) in enumerate(shown):
        stream = (seed, get_args(DataPart).index(part), list(CLASSES).index(chosen[label]))
        points = np.random.default_rng(stream).permutation(code_points(chosen[label], part))
        point = int(points[place % len(points)])
        pixels[row] = _drawn(_glyph(path, point), np.random.default_rng([*stream, place]), side)
        names.append(f"{chosen[label]}/{point:X}-{place}")
    return ImageSet(pixels, np.array([label for label, _ in shown], np.int64), chosen, tuple(names))


def code_points(name: str, part: DataPart) -> tuple[int, ...]:
    """The emoji of a class that a part shows; the others never do."""
    which = get_args(DataPart).index(part)
    return tuple(point for i, point in enumerate(CLASSES[name]) if _PARTS[i % len(_PARTS)] == which)


def find_font() -> Path:
    """Where Noto Color Emoji lies. Raises MissingFont."""
    for folder in FONT_FOLDERS:
        if found := sorted(folder.rglob(FONT_FILE)):
            return found[0]
    raise MissingFont(
        f"the font Noto Color Emoji ({FONT_FILE}) is not installed; type: apt install fonts-noto-color-emoji"
    )


# --- the emoji -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _glyph(path: Path, point: int) -> Image.Image:
    """The emoji as RGBA, cut to what is to be seen of it."""
    face = _face(path)
    picture = _typed(face, chr(point))
    box = picture.getchannel("A").getbbox()
    if box is None or picture.tobytes() == _typed(face, "\U000e0fff").tobytes():
        raise ValueError(f"{path.name} has no U+{point:X}; a newer version of the font has")
    return picture.crop(box)


@lru_cache(maxsize=4)
def _face(path: Path) -> ImageFont.FreeTypeFont:
    if not path.is_file():
        raise MissingFont(f"there is no font {path.name} at {path.parent}; type: apt install fonts-noto-color-emoji")
    try:
        return ImageFont.truetype(str(path), GLYPH_SIZE, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise ValueError(f"{path.name} is no font with pictures of {GLYPH_SIZE} pixels ({error})") from None


def _typed(face: ImageFont.FreeTypeFont, text: str) -> Image.Image:
    canvas = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(canvas).text((8, 8), text, font=face, embedded_color=True)
    return canvas


# --- one picture -----------------------------------------------------------------------------------------------------


def _drawn(glyph: Image.Image, rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """The emoji before drawn scenery, as a camera might take it: uint8 (side, side, 3)."""
    scene = _SCENES[rng.integers(len(_SCENES))](rng, side)
    thing = _posed(glyph, rng, side)
    cover = _array(thing.getchannel("A"))[..., None] / 255
    scene = scene * (1 - 0.45 * _shadow(thing, rng, side))
    light = 1 + rng.uniform(-0.18, 0.18) * _slope(rng, side)[..., None]
    scene = (scene * (1 - cover) + _array(thing.convert("RGB")) * cover) * light
    return _taken(scene, rng)


def _posed(glyph: Image.Image, rng: np.random.Generator, side: int) -> Image.Image:
    """The emoji where it stands in the picture: RGBA (side, side)."""
    size = side * rng.uniform(0.42, 0.86)
    scale = size / max(glyph.size)
    stretch = rng.uniform(0.92, 1.09)
    wide, high = max(1, round(glyph.width * scale * stretch)), max(1, round(glyph.height * scale / stretch))
    posed = glyph.resize((wide, high), Image.Resampling.BICUBIC)
    if rng.random() < 0.5:
        posed = posed.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    posed = posed.rotate(float(rng.normal(0, 13)), Image.Resampling.BICUBIC, expand=True)
    room = np.maximum(side - np.array(posed.size), 0.08 * side)
    left, top = ((side - np.array(posed.size)) / 2 + room * rng.uniform(-0.5, 0.5, 2)).round().astype(int).tolist()
    canvas = Image.new("RGBA", (side, side))
    canvas.paste(posed, (left, top))
    return canvas


def _shadow(thing: Image.Image, rng: np.random.Generator, side: int) -> Scene:
    """How dark the thing makes what is behind it, from 0 to 1, (side, side, 1)."""
    shift = (rng.uniform(-0.05, 0.05) * side, -rng.uniform(0.0, 0.06) * side)
    moved = thing.getchannel("A").transform(thing.size, Image.Transform.AFFINE, (1, 0, shift[0], 0, 1, shift[1]))
    soft = moved.filter(ImageFilter.GaussianBlur(side * rng.uniform(0.015, 0.05)))
    return _array(soft)[..., None] / np.float32(255)


def _taken(scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What the camera makes of it: exposure, contrast, a cast of colour, focus, grain, and the file it is saved in."""
    cast = rng.normal(1, 0.04, 3) * rng.uniform(0.75, 1.2)
    exposed = 128 + (scene * cast - 128) * rng.uniform(0.75, 1.15)
    picture = Image.fromarray(_bytes(exposed))
    if rng.random() < 0.6:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.3) * scene.shape[0] / 224))
    grain = rng.uniform(0, 7) * rng.standard_normal(scene.shape, np.float32)
    picture = Image.fromarray(_bytes(_array(picture) + grain))
    if rng.random() < 0.7:
        saved = io.BytesIO()
        picture.save(saved, "JPEG", quality=int(rng.integers(35, 96)))
        picture = Image.open(saved)
    return np.asarray(picture, np.uint8)


# --- scenery ---------------------------------------------------------------------------------------------------------


def _lights(rng: np.random.Generator, side: int) -> Scene:
    """Discs out of focus before a dim ground, as lamps or leaves behind what a lens is set on."""
    scene = _texture(rng, side, _hues(rng, 2), rough=2.2)
    canvas = Image.fromarray(_bytes(scene))
    for _ in range(rng.integers(6, 22)):
        x, y = (float(place) for place in rng.uniform(0, side, 2))
        radius = side * rng.uniform(0.03, 0.14)
        layer = Image.new("L", canvas.size)
        ImageDraw.Draw(layer).ellipse((x - radius, y - radius, x + radius, y + radius), fill=int(rng.uniform(40, 170)))
        layer = layer.filter(ImageFilter.GaussianBlur(radius * rng.uniform(0.05, 0.4)))
        canvas.paste(tuple(int(c) for c in _hues(rng, 1)[0]), (0, 0), layer)
    return _array(canvas.filter(ImageFilter.GaussianBlur(side * rng.uniform(0.002, 0.015))))


def _land(rng: np.random.Generator, side: int) -> Scene:
    """A sky over a ground, with a horizon that is not straight."""
    sky = _texture(rng, side, np.array([[120, 165, 215], [225, 232, 240]]) * rng.uniform(0.55, 1.05, (1, 3)), rough=2.4)
    ground = _texture(rng, side, _hues(rng, 3) * 0.85, rough=1.5)
    line = rng.uniform(0.25, 0.75) + 0.06 * _noise(rng, side, 2.2)[0]
    rows = np.arange(side)[:, None] / side
    cover = np.clip((rows - line[None, :]) * side / rng.uniform(1.5, 8), 0, 1)[..., None]
    return np.asarray(sky * (1 - cover) + ground * cover, np.float32)


def _surface(rng: np.random.Generator, side: int) -> Scene:
    """Something rough and near: stone, grass, cloth."""
    return _texture(rng, side, _hues(rng, 3), rough=rng.uniform(1.0, 2.0))


def _room(rng: np.random.Generator, side: int) -> Scene:
    """A wall and a table top, softly lit, the table in the grain of wood."""
    wall = _texture(rng, side, _hues(rng, 1) * np.array([[0.85], [1.1]]), rough=2.6)
    grain = _noise(rng, side, 1.6)
    lines = np.sin(np.linspace(0, rng.uniform(20, 60), side)[:, None] + 3 * grain)[..., None]
    table = _hues(rng, 1)[0] * (0.9 + 0.08 * lines + 0.05 * grain[..., None])
    edge = rng.uniform(0.45, 0.8) + rng.uniform(-0.08, 0.08) * np.linspace(-1, 1, side)[None, :]
    cover = np.clip((np.arange(side)[:, None] / side - edge) * side / 3, 0, 1)[..., None]
    lit = 1 + rng.uniform(0.1, 0.3) * _slope(rng, side)[..., None]
    return np.asarray((wall * (1 - cover) + table * cover) * lit, np.float32)


_SCENES = (_lights, _land, _surface, _room)


def _texture(rng: np.random.Generator, side: int, colours: NDArray[np.float64], rough: float) -> Scene:
    """Noise that runs through the colours, each of (k, 3), as they lie."""
    height = np.clip(0.5 + 0.28 * _noise(rng, side, rough), 0, 1) * (len(colours) - 1)
    low = np.minimum(height.astype(int), max(len(colours) - 2, 0))
    share = (height - low)[..., None]
    upper = colours[np.minimum(low + 1, len(colours) - 1)]
    speck = 1 + 0.04 * _noise(rng, side, 0.6)[..., None]
    return np.asarray((colours[low] * (1 - share) + upper * share) * speck, np.float32)


def _noise(rng: np.random.Generator, side: int, rough: float) -> Scene:
    """Mean 0, standard deviation 1, (side, side): its power falls with frequency to the power of twice `rough`.

    Photographs are near 1. Source: Field, "Relations between the statistics of natural images" (1987).
    """
    # Drawn as a sum of grids, not by a Fourier transform, whose last bits differ between processors.
    total = np.zeros((side, side), np.float32)
    cells = 3
    while True:
        grid = Image.fromarray(rng.standard_normal((min(cells, side),) * 2, np.float32))
        fine = grid.resize((side, side), Image.Resampling.BICUBIC)
        total += np.asarray(fine, np.float32) * np.float32(cells ** (1 - rough))
        if cells >= side:
            break
        cells *= 2
    return np.asarray((total - total.mean()) / (total.std() + 1e-6), np.float32)


def _hues(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Colours that go together, (count, 3): one hue, its neighbours, muted more often than not."""
    hue, rest = rng.uniform(0, 2 * math.pi), rng.uniform(size=(count, 3))
    angle = hue + 0.9 * (rest[:, 0] - 0.5)
    strength = 48 * rest[:, 1] ** 1.5
    level = 50 + 160 * rest[:, 2]
    turns = angle[:, None] + np.array([0, 2, 4]) * math.pi / 3
    return np.asarray(np.clip(level[:, None] + strength[:, None] * np.cos(turns), 5, 250))


def _slope(rng: np.random.Generator, side: int) -> Scene:
    """From about -1 to 1 across the picture, in any direction, (side, side)."""
    angle = rng.uniform(0, 2 * math.pi)
    ticks = np.linspace(-1, 1, side, dtype=np.float32)
    return np.asarray(ticks[None, :] * math.cos(angle) + ticks[:, None] * math.sin(angle), np.float32)


def _array(picture: Image.Image) -> Scene:
    return np.asarray(picture, np.float32)


def _bytes(scene: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(scene).clip(0, 255), np.uint8)


# --- what belongs to which class. Only whole things, no faces; all are in Unicode 15 (2022). ------------------------

CLASSES: dict[str, tuple[int, ...]] = {
    name: tuple(ord(one) for one in emoji)
    for name, emoji in {
        "mammal": "🐒🦍🦧🐕🐩🐈🐅🐆🐎🦌🦬🐂🐄🐖🐏🐑🐐🐪🐫🦙🦒🐘🦣🦏🦛🐁🐀🐇🐿🦔🦥🦦🦨🦘🦡🫏",
        "bird": "🦃🐓🐔🐣🐤🐦🐧🕊🦅🦆🦢🦉🦤🦩🦚🦜🪿🐥",
        "sea animal": "🐋🐬🦭🐟🐠🐡🦈🐙🪼🦀🦞🦐🦑🐳🦪",
        "insect": "🦋🐛🐜🐝🪲🐞🦗🪳🕷🦂🦟🪰🪱🐌",
        "fruit": "🍇🍈🍉🍊🍋🍌🍍🥭🍎🍏🍐🍑🍒🍓🫐🥝🥥",
        "vegetable": "🍅🫒🥑🍆🥔🥕🌽🌶🫑🥒🥬🥦🧄🧅🫘🥜🌰🫛🍄",
        "meal": "🍞🥐🥖🥨🥯🥞🧇🍔🍟🍕🌭🥪🌮🌯🥙🥗🍝🍜🍲🍛🍣🍱🥘",
        "vehicle": "🚂🚃🚅🚌🚑🚒🚓🚕🚗🚙🚚🚛🚜🏎🏍🛵🚲🛻🛺🚎🚐",
        "building": "🏛🏠🏡🏢🏣🏤🏥🏦🏨🏩🏪🏫🏬🏭🏯🏰🗼⛪🕌🛕🕍",
        "plant": "💐🌸🌹🌺🌻🌼🌷🪻🌱🪴🌲🌳🌴🌵🌾🌿☘🍀🍁🍂🪷",
    }.items()
}
