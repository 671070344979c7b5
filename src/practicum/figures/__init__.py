"""Figures that are drawn from measurements: one module each, and one line here."""

from __future__ import annotations

from practicum.figures.base import Figure
from practicum.figures.learning_curves import Chart
from practicum.figures.prediction_report import Predictions
from practicum.figures.scatter import Scatter
from practicum.figures.sweep import Sweep

ALL: dict[str, Figure] = {figure.name: figure for figure in (Chart(), Sweep(), Scatter(), Predictions())}
