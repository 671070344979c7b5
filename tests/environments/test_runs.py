"""Runs in different environments: side by side in one pool, and isolated from each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from practicum.environments.cache import BuiltEnvironment
from practicum.runner import IsolationMode, Job, Limits, Pool, Preload, required_imports
from practicum.runner.environment import Environment
from tests.environments.making import NAME
from tests.runner.conftest import pool_in

pytestmark = pytest.mark.slow

LIMITS = Limits(seconds=20)
VERSION = Job(code="import practicum_pebble", values={"version": "practicum_pebble.VERSION"}, limits=LIMITS)


@pytest.fixture(params=list(IsolationMode), ids=str)
def pool(request: pytest.FixtureRequest) -> Pool:
    """A pool in each mode."""
    return pool_in(request.param)


@pytest.fixture(params=[IsolationMode.FULL, IsolationMode.BARE], ids=str)
def isolated(request: pytest.FixtureRequest) -> Pool:
    """A pool in each mode that isolates."""
    return pool_in(request.param)


def job_in(environment: Environment | None, **fields: object) -> Job:
    """Return a job that runs in the environment."""
    return Job(**{"limits": LIMITS, "environment": environment, **fields})  # type: ignore[arg-type]


def test_two_versions_run_side_by_side(pool: Pool, both: tuple[BuiltEnvironment, BuiltEnvironment]) -> None:
    """Each run sees its own version."""
    jobs = [
        job_in(built.environment, code=VERSION.code, values=VERSION.values, hash_seed=seed)
        for seed in (0, 1)
        for built in (*both, *both)
    ]

    with ThreadPoolExecutor(3) as threads:
        results = list(threads.map(pool.run, jobs))

    assert [result.values.get("version") for result in results] == ["1.0", "2.0"] * 4


def test_the_server_s_packages_are_not_those_of_a_run(
    pool: Pool, both: tuple[BuiltEnvironment, BuiltEnvironment]
) -> None:
    """A course's environment does not have them, and the server does not have the course's."""
    code = "import importlib.util as look"
    values = {name: f"look.find_spec({name!r}) is not None" for name in ("click", "practicum_pebble")}

    there = pool.run(job_in(both[0].environment, code=code, values=values))
    here = pool.run(job_in(None, code=code, values=values))

    assert there.values == {"click": False, "practicum_pebble": True}
    assert here.values == {"click": True, "practicum_pebble": False}


def test_a_job_reads_only_its_own_environment(isolated: Pool, both: tuple[BuiltEnvironment, BuiltEnvironment]) -> None:
    """Not another environment, the server's or its own manifest; and it cannot write."""
    (other,) = both[1].environment.interpreter.packages
    (server, *_) = Environment.current().interpreter.packages
    values = {
        "mine": "open(practicum_pebble.__file__).read()",
        "other": f"open({other + '/practicum_pebble/__init__.py'!r}).read()",
        "server": f"open({server + '/click/__init__.py'!r}).read()",
        "manifest": f"open({str(both[0].folder / 'environment.json')!r}).read()",
        "write": "open(practicum_pebble.__file__, 'a')",
        "add": "open(practicum_pebble.__file__ + 'x', 'w')",
        "list": f"__import__('os').listdir({other!r})",
    }

    found = isolated.run(job_in(both[0].environment, code=VERSION.code, values=values)).values

    assert found.pop("mine") == "VERSION = '1.0'\n"
    for name, failure in found.items():
        assert getattr(failure, "type", failure) in ("FileNotFoundError", "PermissionError", "OSError"), name


def test_hides_a_server_within_the_standard_library(
    isolated: Pool, both: tuple[BuiltEnvironment, BuiltEnvironment]
) -> None:
    """In a container `pip install` puts the server there."""
    (server, *_) = Environment.current().interpreter.packages
    python = both[0].environment.interpreter
    beside = replace(python, library=(*python.library, str(Path(server).parent)))
    values = {"server": f"open({server + '/click/__init__.py'!r}).read()", "version": "practicum_pebble.VERSION"}

    found = isolated.run(
        job_in(replace(both[0].environment, interpreter=beside), code=VERSION.code, values=values)
    ).values

    assert found["version"] == "1.0"
    assert found["server"].type in ("FileNotFoundError", "PermissionError")


def test_practicum_can_be_imported_in_every_environment(
    pool: Pool, both: tuple[BuiltEnvironment, BuiltEnvironment]
) -> None:
    """The lab and the runner's own modules come with the runner."""
    job = job_in(both[0].environment, code="import practicum.model, practicum.lab", preload=Preload.PYTHON)

    assert pool.run(job).failure is None


def test_reports_a_package_that_an_environment_lacks(
    pool: Pool, both: tuple[BuiltEnvironment, BuiltEnvironment]
) -> None:
    """Before anything is started."""
    result = pool.run(job_in(both[0].environment, code="import tensorflow"))

    assert result.stopped == "unavailable"
    assert "TensorFlow" in result.why
    assert "course.toml" in result.why
    assert required_imports.missing_package(Preload.TENSORFLOW, both[0].environment) == "TensorFlow"
    assert required_imports.missing_package(Preload.PYTHON, both[0].environment) is None


def test_versions_are_those_of_the_run_s_environment(both: tuple[BuiltEnvironment, BuiltEnvironment]) -> None:
    """Not those of the server."""
    from practicum.prove.versions import unmet, versions

    environment = both[1].environment

    assert versions(VERSION.code, environment) == {"python": environment.python, NAME: "2.0"}
    assert unmet([f"{NAME}>=2"], environment) is None
    assert f"{NAME}<2" in str(unmet([f"{NAME}<2"], environment))
    assert "click" in str(unmet(["click"], environment))
