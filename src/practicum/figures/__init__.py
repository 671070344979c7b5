"""The registry of figures: one module per figure, and one line here or one entry point in another package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from practicum import registry
from practicum.figures.activation_map import ActivationMap
from practicum.figures.base import Figure
from practicum.figures.feature_maps import FeatureMaps
from practicum.figures.learning_curves import LearningCurves
from practicum.figures.prediction_report import PredictionReport
from practicum.figures.scatter import ScatterFigure
from practicum.figures.sweep import SweepFigure
from practicum.figures.training_replay import TrainingReplay

GROUP = "practicum.figures"
"""The entry-point group in which other packages declare their figures, each an instance of `Figure`."""

BUILTIN: tuple[Figure, ...] = (
    LearningCurves(),
    SweepFigure(),
    ScatterFigure(),
    PredictionReport(),
    FeatureMaps(),
    ActivationMap(),
    TrainingReplay(),
)


@cache
def registered() -> Mapping[str, Figure]:
    """All figures by name, the built-in ones first. Raises PluginError for an entry point that cannot be used."""
    return registry.load(GROUP, BUILTIN, Figure)


def get(name: str) -> Figure:
    """The figure of that name. Raises KeyError."""
    return registered()[name]


__all__ = ["BUILTIN", "GROUP", "Figure", "get", "registered"]
