"""Candidates as JSON: what is read, and what is refused with its reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.propose.candidate import MOST, Candidate, Malformed, NoCandidates, read_candidates, schema

QUESTION = {"title": "Sum", "statement": "What?", "code": "x = 1", "proof": {"value": "x"}, "options": [{"text": "1"}]}


def with_value(key: str, value: object) -> list[dict[str, object]]:
    return [{**QUESTION, key: value}]


def test_an_object_and_a_list_are_the_same() -> None:
    assert read_candidates(json.dumps({"candidates": [QUESTION]})) == read_candidates(json.dumps([QUESTION]))


def test_values_keep_their_types() -> None:
    """A parameter `1` is no `True` and no `1.0`."""
    values = [1, True, 1.5, "a"]
    (read,) = read_candidates(json.dumps(with_value("params", {"p": values})))

    assert isinstance(read, Candidate)
    assert list(map(repr, read.params["p"])) == list(map(repr, values))


@pytest.mark.parametrize(
    "listed",
    [
        with_value("unknown", 1),
        with_value("title", ""),
        with_value("title", 5),
        with_value("level", "easy"),
        with_value("seconds", 1),
        with_value("kind", "code"),
        with_value("options", [{"key": True}]),
        with_value("options", [{"text": "1", "right": True}]),
        with_value("params", {"p": []}),
        with_value("proof", {"value": {"a": 1}}),
        with_value("code", "\ud800"),
        [{"title": "Sum"}],
        ["a question"],
        [None],
    ],
)
def test_an_entry_that_does_not_match_the_schema_is_malformed(listed: list[object]) -> None:
    """It is one rejected candidate, beside which the others are read."""
    found = read_candidates(json.dumps([*listed, QUESTION]))

    assert [type(each) for each in found] == [Malformed, Candidate]
    assert found[0].why


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-json"),
        ("[", "not-json"),
        ("[" * 100_000, "not-json"),
        ("{}", "no-candidates"),
        ("[]", "no-candidates"),
        ("5", "no-candidates"),
        ('{"candidates": 5}', "no-candidates"),
        (json.dumps([QUESTION] * (MOST + 1)), "too-many-candidates"),
    ],
)
def test_a_text_without_candidates_is_refused(text: str, code: str) -> None:
    with pytest.raises(NoCandidates) as caught:
        read_candidates(text)

    assert caught.value.code == code


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*QUESTION, "x"]), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_refused(data: object) -> None:
    """Nothing but the one exception is raised."""
    try:
        found = read_candidates(json.dumps(data))
    except NoCandidates:
        return
    assert all(isinstance(each, Candidate | Malformed) for each in found)


def test_the_schema_describes_every_key_and_allows_no_other() -> None:
    """So that a model which follows it proposes nothing malformed."""
    found = schema()["$defs"]["Candidate"]

    assert set(found["required"]) == {"title", "statement"}
    assert found["additionalProperties"] is False
    assert set(QUESTION) <= set(found["properties"])
