"""The source distribution and the wheel, installed into empty environments of each Python that the machine has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

OLDEST = (3, 11)
NEEDED = ("README.md", "LICENSE", "deploy/practicum.service", "docs/run-a-service.md", "tests/conftest.py")
"""Files that a source distribution has."""


def pythons() -> dict[str, str]:
    """The programs of all supported versions, by version; that of these tests is among them."""
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}": sys.executable}
    managed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in range(OLDEST[1], 30):
        version = f"3.{minor}"
        installed = sorted(managed.glob(f"{version}.*/bin/python"))
        program = str(installed[-1]) if installed else shutil.which(f"python{version}")
        if program and version not in found and _works(program):
            found[version] = program
    return found


def _works(program: str) -> bool:
    """Whether a program is a Python that can make environments, not a shim of one that is not installed."""
    asked = subprocess.run([program, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    return asked.returncode == 0


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    return folder


def _run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Installed:
    """A wheel in an environment of its own, which has nothing else, not even pip."""

    def __init__(self, python: str, wheel: Path, folder: Path) -> None:
        self.folder, self._wheel = folder, wheel
        _run(python, "-m", "venv", "--without-pip", str(folder / "env"))
        self.install("")

    def install(self, extra: str) -> None:
        """Install the wheel with an extra. Modules are compiled when they are imported, which are few."""
        target = f"{self._wheel}[{extra}]" if extra else str(self._wheel)
        self.pip("install", "--quiet", "--no-compile", target)

    def pip(self, *arguments: str) -> str:
        """Run the pip of these tests on the environment."""
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(self.folder / "env")]
        return _run(*pip, *arguments)

    def run(self, name: str, *arguments: str) -> str:
        """Run a program of the environment, away from the checkout."""
        return _run(str(self.folder / "env" / "bin" / name), *arguments, cwd=self.folder)

    def served(self) -> Iterator[str]:
        """Serve the courses that come with the wheel."""
        program = str(self.folder / "env" / "bin" / "practicum")
        command = [program, "serve", "--no-open", "--port", "0", "--data", "data"]
        settings = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=self.folder, env=settings)
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        yield found[0]
        process.terminate()
        process.communicate(timeout=60)


def test_the_source_distribution_has_what_a_checkout_has(built: Path) -> None:
    [archive] = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}

    assert names >= {*NEEDED}


@pytest.mark.parametrize("version", pythons())
def test_the_wheel_serves_its_courses_without_an_extra(built: Path, tmp_path: Path, version: str) -> None:
    """And runs plain Python. With the Python of these tests, each extra is then installed, and runs use it."""
    [wheel] = built.glob("*.whl")
    installed = Installed(pythons()[version], wheel, tmp_path)
    (tmp_path / "hello.py").write_text("print(6 * 7)")
    for url in installed.served():
        home, ready = httpx2.get(url), httpx2.get(f"{url}/readyz")

    assert installed.run("practicum", "--version").startswith("practicum, version ")
    assert installed.run("practicum", "run", "hello.py").strip() == "42"
    assert (home.status_code, ready.status_code) == (200, 200)
    assert "/transfer-learning/small-datasets" in home.text
    if pythons()[version] == sys.executable:
        with_each_extra(installed)
    installed.pip("check")


def with_each_extra(installed: Installed) -> None:
    installed.install("postgresql")
    installed.install("tensorflow")
    (installed.folder / "total.py").write_text("import numpy\nprint(numpy.arange(3).sum())")

    assert installed.run("python", "-c", "import psycopg; print(psycopg.pq.__impl__)").strip() == "binary"
    assert installed.run("practicum", "run", "total.py").strip() == "3"
    assert list((installed.folder / "env").glob("lib/python3*/site-packages/tensorflow/__init__.py"))
