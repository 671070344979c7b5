"""`docs/format.md` says all that the reader and the prover know, and no more; its examples and the guide's are run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from practicum import kinds, modes
from practicum.course import (
    diagnostics,
    files,
    page_functions,
    problem,
    problem_markdown,
    template_sandbox,
    toml_tables,
)
from practicum.kinds.choice import FORMS
from practicum.kinds.choice.claims import Claims
from practicum.kinds.predict import Predict
from practicum.kinds.project import GOAL
from practicum.model import Evidence, Level, OptionFinding, Outcome, VariantFinding, Verdict
from practicum.prove import evidence, experiments, judging, repeated_runs
from practicum.runner import Pool
from tests.conftest import ROOT
from tests.course.making import read_problem
from tests.kinds.settling import settle

FORMAT = (ROOT / "docs/format.md").read_text()
AUTHOR = (ROOT / "docs/author.md").read_text()


def section(heading: str) -> str:
    """What stands below a heading, up to the next of its rank or above."""
    (rank, _, _) = heading.partition(" ")
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(rank)}}} |\Z)", FORMAT, re.S | re.M)
    assert found, f"docs/format.md has no section {heading!r}"
    return found[1]


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of a section's first table, by their first cell without its backticks."""
    table = re.search(r"^\|.*?(?=^[^|]|\Z)", section(heading), re.S | re.M)
    assert table
    cells = [re.split(r" *\| *", line.strip(" |")) for line in table[0].strip().split("\n")[2:]]
    return {row[0].strip("| `"): row[1:] for row in cells}


def spans(text: str) -> set[str]:
    """The code spans of a text."""
    return set(re.findall(r"`([^`\n]+)`", text))


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, bool]]:
    """A table's keys, those of tables within it dotted, and whether each is required."""
    for name, field in model.model_fields.items():
        inner = toml_tables.INNER.get(name)
        if inner:
            yield from keys(inner, f"{name}.")
        else:
            yield f"{prefix}{name}", field.is_required() and not prefix


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("### `course.toml`", toml_tables.CourseTable),
        ("### `topic.toml`", toml_tables.TopicTable),
        ("### Front matter", toml_tables.ProblemTable),
    ],
)
def test_every_key_of_a_table_is_documented_with_its_default(heading: str, model: type[BaseModel]) -> None:
    """The tables list exactly the keys that are read, and what holds where one is left out."""
    found = rows(heading)

    assert {name: cells[-1].rstrip(" |") == "required" for name, cells in found.items()} == dict(keys(model))
    for name, field in model.model_fields.items():
        if isinstance(field.default, (int, str)) and field.default:
            assert found[name][-1].strip("` |") == str(field.default)


def test_every_level_is_documented() -> None:
    """By its word."""
    assert {str(level) for level in Level} <= spans(rows("### Front matter")["level"][0])


def test_every_role_is_documented() -> None:
    """As the first line of its fence."""
    known = {f"{language} {role}" for language, roles in problem_markdown.ROLES.items() for role in roles}

    assert set(rows("### The body")) == known
    assert {f"{role}.py" for role in problem.FILE_ROLES} < spans(section("### The body"))


def test_every_kind_is_documented_with_its_roles() -> None:
    """And no other is."""
    found = {name: spans(cells[1]) for name, cells in rows("## Kinds").items()}

    assert found == {name: set(kind.roles) for name, kind in kinds.registered().items()}


def test_every_mode_is_documented_with_its_place() -> None:
    """In the order in which a topic offers them."""
    found = [(name, cells[0].strip("`"), cells[1].strip(" |")) for name, cells in rows("### Modes").items()]

    assert found == [(mode.name, mode.place, mode.holds) for mode in modes.ALL]


def test_every_form_of_proof_is_documented_with_its_settings() -> None:
    """The key that asks for it, and what may stand beside it."""
    found = {name.split(" =")[0]: spans(cells[0]) for name, cells in rows("## Proofs").items()}

    expected = {key: set(form.settings) - {key} for key, form in FORMS.items()}
    assert found == expected | {"(none)": set(Claims.settings)}
    assert set(Predict.settings) <= {"value", "prints"} | found["value"]
    assert set(rows("### Project")) == set(GOAL)


def test_every_verdict_is_documented_and_whether_it_is_served() -> None:
    """And in which order the worst variant decides."""
    found = {name: cells[-1].startswith("yes") for name, cells in rows("## Verdicts").items()}
    order = ", ".join(f"`{verdict}`" for verdict in judging.SEVERITY)

    assert found == {str(verdict): verdict.served for verdict in Verdict}
    assert order in section("## Verdicts")


