"""Finds the files of question banks below paths, and reads them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from practicum import exchange
from practicum.exchange import BankFile, ColumnMap, Format
from practicum.exchange.bank import Bank, Remark
from practicum.exchange.source_text import MAX_BYTES


@dataclass(frozen=True)
class Source:
    """A file of a bank, and where it is."""

    file: BankFile
    location: Path
    form: Format
    columns: ColumnMap | None = None
    """Which columns of a plain table contain what, as far as it is named or the other files of its folder show it."""


@dataclass(frozen=True)
class Sources:
    """The files below the paths of one audit."""

    sources: tuple[Source, ...]
    unreadable: tuple[Remark, ...]


def find_sources(paths: Sequence[Path], form: Format | None = None, columns: ColumnMap | None = None) -> Sources:
    """Return the files of banks at or below these paths.

    Args:
        paths: Files and folders. Files of a folder that no format recognizes are left out.
        form: The format of all files; None to recognize each.
        columns: Which columns of plain tables contain what; None to guess it.
    """
    found: list[Source] = []
    unreadable: list[Remark] = []
    for path in paths:
        below: list[Source] = []
        for location, name in _files(path):
            source = _source(location, name, form, is_named=path == location)
            if isinstance(source, Source):
                below.append(source)
            elif source is not None:
                unreadable.append(source)
        found += _with_columns(below, columns)
    return Sources(tuple(found), tuple(unreadable))


def read_bank(source: Source) -> Bank:
    """Return the bank in a file. Raises UnreadableBank, NotInFormat."""
    return source.form.read(source.file, source.columns)


def _with_columns(sources: Sequence[Source], columns: ColumnMap | None) -> list[Source]:
    """The files below one path, with what those of a format show together about their columns."""
    shared = {
        form: iter(form.shared_columns([source.file for source in sources if source.form is form], columns))
        for form in dict.fromkeys(source.form for source in sources)
    }
    return [replace(source, columns=next(shared[source.form])) for source in sources]


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files at or below a path, each with the name that it is reported by. Links in folders are left out."""
    if not path.is_dir():
        yield path, str(path)
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            location = Path(folder, name)
            if not name.startswith(".") and not location.is_symlink():
                yield location, str(location)


def _source(location: Path, name: str, form: Format | None, *, is_named: bool) -> Source | Remark | None:
    try:
        if location.stat().st_size > MAX_BYTES:
            message = f"it is larger than {MAX_BYTES >> 20} MiB, the most that a bank may have"
            return Remark(name, 0, "", "file-too-large", message) if is_named or form else None
        content = location.read_bytes()
    except OSError as error:
        return Remark(name, 0, "", "file-not-readable", error.strerror or str(error))
    file = BankFile(name.replace(os.sep, "/"), content)
    form = form or exchange.recognize(file)
    if form is not None:
        return Source(file, location, form)
    if not is_named:
        return None
    return Remark(name, 0, "", "unknown-format", "it is in no format that is read. Name it with --format")


def listed(remarks: Iterable[Remark]) -> str:
    """Return remarks, one per line."""
    return "\n".join(map(str, remarks))
