"""The commands `practicum run` and `practicum doctor`."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from practicum.commands.doctor import doctor
from practicum.commands.run import run
from practicum.runner import IsolationMode, choose_mode

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::practicum.runner.pool.UnsafeMode")]


def call(tmp_path: Path, code: str, *options: str) -> Result:
    file = tmp_path / "file.py"
    file.write_text(code)
    return CliRunner().invoke(run, [str(file), *options])


def test_run_prints_the_output(tmp_path: Path) -> None:
    """The file's output is printed, and a normal end is exit code 0."""
    result = call(tmp_path, "import sys\nprint('out')\nprint('err', file=sys.stderr)")

    assert result.exit_code == 0
    assert result.stdout == "out\n"
    assert result.stderr == "err\n"


def test_run_prints_the_exception(tmp_path: Path) -> None:
    """A file that raises is exit code 1, with a traceback of its own lines."""
    result = call(tmp_path, "x = 1\nx.y")

    assert result.exit_code == 1
    assert "line 2, in <module>" in result.stderr
    assert "AttributeError: 'int' object has no attribute 'y'" in result.stderr


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_run_controls_no_terminal(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Neither its output nor its exception sets a title, moves the cursor or clears the screen; colours stay."""
    title = r"\x1b]0;title\x07\x1b[2J\x9b2J\x9d0;title\x9c"
    code = f"import sys\nprint('\\x1b[31mred{title}')\nprint('{title}', file=sys.stderr)\nraise ValueError('{title}')"
    result = call(tmp_path, code, *options)
    colours = result.stdout.count("\x1b[31m")

    assert colours == (0 if options else 1)
    assert not re.search(r"[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f]", result.output)
    assert result.output.count("\x1b") == colours


def test_run_enforces_the_time_limit(tmp_path: Path) -> None:
    result = call(tmp_path, "while True: pass", "--seconds", "0.5")

    assert result.exit_code == 1
    assert "line 1" in result.stderr


def test_run_enforces_the_memory_limit(tmp_path: Path) -> None:
    result = call(tmp_path, "x = bytearray(1 << 30)", "--memory", "200")

    assert result.exit_code == 1
    assert "200 MB" in result.stderr


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_run_needs_a_readable_file(tmp_path: Path, content: bytes | None) -> None:
    """A missing file, or one that is not text, is exit code 2, and the message names it."""
    file = tmp_path / "file.py"
    if content is not None:
        file.write_bytes(content)

    result = CliRunner().invoke(run, [str(file)])

    assert result.exit_code == 2
    assert str(file) in result.stderr


def test_run_as_json(tmp_path: Path) -> None:
    """`--json` prints the result and nothing else."""
    result = call(tmp_path, "print('x')\n1 / 0", "--json")
    report = json.loads(result.stdout)

    assert result.exit_code == 1
    assert report["stdout"] == "x\n"
    assert report["failure"]["type"] == "ZeroDivisionError"
    assert report["failure"]["line"] == 2
    assert report["ok"] is False


@pytest.mark.slow
@pytest.mark.tensorflow
def test_run_saves_figures(tmp_path: Path) -> None:
    """`--figures` saves them, and `--json` has them in base64."""
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])"

    saved = call(tmp_path, code, "--figures", str(tmp_path / "figures"))
    report = json.loads(call(tmp_path, code, "--json").stdout)

    image = (tmp_path / "figures" / "figure-1.png").read_bytes()
    assert saved.exit_code == 0
    assert image.startswith(b"\x89PNG")
    assert base64.b64decode(report["figures"][0]).startswith(b"\x89PNG")


def test_doctor_reports_the_mode() -> None:
    """The report has the mode and every check, as text and as JSON."""
    text = CliRunner().invoke(doctor, [])
    report = json.loads(CliRunner().invoke(doctor, ["--json"]).stdout)

    assert text.exit_code == 0
    assert report["mode"] == choose_mode()[0]
    assert f"{report['mode']}: " in text.stdout
    assert {"mode", "system", "full mode", "bare mode"} <= {row["name"] for row in report["rows"]}


def test_doctor_advises_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bubblewrap is missing, doctor says how to install it."""
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)

    result = CliRunner().invoke(doctor, [])

    assert "apt install bubblewrap" in result.stdout


def test_every_mode_has_a_description() -> None:
    from practicum.runner.isolation_report import _MEANS

    assert set(_MEANS) == set(IsolationMode)
