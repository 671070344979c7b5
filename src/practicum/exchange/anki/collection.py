"""The database of an Anki package, read from memory: a package comes from a stranger, and so does its database.

Only stored rows are read. A view, a trigger, a virtual table or a computed column could do anything, so a database with
one is refused.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from practicum.exchange.archive import MAX_FILE, Archive
from practicum.exchange.bank import Remark
from practicum.exchange.base import UnreadableBank

_DATABASES = ("collection.anki21", "collection.anki2")
"""The one to prefer first: packages for both contain a note that asks to update in the other."""
_COMPRESSED = "collection.anki21b"
_STEPS = 100_000
"""Instructions of SQLite between two looks at how many there were."""
_MAX_LOOKS = 5_000
_MAGIC = b"SQLite format 3\0"
_COMPUTED = re.compile(r"\bcreate\s+virtual\b|\bas\s*\(|\bgenerated\b", re.IGNORECASE)
"""A table whose rows are not stored."""
_SEPARATOR = "\x1f"
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True)
class NoteType:
    """What notes of a type contain, and how the first of their cards shows it."""

    name: str
    fields: tuple[str, ...]
    front: str
    back: str
    cards: int


@dataclass(frozen=True)
class Note:
    """What cards are made of."""

    guid: str
    type: NoteType
    fields: Mapping[str, str]
    """HTML by the name of the field."""
    tags: tuple[str, ...]
    deck: tuple[str, ...]
    """From the outermost to the innermost."""


@dataclass(frozen=True)
class Collection:
    """The content of a package."""

    notes: tuple[Note, ...]
    media: Mapping[str, bytes]
    """Files by the name that fields refer to them with."""

    @cached_property
    def root(self) -> str:
        """The deck that contains all others, or an empty text."""
        outermost = {note.deck[0] for note in self.notes if note.deck}
        return outermost.pop() if len(outermost) == 1 else ""


def read_collection(archive: Archive) -> Collection:
    """Return the notes and media of a package.

    Raises:
        UnreadableBank: There is no database, or none that can be read. Codes: `not-anki`, `new-anki-package`,
            `broken-database`, `hostile-database`.
    """
    if _COMPRESSED in archive.files:
        message = "The package is for new versions of Anki only. Export it with “Support older Anki versions” checked."
        raise _unreadable(archive, "new-anki-package", message)
    name = next((name for name in _DATABASES if name in archive.files), None)
    if name is None:
        raise _unreadable(archive, "not-anki", "The archive contains no collection of Anki.")
    try:
        return Collection(tuple(_notes(archive, archive.files[name])), _media(archive))
    except (sqlite3.Error, sqlite3.Warning, *_DAMAGED) as error:
        message = f"The database of the package is damaged ({error}). Export it again."
        raise _unreadable(archive, "broken-database", message) from None


def _notes(archive: Archive, content: bytes) -> Iterator[Note]:
    with _opened(content) as database:
        for type, sql in database.execute("SELECT type, sql FROM sqlite_master"):
            if type not in ("table", "index") or _COMPUTED.search(str(sql)):
                message = "The database of the package contains more than tables. Export it again."
                raise _unreadable(archive, "hostile-database", message)
        models, decks = database.execute("SELECT models, decks FROM col").fetchone()
        types = {int(key): _note_type(model) for key, model in _object(models).items()}
        names = {int(key): tuple(_text(deck["name"]).split("::")) for key, deck in _object(decks).items()}
        home: dict[int, tuple[str, ...]] = {}
        for note, deck in database.execute("SELECT nid, did FROM cards ORDER BY nid, ord"):
            home.setdefault(note, names.get(deck, ()))
        left = len(content)
        for id, guid, type, tags, fields in database.execute("SELECT id, guid, mid, tags, flds FROM notes ORDER BY id"):
            left -= len(_text(fields))
            if left < 0:
                raise ValueError("its notes are longer than the file")
            values = dict(zip(types[type].fields, _text(fields).split(_SEPARATOR), strict=False))
            yield Note(_text(guid), types[type], values, tuple(_text(tags).split()), home.get(id, ()))


@contextmanager
def _opened(content: bytes) -> Iterator[sqlite3.Connection]:
    """A database in memory from which tables are read, and nothing else, within bounds."""
    if not content.startswith(_MAGIC):
        raise ValueError("it is no database of SQLite")
    with closing(sqlite3.connect(":memory:")) as database:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_FILE)
        database.deserialize(content)
        database.text_factory = lambda text: text.decode("utf-8", "replace")
        for setting in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
            database.execute(f"PRAGMA {setting}")
        database.set_authorizer(_allowed)
        looks = iter(range(_MAX_LOOKS))
        database.set_progress_handler(lambda: next(looks, None) is None, _STEPS)
        yield database


def _allowed(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ) else sqlite3.SQLITE_DENY


def _note_type(model: Mapping[str, Any]) -> NoteType:
    templates = model["tmpls"]
    fields = tuple(_text(field["name"]) for field in model["flds"])
    return NoteType(
        _text(model["name"]), fields, _text(templates[0]["qfmt"]), _text(templates[0]["afmt"]), len(templates)
    )


def _media(archive: Archive) -> dict[str, bytes]:
    """The files by their names. Those that are listed and missing are left out."""
    listed = _object(archive.files.get("media", b"{}"))
    return {_text(name): archive.files[number] for number, name in listed.items() if number in archive.files}


def _object(content: str | bytes) -> dict[str, Any]:
    value = json.loads(content)
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def _text(value: object) -> str:
    """A text without halves of surrogate pairs, which JSON can contain."""
    return str(value).encode("utf-8", "replace").decode()


def _unreadable(archive: Archive, code: str, message: str) -> UnreadableBank:
    return UnreadableBank([Remark(archive.path, 0, "", code, message)])
