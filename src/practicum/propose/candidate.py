"""Candidates for problems, as a language model or a script writes them, and their JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError

from practicum import kinds
from practicum.errors import CodedError
from practicum.model import Level

MOST = 1000
"""The most candidates of one call."""

_CONFIG = ConfigDict(extra="forbid")
Scalar = bool | int | Annotated[float, Field(allow_inf_nan=False)] | str
Text = Annotated[str, Field(min_length=1)]

KINDS = tuple(kind.name for kind in kinds.BUILTIN if "solution" not in kind.roles)
"""The kinds of candidates: those that are answered without code, since a candidate has no field for a solution."""


class NoCandidates(CodedError):
    """A text that contains no candidates. Codes: `not-json`, `no-candidates`, `too-many-candidates`."""


@dataclass(frozen=True)
class CandidateOption:
    """An option: a claim that a run settles."""

    __pydantic_config__ = _CONFIG

    text: Annotated[
        Text,
        Field(
            description="Markdown. With the proofs value, prints, stderr, error and warns it contains the answer in a "
            "code span or a fence; without one, the whole text is the answer."
        ),
    ]
    key: Annotated[bool, Field(description="Whether it is right.")] = False
    feedback: Annotated[str, Field(description="Why someone would pick it, and what it would really give.")] = ""
    claim: Annotated[
        str, Field(description="Without a form of proof: a Python expression that is true if the option is right.")
    ] = ""
    fix: Annotated[
        str, Field(description="With the proofs raises and repairs: the edit to the code, as lines of a diff.")
    ] = ""


def _proposed_kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"must be one of {', '.join(KINDS)}")
    return name


@dataclass(frozen=True)
class Candidate:
    """A question that may become a problem if its answers are proved."""

    __pydantic_config__ = _CONFIG

    title: Annotated[Text, Field(description="A short title, plain text.")]
    statement: Annotated[Text, Field(description="The question in Markdown, without the code and without the options.")]
    options: Annotated[
        tuple[CandidateOption, ...], Field(description="Two to eight for a choice; none for the other kinds.")
    ] = ()
    kind: Annotated[
        str,
        AfterValidator(_proposed_kind),
        Field(
            description="A kind whose answers are options or what a run gives; the run is then the key.",
            json_schema_extra={"enum": list(KINDS)},
        ),
    ] = kinds.DEFAULT
    level: Level = Level.INTERMEDIATE
    code: Annotated[str, Field(description="Python that learners see and that is run.")] = ""
    setup: Annotated[str, Field(description="Python that runs before the code and is not shown.")] = ""
    check: Annotated[str, Field(description="With the proof check: assertions that run after an option's code.")] = ""
    proof: Annotated[
        dict[str, Scalar | list[Scalar]],
        Field(
            description='The form of proof: {"value": "EXPRESSION"}, {"prints": true}, {"error": true}, '
            '{"warns": true}, {"raises": "ValueError"}, {"repairs": "EXPRESSION"}, …; empty if each option has a claim.'
        ),
    ] = field(default_factory=dict)
    params: Annotated[
        dict[str, Annotated[list[Scalar], Field(min_length=1)]],
        Field(description="Lists of values that make variants; {{ name }} puts a value into the texts and the code."),
    ] = field(default_factory=dict)
    hint: str = ""
    explanation: Annotated[str, Field(description="Why the key is right, in Markdown.")] = ""
    seconds: Annotated[int, Field(ge=5, le=7200)] = 120


@dataclass(frozen=True)
class Malformed:
    """An entry that does not match the schema."""

    title: str
    why: str


@dataclass(frozen=True)
class Proposal:
    """What is proposed: a list of candidates."""

    __pydantic_config__ = _CONFIG

    candidates: tuple[Candidate, ...]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a proposal."""
    return TypeAdapter(Proposal).json_schema()


def read_candidates(text: str) -> list[Candidate | Malformed]:
    """Return the candidates of a JSON text: an object with the key `candidates`, or a list alone.

    Raises:
        NoCandidates: The text is not JSON, or has no list of candidates.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoCandidates("not-json", f"This is not JSON: {error or 'nested too deeply'}.") from None
    listed = data.get("candidates") if isinstance(data, Mapping) else data
    if not isinstance(listed, list) or not listed:
        message = (
            'There are no candidates: write {"candidates": [{"title": …}]}. `practicum propose --schema` has all keys.'
        )
        raise NoCandidates("no-candidates", message)
    if len(listed) > MOST:
        raise NoCandidates(
            "too-many-candidates", f"There are {len(listed)} candidates: propose at most {MOST} at once."
        )
    return [_candidate(entry, number) for number, entry in enumerate(listed, 1)]


@cache
def _adapter() -> TypeAdapter[Candidate]:
    return TypeAdapter(Candidate)


def _candidate(entry: object, number: int) -> Candidate | Malformed:
    try:
        return _adapter().validate_json(json.dumps(entry), strict=True)
    except ValidationError as error:
        title = entry.get("title") if isinstance(entry, Mapping) else None
        return Malformed(title if isinstance(title, str) else f"candidate {number}", "; ".join(_mistakes(error)))


def _mistakes(error: ValidationError) -> Iterator[str]:
    """Each key that is wrong, once: a value of a union has an error for each of its types."""
    seen: set[str] = set()
    for mistake in error.errors(include_url=False, include_context=False, include_input=False):
        key = ".".join(str(part) for part in mistake["loc"] if part not in ("bool", "int", "float", "str"))
        if key not in seen:
            yield f"`{key}`: {mistake['msg']}" if key else mistake["msg"]
        seen.add(key)