def test_every_key_of_evidence_is_documented() -> None:
    """To any depth."""
    option, outcome = OptionFinding("", True, True, ""), Outcome("", 0, 0, "", 0.0)
    variant = VariantFinding({}, Verdict.PROVED, "", (option,), (outcome,))
    whole = evidence.to_json(Evidence("", "", Verdict.PROVED, "", "", 0.0, {}, {}, (variant,)))
    (inner,) = whole["variants"]  # type: ignore[misc]
    deep = [*inner, *inner["options"][0], *inner["runs"][0]]  # type: ignore[index, call-overload, list-item]

    assert set(rows("## Evidence")) == set(whole)
    assert {str(key) for key in deep} <= spans(section("## Evidence"))


def numbers(values: Iterable[float]) -> list[str]:
    return [f"{value:,.10g}" for value in values]


def test_every_limit_is_documented() -> None:
    """With the number that the code has."""
    body, variants, often = section("### The body"), section("### Variants"), section("## How often things are run")

    assert f"at most {files.LARGEST >> 10} KiB" in section("## The tree")
    assert f"the first {diagnostics.MOST}" in section("## The tree")
    assert files.IGNORED - {"evidence"} <= spans(section("## The tree"))
    assert f"none longer than {problem_markdown.LONGEST_OPTION} characters" in body
    assert f"at most {problem.VARIANTS}, of at most {problem.CHARACTERS:,} characters" in variants
    assert set(template_sandbox.FILTERS) <= spans(variants)
    named = {span.partition("(")[0] for span in spans(section("## Pages"))}
    assert {*page_functions.FUNCTIONS, *page_functions.FILTERS} <= named
    five, three, two = repeated_runs.REPEATS
    assert f"up to {repeated_runs.QUICK} s is made {five} times, up to {repeated_runs.BRISK:g} s {three} times" in often
    assert f"a longer one {two} times" in often
    assert f"may take {experiments.SECONDS / 60:g} minutes" in section("## Experiments")


def test_examples_in_other_kinds_of_documents_are_the_same_language() -> None:
    """Every problem in the format's page is read without a mistake."""
    assert len(EXAMPLES) == 3
    for text in EXAMPLES:
        assert read_problem(text)[1] == []


EXAMPLES = re.findall(r"^````markdown\n(.*?)^````$", FORMAT, re.S | re.M)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, marks=[pytest.mark.slow, pytest.mark.tensorflow] if "import keras" in text else [])
        for text in EXAMPLES
    ],
    ids=lambda text: re.search(r"^# (.*)", text, re.M)[1],
)
def test_every_example_is_proved(text: str, tmp_path: Path, pool: Pool) -> None:
    """What the page shows as sound is sound."""
    entry = settle(tmp_path, pool, text, seconds=120)

    assert (entry.verdict, entry.why) == (Verdict.PROVED, "")


BLOCK = re.compile(
    r"^`(?P<path>[\w./-]+)`\n\n(?P<fence>`{3,})\w*\n(?P<content>.*?)^(?P=fence)$|^```console\n(?P<console>.*?)^```$",
    re.S | re.M,
)


def timeless(text: str) -> str:
    """Output without what differs from run to run, and without a table's padding."""
    text = re.sub(r"\d{4}-\d\d-\d\d", "DATE", text)
    text = re.sub(r"\d+\.\d s\b", "N s", text)
    return "\n".join(re.sub(r" {2,}", "  ", line.rstrip()) for line in text.strip().split("\n"))


def follow(text: str, root: Path) -> Iterator[tuple[str, str, str]]:
    """Write a guide's files and run its commands, in order: each command, what it should print, what it prints."""
    binaries = Path(sys.executable).parent
    environment = os.environ | {"COLUMNS": "120", "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    for block in BLOCK.finditer(text):
        if block["path"]:
            file = root / block["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block["content"])
            continue
        script = []
        for command, said in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block["console"], re.M):
            script.append((command, said))
        line = "; echo :::; ".join(command for command, _ in script)
        done = subprocess.run(
            ["bash", "-c", f"exec 2>&1; {line}"], cwd=root, env=environment, capture_output=True, text=True, timeout=120
        )
        status = done.stdout.split(":::\n")
        for (command, said), printed in zip(script, status, strict=True):
            yield command, said, printed


@pytest.mark.slow
def test_the_author_s_guide_prints_what_it_says(tmp_path: Path) -> None:
    """Every file of it is written, every command of it run, in its order."""
    told = [step for step in follow(AUTHOR, tmp_path) if step[0] != "echo $?"]

    assert len(told) > 8
    for command, said, printed in told:
        assert (command, timeless(printed)) == (command, timeless(said))


def test_the_guide_s_refusals_are_refusals() -> None:
    """The page shows a mistake in a file, a wrong key, a draw and a weak check."""
    shown = "".join(block["console"] or "" for block in BLOCK.finditer(AUTHOR))

    assert "2 mistakes; nothing was run" in shown
    assert "the wrong option is marked" in shown
    assert "cannot be told apart" in shown
    assert "which must reject it" in shown
