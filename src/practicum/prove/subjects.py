"""What can be proved (problems, pages, decks of cards), and the parts of each that are run and judged separately."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from practicum import figures, kinds
from practicum.course.cell_dependencies import find_dependencies
from practicum.course.placeholders import PlaceholderError, fill_queries
from practicum.kinds.claims import judge_claims, plan_claims
from practicum.kinds.json_values import is_json
from practicum.kinds.literals import value_text
from practicum.kinds.run_agreement import agreed_value, stop_reason
from practicum.kinds.stdout_text import normalize_stdout
from practicum.model import (
    Card,
    Cell,
    CellFinding,
    DataFile,
    Deck,
    Drawing,
    Failure,
    Image,
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
from practicum.python_source.names import public_functions
from practicum.python_source.parsing import is_python

Subject = Problem | Page | Deck


@dataclass(frozen=True)
class ProofPart:
    """A part of a subject that is run and judged separately: a problem's variant, a deck's card, or a whole page."""

    params: Mapping[str, Json]
    plan: Plan
    judge: Callable[[Observations], VariantFinding]
    further: Callable[[Observations], tuple[Measurement, ...]] = lambda observed: ()
    """What must be measured as well, after these measurements; nothing if they suffice."""


def parts(subject: Subject, topic: Topic) -> list[ProofPart]:
    """Return the parts of a subject, in its order."""
    names = public_functions(topic.experiments)
    match subject:
        case Problem():
            return [variant_part(subject, variant, names) for variant in subject.variants]
        case Page():
            return [ProofPart({}, _plan(subject), lambda observed: _judge_page(subject, topic, observed))]
        case Deck():
            return [_card_part(card, names) for card in subject.cards if card.claim]


def kind(subject: Subject) -> str:
    """Return the kind of subject that its evidence states: a problem's kind, `page` or `deck`."""
    return subject.kind if isinstance(subject, Problem) else type(subject).__name__.lower()


def cites(subject: Subject) -> tuple[str, ...]:
    """Return the sources that a subject cites in place of a proof."""
    return subject.cites if isinstance(subject, Problem) else ()


def images(subject: Subject) -> tuple[Image, ...]:
    """Return the images that a subject's texts show."""
    match subject:
        case Problem():
            return tuple(image for variant in subject.variants for image in variant.images)
        case Page():
            return subject.images
        case Deck():
            return tuple(image for card in subject.cards for image in card.images)


def data_files(subject: Subject) -> tuple[DataFile, ...]:
    """Return the files that a subject's code can open."""
    return () if isinstance(subject, Deck) else subject.data


def requires(subject: Subject) -> tuple[str, ...]:
    """Return the versions that a subject is about: `keras>=3`."""
    return subject.requires if isinstance(subject, Problem) else ()


def code(subject: Subject) -> str:
    """Return all code of a subject that is run: what its author wrote and its check."""
    variants = subject.variants if isinstance(subject, Problem) else ()
    checks = [check for variant in variants for check in (variant.check, *(case.check for case in variant.tests))]
    return "\n".join([model_code(subject), *checks])


def model_code(subject: Subject) -> str:
    """Return the code in which a subject creates its models, to find out which weights they start from."""
    match subject:
        case Problem():
            options = kinds.get(subject.kind).option_code
            parts = (
                (variant.setup, variant.snippet, variant.solution, *filter(is_python, options(variant)))
                for variant in subject.variants
            )
            return "\n".join(part for variant in parts for part in variant)
        case Page():
            return "\n".join(cell.code for cell in subject.cells)
        case Deck():
            return "\n".join(part for card in subject.cards for part in (card.setup, card.claim or ""))


# --- problems ----------------------------------------------------------------------------------------------------


def variant_part(problem: Problem, variant: Variant, experiments: frozenset[str]) -> ProofPart:
    """Return one variant of a problem as a part, which the problem's kind judges."""
    kind = kinds.get(problem.kind)
    plan = kind.plan(problem, variant, experiments).with_data(problem.data)
    return ProofPart(
        variant.params,
        plan,
        lambda observed: kind.judge(problem, variant, observed),
        lambda observed: kind.further_measurements(variant, observed),
    )


# --- cards -------------------------------------------------------------------------------------------------------


