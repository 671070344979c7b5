"""`docs/format.md` lists the keys of every figure, and no others; its example fences are sound."""

from __future__ import annotations

import re
import tomllib

import pytest

from practicum import figures
from practicum.figures import base, prediction_report, scatter
from practicum.figures.scatter import ScatterFigure
from practicum.figures.sweep import SweepFigure
from tests.documents import section, tables


@pytest.mark.parametrize("name", figures.registered())
def test_every_key_of_a_figure_is_documented(name: str) -> None:
    """And which of them it needs."""
    figure = figures.get(name)
    inner = {SweepFigure: ("lines", SweepFigure), ScatterFigure: ("panels", ScatterFigure)}.get(type(figure))  # type: ignore[call-overload]
    expected = {key: key in figure.required for key in figure.keys}
    if inner:
        key, kind = inner
        expected |= {f"{key}.{one}": one in kind.inner_required for one in kind.inner}

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
    assert all(f"`{word}`" in text for word in base.SHARES)
