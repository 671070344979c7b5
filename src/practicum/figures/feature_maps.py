"""`feature_maps`: an image, and what a layer makes of it: its channels as maps, whose values can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from practicum.charts import figure, tables
from practicum.charts.svg import join
from practicum.figures import image_views
from practicum.figures import settings as own
from practicum.figures.base import (
    Figure,
    FigureError,
    KeyMistake,
    duplicate_names,
    figure_id,
    image,
    inner_mistakes,
    number,
    same_lengths,
)
from practicum.figures.image_views import COLUMNS, IMAGES
from practicum.formatting import counted, decimals
from practicum.formatting import number as brief
from practicum.kinds import validators
from practicum.model import Image, Measured, Measurement

LAYERS = 8
CHANNELS = 16
"""The most maps of a layer that are shown."""
EDGE = 0.03
"""Pixels that are cut off at each side of a tile, so that no hair of its neighbours shows."""
HINT = "Point at an image to read its values, or focus it and press the arrow keys."


@dataclass(frozen=True)
class ChannelMaps:
    """Some channels of a layer's output for one image: a sheet of grey tiles, white for a channel's highest value."""

    sheet: Image
    height: int
    width: int
    channels: int
    """How many channels the layer has."""
    shown: tuple[int, ...]
    low: tuple[float, ...]
    """The value that black stands for, of each shown channel."""
    high: tuple[float, ...]
    mean: tuple[float, ...]

    @property
    def shape(self) -> str:
        return f"(1, {self.height}, {self.width}, {self.channels})"

    def range(self, place: int) -> str:
        return f"from {brief(self.low[place])} to {brief(self.high[place])}"

    def tile(self, place: int) -> Markup:
        """The map of one channel: the part of the sheet that holds it."""
        x, y = place % COLUMNS * self.width, place // COLUMNS * self.height
        inset = (x + EDGE, y + EDGE, self.width - 2 * EDGE, self.height - 2 * EDGE)
        return Markup("{:g} {:g} {:g} {:g}").format(*inset)


class FeatureMaps(Figure):
    """An input image beside a layer's maps of it; images, layers and channels can be chosen."""

    name = "feature_maps"
    has_script = True
    keys = {
        "title": validators.text("what the figure shows"),
        "input": image_views.EXPERIMENT,
        "experiment": image_views.EXPERIMENT,
        "given": own.given,
        "images": own.tables("[[images]]", IMAGES),
        "layers": own.tables("[[layers]]", LAYERS),
        "scales": own.texts("names of scales", 1, 2),
        "seed": own.seed,
    }
    required = ("title", "input", "images")
    inner = image_views.GIVEN
    inner_required = image_views.GIVEN_REQUIRED

    def conflicts(self, table: Mapping[str, Any], valid: frozenset[str]) -> Iterator[KeyMistake]:
        """The inner tables' own keys; layers need the experiment that returns their maps."""
        for key in ("images", "layers"):
            if key in valid:
                yield from inner_mistakes(table[key], key, self.inner, self.inner_required)
                yield from duplicate_names(table[key], key)
        if ("layers" in table) != ("experiment" in table):
            present, missing = ("layers", "experiment") if "layers" in table else ("experiment", "layers")
            yield present, f"`{present}` needs `{missing}` beside it"

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """One for each image, and one for each image and layer."""
        inputs = [image_views.call(table, "input", shown) for shown in table["images"]]
        return (*inputs, *(_map_call(table, shown, layer) for shown, layer in _pairs(table)))

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """The first image, the maps of the first layer, and the range of each map as a table."""
        ident = figure_id(number)
        inputs = [measured[image_views.call(table, "input", shown)] for shown in table["images"]]
        maps = [_maps(measured[_map_call(table, shown, layer)]) for shown, layer in _pairs(table)]
        shown = {"pixels": (f"{ident}-pixels", image(inputs[0], "image"))}
        if maps:
            shown["sheet"] = (f"{ident}-sheet", maps[0].sheet)
        body = [
            image_views.definitions(**shown),
            _choices(table, ident),
            _flow(table, ident, image(inputs[0], "image"), maps[0] if maps else None),
            Markup('<p class="reads w2 reading" aria-live="polite">{}</p>').format(HINT),
            _tiles(table, ident, maps[0]) if maps else Markup(""),
            _map_table(table, maps) if maps else _pixel_table(table, inputs),
            _views(table, inputs, maps),
        ]
        element = Markup('<practicum-maps data-columns="{}">{}</practicum-maps>').format(COLUMNS, join(body))
        return figure.figure(table["title"], [element], ident, "maps")


