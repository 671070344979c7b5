"""Reads a topic's `recall.md`: questions with their answers, and the claims that prove them."""

from __future__ import annotations

import itertools
import re

from markdown_it.token import Token

from practicum.course import problem_markdown
from practicum.course.diagnostics import Diagnostics
from practicum.course.images import LoadImage, no_images
from practicum.course.number_lint import find_typed_numbers
from practicum.course.prose import check_prose
from practicum.model import Card
from practicum.python_source.parsing import parse_expression


def read_cards(path: str, text: str, diagnostics: Diagnostics, load_image: LoadImage = no_images) -> tuple[Card, ...]:
    """Read the cards: each `##` heading is a question, the text below it is the answer.

    `load_image` returns the images in them.
    """
    lines, tokens = problem_markdown.tokenize(text, 1)
    starts = [i for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    if not starts:
        diagnostics.add("no-card", 1, "there is no card: write a question as `## Question`, and its answer below")
    for token in tokens[: starts[0]] if starts else ():
        if token.level == 0 and token.type in ("paragraph_open", "fence", "bullet_list_open"):
            message = "text before the first question: move it below a `## Question`"
            diagnostics.add("text-before-cards", (token.map or [0])[0] + 1, message)
    cards = [
        _read_card(path, tokens[start:stop], lines, diagnostics, load_image)
        for start, stop in itertools.pairwise([*starts, len(tokens)])
    ]
    first_lines: dict[str, int] = {}
    for card in cards:
        if card.question in first_lines:
            message = f"this question is already on line {first_lines[card.question]}: keep one"
            diagnostics.add("repeated-question", card.line, message)
        first_lines.setdefault(card.question, card.line)
    return tuple(cards)


def _read_card(
    path: str, tokens: list[Token], lines: list[str], diagnostics: Diagnostics, load_image: LoadImage
) -> Card:
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
        if problem_markdown.is_unclosed(token, lines):
            problem_markdown.add_unclosed(token, diagnostics)
        role = problem_markdown.fence_role(token, diagnostics)
        if role == "claim":
            claim = token.content.strip()
            _check_claim(claim, begin + 2 if claim else begin + 1, diagnostics)
        elif role == "setup":
            setup = token.content
        elif role is not None:
            message = f"a card has no `{role}`: it may have a `setup` and a `claim`"
            diagnostics.add("unused-role", begin + 1, message)
        if role is not None:
            hidden |= set(range(begin, end))
    body = "\n".join("" if number in hidden else lines[number] for number in range(start + 1, last))
    answer = re.sub(r"\n{3,}", "\n\n", body).strip()
    if not question or not answer:
        message = "this card is incomplete: write a question as `## Question`, and its answer below"
        diagnostics.add("incomplete-card", start + 1, message)
    checked = check_prose(f"{question}\n\n{body}", load_image)
    for mistake in checked.mistakes:
        diagnostics.add(mistake.code, start + 1 + max(mistake.line - 2, 0), mistake.message)
    if claim is None and answer:
        for number in find_typed_numbers(body, frozenset()):
            message = f"{number}: a card whose answer contains a number needs a `python claim` that proves it"
            diagnostics.add("number-without-claim", start + 1 + number.line, message)
    return Card(path, question, answer, setup, claim, start + 1, tuple(dict.fromkeys(checked.images)))


def _check_claim(claim: str, line: int, diagnostics: Diagnostics) -> None:
    try:
        parse_expression(claim)
    except SyntaxError as error:
        diagnostics.add("invalid-claim", line, f"the claim is not a Python expression: {error.msg}")
