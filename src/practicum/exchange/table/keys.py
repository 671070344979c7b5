"""What the key of a table means, decided by the evidence of the whole table.

A key `2` may count from 0 or from 1, or be an option's text. Each way to read keys is tried on every item. A way that
explains keys which its rival cannot explain wins over it; where two ways that both remain disagree, the key is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

from practicum.exchange.json_source import Json, Number
from practicum.exchange.table.names import plain
from practicum.exchange.table.options import TableOption, scalar

Options = Sequence[TableOption]
Right = frozenset[int]

TEXT, LETTER, LABEL, FROM_0, FROM_1 = "text", "letter", "label", "index-from-0", "index-from-1"
COUNTS = {FROM_0: 0, FROM_1: 1}
MAJORITY = 9
"""How many keys must speak for a way to read them for each one that speaks for its rival."""

LETTERED = re.compile(r"(?:option|choice|answer)?[\s_-]*\(?([a-z])(?:[.):]+\s*(.*))?", re.I | re.S)
_INTEGER = re.compile(r"[+-]?\d{1,4}(?:\.0+)?")


@dataclass(frozen=True)
class AskedRow:
    """The options and the key of a row, before it is known what the key means."""

    options: tuple[TableOption, ...]
    key: Json
    place: int | None = None
    """The number of the option that is the key: the one in its column."""

    @cached_property
    def flagged(self) -> Right | None:
        """The right options, if each says itself whether it is, or the key is a list with a boolean for each."""
        flags = [option.right for option in self.options]
        if isinstance(self.key, list) and self.key and all(isinstance(flag, bool) for flag in self.key):
            flags = self.key if len(self.key) == len(self.options) else []
        elif isinstance(self.key, dict) and set(map(type, self.key.values())) == {bool}:
            flags = [
                next((self.key[name] for name in self.key if plain(name) in option.labels), None)
                for option in self.options
            ]
        known = bool(flags) and any(flag is not None for flag in flags)
        return frozenset(at for at, flag in enumerate(flags) if flag) if known else None

    @cached_property
    def readings(self) -> Mapping[str, Right]:
        """What the key means by each way that explains it."""
        found = {way: _read(self.key, self.options, read) for way, read in WAYS.items()}
        return {way: right for way, right in found.items() if right is not None}

    @property
    def has_key(self) -> bool:
        return self.flagged is not None or self.key not in (None, "", [], {})


@dataclass(frozen=True)
class KnownKey:
    """The right options of a row, or why they are not known."""

    right: Right = frozenset()
    way: str = ""
    problem: str = ""
    """`key-missing`, `key-not-an-option`, `key-ambiguous`, or empty."""
    ways: tuple[str, ...] = ()
    """By which ways an ambiguous key could be read."""


@dataclass(frozen=True)
class KeyEvidence:
    """What the keys of a table, or of several with the same columns, say about how they are read."""

    rows: tuple[AskedRow, ...]
    named: str = ""
    """The way that a person named: it wins over each that disagrees with it."""

    @cached_property
    def _read(self) -> list[Mapping[str, Right]]:
        return [row.readings for row in self.rows if row.flagged is None and row.has_key and row.place is None]

    def only(self, way: str, rival: str) -> int:
        """How many keys a way explains that its rival does not."""
        return sum(way in found and rival not in found for found in self._read)

    @cached_property
    def rivals(self) -> set[tuple[str, str]]:
        """Pairs of ways that cannot both be meant: those that count, and those that disagree about a key."""
        pairs = permutations(WAYS, 2)
        return {
            pair for pair in pairs if set(pair) == set(COUNTS) or any(_disagree(found, *pair) for found in self._read)
        }

    @cached_property
    def ways(self) -> tuple[str, ...]:
        """The ways that no rival has won over."""
        return tuple(way for way in WAYS if not any(self._wins(rival, way) for rival in WAYS))

    def _wins(self, way: str, rival: str) -> bool:
        if (way, rival) not in self.rivals or rival == self.named:
            return False
        # A table that labels its options `option1`, `option2` means these numbers, unless its keys say otherwise.
        speaking = self.only(way, rival) + (way == LABEL)
        return way == self.named or speaking >= max(1, MAJORITY * self.only(rival, way))

    def key_of(self, row: AskedRow) -> KnownKey:
        """The right options of one of the rows."""
        if row.flagged is not None:
            return KnownKey(row.flagged) if row.flagged else KnownKey(problem="key-missing")
        if not row.has_key:
            return KnownKey(problem="key-missing")
        if row.place is not None:
            return KnownKey(frozenset({row.place}), TEXT)
        ways = tuple(way for way in self.ways if way in row.readings)
        meant = {row.readings[way] for way in ways}
        doubtful = ways + tuple(self._contesting(ways))
        if len(meant) > 1 or doubtful != ways:
            return KnownKey(problem="key-ambiguous", ways=doubtful)
        return KnownKey(meant.pop(), ways[0]) if meant else KnownKey(problem="key-not-an-option")

    def _contesting(self, ways: Sequence[str]) -> list[str]:
        """The other way to count, if keys speak for both and neither has won."""
        counts = [way for way in ways if way in COUNTS]
        return [
            rival
            for rival in self.ways
            if rival in COUNTS and counts and rival not in ways and self.only(rival, counts[0])
        ]


def _disagree(found: Mapping[str, Right], way: str, rival: str) -> bool:
    return way in found and rival in found and found[way] != found[rival]


def _read(key: Json, options: Options, read: Callable[[Json, Options], Right | None]) -> Right | None:
    """The options that a key means, one or a list of them, or None if one is not among them."""
    whole = None if isinstance(key, list | dict) else read(key, options)
    if whole is not None or isinstance(key, dict):
        return whole
    if isinstance(key, Number | bool):
        return None
    parts = key if isinstance(key, list) else _parts(scalar(key), read is _by_text)
    found = [None if isinstance(part, list | dict) else read(part, options) for part in parts]
    if not found or None in found:
        return None
    return frozenset().union(*(right for right in found if right))


def _parts(key: str, texts: bool) -> list[str]:
    """Several keys in one text: `A, C`, `A and C`, `AC`."""
    parts = [
        part.strip() for part in re.split(r"[;|\n]" if texts else r"[;|,\n/&+\s]+(?:and\s+)?", key) if part.strip()
    ]
    if len(parts) == 1 and not texts and re.fullmatch(r"[A-J]{2,10}", key) and list(key) == sorted(set(key)):
        return list(key)
    return parts if len(parts) > 1 else []


def _by_text(key: Json, options: Options) -> Right | None:
    """All options with this text: exactly, or else apart from case and blanks."""
    if isinstance(key, Number) and not all(option.is_number for option in options):
        return None
    text = scalar(key)
    for same in (str.strip, lambda found: " ".join(found.split()).casefold()):
        right = frozenset(at for at, option in enumerate(options) if same(option.text) == same(text))
        if right:
            return right
    return None


def _by_letter(key: Json, options: Options) -> Right | None:
    found = LETTERED.fullmatch(scalar(key).strip())
    if not found or isinstance(key, bool):
        return None
    at = ord(found[1].lower()) - ord("a")
    return frozenset({at}) if at < len(options) and found[2] in (None, "", options[at].text.strip()) else None


def _by_label(key: Json, options: Options) -> Right | None:
    text = plain(scalar(key))
    return frozenset(at for at, option in enumerate(options) if text in option.labels) or None if text else None


def _counting(first: int) -> Callable[[Json, Options], Right | None]:
    def read(key: Json, options: Options) -> Right | None:
        text = scalar(key).strip()
        if isinstance(key, bool) or not _INTEGER.fullmatch(text):
            return None
        at = int(float(text)) - first
        return frozenset({at}) if 0 <= at < len(options) else None

    return read


WAYS: Mapping[str, Callable[[Json, Options], Right | None]] = {
    TEXT: _by_text,
    LETTER: _by_letter,
    LABEL: _by_label,
    FROM_0: _counting(0),
    FROM_1: _counting(1),
}
"""Each way to read a key: what it means by it, or None if it means nothing."""
