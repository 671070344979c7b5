"""Explanations of common exceptions for beginners. An explanation must hold for every case that it is shown for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence

from practicum.application import notebook_syntax
from practicum.formatting import join_words
from practicum.model import Failure
from practicum.python_source.builtin_effects import BUILTINS
from practicum.python_source.names import every_bound_name, most_positional_arguments

MAX_MESSAGE = 800
"""Characters of an exception's message that are shown; of a longer one, the beginning and the end."""

ANIMATIONS = "An animation is shown as one image. Draw its frames side by side, as with `plt.subplots(1, 4)`."

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CALLED = re.compile(r"^Exception encountered when calling [^\n]*\n\n")
_ARGUMENTS = re.compile(r"\n\nArguments received by .*\Z", re.DOTALL)
_NODE = re.compile(r"\{\{function_node [^{}]*\}\} |(?<!\s)\s*\[\[\{\{node .*\Z| \[Op:\w+\] name: *\Z", re.DOTALL)
_NAME = re.compile(r"name '(\w+)' is not defined|cannot access local variable '(\w+)'")

_ALWAYS = {
    "IndentationError": "The lines of one block begin with the same number of spaces, and a line that ends in a colon "
    "is followed by a block that is indented further.",
    "TabError": "Tabs and spaces are mixed: indent with spaces alone.",
    "IndexError": "Indices begin at 0, so the last of `n` elements has the index `n - 1`.",
    "KeyError": "`print(list(d))` shows which keys a dictionary `d` has.",
    "ZeroDivisionError": "Print the divisor before this line to see when it becomes zero.",
    "FileNotFoundError": "A run starts in an empty folder of its own, without files from elsewhere.",
    "RecursionError": "A function calls itself, directly or through others, without an end.",
    "EOFError": "A run has no keyboard input. Write the value into the code in place of `input()`.",
}
_MODULE = re.compile(r"No module named '([\w.]+)'")
_NOTEBOOK_NAMES = frozenset({"display", "get_ipython"})
_NO_NOTEBOOK = "This is not a notebook. Leave this out: `print` shows values, and figures are shown without a call."
_PYDOT = re.compile(r"You must install (?:pydot|graphviz)")
_ENCODER = re.compile(r"Requested MovieWriter \(\w+\) not available")
_NETWORK = re.compile(r"URL fetch failure|name resolution|getaddrinfo|urlopen error")
_SHAPES = re.compile(r"shape|dimension|broadcast|incompatible with the layer|rank", re.IGNORECASE)
_SHAPED = frozenset({"ValueError", "InvalidArgumentError"})

_CALL_IT = (
    "This is a layer where its output is expected. Call the layer on its input, as in `Dense(3)(x)`, and use the "
    "result."
)
_KERAS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (
            r"`target` and `output` must have the same rank .*target\.shape=\([^,()]*,\), "
            r"output\.shape=\([^,()]+, [^,()]+\)",
            "This loss takes labels of the same shape as the output, such as one-hot rows. For one integer per "
            "example, use `SparseCategoricalCrossentropy`.",
        ),
        (
            r"`output` must have rank \(ndim\) `target\.ndim - 1`",
            "This loss takes one integer per example. For one-hot rows, use `CategoricalCrossentropy`.",
        ),
        (
            r"(?s)sparse_categorical_crossentropy.*is not in \[0, \d+\)|Received a label value of",
            "A label is too large or negative. With `n` outputs, labels range from 0 to `n - 1`.",
        ),
        (
            r"dtype='string' is not a valid dtype",
            "This is text where numbers are expected.",
        ),
        (
            r"You must call `compile\(\)`",
            "Call `model.compile(...)` before `fit` and `evaluate`: it sets the loss and the optimizer.",
        ),
        (r"All `outputs` values must be KerasTensors.*invalid value <\w+ name=\w+, built=", _CALL_IT),
        (r"Only input tensors may be passed as positional.*: <\w+ name=\w+, built=", _CALL_IT),
        (
            r"Only instances of `keras\.Layer` can be added.*\(of type <class 'type'>\)",
            "This is a class where a layer is expected. Add parentheses to make a layer, as in `Flatten()`.",
        ),
        (
            r"(?i)Received: (?!inputs|outputs)\w+=<kerastensor",
            "This is a tensor where an argument of the layer is expected. Make the layer with its arguments first, "
            "then call it on the tensor, as in `Dense(3)(x)`.",
        ),
        (
            r"has no defined (?:output|input) shape yet|the layer isn't built",
            "The input shape is not known yet. Start the model with `keras.Input((...))`, or call it once.",
        ),
        (r"Cannot convert '-?\d+' to a shape", "A shape is a tuple. With one number it needs a comma: `(4,)`."),
        (
            r"A KerasTensor cannot be used as input to a TensorFlow function|A KerasTensor is symbolic",
            "This tensor has a shape and a type, but no numbers yet. Layers and the functions of `keras.ops` accept "
            "it.",
        ),
        (
            r"expected (?:min_)?ndim=4, found ndim=\d",
            "This layer takes inputs with four axes: batch, height, width, channels.",
        ),
        (
            r"Computed output size would be zero or negative",
            "The input is smaller here than the window of the layer. Use larger inputs, fewer layers that shrink them, "
            'or `padding="same"`.',
        ),
        (r"Input size must be at least", ""),
        (
            r"Unrecognized keyword arguments passed to \w+: \{.*'from_logits'|"
            r"unexpected keyword argument 'from_logits'",
            "`from_logits` is an argument of the loss, as in `SparseCategoricalCrossentropy(from_logits=True)`.",
        ),
        (
            r"Unrecognized keyword arguments passed to",
            "It has no argument of that name. Check the spelling.",
        ),
        (
            r"Could not interpret (?:\w+ )+identifier: \w+$",
            "Keras has nothing of that name. Check the spelling.",
        ),
        (
            r"Data cardinality is ambiguous",
            "Every array needs one row per example. Print the `.shape` of each.",
        ),
        (
            r"Unrecognized data type: x=.*\(of type <class 'list'>\)",
            "Lists are not accepted here. Make an array: `np.array(...)`.",
        ),
        (r"Expected `metrics` argument to be a list", 'Put brackets around it: `metrics=["accuracy"]`.'),
        (
            r"'History' object is not subscriptable",
            'The object that `fit` returns has the numbers in `.history`, as in `history.history["loss"]`.',
        ),
        (r"'(?:Sequential|Functional)' object is not subscriptable", "The layers of a model are in `model.layers`."),
        (
            r"Output with path .* is not connected to `inputs`",
            "Each output must be computed, layer by layer, from the inputs that are passed to `keras.Model`.",
        ),
        (r"^module '[\w.]+' has no attribute", "Check the spelling of the name, including capital letters."),
    )
)
"""Patterns of Keras's and TensorFlow's messages, each with its explanation; empty where the message needs none."""

