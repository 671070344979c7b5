"""`training_replay`: a training, epoch by epoch: its curves, and the probability of each image's own class."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from markupsafe import Markup

from practicum.charts import axes, figure, interactive_chart, line_chart, tables
from practicum.charts.interactive_chart import ReadoutTable
from practicum.charts.svg import join
from practicum.figures import image_views
from practicum.figures import settings as own
from practicum.figures.base import Figure, FigureError, check_labels, figure_id, image, number, same_lengths
from practicum.figures.image_views import COLUMNS
from practicum.formatting import percent
from practicum.kinds import validators
from practicum.model import Image, Measured, Measurement

CLASSES = 8
IMAGES, EPOCHS = 80, 60
"""The most images and epochs of a replay."""
NAMES = ("training", "validation")
WIDTH, LEFT, TILE, ROW, AXIS = 400, 62, 26, 42, 24
"""Units of a panel: its width, the room for class names, and the heights of a tile, of a class and of the axis."""
LANES = (-8, -4, 0, 4, 8)
"""How far the tiles of a row are from its middle, in turn: they overlap less."""
HINT = "Point at an image, or focus a panel and press the arrow keys, to read what the model makes of it."


@dataclass(frozen=True)
class Replay:
    """A training: per epoch two accuracies, and per epoch and image a prediction."""

    accuracies: tuple[tuple[float, ...], tuple[float, ...]]
    """Of all training and of all validation images."""
    thumbnails: Image
    side: int
    labels: tuple[int, ...]
    is_validation: tuple[bool, ...]
    own: tuple[tuple[float, ...], ...]
    """Per epoch: the probability that the model gives to each image's own class."""
    predicted: tuple[tuple[int, ...], ...]
    """Per epoch: the class that the model predicts for each image."""

    def tile(self, place: int) -> Markup:
        """The part of the thumbnails that holds an image."""
        x, y = place % COLUMNS * self.side, place // COLUMNS * self.side
        return Markup("{0} {1} {2} {2}").format(x, y, self.side)


class TrainingReplay(Figure):
    """Curves with a slider through the epochs, and each image on its way to a probability of one."""

    name = "training_replay"
    has_script = True
    keys = {
        "title": validators.text("what the figure shows"),
        "experiment": image_views.EXPERIMENT,
        "given": own.given,
        "classes": own.texts("names of classes", 2, CLASSES),
        "seed": own.seed,
    }
    required = ("title", "experiment", "classes")

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """The one training."""
        return (image_views.call(table, "experiment"),)

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """The curves and, at the last epoch, the images; accuracies by epoch as a table."""
        ident, classes = figure_id(number), table["classes"]
        replay = _replay(measured[self.calls(table)[0]], len(classes))
        panels = join(_panel(replay, ident, classes, part) for part in (0, 1) if part in replay.is_validation)
        legend = figure.legend_of([(_key("right"), "predicted right"), (_key("mistaken"), "predicted wrong")])
        body = Markup(
            '<practicum-replay data-classes="{}" data-labels="{}" data-own="{}" data-predicted="{}">'
            '{}<div class="panels">{}</div><p class="reads w2 reading" aria-live="polite">{}</p>{}{}</practicum-replay>'
        ).format(
            "|".join(classes),
            "".join(map(str, replay.labels)),
            _packed(round(200 * share) for epoch in replay.own for share in epoch),
            "".join(str(label) for epoch in replay.predicted for label in epoch),
            _thumbnails(replay, ident),
            panels,
            HINT,
            legend,
            _curves(table, replay, ident),
        )
        return figure.figure(table["title"], [body], ident, "maps")


def _replay(result: Measured, classes: int) -> Replay:
    """The training that an experiment returned.

    Raises:
        FigureError: If its lists do not fit each other or the classes.
    """
    train, validation = same_lengths(result, "train_accuracy", "val_accuracy")
    labels, parts = same_lengths(result, "label", "part")
    own_probability, predicted = same_lengths(result, "own_probability", "predicted")
    check_labels(result, (*labels, *predicted), classes)
    if any(not isfinite(share) or not 0 <= share <= 1 for share in own_probability):
        raise FigureError("no-probabilities", f"{result.measurement.call} returns a probability beyond 0 to 1")
    count, epochs = len(labels), len(train)
    if count > IMAGES or epochs > EPOCHS or len(predicted) != count * epochs:
        message = (
            f"{result.measurement.call} returns {len(predicted)} predictions of {count} images in {epochs} epochs: "
            f"one for each image and epoch, of up to {IMAGES} images and {EPOCHS} epochs"
        )
        raise FigureError("different-lengths", message)
    return Replay(
        (train, validation),
        image(result, "thumbnails"),
        int(number(result, "side")),
        tuple(map(int, labels)),
        tuple(bool(part) for part in parts),
        tuple(own_probability[start : start + count] for start in range(0, len(predicted), count)),
        tuple(tuple(map(int, predicted[start : start + count])) for start in range(0, len(predicted), count)),
    )


