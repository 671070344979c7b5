"""What an exception most often means, in a sentence for who meets it first. Only what is true of every such case."""

from __future__ import annotations

import ast
import builtins
import difflib
import re

from practicum.model import Failure

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


def hint(failure: Failure, code: str, isolated: bool = True) -> str:
    """What to look at, with code in backticks; empty where there is nothing to say that the message does not."""
    if isolated and _NETWORK.search(failure.message):
        return "A run has no network, so nothing can be fetched while it runs."
    if failure.type in ("NameError", "UnboundLocalError"):
        return _of_name(failure, code)
    if failure.type in ("TypeError", "AttributeError") and "'NoneType'" in failure.message:
        return "Something is `None` here. A function that returns nothing gives `None`."
    if failure.type in _SHAPED and _SHAPES.search(failure.message):
        return "Print the `.shape` of what goes in, just before this line, and compare."
    return _ALWAYS.get(failure.type, "")


def _of_name(failure: Failure, code: str) -> str:
    found = _NAME.search(failure.message)
    missing = (found[1] or found[2] or "") if found else ""
    known = (_names(code) | set(dir(builtins))) - {missing}
    alike = difflib.get_close_matches(missing, sorted(known), 1, 0.75) if missing else []
    if alike:
        return f"There is a name `{alike[0]}`. Is that the one you mean?"
    return "A name exists once a line that makes it has been run: see that it is spelled the same in both places."


def _names(code: str) -> set[str]:
    """The names that the code makes; of code that cannot be read, none."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    made = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    aliases = [name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for name in node.names]
    return made | {(name.asname or name.name).split(".")[0] for name in aliases}
