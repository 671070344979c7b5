"""The file of a candidate says what the candidate says, or is refused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from practicum.course.diagnostics import Diagnostics
from practicum.course.problem import read_problem
from practicum.propose.candidate import Candidate, CandidateOption
from practicum.propose.problem_file import answer_text, file_name, problem_text, says_the_same, stated_answer

LINES = [
    "x",
    "- [x] `1`",
    "- a point",
    "## Hint",
    "## Explanation",
    "# Title",
    "```python run",
    "```python claim",
    "```",
    "+++",
    "    indented",
    "",
    "{{ a }}",
    "$x^2$",
    '"quoted" \\ back',
    "\x7f €",
]
TEXTS = st.lists(st.sampled_from(LINES), min_size=1, max_size=4).map("\n".join)
CODE = st.sampled_from(["x = 1", "s = '```'\nprint(s)", "x = '''\n- [x] no\n'''", "print('é')\n\n# end"])


def read(text: str, kind: str = "choice") -> tuple[object, Diagnostics]:
    diagnostics = Diagnostics("topic/challenge/a.md")
    return read_problem("topic/challenge/a.md", text, diagnostics), diagnostics


@given(
    title=TEXTS,
    statement=TEXTS,
    code=CODE,
    hint=TEXTS,
    feedback=TEXTS,
    answers=st.lists(st.integers(), min_size=2, max_size=4, unique=True),
)
def test_hostile_texts_are_written_as_they_are_or_refused(
    title: str, statement: str, code: str, hint: str, feedback: str, answers: list[int]
) -> None:
    """A text that looks like a part of a problem never becomes one."""
    options = tuple(CandidateOption(str(answer), at == 0, feedback) for at, answer in enumerate(answers))
    candidate = Candidate(title, statement, options, code=code, hint=hint, proof={"value": "x"})
    problem, _ = read(problem_text(candidate))

    if problem is not None and says_the_same(candidate, problem):
        variant = problem.variants[0]
        assert [option.key for option in variant.options] == [option.key for option in options]
        assert [option.code for option in variant.options] == [option.text for option in options]
        assert (variant.snippet.strip(), variant.hint.strip()) == (code.strip(), hint.strip())
        assert [option.feedback.strip() for option in variant.options] == [feedback.strip()] * len(options)


@given(
    code=CODE,
    texts=st.lists(st.text("abc'\"`\\é€😀\x7f\n ", min_size=1, max_size=8), min_size=2, max_size=2, unique=True),
)
def test_plain_texts_are_always_written(code: str, texts: list[str]) -> None:
    """Whatever characters the strings of the front matter have."""
    candidate = Candidate("A title", "Which?", (CandidateOption("1", True), CandidateOption("2")), code=code)
    valued = Candidate(
        "A title",
        "Which?",
        candidate.options,
        code=code,
        proof={"value": "x"},
        params={"p": list(texts), "q": [1.5, True]},
    )
    problem, diagnostics = read(problem_text(valued))

    assert diagnostics.mistakes == []
    assert [variant.params["p"] for variant in problem.variants][::2] == texts


@given(st.text("ab`'\n ", max_size=12))
def test_an_answer_is_read_from_its_text_again(answer: str) -> None:
    """As far as answers are compared: line breaks at the ends do not count, and a span has no spaces around it."""
    stated = stated_answer(answer_text(answer))

    assert stated is not None
    assert stated.strip("\n") == answer.strip("\n") or stated.strip() == answer.strip()


@given(st.text(max_size=80))
def test_names_can_be_addresses(title: str) -> None:
    name = file_name(title)

    assert name.isascii()
    assert name.replace("-", "").isalnum()
    assert name[0] != "-"
