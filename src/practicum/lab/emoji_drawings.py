"""Draw labelled images of emoji on synthetic backgrounds: animals, food and objects in ten classes.

The images show glyphs of Google's font Noto Color Emoji in random sizes, slightly rotated, mirrored, lit and blurred,
as photographs of an object vary. The parts do not share an emoji: a model that is trained on a robin and recognises an
owl has learned what a bird is. Nothing is downloaded: every Linux distribution packages the font (SIL Open Font
License 1.1). The images are similar enough to photographs for networks that were trained on those.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from practicum.lab.errors import LabError
from practicum.lab.image_set import DataPart, ImageSet

Scene = NDArray[np.float32]
"""An image while it is drawn: (side, side, 3), from 0 to 255 and slightly beyond."""

FONT_FILE = "NotoColorEmoji.ttf"
FONT_FOLDERS = tuple(
    Path(folder).expanduser()
    for folder in ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")
)
GLYPH_SIZE = 109
"""The only size of the font's glyphs, in pixels."""

_PARTS = (0, 2, 0, 1, 2, 0, 0, 2, 1, 0)
"""The part of each of ten consecutive emoji: five for training, two for validation, three for testing."""


INSTALL_FONT = "Run: apt install fonts-noto-color-emoji"


def emoji_images(
    per_class: int,
    *,
    seed: int,
    side: int = 224,
    part: DataPart = "train",
    classes: Sequence[str] | None = None,
    font: Path | None = None,
) -> ImageSet:
    """Draw `per_class` images of each class, the classes alternating.

    Each image has its own random stream, derived from seed, part, class and position. A larger set therefore begins
    with the smaller one, and the images of a class do not depend on the other classes. All emoji of a class are used
    before one is repeated. Names are class, code point and position: "bird/1F985-0". The same seed gives the same
    pixels with the same font and Pillow.

    Args:
        per_class: Number of images per class, at least 1.
        seed: Seed of the random streams.
        side: Height and width in pixels, at least 32.
        part: Which emoji to use.
        classes: Some of CLASSES. Default: all.
        font: The file NotoColorEmoji.ttf. Default: the one in the system's font folders.

    Raises:
        LabError: `missing-font`, `unreadable-font`, or `outdated-font` if the font lacks an emoji.
        ValueError: Another argument is out of range.
    """
    selected = tuple(CLASSES if classes is None else classes)
    if part not in get_args(DataPart):
        raise ValueError(f"part must be one of {', '.join(get_args(DataPart))}, not {part!r}")
    if not selected or len(set(selected)) < len(selected) or set(selected) - set(CLASSES):
        raise ValueError(f"classes must be some of {', '.join(CLASSES)}; got {', '.join(selected) or 'none'}")
    if per_class < 1 or side < 32:
        raise ValueError(f"emoji_images needs per_class of at least 1 and side of at least 32; got {per_class}, {side}")
    path = find_font() if font is None else font
    positions = [(label, number) for number in range(per_class) for label in range(len(selected))]
    pixels = np.empty((len(positions), side, side, 3), np.uint8)
    names = []
    for row, (label, number) in enumerate(positions):
        stream = (seed, get_args(DataPart).index(part), list(CLASSES).index(selected[label]))
        points = np.random.default_rng(stream).permutation(code_points(selected[label], part))
        point = int(points[number % len(points)])
        pixels[row] = _draw(_glyph(path, point), np.random.default_rng([*stream, number]), side)
        names.append(f"{selected[label]}/{point:X}-{number}")
    return ImageSet(pixels, np.array([label for label, _ in positions], np.int64), selected, tuple(names))


def code_points(name: str, part: DataPart) -> tuple[int, ...]:
    """Return the emoji of a class that belong to a part."""
    number = get_args(DataPart).index(part)
    return tuple(point for i, point in enumerate(CLASSES[name]) if _PARTS[i % len(_PARTS)] == number)


def find_font() -> Path:
    """Return the path of Noto Color Emoji. Raises LabError: `missing-font`."""
    for folder in FONT_FOLDERS:
        if files := sorted(folder.rglob(FONT_FILE)):
            return files[0]
    raise LabError("missing-font", f"The font Noto Color Emoji ({FONT_FILE}) is not installed. {INSTALL_FONT}")


# --- glyphs ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _glyph(path: Path, point: int) -> Image.Image:
    """The emoji as RGBA, cropped to its visible part."""
    face = _load_font(path)
    image = _render(face, chr(point))
    box = image.getchannel("A").getbbox()
    if box is None or image.tobytes() == _render(face, "\U000e0fff").tobytes():
        raise LabError("outdated-font", f"{path.name} has no U+{point:X}. Install a newer version of the font.")
    return image.crop(box)


