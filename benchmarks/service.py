"""The whole service at rest: its memory with a warm interpreter, its start, and what its main page weighs."""

from __future__ import annotations

import asyncio
import re
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import Server
from benchmarks.table import markdown
from benchmarks.wire import Address, Line, get, post

STARTS = 7
START = "/transfer-learning/small-datasets/challenge"
BROWSER = {"accept": "text/html", "accept-encoding": "gzip, deflate, br"}


@dataclass(frozen=True)
class Rest:
    """What was measured. Bytes and seconds."""

    first_start: float
    """Until the first page, with an empty data folder."""
    starts: tuple[float, ...]
    """The same with a folder that was there."""
    page: int
    """The challenge's first problem and all that it loads, heads included."""
    requests: int
    memory: int
    server: int
    """The server's own share of it."""
    processes: int
    warm: float
    """From the start until its interpreter is warm."""


def serving(data: Path) -> Server:
    """The shipped courses, served as a person would."""
    return Server("practicum", "serve", "--no-open", "--port", "0", "--data", str(data))


def measure(data: Path) -> Rest:
    """All of it, from a few starts of the service."""
    first, *starts = [_start(data) for _ in range(STARTS + 1)]
    started = time.perf_counter()
    with serving(data) as server:
        server.settle()
        warm = time.perf_counter() - started
        sizes = asyncio.run(_weigh(server.address))
        server.settle()
        return Rest(
            first,
            tuple(starts),
            sum(sizes),
            len(sizes),
            server.memory(),
            server.memory(server.process.pid),
            len(server.pids()),
            warm,
        )


def _start(data: Path) -> float:
    """Seconds from starting the command to the home page's last byte."""
    started = time.perf_counter()
    with serving(data) as server:
        asyncio.run(_home(server.address))
        return time.perf_counter() - started


async def _home(address: Address) -> None:
    line = await Line.to(address)
    page = await line.ask(get(address, "/", BROWSER))
    line.close()
    if page.status != 200:
        raise RuntimeError(f"the home page says {page.status}")


async def _weigh(address: Address) -> list[int]:
    """The bytes of a challenge's first problem as a browser that is new here gets it: the page, then each asset."""
    line = await Line.to(address)
    opened = await line.ask(get(address, START, {"accept": "text/html"}))
    fields = {name: _field(opened.body, name) for name in ("nonce",)}
    known = {**BROWSER, "cookie": opened.header("set-cookie").split(";")[0]}
    begun = await line.ask(post(address, START, known, {**fields, "clock": "1"}))
    problem = begun.header("location")
    packed = await line.ask(get(address, problem, known))
    plain = await line.ask(get(address, problem, {"accept": "text/html", "cookie": known["cookie"]}))
    assets = sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', plain.body.decode())))
    sizes = [packed.size]
    for asset in assets:
        answer = await line.ask(get(address, asset, BROWSER))
        if answer.status != 200:
            raise RuntimeError(f"{asset}: {answer.status}")
        sizes.append(answer.size)
    line.close()
    if packed.status != 200 or packed.header("content-encoding") != "gzip" or len(assets) < 2:
        raise RuntimeError(f"{problem} is not the page it should be: {packed.status}, {len(assets)} assets")
    return sizes


def _field(html: bytes, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', html.decode())
    if found is None:
        raise RuntimeError(f"no field {name} at {START}")
    return found[1]


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    with tempfile.TemporaryDirectory() as folder:
        rest = measure(Path(folder))
    megabyte, kilobyte = 1_000_000, 1_000
    rows = [
        [
            f"memory of the idle service, TensorFlow warm ({rest.processes} processes, PSS)",
            f"{rest.memory / megabyte:.0f} MB",
            "600 MB",
        ],
        ["of this the server itself", f"{rest.server / megabyte:.0f} MB", ""],
        [
            f"`practicum serve` to its first page (median of {STARTS})",
            f"{statistics.median(rest.starts):.2f} s",
            "1 s",
        ],
        ["the very first time, with an empty data folder", f"{rest.first_start:.2f} s", ""],
        ["until TensorFlow is warm too, in the background", f"{rest.warm:.1f} s", ""],
        [
            f"a challenge's first problem, over the wire ({rest.requests} responses with their heads, gzip)",
            f"{rest.page / kilobyte:.1f} kB",
            "60 kB",
        ],
    ]
    return (
        "## The service at rest\n\n"
        "The shipped courses; memory is summed over the process tree, what processes share counted once.\n\n"
        f"{markdown(['', 'measured', 'at most'], rows)}\n"
    )
