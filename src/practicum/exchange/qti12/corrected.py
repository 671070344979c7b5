"""A QTI 1.2 export with other keys: only the conditions that give the points change."""

from __future__ import annotations

from collections.abc import Mapping

from practicum.exchange.archive import is_archive, replace_files
from practicum.exchange.bank import Choice
from practicum.exchange.base import BankFile, NotInFormat
from practicum.exchange.item_reading import Collected
from practicum.exchange.qti12.package import Document, Package, is_readable, items_of, read_package
from practicum.exchange.qti12.reader import ItemReader, read_qti12
from practicum.exchange.xml_parsing import Source, escaped, replaced


def correct_qti12(file: BankFile, keys: Mapping[str, frozenset[int]]) -> bytes:
    """Return the content with these options as keys. Raises UnreadableBank, NotInFormat."""
    wanted = _changed_keys(file, keys)
    if not wanted:
        return file.content
    package = read_package(file)
    collected = Collected(file.path)
    changed: dict[str, bytes] = {}
    at = 0
    for document in package.documents:
        if is_readable(document):
            content, at = _corrected(document, package, collected, wanted, at)
            if content != document.file.content:
                changed[document.member] = content
    return replace_files(file, changed) if is_archive(file.content) else changed.get("", file.content)


def _changed_keys(file: BankFile, keys: Mapping[str, frozenset[int]]) -> dict[str, frozenset[int]]:
    """The keys that differ from those of the bank."""
    choices = {item.identifier: item.answer for item in read_qti12(file).items if isinstance(item.answer, Choice)}
    return {
        identifier: wanted
        for identifier, wanted in keys.items()
        if identifier in choices
        and wanted != {at for at, option in enumerate(choices[identifier].options) if option.key}
    }


def _corrected(
    document: Document, package: Package, collected: Collected, keys: Mapping[str, frozenset[int]], at: int
) -> tuple[bytes, int]:
    """A document with other keys, and the number of its last item."""
    source = Source(document.file)
    changes: dict[tuple[int, int], bytes] = {}
    for element in items_of(source.root):
        at += 1
        identifier = collected.unique(element.get("ident") or "", at)
        if identifier in keys:
            reader = ItemReader(element, document, package, Collected(document.file.path), at)
            changes |= _change(source, document.file.content, reader, keys[identifier])
    return replaced(document.file.content, changes), at


def _change(source: Source, content: bytes, reader: ItemReader, keys: frozenset[int]) -> dict[tuple[int, int], bytes]:
    if len(reader.scored) != 1:
        raise NotInFormat(
            "format-not-corrected",
            f"{reader.document.file.path}:{reader.element.sourceline}: the points of this question come from "
            f"{len(reader.scored)} conditions. Correct it by hand.",
        )
    [condition] = reader.scored
    span = source.span(condition.test)
    prefix = f"{condition.test.prefix}:" if condition.test.prefix else ""
    indent = content[span.opened : span.closed]
    before = indent[: len(indent) - len(indent.lstrip())]
    after = indent[len(indent.rstrip()) :] if indent.strip() else b""
    return {(span.opened, span.closed): before + _test(reader, keys, prefix).encode() + after}


def _test(reader: ItemReader, keys: frozenset[int], prefix: str) -> str:
    """What a response must be: for several, all that are right and none that is not."""
    response = escaped(reader.responses[0].get("ident") or "")

    def picked(at: int) -> str:
        ident = escaped(reader.labels[at].get("ident") or "")
        return f'<{prefix}varequal respident="{response}">{ident}</{prefix}varequal>'

    if reader.responses[0].get("rcardinality") == "Multiple":
        parts = [
            picked(at) if at in keys else f"<{prefix}not>{picked(at)}</{prefix}not>" for at in range(len(reader.labels))
        ]
        return f"<{prefix}and>{''.join(parts)}</{prefix}and>"
    parts = [picked(at) for at in sorted(keys)]
    return parts[0] if len(parts) == 1 else f"<{prefix}or>{''.join(parts)}</{prefix}or>"
