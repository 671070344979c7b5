"""The store's queries. What a method has returned from is committed and on disk.

Every method is synchronous and may be called from any thread.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, Select, bindparam, case, func, literal_column, or_, select
from sqlalchemy.exc import IntegrityError

from practicum.store import schema
from practicum.store.database import (
    SingleWriter,
    connect,
    database_url,
    display_name,
    reading,
    translated_errors,
    writing,
)
from practicum.store.group_commit import GroupCommit
from practicum.store.migrate import migrate
from practicum.store.records import BadgeRecord, EventRecord, RunRecord, SittingRecord, StepRecord, StoreError

_learner, _sitting, _event, _badge = schema.learner, schema.sitting, schema.event, schema.badge
_step, _run = schema.step, schema.run

_OWN = ("id", "learner", "course", "topic", "mode", "started", "finished")
"""A sitting's own columns, which each of its rows repeats."""


def _with_events(sittings: Select[Any]) -> Select[Any]:
    """Sittings and their events in one query: a row an event, or one row for a sitting without any.

    The paper travels once, on a sitting's first row.
    """
    s = sittings.subquery("s")
    first = or_(_event.c.seq == 1, _event.c.seq.is_(None))
    return (
        select(
            *(s.c[name] for name in _OWN),
            case((first, s.c.paper)).label("paper"),
            _event.c.nonce,
            _event.c.kind,
            _event.c.at,
            _event.c.data,
        )
        .select_from(s.outerjoin(_event, _event.c.sitting == s.c.id))
        .order_by(s.c.started.desc(), s.c.id, _event.c.seq)
    )


_ONE_SITTING = _with_events(select(_sitting).where(_sitting.c.id == bindparam("id")))
_LATEST = _with_events(
    select(_sitting)
    .where(
        _sitting.c.learner == bindparam("learner"),
        _sitting.c.course == bindparam("course"),
        _sitting.c.topic == bindparam("topic"),
        _sitting.c.mode == bindparam("mode"),
    )
    .order_by(_sitting.c.started.desc(), _sitting.c.id)
    .limit(bindparam("limit"))
)
_LEARNER = select(_learner.c.id).where(_learner.c.token_hash == bindparam("token_hash"))
_BADGES = select(_badge).where(_badge.c.learner == bindparam("learner")).order_by(_badge.c.earned)
_OF_STEP = tuple(_step.c[name] for name in ("course", "topic", "mode", "item", "kind", "at", "data", "nonce"))
_STEPS = (
    select(*_OF_STEP)
    .where(
        _step.c.learner == bindparam("learner"),
        _step.c.course == bindparam("course"),
        _step.c.topic == bindparam("topic"),
    )
    .order_by(_step.c.id)
)
_STEPS_OF_MODE = _STEPS.where(_step.c.mode == bindparam("mode"))
_OF_THIS = (
    _run.c.learner == bindparam("learner"),
    _run.c.course == bindparam("course"),
    _run.c.topic == bindparam("topic"),
    _run.c.item == bindparam("item"),
)
_WHOLE = _run.c.code != ""
"""Of a run that is forgotten only the row is left, which counts it: nothing that was run has no code."""
_RUNS = (
    select(*(column for column in _run.c if column is not _run.c.figures))
    .where(*_OF_THIS, _WHOLE)
    .order_by(_run.c.started.desc(), _run.c.id)
    .limit(bindparam("limit"))
)
_COUNT_RUNS = select(func.count()).select_from(_run).where(*_OF_THIS)
_ONE_RUN = select(_run).where(_run.c.id == bindparam("id"), _WHOLE)
_OLDER_RUNS = (
    select(_run.c.id)
    .where(*_OF_THIS, _WHOLE, _run.c.ended.is_not(None))
    .order_by(_run.c.started.desc(), _run.c.id)
    .offset(bindparam("keep"))
)
_FORGET_RUN = _run.update().where(_run.c.id == bindparam("run_id")).values(code="", result=None, figures=None)
_END_RUN = (
    _run.update()
    .where(_run.c.id == bindparam("run_id"), _run.c.ended.is_(None))
    .values(ended=bindparam("at"), result=bindparam("what"), figures=bindparam("drawn"))
)
_INSERT_EVENT = _event.insert()
_COLUMNS = ("sitting", "seq", "nonce", "kind", "at", "data")
_INSERT_NEXT = (
    _event.insert()
    .from_select(
        _COLUMNS,
        select(*(bindparam(name, type_=_event.c[name].type) for name in _COLUMNS)).where(
            select(func.coalesce(func.max(_event.c.seq), literal_column("0")))
            .where(_event.c.sitting == bindparam("sitting"))
            .scalar_subquery()
            == bindparam("expected_seq")
        ),
    )
    # Else SQLAlchemy does not say how many rows an INSERT gave, on PostgreSQL.
    .execution_options(preserve_rowcount=True)
)
"""An event, if it is the next: nothing is inserted where another writer was first, or where it would leave a gap."""
_FINISH = (
    _sitting.update()
    .where(_sitting.c.id == bindparam("sitting_id"), _sitting.c.finished.is_(None))
    .values(finished=bindparam("at"))
)


