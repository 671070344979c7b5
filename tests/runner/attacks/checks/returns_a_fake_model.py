"""Returns an object that imitates a model.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import KERAS, Attack, not_passed

ATTACK = Attack(
    code="""
class Model:
    output_shape = (None, 3)
    def count_params(self): return 15
model = Model()
""",
    judge=not_passed,
    check="""
import keras
assert isinstance(model, keras.Model)
assert model.count_params() == 15
assert model.output_shape == (None, 3)
""",
    answer="""
import keras
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
""",
    limits=KERAS,
)