@lru_cache(maxsize=4)
def _load_font(path: Path) -> ImageFont.FreeTypeFont:
    if not path.is_file():
        raise LabError("missing-font", f"There is no font {path.name} in {path.parent}. {INSTALL_FONT}")
    try:
        return ImageFont.truetype(str(path), GLYPH_SIZE, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        reason = f"{path.name} is not a font with glyphs of {GLYPH_SIZE} pixels ({error})"
        raise LabError("unreadable-font", f"{reason}. {INSTALL_FONT}") from None


def _render(face: ImageFont.FreeTypeFont, text: str) -> Image.Image:
    canvas = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(canvas).text((8, 8), text, font=face, embedded_color=True)
    return canvas


# --- drawing one image -----------------------------------------------------------------------------------------------


def _draw(glyph: Image.Image, rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """The emoji on a synthetic background, as if photographed: uint8 (side, side, 3)."""
    scene = _SCENES[rng.integers(len(_SCENES))](rng, side)
    layer = _place_glyph(glyph, rng, side)
    opacity = _array(layer.getchannel("A"))[..., None] / 255
    scene = scene * (1 - 0.45 * _shadow(layer, rng, side))
    light = 1 + rng.uniform(-0.18, 0.18) * _gradient(rng, side)[..., None]
    scene = (scene * (1 - opacity) + _array(layer.convert("RGB")) * opacity) * light
    return _photograph(scene, rng)


def _place_glyph(glyph: Image.Image, rng: np.random.Generator, side: int) -> Image.Image:
    """The glyph scaled, rotated and placed in the image: RGBA (side, side)."""
    size = side * rng.uniform(0.42, 0.86)
    scale = size / max(glyph.size)
    stretch = rng.uniform(0.92, 1.09)
    width, height = max(1, round(glyph.width * scale * stretch)), max(1, round(glyph.height * scale / stretch))
    placed = glyph.resize((width, height), Image.Resampling.BICUBIC)
    if rng.random() < 0.5:
        placed = placed.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    placed = placed.rotate(float(rng.normal(0, 13)), Image.Resampling.BICUBIC, expand=True)
    room = np.maximum(side - np.array(placed.size), 0.08 * side)
    left, top = ((side - np.array(placed.size)) / 2 + room * rng.uniform(-0.5, 0.5, 2)).round().astype(int).tolist()
    canvas = Image.new("RGBA", (side, side))
    canvas.paste(placed, (left, top))
    return canvas


def _shadow(layer: Image.Image, rng: np.random.Generator, side: int) -> Scene:
    """The strength of the glyph's shadow on the background, from 0 to 1, (side, side, 1)."""
    shift = (rng.uniform(-0.05, 0.05) * side, -rng.uniform(0.0, 0.06) * side)
    shifted = layer.getchannel("A").transform(layer.size, Image.Transform.AFFINE, (1, 0, shift[0], 0, 1, shift[1]))
    soft = shifted.filter(ImageFilter.GaussianBlur(side * rng.uniform(0.015, 0.05)))
    return _array(soft)[..., None] / np.float32(255)


def _photograph(scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The scene with the effects of a camera: exposure, contrast, colour cast, focus, grain and JPEG compression."""
    cast = rng.normal(1, 0.04, 3) * rng.uniform(0.75, 1.2)
    exposed = 128 + (scene * cast - 128) * rng.uniform(0.75, 1.15)
    image = Image.fromarray(_bytes(exposed))
    if rng.random() < 0.6:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.3) * scene.shape[0] / 224))
    grain = rng.uniform(0, 7) * rng.standard_normal(scene.shape, np.float32)
    image = Image.fromarray(_bytes(_array(image) + grain))
    if rng.random() < 0.7:
        saved = io.BytesIO()
        image.save(saved, "JPEG", quality=int(rng.integers(35, 96)))
        image = Image.open(saved)
    return np.asarray(image, np.uint8)


# --- backgrounds -----------------------------------------------------------------------------------------------------


def _bokeh(rng: np.random.Generator, side: int) -> Scene:
    """Blurred discs on a dark background, like lamps or leaves out of focus."""
    scene = _texture(rng, side, _hues(rng, 2), roughness=2.2)
    canvas = Image.fromarray(_bytes(scene))
    for _ in range(rng.integers(6, 22)):
        x, y = (float(coordinate) for coordinate in rng.uniform(0, side, 2))
        radius = side * rng.uniform(0.03, 0.14)
        layer = Image.new("L", canvas.size)
        ImageDraw.Draw(layer).ellipse((x - radius, y - radius, x + radius, y + radius), fill=int(rng.uniform(40, 170)))
        layer = layer.filter(ImageFilter.GaussianBlur(radius * rng.uniform(0.05, 0.4)))
        canvas.paste(tuple(int(c) for c in _hues(rng, 1)[0]), (0, 0), layer)
    return _array(canvas.filter(ImageFilter.GaussianBlur(side * rng.uniform(0.002, 0.015))))


def _land(rng: np.random.Generator, side: int) -> Scene:
    """A sky above ground, with an uneven horizon."""
    sky = _texture(
        rng, side, np.array([[120, 165, 215], [225, 232, 240]]) * rng.uniform(0.55, 1.05, (1, 3)), roughness=2.4
    )
    ground = _texture(rng, side, _hues(rng, 3) * 0.85, roughness=1.5)
    line = rng.uniform(0.25, 0.75) + 0.06 * _noise(rng, side, 2.2)[0]
    rows = np.arange(side)[:, None] / side
    mask = np.clip((rows - line[None, :]) * side / rng.uniform(1.5, 8), 0, 1)[..., None]
    return np.asarray(sky * (1 - mask) + ground * mask, np.float32)


def _surface(rng: np.random.Generator, side: int) -> Scene:
    """A rough surface, like stone, grass or cloth."""
    return _texture(rng, side, _hues(rng, 3), roughness=rng.uniform(1.0, 2.0))


def _room(rng: np.random.Generator, side: int) -> Scene:
    """A softly lit wall and a table top with wood grain."""
    wall = _texture(rng, side, _hues(rng, 1) * np.array([[0.85], [1.1]]), roughness=2.6)
    grain = _noise(rng, side, 1.6)
    lines = np.sin(np.linspace(0, rng.uniform(20, 60), side)[:, None] + 3 * grain)[..., None]
    table = _hues(rng, 1)[0] * (0.9 + 0.08 * lines + 0.05 * grain[..., None])
    edge = rng.uniform(0.45, 0.8) + rng.uniform(-0.08, 0.08) * np.linspace(-1, 1, side)[None, :]
    mask = np.clip((np.arange(side)[:, None] / side - edge) * side / 3, 0, 1)[..., None]
    lit = 1 + rng.uniform(0.1, 0.3) * _gradient(rng, side)[..., None]
    return np.asarray((wall * (1 - mask) + table * mask) * lit, np.float32)


_SCENES = (_bokeh, _land, _surface, _room)


def _texture(rng: np.random.Generator, side: int, colours: NDArray[np.float64], roughness: float) -> Scene:
    """Noise mapped to the colours (k, 3), in their order."""
    height = np.clip(0.5 + 0.28 * _noise(rng, side, roughness), 0, 1) * (len(colours) - 1)
    low = np.minimum(height.astype(int), max(len(colours) - 2, 0))
    share = (height - low)[..., None]
    upper = colours[np.minimum(low + 1, len(colours) - 1)]
    speck = 1 + 0.04 * _noise(rng, side, 0.6)[..., None]
    return np.asarray((colours[low] * (1 - share) + upper * share) * speck, np.float32)


def _noise(rng: np.random.Generator, side: int, roughness: float) -> Scene:
    """Noise of mean 0 and standard deviation 1, (side, side), whose power falls with frequency^(2 · `roughness`).

    Photographs have a value near 1. Source: Field, "Relations between the statistics of natural images" (1987).
    """
    # A sum of grids instead of a Fourier transform, whose last bits differ between processors.
    total = np.zeros((side, side), np.float32)
    cells = 3
    while True:
        grid = Image.fromarray(rng.standard_normal((min(cells, side),) * 2, np.float32))
        fine = grid.resize((side, side), Image.Resampling.BICUBIC)
        total += np.asarray(fine, np.float32) * np.float32(cells ** (1 - roughness))
        if cells >= side:
            break
        cells *= 2
    return np.asarray((total - total.mean()) / (total.std() + 1e-6), np.float32)


def _hues(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Similar colours, (count, 3): one hue and its neighbours, mostly muted."""
    hue, rest = rng.uniform(0, 2 * math.pi), rng.uniform(size=(count, 3))
    angle = hue + 0.9 * (rest[:, 0] - 0.5)
    strength = 48 * rest[:, 1] ** 1.5
    level = 50 + 160 * rest[:, 2]
    angles = angle[:, None] + np.array([0, 2, 4]) * math.pi / 3
    return np.asarray(np.clip(level[:, None] + strength[:, None] * np.cos(angles), 5, 250))


def _gradient(rng: np.random.Generator, side: int) -> Scene:
    """A gradient from about -1 to 1 in a random direction, (side, side)."""
    angle = rng.uniform(0, 2 * math.pi)
    ticks = np.linspace(-1, 1, side, dtype=np.float32)
    return np.asarray(ticks[None, :] * math.cos(angle) + ticks[:, None] * math.sin(angle), np.float32)


def _array(image: Image.Image) -> Scene:
    return np.asarray(image, np.float32)


def _bytes(scene: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(scene).clip(0, 255), np.uint8)


# --- the emoji of each class: whole objects without faces, all in Unicode 15 (2022) -----------------------------------

CLASSES: dict[str, tuple[int, ...]] = {
    name: tuple(ord(character) for character in emoji)
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
