"""Steps and runs: what a learner did outside of sittings, the same on every database."""

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicum.store import RunRecord, StepRecord, Store

from .making import TOKEN, refuses


def step(number: int, nonce: str | None = None, topic: str = "topic", mode: str = "try") -> StepRecord:
    """A step with a number, which identifies it."""
    return StepRecord(
        "course", topic, mode, f"0{number}-item", "answered", 1_000 - number, {"n": [number, "é\x00"]}, nonce
    )


def learner(store: Store, token: str = TOKEN) -> str:
    id = store.learner_for(token, create=True)
    assert id is not None
    return id


def run(store: Store, number: int, item: str = "item", started: int | None = None) -> RunRecord:
    at = number if started is None else started
    return RunRecord(f"run-{number}", learner(store), "course", "topic", "project", item, f"x = {number}", at)


# --- steps


def test_steps_come_back_in_the_order_in_which_they_were_added(store: Store) -> None:
    """Whatever their times say; all of a topic, or those of one mode."""
    me = learner(store)
    steps = [step(1), step(2, "a"), step(3, mode="recall"), step(4, topic="another")]

    assert all(store.add_step(me, one) for one in steps)

    assert store.steps(me, "course", "topic") == tuple(steps[:3])
    assert store.steps(me, "course", "topic", "try") == tuple(steps[:2])
    assert store.steps(me, "course", "another") == (steps[3],)
    assert store.steps(me, "other", "topic") == ()


def test_a_nonce_counts_once(store: Store) -> None:
    """A form that is sent twice is one step; another learner's nonce is another."""
    me, other = learner(store), learner(store, "another token")

    assert store.add_step(me, step(1, "n"))
    assert not store.add_step(me, step(2, "n"))
    assert store.add_step(other, step(3, "n"))
    assert store.add_step(me, step(4))
    assert store.add_step(me, step(5))

    assert [one.data["n"][0] for one in store.steps(me, "course", "topic")] == [1, 4, 5]
    assert [one.data["n"][0] for one in store.steps(other, "course", "topic")] == [3]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1), st.none() | st.sampled_from("abc"), st.sampled_from("st"), st.sampled_from(("try", "r"))
        ),
        max_size=12,
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_steps_are_a_list_for_each_learner(store: Store, taken: list[tuple[int, str | None, str, str]]) -> None:
    """Each learner sees their own steps in order, one per nonce, in whatever order learners add them."""
    people = [learner(store, secrets.token_hex()) for _ in range(2)]
    expected: list[list[StepRecord]] = [[], []]
    for number, (who, nonce, topic, mode) in enumerate(taken):
        one = step(number, nonce, topic, mode)
        known = nonce is not None and any(other.nonce == nonce for other in expected[who])
        assert store.add_step(people[who], one) is not known
        if not known:
            expected[who].append(one)

    for person, own in zip(people, expected, strict=True):
        for topic in "st":
            here = [one for one in own if one.topic == topic]
            assert store.steps(person, "course", topic) == tuple(here)
            assert store.steps(person, "course", topic, "r") == tuple(one for one in here if one.mode == "r")


def test_a_learners_steps_are_found_without_reading_all(tmp_path: Path) -> None:
    """By the index, in a topic and in a mode of it. (PostgreSQL decides by how much there is.)"""
    with Store.open(tmp_path) as store, store.read_connection() as connection:
        where = "learner = 'l' AND course = 'c' AND topic = 't'"
        plans = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT * FROM step WHERE {words} ORDER BY id").all()
            for words in (where, f"{where} AND mode = 'm'")
        ]

    for plan in plans:
        assert any("USING INDEX ix_step_learner_course_topic_mode" in str(line) for line in plan), plan


def test_only_a_learner_takes_steps(store: Store) -> None:
    """And only a learner's code is kept."""
    with refuses("no-such-learner"):
        store.add_step("unknown", step(1))
    with refuses("no-such-learner"):
        store.begin_run(replace(run(store, 1), learner="unknown"))


# --- runs


def test_a_run_is_there_from_its_beginning(store: Store) -> None:
    """It has no end until one is stored, so runs cut off by the end of the service can be recognized."""
    begun = run(store, 1)
    store.begin_run(begun)
    running = store.run("run-1")

    ended = store.end_run("run-1", 9, {"stdout": "é\x00", "epochs": [{"loss": 0.5}]})

    assert running == begun
    assert ended
    assert store.run("run-1") == replace(begun, ended=9, result={"stdout": "é\x00", "epochs": [{"loss": 0.5}]})
    assert not store.end_run("run-1", 10, {})
    assert not store.end_run("nothing", 10, {})
    assert store.run("nothing") is None


