"""The store's contract, the same on every database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import event as listening

from practicum.store import BadgeRecord, StepRecord, Store

from .making import TOKEN, Where, begin, event, refuses

# --- learners


def test_a_token_is_its_learner(store: Store) -> None:
    """The same token is the same learner for good; another is another."""
    learner = store.learner_for(TOKEN, create=True)

    assert learner is not None
    assert store.learner_for(TOKEN) == learner
    assert store.learner_for(TOKEN, create=True) == learner
    assert store.learner_for("another", create=True) != learner


def test_an_unknown_token_makes_no_learner(store: Store) -> None:
    """Looking up a token stores nothing."""
    assert store.learner_for(TOKEN) is None
    assert store.learner_for(TOKEN) is None


# --- sittings


def test_a_sitting_comes_back_as_it_was_started(store: Store) -> None:
    """Every field, JSON of any shape, and what happened at once."""
    learner = store.learner_for(TOKEN, create=True)
    assert learner is not None
    paper = {"items": [1, 2.5, "é", None, True, {"nested": ["\x00", "\ud800"]}]}

    id = store.start_sitting(learner, "course", "topic", "challenge", paper, 5, [event(1), event(2, "n")])

    found = store.sitting(id)
    assert found is not None
    assert (found.id, found.learner, found.course, found.topic, found.mode) == (
        id,
        learner,
        "course",
        "topic",
        "challenge",
    )
    assert (found.exam, found.started, found.finished) == (paper, 5, None)
    assert found.events == (event(1), event(2, "n"))


def test_an_unknown_sitting_is_none(store: Store) -> None:
    """Whatever was typed as an id."""
    assert store.sitting("") is None
    assert store.sitting("x' OR '1'='1") is None
    assert store.sitting("\x00") is None
    assert store.run("\x00") is None


def test_an_id_cannot_be_guessed(store: Store) -> None:
    """Each is 128 random bits in characters fit for a URL; none follows from another."""
    ids = {begin(store) for _ in range(20)}

    assert len(ids) == 20
    assert all(len(id) == 22 and id.replace("-", "").replace("_", "").isalnum() for id in ids)


def test_what_is_begun_once_is_one_sitting(store: Store) -> None:
    """However many begin it at the same time; another form, topic or learner begins another."""
    learners = [store.learner_for(token, create=True) for token in (TOKEN, TOKEN[::-1])]

    def begun(topic: str, once: str, learner: int = 0) -> str:
        return store.start_sitting(str(learners[learner]), "c", topic, "challenge", {}, 1, [event(1)], once)

    with ThreadPoolExecutor(8) as many:
        ids = set(many.map(lambda _: begun("t", "nonce"), range(32)))
    found = store.sitting(min(ids))

    assert len(ids) == 1
    assert found is not None
    assert found.events == (event(1),)
    assert (
        len({*ids, begun("u", "nonce"), begun("t", "other"), begun("t", "nonce", 1), begun("t", ""), begun("t", "")})
        == 6
    )


def test_only_a_learner_can_sit(store: Store) -> None:
    """A sitting of an unknown learner is refused, and leaves nothing behind."""
    with refuses("no-such-learner"):
        store.start_sitting("unknown", "c", "t", "challenge", {}, 1, [event(1)])
    with refuses("no-such-learner"):
        store.start_sitting("unknown", "c", "t", "challenge", {}, 1, [event(1)], "nonce")


def test_what_is_appended_is_there_in_order(store: Store) -> None:
    """Several at once and one after another, in the order in which they were given."""
    id = begin(store)

    assert store.append(id, 0, [event(1), event(2, "n"), event(3)])
    assert store.append(id, 3, [event(4, "m")])

    found = store.sitting(id)
    assert found is not None
    assert found.events == (event(1), event(2, "n"), event(3), event(4, "m"))


@pytest.mark.parametrize("expected", [0, 1, 3, 99, -1])
def test_a_second_writer_gets_false(store: Store, expected: int) -> None:
    """With a wrong number of events nothing is stored: another writer was first, or there would be a gap."""
    id = begin(store)
    assert store.append(id, 0, [event(1), event(2)])

    assert not store.append(id, expected, [event(3), event(4)])

    found = store.sitting(id)
    assert found is not None
    assert found.events == (event(1), event(2))


@pytest.mark.parametrize("records", [[event(2, "n")], [event(2), event(3, "n")], [event(2, "m"), event(3, "m")]])
def test_a_nonce_is_stored_once(store: Store, records: list[Any]) -> None:
    """One that is there already, or is given twice, stores nothing at all of what came with it."""
    id = begin(store)
    assert store.append(id, 0, [event(1, "n")])

    assert not store.append(id, 1, records)

    found = store.sitting(id)
    assert found is not None
    assert found.events == (event(1, "n"),)


def test_a_nonce_is_its_sittings_own(store: Store) -> None:
    """The same one in another sitting is another, and events without a nonce are no repeats of each other."""
    first, second = begin(store), begin(store)

    assert store.append(first, 0, [event(1, "n"), event(2), event(3)])
    assert store.append(second, 0, [event(1, "n")])


def test_nothing_is_appended_to_nothing(store: Store) -> None:
    """An unknown sitting is an error and not a lost race, which would be tried again for ever; so is no event."""
    with refuses("no-such-sitting"):
        store.append("unknown", 0, [event(1)])
    with pytest.raises(ValueError):
        store.append(begin(store), 0, [])


def test_many_can_be_appended_soon(store: Store) -> None:
    """What the future says is what `append` would have said, however many wait together and whatever is wrong."""
    ids = [begin(store) for _ in range(20)]
    assert store.append(ids[3], 0, [event(1, "n")])

    futures = {id: store.append_grouped(id, 0, [event(1, "n"), event(2)], finished=9) for id in ids}
    twice = store.append_grouped(ids[0], 2, [event(3, "n")])
    unknown = store.append_grouped("unknown", 0, [event(1)])

    assert {id for id, future in futures.items() if not future.result(10)} == {ids[3]}
    assert not twice.result(10)
    with refuses("no-such-sitting"):
        unknown.result(10)
    with pytest.raises(ValueError):
        store.append_grouped(ids[0], 2, [])
    for id in ids:
        found = store.sitting(id)
        assert found is not None
        expected = ((event(1, "n"),), None) if id == ids[3] else ((event(1, "n"), event(2)), 9)
        assert (found.events, found.finished) == expected


def test_what_was_appended_soon_is_stored_before_the_end(where: Where) -> None:
    """Closing the store waits for it, and takes no more."""
    with Store.open(**where) as store:
        id = begin(store)
        future = store.append_grouped(id, 0, [event(1)])

    assert future.result(0)
    with refuses("closing"):
        store.append_grouped(id, 1, [event(2)])
    with Store.open(**where) as store:
        found = store.sitting(id)
    assert found is not None
    assert found.events == (event(1),)


def test_a_sitting_can_end_with_its_last_event(store: Store) -> None:
    """Both in one transaction: an append that comes second does not end it either."""
    id = begin(store)
    assert not store.append(id, 1, [event(1)], finished=6)
    before = store.sitting(id)
    assert before is not None
    assert before.finished is None

    assert store.append(id, 0, [event(1), event(2)], finished=7)

    after = store.sitting(id)
    assert after == replace(before, finished=7, events=(event(1), event(2)))


def test_the_latest_sittings_come_first(store: Store) -> None:
    """A learner's own, of that topic, the last started first, each with all its events; at most as many as asked."""
    ids = [begin(store, at=at) for at in (10, 30, 20)]
    begin(store, topic="another", at=40)
    begin(store, token="another learner", at=50)
    assert store.append(ids[1], 0, [event(1), event(2)])
    learner = store.learner_for(TOKEN)
    assert learner is not None

    found = store.latest_sittings(learner, "transfer-learning", "small-datasets", "challenge")

    assert [sitting.id for sitting in found] == [ids[1], ids[2], ids[0]]
    assert found[0] == store.sitting(ids[1])
    assert store.latest_sittings(learner, "transfer-learning", "small-datasets", "challenge", limit=2) == found[:2]
    assert store.latest_sittings(learner, "transfer-learning", "none", "challenge") == ()
    assert store.latest_sittings(learner, "transfer-learning", "small-datasets", "exam") == ()


