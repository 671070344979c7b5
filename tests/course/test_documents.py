"""The format page documents everything that the reader and the prover know; its examples and the guide's are run."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from practicum import kinds, modes
from practicum.course import (
    diagnostics,
    files,
    problem,
    problem_markdown,
    template_sandbox,
    toml_tables,
)
from practicum.kinds import order
from practicum.kinds.choice import CLAIMS, FORMS
from practicum.kinds.goal import SCHEMA as GOAL
from practicum.kinds.predict import Predict
from practicum.model import Evidence, Level, OptionFinding, RunSummary, VariantFinding, Verdict
from practicum.prove import evidence_file, experiments, judging, repeated_runs
from practicum.runner import Pool
from tests.course.making import read_problem
from tests.documents import MANUAL, TEXT, paragraphs_with, spans, table_of, tables
from tests.kinds.settling import settle
from tests.prove.making import run_command


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, bool]]:
    """A table's keys, those of tables within it dotted, and whether each is required."""
    for name, field in model.model_fields.items():
        inner = toml_tables.INNER.get(name)
        if inner:
            yield from keys(inner, f"{name}.")
        else:
            yield f"{prefix}{name}", field.is_required() and not prefix


@pytest.mark.parametrize(
    "model", [toml_tables.CourseTable, toml_tables.TopicTable, toml_tables.ProblemTable, toml_tables.TestTable]
)
def test_every_key_of_a_table_is_documented_with_its_default(model: type[BaseModel]) -> None:
    """The tables list exactly the keys that are read, and what holds where one is left out."""
    expected = dict(keys(model))
    found = table_of(expected)

    assert {name: cells[-1] == "required" for name, cells in found.items()} == expected
    for name, field in model.model_fields.items():
        if isinstance(field.default, (int, str)) and field.default:
            default = "true" if field.default is True else str(field.default)
            assert found[name][-1].strip("` ") == default


def test_every_level_is_documented() -> None:
    """By its word."""
    assert {str(level) for level in Level} <= spans(table_of(toml_tables.ProblemTable.model_fields)["level"][0])


def test_every_role_is_documented() -> None:
    """As the first line of its fence."""
    known = {f"{language} {role}" for language, roles in problem_markdown.ROLES.items() for role in roles}

    assert table_of(known).keys() == known
    assert {f"{role}.py" for role in problem.FILE_ROLES} < spans(TEXT)


def test_every_kind_is_documented_with_its_roles() -> None:
    """And no other is."""
    found = {name: spans(cells[1]) for name, cells in table_of(kinds.registered()).items()}

    assert found == {name: set(kind.roles) for name, kind in kinds.registered().items()}


def test_every_mode_is_documented_with_its_place() -> None:
    """In the order in which a topic offers them."""
    found = [
        (name, cells[0].strip("`"), cells[1])
        for name, cells in table_of([mode.name for mode in modes.registered().values()]).items()
    ]

    assert found == [(mode.name, mode.place, mode.holds) for mode in modes.registered().values()]


def test_every_form_of_proof_is_documented_with_its_settings() -> None:
    """The key that asks for it, and what may stand beside it."""
    expected = {key: set(form.schema) - {key} for key, form in FORMS.items()}
    proofs = next(table for table in tables() if {name.split(" =")[0] for name in table} >= expected.keys())
    found = {name.split(" =")[0]: spans(cells[0]) for name, cells in proofs.items()}

    assert found == expected | {"(none)": set(CLAIMS.schema)}
    assert set(Predict.schema) <= {"value", "prints"} | found["value"]
    assert table_of(GOAL).keys() == set(GOAL)


def test_every_verdict_is_documented_and_whether_it_is_served() -> None:
    """And in which order the worst variant decides."""
    found = {name: cells[-1].startswith("yes") for name, cells in table_of([*map(str, Verdict)]).items()}
    order = ", ".join(f"`{verdict}`" for verdict in judging.SEVERITY)

    assert found == {str(verdict): verdict.served for verdict in Verdict}
    assert paragraphs_with(order)


def test_every_key_of_evidence_is_documented() -> None:
    """To any depth."""
    option, outcome = OptionFinding("", True, True, "", "float32"), RunSummary("", 0, 0, "", 0.0)
    variant = VariantFinding({}, Verdict.PROVED, "", (option,), (outcome,))
    whole = evidence_file.evidence_to_json(Evidence("", "", Verdict.PROVED, "", "", 0.0, {}, {}, (variant,)))
    (inner,) = whole["variants"]  # type: ignore[misc]
    deep = [*inner, *inner["options"][0], *inner["runs"][0]]  # type: ignore[index, call-overload, list-item]

    assert table_of(whole).keys() == whole.keys()
    assert {str(key) for key in deep} <= spans(TEXT)


