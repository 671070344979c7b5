"""`activation_map`: for some classes, how much each part of an image adds to the class's logit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt
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
    curve,
    duplicate_names,
    figure_id,
    image,
    inner_mistakes,
    same_lengths,
)
from practicum.formatting import decimals, percent
from practicum.formatting import number as brief
from practicum.kinds import validators
from practicum.model import Image, Measured, Measurement

CLASSES = 4
"""The most classes of an image that are shown."""
SIDE = 16
"""The most parts of an image in each direction."""
STRONGEST = 0.85
"""The opacity of the part with the largest value."""
HINT = "Point at a part of an image to read what it adds, or focus the image and press the arrow keys."


@dataclass(frozen=True)
class ClassActivation:
    """What each part of an image adds to one class: row by row, and on average the logit."""

    name: str
    logit: float
    probability: float
    parts: tuple[float, ...]

    @property
    def side(self) -> int:
        return isqrt(len(self.parts))


class ActivationMap(Figure):
    """An image once for each of its most probable classes, tinted where it speaks for the class."""

    name = "activation_map"
    has_script = True
    keys = {
        "title": validators.text("what the figure shows"),
        "input": image_views.EXPERIMENT,
        "experiment": image_views.EXPERIMENT,
        "given": own.given,
        "images": own.tables("[[images]]", image_views.IMAGES),
        "classes": own.tables("[[classes]]", 40),
        "seed": own.seed,
    }
    required = ("title", "input", "experiment", "images", "classes")
    inner = image_views.GIVEN
    inner_required = image_views.GIVEN_REQUIRED
    class_keys = {"label": own.seed, "name": own.label("the name of a class")}
    class_required = ("label", "name")

    def conflicts(self, table: Mapping[str, Any], valid: frozenset[str]) -> Iterator[KeyMistake]:
        """The inner tables' own keys."""
        if "images" in valid:
            yield from inner_mistakes(table["images"], "images", self.inner, self.inner_required)
            yield from duplicate_names(table["images"], "images")
        if "classes" in valid:
            yield from inner_mistakes(table["classes"], "classes", self.class_keys, self.class_required)
            yield from duplicate_names(table["classes"], "classes")

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """Two for each image: its pixels, and its activations."""
        keys = ("input", "experiment")
        return tuple(image_views.call(table, key, shown) for shown in table["images"] for key in keys)

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """The first image with its maps; all values as a table."""
        ident = figure_id(number)
        inputs = [image(measured[image_views.call(table, "input", shown)], "image") for shown in table["images"]]
        found = [_activations(table, measured[image_views.call(table, "experiment", one)]) for one in table["images"]]
        panels = join(_panel(ident, place, inputs[0], found[0]) for place in range(len(found[0])))
        names = [shown["name"] for shown in table["images"]]
        body = [
            image_views.definitions(pixels=(f"{ident}-pixels", inputs[0])),
            Markup('<div class="picks">{}{}</div>').format(
                image_views.radio_group(ident, "Image", names, "image"), _controls(ident)
            ),
            _blur(ident, inputs[0], found[0][0].side),
            Markup('<div class="activations">{}</div>').format(panels),
            Markup('<p class="reads w2 reading" aria-live="polite">{}</p>').format(HINT),
            _scale(ident, found[0]),
            _data(table["title"], names, found),
            _views(names, inputs, found),
        ]
        element = Markup("<practicum-activations>{}</practicum-activations>").format(join(body))
        return figure.figure(table["title"], [element], ident, "maps")


def _activations(table: Mapping[str, Any], result: Measured) -> list[ClassActivation]:
    """The maps of an image's classes.

    Raises:
        FigureError: If a class has no name, or its map is not a square.
    """
    labels, logits, probabilities = same_lengths(result, "label", "logit", "probability")
    names = {one["label"]: one["name"] for one in table["classes"]}
    if unnamed := [label for label in labels if label not in names]:
        message = f"{result.measurement.call} returns the label {unnamed[0]:g}: name it in `[[classes]]`"
        raise FigureError("unknown-label", message)
    parts = [curve(result, f"map_{place}") for place in range(len(labels))]
    if len(labels) > CLASSES or any(isqrt(len(one)) ** 2 != len(one) or not 1 <= len(one) <= SIDE**2 for one in parts):
        message = f"{result.measurement.call} returns maps of up to {CLASSES} classes, each a square of up to {SIDE}²"
        raise FigureError("different-lengths", message)
    return [
        ClassActivation(names[label], logit, probability, part)
        for label, logit, probability, part in zip(labels, logits, probabilities, parts, strict=True)
    ]


