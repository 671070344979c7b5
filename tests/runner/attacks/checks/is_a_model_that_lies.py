"""Returns a model of its own class, with forged shape and number of parameters.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import KERAS, Attack, not_passed

ATTACK = Attack(
    code="""
import keras
class Model(keras.Model):
    output_shape = (None, 3)
    def __init__(self):
        super().__init__()
        self.layer = keras.layers.Dense(7)
    def call(self, inputs): return self.layer(inputs)
    def count_params(self): return 15
model = Model()
model(keras.ops.ones((1, 4)))
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
