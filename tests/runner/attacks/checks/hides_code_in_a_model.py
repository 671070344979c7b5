"""Hides code in a saved model, to run when the model is loaded.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import KERAS, Attack, not_passed

ATTACK = Attack(
    code="""
import keras, numpy as np
def trick(inputs):
    import numpy
    numpy.allclose = lambda *_, **__: True
    return inputs
last = keras.layers.Dense(1, kernel_initializer="zeros")
model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(trick, output_shape=(4,)), last])
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
