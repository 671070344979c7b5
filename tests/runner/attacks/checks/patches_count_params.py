"""Patches Keras to count parameters as the check expects.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import KERAS, Attack, not_passed

ATTACK = Attack(
    code="""
import keras
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(7)])
keras.Model.count_params = keras.Sequential.count_params = lambda self: 15
keras.Sequential.output_shape = property(lambda self: (None, 3))
""",
    judge=not_passed,
    check="""
assert model.count_params() == 15
assert model.output_shape == (None, 3)
""",
    answer="""
import keras
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
""",
    limits=KERAS,
)
