"""From items to the cells of a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from practicum.exchange.bank import (
    AcceptedNumber,
    Bank,
    Choice,
    CodeAnswer,
    CodeTest,
    Description,
    Essay,
    Gaps,
    Item,
    Matching,
    NumberAnswer,
    Remark,
    ShortAnswer,
    Unsupported,
)
from practicum.exchange.base import BankFile
from practicum.exchange.item_reading import Collected, plain_number
from practicum.exchange.losses import losses
from practicum.exchange.markup import from_plain, to_plain
from practicum.exchange.notebook.cells import (
    ANSWER,
    CHECK,
    CODE,
    DESCRIPTION,
    EXPLANATION,
    HIDDEN,
    HINT,
    MARKDOWN,
    NUMBER,
    PROBLEM,
    SAMPLE,
    SNIPPET,
    SOLUTION,
    START,
    Cell,
)
from practicum.exchange.notebook.options import TaskOption, written_options


def written_cells(
    bank: Bank, content: Callable[[list[Cell]], bytes], read: Callable[[BankFile], Bank]
) -> tuple[list[Cell], list[Remark]]:
    """The cells of a bank, and what its items lose when they are read again.

    Args:
        bank: What is written.
        content: Returns the file of some cells.
        read: Reads it.
    """
    collected = Collected("")
    named: dict[str, Item] = {}
    remarks: list[Remark] = []
    for place, item in enumerate(bank.items, 1):
        if isinstance(item.answer, Gaps | Matching | Unsupported):
            message = "A notebook has no cells for this type of answer. The item is left out."
            remarks.append(Remark(item.path, item.line, item.identifier, "not-in-format", message))
        else:
            named[collected.unique(item.identifier, place)] = item
    cells = [*_title(bank), *(cell for name, item in named.items() for cell in _cells(name, item))]
    again = read(BankFile("bank", content(cells)))
    return cells, [*remarks, *losses(named, again.items), *_files(bank, again)]


def _files(bank: Bank, again: Bank) -> Iterator[Remark]:
    """What is said of the files that were not kept."""
    for path, content in bank.resources.items():
        if again.resources.get(path) != content:
            yield Remark("", 0, "", "file-not-kept", f"The file {path} is left out, or has another name.")


def _title(bank: Bank) -> Iterator[Cell]:
    about = {name: text for name, text in (("source", bank.source), ("licence", bank.licence)) if text}
    if bank.title:
        yield Cell(MARKDOWN, f"# {from_plain(bank.title)}", own=about)


def _cells(name: str, item: Item) -> Iterator[Cell]:
    """The cells of an item: what is asked, code below it, the answer, hints, and the explanation."""
    heading = f"## {from_plain(item.title)}"
    as_heading = bool(item.title) and "\n" not in item.title and to_plain(from_plain(item.title)) == item.title
    parts = [heading if as_heading else "", item.text, _options(item.answer)]
    own = _own(name, item) | ({} if as_heading else {"title": item.title})
    tags = (PROBLEM, *([DESCRIPTION] if isinstance(item.answer, Description) else []))
    listed = (tag.replace(",", " ") for tag in item.tags)
    yield Cell(MARKDOWN, "\n\n".join(filter(None, parts)), tuple(dict.fromkeys((*tags, *listed))), own)
    if item.code:
        yield Cell(CODE, item.code, (SNIPPET,))
    yield from _answer(item.answer)
    for hint in item.hints:
        yield Cell(MARKDOWN, hint, (HINT,))
    if item.feedback:
        yield Cell(MARKDOWN, item.feedback, (EXPLANATION,))


def _own(name: str, item: Item) -> dict[str, Any]:
    """What the metadata keeps because no text shows it."""
    answer = item.answer
    choice = answer if isinstance(answer, Choice) else Choice(())
    right = sum(option.key for option in choice.options)
    kept: dict[str, tuple[Any, bool]] = {
        "points": (plain_number(item.points), item.points != 1),
        "category": (list(item.category), bool(item.category)),
        "proof": (item.proof, bool(item.proof)),
        "several": (choice.several, choice.several != (right > 1)),
        "shuffle": (False, not choice.shuffle),
        "true_false": (True, choice.true_false),
        "case_sensitive": (True, isinstance(answer, ShortAnswer) and answer.case_sensitive),
        "language": (getattr(answer, "language", ""), isinstance(answer, CodeAnswer) and answer.language != "python"),
    }
    return {"id": name} | {key: value for key, (value, is_kept) in kept.items() if is_kept}


def _options(answer: object) -> str:
    if not isinstance(answer, Choice):
        return ""
    return written_options([TaskOption(option.text, option.key, option.feedback) for option in answer.options])


def _answer(answer: object) -> Iterator[Cell]:
    match answer:
        case ShortAnswer(accepted) if accepted:
            yield Cell(MARKDOWN, "\n".join(f"- {from_plain(text.text)}" for text in accepted), (ANSWER,))
        case NumberAnswer(accepted) if accepted:
            yield Cell(MARKDOWN, "\n".join(f"- {_number(number)}" for number in accepted), (NUMBER,))
        case Essay(sample) if sample:
            yield Cell(MARKDOWN, sample, (SAMPLE,))
        case CodeAnswer(start, solution, tests):
            yield from [Cell(CODE, start, (START,))] if start else []
            yield Cell(CODE, solution, (SOLUTION,))
            yield from map(_check, tests)


def _number(accepted: AcceptedNumber) -> str:
    tolerance = accepted.high - accepted.value
    return plain_number(accepted.value) + (f" ± {plain_number(tolerance)}" if tolerance else "")


def _check(test: CodeTest) -> Cell:
    own: dict[str, Any] = {} if test.prints is None else {"prints": test.prints}
    own |= {"stdin": test.stdin} if test.stdin else {}
    own |= {"points": plain_number(test.points)} if test.points != 1 else {}
    return Cell(CODE, test.code, (CHECK, *([HIDDEN] if test.hidden else [])), own)
