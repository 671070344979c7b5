"""The command line: built-in commands, and commands of installed packages."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import click
import pytest
from click.testing import CliRunner

from practicum import cli

GREET = click.Command("greet", callback=lambda: click.echo("hello"), help="Greet.")
"""A command as a package would declare it."""


@pytest.fixture(autouse=True)
def _plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two installed entry points: a command, and one whose module does not exist."""
    points = {
        "greet": EntryPoint("greet", f"{__name__}:GREET", cli.GROUP),
        "broken": EntryPoint("broken", "practicum_nowhere:command", cli.GROUP),
        "run": EntryPoint("run", f"{__name__}:GREET", cli.GROUP),
    }
    monkeypatch.setattr(cli, "find", lambda group: points)


def test_runs_a_command_of_a_package() -> None:
    result = CliRunner().invoke(cli.main, ["greet"])

    assert (result.exit_code, result.stdout) == (0, "hello\n")


def test_a_broken_command_fails_only_when_it_is_called() -> None:
    """The list of commands still works, and names it."""
    listed = CliRunner().invoke(cli.main, ["--help"])
    called = CliRunner().invoke(cli.main, ["broken"])

    assert listed.exit_code == 0
    assert "broken" in listed.stdout
    assert called.exit_code == 2
    assert "practicum_nowhere" in called.stderr


def test_a_built_in_command_cannot_be_replaced() -> None:
    context = click.Context(cli.main)

    assert cli.main.list_commands(context) == [*cli.BUILTIN, "greet", "broken"]
    assert cli.main.get_command(context, "run") is not GREET


def test_an_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(cli.main, ["nonsense"]).exit_code == 2


@pytest.mark.slow
def test_prints_its_version_without_loading_the_commands() -> None:
    """And prints what `--version` prints beside other options."""
    code = (
        "import sys; from practicum.__main__ import run\n"
        "sys.argv = ['practicum', '--version']\n"
        "run()\n"
        "print('click' in sys.modules)"
    )

    printed = subprocess.check_output([sys.executable, "-c", code], text=True)

    expected = CliRunner().invoke(cli.main, ["--version"], prog_name="practicum").stdout
    assert printed == f"{expected}False\n"


@pytest.mark.slow
def test_commands_are_imported_only_when_they_are_called() -> None:
    """`practicum --version` imports neither the commands nor the packages they use."""
    code = (
        "import sys; from practicum.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "print([name for name in sys.modules if name.startswith(('practicum.web', 'practicum.runner', 'rich'))])"
    )

    printed = subprocess.check_output([sys.executable, "-c", code], text=True)

    assert printed.splitlines()[-1] == "[]"
