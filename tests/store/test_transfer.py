"""What one learner did, read out of a store and added to another's, on every database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from practicum.store import EventRecord, StepRecord, Store
from practicum.store.records import ActivityCount
from practicum.store.transfer import add_records, read_records

from .making import TOKEN

DAY = 86_400_000


def learner(store: Store, token: str = TOKEN) -> str:
    id = store.learner_for(token, create=True)
    assert id is not None
    return id


def filled(store: Store) -> str:
    """A learner with two steps, a finished sitting and its badge."""
    me = learner(store)
    for number in (1, 2):
        store.add_step(me, StepRecord("c", "t", "try", "x", "answered", DAY * number, {"a": ["é\x00"]}, f"n{number}"))
    events = [EventRecord("shown", DAY, {"kind": "shown"}), EventRecord("answered", DAY + 1, {"kind": "x"}, "n")]
    id = store.start_sitting(me, "c", "t", "challenge", {"items": []}, DAY, events)
    store.append(id, 2, [EventRecord("moved", DAY + 2, {})], finished=DAY + 2)
    store.award_badge(me, "c", "t", "Badge", id, DAY + 2)
    return me


def test_records_added_twice_at_once_are_there_once(store: Store) -> None:
    """With the same content, in the same order, and new ids."""
    records = read_records(store, filled(store))
    other = learner(store, "o" * 43)
    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(lambda _: add_records(store, other, records), range(4)))
    copied = read_records(store, other)

    assert sorted(added)[-1] == len(records) == 4
    assert copied.steps == records.steps
    assert [replace(one, id="", learner="") for one in copied.sittings] == [
        replace(one, id="", learner="") for one in records.sittings
    ]
    assert {one.id for one in copied.sittings}.isdisjoint(one.id for one in records.sittings)
    assert [one.sitting for one in copied.badges] == [one.id for one in copied.sittings]
    assert add_records(store, other, records) == 0


def test_activity_counts_by_day_and_kind(store: Store) -> None:
    """Steps and events, from a moment on, of one learner."""
    me = filled(store)
    learner(store, "o" * 43)

    assert set(store.activity(me, DAY + 1)) == {
        ActivityCount(1, "answered", 1),
        ActivityCount(1, "moved", 1),
        ActivityCount(2, "answered", 1),
    }
    assert store.activity(learner(store, "o" * 43), 0) == ()
