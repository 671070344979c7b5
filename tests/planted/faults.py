"""Plant one fault of each type in a sound draft."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from tests.planted.drafts import Draft, DraftOption, Form, Unsuitable, Written, draw, filled, names
from tests.planted.observing import raises
from tests.planted.programs import UNSTABLE
from tests.planted.typography import folded

FAULTS = (
    "wrong-key",
    "no-right-option",
    "several-right",
    "equal-options",
    "broken-code",
    "unstable",
    "contradiction",
    "duplicate",
)
"""The types that are planted."""


@dataclass(frozen=True)
class Planted:
    """Faulted drafts: one, or two that are at odds with each other."""

    fault: str
    cause: str
    """How it was planted: *chance*, *a bracket is missing*."""
    drafts: tuple[Draft, ...]
    implied: frozenset[str] = frozenset()
    """Other faults that these items have for the same reason, and that may be reported as well."""


def mark(option: DraftOption, marked: bool = True) -> DraftOption:
    return replace(option, marked=marked)


def wrongly_keyed(random: Random, draft: Draft) -> tuple[Draft, str]:
    """The draft with a key that is wrong, and how."""
    wrong = [option for option in draft.options if not option.right]
    if draft.form in (Form.SHORT, Form.NUMBER):
        return replace(draft, options=(mark(random.choice(draft.spare)),)), "a wrong answer is accepted"
    if not wrong:
        raise Unsuitable("no wrong option")
    chosen = random.choice(wrong)
    if draft.form is Form.SEVERAL:
        options = tuple(mark(option) if option is chosen else option for option in draft.options)
        return replace(draft, options=options), "a wrong option is marked too"
    options = tuple(mark(option, option is chosen) for option in draft.options)
    how = "the statement is judged the wrong way" if draft.form is Form.STATEMENT else "another option is marked"
    return replace(draft, options=options), how


def wrong_key(random: Random) -> Planted:
    draft, how = wrongly_keyed(random, draw(random))
    return Planted("wrong-key", how, (draft,))


def single_choice(random: Random) -> Draft:
    """A sound draft of a single choice whose options stand for themselves."""
    draft = draw(random)
    if draft.form is not Form.SINGLE or any(option.last or option.fact is None for option in draft.options):
        raise Unsuitable("not a plain single choice")
    return draft


def no_right_option(random: Random) -> Planted:
    """The right option is gone, and a wrong one in its place is marked."""
    draft = single_choice(random)
    if draft.written is Written.EXACT:
        raise Unsuitable("another option is nearly right")
    taken = {folded(option.text) for option in draft.options}
    spare = [option for option in draft.spare if not option.right and folded(option.text) not in taken]
    if not spare:
        raise Unsuitable("no other wrong option")
    options = tuple(mark(spare[0]) if option.right else option for option in draft.options)
    return Planted(
        "no-right-option", "the right option is missing", (replace(draft, options=options),), also("wrong-key")
    )


def also(*faults: str) -> frozenset[str]:
    return frozenset(faults)


def several_right(random: Random) -> Planted:
    """A second right option in a single choice, or one that is not marked in a multiple response."""
    draft = draw(random)
    if draft.form is Form.SEVERAL and len(draft.marked) > 1:
        left = random.choice(draft.marked)
        options = tuple(mark(option, False) if option is left else option for option in draft.options)
        return Planted(
            "several-right", "a right option is not marked", (replace(draft, options=options),), also("wrong-key")
        )
    more = [option for option in draft.spare if option.right]
    if draft.form is not Form.SINGLE or not more or any(option.last for option in draft.options):
        raise Unsuitable("nothing else is right")
    options = (*draft.options[:3], mark(random.choice(more), False))
    return Planted(
        "several-right", "a second option is right", (replace(draft, options=options),), also("equal-options")
    )


def alike(random: Random, draft: Draft, text: str) -> str:
    """The same text, or one that differs in spaces or quotes alone."""
    if draft.written is not Written.VALUES or random.random() < 0.4:
        return text
    variants = [text.replace(", ", ","), text.replace("'", '"'), re.sub(r"^([\[({])(.*)([\])}])$", r"\1 \2 \3", text)]
    return random.choice([each for each in variants if each != text] or [text])


def equal_options(random: Random) -> Planted:
    draft = single_choice(random)
    right = next(option for option in draft.options if option.right)
    wrong = [option for option in draft.options if not option.right]
    way = random.choice(["two wrong", "two wrong", "the key", "all"])
    if len(wrong) < 2:
        raise Unsuitable("too few options")
    if way == "all":
        same = replace(right, marked=False)
        return equal(draft, (right, *[same] * len(wrong)), "all options are equal", also("several-right", "wrong-key"))
    if way == "the key":
        copy = replace(right, text=alike(random, draft, right.text), marked=False)
        return equal(draft, (right, *wrong[:-1], copy), "an option equals the key", also("several-right"))
    copy = replace(wrong[0], text=alike(random, draft, wrong[0].text))
    return equal(draft, (right, *wrong[:-1], copy), "two wrong options are equal", frozenset())


def equal(draft: Draft, options: tuple[DraftOption, ...], cause: str, implied: frozenset[str]) -> Planted:
    return Planted("equal-options", cause, (replace(draft, options=options),), implied)


BREAKS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("a colon is missing", lambda code: re.sub(r":(?=\n)", "", code, count=1)),
    ("a bracket is missing", lambda code: re.sub(r"[)\]}](?=[^)\]}]*$)", "", code, count=1)),
    ("a quotation mark is missing", lambda code: re.sub(r"'(?=[^']*$)", "", code, count=1)),
    ("a bracket too many", lambda code: re.sub(r"\)(?=[^)]*$)", "))", code, count=1)),
    ("a name is misspelt", lambda code: re.sub(r"\bprint\b", "pritn", code, count=1)),
    ("a name is misspelt", lambda code: re.sub(r"\b(len|range|sorted|array)\(", r"\1e(", code, count=1)),
    ("a keyword is misspelt", lambda code: re.sub(r"\b(return|def|while|class|for)\b", r"\1e", code, count=1)),
    ("the indentation is lost", lambda code: re.sub(r"\n +", "\n", code)),
    ("a line is indented", lambda code: re.sub(r"\n(?=\w)", "\n   ", code, count=1)),
    ("an operator is missing", lambda code: re.sub(r"^(\w+) = ", r"\1 ", code, count=1, flags=re.M)),
)


def broken_code(random: Random) -> Planted:
    """The snippet of a question about what it does fails before it is through."""
    draft = draw(random)
    errors = any(re.search(r"rror|xception|above|these", option.text) for option in draft.options)
    if not draft.runs or not draft.code or draft.form is Form.STATEMENT or errors:
        raise Unsuitable("code that does not have to run")
    cause, change = random.choice(BREAKS)
    code = change(draft.code)
    whole = code if "np." not in code or "import numpy" in code else f"import numpy as np\n{code}"
    if code == draft.code or not raises(whole):
        raise Unsuitable("still runs")
    return Planted("broken-code", cause, (replace(draft, code=code),), also("no-right-option", "wrong-key"))


def unstable(random: Random) -> Planted:
    """The output depends on something that differs from run to run or from machine to machine."""
    cause = random.choice(sorted({each[0] for each in UNSTABLE}))
    _, code, seen = random.choice([each for each in UNSTABLE if each[0] == cause])
    values = names(random)
    texts = list(dict.fromkeys(filled(text, values) for text in seen))
    options = tuple(DraftOption(text, False, at == 0) for at, text in enumerate(texts))
    stem = random.choice(["What is the output?", "What does this code print?", "What will be printed?"])
    written = Written.VALUES if "\n" in texts[0] else Written.AS_IT_IS
    draft = Draft(stem, Form.SINGLE, options, filled(code, values), written, runs=True, template="unstable")
    return Planted("unstable", cause, (draft,), also("wrong-key", "no-right-option"))


def contradiction(random: Random) -> Planted:
    """One question twice, with different keys."""
    draft = draw(random)
    if draft.form is Form.SEVERAL:
        raise Unsuitable("the keys of multiple responses overlap")
    other, _ = wrongly_keyed(random, draft)
    return Planted("contradiction", "equal questions, different keys", (draft, other), also("wrong-key", "duplicate"))


def duplicate(random: Random) -> Planted:
    """One question twice, in another typography and order."""
    draft = draw(random)
    return Planted("duplicate", "one question twice", (draft, draft))


PLANTERS: dict[str, Callable[[Random], Planted]] = {
    "wrong-key": wrong_key,
    "no-right-option": no_right_option,
    "several-right": several_right,
    "equal-options": equal_options,
    "broken-code": broken_code,
    "unstable": unstable,
    "contradiction": contradiction,
    "duplicate": duplicate,
}


def plant(random: Random, fault: str) -> Planted:
    """Drafts with a fault of this type."""
    while True:
        try:
            return PLANTERS[fault](random)
        except Unsuitable:
            continue
