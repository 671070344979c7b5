"""The hash that ties evidence to what its verdict depends on: when the hash changes, the evidence is stale.

It is derived from the fields of the model's dataclasses. A field counts unless it is listed as exempt here, so that a
new field makes evidence stale until its author decides that no verdict depends on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from practicum import kinds
from practicum.course.placeholders import PageQuery
from practicum.model import (
    Box,
    Card,
    Cell,
    DataFile,
    Deck,
    Drawing,
    Fix,
    Option,
    Page,
    Problem,
    Prose,
    TestCase,
    Topic,
    Variant,
)
from practicum.prove import page_queries, subjects
from practicum.prove.experiment_imports import library_source
from practicum.prove.subjects import Subject
from practicum.python_source.names import mentioned_names, public_functions
from practicum.python_source.slices import slice_digest
from practicum.python_source.statements import WHOLE

RULES = 1
"""The version of the rules by which verdicts are reached. Raising it makes all evidence stale."""

EXEMPT: Mapping[type, frozenset[str]] = {
    # Where a text is stored, what it is called and how it is practised: nothing of that is run or compared.
    Problem: frozenset({"path", "label", "level", "seconds", "attempts", "set", "bank", "places", "lint_off"}),
    # Text around the claims, images, and whether options are shuffled when they are shown. The claims themselves are in
    # the options, the code and the proof.
    Variant: frozenset({"title", "statement", "hint", "explanation", "shuffle", "images"}),
    TestCase: frozenset({"name", "points", "hidden"}),
    # Whether an option's text is its code alone follows from its text.
    Option: frozenset({"feedback", "line", "is_span", "is_fence"}),
    Fix: frozenset({"line"}),
    Page: frozenset({"path", "title", "images"}),
    # Of prose, the queries in its braces count; they are added below.
    Prose: frozenset({"text", "line", "verbatim"}),
    PageQuery: frozenset({"line"}),
    Cell: frozenset({"line"}),
    Drawing: frozenset({"line"}),
    Box: frozenset({"name", "line"}),
    Deck: frozenset({"path"}),
    Card: frozenset({"path", "line", "images"}),
    # Its digest stands for its content.
    DataFile: frozenset({"content"}),
}
"""For each dataclass of a subject, the fields that no verdict depends on."""

COUNTED_IF_PRESENT: Mapping[type, frozenset[str]] = {
    **dict.fromkeys((Problem, Page), frozenset({"data"})),
    Variant: frozenset({"distractor", "depends", "stdin", "tests"}),
}
"""For each dataclass of a subject, the fields that are left out while they are empty, since evidence may be older."""


def evidence_hash(subject: Subject, topic: Topic) -> str:
    """Return the SHA-256, in hexadecimal, of all that the verdict on a subject depends on, and of nothing else.

    Of `experiments.py` and the modules that it imports from practicum, only the code counts that the subject uses.
    """
    used = used_experiments(subject, topic)
    content = {
        "rules": RULES,
        "subject": relevant_fields(subject),
        "experiments": code_digest(topic, used) if used else "",
    }
    if isinstance(subject, Problem) and (kind_rules := kinds.get(subject.kind).rules):
        content["kind rules"] = kind_rules
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def relevant_fields(value: Any) -> Any:
    """Return a dataclass as plain data, without the fields that are exempt and the blocks that have no others."""
    if isinstance(value, Page):
        return {**_fields(value, {"blocks"}), "blocks": _blocks(value)}
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, Mapping):
        return {name: relevant_fields(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [relevant_fields(part) for part in value]
    return value


def code_digest(topic: Topic, names: frozenset[str]) -> str:
    """Return a digest of the code that these names of the topic's `experiments.py` (`*` for all) depend on."""

    def source_of(module: str) -> str | None:
        return topic.experiments if module == "experiments" else library_source(module)

    return slice_digest("experiments", names, source_of)


def used_experiments(subject: Subject, topic: Topic) -> frozenset[str]:
    """Return the experiments that a subject names; `*` if its code imports the module itself."""
    experiments = public_functions(topic.experiments)
    called = subjects.named_experiments(subject) & experiments
    # Parsing takes time, so a text is parsed only if such a name stands in it.
    texts = [text for text in subjects.texts(subject) if any(name in text for name in ("experiments", *experiments))]
    mentioned = frozenset().union(*map(mentioned_names, texts))
    return frozenset({WHOLE}) if "experiments" in mentioned else called | (mentioned & experiments)


def _fields(value: Any, without: set[str] | frozenset[str] = frozenset()) -> dict[str, Any]:
    exempt = frozenset().union(*(EXEMPT.get(base, frozenset()) for base in type(value).__mro__)) | without
    counted = (field.name for field in fields(value) if field.name not in exempt)
    return {name: relevant_fields(getattr(value, name)) for name in counted if not _is_absent(value, name)}


def _is_absent(value: Any, name: str) -> bool:
    optional = frozenset().union(*(COUNTED_IF_PRESENT.get(base, frozenset()) for base in type(value).__mro__))
    return name in optional and not getattr(value, name)


def _blocks(page: Page) -> dict[str, list[Any]]:
    """Return the page's blocks by their type: moving a figure past a cell changes no verdict."""
    blocks: dict[str, list[Any]] = {}
    for block in page.blocks:
        content = _fields(block)
        if isinstance(block, Prose) and (queries := page_queries.queries_in(block)):
            content["queries"] = relevant_fields(queries)
        if content:
            blocks.setdefault(type(block).__name__, []).append(content)
    return blocks
