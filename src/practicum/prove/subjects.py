"""What can be proved: problems, pages, decks of cards. Each is taken apart into parts that are run and judged alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from practicum import figures, kinds
from practicum.course.cell_dependencies import find_dependencies
from practicum.course.placeholders import PlaceholderError, fill_queries, find_queries
from practicum.kinds.claims import judge_claims, plan_claims
from practicum.kinds.json_values import is_json
from practicum.kinds.literals import value_text
from practicum.kinds.run_agreement import agreed_value, stop_reason
from practicum.kinds.stdout_text import normalize_stdout
from practicum.model import (
    Card,
    Cell,
    CellFinding,
    Deck,
    Drawing,
    Failure,
    Json,
    Measured,
    Measurement,
    Observation,
    Observations,
    Opaque,
    Option,
    Page,
    Plan,
    Problem,
    Prose,
    Run,
    Topic,
    Variant,
    VariantFinding,
    Verdict,
)
from practicum.prove import page_queries
from practicum.python_source.names import mentioned_names, public_functions

Subject = Problem | Page | Deck


@dataclass(frozen=True)
class Part:
    """What is run and judged by itself: a variant of a problem, a card of a deck, or all of a page."""

    params: Mapping[str, Json]
    plan: Plan
    judge: Callable[[Observations], VariantFinding]


def parts(subject: Subject, topic: Topic) -> list[Part]:
    """The parts of a subject, in its order."""
    names = public_functions(topic.experiments)
    match subject:
        case Problem():
            return [of_variant(subject, variant, names) for variant in subject.variants]
        case Page():
            return [Part({}, _plan(subject), lambda seen: _judge_page(subject, topic, seen))]
        case Deck():
            return [_of_card(card, names) for card in subject.cards if card.claim]


def kind(subject: Subject) -> str:
    """What its evidence says that it is."""
    return subject.kind if isinstance(subject, Problem) else type(subject).__name__.lower()


def cites(subject: Subject) -> tuple[str, ...]:
    """The sources that stand for what cannot be run."""
    return subject.cites if isinstance(subject, Problem) else ()


def requires(subject: Subject) -> tuple[str, ...]:
    """The versions that it is about."""
    return subject.requires if isinstance(subject, Problem) else ()


def code(subject: Subject) -> str:
    """All of its code that says on which weights it runs."""
    match subject:
        case Problem():
            return "\n".join(one.setup + one.snippet + one.solution for one in subject.variants)
        case Page():
            return "\n".join(cell.code for cell in subject.cells)
        case Deck():
            return "\n".join(card.setup + (card.claim or "") for card in subject.cards)


# --- problems ----------------------------------------------------------------------------------------------------


def of_variant(problem: Problem, variant: Variant, experiments: frozenset[str]) -> Part:
    """One variant of a problem, judged by its kind."""
    of = kinds.get(problem.kind)
    return Part(variant.params, of.plan(problem, variant, experiments), lambda seen: of.judge(problem, variant, seen))


# --- cards -------------------------------------------------------------------------------------------------------


def _of_card(card: Card, experiments: frozenset[str]) -> Part:
    """A card is the claim that its answer is right."""
    option = Option(card.answer, key=True, claim=card.claim)
    variant = Variant({"card": card.question}, card.question, "", setup=card.setup, options=(option,))

    def judge(seen: Observations) -> VariantFinding:
        found = judge_claims(variant, seen, claim_name=lambda number: "its claim")
        if found.verdict is Verdict.REFUTED and found.options and found.options[0].holds is False:
            return replace(found, code="claim-fails", why=f"its claim does not hold: {found.options[0].observed}")
        return found

    return Part(variant.params, plan_claims(variant, experiments), judge)


# --- pages -------------------------------------------------------------------------------------------------------


def before(page: Page, cell: Cell) -> str:
    """The code of the cells above one that it builds on. None builds on one that must raise."""
    return _ground([one.code for one in page.cells[: page.cells.index(cell)] if not one.raises], cell.code)


def _ground(above: list[str], code: str) -> str:
    return "\n".join(above[index] for index in find_dependencies(above, code))


def shown_cells(page: Page) -> tuple[Cell, ...]:
    """The cells that a learner sees, in their order."""
    return tuple(cell for cell in page.cells if cell.shown)


def drawings(page: Page) -> tuple[Drawing, ...]:
    """The page's figures that are drawn from measurements."""
    return tuple(block for block in page.blocks if isinstance(block, Drawing))


def _plan(page: Page) -> Plan:
    """Each shown cell after those above it, twice: in interpreters with other hash seeds it must give the same."""
    seeds = (0, 0)
    runs = [
        Run(_name(number), cell.code, before(page, cell), seeds=seeds, quiet=True)
        for number, cell in enumerate(shown_cells(page), 1)
    ]
    if expressions := page_queries.expressions(page):
        ground = _ground([cell.code for cell in page.cells if not cell.raises], "\n".join(expressions))
        values = {expression: expression for expression in expressions}
        runs.append(Run("braces", "", ground, values, seeds=seeds, quiet=True))
    drawn = (call for drawing in drawings(page) for call in figures.get(drawing.figure).calls(drawing.table))
    return Plan(tuple(runs), tuple(dict.fromkeys((*drawn, *page_queries.calls(page)))))


def _name(number: int) -> str:
    return f"cell {number}"