def _card_part(card: Card, experiments: frozenset[str]) -> ProofPart:
    """Return a card as a part: its claim must hold."""
    option = Option(card.answer, key=True, claim=card.claim)
    variant = Variant({"card": card.question}, card.question, "", setup=card.setup, options=(option,))

    def judge(observed: Observations) -> VariantFinding:
        finding = judge_claims(variant, observed, claim_name=lambda number: "its claim")
        if finding.verdict is Verdict.REFUTED and finding.options and finding.options[0].holds is False:
            return replace(finding, code="claim-fails", why=f"its claim does not hold: {finding.options[0].observed}")
        return finding

    return ProofPart(variant.params, plan_claims(variant, experiments), judge)


# --- pages -------------------------------------------------------------------------------------------------------


def code_above(page: Page, cell: Cell) -> str:
    """Return the code of the cells above a cell that it depends on. A cell that must raise is not among them."""
    above = page.cells[: page.cells.index(cell)]
    return _needed_code([other.code for other in above if not other.raises], cell.code)


def _needed_code(above: list[str], code: str) -> str:
    return "\n".join(above[index] for index in find_dependencies(above, code))


def shown_cells(page: Page) -> tuple[Cell, ...]:
    """Return the cells that a learner sees, in their order."""
    return tuple(cell for cell in page.cells if cell.shown)


def drawings(page: Page) -> tuple[Drawing, ...]:
    """Return the page's figures that are drawn from measurements."""
    return tuple(block for block in page.blocks if isinstance(block, Drawing))


def _plan(page: Page) -> Plan:
    """Return the runs of each shown cell after those it depends on, twice: the hash seed must not matter."""
    seeds = (0, 0)
    runs = [
        Run(_name(number), cell.code, code_above(page, cell), seeds=seeds, quiet=True, echo=True)
        for number, cell in enumerate(shown_cells(page), 1)
    ]
    if expressions := page_queries.expressions(page):
        setup = _needed_code([cell.code for cell in page.cells if not cell.raises], "\n".join(expressions))
        values = {expression: expression for expression in expressions}
        runs.append(Run("braces", "", setup, values, seeds=seeds, quiet=True))
    drawn = (call for drawing in drawings(page) for call in figures.get(drawing.figure).calls(drawing.table))
    return Plan(tuple(runs), tuple(dict.fromkeys((*drawn, *page_queries.calls(page))))).with_data(page.data)


def _name(number: int) -> str:
    return f"cell {number}"


def _judge_page(page: Page, topic: Topic, observed: Observations) -> VariantFinding:
    """Judge a page: proved if its cells print the same each time, raise what they must, and its prose can be filled."""
    names = public_functions(topic.experiments)
    for why in _wrong_queries(page, names):
        return VariantFinding({}, Verdict.ERROR, why, code="wrong-query")
    if observed.failed:
        return VariantFinding({}, Verdict.ERROR, next(iter(observed.failed.values())), code="experiment-failed")
    for verdict, code, why in _wrong_cells(page, observed):
        return VariantFinding({}, verdict, why, code=code)
    values: dict[str, Json] = {}
    for expression, value in _values(observed).items():
        if isinstance(value, Failure | Opaque):
            result = f"raises {value}" if isinstance(value, Failure) else f"is a {value.type}, not plain data"
            return VariantFinding({}, Verdict.REFUTED, f'`gives("{expression}")` {result}', code="not-plain-data")
        values[expression] = json.loads(json.dumps(value)) if is_json(value) else value_text(value)
    cells = tuple(_cell(observed.runs[_name(number)][0]) for number, _ in enumerate(shown_cells(page), 1))
    for why in _unanswered(page, observed.measured, values):
        return VariantFinding({}, Verdict.REFUTED, why, code="unanswered-query")
    return VariantFinding({}, Verdict.PROVED, "", cells=cells, values=values)


def _wrong_queries(page: Page, experiments: frozenset[str]) -> Iterator[str]:
    for block in page.blocks:
        for query in page_queries.queries_in(block) if isinstance(block, Prose) else ():
            for message in page_queries.find_mistakes(query, experiments):
                yield f"line {block.line + query.line - 1}: {message}"


Objection = tuple[Verdict, str, str]
"""A verdict, its code, and its reason."""


