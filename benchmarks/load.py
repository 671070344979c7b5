"""Many learners at once: challenges without a pause, 1,000 learners in a minute, and a client who wants every run."""

from __future__ import annotations

import asyncio
import gzip
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.proving import prove, write
from benchmarks.server import Server
from benchmarks.table import Timing, markdown, milliseconds, ratio
from benchmarks.wire import Address, Answer, Line, get, post

PROBLEMS = 5
CHALLENGE, PAD = "/course/topic/challenge", "/course/topic/scratch"
LEARNERS, AT_ONCE, ROUNDS = 150, 16, 5
CROWD, MINUTE = 1_000, 60.0
IDENTITIES, HONEST = 50, 15
GREEDY_ADDRESS, HONEST_ADDRESS = "198.51.100.7", "203.0.113.9"
"""Addresses that are reserved for documentation, as a proxy would report them."""
BUSY = "total = 0\nwhile True:\n    total += 1"
HELLO = "print(6 * 7)"


class NotTaken(Exception):
    """The service answered something other than what a learner's browser expects."""


@dataclass
class Browser:
    """A learner without scripts, over one connection. Follows redirects."""

    address: Address
    line: Line
    forwarded: str = ""
    cookie: str = ""
    requests: int = 0
    answers: list[float] = field(default_factory=list)
    """Seconds from the sending of each answer to its acknowledgement."""

    async def open(self, path: str) -> str:
        """Read a page."""
        return await self._follow(get(self.address, path, self._headers()))

    async def send(self, path: str, fields: dict[str, str]) -> str:
        """Send a form, and read the page to which it leads."""
        return await self._follow(post(self.address, path, self._headers(), fields))

    async def _follow(self, request: bytes) -> str:
        started = time.perf_counter()
        answer = await self._ask(request)
        if b"/answer HTTP/1.1" in request:
            self.answers.append(time.perf_counter() - started)
        while answer.status == 303:
            answer = await self._ask(get(self.address, answer.header("location"), self._headers()))
        if answer.status != 200:
            raise NotTaken(f"{answer.status} for {request[:60]!r}")
        body = gzip.decompress(answer.body) if answer.header("content-encoding") == "gzip" else answer.body
        return body.decode()

    async def _ask(self, request: bytes) -> Answer:
        self.requests += 1
        answer = await self.line.ask(request)
        self.cookie = self.cookie or answer.header("set-cookie").split(";")[0]
        return answer

    def _headers(self) -> dict[str, str]:
        headers = {
            "origin": f"http://{self.address.host}:{self.address.port}",
            "sec-fetch-site": "same-origin",
            "accept": "text/html",
            "accept-encoding": "gzip",
        }
        return headers | {
            name: value for name, value in (("cookie", self.cookie), ("x-forwarded-for", self.forwarded)) if value
        }


async def browser(address: Address, forwarded: str = "") -> Browser:
    return Browser(address, await Line.to(address), forwarded)


async def challenge(learner: Browser) -> None:
    """Go through a challenge to its result, with up to two tries per problem."""
    page = await learner.open(CHALLENGE)
    while form := re.search(r'<form[^>]* method="post" action="([^"]*(?:/next|/answer|/challenge))"', page):
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        choice = "2" if "wrong-answer" in page else "1"
        page = await learner.send(form[1], {**fields, "clock": "off", "answer": choice})
        if form[1] == CHALLENGE and learner.requests > 4:
            break
    if "/result" not in page and "Take it again" not in page:
        raise NotTaken("the challenge did not end")


async def run(learner: Browser, code: str) -> float:
    """Run code on the scratch pad without scripts. Seconds until its result is there."""
    started = time.perf_counter()
    page = await learner.send(PAD, {"code": code})
    if code == HELLO and 'data-ending="done"' not in page:
        raise NotTaken("the run did not end well")
    return time.perf_counter() - started


@dataclass(frozen=True)
class Crowd:
    """What many learners met."""

    seconds: float
    requests: int
    answers: Timing
    errors: int


async def crowd(address: Address, arrivals: Sequence[float], at_once: int) -> Crowd:
    """Let a learner arrive at each of these times (in seconds); at most `at_once` of them are under way."""
    places = asyncio.Semaphore(at_once)
    learners: list[Browser] = []
    errors = 0
    begun = time.perf_counter()

    async def visit(due: float) -> None:
        nonlocal errors
        await asyncio.sleep(begun + due - time.perf_counter())
        async with places:
            try:
                learner = await browser(address)
                learners.append(learner)
                await challenge(learner)
                learner.line.close()
            except (NotTaken, OSError, asyncio.IncompleteReadError):
                errors += 1

    await asyncio.gather(*map(visit, arrivals))
    answers = tuple(seconds for learner in learners for seconds in learner.answers)
    return Crowd(time.perf_counter() - begun, sum(one.requests for one in learners), Timing(answers), errors)


