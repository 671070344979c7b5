"""The files of a bank are found, and what they show together holds for each."""

from __future__ import annotations

import json
from pathlib import Path

from practicum.exchange import ColumnMap
from practicum.exchange.bank_files import find_sources, read_bank


def write(file: Path, *keys: int) -> None:
    file.write_text(json.dumps([{"question": "Which?", "options": list("wxyz"), "answer": key} for key in keys]))


def keys(folder: Path, columns: ColumnMap | None = None) -> list[list[int]]:
    found = [read_bank(source) for source in find_sources([folder], columns=columns).sources]
    choices = [item.answer for bank in found for item in bank.items]
    return [[at for at, option in enumerate(choice.options) if option.key] for choice in choices]


def test_a_file_counts_as_the_others_of_its_folder_do(tmp_path: Path) -> None:
    """Its own keys do not show whether they count from 0; those beside it do."""
    write(tmp_path / "a.json", 1, 2)

    assert keys(tmp_path) == [[], []]
    write(tmp_path / "b.json", 0)
    assert keys(tmp_path) == [[1], [2], [0]]


def test_the_guess_can_be_named(tmp_path: Path) -> None:
    """As it is shown: reading with it changes nothing."""
    write(tmp_path / "a.json", 1, 2)
    write(tmp_path / "b.json", 0)
    [shown] = {str(source.columns) for source in find_sources([tmp_path]).sources}

    assert keys(tmp_path, ColumnMap.parse(shown)) == keys(tmp_path)


def test_a_named_way_to_count_holds_for_all_files(tmp_path: Path) -> None:
    write(tmp_path / "a.json", 1, 2)
    write(tmp_path / "b.json", 3)

    assert keys(tmp_path, ColumnMap.parse("key-as=index-from-1")) == [[0], [1], [2]]