def _curves(table: Mapping[str, Any], replay: Replay, ident: str) -> Markup:
    """Both accuracies as lines, with a slider."""
    lines = [
        line_chart.mean_series(name, [values], colour=index)
        for index, (name, values) in enumerate(zip(NAMES, replay.accuracies, strict=True))
    ]
    steps = len(replay.accuracies[0])
    rows = [[str(step + 1), *(percent(values[step]) for values in replay.accuracies)] for step in range(steps)]
    readouts = ReadoutTable(["Epoch", *(f"{name} accuracy" for name in NAMES)], rows, "Epoch ")
    description = f"{readouts.readout(0)}. {readouts.readout(steps - 1)}."
    chart = line_chart.draw_lines(
        table["title"],
        description,
        lines,
        axes.step_axis(steps, "epoch"),
        values=axes.share_axis((0.0, 1.0)),
        share=True,
    )
    data = tables.folded_table(table["title"], readouts.head, rows)
    return interactive_chart.add_slider(ident, chart, readouts, data, start=steps - 1, label="Epoch", play=True)


def _thumbnails(replay: Replay, ident: str) -> Markup:
    """The sheet of all images, once, for the tiles to use."""
    return image_views.definitions(sheet=(f"{ident}-sheet", replay.thumbnails)) + image_views.source(
        f"{ident}-sheet", replay.thumbnails
    )


def _panel(replay: Replay, ident: str, classes: Sequence[str], part: int) -> Markup:
    """The images of one part: a row per class, and from left to right the probability of that class."""
    members = [place for place, is_validation in enumerate(replay.is_validation) if is_validation == part]
    right = sum(replay.predicted[-1][place] == replay.labels[place] for place in members)
    title = f"{NAMES[part].capitalize()} images"
    described = f"After the last epoch {right} of these {len(members)} images are predicted right."
    height = ROW * len(classes) + AXIS
    ranked = [
        (sum(replay.labels[other] == replay.labels[place] for other in members if other < place), place)
        for place in members
    ]
    tiles = join(_tile(replay, ident, place, rank) for rank, place in ranked)
    return Markup(
        '<div class="panel view" data-part="{}"><p class="label"><span class="name">{}</span></p>'
        '<svg class="race" viewBox="0 0 {} {}" role="img" aria-label="{}" id="{}-part-{}"><title>{}</title>'
        "<desc>{}</desc>{}{}</svg></div>"
    ).format(part, title, WIDTH, height, f"{title}. {described}", ident, part, title, described, _grid(classes), tiles)


def _grid(classes: Sequence[str]) -> Markup:
    bottom = ROW * len(classes)
    names = join(
        Markup('<text x="{}" y="{}" dy=".35em" text-anchor="end">{}</text>').format(LEFT - 8, ROW * (k + 0.5), name)
        for k, name in enumerate(classes)
    )
    lines = join(
        Markup(
            '<line class="grid" x1="{0}" x2="{0}" y1="0" y2="{1}"/>'
            '<text x="{0}" y="{2}" text-anchor="middle">{3}</text>'
        ).format(_across(share), bottom, bottom + 16, percent(share))
        for share in (0, 0.5, 1)
    )
    return lines + names


def _across(share: float) -> float:
    """Where the middle of a tile is."""
    return round(LEFT + TILE / 2 + share * (WIDTH - LEFT - TILE - 8), 1)


def _tile(replay: Replay, ident: str, place: int, rank: int) -> Markup:
    label, share = replay.labels[place], replay.own[-1][place]
    down = ROW * label + (ROW - TILE) / 2 + LANES[rank % len(LANES)]
    css = "right" if replay.predicted[-1][place] == label else "mistaken"
    return Markup(
        '<g class="runner {0}" data-image="{1}" data-down="{2:g}" transform="translate({3:g} {2:g})">'
        '<svg width="{4}" height="{4}" viewBox="{5}"><use href="#{6}-sheet"/></svg>'
        '<rect width="{4}" height="{4}"/></g>'
    ).format(css, place, down, _across(share) - TILE / 2, TILE, replay.tile(place), ident)


def _key(css: str) -> Markup:
    return Markup(
        '<svg class="swatch runner {}" width="16" height="16" viewBox="-2 -2 20 20" aria-hidden="true">'
        '<rect width="16" height="16"/></svg>'
    ).format(css)


def _packed(numbers: Any) -> str:
    """Numbers from 0 to 255 as text."""
    return b64encode(bytes(numbers)).decode()
