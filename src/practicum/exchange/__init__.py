"""The registry of formats of question banks: one module or folder per format, and a line here or in an entry point."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from practicum import registry
from practicum.exchange.anki import Anki
from practicum.exchange.bank import ColumnMap
from practicum.exchange.base import BankFile, Format, NotInFormat, UnreadableBank
from practicum.exchange.gift import Gift
from practicum.exchange.jupyterquiz import JupyterQuiz
from practicum.exchange.markdown_quiz import MarkdownQuiz
from practicum.exchange.moodle_xml import MoodleXml
from practicum.exchange.notebook import Myst, Notebook
from practicum.exchange.qti12 import Qti12
from practicum.exchange.qti30 import Qti30
from practicum.exchange.table import CsvFormat, JsonFormat
from practicum.exchange.text2qti import Text2Qti

GROUP = "practicum.formats"
"""The entry-point group in which other packages declare their formats, each an instance of `Format`."""

BUILTIN: tuple[Format, ...] = (
    MoodleXml(),
    Qti12(),
    Qti30(),
    Anki(),
    Notebook(),
    Myst(),
    JupyterQuiz(),
    JsonFormat(),
    CsvFormat(),
    Gift(),
    Text2Qti(),
    MarkdownQuiz(),
)
"""The first that recognizes a file reads it, so those that look into a file come before those that trust its ending."""


@cache
def registered() -> Mapping[str, Format]:
    """All formats by name, the built-in ones first. Raises PluginError for an entry point that cannot be used."""
    return registry.load(GROUP, BUILTIN, Format)


def get(name: str) -> Format:
    """The format of that name. Raises KeyError."""
    return registered()[name]


def recognize(file: BankFile) -> Format | None:
    """The format that a file seems to have, or None."""
    return next((form for form in registered().values() if form.is_read and form.recognizes(file)), None)


__all__ = [
    "BUILTIN",
    "GROUP",
    "BankFile",
    "ColumnMap",
    "Format",
    "NotInFormat",
    "UnreadableBank",
    "get",
    "recognize",
    "registered",
]