@contextmanager
def small_course(folder: Path, *arguments: str) -> Iterator[Server]:
    """Serve a course of five small problems in plain Python."""
    course = folder / "course"
    if not course.exists():
        write(course, PROBLEMS)
        prove(course)
    data = tempfile.mkdtemp(dir=folder)
    with Server("practicum", "serve", str(course), "--no-open", "--port", "0", "--data", data, *arguments) as server:
        server.settle()
        yield server


def challenges(server: Server) -> tuple[list[float], Crowd]:
    """Requests per second of each round without pauses, and what a crowd met that arrived over a minute."""
    asyncio.run(crowd(server.address, [0.0] * LEARNERS, AT_ONCE))
    rounds = [asyncio.run(crowd(server.address, [0.0] * LEARNERS, AT_ONCE)) for _ in range(ROUNDS)]
    if failed := sum(one.errors for one in rounds):
        raise RuntimeError(f"{failed} challenges did not end")
    chance = random.Random(1)
    arrivals = sorted(chance.uniform(0, MINUTE) for _ in range(CROWD))
    return [one.requests / one.seconds for one in rounds], asyncio.run(crowd(server.address, arrivals, CROWD))


async def beside_greed(address: Address) -> tuple[list[float], list[float], int]:
    """Seconds of an honest learner's runs alone, then beside 50 identities of another address that never pause.

    Also the number of runs that the greedy ones asked for.
    """
    learner = await browser(address, HONEST_ADDRESS)
    await learner.open(PAD)
    await run(learner, HELLO)
    alone = [await run(learner, HELLO) for _ in range(HONEST)]
    greedy = [await browser(address, GREEDY_ADDRESS) for _ in range(IDENTITIES)]
    for one in greedy:
        await one.open(PAD)
    work = [asyncio.create_task(_endlessly(one)) for one in greedy]
    await asyncio.sleep(2)
    beside = [await run(learner, HELLO) for _ in range(HONEST)]
    sent = sum(one.requests for one in greedy) - IDENTITIES
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    return alone, beside, sent


async def _endlessly(greedy: Browser) -> None:
    while True:
        try:
            await run(greedy, BUSY)
        except NotTaken:  # A refusal. A greedy client asks again at once.
            await asyncio.sleep(0.05)


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with small_course(folder) as server:
            rates, minute = challenges(server)
        with small_course(folder, "--proxy-headers") as server:
            alone, beside, sent = asyncio.run(beside_greed(server.address))
    usual = statistics.median(alone)
    rows = [
        [f"requests per second, {AT_ONCE} learners at a time", f"{statistics.median(rates):.0f}", "355", "≥ 600"],
        [f"errors of {CROWD:,} learners in a minute", f"{minute.errors}", "0", "0"],
        ["their answers, p50", f"{milliseconds(minute.answers.median)} ms", "", ""],
        ["their answers, p99", f"{milliseconds(minute.answers.p99)} ms", "655 ms", "< 300 ms"],
        ["a run beside greed, to the same alone", ratio(statistics.median(beside) / usual), "", "≤ 3×"],
        ["the slowest of these", ratio(max(beside) / usual), "", ""],
    ]
    return (
        "## Many learners\n\n"
        "One process, SQLite, client and service on the same two cores. A learner without scripts goes through a "
        f"challenge of {PROBLEMS} problems with gzip, half of the answers wrong, and never pauses to think; redirects "
        f"count as requests (median of {ROUNDS} rounds of {LEARNERS}). The {CROWD:,} learners arrive at random "
        f"times within {MINUTE:.0f} s and send {minute.requests:,} requests. An answer's time ends with its "
        "acknowledgement, which comes after its commit. *Before* is what a review of the version of 25 November 2026 "
        f"measured, on another machine. Greed is {IDENTITIES} identities on one address that send endless loops "
        f"without a pause ({sent} requests here); beside them a learner on another address runs `{HELLO}`, "
        f"{HONEST} times ({milliseconds(usual)} ms alone).\n\n"
        f"{markdown(['', 'measured', 'before', 'aim'], rows)}\n"
    )
