"""The line for slots, simulated: who starts when, next to a greedy client. The clock is a number."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.runner.fair_share import Client, FairShare, Ticket, has_room

PROCESSORS = 2
ATTACKER, LEARNER = "192.0.2.66", "198.51.100.7"
LONG, SHORT = 60.0, 1.0


def served_share(processors: int = PROCESSORS) -> FairShare:
    """A share as `practicum serve` makes it."""
    return FairShare(processors + 1, per_person=max(1, processors - 1), per_address=processors)


@dataclass(order=True)
class _Event:
    at: float
    number: int
    client: Client = field(compare=False)
    seconds: float = field(compare=False)
    ended: Ticket | None = field(compare=False, default=None)


class Simulation:
    """Runs that arrive, wait and end in simulated time."""

    def __init__(self, share: FairShare) -> None:
        self.share = share
        self.waits: dict[Client, list[float]] = {}
        self._events: list[_Event] = []
        self._numbers = itertools.count()
        self._waiting: dict[Ticket, _Event] = {}

    def arrives(self, at: float, client: Client, seconds: float) -> None:
        heapq.heappush(self._events, _Event(at, next(self._numbers), client, seconds))

    def run(self) -> None:
        """Simulate until every run has ended."""
        while self._events:
            event = heapq.heappop(self._events)
            if event.ended:
                self.share.leave(event.ended)
            else:
                self._waiting[self.share.enter(event.client)] = event
            for ticket in [ticket for ticket in self._waiting if ticket.started]:
                arrival = self._waiting.pop(ticket)
                self.waits.setdefault(arrival.client, []).append(event.at - arrival.at)
                ends = event.at + arrival.seconds
                heapq.heappush(self._events, _Event(ends, next(self._numbers), arrival.client, 0, ticket))


def greedy_clients(count: int = 50, address: str = ATTACKER, newcomer: bool = True) -> list[Client]:
    """Identities that one client has invented."""
    return [Client(f"greedy {number}", address, newcomer) for number in range(count)]


def simulated(greedy: Sequence[Client], honest: Client, seconds: float, runs: int = 20) -> list[float]:
    """Return for how long each run of an honest client waits while greedy ones send more long runs than can be run."""
    simulation = Simulation(served_share())
    for number, client in itertools.product(range(5), greedy):
        simulation.arrives(number, client, LONG)
    for number in range(runs):
        simulation.arrives(10 + 3 * number * seconds, honest, seconds)
    simulation.run()
    return simulation.waits[honest]


@pytest.mark.parametrize("seconds", [SHORT, 10.0, LONG])
@pytest.mark.parametrize("newcomer", [True, False])
def test_fifty_identities_at_one_address_do_not_delay_a_learner_elsewhere(seconds: float, newcomer: bool) -> None:
    """Each run of an honest learner starts within three times its time alone, whatever the greedy client's age."""
    waits = simulated(greedy_clients(newcomer=newcomer), Client("ada", LEARNER, newcomer=True), seconds)

    assert len(waits) == 20
    assert max(waits) <= 3 * seconds


def test_a_class_behind_one_address_keeps_all_processors_busy() -> None:
    """Forty learners share them one after another, and no one of them is refused or starves."""
    simulation = Simulation(served_share())
    learners = [Client(f"learner {number}", LEARNER) for number in range(40)]
    for learner in learners:
        simulation.arrives(0, learner, SHORT)
        simulation.arrives(0, learner, SHORT)
    simulation.run()

    assert simulation.waits.keys() == set(learners)
    assert max(max(waits) for waits in simulation.waits.values()) == 2 * 40 * SHORT / PROCESSORS - SHORT
    assert max(waits[0] for waits in simulation.waits.values()) == 40 * SHORT / PROCESSORS - SHORT


def test_invented_identities_in_a_class_are_one_among_its_learners() -> None:
    """A learner of long standing at the greedy client's own address is next, before 250 runs of newcomers."""
    share = served_share()
    for client in greedy_clients() * 5:
        share.enter(client)
    classmate = share.enter(Client("ada", ATTACKER))

    assert not classmate.started
    assert share.ahead(classmate) == 0


def test_newcomers_of_an_address_are_not_starved_by_the_others() -> None:
    """They take every other turn."""
    share = FairShare(1)
    running = share.enter(Client("ada"))
    newcomer = share.enter(Client("eve", newcomer=True))
    again = share.enter(Client("ada"))

    share.leave(running)

    assert newcomer.started
    assert not again.started


def test_slots_go_to_addresses_in_turn_then_to_their_clients() -> None:
    """With one slot, an address with one client gets every other run, and the clients of another share the rest."""
    share = FairShare(1)
    names = {share.enter(Client("first")): "first"}
    for name, address in [("ada", "a"), ("ada", "a"), ("bob", "a"), ("eve", "e"), ("eve", "e"), ("eve", "e")]:
        names[share.enter(Client(name, address))] = name

    started = [names[ticket] for ticket in started_in_turn(share, list(names))]

    assert started == ["first", "ada", "eve", "bob", "eve", "ada", "eve"]


def started_in_turn(share: FairShare, tickets: Sequence[Ticket]) -> Iterator[Ticket]:
    """Yield the tickets of a share with one slot as they start."""
    left = list(tickets)
    while left:
        [current] = [ticket for ticket in left if ticket.started]
        yield current
        left.remove(current)
        share.leave(current)


CLIENTS = st.builds(Client, st.sampled_from("abcd"), st.sampled_from("xyz"), st.booleans())


@given(st.lists(CLIENTS, max_size=30), st.integers(2, 4))
def test_every_run_starts_and_no_limit_is_exceeded(clients: list[Client], size: int) -> None:
    """Whoever arrives in whatever order, each address, each person and the whole keep to their limits."""
    share = FairShare(size, per_person=1, per_address=size - 1)
    tickets = [share.enter(client) for client in clients]
    count = 0
    while tickets:
        running = [ticket for ticket in tickets if ticket.started]
        addresses = Counter(ticket.client.address for ticket in running)
        people = Counter(ticket.client.groups[-1] for ticket in running)

        assert running
        assert share.running == len(running) <= size
        assert all(held <= size - 1 for held in addresses.values())
        assert all(held == 1 for held in people.values())
        assert sorted(map(share.ahead, share.waiting)) == list(range(len(share.waiting)))

        ended = running[count % len(running)]
        count += 1
        tickets.remove(ended)
        share.leave(ended)

    assert share.running == 0


def test_a_greedy_group_leaves_room_for_the_next() -> None:
    """One group may take half of all places, for a class behind one address; the next one half of the rest."""
    held = [0, 0, 0, 0]
    for group in range(len(held)):
        while has_room(held[group], sum(held), 400):
            held[group] += 1

    assert held == [200, 100, 50, 25]
