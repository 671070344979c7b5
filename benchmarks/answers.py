"""An answer posted and stored durably, beside a bare Starlette handler that makes one SQLite commit."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.proving import prove, write
from benchmarks.server import Server
from benchmarks.sitters import CLIENTS, PROBLEMS, Pair, Posting, Sitters, expected
from benchmarks.table import Timing, markdown, milliseconds
from benchmarks.wire import Address, Answer, Line

ROUNDS = 7
WARMING = 6
"""Rounds before the bare handler is measured. Ours has the sittings' preparation for this."""
A_ROUND = 320
"""Answers in a round: as many as each server takes as fast as it can."""
PACE = 100
"""Answers a second where they arrive steadily, whatever the server does."""
STEADY = 6
"""Seconds of that."""
TURNS = 2
"""Parts that these are sent in, in turn with the bare handler's."""
WAITING = 64
"""Connections for answers that arrive while others are under way."""


def _taken(posting: Posting, answer: Answer) -> None:
    """Raises RuntimeError if it does not count: a refused one leads elsewhere, or to the same page with a note."""
    if expected(answer, posting.leads_to) != posting.leads_to:
        raise RuntimeError(f"refused: {answer.header('location')}")


def _noted(posting: Posting, answer: Answer) -> None:
    expected(answer, "/")


Check = Callable[[Posting, Answer], None]
"""Raises RuntimeError unless the response acknowledges the answer."""


def to_bare(pair: Pair) -> Pair:
    """The same requests, byte for byte but their address."""
    first, second = (replace(one, request=re.sub(rb"^\S+ \S+", b"POST /answer", one.request)) for one in pair)
    return first, second


async def flat_out(address: Address, pairs: Sequence[Pair], check: Check) -> float:
    """Answers a second when every client sends its next one once the last is acknowledged."""
    lines = [await Line.to(address) for _ in range(CLIENTS)]

    async def client(line: Line, share: Sequence[Pair]) -> None:
        for posting in itertools.chain.from_iterable(share):
            check(posting, await line.ask(posting.request))

    started = time.perf_counter()
    await asyncio.gather(*(client(line, pairs[number::CLIENTS]) for number, line in enumerate(lines)))
    took = time.perf_counter() - started
    for line in lines:
        line.close()
    return 2 * len(pairs) / took


async def steady(address: Address, pairs: Sequence[Pair], check: Check) -> list[float]:
    """Seconds from when each answer was due to its acknowledgement; one is due every 10 ms, come what may.

    A sitting's right answer is due a second after its wrong one.
    """
    batches = (pairs[start : start + PACE] for start in range(0, len(pairs), PACE))
    postings = [posting for batch in batches for tries in zip(*batch, strict=True) for posting in tries]
    free: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
    for _ in range(WAITING):
        free.put_nowait(await Line.to(address))
    loop = asyncio.get_running_loop()
    begun = loop.time() + 0.1

    async def arrive(posting: Posting, due: float) -> float:
        await asyncio.sleep(due - loop.time())
        line = await free.get()
        check(posting, await line.ask(posting.request))
        taken = loop.time() - due
        free.put_nowait(line)
        return taken

    taken = await asyncio.gather(*(arrive(one, begun + number / PACE) for number, one in enumerate(postings)))
    while not free.empty():
        free.get_nowait().close()
    return list(taken)


@dataclass(frozen=True)
class Side:
    """One of the two servers: where it listens, what its acknowledgement is, and what was measured of it."""

    name: str
    address: Address
    check: Check
    turned: Callable[[Pair], Pair]
    rates: list[float]
    waits: list[float]

    def flat_out(self, pairs: Sequence[Pair]) -> None:
        self.rates.append(asyncio.run(flat_out(self.address, list(map(self.turned, pairs)), self.check)))

    def steady(self, pairs: Sequence[Pair]) -> None:
        self.waits.extend(asyncio.run(steady(self.address, list(map(self.turned, pairs)), self.check)))


def stored(database: Path, pairs: Sequence[Pair]) -> None:
    """See that every acknowledged answer is in the database, once, judged as it was. Raises RuntimeError."""
    with closing(sqlite3.connect(database)) as opened:
        rows = opened.execute("SELECT nonce, data FROM event WHERE kind = 'answered'").fetchall()
    found = {nonce: json.loads(data)["right"] for nonce, data in rows}
    sent = list(itertools.chain.from_iterable(pairs))
    if len(found) != len(rows) or any(found.get(one.nonce) is not one.right for one in sent):
        raise RuntimeError("an acknowledged answer is not in the database as it was given")


def measure(folder: Path) -> tuple[Side, Side, int]:
    """Ours, the bare handler, and how many of our answers were found in the database. All in turn: A B A B …"""
    course, database = folder / "course", folder / "data" / "practicum.sqlite3"
    write(course, PROBLEMS)
    prove(course)
    arguments = ("serve", str(course), "--no-open", "--port", "0", "--data", str(database.parent))
    with Server("practicum", *arguments) as service, Server("benchmarks.bare", str(folder / "bare.sqlite3")) as other:
        service.settle()
        sitters = Sitters(service.address, database)
        ours = Side("practicum", service.address, _taken, lambda pair: pair, [], [])
        bare = Side("bare handler", other.address, _noted, to_bare, [], [])
        sent = sitters.ready(A_ROUND)
        for _ in range(WARMING):
            bare.flat_out(sent)  # Until its journal too is as long as it gets: while it grows, each commit costs more.
        ours.flat_out(sent)
        ours.rates.clear()
        bare.rates.clear()
        for number in range(ROUNDS + TURNS):
            flat = number < ROUNDS
            pairs = sitters.ready(A_ROUND if flat else STEADY * PACE // TURNS)
            for side in (ours, bare) if number % 2 else (bare, ours):
                side.flat_out(pairs) if flat else side.steady(pairs)
            sent += pairs
    stored(database, sent)
    return ours, bare, 2 * len(sent)


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    with tempfile.TemporaryDirectory() as folder:
        ours, bare, counted = measure(Path(folder))
    shares = [mine / its for mine, its in zip(ours.rates, bare.rates, strict=True)]
    rows = [
        [
            side.name,
            f"{statistics.median(side.rates):.0f}",
            share,
            milliseconds(waited.median),
            milliseconds(waited.p99),
        ]
        for side, share in ((ours, f"{statistics.median(shares):.0%}"), (bare, ""))
        for waited in [Timing(tuple(side.waits))]
    ]
    headings = [
        f"{CLIENTS} clients",
        f"answers a second (median of {ROUNDS} × {A_ROUND})",
        "share of the bare rate",
        f"p50 ms at {PACE} a second",
        "p99 ms",
    ]
    return (
        "## An answer, posted and stored\n\n"
        "`practicum serve` takes a form as a browser sends it (cookie, where it comes from, nonce), judges the "
        "answer, appends it to the learner's sitting, commits, and redirects; what waits together is committed "
        "together. The bare handler is a Starlette route that puts the same body into one row, unread, and commits it. "
        "Both are one process with the same server, SQLite with WAL and `synchronous=FULL`, on the disk of the "
        "temporary folder, in turn. Half of the answers are wrong first tries, at every place of a challenge of "
        f"{PROBLEMS} problems. At {PACE} a second, {STEADY * PACE} answers are due at their times whatever the server "
        "does, and wait from then on.\n\n"
        f"{markdown(headings, rows)}\n\n"
        f"Per round, the share was {min(shares):.0%} to {max(shares):.0%}. All {counted} acknowledged answers were "
        "found in the database afterwards, each once.\n"
    )