def _panel(ident: str, place: int, shown: Image, found: Sequence[ClassActivation]) -> Markup:
    """The image, tinted for one class. All panels have one scale."""
    activation = found[place]
    side, best = activation.side, max(range(len(activation.parts)), key=activation.parts.__getitem__)
    described = (
        f"The part in row {best // side + 1}, column {best % side + 1} of {side} adds most: "
        f"{decimals(activation.parts[best])}. The logit is {decimals(activation.logit)}."
    )
    overlay = _tint(ident, shown.width / side, activation, *_limits(found))
    view = image_views.enlarge(shown, f"{ident}-class-{place}", f"{ident}-pixels", activation.name, described, overlay)
    return Markup(
        '<div class="view activation"><p class="label"><span class="name">{}</span></p>{}'
        '<p class="small soft sums">probability '
        '<strong class="share">{}</strong>, logit <span class="mean">{}</span></p></div>'
    ).format(activation.name, view, percent(activation.probability), brief(activation.logit))


def _tint(ident: str, width: float, activation: ClassActivation, low: float, high: float) -> Markup:
    """A square over each part: the more it adds, the more opaque."""
    squares = join(
        Markup('<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" fill-opacity="{:.2f}"/>').format(
            index % activation.side * width,
            index // activation.side * width,
            width,
            width,
            STRONGEST * (value - low) / ((high - low) or 1.0),
        )
        for index, value in enumerate(activation.parts)
    )
    return Markup('<g class="tint" clip-path="url(#{0}-frame)"><g filter="url(#{0}-blur)">{1}</g></g>').format(
        ident, squares
    )


def _limits(found: Sequence[ClassActivation]) -> tuple[float, float]:
    """The values that no tint and the strongest tint stand for."""
    values = [value for activation in found for value in activation.parts]
    return min(values), max(values)


def _scale(ident: str, found: Sequence[ClassActivation]) -> Markup:
    low, high = _limits(found)
    return Markup(
        '<div class="legend-scale"><span>A part adds <span class="low">{0}</span></span><svg class="scale tint-scale" '
        'viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><defs><linearGradient id="{2}-tint">'
        '<stop offset="0" stop-opacity="0"/><stop offset="1" stop-opacity="{3}"/></linearGradient></defs>'
        '<rect width="100" height="6" fill="url(#{2}-tint)"/></svg><span class="high">{1}</span></div>'
    ).format(brief(low), brief(high), ident, STRONGEST)


def _blur(ident: str, shown: Image, side: int) -> Markup:
    """What smooths the tint from part to part, and ends it at the image's frame."""
    return Markup(
        '<svg class="defs" width="0" height="0" aria-hidden="true"><defs><filter id="{0}-blur"><feGaussianBlur '
        'stdDeviation="{1:g}"/></filter><clipPath id="{0}-frame"><rect width="{2}" height="{3}"/></clipPath></defs>'
        "</svg>"
    ).format(ident, shown.width / side / 3, shown.width, shown.height)


def _controls(ident: str) -> Markup:
    return Markup(
        '<fieldset class="pick tinting"><legend>Map</legend>'
        '<label for="{0}-opacity">Opacity</label><input type="range" id="{0}-opacity" min="0" max="100" step="10" '
        'value="100"/><label><input type="checkbox" class="exact"/><span>Show the parts</span></label></fieldset>'
    ).format(ident)


def _data(title: str, names: Sequence[str], found: Sequence[Sequence[ClassActivation]]) -> Markup:
    """A row per image and class, with the parts row by row."""
    rows = [
        [f"{name}: {one.name}", percent(one.probability), decimals(one.logit), " ".join(map(decimals, one.parts))]
        for name, group in zip(names, found, strict=True)
        for one in group
    ]
    head = ["Image and class", "Probability", "Logit", "Parts, row by row"]
    return tables.folded_table(title, head, rows)


def _views(names: Sequence[str], inputs: Sequence[Image], found: Sequence[Sequence[ClassActivation]]) -> Markup:
    sources = join(
        Markup(
            '<img src="{}" data-name="{}" data-classes="{}" data-logits="{}" data-shares="{}" data-parts="{}"/>'
        ).format(
            shown.address,
            name,
            "|".join(one.name for one in group),
            "|".join(brief(one.logit) for one in group),
            "|".join(percent(one.probability) for one in group),
            "|".join(" ".join(f"{value:.3g}" for value in one.parts) for one in group),
        )
        for name, shown, group in zip(names, inputs, found, strict=True)
    )
    return Markup("<template>{}</template>").format(sources)
