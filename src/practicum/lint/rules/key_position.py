"""The positions of the keys over a bank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from practicum.lint.item import LintItem
from practicum.lint.rule import Flaw, Rule, Severity
from practicum.lint.sources import ATTALI, HALADYNA, Source
from practicum.statistics.chi_squared import uniform_p

P = 0.001
"""The probability below which positions are not chance."""
EXCESS = 1.25
"""How many times its share the most frequent position has at least: less is of no use to a guesser."""
PER_POSITION = 5
"""The items per position that the test needs."""


def key_position(items: Sequence[LintItem]) -> Iterator[Flaw]:
    """One position that holds too many keys, among the items with the same number of options."""
    groups: dict[int, list[LintItem]] = {}
    for item in items:
        if len(item.keys) == 1 and len(item.options) > 1 and not (item.is_shuffled or item.is_true_false):
            groups.setdefault(len(item.options), []).append(item)
    for size, group in sorted(groups.items()):
        yield from _uneven(size, group)


def _uneven(size: int, group: Sequence[LintItem]) -> Iterator[Flaw]:
    counts = Counter(next(at for at, option in enumerate(item.options, 1) if option.key) for item in group)
    if len(group) < PER_POSITION * size:
        return
    position, most = counts.most_common(1)[0]
    p = uniform_p([counts[at] for at in range(1, size + 1)])
    if p < P and most * size >= EXCESS * len(group):
        message = (
            f"the key is option {position} in {most} of {len(group)} items with {size} options whose order is fixed"
        )
        yield Flaw(group[0], f"{message} (chi-squared, p = {p:.0e}): shuffle the options, or move the keys")


RULES = (
    Rule(
        "key-position",
        Severity.WARNING,
        "The keys of a bank are spread over all positions, unless the options are shuffled.",
        (Source(HALADYNA, "guideline 20"), Source(ATTALI)),
        key_position,
    ),
)
