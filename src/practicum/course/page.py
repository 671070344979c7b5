"""Pages and cards: a mode's prose with its cells, and what is to be remembered."""

from __future__ import annotations

import itertools
import tomllib

from markdown_it.token import Token

from practicum.course import draft as drafts
from practicum.course.braces import FillError
from practicum.course.notes import Notes
from practicum.course.tables import syntax_error
from practicum.course.template import check_page
from practicum.kinds import expressions
from practicum.model import Card, Cell, Page


def read_page(path: str, text: str, notes: Notes) -> Page | None:
    """A page; None if anything is wrong, which is then noted."""
    lines, tokens = drafts.blocks(text, 1)
    titles = [tokens[i + 1] for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h1"]
    if len(titles) != 1:
        said = "a page has one title: begin it with `# A title`" if not titles else "this is a second title: keep one"
        notes.add((titles[1].map or [0])[0] + 1 if titles else 1, said)
    cells = [cell for token in tokens if token.type == "fence" and (cell := _cell(token, lines, notes))]
    try:
        check_page(_without_fences(lines, tokens))
    except FillError as reason:
        notes.add(reason.line, str(reason))
    if notes:
        return None
    return Page(path, titles[0].content, text, tuple(cells))


def read_cards(path: str, text: str, notes: Notes) -> tuple[Card, ...]:
    """The cards of a `recall.md`: each `##` heading is a question, what follows is its answer."""
    lines, tokens = drafts.blocks(text, 1)
    starts = [i for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    if not starts:
        notes.add(1, "there is no card: write a question as `## Question`, its answer beneath")
    for token in tokens[: starts[0]] if starts else ():
        if token.level == 0 and token.type in ("paragraph_open", "fence", "bullet_list_open"):
            notes.add((token.map or [0])[0] + 1, "text stands before the first question: move it under a `## Question`")
    cards = [
        _card(path, tokens[start:stop], lines, notes) for start, stop in itertools.pairwise([*starts, len(tokens)])
    ]
    seen: dict[str, int] = {}
    for card in cards:
        if card.question in seen:
            notes.add(card.line, f"this question stands on line {seen[card.question]} already")
        seen.setdefault(card.question, card.line)
    return tuple(cards)


def _cell(token: Token, lines: list[str], notes: Notes) -> Cell | None:
    line = (token.map or [0])[0] + 1
    if drafts.unclosed(token, lines):
        notes.add(line, f"this fence is never closed: end it with {token.markup}")
    if token.info.strip() == "chart":
        try:
            tomllib.loads(token.content)
        except (ValueError, RecursionError) as reason:
            notes.add(*syntax_error(reason, token.content, line + 1))
        return Cell("chart", token.content, line)
    role = drafts.fence_role(token, notes)
    if role == "run":
        return Cell("run", token.content, line)
    if role == "setup":
        return Cell("setup", token.content, line)
    if role is not None:
        notes.add(line, f"a page has no `{role}`: its cells are ```` ```python run ```` and ```` ```chart ````")
    return None


def _without_fences(lines: list[str], tokens: list[Token]) -> str:
    """The page with its fences blanked out: braces in code are code."""
    kept = list(lines)
    for token in tokens:
        if token.type == "fence":
            start, stop = token.map or (0, 0)
            kept[start:stop] = [""] * (stop - start)
    return "\n".join(kept)


def _card(path: str, tokens: list[Token], lines: list[str], notes: Notes) -> Card:
    start, _ = tokens[0].map or (0, 0)
    question = tokens[1].content.strip()
    hidden: set[int] = set()
    claim, setup = None, ""
    last = start + 1
    for token in tokens:
        begin, end = token.map or (0, 0)
        last = max(last, end)
        if token.type != "fence":
            continue
        if drafts.unclosed(token, lines):
            notes.add(begin + 1, f"this fence is never closed: end it with {token.markup}")
        role = drafts.fence_role(token, notes)
        if role == "claim":
            claim = token.content.strip()
            _check_claim(claim, begin + 2 if claim else begin + 1, notes)
        elif role == "setup":
            setup = token.content
        elif role is not None:
            notes.add(begin + 1, f"a card has no `{role}`: it may have a `setup` and a `claim`")
        if role is not None:
            hidden |= set(range(begin, end))
    answer = "\n".join(lines[number] for number in range(start + 1, last) if number not in hidden).strip()
    if not question or not answer:
        notes.add(start + 1, "this card is not whole: a question as `## Question`, and its answer beneath")
    return Card(path, question, answer, setup, claim, start + 1)


def _check_claim(claim: str, line: int, notes: Notes) -> None:
    try:
        expressions.parsed(claim)
    except SyntaxError as reason:
        notes.add(line, f"the claim is no Python expression: {reason.msg}")
