"""Files of text formats with a piece cut out or replaced are read or refused, and corrected or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum import exchange
from practicum.exchange import BankFile, NotInFormat, UnreadableBank
from practicum.exchange.bank import Bank, Choice

SAMPLES = {
    "json": (
        '{"title": "T", "questions": [{"question": "Is `2*3` 6?", "options": ["1", 2, null], "answer": 1},\n'
        ' {"question": "Which?", "options": {"A": "x", "B": "y"}, "answer": ["B"]},\n'
        ' {"question": "And?", "options": [{"text": "x", "correct": true}, {"text": "y", "correct": false}]}]}'
    ),
    "csv": 'question,A,B,C,key,explanation\n"Which, ""of"" these?",x,y,z,B,So.\r\nAnd?,1,2,,1,\n',
    "jupyterquiz": (
        '[{"type": "numeric", "question": "$x$", "precision": 2, "answers": [{"value": 1e2, "correct": true}]},\n'
        ' {"type": "many_choice", "question": "<b>", "answers": [{"answer": "x", "correct": true}, {"code": "y"}]}]'
    ),
    "gift": (
        "$CATEGORY: $course$/top/A\n\n// [id:1] [tag:x]\n::T\\:::[html]<p>Which?</p> {\n ~%50%a#f\n =b -> c\n####g\n}"
        " end.\n\n"
        "Is it?{T#a#b}\n\nHow many? {#=1..2 =%50%3:1}\n\nMatch {=a -> b =c -> d}\n\nText."
    ),
    "text2qti": (
        "Quiz title: T\nTitle: Q\nPoints: 2\n1.  Which?\n\n    More.\n... f\n*a) x\n... g\nb)  y\n! s\n\n"
        "2. Many?\n[*] x\n[ ] y\n\n"
        "3. How many?\n= 5 +- 2%\n\n4. Why?\n____\n\nCOMMENT\nx\nEND_COMMENT\n```{.python .run}\nx\n```\n"
    ),
    "markdown": (
        "# Page\n\n1. Which?\n   - [ ] x\n   - [x] y\n\n## Question 2\n\nWhat?\n\nA) x\n**B) y**\n\n"
        "```python\nx\n```\n\n"
        "<details><summary>Answer</summary>\n\nB) y\n\n</details>\n\n<quiz>\nAnd?\n- [x] x\n> f\n- [ ] y\n</quiz>\n"
    ),
}
SIGNS = [
    "",
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    "\n",
    "\n\n",
    "=",
    "~",
    "\\",
    "#",
    "1. ",
    "a) ",
    "null",
    "1e999",
    "<quiz>",
    "```",
    "é",
]


def corrects_or_refuses(form: exchange.Format, file: BankFile, bank: Bank) -> bool:
    """Whether another option of each choice can be made right, or not, for a reason that is reported."""
    choices = [item for item in bank.items if isinstance(item.answer, Choice) and len(item.answer.options) > 1]
    try:
        return isinstance(form.correct(file, {item.identifier: frozenset({1}) for item in choices}), bytes)
    except NotInFormat:
        return True


@pytest.mark.parametrize("name", sorted(SAMPLES))
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    form, content = exchange.get(name), SAMPLES[name].encode()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    damaged = (
        content[:start]
        + data.draw(st.one_of(st.sampled_from(SIGNS).map(str.encode), st.binary(max_size=6)))
        + content[end:]
    )
    file = BankFile(f"bank{form.suffixes[0]}", damaged)
    try:
        bank = form.read(file)
    except UnreadableBank:
        return
    names = [item.identifier for item in bank.items]

    assert len(set(names)) == len(names)
    assert corrects_or_refuses(form, file, bank)
    for item in bank.items:
        item.text.encode()


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_samples_are_read(name: str) -> None:
    form = exchange.get(name)

    assert form.read(BankFile(f"bank{form.suffixes[0]}", SAMPLES[name].encode())).items
