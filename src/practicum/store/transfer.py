"""Copies what one learner has done out of a store, and into another learner's rows."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select
from sqlalchemy.exc import IntegrityError

from practicum.store import schema
from practicum.store.records import BadgeRecord, EventRecord, RunRecord, SittingRecord, StepRecord, fields_of
from practicum.store.store import Store, derived_id, step_row

_step, _sitting, _event, _badge, _run = schema.step, schema.sitting, schema.event, schema.badge, schema.run
_STEPS = select(*(column for column in _step.c if column.name not in ("id", "learner")))
_SITTINGS = select(_sitting).order_by(_sitting.c.started, _sitting.c.id)
_EVENTS = (
    select(_event)
    .join_from(_event, _sitting, _event.c.sitting == _sitting.c.id)
    .where(_sitting.c.learner == bindparam("learner"))
    .order_by(_event.c.sitting, _event.c.seq)
)
_RUNS = select(*(column for column in _run.c if column is not _run.c.figures)).where(_run.c.code != "")


@dataclass(frozen=True)
class LearnerRecords:
    """Everything that one learner has done. The learner's own id in it plays no part when it is added to another's."""

    steps: tuple[StepRecord, ...] = ()
    """In the order in which they were made."""
    sittings: tuple[SittingRecord, ...] = ()
    badges: tuple[BadgeRecord, ...] = ()
    """Each with the id of one of the sittings."""
    runs: tuple[RunRecord, ...] = ()
    """Without figures."""

    def __len__(self) -> int:
        return len(self.steps) + len(self.sittings) + len(self.badges) + len(self.runs)


def read_records(store: Store, learner: str) -> LearnerRecords:
    """Return everything that a learner has done."""
    values = {"learner": learner}
    with store.read_connection() as connection:
        steps = connection.execute(_of_learner(_STEPS, _step).order_by(_step.c.id), values).all()
        events = {
            id: tuple(EventRecord(row.kind, row.at, row.data, row.nonce) for row in rows)
            for id, rows in groupby(connection.execute(_EVENTS, values).all(), lambda row: row.sitting)
        }
        sittings = connection.execute(_of_learner(_SITTINGS, _sitting), values).all()
        badges = connection.execute(_of_learner(select(_badge), _badge).order_by(_badge.c.earned), values).all()
        runs = connection.execute(_of_learner(_RUNS, _run).order_by(_run.c.started, _run.c.id), values).all()
    return LearnerRecords(
        tuple(StepRecord(**row._mapping) for row in steps),
        tuple(_sitting_record(row._mapping, events.get(row.id, ())) for row in sittings),
        tuple(BadgeRecord(**row._mapping) for row in badges),
        tuple(RunRecord(**row._mapping) for row in runs),
    )


def _of_learner(query: Any, table: Table) -> Any:
    return query.where(table.c.learner == bindparam("learner"))


def _sitting_record(row: Any, events: tuple[EventRecord, ...]) -> SittingRecord:
    fields = {name: value for name, value in row.items() if name != "paper"}
    return SittingRecord(exam=row["paper"], events=events, **fields)


def add_records(store: Store, learner: str, records: LearnerRecords) -> int:
    """Add what the learner does not have yet, in one transaction, and return how many records that were.

    Records are the same if they say the same: adding them twice, or adding a learner's own, changes nothing. A badge
    that the learner has for a topic stays.
    """
    try:
        return _add(store, learner, records)
    except IntegrityError:  # The same was added at the same time.
        return _add(store, learner, records)


def _add(store: Store, learner: str, records: LearnerRecords) -> int:
    present = read_records(store, learner)
    ids = {_sitting_key(one): one.id for one in present.sittings}
    runs = set(map(_run_key, present.runs))
    new = LearnerRecords(
        tuple(_new_steps(records.steps, present.steps)),
        tuple(one for one in records.sittings if _sitting_key(one) not in ids),
        runs=tuple(one for one in records.runs if _run_key(one) not in runs),
    )
    ids |= {_sitting_key(one): derived_id(learner, "sitting", _sitting_key(one)) for one in new.sittings}
    own = {one.id: ids[_sitting_key(one)] for one in records.sittings}
    held = {(one.course, one.topic) for one in present.badges}
    badges = [replace(one, sitting=own[one.sitting]) for one in records.badges if (one.course, one.topic) not in held]
    new = replace(new, badges=tuple(badges))
    with store.write_transaction() as connection:
        _insert(connection, learner, new, own)
    return len(new)


def _new_steps(steps: Sequence[StepRecord], present: Sequence[StepRecord]) -> Iterator[StepRecord]:
    """Yield the steps that are not present, as often as each was made.

    A nonce that another step has is left out: both were made.
    """
    counts, nonces = Counter(map(_step_key, present)), {step.nonce for step in present}
    for step in steps:
        key = _step_key(step)
        if counts[key]:
            counts[key] -= 1
        else:
            yield replace(step, nonce=None) if step.nonce in nonces else step


def _step_key(step: StepRecord) -> str:
    return _digest(step.course, step.topic, step.mode, step.item, step.kind, step.at, step.data)


def _sitting_key(sitting: SittingRecord) -> str:
    return _digest(sitting.course, sitting.topic, sitting.mode, sitting.started, sitting.exam)


def _run_key(run: RunRecord) -> str:
    return _digest(run.course, run.topic, run.mode, run.item, run.started)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _insert(connection: Connection, learner: str, new: LearnerRecords, ids: dict[str, str]) -> None:
    sittings = [
        {**fields_of(one, "exam", "events"), "id": ids[one.id], "learner": learner, "paper": dict(one.exam)}
        for one in new.sittings
    ]
    events = [
        {"sitting": ids[one.id], "seq": seq, **vars(event), "data": dict(event.data)}
        for one in new.sittings
        for seq, event in enumerate(one.events, 1)
    ]
    runs = [
        {**vars(one), "id": derived_id(learner, "run", _run_key(one)), "learner": learner, "figures": []}
        for one in new.runs
    ]
    rows = {
        _step: [step_row(learner, step) for step in new.steps],
        _sitting: sittings,
        _event: events,
        _badge: [{**vars(one), "learner": learner} for one in new.badges],
        _run: runs,
    }
    for table, values in rows.items():
        if values:
            connection.execute(table.insert(), values)
