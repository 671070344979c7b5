"""Who is next in a line that shares slots fairly: between addresses, then between the clients of an address. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

Group = tuple[str, ...]
"""Clients that take turns with others as one. Its length is its level: 1 for an address, more for a part of one."""


def has_room(held: int, total: int, size: int) -> bool:
    """Return whether a group that holds `held` of `total` taken places, of `size`, may take one more.

    It may hold as many as are free: one group alone takes half of all places, two take a third each. So there is always
    room for a new group, and a group that shares its address with many people has a large part.
    """
    return held < size - total


@dataclass(frozen=True)
class Client:
    """Who starts runs.

    Args:
        person: A name for the person that does not reveal their cookie. Empty for the service's own runs.
        address: The network that the person uses. A whole class may share one.
        newcomer: Whether the person's cookie was issued a short while ago. Cookies cost nothing, so the newcomers of
            an address take turns with its other clients as if they were one person.
    """

    person: str = ""
    address: str = ""
    newcomer: bool = False

    @property
    def groups(self) -> tuple[Group, Group, Group]:
        """The groups to which the client belongs, from the widest to the client alone."""
        second = (self.address, "newcomers") if self.newcomer else (self.address, "known", self.person)
        return (self.address,), second, (*second, self.person)


@dataclass(eq=False)
class Ticket:
    """A run in the line."""

    client: Client
    number: int
    started: bool = field(default=False)


class FairShare:
    """`size` slots and the line for them. It is not thread-safe.

    A free slot goes to the address that holds the fewest slots; among equals, to the one served least recently. Within
    the address it goes, by the same rule, to a client. So neither forty waiting runs nor fifty cookies of one client
    delay the first run of a client at another address.

    Args:
        size: The number of slots.
        per_person: The number of slots that a person may hold. Default: all.
        per_address: The number of slots that an address may hold. Default: all.
    """

    def __init__(self, size: int, per_person: int | None = None, per_address: int | None = None) -> None:
        self.size = size
        self.waiting: list[Ticket] = []
        self._closed = False
        self._limits = (per_address or size, size, per_person or size)
        """For each level of groups, the number of slots that a group may hold."""
        self._held: Counter[Group] = Counter()
        self._served: dict[Group, int] = {}
        """The number of the latest slot of each group that still runs or waits."""
        self._numbers = itertools.count()
        self._line: dict[Ticket, int] = {}

    @property
    def running(self) -> int:
        return sum(held for group, held in self._held.items() if len(group) == 1)

    def waiting_of(self, person: str) -> int:
        """Return how many runs of a person wait."""
        return sum(ticket.client.person == person for ticket in self.waiting)

    def enter(self, client: Client) -> Ticket:
        """Add a run to the line. It has started if a slot was free."""
        ticket = Ticket(client, next(self._numbers))
        self.waiting.append(ticket)
        self._admit()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Free the slot of a run that has ended, or remove one that still waits."""
        if ticket.started:
            self._held.subtract(ticket.client.groups)
            self._held += Counter()  # drop groups that hold no slot
        else:
            self.waiting.remove(ticket)
        self._admit()
        present = {group for waiting in self.waiting for group in waiting.client.groups} | self._held.keys()
        self._served = {group: number for group, number in self._served.items() if group in present}

    def close(self) -> None:
        """Assign no more slots."""
        self._closed = True

    def ahead(self, ticket: Ticket) -> int:
        """Return how many waiting runs would start before this one if no more arrive."""
        return self._line[ticket]

    def _admit(self) -> None:
        """Assign the free slots to waiting runs."""
        while self.running < self.size and not self._closed:
            free = self._in_order([ticket for ticket in self.waiting if self._may_hold_one_more(ticket)])
            if not free:
                break
            self._start(free[0])
        self._line = {ticket: place for place, ticket in enumerate(self._in_order(self.waiting))}

    def _may_hold_one_more(self, ticket: Ticket) -> bool:
        groups = ticket.client.groups
        return all(self._held[group] < limit for group, limit in zip(groups, self._limits, strict=True))

    def _start(self, ticket: Ticket) -> None:
        self.waiting.remove(ticket)
        ticket.started = True
        self._held.update(ticket.client.groups)
        self._served.update(dict.fromkeys(ticket.client.groups, next(self._numbers)))

    def _in_order(self, tickets: Sequence[Ticket], level: int = 0) -> list[Ticket]:
        """Return tickets in the order in which they would be served: each group's own line, merged with the others."""
        if level == len(self._limits):
            return list(tickets)
        groups: dict[Group, list[Ticket]] = {}
        for ticket in tickets:
            groups.setdefault(ticket.client.groups[level], []).append(ticket)
        ranked = [
            (self._held[group] + place, self._served.get(group, -1), ticket.number, ticket)
            for group, members in groups.items()
            for place, ticket in enumerate(self._in_order(members, level + 1))
        ]
        return [ticket for *_, ticket in sorted(ranked, key=lambda entry: entry[:3])]
