"""Hints are right about what really happened: the exceptions here are raised by running the code."""

from __future__ import annotations

import time

import pytest

from practicum.application.error_explanations import hint, plain
from practicum.model import Failure
from practicum.runner import Job, Limits, Pool

CASES = {
    "length = 1\nprint(lenght)": "There is a name `length`.",
    "print(prnt)": "There is a name `print`.",
    "print(qqqq)": "A name exists once a line that makes it has been run",
    "def f():\n    total += 1\nf()": "A name exists once",
    "if 1:\nprint(2)": "indented further",
    "import nothing_like_it": "Only what is installed",
    "[1, 2][2]": "the index `n - 1`",
    "{}['a']": "which keys",
    "1 / 0": "when it becomes zero",
    "open('data.csv')": "empty folder of its own",
    "def f():\n    f()\nf()": "without coming to an end",
    "input()": "in place of `input()`",
    "[].sort().append(1)": "Something is `None`",
    "import urllib.request as r\nr.urlopen('http://example.com')": "no network",
    "import numpy as np\nnp.ones((2, 3)) @ np.ones((2, 3))": "`.shape`",
    "int('a')": "",
    "assert False": "",
}


@pytest.mark.parametrize("code", CASES)
def test_a_hint_fits_what_was_raised(pool: Pool, code: str) -> None:
    """Or there is none, where the message says it all."""
    failure = pool.run(Job(code=code)).failure

    assert failure is not None
    said = hint(failure, code)
    assert CASES[code] in said
    assert bool(said) == bool(CASES[code])


def test_without_isolation_a_fault_of_the_network_is_not_explained_away() -> None:
    """There a run has a network."""
    failure = Failure("URLError", "<urlopen error timed out>")

    assert hint(failure, "", isolated=True)
    assert not hint(failure, "", isolated=False)


FIT = (
    "import keras, numpy as np\nm = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])\nx = np.ones((6, 4))\n"
)
WHOLE, ROWS = "np.array([0, 1, 2, 2, 1, 0])", "np.eye(3)[[0, 1, 2, 2, 1, 0]]"
LOSS = "keras.losses.{}CategoricalCrossentropy(from_logits=True)"


def fitted(loss: str, labels: str) -> str:
    return f"{FIT}m.compile('adam', {loss})\nm.fit(x, {labels}, verbose=0)"


