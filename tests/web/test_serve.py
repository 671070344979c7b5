"""`practicum serve` as a command: how it starts, what it prints, and how it ends."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from practicum.web.server import GRACE
from tests.waiting import eventually
from tests.web.making import COURSE, hidden
from tests.web.serving import Service, begin, browser

pytestmark = pytest.mark.slow


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `practicum serve` with arguments that make it end by itself."""
    command = [sys.executable, "-m", "practicum", "serve", "--no-open", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose runs may take three times as long."""
    with Service(tmp_path_factory.mktemp("data"), settings={"PRACTICUM_TIME_FACTOR": "3"}) as service:
        yield service


def test_tensorflow_is_never_imported(service: Service) -> None:
    """The process has none of its libraries in memory."""
    with browser(service.url) as http:
        http.get(begin(http) + "/1")
        maps = Path(f"/proc/{service.process.pid}/maps").read_text()

    assert "site-packages/tensorflow" not in maps
    assert "site-packages/numpy" not in maps


def test_time_limits_of_runs_can_be_longer(service: Service) -> None:
    """On a slow machine; pages show the limit that applies."""
    assert "30 s" in httpx2.get(f"{service.url}/python-basics/lists/scratch").text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_prints_one_line_with_its_address_until_a_signal_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    """And none per request. The exit code is 0."""
    service = Service(tmp_path)
    for _ in range(3):
        httpx2.get(service.url)
    out, err = service.end(number)

    assert service.line.startswith("practicum is at http://127.0.0.1:")
    assert service.process.returncode == 0
    assert (out, err) == ("", "")


def test_reports_a_port_in_use(tmp_path: Path) -> None:
    """In one line with the option to use, and with exit code 2."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = serve(str(COURSE), "--port", str(port), "--data", str(tmp_path))

    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert str(port) in line
    assert "--port" in line


def test_reports_a_setting_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line that names it, with exit code 2. `tests/test_settings.py` has the values that are refused."""
    monkeypatch.setenv("PRACTICUM_TIME_FACTOR", "fast")
    ended = serve(str(COURSE), "--port", "0", "--data", str(tmp_path))

    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert "PRACTICUM_TIME_FACTOR" in line


def test_serves_a_draft_without_its_files_with_mistakes(tmp_path: Path) -> None:
    """Each mistake is printed with its file and line, and nothing about what is not proved."""
    root = tmp_path / "course"
    shutil.copytree(COURSE, root, ignore=shutil.ignore_patterns("evidence"))
    first, second = root / "lists/challenge/01-slice.md", root / "lists/challenge/02-copies.md"
    first.write_text(first.read_text().replace('level = "beginner"', 'level = "easy"'))
    second.write_text(second.read_text().replace("seconds = 90", "secnods = 90"))
    service = Service(tmp_path / "data", "--draft", courses=[root])
    page = httpx2.get(f"{service.url}/course/lists/challenge")
    _, err = service.end()

    assert page.status_code == 200
    lines = err.splitlines()
    assert lines[0].startswith(f"{first}:3: ")
    assert lines[1].startswith(f"{second}:4: ")
    assert lines[2].startswith("2 mistakes; ")
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [("course.toml", 'title = "C"\n[environment]\npackages = 3\n', 3), ("lists/topic.toml", "title = 3 4\n", 1)],
)
def test_refuses_a_course_of_which_nothing_is_left(tmp_path: Path, file: str, content: str, line: int) -> None:
    """Without its settings, code would run with other packages. Exit code 2."""
    root = tmp_path / "course"
    shutil.copytree(COURSE, root)
    (root / file).write_text(content)
    ended = serve(str(root), "--port", "0", "--data", str(tmp_path / "data"))

    assert ended.returncode == 2
    assert ended.stderr.startswith(f"{root / file}:{line}: ")
    assert "Traceback" not in ended.stderr


def test_reports_a_folder_without_a_course(tmp_path: Path) -> None:
    ended = serve(str(tmp_path), "--port", "0")

    assert ended.returncode == 2
    assert str(tmp_path) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_reports_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = serve(str(COURSE), "--port", "0", "--data", str(tmp_path / "file" / "below"))

    assert ended.returncode == 2
    assert "--data" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unproved_course_has_a_warning(tmp_path: Path) -> None:
    """It names the commands."""
    root = tmp_path / "course"
    shutil.copytree(COURSE, root, ignore=shutil.ignore_patterns("evidence"))
    service = Service(tmp_path / "data", courses=[root])
    _, err = service.end()

    assert f"practicum prove {root}" in err
    assert "--draft" in err


def test_a_clock_that_was_set_back_extends_no_countdown(tmp_path: Path) -> None:
    """By a day, across a restart: a problem keeps the time it had left, and then it is closed. Nothing is lost."""
    with Service(tmp_path) as service, browser(service.url) as http:
        sitting = begin(http, clock="1")
        cookies = dict(http.cookies)
    _move_to_the_future(tmp_path / "practicum.sqlite3", 24 * 3_600_000)
    with Service(tmp_path) as service, httpx2.Client(base_url=service.url, cookies=cookies) as http:
        page = http.get(f"{sitting}/1")
        first = http.get(f"{sitting}/1/clock").json()["left"]
        goes_on = eventually(lambda: http.get(f"{sitting}/1/clock").json()["left"] < first)

    assert page.status_code == 200
    assert 0 < first <= 120_000
    assert goes_on


def _move_to_the_future(file: Path, milliseconds: int) -> None:
    """Change all times of events as if the clock had been set back since by this much."""
    later = f"at + {milliseconds}"
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.execute(f"UPDATE event SET at = {later}, data = json_set(data, '$.at', {later})")


def test_two_services_share_a_data_folder(tmp_path: Path) -> None:
    """A learner goes from one to the other and back: each sees what the other has stored, and an answer counts once."""
    with Service(tmp_path) as first, Service(tmp_path) as second, browser(first.url) as http:
        sitting = begin(http)
        page = http.get(f"{sitting}/1").text
        fields = {"nonce": hidden(page, "nonce"), "answer": "1"}
        cookies = dict(http.cookies)
        with httpx2.Client(base_url=second.url, cookies=cookies, timeout=60) as other:
            assert other.get(f"{sitting}/1").status_code == 200
            both = [client.post(f"{sitting}/1/answer", data=fields) for client in (other, http)]
            skipped = other.post(f"{sitting}/1/skip", data={"nonce": "another"})
            on = http.post(f"{sitting}/1/next", data={"nonce": "next"})
            again = other.post(f"{sitting}/2/skip", data={"nonce": "third"})
    with contextlib.closing(sqlite3.connect(tmp_path / "practicum.sqlite3")) as database:
        events = database.execute("SELECT kind, data FROM event ORDER BY seq").fetchall()
    kinds = [kind for kind, _ in events]
    (was_right,) = [json.loads(data)["right"] for kind, data in events if kind == "answered"]

    assert [response.status_code for response in (*both, skipped, on, again)] == [303] * 5
    assert kinds.count("answered") == 1
    assert kinds.count("skipped") == (1 if was_right else 2)  # a problem that was solved cannot be skipped


def test_a_run_does_not_outlive_the_service(tmp_path: Path) -> None:
    """It has seconds to end by itself; then its page gets a result, and no process is left."""
    service = Service(tmp_path)
    pad = "/python-basics/lists/scratch"
    with browser(service.url) as http:
        fields = {"code": "print('begun', flush=True)\nwhile True: pass"}
        with http.stream("POST", pad, data=fields, headers={"accept": "text/event-stream"}) as response:
            received = response.iter_text()
            text = ""
            while "begun" not in text:
                text += next(received)
            children = descendants(service.process.pid)
            began = time.perf_counter()
            service.process.send_signal(signal.SIGTERM)
            text += "".join(received)
    out, err = service.end()

    assert 'data-ending=\\"stopped\\"' in text
    assert time.perf_counter() - began >= GRACE
    assert service.process.returncode == 0
    assert (out, err) == ("", "")
    assert children
    assert [child for child in children if is_running(child)] == []


def is_running(pid: int) -> bool:
    """Whether a process runs. One that has ended may stay as a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def descendants(pid: int) -> list[int]:
    """Return the children of a process, their children, and so on."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        children = [child for child, above in parents.items() if above == parent]
        found += children
        waiting += children
    return found
