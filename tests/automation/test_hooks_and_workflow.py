"""The hook for pre-commit and the reusable workflow: their commands exist, pass for proofs and fail without them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from practicum.cli import main
from practicum.runner import Pool
from tests.conftest import ROOT
from tests.documents import TEXT
from tests.prove.making import SUM, run_command, write_course

HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
WORKFLOW_FILE = ROOT / ".github/workflows/prove.yml"
WORKFLOW: dict[str, Any] = yaml.load(WORKFLOW_FILE.read_text(encoding="utf-8"), yaml.BaseLoader)  # `on` stays a string
INPUTS: dict[str, dict[str, str]] = WORKFLOW["on"]["workflow_call"]["inputs"]
STEPS: list[dict[str, Any]] = WORKFLOW["jobs"]["prove"]["steps"]
SCRIPTS = [step["run"] for step in STEPS if "run" in step]
CHECK, PROVE = (next(script for script in SCRIPTS if name in script) for name in ("practicum prove", "pytest"))


def assert_is_command(words: list[str]) -> None:
    """Whether `practicum` has this command with these options."""
    program, name, *arguments = words
    command = main.get_command(click.Context(main), name)
    assert program == "practicum"
    assert command is not None
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in arguments if word.startswith("-")} <= known


def test_hooks_name_commands_that_exist() -> None:
    """Each has what pre-commit requires."""
    assert HOOKS
    for hook in HOOKS:
        assert {"id", "name", "entry", "language"} <= hook.keys()
        assert_is_command(shlex.split(hook["entry"]))
        assert f"id: {hook['id']}" in TEXT


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_passes_only_with_valid_evidence(hook: dict[str, Any], tmp_path: Path, pool: Pool) -> None:
    """In the folder of a repository. Where no course is found, it fails too."""
    command = [*shlex.split(hook["entry"])[1:], *hook["args"]]

    assert run_command(pool, tmp_path, *command).exit_code == 2
    write_course(tmp_path / "bowls", {"sum": SUM})
    assert run_command(pool, tmp_path, *command).exit_code == 1
    assert run_command(pool, tmp_path, "prove").exit_code == 0
    assert run_command(pool, tmp_path, *command).exit_code == 0


def test_the_workflow_can_be_called_and_uses_its_inputs() -> None:
    """Each input has a description, a type and a default, and is used; none that is used is missing."""
    used = set(re.findall(r"\binputs\.([a-z-]+)", WORKFLOW_FILE.read_text(encoding="utf-8")))

    assert WORKFLOW["on"].keys() == {"workflow_call"}
    assert used == INPUTS.keys()
    assert all(value.keys() == {"description", "type", "default"} for value in INPUTS.values())


def test_no_input_is_part_of_a_script() -> None:
    """A caller's text is never run as code: scripts read it from variables. No host is named."""
    variables = WORKFLOW["jobs"]["prove"]["env"]

    assert not [script for script in SCRIPTS if "${{" in script]
    assert {name for script in SCRIPTS for name in re.findall(r"\$(\w+)", script)} == variables.keys()
    assert "://" not in WORKFLOW_FILE.read_text(encoding="utf-8")


def test_the_workflow_names_commands_that_exist() -> None:
    assert_is_command(shlex.split(CHECK.partition("; ")[2]))


@pytest.mark.slow
def test_the_workflow_fails_without_evidence_and_passes_with_it(tmp_path: Path) -> None:
    """Its scripts are run as the runner of a workflow does: the check fails, pytest proves, the check passes."""
    write_course(tmp_path / "bowls", {"sum": SUM})
    write_course(tmp_path / "wrong", {"wrong": SUM.replace("`6`", "`7`")})

    assert script(CHECK, tmp_path, "bowls") == 1
    assert script(PROVE, tmp_path, "bowls wrong") == 1
    assert script(PROVE, tmp_path, "bowls") == 0
    assert script(CHECK, tmp_path, "bowls") == 0
    assert script(CHECK, tmp_path, "bowls wrong") == 1


def script(text: str, folder: Path, courses: str) -> int:
    """The exit code of a step."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
    settings = {**os.environ, "PATH": path, "COURSES": courses}
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, check=False, timeout=300).returncode


def test_the_documented_workflow_exists_and_has_the_inputs_given() -> None:
    """The guide's example calls this file, with inputs that it has."""
    (example,) = (yaml.safe_load(text) for text in re.findall(r"^```yaml\n(jobs:.*?)^```", TEXT, re.S | re.M))
    (job,) = example["jobs"].values()

    assert job["uses"].partition("@")[0].endswith(str(WORKFLOW_FILE.relative_to(ROOT)))
    assert job["with"].keys() <= INPUTS.keys()
