"""Explanations of errors: each error here is raised by running the code."""

from __future__ import annotations

import time

import pytest

from practicum.application.error_explanations import hint, plain
from practicum.model import Failure
from practicum.runner import Job, Limits, Pool

CASES = {
    "length = 1\nprint(lenght)": "`length`",
    "print(prnt)": "`print`",
    "print(qqqq)": "name",
    "def f():\n    total += 1\nf()": "name",
    "if 1:\nprint(2)": "indented",
    "import nothing_like_it": "installed",
    "[1, 2][2]": "`n - 1`",
    "{}['a']": "key",
    "1 / 0": "zero",
    "open('data.csv')": "folder",
    "def f():\n    f()\nf()": "calls itself",
    "input()": "`input()`",
    "[].sort().append(1)": "`None`",
    "import urllib.request as r\nr.urlopen('http://example.com')": "network",
    "import numpy as np\nnp.ones((2, 3)) @ np.ones((2, 3))": "`.shape`",
    "int('a')": "",
    "assert False": "",
}
"""Code, and a term that its explanation contains; nothing where there is none because the message is enough."""


@pytest.mark.parametrize("code", CASES)
def test_explains_an_error_of_python(pool: Pool, code: str) -> None:
    failure = pool.run(Job(code=code)).failure

    assert failure is not None
    explanation = hint(failure, code)
    assert CASES[code] in explanation
    assert bool(explanation) == bool(CASES[code])


NOTEBOOK = {
    "!pip install torch": "`numpy`",
    "%pip install torch": "`numpy`",
    "pip install torch": "`numpy`",
    "x = 1\nfiles = !ls": "`!ls`",
    "%matplotlib inline\nprint(1)": "figures",
    "for n in range(3):\n    %timeit n": "`time.perf_counter()`",
    "%load_ext autoreload": "`%`",
    "x = 1\nx.real?": "`help(x.real)`",
    "??len": "`help(len)`",
    "display(3)": "`print`",
    "from IPython.display import HTML": "`print`",
    "import torchvision": "`numpy` and `keras`",
    "import nunpy": "`numpy`",
    "import numpy.linear": "spelling",
    "import keras\nkeras.utils.plot_model(keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]))": "summary",
}
"""What works in other notebooks, and a term of its explanation."""


@pytest.mark.parametrize("code", NOTEBOOK)
def test_explains_what_works_in_other_notebooks(pool: Pool, code: str) -> None:
    """And what works here instead. Of packages it names those that are there."""
    failure = pool.run(Job(code=code)).failure

    assert failure is not None
    assert NOTEBOOK[code] in hint(failure, code, packages=lambda: ("numpy", "keras"))


@pytest.mark.parametrize("code", ["x = (7\n%time\n* )", "x = 3 +\n", "a = 'b\n!pip install c", "if x = 3?:\n    pass"])
def test_a_mistake_in_python_is_not_taken_for_a_command(pool: Pool, code: str) -> None:
    """A line that continues an expression may begin with a percent sign."""
    failure = pool.run(Job(code=code)).failure

    assert failure is not None
    assert failure.type == "SyntaxError"
    assert hint(failure, code) == ""


def test_an_animation_is_shown_as_one_image_with_a_note(pool: Pool) -> None:
    """Code that makes none gets no such note."""
    code = "from matplotlib import pyplot as plt, animation\nfigure, axes = plt.subplots()\nline, = axes.plot([0, 1])\n"
    moving = "frames = animation.FuncAnimation(figure, lambda n: line.set_ydata([0, n]), frames=3)\nplt.show()\n"
    still, animated = pool.run(Job(code=code)), pool.run(Job(code=code + moving))

    assert len(still.figures) == len(animated.figures) == 1
    assert "animation" not in still.stderr
    assert "An animation is shown as one image" in animated.stderr
    assert animated.ok


