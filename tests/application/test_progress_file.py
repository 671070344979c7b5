"""Progress as a file: nothing is lost, nothing is counted twice, and nothing is claimed that was not done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicum.application.preferences import Preferences
from practicum.application.progress_file import (
    MAX_RUNS_SIZE,
    VERSION,
    Imported,
    _signature,
    export_progress,
    import_progress,
)
from practicum.application.refusals import Refused
from practicum.application.site import Site
from practicum.application.sittings import event_records
from practicum.practice import Sitting
from practicum.store import RunRecord, StepRecord, Store
from practicum.store.transfer import LearnerRecords, read_records
from tests.practice.making import on, opened, right, wrong

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
HEAD = '{"format":"practicum-progress","version":%d,"signature":"%s","progress":'

SLUGS = st.sampled_from(["a", "b"])
TIMES = st.integers(0, 1 << 42)
STEPS = st.lists(
    st.builds(
        StepRecord,
        course=SLUGS,
        topic=SLUGS,
        mode=st.sampled_from(["try", "recall"]),
        item=SLUGS,
        kind=st.sampled_from(["answered", "reviewed"]),
        at=TIMES,
        data=st.fixed_dictionaries({"answer": st.lists(st.text(max_size=8), max_size=2), "rating": st.integers(1, 4)}),
        nonce=st.none() | st.text("xyz", min_size=1, max_size=2),
    ),
    max_size=8,
)
"""Nonces may collide within a learner; the store then keeps the first."""
ACTS = st.lists(st.sampled_from([right, wrong]), max_size=2)
RUNS = st.lists(
    st.tuples(TIMES, st.text(min_size=1, max_size=9), st.booleans()), max_size=3, unique_by=lambda run: run[0]
)


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Store.open(tmp_path_factory.mktemp("data")) as store:
        yield Site([], store)


def played(acts: list[Any], at: int) -> Sitting:
    """A sitting in which the first problems were answered like that."""
    sitting = opened(2, attempts=1)
    for moment, act in enumerate(acts, at):
        sitting = on(act(sitting, moment + 1000), moment + 1000)
    return sitting


def record(site: Site, learner: str, sitting: Sitting, started: int, topic: str = "t", badge: bool = False) -> str:
    """Store a sitting, and its badge if it earned one."""
    events = event_records(sitting.events)
    id = site.store.start_sitting(learner, "c", topic, "challenge", sitting.exam.to_json(), started, events[:1])
    if events[1:]:
        site.store.append(id, 1, events[1:], sitting.last_at if sitting.finished else None)
    if badge and sitting.finished and sitting.badge:
        site.store.award_badge(learner, "c", topic, "Badge", id, sitting.last_at)
    return id


def content(records: LearnerRecords) -> LearnerRecords:
    """The records without ids, which each learner has of their own."""
    names = {one.id: str(number) for number, one in enumerate(records.sittings)}
    return LearnerRecords(
        records.steps,
        tuple(replace(one, id=names[one.id], learner="") for one in records.sittings),
        tuple(replace(one, learner="", sitting=names[one.sitting]) for one in records.badges),
        tuple(replace(one, id="", learner="") for one in records.runs),
    )


tokens = iter(f"{number:043}" for number in range(1_000_000))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(steps=STEPS, sittings=st.lists(st.tuples(ACTS, st.booleans()), max_size=3), runs=RUNS)
def test_what_is_exported_and_imported_is_the_same_progress(
    site: Site, steps: list[StepRecord], sittings: list[Any], runs: list[Any]
) -> None:
    """Into an empty learner all of it but unfinished sittings; a second time, and into its own learner, nothing."""
    token, other = next(tokens), next(tokens)
    learner = site.enroll(token)
    for step in steps:
        site.store.add_step(learner, step)
    for number, (acts, badge) in enumerate(sittings):
        record(site, learner, played(acts, number), number, badge=badge)
    for started, code, ended in runs:
        run = RunRecord(f"{token}{started}", learner, "c", "t", "project", "p", code, started)
        site.store.begin_run(run)
        if ended:
            site.store.end_run(run.id, started + 1, {"score": 0.5})
    data = export_progress(site, token, Preferences(theme="dark"), KEY)

    imported = import_progress(site, other, data, KEY)

    before = read_records(site.store, learner)
    expected = replace(
        before,
        sittings=tuple(one for one in before.sittings if one.finished is not None),
        runs=tuple(run for run in before.runs if run.ended is not None),
    )
    adopted = read_records(site.store, site.enroll(other))
    assert content(adopted) == content(expected)
    assert imported == Imported(len(expected), Preferences(theme="dark"))
    for receiver in (other, token):
        assert import_progress(site, receiver, data, KEY).added == 0
    assert import_progress(site, token, export_progress(site, other, Preferences(), KEY), KEY).added == 0
    assert read_records(site.store, learner) == before


def test_what_was_done_meanwhile_stays(site: Site) -> None:
    """A step under the same nonce was another one, and both count."""
    own, other = next(tokens), next(tokens)
    first, second = (StepRecord("c", "t", "recall", "x", "reviewed", at, {"rating": 3}, "once") for at in (1, 2))
    site.store.add_step(site.enroll(own), first)
    site.store.add_step(site.enroll(other), second)
    data = export_progress(site, own, Preferences(), KEY)

    assert [import_progress(site, other, data, KEY).added for _ in range(2)] == [1, 0]
    assert [step.at for step in read_records(site.store, site.enroll(other)).steps] == [2, 1]


def test_an_open_sitting_is_left_out(site: Site) -> None:
    """A copy would allow a second attempt, and its order of options belongs to problems that are open."""
    token = next(tokens)
    record(site, site.enroll(token), opened(2), 0)

    assert json.loads(export_progress(site, token, Preferences(), KEY))["progress"]["sittings"] == []


def test_too_many_runs_leave_out_the_oldest(site: Site) -> None:
    """A file that was saved can be read."""
    token, other = next(tokens), next(tokens)
    learner = site.enroll(token)
    for number in range(5):
        run = RunRecord(f"{token}{number}", learner, "c", "t", "project", "p", "x" * (MAX_RUNS_SIZE // 4), number)
        site.store.begin_run(run)
        site.store.end_run(run.id, number, {})

    import_progress(site, other, export_progress(site, token, Preferences(), KEY), KEY)

    assert [run.started for run in read_records(site.store, site.enroll(other)).runs] == [2, 3, 4]


# --- files of strangers


@pytest.fixture
def earned(site: Site) -> dict[str, Any]:
    """What a file with a badge holds."""
    token = next(tokens)
    record(site, site.enroll(token), played([right, right], 0), 0, badge=True)
    found: dict[str, Any] = json.loads(export_progress(site, token, Preferences(), KEY))["progress"]
    assert len(found["badges"]) == 1
    return found


def signed(progress: Any, version: int = VERSION, key: bytes = KEY) -> bytes:
    body = json.dumps(progress, separators=(",", ":")).encode() + b"}"
    return (HEAD % (version, _signature(key, version, body))).encode() + body


def code_of(site: Site, data: bytes, token: str) -> str:
    with pytest.raises(Refused) as refusal:
        import_progress(site, token, data, KEY)
    assert site.learner(token) is None
    return refusal.value.code


def test_a_changed_file_is_refused(site: Site, earned: dict[str, Any]) -> None:
    """Whatever was changed: a byte, the version, or the service that has signed it. A line end at the end is none."""
    data = signed(earned)
    wrong_badge = data.replace(b'"name":"Badge"', b'"name":"Other"')

    assert wrong_badge != data
    assert code_of(site, wrong_badge, "a" * 43) == "not-signed-here"
    assert code_of(site, data.replace(b'"version":1', b'"version":2'), "a" * 43) == "not-signed-here"
    assert code_of(site, signed(earned, key=OTHER_KEY), "a" * 43) == "not-signed-here"
    assert code_of(site, signed(earned, version=2), "a" * 43) == "other-version"
    assert import_progress(site, "b" * 43, data + b"\r\n", KEY).added == 2


@given(data=st.binary(max_size=300) | st.text(max_size=100).map(lambda text: (HEAD % (1, "0" * 64) + text).encode()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_other_file_is_refused(site: Site, data: bytes) -> None:
    """Before anything in it is read."""
    assert code_of(site, data, "a" * 43) in ("not-a-progress-file", "not-signed-here")


def test_a_nested_file_is_refused(site: Site) -> None:
    """Unsigned it is never parsed; even a signed one only fails."""
    deep = b"[" * 1_000_000

    assert code_of(site, deep, "a" * 43) == "not-a-progress-file"
    body = deep + b"}"
    nested = (HEAD % (1, _signature(KEY, 1, body))).encode() + body
    assert code_of(site, nested, "a" * 43) == "progress-damaged"


def without_a_right_answer(progress: dict[str, Any]) -> None:
    answers = [event for event in progress["sittings"][0]["events"] if event["kind"] == "answered"]
    answers[0]["data"]["right"] = False


def unfinished(progress: dict[str, Any]) -> None:
    progress["sittings"][0]["events"].pop()


def of_another_topic(progress: dict[str, Any]) -> None:
    progress["badges"][0]["topic"] = "other"


def of_no_sitting(progress: dict[str, Any]) -> None:
    progress["badges"][0]["sitting"] = 1


def of_a_mode_without_badge(progress: dict[str, Any]) -> None:
    progress["sittings"][0]["mode"] = "try"


def with_an_unknown_field(progress: dict[str, Any]) -> None:
    progress["admin"] = True


def with_a_time_as_text(progress: dict[str, Any]) -> None:
    progress["sittings"][0]["started"] = "0"


def without_its_first_event(progress: dict[str, Any]) -> None:
    del progress["sittings"][0]["events"][0]


CHANGES = [
    without_a_right_answer,
    unfinished,
    of_another_topic,
    of_no_sitting,
    of_a_mode_without_badge,
    with_an_unknown_field,
    with_a_time_as_text,
    without_its_first_event,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_no_claim_counts_that_the_events_do_not_support(site: Site, earned: dict[str, Any], change: Any) -> None:
    """Even in a file with a valid signature."""
    change(earned)

    assert code_of(site, signed(earned), "a" * 43) == "progress-damaged"
