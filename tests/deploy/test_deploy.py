"""The files for operators start a service that exists, with options that it has."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from practicum import settings
from practicum.cli import main
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNIT, CONTAINERFILE, COMPOSE = (DEPLOY / name for name in ("practicum.service", "Containerfile", "compose.yaml"))
HIDES_PROC = {"ProtectProc", "ProcSubset", "ProtectKernelTunables", "ProtectKernelLogs"}


def arguments(file: Path) -> list[str]:
    """The arguments that a file gives to `practicum serve`."""
    text = file.read_text()
    if file == CONTAINERFILE:
        words: list[str] = json.loads(re.findall(r"^CMD (.*)$", text, re.M)[0])
    elif file == UNIT:
        words = shlex.split(re.findall(r"^ExecStart=\S+ (.*)$", text, re.M)[0])
    else:
        words = shlex.split(re.findall(r"command: >-\n((?: {6}.*\n)+)", text)[0])
    return words


@pytest.mark.parametrize("file", [UNIT, CONTAINERFILE, COMPOSE], ids=lambda file: file.name)
def test_the_service_has_the_options_that_are_given(file: Path) -> None:
    """Click accepts them. Each waits for a drain that ends before the service is killed."""
    name, *options = arguments(file)
    context = main.make_context("practicum", [name, *options])
    command = main.get_command(context, name)
    assert command is not None
    parsed = command.make_context(name, options).params

    assert parsed["no_open"]
    assert 0 < parsed["drain"] < 20


@pytest.mark.parametrize("file", [UNIT, COMPOSE], ids=lambda file: file.name)
def test_the_settings_that_are_given_exist(file: Path) -> None:
    known = {value for name, value in vars(settings).items() if name.isupper()}

    assert set(re.findall(r"PRACTICUM_[A-Z_]+", file.read_text())) <= known


def systemd_analyze(*words: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """Every directive is known, and its values are valid."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/practicum/bin/practicum", sys.executable))
    checked = systemd_analyze("verify", "--man=no", "--recursive-errors=no", str(unit))

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@pytest.mark.slow
def test_the_unit_is_confined_as_far_as_isolation_allows() -> None:
    """`systemd-analyze security` rates it as ok; nothing hides parts of /proc, which would disable the sandbox."""
    rated = systemd_analyze("security", "--offline=true", "--threshold=40", "--no-pager", str(UNIT))
    used = set(re.findall(r"^(\w+)=", UNIT.read_text(), re.M))

    assert rated.returncode == 0, rated.stdout
    assert not used & (HIDES_PROC | {"RestrictNamespaces", "MemoryDenyWriteExecute"})