def test_a_network_error_is_explained_by_isolation_only_where_there_is_isolation() -> None:
    """Without it a run has a network."""
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
    fitted(LOSS.format(""), WHOLE): "`SparseCategoricalCrossentropy`",
    fitted("'binary_crossentropy'", WHOLE): "one-hot",
    fitted(LOSS.format("Sparse"), ROWS): "`CategoricalCrossentropy`",
    fitted(LOSS.format("Sparse"), "np.array([0, 1, 2, 3, 1, 0])"): "`n - 1`",
    fitted("'mse', ['accuracy']", ROWS): "`loss_weights`",
    fitted("'mse', loss_weights=['accuracy']", ROWS): "numbers",
    fitted("'mse', metrics='accuracy'", ROWS): "`metrics=[\"accuracy\"]`",
    fitted("'mse', metrics=['acuracy']", ROWS): "spelling",
    fitted("'mse'", "np.ones((5, 3))"): "`.shape`",
    fitted("'mse', from_logits=True", ROWS): "`from_logits`",
    f"{FIT}m.fit(x, x)": "`model.compile(...)`",
    f"{FIT}m(np.ones((2, 5)))": "`.shape`",
    f"{FIT}m.predict(np.ones(4), verbose=0)": "batch",
    f"{FIT}m.fit(x, None, validation_data=x)": "`model.compile(...)`",
    f"{FIT}m[0]": "`model.layers`",
    f"{FIT}m.compile('adam', 'mse')\nh = m.fit(x, {ROWS}, verbose=0)\nh['loss']": "`.history`",
    "import keras, numpy as np\nm = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten()])\n"
    "m.predict(np.ones((8, 8, 3)), verbose=0)": "batch",
    "import keras\nx = keras.Input((4,))\nkeras.Model(x, keras.layers.Dense(3))": "`Dense(3)(x)`",
    "import keras\nkeras.layers.Dense(3)(keras.layers.Dense(4))": "`Dense(3)(x)`",
    "import keras\nkeras.Sequential([keras.layers.Flatten])": "`Flatten()`",
    "import keras\nkeras.layers.Dense(keras.Input((4,)))": "`Dense(3)(x)`",
    "import keras\nkeras.Sequential([keras.layers.Dense(3)]).output_shape": "`keras.Input((...))`",
    "import keras\nkeras.Input(4)": "`(4,)`",
    "import keras, numpy as np\nnp.mean(keras.Input((4,)))": "`keras.ops`",
    "import keras\nkeras.Sequential([keras.Input((4,)), keras.layers.Conv2D(2, 3)])": "channels",
    "import keras\nkeras.Sequential([keras.Input((2, 2, 3)), keras.layers.Conv2D(2, 3)])": 'padding="same"',
    "import keras\nkeras.layers.Dense(3, activaton='relu')": "argument",
    "import keras\nkeras.layers.Dens(3)": "spelling",
    "import keras\nkeras.applications.ResNet50(weights=None, include_top=False, input_shape=(24, 24, 3))": "",
    "import keras\na, b = keras.Input((4,)), keras.Input((4,))\nkeras.Model(a, keras.ops.exp(b))": "`keras.Model`",
    "import keras, numpy as np\ne = keras.layers.Embedding(3, 2)\ne(np.array([7]))": "",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.tensorflow
def test_explains_an_error_of_keras(pool: Pool) -> None:
    """The message itself is shown without colours, frames and nodes."""
    wrong = []
    for code, expected in KERAS.items():
        failure = pool.run(Job(code=code, limits=Limits(seconds=60))).failure
        assert failure is not None, code
        explanation, shown = hint(failure, code), plain(failure.message)
        if expected not in explanation or bool(explanation) != bool(expected):
            wrong.append((code, failure.message, explanation))
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
def test_shortens_a_long_message_in_linear_time(text: str) -> None:
    """Whatever it repeats: a learner can raise any message. The limit is processor time."""
    began = time.process_time()

    plain(f"a{text * (1_000_000 // len(text))}b")

    assert time.process_time() - began < 2


def test_explains_the_longest_messages_in_linear_time() -> None:
    """Of the length that the message of an error may have. The limit is processor time."""
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

    for type_ in ("ValueError", "NameError"):
        for piece in pieces:
            hint(Failure(type_, (piece * 4_000)[:4_000]), "")

    assert time.process_time() - began < 2