@pytest.mark.parametrize(
    "words",
    [
        [f"{files.MAX_FILE_SIZE >> 10} KiB"],
        [f"first {diagnostics.MAX_MISTAKES}"],
        [f"`{name}`" for name in sorted(files.IGNORED - {"evidence"})],
        [f"{problem_markdown.MAX_OPTION} characters"],
        [str(problem.MAX_VARIANTS), f"{problem.MAX_CHARACTERS:,} characters"],
        [f"`{name}`" for name in template_sandbox.PARAMETER_FILTERS],
        [
            f"{repeated_runs.QUICK} s",
            f"{repeated_runs.BRISK:g} s",
            *(f"{n} times" for n in repeated_runs.REPEATS),
        ],
        [f"{experiments.SECONDS / 60:g} minutes"],
        [f"up to {order.MAX_ORDERS} of each"],
    ],
    ids=lambda words: ", ".join(words),
)
def test_every_limit_is_documented(words: list[str]) -> None:
    """With the number that the code has, in one paragraph."""
    assert paragraphs_with(*words)


def test_every_function_and_filter_of_a_page_is_documented() -> None:
    """By its name, with or without its arguments."""
    assert {*template_sandbox.QUERY_FUNCTIONS, *template_sandbox.QUERY_FILTERS} <= {
        span.partition("(")[0] for span in spans(TEXT)
    }


def test_examples_in_other_kinds_of_documents_are_the_same_language() -> None:
    """Every problem in the format's page is read without a mistake."""
    assert len(EXAMPLES) >= 3
    for text in EXAMPLES:
        assert read_problem(text)[1] == []


EXAMPLES = re.findall(r"(?<!`\n\n)^````markdown\n(\+\+\+\n.*?)^````$", TEXT, re.S | re.M)
"""Problems that are shown by themselves, not as a file of a guide."""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, marks=[pytest.mark.slow, pytest.mark.tensorflow] if "import keras" in text else [])
        for text in EXAMPLES
    ],
    ids=lambda text: re.search(r"^# (.*)", text, re.M)[1],
)
def test_every_example_is_proved(text: str, tmp_path: Path, pool: Pool) -> None:
    """The problems that the page shows are valid."""
    entry = settle(tmp_path, pool, text, seconds=120, one_interpreter="import keras" in text)

    assert (entry.verdict, entry.why) == (Verdict.PROVED, "")


BLOCK = re.compile(
    r"^`(?P<path>[\w./-]+)`\n\n(?P<fence>`{3,})\w*\n(?P<content>.*?)^(?P=fence)$|^```console\n(?P<console>.*?)^```$",
    re.S | re.M,
)


GUIDE = next(text for text in MANUAL.values() if len({block["path"] for block in BLOCK.finditer(text)}) > 3)
"""The author's guide: the page that shows files and commands, to be followed in order."""


def timeless(text: str) -> str:
    """Output without what differs from run to run, and without a table's padding."""
    text = re.sub(r"\d{4}-\d\d-\d\d", "DATE", text)
    text = re.sub(r"\d+\.\d s\b", "N s", text)
    return "\n".join(re.sub(r" {2,}", "  ", line.rstrip()) for line in text.strip().split("\n"))


def follow(text: str, root: Path, pool: Pool) -> Iterator[tuple[str, str, str]]:
    """Write a guide's files and run its commands, in order: each command, its documented output and its real output.

    Commands of practicum run in this process, with the warm interpreters of `pool`; others in a shell.
    """
    for block in BLOCK.finditer(text):
        if block["path"]:
            file = root / block["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block["content"])
            continue
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block["console"], re.M):
            program, *arguments = shlex.split(command)
            if program == "practicum":
                yield command, shown, run_command(pool, root, *arguments).output
            else:
                script = ["bash", "-c", f"exec 2>&1; {command}"]
                done = subprocess.run(script, cwd=root, capture_output=True, text=True, timeout=120, check=False)
                yield command, shown, done.stdout


@pytest.mark.slow
def test_the_guide_shows_the_real_output(tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files are written and its commands run, in order."""
    monkeypatch.setenv("COLUMNS", "120")
    steps = [step for step in follow(GUIDE, tmp_path, pool) if step[0] != "echo $?"]

    assert len(steps) > 8
    for command, shown, printed in steps:
        assert (command, timeless(printed)) == (command, timeless(shown))


def test_the_guide_shows_refusals() -> None:
    """Mistakes in files, a wrong key, a tie and a weak check."""
    shown = "".join(block["console"] or "" for block in BLOCK.finditer(GUIDE))

    verdicts = re.findall(r"^\S+\.md +\w+ +\d+ +(\w+)", shown, re.M)

    assert len(re.findall(r"^\S+\.md:\d+: ", shown, re.M)) == 4
    assert verdicts.count("refuted") == 3
