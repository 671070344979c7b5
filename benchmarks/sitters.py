"""Learners in the middle of challenges, made over HTTP, and the answers that they are about to give."""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.wire import Address, Answer, Line, get, post

CLIENTS = 8
PROBLEMS = 5
START = "/course/topic/challenge"


@dataclass(frozen=True)
class Posting:
    """One answer, ready to be sent, and the nonce under which it must be stored."""

    request: bytes
    nonce: str
    right: bool
    leads_to: str


Pair = tuple[Posting, Posting]
"""A wrong first try and the right second one, to be sent in this order."""


@dataclass(frozen=True)
class Learner:
    """A browser with a page open, known by its cookie."""

    address: Address
    cookie: str

    def form(self, path: str, nonce: str, **fields: str) -> bytes:
        """A form as a browser sends it."""
        headers = {
            "cookie": self.cookie,
            "origin": f"http://{self.address.host}:{self.address.port}",
            "sec-fetch-site": "same-origin",
            "accept": "text/html",
            "accept-encoding": "gzip, deflate, br",
        }
        return post(self.address, path, headers, {"nonce": nonce, **fields})


class Sitters:
    """Learners in the middle of challenges, and the answers they are about to give."""

    def __init__(self, address: Address, database: Path) -> None:
        self._address, self._database = address, database
        self._numbers = itertools.count()

    def ready(self, count: int) -> list[Pair]:
        """So many answers: wrong first tries, each with the right second one.

        They stand at the first, the second … the last problem of a challenge, as many at each, its page just opened.
        """
        return [self._tries(*one) for one in asyncio.run(self._begun(count // 2))]

    def _tries(self, learner: Learner, sitting: str, index: int, places: tuple[int, int]) -> Pair:
        right, wrong = places
        return self._posting(learner, sitting, index, wrong, False), self._posting(learner, sitting, index, right, True)

    def _posting(self, learner: Learner, sitting: str, index: int, place: int, right: bool) -> Posting:
        page, nonce = f"/s/{sitting}/{index + 1}", self._nonce()
        return Posting(learner.form(f"{page}/answer", nonce, answer=str(place)), nonce, right, page)

    def _nonce(self) -> str:
        return f"bench{next(self._numbers):011}"

    async def _begun(self, count: int) -> list[tuple[Learner, str, int, tuple[int, int]]]:
        """Sittings begun over HTTP: whose, which, the problem each is at, and where a right and a wrong option are."""
        shares = [range(number, count, CLIENTS) for number in range(CLIENTS)]
        found = await asyncio.gather(*(self._share(share) for share in shares))
        return [one for several in found for one in several]

    async def _share(self, numbers: Sequence[int]) -> list[tuple[Learner, str, int, tuple[int, int]]]:
        line = await Line.to(self._address)
        learner = await self._visit(line, START)
        begun = []
        for number in numbers:
            answer = await line.ask(learner.form(START, self._nonce(), clock="off"))
            sitting = expected(answer, "/s/").split("/")[2]
            places, index = self._places(sitting), number % PROBLEMS
            for done in range(index):
                page = f"/s/{sitting}/{done + 1}"
                expected(
                    await line.ask(learner.form(f"{page}/answer", self._nonce(), answer=str(places[done][0]))), page
                )
                expected(await line.ask(learner.form(f"{page}/next", self._nonce())), f"/s/{sitting}/{done + 2}")
            opened = await self._visit(line, f"/s/{sitting}/{index + 1}", learner.cookie)
            begun.append((opened, sitting, index, places[index]))
        line.close()
        return begun

    async def _visit(self, line: Line, path: str, cookie: str = "") -> Learner:
        page = await line.ask(get(self._address, path, {"accept": "text/html", "cookie": cookie}))
        if page.status != 200 or b'method="post"' not in page.body:
            raise RuntimeError(f"no form at {path}: {page.status}")
        return Learner(self._address, cookie or page.header("set-cookie").split(";")[0])

    def _places(self, sitting: str) -> list[tuple[int, int]]:
        """Where each problem of the sitting shows its first option, which is right, and its second, which is not."""
        with closing(sqlite3.connect(self._database)) as database:
            (paper,) = database.execute("SELECT paper FROM sitting WHERE id = ?", (sitting,)).fetchone()
        orders = [item["order"] for item in json.loads(paper)["items"]]
        return [(order.index(0) + 1, order.index(1) + 1) for order in orders]


def expected(answer: Answer, begins: str) -> str:
    """Where the answer leads. Raises RuntimeError if it was not taken."""
    to = answer.header("location")
    if answer.status != 303 or not to.startswith(begins):
        raise RuntimeError(f"not taken: {answer.status} {to} {answer.body[:300]!r}")
    return to
