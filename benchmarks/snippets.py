"""The pieces of code that are timed: the five of the design, and a day's mix of them."""

from __future__ import annotations

import random

PLAIN = "`x = 1 + 1`"
NUMPY = "NumPy"
BUILD = "tiny Keras build"
MOBILENET = "MobileNetV2 build"
FIT = "tiny fit"

SNIPPETS = {
    PLAIN: "x = 1 + 1",
    NUMPY: ("import numpy as np\nx = np.random.default_rng(0).normal(size=(64, 8))\ntotal = float((x @ x.T).trace())"),
    BUILD: (
        "import keras\n"
        "model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4), keras.layers.Dense(1)])\n"
        "shape = model.output_shape"
    ),
    MOBILENET: (
        "import keras\n"
        "base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(96, 96, 3))\n"
        "shape = base.output_shape"
    ),
    FIT: (
        "import keras, numpy as np\n"
        "x = np.random.default_rng(0).normal(size=(64, 8)).astype('float32')\n"
        "model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4), keras.layers.Dense(1)])\n"
        "model.compile('adam', 'mse')\n"
        "model.fit(x, x[:, :1], epochs=2, verbose=0)"
    ),
}
SMALL = (
    "rows = [[(row * column) % 7 for column in range(12)] for row in range(12)]\n"
    "counts = {}\n"
    "for row in rows:\n"
    "    for cell in row:\n"
    "        counts[cell] = counts.get(cell, 0) + 1\n"
    "common = max(counts.values())"
)
SHARES = {SMALL: 0.60, SNIPPETS[NUMPY]: 0.25, SNIPPETS[BUILD]: 0.10, SNIPPETS[FIT]: 0.05}


def mixed(count: int) -> list[str]:
    """So many snippets in these shares, shuffled, the same each time."""
    codes = [code for code, share in SHARES.items() for _ in range(round(share * count))]
    random.Random(3).shuffle(codes)
    return codes