def _wrong_cells(page: Page, observed: Observations) -> Iterator[Objection]:
    for number, cell in enumerate(shown_cells(page), 1):
        where = f"the cell on line {cell.line}"
        observations = observed.runs[_name(number)]
        if reason := stop_reason(observations):
            yield Verdict.ERROR, "cell-stopped", f"{where} has no result: {reason}"
        first = observations[0]
        if any(_output(other) != _output(first) for other in observations[1:]):
            yield Verdict.UNSTABLE, "depends-on-chance", f"{where} does not print the same each time"
        if first.failure and not _raises(first.failure, cell):
            yield Verdict.REFUTED, "cell-raises", f"{where} raises {first.failure}"
        if cell.raises and not first.failure:
            yield Verdict.REFUTED, "cell-does-not-raise", f"{where} raises no exception, but should raise {cell.raises}"
    yield from _wrong_values(observed.runs.get("braces", ()))


def _wrong_values(runs: Sequence[Observation]) -> Iterator[Objection]:
    for run in runs:
        if reason := run.stopped or run.failure:
            yield Verdict.ERROR, "not-evaluated", f"the expressions of the prose could not be evaluated: {reason}"
    for expression, value in runs[0].values.items() if runs else ():
        why = agreed_value(runs, partial(_value, expression))[1]
        if why and not isinstance(value, Opaque):  # refuted later, the same or not
            yield Verdict.UNSTABLE, "depends-on-chance", f'`gives("{expression}")` is not the same each time: {why}'


def _value(expression: str, run: Observation) -> Any:
    return run.values.get(expression)


def _raises(failure: Failure, cell: Cell) -> bool:
    """Return whether an exception is the one that the cell must raise, and is raised by the cell itself."""
    return failure.running == "snippet" and cell.raises in (failure.type, *failure.bases)


def _output(run: Observation) -> tuple[str, str]:
    return normalize_stdout(run.stdout), str(run.failure or "")


def _values(observed: Observations) -> Mapping[str, Any]:
    runs = observed.runs.get("braces", ())
    return runs[0].values if runs else {}


def _cell(run: Observation) -> CellFinding:
    stdout, failure = _output(run)
    return CellFinding(stdout, failure, run.figures, run.seconds)


def _unanswered(page: Page, measured: Mapping[Measurement, Measured], values: Mapping[str, Json]) -> Iterator[str]:
    """Yield what is wrong with prose that cannot be filled in, and figures that cannot be drawn, from the results."""
    functions = page_queries.answer_functions(measured, values)
    for block in page.blocks:
        try:
            if isinstance(block, Prose) and not block.verbatim:
                fill_queries(block.text, functions)
            elif isinstance(block, Drawing):
                figures.get(block.figure).draw(block.table, measured, 1)
        except PlaceholderError as error:
            yield f"line {block.line + error.line - 1}: {error}"
        except (KeyError, ValueError, IndexError) as error:
            yield f"line {block.line}: the `{getattr(block, 'figure', 'text')}` cannot be drawn: {error}"


# --- what a verdict depends on -------------------------------------------------------------------------------------


def named_experiments(subject: Subject) -> frozenset[str]:
    """Return the experiments that a subject uses other than in Python code, which :func:`texts` returns."""
    match subject:
        case Problem():
            kind = kinds.get(subject.kind)
            return frozenset().union(*(kind.experiment_names(variant) for variant in subject.variants))
        case Page():
            return frozenset(call.function for call in _plan(subject).measurements)
        case Deck():
            return frozenset()


def texts(subject: Subject) -> list[str]:
    """Return every text of a subject that is run or evaluated, or names what is."""
    match subject:
        case Problem():
            options = kinds.get(subject.kind).option_code
            return [text for each in subject.variants for text in (*_variant_texts(each), *options(each))]
        case Page():
            return [cell.code for cell in subject.cells]
        case Deck():
            return [text for card in subject.cards for text in (card.setup, card.claim or "")]


def _variant_texts(variant: Variant) -> list[str]:
    return [
        *(variant.setup, variant.snippet, variant.start, variant.solution, variant.check),
        *variant.mutants,
        *(case.check for case in variant.tests),
        *(option.claim or "" for option in variant.options),
        *(value for value in variant.proof.values() if isinstance(value, str)),
    ]
