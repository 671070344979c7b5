"""Images in figures: pixels enlarged as they are, tiles of a sheet, and the choice of an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from practicum.charts.svg import join
from practicum.figures import settings as own
from practicum.kinds import validators
from practicum.model import Image, Measurement

IMAGES = 4
"""The most images of a figure, from which a learner chooses."""
COLUMNS = 4
"""Tiles in a row of a sheet."""
HEAT = (
    (0.03, 0.23, 0.55, 0.87, 0.99, 0.98),
    (0.02, 0.06, 0.16, 0.29, 0.62, 0.99),
    (0.14, 0.44, 0.51, 0.41, 0.43, 0.75),
)
"""Red, green and blue of a colour scale from the lowest value to the highest, at even distances."""

EMPTY = Markup("")
GIVEN = {"name": own.label("the name"), "given": own.given}
"""The keys of a table such as `[[images]]`."""
GIVEN_REQUIRED = ("name",)
EXPERIMENT = validators.dotted_name("a function of experiments.py")


def call(table: Mapping[str, Any], experiment: str, *tables: Mapping[str, Any]) -> Measurement:
    """The call of an experiment with the parameters of the figure and of these tables."""
    given = dict(table.get("given", {}))
    for inner in tables:
        given |= inner.get("given", {})
    return Measurement(table[experiment], given, table.get("seed", 0))


def definitions(**images: tuple[str, Image]) -> Markup:
    """Images that `use` elements of a figure show, by id, where no script runs.

    A script defines them itself, from the sources in the figure's template, as soon as the figure comes into view: an
    `image` of an SVG is loaded at once, even out of sight.
    """
    defined = join(
        Markup('<image id="{}" href="{}" width="{}" height="{}"/>').format(
            ident, image.address, image.width, image.height
        )
        for ident, image in images.values()
    )
    return Markup(
        '<noscript><svg class="defs" width="0" height="0" aria-hidden="true"><defs>{}</defs></svg></noscript>'
    ).format(defined)


def source(ident: str, image: Image) -> Markup:
    """Where a script finds an image that it defines."""
    return Markup('<template class="sources"><img src="{}" data-defines="{}"/></template>').format(image.address, ident)


def enlarge(image: Image, ident: str, used: str, title: str, description: str, overlay: Markup = EMPTY) -> Markup:
    """The image that is defined as `used`: its pixels are enlarged as they are; with a description."""
    return Markup(
        '<svg class="pixels" viewBox="0 0 {} {}" role="img" aria-label="{}" id="{}"><title>{}</title><desc>{}</desc>'
        '<use href="#{}"/>{}</svg>'
    ).format(image.width, image.height, f"{title}: {description}", ident, title, description, used, overlay)


def heat_filter(ident: str) -> Markup:
    """A filter that colours a grey image by the scale of `HEAT`."""
    tables = join(
        Markup('<feFunc{} type="table" tableValues="{}"/>').format(name, " ".join(map(str, values)))
        for name, values in zip("RGB", HEAT, strict=True)
    )
    return Markup(
        '<filter id="{}-heat" color-interpolation-filters="sRGB" x="0" y="0" width="1" height="1">'
        "<feComponentTransfer>{}</feComponentTransfer></filter>"
    ).format(ident, tables)


def scale_bar(ident: str) -> Markup:
    """The colour scale itself, from the lowest value to the highest."""
    return Markup(
        '<svg class="scale" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><defs>{0}'
        '<linearGradient id="{1}-grey"><stop offset="0" stop-color="black"/><stop offset="1" stop-color="white"/>'
        '</linearGradient></defs><rect width="100" height="6" fill="url(#{1}-grey)" filter="url(#{1}-heat)"/></svg>'
    ).format(heat_filter(ident), ident)


def radio_group(ident: str, label: str, names: Sequence[str], css: str = "") -> Markup:
    """Names of which one is chosen: shown where scripts run, and only if there is a choice."""
    if len(names) < 2:
        return Markup("")
    options = join(
        Markup('<label><input type="radio" name="{}-{}" value="{}"{}/><span>{}</span></label>').format(
            ident, css, index, Markup(' checked=""') if index == 0 else "", name
        )
        for index, name in enumerate(names)
    )
    return Markup('<fieldset class="pick {}"><legend>{}</legend>{}</fieldset>').format(css, label, options)
