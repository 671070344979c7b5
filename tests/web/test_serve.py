"""`practicum serve` as a program: how it starts, what it says, and how it ends."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.web.making import COURSE
from tests.web.serving import Service, begin, browser

pytestmark = pytest.mark.slow


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`practicum serve` that is expected to end by itself."""
    command = [sys.executable, "-m", "practicum", "serve", "--no-open", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_tensorflow_is_never_imported(tmp_path: Path) -> None:
    """Not even by a page, a proof or a run: the process has none of its libraries in memory."""
    with Service(tmp_path) as service, browser(service.url) as http:
        http.get(begin(http) + "/1")
        maps = Path(f"/proc/{service.process.pid}/maps").read_text()

    assert "site-packages/tensorflow" not in maps
    assert "site-packages/numpy" not in maps


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_asked(tmp_path: Path, number: signal.Signals) -> None:
    """With exit code 0, and with nothing to say."""
    service = Service(tmp_path)
    httpx2.get(service.url)
    out, err = service.end(number)

    assert service.process.returncode == 0
    assert (out, err) == ("", "")


def test_it_says_little(tmp_path: Path) -> None:
    """One line with its address; no line a request."""
    service = Service(tmp_path)
    for _ in range(3):
        httpx2.get(service.url)
    out, err = service.end()

    assert service.line.startswith("practicum is at http://127.0.0.1:")
    assert out + err == ""


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """One line that says what to do, and exit code 2."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = serve(str(COURSE), "--port", str(port), "--data", str(tmp_path))

    assert ended.returncode == 2
    assert ended.stderr == (
        f"Port {port} is taken. Stop what uses it, or choose another: practicum serve --port {port + 1}\n"
    )


def test_a_course_with_mistakes(tmp_path: Path) -> None:
    """All of them, each with file and line, and exit code 2."""
    root = tmp_path / "course"
    shutil.copytree(COURSE, root)
    first, second = root / "lists/challenge/01-slice.md", root / "lists/challenge/02-copies.md"
    first.write_text(first.read_text().replace('level = "beginner"', 'level = "easy"'))
    second.write_text(second.read_text().replace("seconds = 90", "secnods = 90"))
    ended = serve(str(root), "--port", "0", "--data", str(tmp_path / "data"))

    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    assert lines[0].startswith(f"{first}:3: ")
    assert lines[1].startswith(f"{second}:4: ")
    assert "Traceback" not in ended.stderr


def test_a_folder_that_is_no_course(tmp_path: Path) -> None:
    ended = serve(str(tmp_path), "--port", "0")

    assert ended.returncode == 2
    assert "not a course" in ended.stderr


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = serve(str(COURSE), "--port", "0", "--data", str(tmp_path / "file" / "below"))

    assert ended.returncode == 2
    assert "--data" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unproved_course_says_what_to_do(tmp_path: Path) -> None:
    """On the terminal too; with --draft there is nothing to say."""
    root = tmp_path / "course"
    shutil.copytree(COURSE, root, ignore=shutil.ignore_patterns("evidence"))
    service = Service(tmp_path / "one", courses=[root])
    _, err = service.end()
    draft = Service(tmp_path / "two", "--draft", courses=[root])
    _, quiet = draft.end()

    assert "1 of 5 problems" in err
    assert f"practicum prove {root}" in err
    assert "--draft" in err
    assert quiet == ""


def test_what_was_answered_is_there_after_a_restart(tmp_path: Path) -> None:
    """The same browser goes on where it was."""
    with Service(tmp_path) as service, browser(service.url) as http:
        sitting = begin(http)
        cookies = dict(http.cookies)
    with Service(tmp_path) as service, httpx2.Client(base_url=service.url, cookies=cookies) as http:
        assert http.get(f"{sitting}/1").status_code == 200
        assert "You are in the middle of" in http.get("/").text


def test_a_run_under_way_does_not_outlive_it(tmp_path: Path) -> None:
    """It has three seconds to end; then its page is told, and nothing is left behind."""
    service = Service(tmp_path)
    pad = "/python-basics/lists/scratch"
    with browser(service.url) as http:
        fields = {"code": "print('begun', flush=True)\nwhile True: pass"}
        with http.stream("POST", pad, data=fields, headers={"accept": "text/event-stream"}) as answer:
            told = answer.iter_text()
            text = ""
            while "begun" not in text:
                text += next(told)
            children = descendants(service.process.pid)
            began = time.perf_counter()
            service.process.send_signal(signal.SIGTERM)
            text += "".join(told)
    out, err = service.end()

    assert "The service was stopped, and this run with it." in text
    assert time.perf_counter() - began > 2.5
    assert service.process.returncode == 0
    assert (out, err) == ("", "")
    assert children
    assert [child for child in children if is_there(child)] == []


def is_there(pid: int) -> bool:
    """Whether it runs. One that has ended may wait for a first process that never asks after it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        children = [child for child, its in parents.items() if its == parent]
        found += children
        waiting += children
    return found
