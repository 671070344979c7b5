"""Forms claims: what is run for an item, and with what each option is compared."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from practicum.audit.code_finding import (
    Block,
    FoundCode,
    find_code,
    is_expression,
    looks_like_code,
    parse,
    read_transcript,
    with_lone_span,
)
from practicum.audit.comparison import words_of
from practicum.audit.language import Evidence, evidence_of_python
from practicum.audit.option_reading import Stated, States, read_option
from practicum.audit.outcome import Outcome, printed_outcome, value_outcome
from practicum.audit.question_phrases import Asks
from practicum.audit.question_reading import NotFormed, Question, read_question, read_statement
from practicum.exchange.bank import (
    Choice,
    CodeAnswer,
    Description,
    Essay,
    Gaps,
    Item,
    Matching,
    NumberAnswer,
    ShortAnswer,
    Unsupported,
)
from practicum.model import Observation, Run

_VALUE = "practicum_value"
"""The name that the value of an expression gets."""
_DISPLAY = "__import__('sys').displayhook"
_USUAL_IMPORTS = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "tf": "import tensorflow as tf",
    "keras": "import keras",
    "torch": "import torch",
    "math": "import math",
    "random": "import random",
    "re": "import re",
    "sys": "import sys",
    "os": "import os",
    "json": "import json",
    "itertools": "import itertools",
    "functools": "import functools",
    "collections": "import collections",
    "datetime": "import datetime",
    "string": "import string",
    "copy": "import copy",
    "statistics": "import statistics",
}
"""Imports that questions leave out, by the name that they bind."""
_OUTSIDE = re.compile(
    r"\bsys\.(?:argv|stdin)\b|\bargparse\b|\b__file__\b|#.*(?:\.\.\.|…|your code|rest of)", re.IGNORECASE
)
"""What code reads that an item does not show, and marks of code that is left out."""
_OTHER_ANSWERS = {
    Gaps: "it has gaps to fill",
    Matching: "it asks to match texts",
    Essay: "a person grades it",
    Description: "it asks nothing",
    Unsupported: "its type of question is not known",
}


@dataclass(frozen=True)
class Claim:
    """What is run for an item, and with what its options are compared."""

    question: Question
    reading: str
    """How the item was read, in one line that a teacher can check."""
    runs: tuple[Run, ...]
    code: str
    """The code that settles it, as it can be run by hand."""
    stated: tuple[Stated, ...]
    """What each option states; or of options that are code, the code. Of a statement: what the statement states."""
    evidence: Evidence
    place: str = ""
    """Where the code was found."""
    targets: tuple[Stated, ...] = ()
    """If each option has runs of its own: the outcome that it must have to be right."""
    asked: tuple[Asks, ...] = ()
    """What these outcomes are."""
    words: frozenset[str] = field(default_factory=frozenset, repr=False)

    def outcomes(self, runs: Mapping[str, Sequence[Observation]], repeat: int) -> list[Outcome]:
        """Return the outcome of one repeat: one for all options, or of options that are code one for each."""
        if not self.targets:
            return [self._outcome([(run.name, _repeat(runs[run.name], repeat)) for run in self.runs])]
        return [self._outcome([(_kind(run), _repeat(runs[run.name], repeat))]) for run in self.runs]

    def _outcome(self, observed: Sequence[tuple[str, Observation]]) -> Outcome:
        by_name = dict(observed)
        if "value" in by_name:
            return value_outcome(by_name["value"])
        if "script" not in by_name:
            return printed_outcome(by_name["prompt"])
        return printed_outcome(by_name["script"], by_name.get("prompt"))


def _kind(run: Run) -> str:
    return "value" if run.values else "script"


def _repeat(observations: Sequence[Observation], repeat: int) -> Observation:
    return observations[min(repeat, len(observations) - 1)]


def form_claim(item: Item, context: str = "") -> Claim:
    """Return the claim of an item.

    Args:
        item: The item.
        context: What else says what the item is about, such as the title of its bank.

    Raises:
        NotFormed: There is none, with the reason.
    """
    if reason := next((text for kind, text in _OTHER_ANSWERS.items() if isinstance(item.answer, kind)), ""):
        raise NotFormed(reason)
    if isinstance(item.answer, CodeAnswer):
        raise NotFormed("an answer that is code is tested and not compared")
    found = with_lone_span(find_code(item))
    if found.images:
        raise NotFormed("it contains an image, which may show its code")
    if found.has_table:
        raise NotFormed("it contains a table")
    if len(found.blocks) > 1:
        raise NotFormed("it contains several blocks of code")
    block = found.blocks[0] if found.blocks else None
    question = _read_question(item, found, block)
    texts = _texts(item)
    evidence = _evidence(item, found, block, question, texts, context)
    if question.options_are_code:
        return _code_claim(question, block, texts, evidence)
    if question.options_are_statements:
        return _statements_claim(question, block, texts, evidence)
    stated = (read_option(question.states),) if question.states else tuple(map(read_option, texts))
    return _outcome_claim(question, block, stated, evidence)


def _texts(item: Item) -> list[str]:
    match item.answer:
        case Choice(options=options):
            return [option.text for option in options]
        case ShortAnswer(accepted=accepted):
            return [each.text for each in accepted]
        case NumberAnswer():
            return []
    return []


def is_true_false(answer: Choice) -> bool:
    """Whether the options are `True` and `False`."""
    texts = [option.text.strip(" `*.").casefold() for option in answer.options]
    return answer.true_false or sorted(texts) == ["false", "true"]


def _read_question(item: Item, found: FoundCode, block: Block | None) -> Question:
    may_state = isinstance(item.answer, Choice) and is_true_false(item.answer)
    if may_state:
        try:
            return read_question(found.prose, found.spans, has_block=block is not None, true_false=True)
        except NotFormed:
            if isinstance(item.answer, Choice) and item.answer.true_false:
                raise
    question = read_question(found.prose, found.spans, has_block=block is not None)
    if question.options_are_code and not isinstance(item.answer, Choice):
        raise NotFormed("any code with this result is right")
    return question


def _evidence(
    item: Item, found: FoundCode, block: Block | None, question: Question, texts: Sequence[str], context: str
) -> Evidence:
    """Return how surely the code is Python. Raises NotFormed if it is another language."""
    codes = [block.source if block else "", question.expression]
    codes += [code for text in texts for code in find_code(Item("", text, Description())).spans]
    code = "\n".join(code for code in codes if parse(code) is not None)
    said = " ".join([context, item.title, *item.category, *item.tags])
    tag = block.language if block else ""
    evidence, other = evidence_of_python(code, tag, found.prose, said)
    if evidence is Evidence.OTHER:
        raise NotFormed(f"it is about {other}")
    return evidence


# --- one outcome, which the options state ----------------------------------------------------------------------------


def _of_last(question: Question, source: str) -> tuple[str, Question]:
    """Return the code before its last expression, and the question with that expression."""
    tree = parse(source)
    last = tree.body[-1] if isinstance(tree, ast.Module) and tree.body else None
    if not isinstance(last, ast.Expr) or _is_print(last.value):
        if question.asks is Asks.VALUE and any(_calls_print(node) for node in ast.walk(tree or ast.Module([], []))):
            return source, replace(question, asks=Asks.PRINTS, of_last=False)
        raise NotFormed("its code ends with no expression")
    lines = source.split("\n")
    return "\n".join(lines[: last.lineno - 1]), replace(question, expression=ast.unparse(last.value), of_last=False)


def _calls_print(node: ast.AST) -> bool:
    return isinstance(node, ast.expr) and _is_print(node)


def _outcome_claim(question: Question, block: Block | None, stated: tuple[Stated, ...], evidence: Evidence) -> Claim:
    source = block.source if block else ""
    setup, snippet, is_prompt = "", source, False
    if question.of_last and block and read_transcript(source):
        question = replace(question, asks=Asks.PRINTS, of_last=False)
    if block and (transcript := read_transcript(source)):
        setup, snippet, is_prompt = transcript.shown, transcript.asked, True
        evidence = max(evidence, Evidence.LIKELY)
        if question.asks is Asks.PRINTS and not question.expression and not snippet.strip():
            raise NotFormed("the session shows all of its output")
    elif question.of_last:
        snippet, question = _of_last(question, source)
    if question.expression and not is_expression(question.expression):
        snippet, question = _with_statements(snippet, question)
    elif question.asks is Asks.PRINTS and question.expression:
        snippet = f"{snippet}\n{question.expression}".strip("\n")
    _refuse_unrunnable("\n".join((setup, snippet, question.expression)))
    raises_error = any(each.states is States.ERROR for each in stated) or question.asks is Asks.RAISES
    imports = "" if raises_error else _missing_imports("\n".join((setup, snippet, question.expression)))
    setup = "\n".join(filter(None, (imports, setup)))
    runs = _runs(question, setup, snippet, is_prompt)
    reading = _reading(question, block, is_prompt)
    if imports:
        reading += f", after `{'; '.join(imports.splitlines())}`"
    code = "\n".join(filter(None, (setup, runs[0].snippet)))
    words = words_of(source, question.expression)
    return Claim(question, reading, runs, code, stated, evidence, block.place if block else "text", words=words)


def _with_statements(snippet: str, question: Question) -> tuple[str, Question]:
    """Return the snippet with statements of the text below it, which may print something."""
    if question.asks not in (Asks.PRINTS, Asks.RAISES):
        raise NotFormed(f"`{question.expression}` is no expression")
    return f"{snippet}\n{question.expression}".strip("\n"), replace(question, expression="")


def _runs(question: Question, setup: str, snippet: str, is_prompt: bool) -> tuple[Run, ...]:
    if question.asks in (Asks.VALUE, Asks.TYPE, Asks.SHAPE):
        return (_value_run("value", setup, snippet, question),)
    if question.asks is Asks.RAISES:
        if question.expression:
            snippet = f"{snippet}\n{question.expression}".strip("\n")
        return (Run("script", snippet, setup, quiet=True),)
    echoing = _echoing(snippet)
    if is_prompt:
        return (Run("prompt", echoing or snippet, setup, quiet=True),)
    script = Run("script", snippet, setup, quiet=True)
    return (script, Run("prompt", echoing, setup, quiet=True)) if echoing else (script,)


def _value_run(name: str, setup: str, snippet: str, question: Question) -> Run:
    value = f"tuple({_VALUE}.shape)" if question.asks is Asks.SHAPE else _VALUE
    values = {"value": value, "repr": f"repr({value})", "str": f"str({value})", "type": f"type({_VALUE}).__name__"}
    return Run(name, f"{snippet}\n{_VALUE} = (\n{question.expression}\n)".lstrip("\n"), setup, values, quiet=True)


def _echoing(snippet: str) -> str:
    """Return code that shows the value of each expression, as a prompt does; nothing if there is none to show."""
    tree = parse(snippet)
    if not isinstance(tree, ast.Module):
        return ""
    shown = [node for node in tree.body if isinstance(node, ast.Expr) and not _is_print(node.value)]
    if not shown:
        return ""
    for node in shown:
        node.value = ast.Call(ast.parse(_DISPLAY, mode="eval").body, [node.value], [])
    return ast.unparse(ast.fix_missing_locations(tree))


def _is_print(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _refuse_unrunnable(code: str) -> None:
    """Raises NotFormed for code that asks a person, or that has holes."""
    tree = parse(code)
    nodes = list(ast.walk(tree)) if tree is not None else []
    names = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    if "input" in names and not any(isinstance(node, ast.FunctionDef) and node.name == "input" for node in nodes):
        raise NotFormed("its code reads input")
    if any(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...
        for node in nodes
    ):
        raise NotFormed("its code leaves something out")
    if _OUTSIDE.search(code):
        raise NotFormed("its code reads what the item does not show")
    if tree is None and any(hole in code for hole in ("___", "...", "…", "????", "<blank>", "[blank]")):
        raise NotFormed("its code has a gap")
    if any(isinstance(node, ast.Name) and set(node.id) == {"_"} and len(node.id) > 2 for node in nodes):
        raise NotFormed("its code has a gap")


def _missing_imports(code: str) -> str:
    """Return the imports of usual names that code uses as modules and does not bind."""
    tree = parse(code)
    if tree is None:
        return ""
    bound = bound_names(tree)
    used = {
        node.value.id for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    return "\n".join(text for name, text in _USUAL_IMPORTS.items() if name in used and name not in bound)


def bound_names(tree: ast.AST) -> set[str]:
    """Return all names that code binds anywhere."""
    return set(_bound(tree))


def _bound(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=alias):
                yield alias or name.split(".")[0]
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names


_CONSTANTS = {"true": "True", "false": "False", "none": "None"}
_COMPARED = {
    Asks.PRINTS: "compared as printed text",
    Asks.VALUE: "compared as values",
    Asks.TYPE: "compared with the names of classes",
    Asks.SHAPE: "compared as sizes",
    Asks.RAISES: "compared with the names of exceptions",
}


def _reading(question: Question, block: Block | None, is_prompt: bool) -> str:
    where = f"the {block.place}" if block else "the text"
    code = f"`{' '.join(question.expression.split())}`"
    after = f" after the code in {where}" if block else ""
    subjects = {
        Asks.PRINTS: "what the session shows at its end" if is_prompt else f"output of the code in {where}",
        Asks.VALUE: f"value of {code}{after}",
        Asks.TYPE: f"type of {code}{after}",
        Asks.SHAPE: f"shape of {code}{after}",
        Asks.RAISES: f"exception raised by {code if question.expression else f'the code in {where}'}",
    }
    subject = subjects[question.asks]
    if question.asks is Asks.PRINTS and question.expression:
        subject = f"output of {code}{after}"
    if question.is_statement:
        return f"statement: {subject} is {question.states}; {_COMPARED[question.asks]}"
    return f"{subject}, {_COMPARED[question.asks]}"


# --- options that are code, whose outcome the question states --------------------------------------------------------


def _code_claim(question: Question, block: Block | None, texts: Sequence[str], evidence: Evidence) -> Claim:
    setup = block.source if block else ""
    if block and read_transcript(setup):
        raise NotFormed("its options continue a session")
    codes = [_option_code(text, question) for text in texts]
    imports = _missing_imports("\n".join((setup, *codes))) if question.asks is not Asks.RAISES else ""
    setup = "\n".join(filter(None, (imports, setup)))
    _refuse_unrunnable("\n".join((setup, *codes)))
    runs = []
    for number, code in enumerate(codes, 1):
        name = f"option {number}"
        if question.asks in (Asks.PRINTS, Asks.RAISES):
            runs.append(Run(name, code, setup, quiet=True))
        else:
            runs.append(_value_run(name, setup, "", replace(question, expression=code)))
    verbs = {Asks.PRINTS: "prints", Asks.RAISES: "raises", Asks.TYPE: "is of type", Asks.SHAPE: "has the shape"}
    relation = verbs.get(question.asks, "equals")
    not_ = "not " if question.is_negated else ""
    reading = f"each option is run as code and is right if it {not_}{relation} {question.states}"
    stated = tuple(Stated(States.CODE, code) for code in codes)
    outcome = question.states or ""
    target = read_option(_CONSTANTS.get(outcome.casefold(), outcome))
    return Claim(
        question,
        reading,
        tuple(runs),
        setup,
        stated,
        evidence,
        targets=(target,) * len(codes),
        asked=(question.asks,) * len(codes),
        words=words_of(*codes, outcome),
    )


def _statements_claim(question: Question, block: Block | None, texts: Sequence[str], evidence: Evidence) -> Claim:
    """Options that are statements about code: each is run, and those that are true are right."""
    setup = block.source if block else ""
    if block and read_transcript(setup):
        raise NotFormed("its options are about a session")
    asked = [_option_statement(text, block) for text in texts]
    imports = _missing_imports("\n".join((setup, *(each.expression for each in asked))))
    setup = "\n".join(filter(None, (imports, setup)))
    _refuse_unrunnable("\n".join((setup, *(each.expression for each in asked))))
    runs = tuple(_statement_run(f"option {number}", setup, each) for number, each in enumerate(asked, 1))
    stated = tuple(Stated(States.CODE, each.expression) for each in asked)
    targets = tuple(read_option(each.states or "") for each in asked)
    words = words_of(setup, *(each.expression for each in asked))
    reading = "each option is a statement about code, which is run"
    kinds = tuple(each.asks for each in asked)
    return Claim(question, reading, runs, setup, stated, evidence, targets=targets, asked=kinds, words=words)


def _option_statement(text: str, block: Block | None) -> Question:
    found = find_code(Item("", text, Description()))
    if found.blocks or found.images:
        raise NotFormed("an option is no plain statement about code")
    statement = read_statement(found.prose, found.spans, has_block=block is not None)
    if not statement.expression or not is_expression(statement.expression):
        raise NotFormed("an option is no plain statement about code")
    return statement


def _statement_run(name: str, setup: str, statement: Question) -> Run:
    if statement.asks is Asks.RAISES:
        return Run(name, statement.expression, setup, quiet=True)
    return _value_run(name, setup, "", statement)


def _option_code(text: str, question: Question) -> str:
    """Return the code of an option. Raises NotFormed if it is none."""
    stated = read_option(text)
    code = stated.text.strip("\n") if stated.states in (States.CODE, States.TEXT) else ""
    needs_expression = question.asks not in (Asks.PRINTS, Asks.RAISES)
    is_code = bool(code.strip()) and (is_expression(code) if needs_expression else True)
    if stated.states is States.TEXT:
        is_code = is_code and parse(code) is not None and looks_like_code(code)
    if not is_code:
        raise NotFormed("an option is no code that can be run")
    return code
