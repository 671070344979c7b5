"""A problem file as its author means it."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from practicum.course.placeholders import fill_parameters
from practicum.course.problem import MAX_CHARACTERS, MAX_VARIANTS
from practicum.model import Level
from tests.course.making import PROBLEM, change, line_of, read_problem, sound


def test_reads_every_part_of_a_file() -> None:
    """Title, statement, options with feedback, hint, explanation, code: once for each variant."""
    problem = sound(PROBLEM)
    first, second = problem.variants

    assert (problem.kind, problem.label, problem.level) == ("choice", "Sums", Level.BEGINNER)
    assert (problem.seconds, problem.attempts) == (90, 2)
    assert (dict(first.params), dict(second.params)) == ({"side": 2}, {"side": 3})
    assert (first.title, second.title) == ("The sum of 2 numbers", "The sum of 3 numbers")
    assert second.statement == (
        "What does this give?\n\n\n```python\ntotal = sum(range(3), zero)\n```\n\nThink before you count."
    )
    assert (second.setup, second.snippet) == ("zero = 0\n", "total = sum(range(3), zero)\n")
    assert [(o.text, o.key, o.code, o.feedback) for o in second.options] == [
        ("`3`", True, "3", "Each number counts once."),
        ("`10`", False, "10", "That is the length, and seven."),
    ]
    assert second.hint == "It begins at 0."
    assert second.explanation == "`range(n)` ends before `n`."
    assert dict(second.proof) == {"value": "total"}


def test_optional_keys_have_defaults() -> None:
    """Of the front matter only the level is required."""
    text = "+++\nlevel = 'expert'\n+++\n# T\n- [x] a\n- [ ] b\n"

    problem = sound(text)

    assert (problem.kind, problem.label, problem.seconds, problem.attempts) == ("choice", "Choice", 120, 2)
    assert (problem.requires, problem.cites, problem.variants[0].hint) == ((), (), "")


@pytest.mark.parametrize(
    "text",
    [
        PROBLEM.replace("\n", "\r\n").replace("\r\n", "\n"),
        change("- [x]", "- [X]"),
        PROBLEM.replace("- [", "* ["),
        PROBLEM.replace("```", "~~~"),
        PROBLEM.replace("```", "`````"),
        PROBLEM.replace("\n  Each", "\n\tEach"),
        change("# The sum of {{ side }} numbers", "The sum of {{ side }} numbers\n==="),
        change("+++\n\n#", "+++\n<!-- a note to myself -->\n\n#"),
        PROBLEM.replace("## Hint", "## hint"),
    ],
    ids=["lf", "capital X", "stars", "tildes", "long fence", "tab", "underlined title", "comment", "small heading"],
)
def test_equivalent_markdown_makes_the_same_problem(text: str) -> None:
    """The choices that Markdown leaves do not change a problem."""
    assert [variant.options for variant in _unplaced(text)] == [variant.options for variant in _unplaced(PROBLEM)]
    assert [variant.statement for variant in _unplaced(text)] == [variant.statement for variant in _unplaced(PROBLEM)]


def _unplaced(text: str):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    found = sound(text).variants
    return [replace(variant, options=tuple(replace(o, line=0) for o in variant.options)) for variant in found]


def test_hidden_fences_are_in_no_text() -> None:
    """Setup, claims, fixes, solutions, checks and mutants never reach a learner by way of the prose."""
    text = change('value = "total"\n', "").replace("[proof]\n", "")
    text = change("  Each number", "  ```python claim\n  secret_claim\n  ```\n\n  Each number", text)
    text = change("  That is", "  ```python claim\n  secret_claim\n  ```\n\n  That is", text)

    for variant in sound(text).variants:
        shown = [variant.title, variant.statement, variant.hint, variant.explanation]
        shown += [part for option in variant.options for part in (option.text, option.feedback)]
        assert not any("secret" in part or "zero = 0" in part for part in shown)


def test_a_shown_snippet_is_exactly_the_code_that_is_run() -> None:
    """Braces are filled in once, for both."""
    for variant in sound(PROBLEM).variants:
        assert f"```python\n{variant.snippet}```" in variant.statement


def test_a_snippet_may_contain_a_fence() -> None:
    """Its fence has more backticks than it contains."""
    text = change("```python run\ntotal", "````python run\ntext = '''\n```\n'''\ntotal").replace(
        "zero)\n```", "zero)\n````"
    )

    assert "````python\ntext = '''\n```\n'''\ntotal" in sound(text).variants[0].statement


def test_a_fence_may_be_an_option() -> None:
    """Code of several lines can be an answer; a fence below a code span is feedback."""
    text = change("- [ ] `{{ side + 7 }}`", "- [ ]\n\n  ```\n  12\n  ```").replace(
        "Each number", "```\n  x\n  ```\n  Each"
    )
    first, second = sound(text).variants[0].options

    assert (second.code, second.text) == ("12\n", "```python\n12\n```")
    assert first.code == "1"
    assert "```\nx\n```" in first.feedback


def test_without_parameters_braces_in_code_are_code() -> None:
    """A dict in an f-string is not a template."""
    text = "+++\nlevel = 'expert'\n+++\n# T\n```python run\nf'{{x}}'\n{{ 1 }}\n```\n- [x] a\n- [ ] b\n"

    assert sound(text).variants[0].snippet == "f'{{x}}'\n{{ 1 }}\n"


def test_a_parameter_alone_in_the_proof_keeps_its_type() -> None:
    """So that a number of seeds can vary; within other text it becomes text."""
    text = change('[proof]\nvalue = "total"', '[proof]\nvalue = "total + {{ side }}"\ntolerance = "{{ side }}"')

    assert [dict(v.proof) for v in sound(text).variants] == [
        {"value": "total + 2", "tolerance": 2},
        {"value": "total + 3", "tolerance": 3},
    ]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ side }}", "3"),
        ("{{ side * side + 1 }}", "10"),
        ("{{ side ** 2 // 2 }}", "4"),
        ("{{ 'many' if side > 2 else 'few' }}", "many"),
        ("{% if side > 2 %}many{% else %}few{% endif %}", "many"),
        ("{{ (side / 7) | round(2) }}", "0.43"),
        ("{{ [side, 1] | max }}", "3"),
        ("{{ ['a', 'b', 'c', 'd'][side] }}", "d"),
        ("{{ side ~ 'x' }}", "3x"),
        ("{{ 'A' | lower }}", "a"),
        ("{{ '{{' }}", "{{"),
        ("{% raw %}{{ side }}{% endraw %}", "{{ side }}"),
        ("{# for authors #}", "{# for authors #}"),
        ("{# {{ side }} #}", "{# 3 #}"),
        ("{% raw %}{% if {# {{ {% endraw %}{{ side }}", "{% if {# {{ 3"),
        ("{{ '{% if' }} {{ '{%' }} {{ '{#' }}", "{% if {% {#"),
        ("{%- if side > 2 %} many {%- endif %}", "many"),
        ("{%d} {%user%} {% user %}", "{%d} {%user%} {% user %}"),
        ("%} #} }}", "%} #} }}"),
    ],
)
def test_braces_allow_expressions(template: str, text: str) -> None:
    """Names, arithmetic, comparisons, conditions, a few filters."""
    assert sound(change("It begins at 0.", f"It: {template}.")).variants[1].hint == f"It: {text}."


@given(
    st.lists(
        st.sampled_from(["{#", "#}", "{%", "%}", "}}", "{", "}", "-", " ", "\n", "if", "user", "\\", "'", "#"])
        | st.text(max_size=5)
    )
)
@example(["{%", "\r", "\r\n", "\n"])
def test_code_without_double_braces_or_statements_is_never_changed(parts: list[str]) -> None:
    """Whatever else begins a comment or a statement in a template language is text."""
    code = "".join(parts)
    assume("{{" not in code)
    assume(not re.search(r"\{%[-+]?\s*[a-z]", code))

    assert fill_parameters(code, {"side": 3}) == code


@pytest.mark.parametrize("word", ["d", "s", "user", "iffy", "5", '"', "", "=", "format"])
def test_a_percent_sign_after_a_brace_is_text_unless_a_statement_follows(word: str) -> None:
    """Formatting and other template languages use the two characters too."""
    code = f"x = {{%{word}\ny = {{% {word} %}}\n"

    assert fill_parameters(code, {"side": 3}) == code


@pytest.mark.parametrize(
    ("code", "opening"),
    [
        ("{% if user %}a{% endif %}", "{%"),
        ("{% if side %}a", "{%"),
        ("{% for x in y %}a{% endfor %}", "{%"),
        ("f'{{x}}'", "{{"),
        ("f'{{ {side} }}'", "{{"),
    ],
)
def test_code_that_looks_like_a_template_is_reported_at_its_line(code: str, opening: str) -> None:
    """The message shows how to write the characters themselves, and that works."""
    text = change("total = sum", f'other = 1\nt = "{code}"\ntotal = sum')

    [mistake] = read_problem(text)[1]

    assert mistake.line == line_of("t = ", text)
    assert mistake.message.endswith(f"write `{{{{ '{opening}' }}}}`")
    assert code in sound(text.replace(code, code.replace(opening, f"{{{{ '{opening}' }}}}"))).variants[0].snippet


@pytest.mark.parametrize(
    "template",
    [
        "{{ ().__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ side.real }}",
        "{{ side() }}",
        "{{ cycler }}",
        "{{ 9 ** 99 }}",
        "{{ (9 ** 60) ** 60 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 1 | round(-1000000000) }}",
        "{% for x in [1] %}{% endfor %}",
        "{% set x = 1 %}",
        "{% include 'x' %}",
        "{{ 1 | attr('real') }}",
        "{{ [[1]] | sum(attribute='__class__') }}",
        "{{ 1 / 0 }}",
        "{{ " + "(" * 5000 + " }}",
        "{{ " + "1+" * 5000 + "1 }}",
        "{% if side %}" * 120 + "{% endif %}" * 120,
        "{{ " + "9" * 5000 + " }}",
    ],
)
def test_refuses_other_templates_at_their_line(template: str) -> None:
    """Whatever a stranger writes there is one mistake, found at once."""
    text = change("It begins at 0.", f"First.\n\nIt: {template}.")

    _, wrong = read_problem(text)

    if "endif" not in template or wrong:  # deep conditions may be too deep, or not
        assert [mistake.line for mistake in wrong] == [37]


def test_a_problem_has_a_bounded_number_of_variants() -> None:
    """And all of them together a bounded length: each is rendered, and each is run."""
    many = change("side = [2, 3]", f"side = {list(range(MAX_VARIANTS + 1))}")
    long = change("It begins at 0.", "x" * MAX_CHARACTERS)

    assert [(m.line, m.code) for m in read_problem(many)[1]] == [(5, "too-many-variants")]
    assert [(m.line, m.code) for m in read_problem(long)[1]] == [(5, "variants-too-large")]


@pytest.mark.parametrize(
    ("distractor", "variants"),
    [
        ("{{ 1 if side == 2 else 10 }}", ", with side = 2: "),
        ("{{ side if side == 3 else 10 }}", ", with side = 3: "),
        ("{{ 10 if side == 4 else side * (side - 1) // 2 }}", ", with side = 2 (and in 1 more of 3 variants): "),
        ("{{ side * (side - 1) // 2 }}", "option 1: "),
    ],
)
def test_a_mistake_in_some_variants_names_the_first(distractor: str, variants: str) -> None:
    """In all variants: none, since the values then play no part."""
    text = change("{{ side + 7 }}", distractor, change("[2, 3]", "[2, 3, 4]"))

    [mistake] = read_problem(text)[1]

    assert (mistake.line, mistake.code) == (line_of("- [ ]", text), "repeated-option")
    assert variants in mistake.message


def test_braces_that_fail_in_some_variants_name_the_first() -> None:
    """As any other mistake does."""
    [mistake] = read_problem(change("It begins at 0.", "It: {{ 1 / (side - 3) }}"))[1]

    assert mistake.code == "placeholder-value"
    assert ", with side = 3: " in mistake.message


def test_a_mistake_is_counted_once_in_many_variants() -> None:
    """Whatever value its message quotes."""
    values = list(range(2, 100))
    text = change("{{ side + 7 }}", "nine {{ side }}", change("[2, 3]", str(values)))

    [mistake] = read_problem(text)[1]

    assert mistake.code == "invalid-code"


def test_all_parameters_are_named() -> None:
    """Two lists make four variants, of which one is wrong."""
    text = change("[2, 3]", "[2, 3]\nshift = [7, -1]")
    text = change("{{ side + 7 }}", "{{ side + shift }}", text)

    [mistake] = read_problem(text)[1]

    assert ", with side = 2, shift = -1: " in mistake.message
