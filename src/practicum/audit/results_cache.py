"""What audits found before, by all content that it depends on, so that what is unchanged is not run again.

A result is stored as soon as it is there: an interrupted audit continues where it was. Data is JSON, so that a file
that another program has written can make results wrong but cannot run code.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from practicum.audit.findings import ItemFinding, Settled, from_json, to_json
from practicum.course.code_fingerprint import code_fingerprint
from practicum.exchange.bank import Item, Remark
from practicum.runner.stop_messages import MACHINE_BUSY

_MAX_AGE = 90 * 24 * 3600
"""Seconds after which a result that was not used is removed."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, content TEXT NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID
"""


@dataclass(frozen=True)
class FileFindings:
    """What the audit of one file found, before its items are compared with others."""

    title: str
    findings: tuple[ItemFinding, ...]
    remarks: tuple[Remark, ...] = ()


class ResultsCache:
    """Results in a SQLite file. Without a file, or where it cannot be used, nothing is remembered."""

    def __init__(self, file: Path | None = None) -> None:
        self._database = _open(file) if file else None
        self._now = int(time.time())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._database is None:
            return
        with contextlib.suppress(sqlite3.Error):
            self._database.execute("DELETE FROM results WHERE used < ?", (self._now - _MAX_AGE,))
            self._database.commit()
        self._database.close()

    def item(self, key: bytes, item: Item) -> ItemFinding | None:
        """Return the finding of an item with this key, in the place where the item is now."""
        with contextlib.suppress(KeyError, TypeError, ValueError):
            if content := self._get(key):
                found = from_json(json.loads(content))
                return replace(found, identifier=item.identifier, path=item.path, line=item.line)
        return None

    def put_item(self, key: bytes, finding: ItemFinding) -> None:
        """Remember a finding, unless it depends on how busy the machine was."""
        if is_lasting(finding):
            self._put(key, json.dumps(to_json(finding), ensure_ascii=True))

    def file(self, key: bytes) -> FileFindings | None:
        """Return the findings of a file with this key."""
        with contextlib.suppress(KeyError, TypeError, ValueError):
            if content := self._get(key):
                data = json.loads(content)
                remarks = tuple(Remark(*remark) for remark in data["remarks"])
                return FileFindings(data["title"], tuple(map(from_json, data["findings"])), remarks)
        return None

    def put_file(self, key: bytes, found: FileFindings) -> None:
        """Remember the findings of a file, unless one of them depends on how busy the machine was."""
        if all(map(is_lasting, found.findings)):
            remarks = [(each.path, each.line, each.identifier, each.code, each.message) for each in found.remarks]
            data = {"title": found.title, "findings": list(map(to_json, found.findings)), "remarks": remarks}
            self._put(key, json.dumps(data, ensure_ascii=True))

    def _get(self, key: bytes) -> str | None:
        if self._database is None:
            return None
        try:
            row = self._database.execute("SELECT content FROM results WHERE key = ?", (key,)).fetchone()
            if row:
                self._database.execute(
                    "UPDATE results SET used = ? WHERE key = ? AND used < ?", (self._now, key, self._now - 3600)
                )
            return str(row[0]) if row else None
        except sqlite3.Error:
            return None

    def _put(self, key: bytes, content: str) -> None:
        if self._database is None:
            return
        with contextlib.suppress(sqlite3.Error):
            self._database.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", (key, content, self._now))
            self._database.commit()


def is_lasting(finding: ItemFinding) -> bool:
    """Whether a finding depends on nothing but its item and the code: not on how busy the machine was."""
    was_busy = finding.reason == MACHINE_BUSY.message or finding.reason.startswith("The run was not started")
    return not (finding.settled is Settled.COULD_NOT_RUN and was_busy)


def item_key(item: Item, *conditions: str) -> bytes:
    """Return the key of an item's result: its content without its place, the conditions, and practicum's code."""
    return content_digest(
        repr(replace(item, identifier="", path="", line=0)).encode("utf-8", "surrogatepass"), *conditions
    )


def content_digest(content: bytes, *conditions: str) -> bytes:
    """Return the digest of content, conditions, and the code that runs: practicum's, Python's, and all packages."""
    digest = hashlib.blake2b(code_fingerprint(), digest_size=32)
    for part in (content, *(text.encode("utf-8", "surrogatepass") for text in conditions)):
        digest.update(f"{len(part)}:".encode())
        digest.update(part)
    return digest.digest()


def _open(file: Path) -> sqlite3.Connection | None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = sqlite3.connect(file, timeout=5)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute(_SCHEMA)
        return database
    except (OSError, sqlite3.Error):
        return None