@dataclass(frozen=True)
class _Append:
    """Events to be added to a sitting, and when that ends by them, if it does."""

    sitting: str
    rows: list[dict[str, Any]]
    finished: int | None

    @property
    def endings(self) -> list[dict[str, Any]]:
        return [] if self.finished is None else [{"sitting_id": self.sitting, "at": self.finished}]


class _NotNext(Exception):
    """Another writer was first."""


class Store:
    """Learners, their sittings and badges, in SQLite or PostgreSQL. Close it, or use it as a context manager."""

    def __init__(self, engine: Engine) -> None:
        """For a database that is at the newest schema; :meth:`open` sees to that."""
        self._engine = engine
        self._reads = reading(engine)
        self._name = display_name(engine.url)
        with translated_errors(self._name):
            self._writes = writing(engine)
        self._waiting: GroupCommit[_Append] = GroupCommit(self._append_all, self._append)

    @classmethod
    def open(cls, data: Path | None = None, url: str | None = None) -> Self:
        """Open the store in the folder `data`, or at the database `url`; with neither, in the user's data directory.

        The folder and the tables are made where they are not there, and brought up to date where they are older.
        Raises StoreError, with one message a person can act on, if that cannot be.
        """
        where = database_url(data, url)
        engine = connect(where)
        try:
            with translated_errors(display_name(where)):
                migrate(engine, display_name(where))
            return cls(engine)
        except BaseException:
            engine.dispose()
            raise

    def close(self) -> None:
        """Store what is waiting, and close every connection."""
        self._waiting.close()
        if isinstance(self._writes, SingleWriter):
            self._writes.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- learners

    def learner_for(self, token: str, create: bool = False) -> str | None:
        """The id of the learner who holds this token; a new one's if `create`, else None if there is none.

        Only the token's SHA-256 is kept, so it must be long and random: 128 bits or more.
        """
        token_hash = hashlib.sha256(token.encode()).hexdigest()
        with self._reading() as connection:
            known: str | None = connection.execute(_LEARNER, {"token_hash": token_hash}).scalar()
        if known is not None or not create:
            return known
        id = _new_id()
        row = {"id": id, "token_hash": token_hash, "created": time.time_ns() // 1_000_000}
        try:
            with self._writing() as connection:
                connection.execute(_learner.insert(), row)
        except IntegrityError:  # Another request with the same token was first.
            return self.learner_for(token)
        return id

    # --- sittings

    def start_sitting(
        self,
        learner: str,
        course: str,
        topic: str,
        mode: str,
        exam: Mapping[str, Any],
        at: int,
        events: Sequence[EventRecord] = (),
        once: str = "",
    ) -> str:
        """Begin a sitting, with what happened at once; its new id. Raises StoreError if there is no such learner.

        `once` is the nonce of the form that asks for it, if it has one: sent again, even at the same time, it is the
        sitting that it began.
        """
        id = _id_of(learner, course, topic, mode, once) if once else _new_id()
        row = {"id": id, "learner": learner, "course": course, "topic": topic, "mode": mode, "started": at}
        try:
            with self._writing() as connection:
                connection.execute(_sitting.insert(), {**row, "paper": dict(exam)})
                if events:
                    connection.execute(_INSERT_EVENT, _rows(id, 0, events))
        except IntegrityError:
            if once and self.sitting(id):
                return id
            raise StoreError(f"{self._name}: there is no learner {learner}, or a nonce was given twice.") from None
        return id

    def sitting(self, id: str) -> SittingRecord | None:
        """The sitting of that id with all its events, or None."""
        with self._reading() as connection:
            rows = connection.execute(_ONE_SITTING, {"id": id}).all()
        return next(_records(rows), None)

    def append(
        self,
        sitting_id: str,
        expected_seq: int,
        records: Sequence[EventRecord],
        finished: int | None = None,
    ) -> bool:
        """Add events to a sitting that has `expected_seq` of them; all in one transaction, or none.

        False if another writer was first, or a nonce is there already: load the sitting again and decide again.
        `finished`, a time, ends the sitting in the same transaction. Raises StoreError if there is no such sitting.
        """
        return self._append(_appending(sitting_id, expected_seq, records, finished))

    def append_grouped(
        self,
        sitting_id: str,
        expected_seq: int,
        records: Sequence[EventRecord],
        finished: int | None = None,
    ) -> Future[bool]:
        """As :meth:`append`, by a thread that commits together what waits together: for many who answer at once.

        The future gives what `append` returns or raises, and no sooner than that is on disk.
        """
        try:
            return self._waiting.put(_appending(sitting_id, expected_seq, records, finished))
        except RuntimeError:
            raise StoreError(f"{self._name}: practicum is ending, so nothing was stored.") from None

    def _append(self, work: _Append) -> bool:
        try:
            self._append_all([work])
        except _NotNext:
            return False
        except IntegrityError:
            if self.sitting(work.sitting) is None:
                raise StoreError(f"{self._name}: there is no sitting {work.sitting}.") from None
            return False
        return True

    def _append_all(self, works: Sequence[_Append]) -> None:
        """All of it in one transaction, or none: raises _NotNext or IntegrityError if any of it cannot be."""
        rows = [row for work in works for row in work.rows]
        endings = [ending for work in works for ending in work.endings]
        with self._writing() as connection:
            if connection.execute(_INSERT_NEXT, rows).rowcount != len(rows):
                raise _NotNext
            if endings:
                connection.execute(_FINISH, endings)

    def latest_sittings(
        self, learner: str, course: str, topic: str, mode: str, limit: int = 20
    ) -> tuple[SittingRecord, ...]:
        """A learner's sittings of a topic in one mode, the one started last first, at most `limit` of them."""
        wanted = {"learner": learner, "course": course, "topic": topic, "mode": mode, "limit": limit}
        with self._reading() as connection:
            rows = connection.execute(_LATEST, wanted).all()
        return tuple(_records(rows))

    # --- steps, outside of sittings

    def add_step(self, learner: str, step: StepRecord) -> bool:
        """Add a step of a learner; False if they have one with its nonce. Raises StoreError if there is no learner."""
        try:
            with self._writing() as connection:
                _add_step(connection, learner, step)
        except IntegrityError:
            with self._reading() as connection:
                known = connection.execute(select(_learner.c.id).where(_learner.c.id == learner)).scalar()
            if known is None:
                raise StoreError(f"{self._name}: there is no learner {learner}.") from None
            return False
        return True

    def steps(self, learner: str, course: str, topic: str, mode: str | None = None) -> tuple[StepRecord, ...]:
        """A learner's steps in a topic (in one mode of it, if that is said), in the order in which they were added."""
        wanted = {"learner": learner, "course": course, "topic": topic}
        with self._reading() as connection:
            if mode is None:
                rows = connection.execute(_STEPS, wanted).all()
            else:
                rows = connection.execute(_STEPS_OF_MODE, {**wanted, "mode": mode}).all()
        return tuple(StepRecord(**row._mapping) for row in rows)

    # --- runs that are kept

    def begin_run(self, run: RunRecord, keep: int | None = None) -> None:
        """Note a run that begins. Raises StoreError if there is no such learner, or a run of that id.

        Of this learner's runs of this thing that have ended the newest `keep` stay, if that is said; what the others
        held is forgotten, and they are still counted.
        """
        of_this = {"learner": run.learner, "course": run.course, "topic": run.topic, "item": run.item}
        try:
            with self._writing() as connection:
                connection.execute(_run.insert(), {**vars(run), "figures": list(run.figures)})
                if keep is not None:
                    older = connection.execute(_OLDER_RUNS, {**of_this, "keep": keep}).scalars().all()
                    for id in older:
                        connection.execute(_FORGET_RUN, {"run_id": id})
        except IntegrityError:
            raise StoreError(f"{self._name}: there is no learner {run.learner}, or a run {run.id} already.") from None

    def end_run(
        self,
        id: str,
        at: int,
        result: Mapping[str, Any],
        figures: Sequence[str] = (),
        step: StepRecord | None = None,
    ) -> bool:
        """Note what came of a run, and the step of its learner's that it was, if it was one: both or nothing.

        False if that was noted already, or there is no such run.
        """
        row = {"run_id": id, "at": at, "what": dict(result), "drawn": list(figures)}
        with self._writing() as connection:
            if connection.execute(_END_RUN, row).rowcount != 1:
                return False
            if step is not None:
                learner = connection.execute(select(_run.c.learner).where(_run.c.id == id)).scalar_one()
                _add_step(connection, learner, step)
            return True

    def runs(self, learner: str, course: str, topic: str, item: str, limit: int = 50) -> tuple[RunRecord, ...]:
        """A learner's runs of one thing, the one that began last first, at most `limit` of them."""
        wanted = {"learner": learner, "course": course, "topic": topic, "item": item, "limit": limit}
        with self._reading() as connection:
            rows = connection.execute(_RUNS, wanted).all()
        return tuple(RunRecord(**row._mapping) for row in rows)

    def count_runs(self, learner: str, course: str, topic: str, item: str) -> int:
        """How many runs of one thing a learner has made."""
        wanted = {"learner": learner, "course": course, "topic": topic, "item": item}
        with self._reading() as connection:
            return int(connection.execute(_COUNT_RUNS, wanted).scalar_one())

    def run(self, id: str) -> RunRecord | None:
        """The run of that id with what it drew, or None: also if it is forgotten."""
        with self._reading() as connection:
            row = connection.execute(_ONE_RUN, {"id": id}).first()
        return RunRecord(**{**row._mapping, "figures": tuple(row.figures or ())}) if row else None

    # --- badges

    def award_badge(self, learner: str, course: str, topic: str, name: str, sitting: str, at: int) -> bool:
        """Give a learner a topic's badge; False if they have it, and then it stays as it was.

        Raises StoreError if there is no such learner or sitting.
        """
        badge = BadgeRecord(learner, course, topic, name, sitting, at)
        try:
            with self._writing() as connection:
                connection.execute(_badge.insert(), vars(badge))
        except IntegrityError:
            if any((held.course, held.topic) == (course, topic) for held in self.badges(learner)):
                return False
            raise StoreError(f"{self._name}: there is no learner {learner}, or no sitting {sitting}.") from None
        return True

    def badges(self, learner: str) -> tuple[BadgeRecord, ...]:
        """A learner's badges in the order in which they were earned."""
        with self._reading() as connection:
            rows = connection.execute(_BADGES, {"learner": learner}).all()
        return tuple(BadgeRecord(**row._mapping) for row in rows)

    # --- connections

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated_errors(self._name), self._reads.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with translated_errors(self._name), self._writes.begin() as connection:
            yield connection


def _new_id() -> str:
    """128 random bits, as 22 characters fit for a URL."""
    return secrets.token_urlsafe(16)


def _id_of(learner: str, *of: str) -> str:
    """An id for what a learner begins by one form. It follows from theirs, which is random and never told."""
    return urlsafe_b64encode(hashlib.sha256(repr((learner, *of)).encode()).digest()[:16]).decode().rstrip("=")


def _add_step(connection: Connection, learner: str, step: StepRecord) -> None:
    connection.execute(_step.insert(), {**vars(step), "data": dict(step.data), "learner": learner})


def _appending(sitting: str, after: int, records: Sequence[EventRecord], finished: int | None) -> _Append:
    if not records:
        raise ValueError("nothing to append")
    rows = [{**row, "expected_seq": row["seq"] - 1} for row in _rows(sitting, after, records)]
    return _Append(sitting, rows, finished)


def _rows(sitting: str, after: int, records: Sequence[EventRecord]) -> list[dict[str, Any]]:
    return [
        {
            "sitting": sitting,
            "seq": seq,
            "nonce": record.nonce,
            "kind": record.kind,
            "at": record.at,
            "data": dict(record.data),
        }
        for seq, record in enumerate(records, after + 1)
    ]


def _records(rows: Sequence[Row[Any]]) -> Iterator[SittingRecord]:
    """The sittings in the rows of :func:`_with_events`, in their order."""
    for (id, learner, course, topic, mode, started, finished), group in groupby(rows, lambda row: row[: len(_OWN)]):
        tails = [row[len(_OWN) :] for row in group]
        exam = tails[0][0]
        events = tuple(EventRecord(kind, at, data, nonce) for _, nonce, kind, at, data in tails if kind is not None)
        yield SittingRecord(id, learner, course, topic, mode, exam, started, finished, events)
