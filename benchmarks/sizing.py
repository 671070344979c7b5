"""What 100 learners take from the machine: the processor time and memory of the service, and those of their runs."""

from __future__ import annotations

import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx2

from benchmarks import processes
from benchmarks.proving import prove, write
from benchmarks.server import Server
from benchmarks.service import serving
from benchmarks.snippets import BUILD, SNIPPETS
from benchmarks.table import markdown

LEARNERS = 100
PROBLEMS = 5
AT_ONCE = 4
CHALLENGE = "/course/topic/challenge"
PAD = "/transfer-learning/small-datasets/scratch"
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What something took for all learners. Seconds of one processor, and bytes (PSS) at its end."""

    requests: int
    seconds: float
    memory: int
    server: int
    """The server's own share of the memory."""


def spent(server: Server) -> float:
    """Seconds of a processor that a server and all its children have used, those that have ended included."""
    return sum(processes.ticks_with_ended(pid) for pid in server.pids()) / _TICK


def browser(server: Server) -> httpx2.Client:
    """A new learner, who follows redirects as a browser does."""
    address = f"http://{server.address.host}:{server.address.port}"
    return httpx2.Client(base_url=address, follow_redirects=True, timeout=120, headers={"accept": "text/html"})


def challenge(server: Server) -> int:
    """Go through a challenge, with up to two tries per problem. The number of requests, redirects included."""
    with browser(server) as http:
        page = http.get(CHALLENGE)
        seen = [page]
        while "/result" not in page.url.path:
            nonce = re.findall(r'name="nonce" value="([^"]*)"', page.text)
            [action] = re.findall(r'<form[^>]* method="post" action="([^"]*(?:/next|/answer|/challenge))"', page.text)
            tried = "wrong-answer" in page.text
            page = http.post(action, data={"nonce": nonce, "clock": "off", "answer": "2" if tried else "1"})
            page.raise_for_status()
            seen.append(page)
        return sum(1 + len(page.history) for page in seen)


def run(server: Server) -> int:
    """Run code that builds a small Keras model, without JavaScript."""
    with browser(server) as http:
        http.get(PAD)
        page = http.post(PAD, data={"code": SNIPPETS[BUILD]})
        if 'data-ending="done"' not in page.text:
            raise RuntimeError("a run did not end well")
        return 2


def cost(server: Server, learner: object) -> Cost:
    """Let all learners do something, a few at a time."""
    server.settle()
    before = spent(server)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        requests = sum(threads.map(learner, [server] * LEARNERS))  # type: ignore[arg-type, call-overload]
    seconds = spent(server) - before
    return Cost(requests, seconds, server.memory(), server.memory(server.process.pid))


def measure(folder: Path) -> tuple[Cost, Cost]:
    """Of challenges and of runs."""
    course = folder / "course"
    write(course, PROBLEMS)
    prove(course)
    arguments = ("serve", str(course), "--no-open", "--port", "0", "--data", str(folder / "one"))
    with Server("practicum", *arguments) as server:
        answers = cost(server, challenge)
    with serving(folder / "two") as server:
        runs = cost(server, run)
    return answers, runs


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    with tempfile.TemporaryDirectory() as folder:
        answers, runs = measure(Path(folder))
    done = {f"a challenge of {PROBLEMS} problems": answers, "one run of a small Keras build": runs}
    rows = [
        [name, f"{one.requests}", f"{one.seconds:.1f} s", f"{one.memory / 1e6:.0f} MB", f"{one.server / 1e6:.0f} MB"]
        for name, one in done.items()
    ]
    headings = [f"{LEARNERS} learners, each", "requests", "processor time", "memory after it", "of this the server"]
    return (
        f"## {LEARNERS} learners\n\n"
        f"New learners, {AT_ONCE} at a time, in browsers without scripts. Processor time is that of one processor, "
        "over the whole process tree, interpreters that were made for later runs included; memory is PSS. The "
        "challenge's course imports nothing; the run's has TensorFlow warm.\n\n"
        f"{markdown(headings, rows)}\n"
    )