# --- badges


def test_a_badge_is_earned_once(store: Store) -> None:
    """The first sitting that earned it stays its sitting; another topic has another badge."""
    first, second = begin(store), begin(store)
    learner = store.learner_for(TOKEN)
    assert learner is not None

    assert store.award_badge(learner, "c", "t", "Master", first, 5)
    assert not store.award_badge(learner, "c", "t", "Master", second, 6)
    assert store.award_badge(learner, "c", "another", "Expert", second, 4)

    assert store.badges(learner) == (
        BadgeRecord(learner, "c", "another", "Expert", second, 4),
        BadgeRecord(learner, "c", "t", "Master", first, 5),
    )


def test_a_badge_needs_a_learner_and_a_sitting(store: Store) -> None:
    """Neither is made up."""
    id = begin(store)
    learner = store.learner_for(TOKEN)
    assert learner is not None

    with refuses("no-such-sitting"):
        store.award_badge("unknown", "c", "t", "Master", id, 5)
    with refuses("no-such-sitting"):
        store.award_badge(learner, "c", "t", "Master", "unknown", 5)
    assert store.badges(learner) == ()


# --- what is kept


def test_everything_is_there_after_opening_again(where: Where) -> None:
    """A store that was closed and opened gives back the same."""
    with Store.open(**where) as store:
        id = begin(store)
        store.append(id, 0, [event(1, "n")])
        before = store.sitting(id)

    with Store.open(**where) as store:
        assert store.sitting(id) == before


def test_an_answer_costs_one_query_and_one_insert(store: Store) -> None:
    """What a learner waits for is one SELECT, and one INSERT with its commit."""
    id = begin(store)
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        statements.append(statement.split()[0])

    listening.listen(Engine, "before_cursor_execute", note)
    try:
        found = store.sitting(id)
        assert found is not None
        store.append(id, len(found.events), [event(1, "n")])
    finally:
        listening.remove(Engine, "before_cursor_execute", note)

    assert statements == ["SELECT", "INSERT"]


def test_the_newest_time_is_that_of_what_happened_last(store: Store) -> None:
    """In a sitting or outside of one; 0 before anything has happened."""
    empty = store.newest_time()
    store.append(begin(store), 0, [event(7)])
    of_event = store.newest_time()
    learner = store.learner_for(TOKEN)
    assert learner is not None
    store.add_step(learner, StepRecord("course", "topic", "recall", "card", "reviewed", 2_000, {}))

    assert (empty, of_event, store.newest_time()) == (0, 1_007, 2_000)
