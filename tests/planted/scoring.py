"""How well an audit does on planted banks: faults found by type, false accusations, and confusions of types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from practicum.exchange.bank import Bank
from practicum.statistics.intervals import Proportion
from tests.planted.faults import FAULTS
from tests.planted.generator import PlantedBank, PlantedFault

Audit = Callable[[Bank], Mapping[str, frozenset[str]]]
"""Returns the names of the faults it finds, by the identifier of the item. Other names and items are not counted."""

REPORTED = frozenset(FAULTS) | {"version-bound"}
"""The names that accuse. Answers such as `proved` and `not-provable` do not."""


@dataclass(frozen=True)
class Miss:
    """A planted fault that was not found under its name, and what was reported of its items instead."""

    seed: int
    planted: PlantedFault
    reported: frozenset[str]


@dataclass(frozen=True)
class Accusation:
    """A fault reported of an item that has none."""

    seed: int
    item: str
    template: str
    reported: frozenset[str]


@dataclass(frozen=True)
class Score:
    """The outcome over one bank or several."""

    planted: Mapping[str, int]
    """Planted faults by type."""
    named: Mapping[str, int]
    """Of these, found under their own name."""
    noticed: Mapping[str, int]
    """Of these, those of which any fault was reported: what a tool without names can reach."""
    clean: int
    """Items without a fault."""
    accusations: tuple[Accusation, ...] = ()
    misses: tuple[Miss, ...] = ()
    confused: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """By planted type and reported type: items with a fault of which another one was reported that they do not have."""

    def found(self, fault: str) -> Proportion:
        """The share of the faults of one type that was found under its name."""
        return Proportion(self.named.get(fault, 0), self.planted.get(fault, 0))

    @property
    def found_in_all(self) -> Proportion:
        """The share of all planted faults that was found under its name."""
        return Proportion(sum(self.named.values()), sum(self.planted.values()))

    @property
    def noticed_in_all(self) -> Proportion:
        """The share of all planted faults of which any fault was reported."""
        return Proportion(sum(self.noticed.values()), sum(self.planted.values()))

    @property
    def falsely_accused(self) -> Proportion:
        """The share of the items without a fault of which one was reported."""
        return Proportion(len(self.accusations), self.clean)


def score(results: Iterable[tuple[PlantedBank, Mapping[str, frozenset[str]]]]) -> Score:
    """Hold the findings about some banks against the truth about them."""
    planted, named, noticed = Counter[str](), Counter[str](), Counter[str]()
    confused = Counter[tuple[str, str]]()
    accusations: list[Accusation] = []
    misses: list[Miss] = []
    clean = 0
    for made, findings in results:
        reported = {item: frozenset(names) & REPORTED for item, names in findings.items()}
        for fault in made.faults:
            names = frozenset().union(*(reported.get(item, frozenset()) for item in fault.items))
            planted[fault.fault] += 1
            named[fault.fault] += fault.fault in names
            noticed[fault.fault] += bool(names)
            confused.update((fault.fault, name) for name in names - {fault.fault} - fault.implied)
            if fault.fault not in names:
                misses.append(Miss(made.seed, fault, names))
        unfaulted = [item for item, fault in made.truth.items() if fault is None]
        clean += len(unfaulted)
        accusations += [
            Accusation(made.seed, item, made.templates[item], reported[item])
            for item in unfaulted
            if reported.get(item)
        ]
    return Score(planted, named, noticed, clean, tuple(accusations), tuple(misses), confused)


def measured(audit: Audit, banks: Iterable[PlantedBank]) -> Score:
    """Score an audit on these banks."""
    return score((made, audit(made.bank)) for made in banks)


def table(scored: Score) -> str:
    """The score as Markdown, with 95 % confidence intervals."""
    rows = [
        f"| `{fault}` | {scored.planted[fault]} | {percent(scored.found(fault))} |"
        for fault in FAULTS
        if fault in scored.planted
    ]
    total = f"| all | {sum(scored.planted.values())} | {percent(scored.found_in_all)} |"
    accused = f"| falsely accused | {scored.clean} | {percent(scored.falsely_accused)} |"
    return "\n".join(["| fault | items | found (95 % CI) |", "| --- | ---: | ---: |", *rows, total, accused])


def percent(share: Proportion) -> str:
    return f"{share.value:.1%} ({share.low:.1%}–{share.high:.1%})"
