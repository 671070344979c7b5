"""A learner's progress as a file: written, signed, and read again.

A file is what a stranger may send. It is not even parsed unless this service has signed its very bytes; then it is
checked field by field, each sitting is folded again, and a badge counts only if its sitting earned it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, Strict, TypeAdapter

from practicum import modes, practice
from practicum.application.clock import now
from practicum.application.preferences import MAX_TEXT, Preferences
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.site import Site
from practicum.practice import Exam, RecordError, Sitting
from practicum.practice.strict_json import RECORD, read_record
from practicum.store import BadgeRecord, EventRecord, RunRecord, SittingRecord, StepRecord
from practicum.store.records import fields_of
from practicum.store.transfer import LearnerRecords, add_records, read_records

VERSION = 1
MAX_SIZE = 16 << 20
"""Bytes that a file may have."""
MAX_RUNS_SIZE = 8 << 20
"""Bytes of runs that are written, the newest first."""
_HEAD = '{{"format":"practicum-progress","version":{version},"signature":"{signature}","progress":'
_BEGINNING = re.compile(
    rb'\{"format":"practicum-progress","version":([1-9][0-9]{0,3}),"signature":"([0-9a-f]{64})","progress":'
)

Time = Annotated[int, Strict(), Field(ge=0, lt=1 << 53)]
Slug = Annotated[str, Strict(), Field(max_length=200)]
Name = Annotated[str, Strict(), Field(max_length=50)]


@dataclass(frozen=True)
class _Record:
    __pydantic_config__: ClassVar[ConfigDict] = RECORD


@dataclass(frozen=True)
class FileStep(_Record):
    """A step, as in the table `step`."""

    course: Slug
    topic: Slug
    mode: Name
    item: Slug
    kind: Name
    at: Time
    data: dict[str, Any]
    nonce: Slug | None


@dataclass(frozen=True)
class FileEvent(_Record):
    """An event of a sitting, as in the table `event`."""

    kind: Name
    at: Time
    data: dict[str, Any]
    nonce: Slug | None


@dataclass(frozen=True)
class FileSitting(_Record):
    """A finished sitting with its events."""

    course: Slug
    topic: Slug
    mode: Name
    exam: dict[str, Any]
    started: Time
    finished: Time
    events: list[FileEvent]


@dataclass(frozen=True)
class FileBadge(_Record):
    """A badge, and the index of the sitting in the file that earned it."""

    course: Slug
    topic: Slug
    name: Slug
    earned: Time
    sitting: Annotated[int, Strict(), Field(ge=0)]


@dataclass(frozen=True)
class FileRun(_Record):
    """An ended run of a project, without its figures."""

    course: Slug
    topic: Slug
    mode: Name
    item: Slug
    code: Annotated[str, Strict(), Field(min_length=1)]
    started: Time
    ended: Time
    result: dict[str, Any] | None


@dataclass(frozen=True)
class FileContent(_Record):
    """What a file holds: the value of its field `progress`."""

    exported: Time
    settings: Annotated[str, Strict(), Field(max_length=MAX_TEXT)]
    steps: list[FileStep]
    sittings: list[FileSitting]
    badges: list[FileBadge]
    runs: list[FileRun]


_CONTENT = TypeAdapter(FileContent)


@dataclass(frozen=True)
class Imported:
    """What came of a file."""

    added: int
    """How many records were new."""
    preferences: Preferences


# --- writing


def export_progress(site: Site, token: str, preferences: Preferences, key: bytes) -> bytes:
    """Return the learner's progress as a file, signed with a key.

    A sitting that is not finished is left out: its order of options belongs to open problems, and a copy of it would
    allow a second attempt at them.
    """
    learner = site.learner(token)
    records = read_records(site.store, learner) if learner else LearnerRecords()
    sittings = [one for one in records.sittings if one.finished is not None and _is_readable(one)]
    places = {one.id: number for number, one in enumerate(sittings)}
    content = {
        "exported": now(),
        "settings": preferences.to_text(),
        "steps": [vars(step) for step in records.steps],
        "sittings": [_sitting_json(one) for one in sittings],
        "badges": [
            {**fields_of(one, "learner"), "sitting": places[one.sitting]}
            for one in records.badges
            if one.sitting in places and _earned(sittings[places[one.sitting]])
        ],
        "runs": _run_rows(records.runs),
    }
    body = json.dumps(content, separators=(",", ":")).encode() + b"}"
    return _HEAD.format(version=VERSION, signature=_signature(key, VERSION, body)).encode() + body


def _is_readable(sitting: SittingRecord) -> bool:
    """Whether it can be read again: one damaged record must not spoil the file."""
    try:
        return folded(sitting).finished
    except RecordError:
        return False


def _earned(sitting: SittingRecord | FileSitting) -> bool:
    """Whether a sitting earns its topic's badge."""
    mode = modes.registered().get(sitting.mode)
    return mode is not None and mode.awards_badge and folded(sitting).badge


