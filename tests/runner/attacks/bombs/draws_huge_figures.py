"""Draws huge figures, and many of them.

Contained: some come back small, the others not at all.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import KERAS, Attack, World


def few(result: Result, world: World) -> None:
    assert result.stopped in (None, "memory", "time", "output"), result.why
    assert len(result.figures) <= 32
    assert len(repr(result)) < 64 << 20


ATTACK = Attack(
    code="""
import warnings
import matplotlib.pyplot as plt
warnings.simplefilter("ignore")
for _ in range(2):
    plt.figure(figsize=(20_000, 20_000))
for _ in range(40):
    plt.figure(figsize=(1, 1))
""",
    judge=few,
    limits=KERAS,
)
