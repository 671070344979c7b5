"""Floods of connections and requests against a real service, while other clients are served."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette

from practicum.web import connections, descriptors
from tests.waiting import PATIENCE, eventually
from tests.web.making import TOPIC
from tests.web.serving import Inside, Service

pytestmark = pytest.mark.slow

MAX_OPEN = 1024
ATTACKER, LEARNER = "127.0.0.66", "127.0.0.7"
GET = b"GET /proofs HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FAST = {"PRACTICUM_HEADER_SECONDS": "1"}
"""Settings with which a slow client is dropped soon."""


def connected(url: str, address: str = ATTACKER) -> socket.socket:
    """A connection from an address of the loopback network."""
    where = urlsplit(url)
    assert where.hostname
    assert where.port
    return socket.create_connection((where.hostname, where.port), PATIENCE, (address, 0))


def status_of(url: str, address: str = LEARNER) -> tuple[int, bool]:
    """Get a page: the status, and whether the response names a time after which to try again."""
    with connected(url, address) as http:
        http.sendall(GET + b"Connection: close\r\n\r\n")
        response = b""
        while received := http.recv(1 << 16):
            response += received
    head = response.partition(b"\r\n\r\n")[0].lower()
    return int(head.split()[1]), b"\r\nretry-after: " in head


def is_dropped(http: socket.socket) -> bool:
    """Whether the server has closed a connection, within the patience of the tests."""
    http.settimeout(PATIENCE)
    try:
        return http.recv(1 << 16) == b""
    except ConnectionError:
        return True


@contextmanager
def half_open(url: str, count: int) -> Iterator[list[socket.socket]]:
    """Connections whose requests are never completed."""
    descriptors.raise_limit()
    opened: list[socket.socket] = []
    try:
        for number in range(count):
            opened.append(connected(url))
            with suppress(ConnectionError):  # Dropped already, in favour of a newer one.
                opened[-1].sendall(GET[: number % len(GET)])
        yield opened
    finally:
        for http in opened:
            http.close()


@pytest.fixture
def few_files(tmp_path: Path) -> Iterator[Service]:
    """A service that may have 1,024 open files."""
    with Service(tmp_path, max_open=(MAX_OPEN, MAX_OPEN)) as service:
        yield service


def test_half_open_connections_beyond_the_descriptor_limit_lock_no_one_out(few_files: Service) -> None:
    """Each request of another client is answered, and the log stays small."""
    with half_open(few_files.url, 3 * MAX_OPEN):
        statuses = [status_of(few_files.url)[0] for _ in range(20)]
    printed = "".join(few_files.end())

    assert statuses == [200] * 20
    assert len(printed) < 2_000


def test_a_client_at_the_same_address_is_served_too(few_files: Service) -> None:
    """A class shares its address with one who attacks from there."""
    with half_open(few_files.url, 3 * MAX_OPEN):
        statuses = [status_of(few_files.url, ATTACKER)[0] for _ in range(20)]

    assert statuses == [200] * 20


def test_many_learners_at_once_get_no_error(few_files: Service) -> None:
    """1,200 at one address, with 1,024 open files: each is served, or asked to come back later."""
    answers = all_at_once(few_files.url, 1_200)

    assert answers.keys() <= {(200, False), (503, True)}
    assert answers[200, False] > 100


def test_many_learners_at_once_are_all_served(tmp_path: Path) -> None:
    """With the default limits of Linux, the soft one of which is raised."""
    with Service(tmp_path, max_open=(MAX_OPEN, 4 * MAX_OPEN)) as service:
        answers = all_at_once(service.url, 1_200)

    assert answers == {(200, False): 1_200}


def all_at_once(url: str, count: int) -> Counter[tuple[int, bool]]:
    """Let many clients send a request at the same moment, and count their answers."""
    start = threading.Barrier(count)

    def learner() -> tuple[int, bool]:
        start.wait()
        return status_of(url)

    with ThreadPoolExecutor(count) as threads:
        return Counter(future.result() for future in [threads.submit(learner) for _ in range(count)])


def test_the_soft_limit_of_open_files_is_raised(tmp_path: Path) -> None:
    """To the hard one."""
    with Service(tmp_path, max_open=(300, 2_000)) as service:
        limits = Path(f"/proc/{service.process.pid}/limits").read_text()

    assert [line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files")] == [["2000"] * 2]


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that waits for a request for a second."""
    with Service(tmp_path_factory.mktemp("data"), settings=FAST) as service:
        yield service


def trickle(http: socket.socket, data: bytes) -> None:
    """Send a byte at a time, until the server closes the connection."""
    with suppress(OSError):
        for byte in data * 1_000:
            http.sendall(bytes([byte]))
            time.sleep(0.05)


@pytest.mark.parametrize("begin", [b"", GET, GET + b"X-Long: ", GET + b"Connection: keep-alive\r\n\r\nGET / HT"])
@pytest.mark.parametrize("goes_on", [True, False])
def test_a_slow_request_is_dropped(impatient: Service, begin: bytes, goes_on: bool) -> None:
    """However it began, and also where now and then another byte arrives."""
    with connected(impatient.url) as http:
        http.sendall(begin)
        if begin.endswith(b"GET / HT"):
            assert http.recv(1 << 16).startswith(b"HTTP/1.1 200")
        if goes_on:
            threading.Thread(target=trickle, args=(http, b"a"), daemon=True).start()
        while not is_dropped(http):
            pass


def test_a_slow_form_is_dropped_and_not_logged(tmp_path: Path) -> None:
    """As is one whose client goes away."""
    form = f"POST {TOPIC}/challenge HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 30000\r\n"
    form += "Content-Type: application/x-www-form-urlencoded\r\n\r\nclock="
    with Service(tmp_path, settings=FAST) as service:
        with connected(service.url) as slow, connected(service.url) as gone:
            slow.sendall(form.encode())
            gone.sendall(form.encode())
            gone.close()
            threading.Thread(target=trickle, args=(slow, b"a"), daemon=True).start()
            dropped = is_dropped(slow)
        printed = "".join(service.end())

    assert dropped
    assert printed == ""


def test_a_form_that_arrives_steadily_is_accepted(impatient: Service) -> None:
    """It may take longer than the headers."""
    body = b"nonce=a&clock=off" + b"&x=" + b"y" * 6_000
    head = f"POST {TOPIC}/challenge HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    with connected(impatient.url) as http:
        http.sendall(head.encode())
        for start in range(0, len(body), 300):
            http.sendall(body[start : start + 300])
            time.sleep(0.1)

        assert http.recv(1 << 16).startswith(b"HTTP/1.1 303")


def test_garbage_is_logged_once(few_files: Service) -> None:
    """A thousand invalid requests do not fill the disk."""
    for _ in range(1_000):
        with connected(few_files.url) as http:
            http.sendall(b"\x00\r\n\r\n")
            assert http.recv(1 << 16).startswith(b"HTTP/1.1 400")
    printed = "".join(few_files.end())

    assert len(printed.splitlines()) == 1


def test_a_client_that_does_not_read_is_dropped(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    """Responses that wait for it would hold memory for ever."""
    monkeypatch.setattr(connections, "STALLED_SECONDS", 0.5)
    with Inside(app) as service, connected(service.url) as http:
        http.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        http.settimeout(1)
        with suppress(OSError):
            http.sendall((GET + b"\r\n") * 5_000)
        stalled = eventually(lambda: len(service.server.connections) == 1)
        dropped = eventually(lambda: len(service.server.connections) == 0)

    assert stalled
    assert dropped