KERAS = {
    fitted(LOSS.format(""), WHOLE): "For whole numbers, one for each example, there is `SparseCategoricalCrossentropy`",
    fitted("'binary_crossentropy'", WHOLE): "labels of the same form as the output",
    fitted(LOSS.format("Sparse"), ROWS): "For one-hot rows there is `CategoricalCrossentropy`",
    fitted(LOSS.format("Sparse"), "np.array([0, 1, 2, 3, 1, 0])"): "labels go from 0 to `n - 1`",
    fitted("'mse', ['accuracy']", ROWS): "the third argument of `compile` is `loss_weights`",
    fitted("'mse', loss_weights=['accuracy']", ROWS): "Text stands here where numbers are expected.",
    fitted("'mse', metrics='accuracy'", ROWS): "Put brackets around it",
    fitted("'mse', metrics=['acuracy']", ROWS): "Keras knows none of that name.",
    fitted("'mse'", "np.ones((5, 3))"): "one row for each example",
    fitted("'mse', from_logits=True", ROWS): "`from_logits` is a setting of the loss",
    f"{FIT}m.fit(x, x)": "comes before `fit` and `evaluate`",
    f"{FIT}m(np.ones((2, 5)))": "Print the `.shape`",
    f"{FIT}m.predict(np.ones(4), verbose=0)": "The axis of the batch is missing.",
    f"{FIT}m.fit(x, None, validation_data=x)": "comes before `fit`",
    f"{FIT}m[0]": "`model.layers`",
    f"{FIT}m.compile('adam', 'mse')\nh = m.fit(x, {ROWS}, verbose=0)\nh['loss']": "in `.history`",
    "import keras, numpy as np\nm = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten()])\n"
    "m.predict(np.ones((8, 8, 3)), verbose=0)": "The axis of the batch is missing.",
    "import keras\nx = keras.Input((4,))\nkeras.Model(x, keras.layers.Dense(3))": "Call the layer on what goes into it",
    "import keras\nkeras.layers.Dense(3)(keras.layers.Dense(4))": "Call the layer on what goes into it",
    "import keras\nkeras.Sequential([keras.layers.Flatten])": "Parentheses make a layer of it",
    "import keras\nkeras.layers.Dense(keras.Input((4,)))": "A tensor stands here where a setting",
    "import keras\nkeras.Sequential([keras.layers.Dense(3)]).output_shape": "Begin the model with `keras.Input((...))`",
    "import keras\nkeras.Input(4)": "has a comma: `(4,)`",
    "import keras, numpy as np\nnp.mean(keras.Input((4,)))": "only a shape and a type",
    "import keras\nkeras.Sequential([keras.Input((4,)), keras.layers.Conv2D(2, 3)])": "four axes",
    "import keras\nkeras.Sequential([keras.Input((2, 2, 3)), keras.layers.Conv2D(2, 3)])": 'padding="same"',
    "import keras\nkeras.layers.Dense(3, activaton='relu')": "It has no argument of that name.",
    "import keras\nkeras.layers.Dens(3)": "capital letters count",
    "import keras\nkeras.applications.ResNet50(weights=None, include_top=False, input_shape=(24, 24, 3))": "",
    "import keras\na, b = keras.Input((4,)), keras.Input((4,))\nkeras.Model(a, keras.ops.exp(b))": "layer by layer",
    "import keras, numpy as np\ne = keras.layers.Embedding(3, 2)\ne(np.array([7]))": "",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.tensorflow
def test_a_hint_fits_what_keras_says(pool: Pool) -> None:
    """As a beginner meets it. Messages are shown without colours, frames and nodes."""
    wrong = []
    for code, expected in KERAS.items():
        failure = pool.run(Job(code=code, limits=Limits(seconds=60))).failure
        assert failure is not None, code
        said, shown = hint(failure, code), plain(failure.message)
        if expected not in said or bool(said) != bool(expected):
            wrong.append((code, failure.message, said))
        assert not any(noise in shown for noise in ("\x1b", "Arguments received by", "/practicum/", "{{node")), shown

    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "\n",
        "[[",
        " [[",
        "{{function_node ",
        "[[{{node ",
        " [Op:a",
        " [Op:a] name:",
        " [Op:a] name: ",
        "\x1b[0",
        "\n\n",
        "Exception encountered when calling ",
        "Arguments received by ",
        "\n\nArguments received by ",
    ],
)
def test_a_long_message_is_read_soon(text: str) -> None:
    """Whatever it repeats: learners say in an exception what they like."""
    began = time.process_time()

    plain(f"a{text * (1_000_000 // len(text))}b")

    assert time.process_time() - began < 2


def test_no_message_of_the_longest_takes_long() -> None:
    """To find out what it means, of the length that an exception's message may have."""
    pieces = [
        "`target` and `output` must have the same rank target.shape=(a,), output.shape=(a, ",
        "sparse_categorical_crossentropy is not in [0, 1",
        "All `outputs` values must be KerasTensors invalid value <a name=a, ",
        "Only input tensors may be passed as positional: <a name=a, ",
        "Received: a=",
        "Unrecognized keyword arguments passed to a: {",
        "Could not interpret a a ",
        "Unrecognized data type: x=",
        "Output with path ",
        "Expected shape (None, a), but input has incompatible shape (",
    ]
    began = time.process_time()

    for kind in ("ValueError", "NameError"):
        for piece in pieces:
            hint(Failure(kind, (piece * 4_000)[:4_000]), "")

    assert time.process_time() - began < 2
