"""Events and their records."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.practice import (
    Answered,
    Expired,
    Hinted,
    Moved,
    RecordError,
    Shown,
    SittingEvent,
    Skipped,
    event_from_json,
    event_kind,
    event_to_json,
)

_whole = st.integers(0, 2**53)
_plain = st.sampled_from([Shown, Hinted, Skipped, Expired, Moved])
events = st.one_of(
    st.builds(lambda event, item, at: event(item, at), _plain, _whole, _whole),
    st.builds(Answered, _whole, _whole, st.text(min_size=1), st.lists(st.text()).map(tuple), st.booleans()),
)


@given(events)
def test_an_event_survives_json(event: SittingEvent) -> None:
    """Written as JSON text and read again, it is the same event, whatever was typed as an answer."""
    assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event


def test_a_record_names_its_kind() -> None:
    """A record can be read by eye, and its kind stands in the store's own column too."""
    event = Answered(1, 5, "n", ("2", "0"), right=True)

    assert event_to_json(event) == {
        "kind": "answered",
        "item": 1,
        "at": 5,
        "nonce": "n",
        "answer": ["2", "0"],
        "right": True,
    }
    assert event_kind(event) == "answered"


_GOOD: dict[str, Any] = {"kind": "answered", "item": 1, "at": 5, "nonce": "n", "answer": ["2"], "right": True}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "cheated"},
        {"kind": None},
        {"kind": []},
        {"kind": "shown"},
        {"item": -1},
        {"item": True},
        {"item": "1"},
        {"at": 5.0},
        {"at": None},
        {"nonce": ""},
        {"nonce": None},
        {"answer": "2"},
        {"answer": [2]},
        {"right": 1},
        {"right": None},
        {"score": 5},
    ],
)
def test_rejects_a_damaged_record(change: dict[str, Any]) -> None:
    """Another kind, type or field than was written is an error, never a guess."""
    with pytest.raises(RecordError):
        event_from_json({**_GOOD, **change})


@pytest.mark.parametrize("missing", sorted(_GOOD))
def test_rejects_a_record_with_a_missing_field(missing: str) -> None:
    """There are no defaults in a record."""
    with pytest.raises(RecordError):
        event_from_json({name: value for name, value in _GOOD.items() if name != missing})


@pytest.mark.parametrize("data", [None, 1, "shown", [], [["kind", "shown"]]])
def test_rejects_a_record_that_is_no_object(data: object) -> None:
    """A record is a JSON object."""
    with pytest.raises(RecordError):
        event_from_json(data)
