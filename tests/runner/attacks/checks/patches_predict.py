"""Patches Keras to predict what the check expects, whatever the model is.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import KERAS, Attack, not_passed

ATTACK = Attack(
    code="""
import keras, numpy as np
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="zeros")])
right = lambda self, *_, **__: np.full((2, 1), 4.0)
keras.Model.predict = keras.Sequential.predict = keras.Sequential.__call__ = keras.Model.evaluate = right
keras.layers.Dense.call = lambda self, inputs: keras.ops.ones((2, 1)) * 4
np.allclose = lambda *_, **__: True
""",
    judge=not_passed,
    check="""
import numpy as np
predicted = model.predict(np.ones((2, 4)), verbose=0)
assert np.allclose(predicted, 4)
""",
    answer="""
import keras
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer='ones')])
""",
    limits=KERAS,
)
