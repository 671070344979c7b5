"""Banks of true items with planted faults: from a seed, the bank and the truth about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Bank,
    BankOption,
    Choice,
    Item,
    NumberAnswer,
    ShortAnswer,
)
from tests.planted.drafts import Draft, DraftOption, Form, Unsuitable, Written, draw
from tests.planted.faults import FAULTS, Planted, plant
from tests.planted.observing import Fact
from tests.planted.traps import PAIRS, trap
from tests.planted.typography import (
    fence,
    laid_out,
    lettered,
    one_line,
    smart_quotes,
    span,
    tight,
    typeset,
    whole_floats,
)

ITEMS = 400
SHARE_OF_EACH_FAULT = {fault: 0.09 if fault == "wrong-key" else 0.035 for fault in FAULTS}
"""Of the items of a bank, counting a pair of items that are at odds as one."""
SHARE_OF_TRAPS = 0.17
PAIRS_OF_TRAPS = 6


@dataclass(frozen=True)
class PlantedFault:
    """A fault that was planted. It is found if it is reported of any of its items."""

    fault: str
    cause: str
    items: tuple[str, ...]
    implied: frozenset[str]
    """Other faults that these items have for the same reason."""


@dataclass(frozen=True)
class PlantedBank:
    """A bank and the truth about it."""

    seed: int
    bank: Bank
    faults: tuple[PlantedFault, ...]
    facts: Mapping[str, tuple[Fact | None, ...]] = field(repr=False)
    """By item: what each of its options or accepted answers states, None for prose."""
    templates: Mapping[str, str] = field(repr=False)
    """By item: what it was made from; those of traps begin with `trap: `."""

    @property
    def truth(self) -> dict[str, str | None]:
        """The planted fault of each item, or None."""
        faulted = {item: planted.fault for planted in self.faults for item in planted.items}
        return {item.identifier: faulted.get(item.identifier) for item in self.bank.items}


def planted_bank(seed: int, count: int = ITEMS) -> PlantedBank:
    """A bank of `count` items. One seed always gives the same; two share few texts."""
    random = Random(seed)
    groups = list(draws(random, count))
    tickets = [(number, draft) for number, (_, drafts) in enumerate(groups) for draft in drafts]
    random.shuffle(tickets)
    items, facts, templates = [], {}, {}
    members: dict[int, list[str]] = {}
    for at, (number, draft) in enumerate(tickets, 1):
        identifier = f"item-{at:04}"
        item, facts[identifier] = typeset_item(random, draft, identifier)
        items.append(item)
        templates[identifier] = draft.template
        members.setdefault(number, []).append(identifier)
    faults = [
        PlantedFault(planted.fault, planted.cause, tuple(members[number]), planted.implied)
        for number, (planted, _) in enumerate(groups)
        if planted is not None
    ]
    return PlantedBank(seed, Bank(f"Planted {seed}", tuple(items)), tuple(faults), facts, templates)


def draws(random: Random, count: int) -> Iterator[tuple[Planted | None, tuple[Draft, ...]]]:
    """The drafts of a bank, in groups of those that are about one fault. No two groups ask the same."""
    seen: set[str] = set()
    left = count

    def new(drafts: tuple[Draft, ...]) -> bool:
        signatures = {draft.signature for draft in drafts}
        known = bool(signatures & seen)
        seen.update(signatures)
        return not known

    for fault, share in SHARE_OF_EACH_FAULT.items():
        planned = max(1, round(share * count))
        while planned:
            planted = plant(random, fault)
            if new(planted.drafts):
                planned, left = planned - 1, left - len(planted.drafts)
                yield planted, planted.drafts
    for build in PAIRS * (PAIRS_OF_TRAPS // len(PAIRS)):
        if (pair := attempted(build, random)) and new(pair):
            left -= len(pair)
            yield None, pair
    traps = round(SHARE_OF_TRAPS * count)
    while left:
        draft = trap(random) if traps > 0 else draw(random)
        if new((draft,)):
            traps, left = traps - 1, left - 1
            yield None, (draft,)


def attempted(build: object, random: Random) -> tuple[Draft, ...]:
    try:
        return build(random)  # type: ignore[operator,no-any-return]
    except Unsuitable:
        return ()


def typeset_item(random: Random, draft: Draft, identifier: str) -> tuple[Item, tuple[Fact | None, ...]]:
    """The item as its author wrote it, and the facts behind its options in their order."""
    below, apart = laid_out(random, draft.code, draft.transcript) if draft.code else ("", "")
    ordered = list(draft.options)
    if draft.form is not Form.STATEMENT:
        random.shuffle(ordered)
    ordered.sort(key=lambda option: option.last)
    answer = typeset_answer(random, draft, ordered)
    item = Item(
        identifier,
        draft.stem + below,
        answer,
        title=random.choice(["", f"Question {random.randint(1, 99)}"]),
        code=apart,
        category=("Python",) if random.random() < 0.5 else (),
    )
    return item, tuple(option.fact for option in ordered)


def typeset_answer(random: Random, draft: Draft, options: list[DraftOption]) -> Answer:
    """The answer of an item, with the options in this order."""
    texts = typeset_texts(random, draft, options)
    if draft.form is Form.SHORT:
        return ShortAnswer(tuple(AcceptedText(text) for text in texts))
    if draft.form is Form.NUMBER:
        return NumberAnswer(tuple(AcceptedNumber.around(Decimal(option.text)) for option in options))
    marked = sum(option.marked for option in options)
    credit = Decimal(100) / marked
    return Choice(
        tuple(
            BankOption(text, credit if option.marked else Decimal(0))
            for text, option in zip(texts, options, strict=True)
        ),
        several=draft.form is Form.SEVERAL,
        shuffle=not options[-1].last,
        true_false=draft.form is Form.STATEMENT,
    )


def typeset_texts(random: Random, draft: Draft, options: list[DraftOption]) -> list[str]:
    """The texts of the options in one typography."""
    texts = [option.text for option in options]
    if draft.form is Form.SHORT:
        style = random.choice([smart_quotes, tight, whole_floats])
        return [one_line(random, style(random, text)) for text in texts]
    if draft.written is Written.CODE:
        blocks = any("\n" in text for text in texts)
        return [fence(random, text) if blocks else span(random, text) for text in texts]
    if draft.written is Written.AS_IT_IS:
        return texts
    values = [at for at, option in enumerate(options) if not option.last]
    written = typeset(random, [texts[at] for at in values], draft.written is Written.EXACT)
    texts = [*written, *texts[len(values) :]]
    plain = not any("\n" in text or text.startswith("It ") for text in texts) and draft.form is Form.SINGLE
    return lettered(texts) if plain and random.random() < 0.06 else texts