def _judge_page(page: Page, topic: Topic, seen: Observations) -> VariantFinding:
    """Proved if every cell gave the same each time and raised what it says, and all that the prose asks is there."""
    names = public_functions(topic.experiments)
    for why in _wrong_questions(page, names):
        return VariantFinding({}, Verdict.ERROR, why)
    if seen.failed:
        return VariantFinding({}, Verdict.ERROR, next(iter(seen.failed.values())))
    for verdict, why in _wrong_cells(page, seen):
        return VariantFinding({}, verdict, why)
    values: dict[str, Json] = {}
    for expression, value in _values(seen).items():
        if isinstance(value, Failure | Opaque):
            said = str(value) if isinstance(value, Failure) else f"a {value.type}, which is no plain value"
            return VariantFinding({}, Verdict.REFUTED, f'`gives("{expression}")` gives {said}')
        values[expression] = value if is_json(value) else value_text(value)
    cells = tuple(_cell(seen.runs[_name(number)][0]) for number, _ in enumerate(shown_cells(page), 1))
    for why in _unanswered(page, seen.measured, values):
        return VariantFinding({}, Verdict.REFUTED, why)
    return VariantFinding({}, Verdict.PROVED, "", cells=cells, values=values)


def _wrong_questions(page: Page, experiments: frozenset[str]) -> Iterator[str]:
    for block in page.blocks:
        if isinstance(block, Prose) and not block.verbatim:
            for one in find_queries(block.text):
                for message in page_queries.mistakes(one, experiments):
                    yield f"line {block.line + one.line - 1}: {message}"


def _wrong_cells(page: Page, seen: Observations) -> Iterator[tuple[Verdict, str]]:
    for number, cell in enumerate(shown_cells(page), 1):
        where = f"the cell on line {cell.line}"
        observations = seen.runs[_name(number)]
        if reason := stop_reason(observations):
            yield Verdict.ERROR, f"{where} could not be run to its end: {reason}"
        first = observations[0]
        if any(_told(other) != _told(first) for other in observations[1:]):
            yield Verdict.UNSTABLE, f"{where} does not give the same each time"
        if first.failure and not _raises(first.failure, cell):
            yield Verdict.REFUTED, f"{where} raises {first.failure}"
        if cell.raises and not first.failure:
            yield Verdict.REFUTED, f"{where} raises nothing, and should raise {cell.raises}"
    yield from _wrong_values(seen.runs.get("braces", ()))


def _wrong_values(seen: Sequence[Observation]) -> Iterator[tuple[Verdict, str]]:
    for one in seen:
        if one.stopped or one.failure:
            yield Verdict.ERROR, f"what the prose asks could not be evaluated: {one.stopped or one.failure}"
    for expression, value in seen[0].values.items() if seen else ():
        why = agreed_value(seen, partial(_value, expression))[1]
        if why and not isinstance(value, Opaque):  # which is none of prose's, same or not
            yield Verdict.UNSTABLE, f'`gives("{expression}")` does not give the same each time: {why}'


def _value(expression: str, one: Observation) -> Any:
    return one.values.get(expression)


def _raises(failure: Failure, cell: Cell) -> bool:
    """Whether it is the exception that the cell is there to show, raised by the cell itself."""
    return failure.where == "snippet" and cell.raises in (failure.type, *failure.bases)


def _told(one: Observation) -> tuple[str, str]:
    return normalize_stdout(one.stdout), str(one.failure or "")


def _values(seen: Observations) -> Mapping[str, Any]:
    runs = seen.runs.get("braces", ())
    return runs[0].values if runs else {}


def _cell(one: Observation) -> CellFinding:
    stdout, failure = _told(one)
    return CellFinding(stdout, failure, one.figures, one.seconds)


def _unanswered(page: Page, measured: Mapping[Measurement, Measured], values: Mapping[str, Json]) -> Iterator[str]:
    """What of the prose and the drawings cannot be written with what was found."""
    functions = page_queries.answers(measured, values)
    for block in page.blocks:
        try:
            if isinstance(block, Prose) and not block.verbatim:
                fill_queries(block.text, functions)
            elif isinstance(block, Drawing):
                figures.get(block.figure).draw(block.table, measured, 1)
        except PlaceholderError as reason:
            yield f"line {block.line + reason.line - 1}: {reason}"
        except (KeyError, ValueError, IndexError) as reason:
            yield f"line {block.line}: the `{getattr(block, 'figure', 'text')}` cannot be drawn: {reason}"


# --- what a verdict rests on ---------------------------------------------------------------------------------------


def rests_on(subject: Page | Deck) -> dict[str, Json]:
    """All that the verdict of a page or a deck depends on, as JSON, but for experiments."""
    if isinstance(subject, Deck):
        return {"cards": [[card.question, card.answer, card.setup, card.claim] for card in subject.cards]}
    drawn = [[one.figure, dict(one.table)] for one in drawings(subject)]
    cells: list[Json] = [[cell.code, cell.shown, cell.raises] for cell in subject.cells]
    questions = [[one.function, list(one.positional), dict(one.named)] for one in page_queries.asked(subject)]
    return {"cells": cells, "drawings": drawn, "asked": questions}


def named(subject: Page | Deck, topic: Topic) -> frozenset[str]:
    """The experiments that it names; `*` where its code imports the module itself."""
    calls = {call.function for part in parts(subject, topic) for call in part.plan.measurements}
    names = public_functions(topic.experiments)
    text = code(subject)
    spelt = any(name in text for name in ("experiments", *names))
    mentioned = (
        frozenset().union(*(mentioned_names(piece) for piece in _pieces(subject))) if spelt else frozenset[str]()
    )
    return frozenset({"*"}) if "experiments" in mentioned else frozenset(calls) | (mentioned & names)


def _pieces(subject: Page | Deck) -> list[str]:
    if isinstance(subject, Page):
        return [cell.code for cell in subject.cells]
    return [piece for card in subject.cards for piece in (card.setup, card.claim or "")]
