"""The store: queries for learners, sittings, steps, runs and badges.

When a method returns, its changes are committed and on disk. Every method is synchronous and thread-safe.
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

from sqlalchemy import Connection, Engine, Row, Select, bindparam, case, func, literal_column, or_, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool

from practicum.store import schema
from practicum.store.database import (
    MAX_CONNECTIONS,
    SingleWriter,
    connect,
    database_url,
    display_name,
    open_file,
    reading,
    translated_errors,
    writing,
)
from practicum.store.error_log import ErrorLog
from practicum.store.group_commit import GroupCommit
from practicum.store.migrate import VERSION, migrate
from practicum.store.records import (
    ActivityCount,
    BadgeRecord,
    EventRecord,
    RunRecord,
    SittingRecord,
    StepRecord,
    StoreError,
)

_learner, _sitting, _event, _badge = schema.learner, schema.sitting, schema.event, schema.badge
_step, _run = schema.step, schema.run

_SITTING_COLUMNS = ("id", "learner", "course", "topic", "mode", "started", "finished")
"""Columns of a sitting, repeated in the row of each of its events."""


def _with_events(sittings: Select[Any]) -> Select[Any]:
    """Return a query for sittings with their events: a row per event, or one row for a sitting without events.

    Only the first row of a sitting contains the exam.
    """
    s = sittings.subquery("s")
    first = or_(_event.c.seq == 1, _event.c.seq.is_(None))
    return (
        select(
            *(s.c[name] for name in _SITTING_COLUMNS),
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
_STEP_COLUMNS = tuple(_step.c[name] for name in ("course", "topic", "mode", "item", "kind", "at", "data", "nonce"))
_STEPS = (
    select(*_STEP_COLUMNS)
    .where(
        _step.c.learner == bindparam("learner"),
        _step.c.course == bindparam("course"),
        _step.c.topic == bindparam("topic"),
    )
    .order_by(_step.c.id)
)
_STEPS_OF_MODE = _STEPS.where(_step.c.mode == bindparam("mode"))
_DAY_MS = 86_400_000
_ACTIVITY = union_all(
    select((_step.c.at // _DAY_MS).label("day"), _step.c.kind, func.count().label("count"))
    .where(_step.c.learner == bindparam("learner"), _step.c.at >= bindparam("since"))
    .group_by("day", _step.c.kind),
    select((_event.c.at // _DAY_MS).label("day"), _event.c.kind, func.count().label("count"))
    .select_from(_sitting.join(_event, _event.c.sitting == _sitting.c.id))
    .where(_sitting.c.learner == bindparam("learner"), _event.c.at >= bindparam("since"))
    .group_by("day", _event.c.kind),
)
_SAME_ITEM = (
    _run.c.learner == bindparam("learner"),
    _run.c.course == bindparam("course"),
    _run.c.topic == bindparam("topic"),
    _run.c.item == bindparam("item"),
)
_NOT_CLEARED = _run.c.code != ""
"""Clearing a run empties its code, result and figures; its row stays, so that it is counted."""
_RUNS = (
    select(*(column for column in _run.c if column is not _run.c.figures))
    .where(*_SAME_ITEM, _NOT_CLEARED)
    .order_by(_run.c.started.desc(), _run.c.id)
    .limit(bindparam("limit"))
)
_COUNT_RUNS = select(func.count()).select_from(_run).where(*_SAME_ITEM)
_ONE_RUN = select(_run).where(_run.c.id == bindparam("id"), _NOT_CLEARED)
_OLDER_RUNS = (
    select(_run.c.id)
    .where(*_SAME_ITEM, _NOT_CLEARED, _run.c.ended.is_not(None))
    .order_by(_run.c.started.desc(), _run.c.id)
    .offset(bindparam("keep"))
)
_CLEAR_RUN = _run.update().where(_run.c.id == bindparam("run_id")).values(code="", result=None, figures=None)
_END_RUN = (
    _run.update()
    .where(_run.c.id == bindparam("run_id"), _run.c.ended.is_(None))
    .values(ended=bindparam("at"), result=bindparam("result_json"), figures=bindparam("figures_json"))
)
_REVISION = select(VERSION.c.version_num)
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
    # Without this, SQLAlchemy does not report the row count of an INSERT on PostgreSQL.
    .execution_options(preserve_rowcount=True)
)
"""Inserts an event if it is the next one. Inserts nothing if another writer was first or a gap would remain."""
_FINISH = (
    _sitting.update()
    .where(_sitting.c.id == bindparam("sitting_id"), _sitting.c.finished.is_(None))
    .values(finished=bindparam("at"))
)


@dataclass(frozen=True)
class _Append:
    """Events to append to a sitting, and the time at which they finish it, if they do."""

    sitting: str
    rows: list[dict[str, Any]]
    finished: int | None

    @property
    def endings(self) -> list[dict[str, Any]]:
        return [] if self.finished is None else [{"sitting_id": self.sitting, "at": self.finished}]


class _NotNext(Exception):
    """The events are not the next ones: another writer was first."""


class Store:
    """Learners' progress in SQLite or PostgreSQL. Close it, or use it as a context manager."""

    def __init__(self, engine: Engine) -> None:
        """Use a database at the newest schema. :meth:`open` opens and upgrades any."""
        self.engine = engine
        self._reads = reading(engine)
        self._name = display_name(engine.url)
        with translated_errors(self._name):
            self._writes = writing(engine)
        self._file = open_file(engine.url)
        self._errors = ErrorLog()
        self._waiting: GroupCommit[_Append] = GroupCommit(self._append_all, self._append, _fails_alone_too)

    @classmethod
    def open(cls, data: Path | None = None, url: str | None = None, connections: int = MAX_CONNECTIONS) -> Self:
        """Open the store in the folder `data` or at the database `url`. Default: the user's data directory.

        Creates folder and tables if they are missing, and upgrades an older schema. Raises StoreError.

        Args:
            connections: Maximum number of connections to the database.
        """
        location = database_url(data, url)
        engine = connect(location, connections)
        try:
            with translated_errors(display_name(location)):
                migrate(engine, display_name(location))
            return cls(engine)
        except BaseException:
            engine.dispose()
            raise

    def close(self) -> None:
        """Commit the waiting events, and close every connection."""
        self._waiting.close()
        if isinstance(self._writes, SingleWriter):
            self._writes.close()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- learners

    def learner_for(self, token: str, create: bool = False) -> str | None:
        """Return the id of the learner with this token. If there is none, create one if `create`, or return None.

        Args:
            token: 128 random bits or more, as only its SHA-256 is stored.
        """
        token_hash = hashlib.sha256(token.encode()).hexdigest()
        with self.read_connection() as connection:
            learner: str | None = connection.execute(_LEARNER, {"token_hash": token_hash}).scalar()
        if learner is not None or not create:
            return learner
        id = _new_id()
        row = {"id": id, "token_hash": token_hash, "created": time.time_ns() // 1_000_000}
        try:
            with self.write_transaction() as connection:
                connection.execute(_learner.insert(), row)
        except IntegrityError:  # Another request with the same token was first.
            return self.learner_for(token)
        return id

    def newest_time(self) -> int:
        """Return the latest time of an event, a step or a run, in milliseconds since 1970; 0 without any."""
        latest = [func.max(column) for column in (_event.c.at, _step.c.at, _run.c.started, _run.c.ended)]
        with self.read_connection() as connection:
            return max(connection.execute(select(time)).scalar() or 0 for time in latest)

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
        """Start a sitting and return its id. Raises StoreError (`no-such-learner`).

        Args:
            events: Events that happen at the start.
            once: The nonce of the form that starts it, if it has one. A form sent twice, even at the same time,
                starts one sitting.
        """
        id = derived_id(learner, course, topic, mode, once) if once else _new_id()
        row = {"id": id, "learner": learner, "course": course, "topic": topic, "mode": mode, "started": at}
        try:
            with self.write_transaction() as connection:
                connection.execute(_sitting.insert(), {**row, "paper": dict(exam)})
                if events:
                    connection.execute(_INSERT_EVENT, _rows(id, 0, events))
        except IntegrityError:
            if once and self.sitting(id):
                return id
            message = f"{self._name}: there is no learner {learner}, or two events have the same nonce."
            raise StoreError("no-such-learner", message) from None
        return id

    def sitting(self, id: str) -> SittingRecord | None:
        """Return a sitting with all its events, or None."""
        with self.read_connection() as connection:
            rows = connection.execute(_ONE_SITTING, {"id": id}).all()
        return next(_records(rows), None)

    def append(
        self,
        sitting_id: str,
        expected_seq: int,
        records: Sequence[EventRecord],
        finished: int | None = None,
    ) -> bool:
        """Append events to a sitting in one transaction.

        Args:
            expected_seq: Number of events that the sitting has.
            finished: The time at which these events finish the sitting, if they do.

        Returns:
            False if another writer was first or a nonce exists already. Then load the sitting and decide again.

        Raises:
            StoreError: There is no such sitting (`no-such-sitting`).
        """
        return self._append(_appending(sitting_id, expected_seq, records, finished))

    def append_grouped(
        self,
        sitting_id: str,
        expected_seq: int,
        records: Sequence[EventRecord],
        finished: int | None = None,
    ) -> Future[bool]:
        """Append like :meth:`append`, in a thread that commits waiting events of many sittings together.

        The future has the result or exception of `append`, once it is on disk.
        """
        try:
            return self._waiting.put(_appending(sitting_id, expected_seq, records, finished))
        except RuntimeError:
            raise StoreError("closing", f"{self._name}: practicum is stopping, so nothing was stored.") from None

    def _append(self, work: _Append) -> bool:
        try:
            self._append_all([work])
        except _NotNext:
            return False
        except IntegrityError:
            if self.sitting(work.sitting) is None:
                raise StoreError("no-such-sitting", f"{self._name}: there is no sitting {work.sitting}.") from None
            return False
        return True

    def _append_all(self, works: Sequence[_Append]) -> None:
        """Append everything in one transaction, or nothing. Raises _NotNext or IntegrityError."""
        rows = [row for work in works for row in work.rows]
        endings = [ending for work in works for ending in work.endings]
        with self.write_transaction() as connection:
            if connection.execute(_INSERT_NEXT, rows).rowcount != len(rows):
                raise _NotNext
            if endings:
                connection.execute(_FINISH, endings)

    def latest_sittings(
        self, learner: str, course: str, topic: str, mode: str, limit: int = 20
    ) -> tuple[SittingRecord, ...]:
        """Return at most `limit` sittings of a learner in one mode of a topic, newest first."""
        values = {"learner": learner, "course": course, "topic": topic, "mode": mode, "limit": limit}
        with self.read_connection() as connection:
            rows = connection.execute(_LATEST, values).all()
        return tuple(_records(rows))

    # --- steps, outside of sittings

    def add_step(self, learner: str, step: StepRecord) -> bool:
        """Add a step. Return False if the learner has one with its nonce. Raises StoreError (`no-such-learner`)."""
        try:
            with self.write_transaction() as connection:
                _add_step(connection, learner, step)
        except IntegrityError:
            with self.read_connection() as connection:
                known = connection.execute(select(_learner.c.id).where(_learner.c.id == learner)).scalar()
            if known is None:
                raise StoreError("no-such-learner", f"{self._name}: there is no learner {learner}.") from None
            return False
        return True

    def steps(self, learner: str, course: str, topic: str, mode: str | None = None) -> tuple[StepRecord, ...]:
        """Return a learner's steps in a topic, or in one mode of it, in order."""
        values = {"learner": learner, "course": course, "topic": topic}
        with self.read_connection() as connection:
            if mode is None:
                rows = connection.execute(_STEPS, values).all()
            else:
                rows = connection.execute(_STEPS_OF_MODE, {**values, "mode": mode}).all()
        return tuple(StepRecord(**row._mapping) for row in rows)

    def activity(self, learner: str, since: int) -> tuple[ActivityCount, ...]:
        """Return how many steps and events of each kind a learner made on each day.

        Args:
            since: The first millisecond that counts, since 1970.
        """
        with self.read_connection() as connection:
            rows = connection.execute(_ACTIVITY, {"learner": learner, "since": since}).all()
        return tuple(ActivityCount(**row._mapping) for row in rows)

    # --- runs

    def begin_run(self, run: RunRecord, keep: int | None = None) -> None:
        """Store a run that starts. Raises StoreError (`no-such-learner`).

        Args:
            keep: If set, clear all but the newest `keep` ended runs of this item. Cleared runs are still counted.
        """
        item = {"learner": run.learner, "course": run.course, "topic": run.topic, "item": run.item}
        try:
            with self.write_transaction() as connection:
                connection.execute(_run.insert(), {**vars(run), "figures": list(run.figures)})
                if keep is not None:
                    older = connection.execute(_OLDER_RUNS, {**item, "keep": keep}).scalars().all()
                    for id in older:
                        connection.execute(_CLEAR_RUN, {"run_id": id})
        except IntegrityError:
            message = f"{self._name}: there is no learner {run.learner}, or run {run.id} exists already."
            raise StoreError("no-such-learner", message) from None

    def end_run(
        self,
        id: str,
        at: int,
        result: Mapping[str, Any],
        figures: Sequence[str] = (),
        step: StepRecord | None = None,
    ) -> bool:
        """Store the result of a run, and the step that it was for the learner, if it was one, in one transaction.

        Return False if the run has ended already or does not exist.
        """
        row = {"run_id": id, "at": at, "result_json": dict(result), "figures_json": list(figures)}
        with self.write_transaction() as connection:
            if connection.execute(_END_RUN, row).rowcount != 1:
                return False
            if step is not None:
                learner = connection.execute(select(_run.c.learner).where(_run.c.id == id)).scalar_one()
                _add_step(connection, learner, step)
            return True

    def runs(self, learner: str, course: str, topic: str, item: str, limit: int = 50) -> tuple[RunRecord, ...]:
        """Return at most `limit` runs of a learner for one item, newest first, without figures."""
        values = {"learner": learner, "course": course, "topic": topic, "item": item, "limit": limit}
        with self.read_connection() as connection:
            rows = connection.execute(_RUNS, values).all()
        return tuple(RunRecord(**row._mapping) for row in rows)

    def count_runs(self, learner: str, course: str, topic: str, item: str) -> int:
        """Return how many runs a learner has made for one item."""
        values = {"learner": learner, "course": course, "topic": topic, "item": item}
        with self.read_connection() as connection:
            return int(connection.execute(_COUNT_RUNS, values).scalar_one())

    def run(self, id: str) -> RunRecord | None:
        """Return a run with its figures; None if it does not exist or has been cleared."""
        with self.read_connection() as connection:
            row = connection.execute(_ONE_RUN, {"id": id}).first()
        return RunRecord(**{**row._mapping, "figures": tuple(row.figures or ())}) if row else None

    # --- badges

    def award_badge(self, learner: str, course: str, topic: str, name: str, sitting: str, at: int) -> bool:
        """Award a topic's badge to a learner. Return False if they have it already; it then stays unchanged.

        Raises:
            StoreError: There is no such learner or sitting (`no-such-sitting`).
        """
        badge = BadgeRecord(learner, course, topic, name, sitting, at)
        try:
            with self.write_transaction() as connection:
                connection.execute(_badge.insert(), vars(badge))
        except IntegrityError:
            if any((held.course, held.topic) == (course, topic) for held in self.badges(learner)):
                return False
            message = f"{self._name}: there is no learner {learner}, or no sitting {sitting}."
            raise StoreError("no-such-sitting", message) from None
        return True

    def badges(self, learner: str) -> tuple[BadgeRecord, ...]:
        """Return a learner's badges in the order in which they were earned."""
        with self.read_connection() as connection:
            rows = connection.execute(_BADGES, {"learner": learner}).all()
        return tuple(BadgeRecord(**row._mapping) for row in rows)

    # --- connections

    @property
    def error_counts(self) -> dict[str, int]:
        """The number of failed uses of the database, by the code of the error."""
        return self._errors.counts

    @property
    def connections(self) -> dict[str, int]:
        """The number of connections to the database: `in_use` and `idle`."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        return {"in_use": pool.checkedout(), "idle": pool.checkedin()}

    def check(self) -> None:
        """Raise StoreError unless the database can be read."""
        with self.read_connection() as connection:
            connection.execute(_REVISION).scalar_one()

    @contextmanager
    def read_connection(self) -> Iterator[Connection]:
        """Open a connection for single SELECTs. Raises StoreError."""
        with self._logged_errors(), self._reads.connect() as connection:
            yield connection

    @contextmanager
    def write_transaction(self) -> Iterator[Connection]:
        """Open a transaction that is committed at the end. Raises StoreError."""
        with self._logged_errors(), self._writes.begin() as connection:
            yield connection

    @contextmanager
    def _logged_errors(self) -> Iterator[None]:
        """Raise the database's errors as StoreError, and log them: a caller may have no one to report them to."""
        try:
            with translated_errors(self._name):
                self._check_file()
                yield
                self._check_file()  # Deleted meanwhile: what was committed is lost, and must not be acknowledged.
        except StoreError as error:
            self._errors.add(error)
            raise
        if self._errors.failing:
            self._errors.succeeded()

    def _check_file(self) -> None:
        if self._file is not None:
            self._file.check()


def _fails_alone_too(error: Exception) -> bool:
    """Whether what made a batch fail would make each of its writes fail, after the same wait."""
    return isinstance(error, StoreError) and error.code in ("unreachable", "busy", "too-many-connections", "locked")


def _new_id() -> str:
    """Return 128 random bits as 22 characters that are safe in a URL."""
    return secrets.token_urlsafe(16)


def derived_id(learner: str, *parts: str) -> str:
    """Return an id that these parts always have for a learner: derived from their own, which is random and secret."""
    return urlsafe_b64encode(hashlib.sha256(repr((learner, *parts)).encode()).digest()[:16]).decode().rstrip("=")


def _add_step(connection: Connection, learner: str, step: StepRecord) -> None:
    connection.execute(_step.insert(), step_row(learner, step))


def step_row(learner: str, step: StepRecord) -> dict[str, Any]:
    """Return a learner's step as a row of its table."""
    return {**vars(step), "data": dict(step.data), "learner": learner}


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
    """Yield the sittings in the rows of :func:`_with_events`."""
    for (id, learner, course, topic, mode, started, finished), group in groupby(
        rows, lambda row: row[: len(_SITTING_COLUMNS)]
    ):
        tails = [row[len(_SITTING_COLUMNS) :] for row in group]
        exam = tails[0][0]
        events = tuple(EventRecord(kind, at, data, nonce) for _, nonce, kind, at, data in tails if kind is not None)
        yield SittingRecord(id, learner, course, topic, mode, exam, started, finished, events)
