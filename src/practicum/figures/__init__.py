"""Figures that authors draw from measurements in a page: a module per figure, listed here."""

from __future__ import annotations

from practicum.figures.base import Figure
from practicum.figures.learning_curves import LearningCurves
from practicum.figures.prediction_report import PredictionReport
from practicum.figures.scatter import ScatterFigure
from practicum.figures.sweep import SweepFigure

_FIGURES = (LearningCurves(), SweepFigure(), ScatterFigure(), PredictionReport())

ALL: dict[str, Figure] = {figure.name: figure for figure in _FIGURES}
"""Each figure by the first word of its fence."""
