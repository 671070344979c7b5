"""A course that uses the extensions, proved and served by practicum with the package of extensions installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.web.conftest import opened  # noqa: F401
from tests.web.serving import Service

HERE = Path(__file__).parent
Practicum = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def practicum() -> Practicum:
    """Run a command of practicum with the extensions installed: their folder is on Python's path."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "practicum", *map(str, arguments)]
        return subprocess.run(command, env=_environment(), capture_output=True, text=True, timeout=300, check=False)

    return run


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE / "plugin")}


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory, practicum: Practicum) -> Path:
    """The course, with an exercise from another format, proved."""
    root = tmp_path_factory.mktemp("extension") / "extensions"
    shutil.copytree(HERE / "course", root)
    pairs = root.parent / "sums.txt"
    pairs.write_text("1 + 1 = 2\n2 + 3 = 5\n", encoding="utf-8")
    imported = practicum("import-pairs", pairs, root / "topic")
    assert imported.returncode == 0, imported.stderr
    proved = practicum("prove", root)
    assert proved.returncode == 0, proved.stdout + proved.stderr
    return root


@pytest.fixture(scope="module")
def service(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service of that course."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(HERE / "plugin"))
        started = Service(tmp_path_factory.mktemp("data"), courses=[course])
    with started:
        yield started
