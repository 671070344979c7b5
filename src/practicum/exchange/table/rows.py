"""A plain table: the rows of a file, whatever its syntax."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from practicum.exchange.json_source import Json
from practicum.exchange.source_text import Edit, SourceText


@dataclass(frozen=True)
class Row:
    """One row: its values by the names of the columns."""

    values: Mapping[str, Json]
    place: int
    """The character of the file at which it starts."""
    name: str = ""
    """What the file calls it by, if it does so outside the row."""
    category: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table(ABC):
    """The rows of a file, and how a value in it is replaced."""

    source: SourceText
    rows: tuple[Row, ...]
    title: str = ""
    licence: str = ""
    origin: str = ""
    unread: tuple[str, ...] = ()
    """What the file says outside its rows that is not read."""

    @abstractmethod
    def edit(self, row: Row, path: tuple[str | int, ...], value: Json) -> Edit | None:
        """What puts a value in the place of another, or None if the row has none there."""