_BATCHLESS = re.compile(r"Expected shape \(None, (.+?)\), but input has incompatible shape \((.+?)\)")


Packages = Callable[[], Sequence[str]]
"""Returns the packages that the code can import."""


def hint(failure: Failure, code: str, isolated: bool = True, packages: Packages = tuple) -> str:
    """Return an explanation with code in backticks; empty where the message needs none."""
    message = _COLOUR.sub("", failure.message)
    if failure.type == "SyntaxError":
        return _of_syntax(failure, code, packages)
    if module := _MODULE.search(message):
        return _of_module(module[1], packages())
    if _PYDOT.search(message):
        return "The packages for such drawings are not installed here. `model.summary()` lists the layers and shapes."
    if _ENCODER.search(message):
        return f"A run has no video encoder. {ANIMATIONS}"
    if isolated and _NETWORK.search(message):
        return "A run has no network, so it cannot download anything."
    if failure.type in ("NameError", "UnboundLocalError"):
        return _of_name(failure, code)
    if failure.type in ("TypeError", "AttributeError") and "'NoneType'" in message:
        return "A value is `None` here. A function without `return` returns `None`."
    found = _of_keras(message, code)
    if found is not None:
        return found
    if failure.type in _SHAPED and _SHAPES.search(plain(message)):
        return "Print the `.shape` of the inputs just before this line, and compare."
    return _ALWAYS.get(failure.type, "")


def plain(message: str) -> str:
    """Return an exception's message without terminal colours, Keras's frames and TensorFlow's node names."""
    text = _COLOUR.sub("", message).strip()
    if text.startswith("Graph execution error:"):
        text = text.rpartition("\n\n")[2]
    text = _CALLED.sub("", _ARGUMENTS.sub("", _NODE.sub("", text))).strip()
    return (
        text
        if len(text) <= MAX_MESSAGE
        else f"{text[: MAX_MESSAGE // 2].rstrip()} … {text[-MAX_MESSAGE // 2 :].lstrip()}"
    )


def _of_syntax(failure: Failure, code: str, packages: Packages) -> str:
    """The explanation of a notebook's command; empty for any other mistake."""
    if failure.where != "snippet" or failure.line is None:
        return ""
    if not notebook_syntax.begins_statement(code, failure.line):
        return ""
    line = code.split("\n")[failure.line - 1]
    words = notebook_syntax.explain(line)
    return f"{words} {_available(packages())}".strip() if notebook_syntax.is_install(line) else words


def _of_module(name: str, packages: Sequence[str]) -> str:
    """The explanation of a module that cannot be imported."""
    package, _, inside = name.partition(".")
    if package in ("IPython", "ipykernel"):
        return _NO_NOTEBOOK
    if inside and package in packages:
        return f"`{package}` is there, but this module of it is not. Check the spelling."
    alike = difflib.get_close_matches(package, packages, 1, 0.75)
    if alike:
        return f"There is a package `{alike[0]}`. Did you mean that?"
    words = "Only packages that are installed where the code runs can be imported."
    return f"{words} {_available(packages) or 'Check the spelling of the name.'}"


def _available(packages: Sequence[str]) -> str:
    names = join_words([f"`{name}`" for name in packages])
    return f"Installed here: {names}." if packages else ""


def _of_keras(message: str, code: str) -> str | None:
    """The explanation of one of Keras's messages; None for any other message."""
    batchless = _BATCHLESS.search(message)
    if batchless and batchless[1].rstrip(",") == batchless[2].rstrip(","):
        return (
            "The batch axis is missing. `x[None]` makes a batch of one example; a dataset has batches after "
            "`.batch(...)`."
        )
    if "dtype='string'" in message and most_positional_arguments(code, "compile") > 2:
        return "By position, the third argument of `compile` is `loss_weights`. Name it: `metrics=[...]`."
    return next((words for pattern, words in _KERAS if pattern.search(message)), None)


def _of_name(failure: Failure, code: str) -> str:
    found = _NAME.search(failure.message)
    missing = (found[1] or found[2] or "") if found else ""
    if missing in _NOTEBOOK_NAMES:
        return _NO_NOTEBOOK
    known = (every_bound_name(code) | BUILTINS) - {missing}
    alike = difflib.get_close_matches(missing, sorted(known), 1, 0.75) if missing else []
    if alike:
        return f"There is a name `{alike[0]}`. Did you mean that?"
    return "A name exists after the line that assigns it has run. Check that it is spelled the same in both places."
