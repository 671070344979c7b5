"""Notebooks as Jupyter saves them: JSON of version 4 of its format."""

from __future__ import annotations

import base64
import json
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from practicum.exchange import json_source
from practicum.exchange.json_source import Value
from practicum.exchange.notebook.cells import CODE, KERNEL, MARKDOWN, Cell, parsed_metadata
from practicum.exchange.source_text import Edit, SourceText, without_surrogates


def read_cells(source: SourceText) -> list[Cell]:
    """The cells of a notebook. Raises UnreadableBank."""
    top = json_source.parse(source)
    listed = top.value.get("cells") if isinstance(top.value, dict) else None
    if not isinstance(listed, list):
        message = "The file is no notebook of version 4 of Jupyter's format. Open it in Jupyter and save it again."
        raise source.refused("not-notebook", message, top.start)
    place = json_source.member(source.text, top.start, "cells")
    return [_cell(value, source) for value in json_source.members(source.text, place.start)] if place else []


def _cell(value: Value, source: SourceText) -> Cell:
    fields: dict[str, Any] = value.value if isinstance(value.value, dict) else {}
    name = fields.get("id")
    return Cell(
        str(fields.get("cell_type")),
        without_surrogates(_joined(fields.get("source"))),
        attachments=dict(_attachments(fields.get("attachments"))),
        id=without_surrogates(name) if isinstance(name, str) else "",
        place=value.start,
        line=source.line_at(value.start),
        **parsed_metadata(fields.get("metadata")),
    )


def _joined(source: object) -> str:
    parts = source if isinstance(source, list) else [source]
    return "".join(part for part in parts if isinstance(part, str))


def _attachments(attachments: object) -> Iterator[tuple[str, str]]:
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        for content in bundle.values() if isinstance(bundle, dict) else ():
            yield name, _joined(content)
            break


def write_cells(cells: Iterable[Cell], resources: Mapping[str, bytes]) -> bytes:
    """The notebook of these cells, with the files that their texts refer to as attachments."""
    listed = [_written(number, cell, resources) for number, cell in enumerate(cells, 1)]
    notebook = {"cells": listed, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _written(number: int, cell: Cell, resources: Mapping[str, bytes]) -> dict[str, Any]:
    source = cell.source
    attachments: dict[str, dict[str, str]] = {}
    for at, (path, content) in enumerate(resources.items() if cell.kind == MARKDOWN else ()):
        if f"]({path})" in source:
            name = PurePosixPath(path).name
            name = f"{at}-{name}" if name in attachments else name
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            attachments[name] = {kind: base64.b64encode(content).decode()}
            source = source.replace(f"]({path})", f"](attachment:{name})")
    run: dict[str, Any] = {"execution_count": None, "outputs": []} if cell.kind == CODE else {}
    attached = {"attachments": attachments} if attachments else {}
    lines = without_surrogates(source).splitlines(keepends=True)
    return {
        "cell_type": cell.kind,
        "id": f"cell-{number}",
        "metadata": cell.metadata,
        **attached,
        **run,
        "source": lines,
    }


def edits(source: SourceText, cell: Cell, changed: str) -> Iterator[Edit]:
    """The edits that give a cell another text of the same length, line by line."""
    text = json_source.member(source.text, cell.place, "source")
    if text is None:
        return
    parts = json_source.members(source.text, text.start) if isinstance(text.value, list) else [text]
    at = 0
    for part in parts:
        if isinstance(part.value, str):
            end = at + len(part.value)
            if changed[at:end] != part.value:
                yield Edit(part.start, part.end, json_source.dumped(changed[at:end]))
            at = end