def _pairs(table: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    return [(shown, layer) for shown in table["images"] for layer in table.get("layers", ())]


def _map_call(table: Mapping[str, Any], shown: Mapping[str, Any], layer: Mapping[str, Any]) -> Measurement:
    return image_views.call(table, "experiment", shown, layer)


def _maps(result: Measured) -> ChannelMaps:
    """The maps that an experiment returned.

    Raises:
        FigureError: If its lists or its sheet do not fit each other.
    """
    shown, low, high, mean = same_lengths(result, "channel", "low", "high", "mean")
    height, width, channels = (int(number(result, name)) for name in ("height", "width", "channels"))
    sheet = image(result, "maps")
    rows = -(-len(shown) // COLUMNS)
    if len(shown) > CHANNELS or (sheet.width, sheet.height) != (COLUMNS * width, rows * height):
        message = (
            f"{result.measurement.call} returns an image `maps` of {sheet.width} × {sheet.height} pixels for "
            f"{counted(len(shown), 'channel')} of {width} × {height}: up to {CHANNELS}, {COLUMNS} in a row"
        )
        raise FigureError("different-lengths", message)
    return ChannelMaps(sheet, height, width, channels, tuple(map(int, shown)), low, high, mean)


def _choices(table: Mapping[str, Any], ident: str) -> Markup:
    names = {key: [inner["name"] for inner in table.get(key, ())] for key in ("images", "layers")}
    groups = [
        image_views.radio_group(ident, "Image", names["images"], "image"),
        image_views.radio_group(ident, "Layer", names["layers"], "layer"),
    ]
    return Markup('<div class="picks">{}</div>').format(join(groups)) if any(groups) else Markup("")


def _flow(table: Mapping[str, Any], ident: str, shown: Image, maps: ChannelMaps | None) -> Markup:
    """The image, and beside it one map of it."""
    name = table["images"][0]["name"]
    shape = f"(1, {shown.height}, {shown.width}, 3)"
    described = f"{shown.width} × {shown.height} pixels in three colour channels: red, green and blue."
    left = _view("input", name, image_views.enlarge(shown, f"{ident}-input", f"{ident}-pixels", name, described), shape)
    if maps is None:
        return Markup('<div class="flow alone">{}</div>').format(left)
    title, range_ = f"channel {maps.shown[0]} of {maps.channels}", maps.range(0)
    svg = Markup(
        '<svg class="pixels" viewBox="{}" role="img" aria-label="{}" id="{}-map"><title>{}</title><desc>{}</desc>'
        '<use href="#{}-sheet" filter="url(#{}-heat)"/></svg>'
    ).format(
        maps.tile(0),
        f"{title}: values {range_}.",
        ident,
        title,
        f"Dark for the lowest values, bright for the highest: {range_}.",
        ident,
        ident,
    )
    legend = Markup(
        '<div class="legend-scale"><span class="low">{}</span>{}<span class="high">{}</span></div>'
        '<p class="small soft sums">mean <strong class="mean">{}</strong></p>'
    ).format(brief(maps.low[0]), image_views.scale_bar(ident), brief(maps.high[0]), brief(maps.mean[0]))
    layer = Markup('<p class="arrow"><span>{}</span></p>').format(table["layers"][0]["name"])
    return Markup('<div class="flow">{}{}{}</div>').format(
        left, layer, _view("output", title, svg + legend, maps.shape)
    )


def _view(css: str, name: str, content: Markup, shape: str) -> Markup:
    return Markup(
        '<div class="view {}"><p class="label"><span class="name">{}</span> <code class="shape">{}</code></p>{}</div>'
    ).format(css, name, shape, content)


def _tiles(table: Mapping[str, Any], ident: str, maps: ChannelMaps) -> Markup:
    """All shown channels, small, to choose from."""
    tiles = join(
        Markup(
            '<label class="tile"><input type="radio" name="{0}-channel" value="{1}"{2}/><svg class="pixels" '
            'viewBox="{3}" aria-hidden="true"><use href="#{0}-sheet" filter="url(#{0}-heat)"/></svg>'
            '<span><span class="sr">channel </span>{4}</span></label>'
        ).format(
            ident,
            place,
            Markup(' checked=""') if place == 0 else "",
            maps.tile(place),
            channel,
        )
        for place, channel in enumerate(maps.shown)
    )
    legend = f"{len(maps.shown)} of {maps.channels} channels"
    return Markup('<fieldset class="tiles"><legend>{}</legend><div>{}</div></fieldset>').format(legend, tiles)


def _map_table(table: Mapping[str, Any], maps: Sequence[ChannelMaps]) -> Markup:
    """A row per image and layer."""
    rows = [
        [f"{shown['name']}: {layer['name']}", found.shape, brief(min(found.low)), brief(max(found.high))]
        for (shown, layer), found in zip(_pairs(table), maps, strict=True)
    ]
    head = ["Image and layer", "Shape", "Lowest shown", "Highest shown"]
    return tables.folded_table(table["title"], head, rows, text_columns=2)


def _pixel_table(table: Mapping[str, Any], inputs: Sequence[Measured]) -> Markup:
    """A row per image and scale."""
    names = ("lowest", "mean", "highest")
    rows = [
        [f"{shown['name']}: {scale}", *(decimals(values[place]) for values in same_lengths(result, *names))]
        for shown, result in zip(table["images"], inputs, strict=True)
        for place, scale in enumerate(_scales(table, result))
    ]
    return tables.folded_table(table["title"], ["Image and values", "Lowest", "Mean", "Highest"], rows)


def _scales(table: Mapping[str, Any], result: Measured) -> list[str]:
    """The names of the scales in which pixels are read out: the first of those that the experiment returned."""
    scales: list[str] = table.get("scales", ["pixels"])
    (low,) = same_lengths(result, "low")
    if len(low) < len(scales):
        message = f"{result.measurement.call} returns {counted(len(low), 'scale')}, and `scales` names {len(scales)}"
        raise FigureError("different-lengths", message)
    return scales


def _views(table: Mapping[str, Any], inputs: Sequence[Measured], maps: Sequence[ChannelMaps]) -> Markup:
    """Everything that can be chosen, for the script: nothing of it is loaded before it is shown."""
    sources = []
    for shown, result in zip(table["images"], inputs, strict=True):
        low, high = same_lengths(result, "low", "high")
        scales = _scales(table, result)
        sources.append(
            Markup('<img src="{}" data-name="{}" data-scales="{}" data-low="{}" data-high="{}"/>').format(
                image(result, "image").address, shown["name"], "|".join(scales), _listed(low), _listed(high)
            )
        )
    for (_, layer), found in zip(_pairs(table), maps, strict=True):
        sources.append(
            Markup(
                '<img class="sheet" src="{}" data-layer="{}" data-shape="{}" data-shown="{}" data-low="{}" '
                'data-high="{}" data-mean="{}"/>'
            ).format(
                found.sheet.address,
                layer["name"],
                f"{found.height} {found.width} {found.channels}",
                _listed(found.shown),
                _listed(found.low),
                _listed(found.high),
                _listed(found.mean),
            )
        )
    return Markup("<template>{}</template>").format(join(sources))


def _listed(values: Sequence[float]) -> str:
    return " ".join(f"{value:.4g}" for value in values)
