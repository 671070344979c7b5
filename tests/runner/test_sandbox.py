"""The files that a zygote can see: the interpreter, its packages, and selected parts of this package."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from practicum.runner import IsolationMode, Job, Limits, Pool, sandbox
from practicum.runner.sandbox import Interpreter

from .conftest import pool_in

pytestmark = pytest.mark.slow


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Interpreter:
    """This package as a wheel would install it, courses with their keys inside; `other` is installed beside it."""
    tmp_path.chmod(0o755)
    packages = tmp_path / "lib" / "site-packages"
    for name in sandbox.VISIBLE_PARTS:
        target = packages / "practicum" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(sandbox.PACKAGE / name)
    (packages / "practicum" / "courses").mkdir()
    (packages / "practicum" / "courses" / "key.md").write_text("- [x] the answer")
    (packages / "other.py").write_text("x = 42")
    real = Interpreter.current()
    python = Interpreter(real.program, real.library, (str(packages),))
    monkeypatch.setattr(Interpreter, "current", lambda: python)
    return python


@pytest.mark.parametrize("mode", [IsolationMode.FULL, IsolationMode.BARE], ids=str)
def test_the_courses_of_an_installed_wheel_are_hidden(installed: Interpreter, mode: IsolationMode) -> None:
    """A wheel carries the courses in site-packages: jobs see the packages beside them, and not the answers."""
    pool_in(mode)
    key = f"{installed.packages[0]}/practicum/courses/key.md"
    job = Job(code="import other", values={"x": "other.x", "key": f"open({key!r}).read()"}, limits=Limits(seconds=20))

    with Pool(size=1, mode=mode) as pool:
        result = pool.run(job)

    assert result.values["x"] == 42, result
    assert result.values["key"].type in ("FileNotFoundError", "PermissionError")


def test_environment_variables_are_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job has none of the server's variables."""
    monkeypatch.setenv("SECRET_TOKEN", "sesame")

    found = sandbox.environment_variables(3, "/cache", "/keras")

    assert "SECRET_TOKEN" not in found
    assert found["PYTHONHASHSEED"] == "3"


def test_downloaded_weights_are_visible_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run can read downloaded weights but not change them."""
    pool_in(IsolationMode.FULL)
    tmp_path.chmod(0o755)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "weights.h5").write_text("weights")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    code = "import os\npath = os.environ['KERAS_HOME'] + '/models/weights.h5'"

    with Pool(size=1, mode=IsolationMode.FULL) as pool:
        result = pool.run(Job(code=code, values={"read": "open(path).read()", "write": "open(path, 'a')"}))

    assert result.values["read"] == "weights"
    assert result.values["write"].type in ("OSError", "PermissionError")


def test_the_sandbox_shows_only_the_allow_list() -> None:
    """The whole tree that a job sees, two levels deep, is the allow-list and its own scratch."""
    code = """
import os
top = sorted(os.listdir("/"))
etc = sorted(os.listdir("/etc"))
usr = sorted(os.listdir("/usr"))
dev = sorted(os.listdir("/dev"))
practicum = sorted(os.listdir("/opt/practicum/practicum"))
pids = [name for name in os.listdir("/proc") if name.isdigit()]
"""
    names = ("top", "etc", "usr", "dev", "practicum", "pids")

    found = pool_in(IsolationMode.FULL).run(Job(code=code, values={name: name for name in names})).values

    private = {Path(path).parts[1] for path in (Interpreter.current().program, *Interpreter.current().packages)}
    assert set(found["top"]) - private <= {"dev", "etc", "lib", "lib32", "lib64", "opt", "proc", "tmp", "usr", "var"}
    assert found["etc"] == ["ld.so.cache"]
    assert set(found["usr"]) <= {"lib", "lib32", "lib64", "local", "share", "bin"}
    assert found["dev"] == ["full", "null", "random", "shm", "urandom", "zero"]
    assert set(found["practicum"]) <= {
        "__init__.py",
        "errors.py",
        "formatting.py",
        "model.py",
        "lab",
        "statistics",
        "runner",
    }
    assert found["pids"] == ["1"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the user")
def test_a_job_is_never_root() -> None:
    """If the server is root, the sandbox becomes an unprivileged user first."""
    result = pool_in(IsolationMode.FULL).run(
        Job(code="import os", values={"uid": "os.getuid()", "groups": "os.getgroups()"})
    )

    assert result.values["uid"] not in (0, os.getuid())
    assert 0 not in result.values["groups"]
