"""Writes banks back with the keys that the runs have settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from practicum.audit.findings import ItemFinding
from practicum.exchange import NotInFormat
from practicum.exchange.bank import Remark
from practicum.exchange.bank_files import Source


@dataclass(frozen=True)
class Change:
    """A key that was corrected."""

    place: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place}: {_listed(self.before)} → {_listed(self.after)}"


@dataclass(frozen=True)
class FixedBank:
    """A file with corrected keys."""

    source: Source
    content: bytes
    changes: tuple[Change, ...]
    refused: tuple[Remark, ...] = ()
    """Why its keys could not be corrected."""


def fix_banks(sources: Sequence[Source], findings: Sequence[ItemFinding]) -> list[FixedBank]:
    """Return all files, each with the keys that are proposed for its items."""
    by_file: Mapping[str, list[ItemFinding]] = defaultdict(list)
    for finding in findings:
        if finding.proposed:
            by_file[_file_of(finding, sources)].append(finding)
    return [_fix(source, by_file[source.file.path]) for source in sources]


def _file_of(finding: ItemFinding, sources: Sequence[Source]) -> str:
    """Return the file that an item was read from: its path, or the archive that its path is in."""
    paths = [source.file.path for source in sources]
    return next((path for path in paths if finding.path == path or finding.path.startswith(f"{path}/")), finding.path)


def _fix(source: Source, findings: Sequence[ItemFinding]) -> FixedBank:
    if not findings:
        return FixedBank(source, source.file.content, ())
    keys = {finding.identifier: frozenset(finding.proposed) for finding in findings}
    try:
        content = source.form.correct(source.file, keys, source.columns)
    except NotInFormat as error:
        return FixedBank(source, source.file.content, (), (Remark(source.file.path, 0, "", error.code, error.message),))
    return FixedBank(source, content, tuple(map(_change, findings)))


def _change(finding: ItemFinding) -> Change:
    before = tuple(option.text for option in finding.options if option.key)
    return Change(finding.place, before, tuple(finding.options[number].text for number in finding.proposed))


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(" ".join(text.split()) for text in texts) or "no key"
