"""Whether the code of an item is Python 3: by what the item and its bank say, and by the code itself."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable
from enum import IntEnum

from practicum.audit.code_finding import PYTHON_TAGS, parse

_OTHER = re.compile(
    r"\b(java|javascript|js|typescript|node\.?js|c\+\+|cpp|c#|csharp|ruby|php|swift|kotlin|perl|golang|rust|"
    r"haskell|scala|julia|matlab|octave|lua|fortran|pascal|cobol|lisp|scheme|prolog|sql|mysql|postgresql|sqlite|"
    r"bash|powershell|assembly|visual basic|vba|pseudo-?code|excel|spreadsheets?|regex|html|css|jinja2?|yaml|xml)"
    r"(?![\w+#])",
    re.IGNORECASE,
)
_SHORT_OTHER = re.compile(
    r"\b(?:in|of|the following|this|a|an|using|valid) (C|R|Go|D|F#)(?: (?:code|program|script|snippet|language|"
    r"function|statement|expression|fragment)\b|[?.:,]|\Z)|\b(?:C|R|Go) (?:program|code|script|language)\b"
)
_PYTHON = re.compile(
    r"\b(python ?3?(?:\.\d+)?|cpython|numpy|pandas|scipy|matplotlib|pytorch|tensorflow|"
    r"keras|scikit-?learn|jupyter)\b",
    re.IGNORECASE,
)
_PYTHON_FENCE = re.compile(r"^(?:```|~~~) *(?:python3?|py3?|pycon)\b|^>>> ", re.MULTILINE)
_PYTHON_2 = re.compile(r"\bpython ?2(?:\.\d|\.x)?\b", re.IGNORECASE)
_DISTINCT_NAMES = frozenset(vars(builtins)) - {"print", "abs", "min", "max", "round", "pow", "range", "input"}
_DISTINCT_NODES = (
    *(ast.FunctionDef, ast.ClassDef, ast.For, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.With),
    *(ast.Slice, ast.JoinedStr, ast.Lambda, ast.FloorDiv, ast.Pow, ast.Try, ast.ImportFrom, ast.Import, ast.In),
    *(ast.NotIn, ast.Is, ast.IsNot, ast.BoolOp, ast.Dict, ast.Set, ast.Tuple),
)


class Evidence(IntEnum):
    """How surely code is Python 3."""

    OTHER = 0
    """It is said to be another language."""
    NONE = 1
    """Nothing speaks for Python but that it is valid."""
    LIKELY = 2
    """It has names or syntax that few other languages have."""
    SAID = 3
    """The item or its bank says that it is Python."""


def other_language(text: str) -> str:
    """Return the other language that a text mentions, or nothing."""
    if found := _PYTHON_2.search(text):
        return found[0]
    found = _OTHER.search(text) or _SHORT_OTHER.search(text)
    return (found[1] or found[0]) if found else ""


def evidence_of_python(code: str, tag: str, question: str, context: str) -> tuple[Evidence, str]:
    """Return how surely code is Python, and the other language if it is another.

    Args:
        code: The code.
        tag: The tag of its fence.
        question: The text of the item.
        context: What else says what it is about: the titles and categories.
    """
    if tag and tag not in PYTHON_TAGS and tag not in ("text", "txt", "plain", "plaintext", "code", "none", "console"):
        return Evidence.OTHER, tag
    if found := _PYTHON_2.search(f"{question}\n{context}"):
        return Evidence.OTHER, found[0]
    if tag in PYTHON_TAGS or _PYTHON.search(question):
        return Evidence.SAID, ""
    if other := other_language(question):
        return Evidence.OTHER, other
    if _PYTHON.search(context):
        return Evidence.SAID, ""
    if other := other_language(context):
        return Evidence.OTHER, other
    return (Evidence.LIKELY if _is_distinct(code) else Evidence.NONE), ""


def says_python(texts: Iterable[str]) -> bool:
    """Whether texts of a bank mention Python, and more than three times as many as mention another language."""
    mentions = [1 if _mentions_python(text) else -3 if other_language(text) else 0 for text in texts]
    return sum(mentions) > 0


def _mentions_python(text: str) -> bool:
    return (_PYTHON.search(text) or _PYTHON_FENCE.search(text)) is not None


def _is_distinct(code: str) -> bool:
    """Whether code has what few other languages have."""
    tree = parse(code)
    if tree is None:
        return False
    nodes = list(ast.walk(tree))
    return any(isinstance(node, _DISTINCT_NODES) for node in nodes) or any(
        isinstance(node, ast.Name) and node.id in _DISTINCT_NAMES for node in nodes
    )
