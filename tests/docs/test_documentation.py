"""Every command, option, setting and decision is documented, and every relative link has a target."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from docs import mutants
from practicum import settings
from practicum.cli import BUILTIN, main
from practicum.kinds import blind_answers
from practicum.prove.catalogue import Entry, load
from practicum.settings import shipped_courses
from tests.conftest import ROOT
from tests.documents import DOCS, MANUAL, PAGES, TEXT, section, table_of


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", BUILTIN)
def test_every_option_of_every_command_is_documented_and_none_is_invented(name: str) -> None:
    """The section on a command lists exactly the options that it has."""
    found = command(name)
    parts = [found, *(found.commands.values() if isinstance(found, click.Group) else ())]
    options = {word for part in parts for p in part.params if isinstance(p, click.Option) for word in p.opts}
    options -= {"--help", "-h"}

    documented = set(re.findall(r"^\| `(--[a-z-]+)`", section(f"`practicum {name}"), re.M))

    assert documented == options


def test_every_documented_command_exists() -> None:
    """No heading names a command that is gone."""
    assert set(re.findall(r"^#+ `practicum ([a-z]+)", TEXT, re.M)) == set(BUILTIN)


def test_every_setting_is_documented() -> None:
    """Each environment variable that the code names stands in the table of settings, and no other does."""
    named = {value for name, value in vars(settings).items() if name.isupper() and isinstance(value, str)}

    assert table_of(named).keys() == named


def test_settings_are_read_in_one_place() -> None:
    """No module but `settings` looks for an environment variable of ours."""
    readers = [
        file.name
        for file in (ROOT / "src").rglob("*.py")
        if re.search(r"PRACTICUM_[A-Z]", file.read_text()) and file.name != "settings.py"
    ]

    assert readers == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_and_images_exist(page: Path) -> None:
    """A relative link names an existing file."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    targets = [link for link in links if not link.startswith(("http:", "https:", "mailto:"))]

    missing = [target for target in targets if not (page.parent / target).exists()]

    assert missing == []


def test_every_decision_is_listed() -> None:
    """The index names each note, and each note that it names exists."""
    notes = {file.name for file in (DOCS / "decisions").glob("0*.md")}

    assert set(re.findall(r"\]\((0\d{3}-[a-z-]+\.md)\)", (DOCS / "decisions" / "README.md").read_text())) == notes


def test_every_documented_make_target_exists() -> None:
    """The documents name only targets that the Makefile has."""
    text = "".join(MANUAL.values())
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))

    code = "\n".join(re.findall(r"`([^`\n]+)`", text) + re.findall(r"^```\n(.*?)^```", text, re.S | re.M))
    assert {"serve", "test"} <= set(re.findall(r"^make ([a-z]+)", code, re.M)) <= targets


@pytest.mark.slow
def test_the_commands_describe_themselves() -> None:
    """`practicum --help` lists every command with a sentence."""
    done = subprocess.run([sys.executable, "-m", "practicum", "--help"], capture_output=True, text=True, check=True)

    for name in BUILTIN:
        assert re.search(rf"^  {name}\s+[A-Z]\w+", done.stdout, re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_in_the_documents_is_python(page: Path) -> None:
    """Each example compiles. Fences with a role are parts of a problem and are proved elsewhere."""
    for language, code in re.findall(r"^```(\w+)\n(.*?)^```", page.read_text(), re.S | re.M):
        if language == "python":
            compile(code, str(page), "exec")


def test_the_table_of_wrong_answers_holds_every_proved_one() -> None:
    """docs/mutants.md lists each wrong answer of each problem that is answered with code, as its evidence has it."""
    text = (DOCS / "mutants.md").read_text()
    for entry in load(shipped_courses()[0]).entries.values():
        if entry.problem.kind in mutants.CODE_KINDS:
            part = text.split(f"`{entry.path}`")[1].split("\n## ")[0]
            assert set(re.findall(r"^\| ((?:start|mutant \d+|numbers alone)) \|", part, re.M)) == wrong_answers(entry)
            assert (blind_answers.RUN in runs(entry)) == ("none passes the check" in part or "scores" in part)


def runs(entry: Entry) -> set[str]:
    assert entry.evidence is not None
    return {run.name for finding in entry.evidence.variants for run in finding.runs}


def wrong_answers(entry: Entry) -> set[str]:
    return runs(entry) - {"solution", blind_answers.RUN}