def _sitting_json(sitting: SittingRecord) -> dict[str, Any]:
    row = fields_of(sitting, "id", "learner")
    return {**row, "events": [vars(event) for event in sitting.events]}


def _run_rows(runs: Sequence[RunRecord]) -> list[dict[str, Any]]:
    """The ended runs in their order, the newest of them if all are too large."""
    rows, size = list[dict[str, Any]](), 0
    for run in sorted((run for run in runs if run.ended is not None), key=lambda run: -run.started):
        row = fields_of(run, "id", "learner", "figures")
        size += len(json.dumps(row))
        if size > MAX_RUNS_SIZE:
            break
        rows.append(row)
    return rows[::-1]


def _signature(key: bytes, version: int, body: bytes) -> str:
    return hmac.new(key, b"%d " % version + body, hashlib.sha256).hexdigest()


# --- reading


def import_progress(site: Site, token: str, data: bytes, key: bytes) -> Imported:
    """Add the progress in a file to the learner's. What they have already stays as it is.

    Raises Refused, and changes nothing, for a file that this service has not signed or that does not hold together.
    """
    content = read_file(data, key)
    records = _records(content)
    added = add_records(site.store, site.enroll(token), records) if len(records) else 0
    return Imported(added, Preferences.from_text(content.settings))


def read_file(data: bytes, key: bytes) -> FileContent:
    """Return what a file holds. Raises Refused for one that this service has not signed, or with other fields."""
    if len(data) > MAX_SIZE:
        raise _refused("file-too-large", f"A file of progress has up to {MAX_SIZE >> 20} MB.", Reason.TOO_LARGE)
    found = _BEGINNING.match(data)
    if found is None:
        raise _refused("not-a-progress-file", "Choose a file that this page has saved.")
    version, body = int(found[1]), data[found.end() :].rstrip()
    if not hmac.compare_digest(found[2].decode(), _signature(key, version, body)):
        raise _refused("not-signed-here", "It was changed since it was saved, or saved by another service.")
    if version != VERSION:
        raise _refused("other-version", f"It has version {version}, and this service reads version {VERSION}.")
    try:
        return read_record(_CONTENT, json.loads(body[:-1]), "progress")
    except (ValueError, RecursionError) as error:
        raise _damaged(error) from error


def _records(content: FileContent) -> LearnerRecords:
    """The records in a file; the number of a sitting in it stands for its id. Raises Refused (damaged)."""
    try:
        sittings = tuple(_sitting(str(number), one) for number, one in enumerate(content.sittings))
        badges = tuple(_badge(content, one) for one in content.badges)
    except (RecordError, LookupError) as error:
        raise _damaged(error) from error
    return LearnerRecords(
        tuple(StepRecord(**vars(step)) for step in content.steps),
        sittings,
        badges,
        tuple(RunRecord(id="", learner="", **vars(run)) for run in content.runs),
    )


def _sitting(id: str, read: FileSitting) -> SittingRecord:
    """The record of a sitting that is finished by its own events. Raises RecordError."""
    if not folded(read).finished:
        raise RecordError(f"sitting {id} is not finished")
    events = tuple(EventRecord(**vars(event)) for event in read.events)
    return SittingRecord(id, "", **{**vars(read), "events": events})


def folded(read: SittingRecord | FileSitting) -> Sitting:
    """Return the state that follows from a sitting's exam and events. Raises RecordError if they are impossible."""
    return Sitting(
        Exam.from_json(read.exam), tuple(practice.event_from_json(dict(event.data)) for event in read.events)
    )


def _badge(content: FileContent, read: FileBadge) -> BadgeRecord:
    """The record of a badge that its sitting has earned. Raises RecordError or LookupError."""
    sitting = content.sittings[read.sitting]
    same = (sitting.course, sitting.topic) == (read.course, read.topic)
    if not (same and _earned(sitting)):
        raise RecordError(f"the badge {read.name!r} was not earned by sitting {read.sitting}")
    return BadgeRecord("", read.course, read.topic, read.name, str(read.sitting), read.earned)


def _damaged(error: Exception) -> Refused:
    return _refused("progress-damaged", f"Its content does not hold together: {error}", Reason.DAMAGED)


def _refused(code: str, message: str, reason: Reason = Reason.INVALID) -> Refused:
    link = Link("/progress", "Your progress")
    return Refused(reason, code, "This file was not accepted", f"{message} Nothing was changed.", link)
