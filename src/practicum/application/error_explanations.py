"""What an exception most often means, in a sentence for who meets it first. Only what is true of every such case."""

from __future__ import annotations

import difflib
import re

from practicum.model import Failure
from practicum.python_source.builtin_effects import BUILTINS
from practicum.python_source.names import every_bound_name, most_positional_arguments

MESSAGE = 800
"""Letters of an exception's message that are shown; of a longer one, beginning and end."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CALLED = re.compile(r"^Exception encountered when calling [^\n]*\n\n")
_ARGUMENTS = re.compile(r"\n\nArguments received by .*\Z", re.DOTALL)
_NODE = re.compile(r"\{\{function_node [^{}]*\}\} |(?<!\s)\s*\[\[\{\{node .*\Z| \[Op:\w+\] name: *\Z", re.DOTALL)
_NAME = re.compile(r"name '(\w+)' is not defined|cannot access local variable '(\w+)'")

_ALWAYS = {
    "IndentationError": "The lines of one block begin with the same number of spaces, and a line that ends in a colon "
    "is followed by a block that is indented further.",
    "TabError": "Tabs and spaces are mixed: indent with spaces alone.",
    "ModuleNotFoundError": "Only what is installed where the code runs can be imported. See that the name is spelled "
    "right.",
    "IndexError": "Indices begin at 0, so the last of `n` elements has the index `n - 1`.",
    "KeyError": "`print(list(d))` shows which keys a dictionary `d` has.",
    "ZeroDivisionError": "Print the divisor before this line to see when it becomes zero.",
    "FileNotFoundError": "A run begins in an empty folder of its own: files from elsewhere are not there.",
    "RecursionError": "A function calls itself, or others that call it, without coming to an end.",
    "EOFError": "Nobody can type while it runs: write the value into the code in place of `input()`.",
}
_NETWORK = re.compile(r"URL fetch failure|name resolution|getaddrinfo|urlopen error")
_SHAPES = re.compile(r"shape|dimension|broadcast|incompatible with the layer|rank", re.IGNORECASE)
_SHAPED = frozenset({"ValueError", "InvalidArgumentError"})

_CALL_IT = (
    "A layer stands here where its output is expected. Call the layer on what goes into it, as in `Dense(3)(x)`, and "
    "go on with what that gives."
)
_KERAS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (
            r"`target` and `output` must have the same rank .*target\.shape=\([^,()]*,\), "
            r"output\.shape=\([^,()]+, [^,()]+\)",
            "This loss wants labels of the same form as the output, such as one-hot rows. For whole numbers, one for "
            "each example, there is `SparseCategoricalCrossentropy`.",
        ),
        (
            r"`output` must have rank \(ndim\) `target\.ndim - 1`",
            "This loss wants one whole number for each example. For one-hot rows there is `CategoricalCrossentropy`.",
        ),
        (
            r"(?s)sparse_categorical_crossentropy.*is not in \[0, \d+\)|Received a label value of",
            "A label is too large, or negative: with `n` outputs, labels go from 0 to `n - 1`.",
        ),
        (
            r"dtype='string' is not a valid dtype",
            "Text stands here where numbers are expected.",
        ),
        (
            r"You must call `compile\(\)`",
            "`model.compile(...)` comes before `fit` and `evaluate`: it says with which loss and optimizer to train.",
        ),
        (r"All `outputs` values must be KerasTensors.*invalid value <\w+ name=\w+, built=", _CALL_IT),
        (r"Only input tensors may be passed as positional.*: <\w+ name=\w+, built=", _CALL_IT),
        (
            r"Only instances of `keras\.Layer` can be added.*\(of type <class 'type'>\)",
            "A class stands here where a layer is expected. Parentheses make a layer of it, as in `Flatten()`.",
        ),
        (
            r"(?i)Received: (?!inputs|outputs)\w+=<kerastensor",
            "A tensor stands here where a setting of the layer is expected. Make the layer with its settings first, "
            "then call it on the tensor, as in `Dense(3)(x)`.",
        ),
        (
            r"has no defined (?:output|input) shape yet|the layer isn't built",
            "Nothing says yet how large the inputs are. Begin the model with `keras.Input((...))`, or call it once.",
        ),
        (r"Cannot convert '-?\d+' to a shape", "A shape is a tuple. That of one number has a comma: `(4,)`."),
        (
            r"A KerasTensor cannot be used as input to a TensorFlow function|A KerasTensor is symbolic",
            "There are no numbers here yet, but only a shape and a type. Layers and the functions of `keras.ops` can "
            "work with that.",
        ),
        (
            r"expected (?:min_)?ndim=4, found ndim=\d",
            "This layer takes inputs with four axes, that of the batch included; pictures have batch, height, width, "
            "channels.",
        ),
        (
            r"Computed output size would be zero or negative",
            "What comes in is smaller here than the window of the layer. Take larger inputs, fewer layers that shrink "
            'them, or `padding="same"`.',
        ),
        (r"Input size must be at least", ""),
        (
            r"Unrecognized keyword arguments passed to \w+: \{.*'from_logits'|"
            r"unexpected keyword argument 'from_logits'",
            "`from_logits` is a setting of the loss, as in `SparseCategoricalCrossentropy(from_logits=True)`.",
        ),
        (
            r"Unrecognized keyword arguments passed to",
            "It has no argument of that name. See that the name is spelled right.",
        ),
        (
            r"Could not interpret (?:\w+ )+identifier: \w+$",
            "Keras knows none of that name. See that it is spelled right.",
        ),
        (
            r"Data cardinality is ambiguous",
            "Everything that is given needs one row for each example. Print the `.shape` of each.",
        ),
        (
            r"Unrecognized data type: x=.*\(of type <class 'list'>\)",
            "Lists are not taken here. Make an array of it: `np.array(...)`.",
        ),
        (r"Expected `metrics` argument to be a list", 'Put brackets around it: `metrics=["accuracy"]`.'),
        (
            r"'History' object is not subscriptable",
            'What `fit` returns holds the numbers in `.history`, as in `history.history["loss"]`.',
        ),
        (r"'(?:Sequential|Functional)' object is not subscriptable", "The layers of a model stand in `model.layers`."),
        (
            r"Output with path .* is not connected to `inputs`",
            "Each output must be made, layer by layer, from the inputs that are given to `keras.Model`.",
        ),
        (r"^module '[\w.]+' has no attribute", "See that the name is spelled right: capital letters count."),
    )
)
"""What Keras and TensorFlow say, and what it means; the first that fits. No words where the message says it all."""

_BATCHLESS = re.compile(r"Expected shape \(None, (.+?)\), but input has incompatible shape \((.+?)\)")


def hint(failure: Failure, code: str, isolated: bool = True) -> str:
    """What to look at, with code in backticks; empty where there is nothing to say that the message does not."""
    message = _COLOUR.sub("", failure.message)
    if isolated and _NETWORK.search(message):
        return "A run has no network, so nothing can be fetched while it runs."
    if failure.type in ("NameError", "UnboundLocalError"):
        return _of_name(failure, code)
    if failure.type in ("TypeError", "AttributeError") and "'NoneType'" in message:
        return "Something is `None` here. A function that returns nothing gives `None`."
    found = _of_keras(message, code)
    if found is not None:
        return found
    if failure.type in _SHAPED and _SHAPES.search(plain(message)):
        return "Print the `.shape` of what goes in, just before this line, and compare."
    return _ALWAYS.get(failure.type, "")


def plain(message: str) -> str:
    """An exception's message without what says nothing to a learner: colours, Keras's frames, TensorFlow's nodes."""
    text = _COLOUR.sub("", message).strip()
    if text.startswith("Graph execution error:"):
        text = text.rpartition("\n\n")[2]
    text = _CALLED.sub("", _ARGUMENTS.sub("", _NODE.sub("", text))).strip()
    return text if len(text) <= MESSAGE else f"{text[: MESSAGE // 2].rstrip()} … {text[-MESSAGE // 2 :].lstrip()}"


def _of_keras(message: str, code: str) -> str | None:
    """What a message of Keras means; None for all others."""
    batchless = _BATCHLESS.search(message)
    if batchless and batchless[1].rstrip(",") == batchless[2].rstrip(","):
        return (
            "The axis of the batch is missing. One example alone becomes a batch of one with `x[None]`; a dataset has "
            "batches after `.batch(...)`."
        )
    if "dtype='string'" in message and most_positional_arguments(code, "compile") > 2:
        return "By position, the third argument of `compile` is `loss_weights`. Name it: `metrics=[...]`."
    return next((words for pattern, words in _KERAS if pattern.search(message)), None)


def _of_name(failure: Failure, code: str) -> str:
    found = _NAME.search(failure.message)
    missing = (found[1] or found[2] or "") if found else ""
    known = (every_bound_name(code) | BUILTINS) - {missing}
    alike = difflib.get_close_matches(missing, sorted(known), 1, 0.75) if missing else []
    if alike:
        return f"There is a name `{alike[0]}`. Is that the one you mean?"
    return "A name exists once a line that makes it has been run: see that it is spelled the same in both places."
