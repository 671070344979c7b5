"""What the example of `best` measures."""

import math
import random


def descend(*, rate: float, steps: int, seed: int) -> dict[str, float | list[float]]:
    """Gradient descent on 5 x² + y² / 2, from 200 random places on the unit circle."""
    chance = random.Random(seed)
    angles = [chance.uniform(0, math.tau) for _ in range(200)]
    places = [(math.cos(angle), math.sin(angle)) for angle in angles]
    losses = []
    for _ in range(steps):
        places = [(x - rate * 10 * x, y - rate * y) for x, y in places]
        losses.append(sum(5 * x * x + y * y / 2 for x, y in places) / len(places))
    return {"loss": losses[-1], "losses": losses}