@pytest.mark.parametrize("code", ["\x00", "x = '\x00'\ufdd0\x00", "\ufdd00\ufdd01\ufdd0", "é\U0001f600\r\t"])
def test_code_comes_back_as_it_was_typed(store: Store, code: str) -> None:
    """Also with characters that PostgreSQL's text cannot store."""
    begun = replace(run(store, 1), code=code)

    store.begin_run(begun)

    assert store.run("run-1") == begun
    assert store.runs(begun.learner, "course", "topic", "item") == (begun,)


def test_a_nonce_may_have_any_characters(store: Store) -> None:
    """A form can be sent by any program; it counts once all the same."""
    me = learner(store)

    assert store.add_step(me, step(1, "n\x00"))
    assert not store.add_step(me, step(2, "n\x00"))
    assert store.add_step(me, step(3, "n"))
    assert [one.nonce for one in store.steps(me, "course", "topic")] == ["n\x00", "n"]


def test_the_latest_runs_come_first(store: Store) -> None:
    """Of one thing, and of one learner."""
    me = learner(store)
    for number, started in ((1, 10), (2, 30), (3, 20)):
        store.begin_run(run(store, number, started=started))
    store.begin_run(run(store, 4, item="another"))

    assert [one.id for one in store.runs(me, "course", "topic", "item")] == ["run-2", "run-3", "run-1"]
    assert [one.id for one in store.runs(me, "course", "topic", "item", limit=1)] == ["run-2"]
    assert store.runs(learner(store, "another token"), "course", "topic", "item") == ()


def test_a_run_has_an_id_of_its_own(store: Store) -> None:
    """The same one is not kept twice."""
    store.begin_run(run(store, 1))

    with refuses("no-such-learner"):
        store.begin_run(run(store, 1))


def test_what_a_run_drew_comes_with_it_alone(store: Store) -> None:
    """A list of runs is light; and it is known how many there are, however many are listed."""
    me = learner(store)
    for number in range(3):
        store.begin_run(run(store, number))
        assert store.end_run(f"run-{number}", 9, {"n": number}, [f"figure {number}" * 1000])

    listed = store.runs(me, "course", "topic", "item", limit=2)

    assert [one.figures for one in listed] == [(), ()]
    assert [one.result for one in listed] == [{"n": 2}, {"n": 1}]
    found = store.run("run-1")
    assert found is not None
    assert found.figures == ("figure 1" * 1000,)
    assert store.count_runs(me, "course", "topic", "item") == 3
    assert store.count_runs(me, "course", "topic", "another") == 0


def test_the_newest_runs_are_kept(store: Store) -> None:
    """Of older ones that have ended nothing is left but that they were: of this learner's runs of this thing alone."""
    me = learner(store)
    store.begin_run(run(store, 0, item="another"))
    store.end_run("run-0", 9, {})
    for number in range(1, 7):
        store.begin_run(run(store, number), keep=2)
        if number > 1:  # The first is cut off, or still runs.
            store.end_run(f"run-{number}", 9, {"n": number}, ["figure"])

    kept = [one.id for one in store.runs(me, "course", "topic", "item")]

    assert kept == ["run-6", "run-5", "run-4", "run-1"]  # The last was not noted as ended when it began.
    assert [number for number in range(7) if store.run(f"run-{number}")] == [0, 1, 4, 5, 6]
    assert store.count_runs(me, "course", "topic", "item") == 6
    with store.read_connection() as connection:
        left = connection.exec_driver_sql("SELECT code, result, figures FROM run WHERE id = 'run-2'").one()
    assert tuple(left) == ("", None, None)


def test_an_end_and_its_step_are_noted_together(store: Store) -> None:
    """Both or nothing, and once: a goal that was met is never the run's alone."""
    me = learner(store)
    store.begin_run(run(store, 1))
    broken = replace(step(1), data={"n": float("nan")})  # What no JSON can hold is refused after the end was written.

    with pytest.raises(ValueError):
        store.end_run("run-1", 9, {"met": True}, step=broken)
    before = store.run("run-1")
    ended = [store.end_run("run-1", 9, {"met": True}, step=step(2)) for _ in range(2)]
    after = store.run("run-1")

    assert before is not None
    assert after is not None
    assert (before.ended, after.ended) == (None, 9)
    assert ended == [True, False]
    assert store.steps(me, "course", "topic") == (step(2),)
