"""A number that depends on its seed."""

import random


def draw(*, seed):
    """A number from 1 to 6."""
    return {"value": 1 + random.Random(seed).randrange(6)}
