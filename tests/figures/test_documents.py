"""`docs/format.md` lists the keys of every figure, and no others; its example fences are sound."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from practicum import figures
from practicum.figures import (
    activation_map,
    base,
    feature_maps,
    image_views,
    prediction_report,
    scatter,
    training_replay,
)
from practicum.figures.activation_map import ActivationMap
from practicum.figures.scatter import ScatterFigure
from practicum.figures.sweep import SweepFigure
from tests.documents import section, tables

_GIVEN = (image_views.GIVEN, image_views.GIVEN_REQUIRED)
INNER: dict[str, list[tuple[str, Any, Any]]] = {
    "sweep": [("lines", SweepFigure.inner, SweepFigure.inner_required)],
    "scatter": [("panels", ScatterFigure.inner, ScatterFigure.inner_required)],
    "feature_maps": [("images", *_GIVEN), ("layers", *_GIVEN)],
    "activation_map": [("images", *_GIVEN), ("classes", ActivationMap.class_keys, ActivationMap.class_required)],
}
"""The tables within the table of a figure, each with its keys and those that it needs."""


@pytest.mark.parametrize("name", figures.registered())
def test_every_key_of_a_figure_is_documented(name: str) -> None:
    """And which of them it needs."""
    figure = figures.get(name)
    expected = {key: key in figure.required for key in figure.keys}
    for table_name, schema, required in INNER.get(name, ()):
        expected |= {f"{table_name}.{key}": key in required for key in schema}

    (table, *_) = tables(section(f"`{name}`"))
    found = {key: cells[-1] == "required" for key, cells in table.items()}

    assert found == expected


def test_every_figure_is_documented_with_an_example() -> None:
    """Read as its fence is."""
    examples = dict(re.findall(r"^```(\w+)\n(.*?)^```$", section("Figures"), re.S | re.M))

    assert set(examples) == set(figures.registered())
    for name, text in examples.items():
        assert list(figures.get(name).mistakes(tomllib.loads(text))) == []


def test_every_number_of_a_figure_is_documented() -> None:
    """Seeds, points that are listed, steps of thresholds and of certainty."""
    text = section("Figures")

    assert f"| {base.SEEDS} |" in text
    assert f"up to {scatter.LISTED} points" in text
    assert f"each {1 / prediction_report.STEPS:g} above the one before" in text
    assert f"in {prediction_report.BINS} steps" in text
    assert f"{image_views.COLUMNS} in a row" in text
    assert f"up to {image_views.IMAGES} images" in text
    assert f"up to {feature_maps.CHANNELS} channels" in text
    assert f"up to {activation_map.CLASSES} classes" in text
    assert f"up to {training_replay.IMAGES} images and {training_replay.EPOCHS} epochs" in text
    assert f"up to {scatter.THUMBNAILS} points" in text
    assert all(f"`{word}`" in text for word in base.SHARES)
