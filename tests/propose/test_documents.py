"""`docs/propose.md` lists every key of candidates, and its example is kept."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from practicum.propose.candidate import Candidate, CandidateOption
from practicum.propose.mutation import MOST
from practicum.runner import Pool
from tests.documents import DOCS, paragraphs_with, section, tables
from tests.propose.test_command import propose


@pytest.mark.parametrize(("heading", "record"), [("Candidates", Candidate), ("Options", CandidateOption)])
def test_the_table_has_every_key_with_its_default(heading: str, record: type) -> None:
    table = tables(section(heading, "generated questions"))[0]
    required = {each.name for each in fields(record) if each.default is each.default_factory is MISSING}

    assert table.keys() == {each.name for each in fields(record)}
    assert {name for name, cells in table.items() if cells[-1] == "required"} == required
    for each in fields(record):
        if each.default not in (MISSING, "", ()):
            assert table[each.name][-1].strip("`") == str(each.default).lower()


def test_the_example_is_kept_unchanged(tmp_path: Path, pool: Pool) -> None:
    text = (DOCS / "propose.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```json candidates\n(.*?)^```", text, re.S | re.M)
    result = propose(pool, tmp_path, json.loads(example)["candidates"], "--json")
    report = json.loads(result.stdout)

    assert result.exit_code == 0
    assert [(kept["changes"], kept["findings"]) for kept in report["kept"]] == [([], [])]


def test_the_number_of_replacements_is_documented() -> None:
    assert paragraphs_with("is replaced and proved again", f"up to {MOST} times")
