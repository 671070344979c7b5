"""TeX in an author's texts becomes MathML, and what cannot be displayed is a mistake at its line."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.course import read_course
from practicum.course.mathml import ATTRIBUTES, ELEMENTS, ENVIRONMENTS, MAX_LENGTH, FormulaError, to_mathml
from practicum.course.render import inline, to_html
from tests.course.making import PATH, PROBLEM, change, line_of, mistakes, read_problem, sound, write
from tests.documents import section, spans

PAGE = "# A page\n\nThe loss is $\\frac{1}{n} \\sum_i (y_i - 2 x_i)^2$\nand $$x^2$$ here.\n"
SHOWN = [
    r"\frac{1}{n} \sum_{i=1}^n (y_i - x_i)^2",
    r"\hat{y} = \operatorname{softmax}(W x + b)",
    r"\arg\max_k p(k \mid x; \theta)",
    r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"\begin{aligned} a &= b \\ &= c \end{aligned}",
    r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}^\mathrm{T}",
    r"\lVert \boldsymbol{\theta} \rVert_2 \leq \sqrt[3]{\epsilon}",
    r"\mathbb{E}_{x \sim \mathcal{D}} \left[ \log p(x) \right]",
    r"50\% \cdot \$5",
]
REFUSED = [
    (r"\href{javascript:alert(1)}{x}", "formula-not-displayed"),
    (r"\style{background: url(https://example.org)}{x}", "formula-not-displayed"),
    (r"\class{bar}{x}", "formula-not-displayed"),
    (r"\color{red}{x}", "formula-not-displayed"),
    (r"\hspace{99em} x", "formula-not-displayed"),
    (r"\boxed{x}", "formula-not-displayed"),
    (r"a \\ b", "formula-not-displayed"),
    (r"\unknown{x}", "formula-command"),
    (r"\newcommand{\a}{\a\a} \a", "formula-command"),
    (r"\def\a{x} \a", "formula-command"),
    (r"\begin{figure} x \end{figure}", "formula-command"),
    (r"\frac{1}", "formula-syntax"),
    (r"\left( x", "formula-syntax"),
    (r"x^2^3", "formula-syntax"),
    (r"x^", "formula-syntax"),
    (r"{x", "formula-syntax"),
    (r"x}", "formula-syntax"),
    (r"a & b", "formula-syntax"),
    ("x" * 3000, "formula-too-long"),
    ("{" * 200 + "}" * 200, "formula-too-long"),
]


def count(html: str) -> int:
    """The number of formulas in a text."""
    return html.count("<math")


@pytest.mark.parametrize("tex", SHOWN)
def test_a_formula_is_mathml_with_its_tex_for_those_who_copy_it(tex: str) -> None:
    """Nothing of the TeX is left in what is displayed."""
    math = fromstring(to_mathml(tex))
    shown, annotation = list(math[0])

    assert annotation.text == tex
    assert not re.search(r"[\\{}&]", "".join(shown.itertext()).replace("{", "", tex.count("cases")))


@pytest.mark.parametrize(("tex", "code"), REFUSED)
def test_what_cannot_be_displayed_is_refused(tex: str, code: str) -> None:
    """Unknown commands, and all that could lead away from the page or change how it looks."""
    with pytest.raises(FormulaError) as refused:
        to_mathml(tex)

    assert refused.value.code == code


@given(
    st.lists(
        st.sampled_from(
            [
                *(tex for tex, _ in REFUSED[:-2]),
                *(
                    "<script>",
                    "&lt;",
                    "&#x3c;img src=x onerror=alert(1)>",
                    r"\text{<b>}",
                    r"\unicode{x3c}",
                    "]]>",
                    "}{",
                ),
                *(r"\verb|<a>|", "<!--", r"\text{</math><script>}", "'", "%", "_", "^", r"\frac", r"\sqrt["),
            ]
        ),
        max_size=5,
    )
)
def test_hostile_tex_makes_no_markup(parts: list[str]) -> None:
    """The MathML holds the elements and attributes that are listed, whatever the TeX is; the page holds no others."""
    html = to_html(f"$${''.join(parts)}$$")

    for tag, attributes in re.findall(r"<([a-zA-Z]\w*)((?:\s[^<>]*)?)>", html):
        assert tag in ELEMENTS | {"p", "div", "span", "code", "em", "strong"}
        assert set(re.findall(r"([\w-]+)=", attributes)) <= ATTRIBUTES | {"class", "tabindex"}
    with suppress(FormulaError):
        fromstring(to_mathml("".join(parts)))


@pytest.mark.parametrize(
    ("markdown", "formulas"),
    [
        ("costs $5 and $6", 0),
        ("costs $5, or $ 6 for two", 0),
        ("from $5/day to $7/day", 0),
        (r"a \$x$ b", 0),
        ("`$x$` and $ x $ and $x $", 0),
        ("pay $5 or `a$` more", 0),
        ("```\n$x$\n$$y$$\n```", 0),
        ("$x$ is 2", 1),
        ("$x$, $y$ and $z$", 3),
        ("$5 < x$ and 3$x$", 2),
        (r"$\$5$", 1),
        ("a $$x$$ b", 1),
        ("$$\nx\n$$", 1),
        ("| a |\n| - |\n| $x$ |", 1),
        ("- $a\n  = b$", 1),
    ],
)
def test_dollars_are_formulas_by_pandoc_s_rule(markdown: str, formulas: int) -> None:
    """Prices, code and escaped dollars stay text."""
    assert count(to_html(markdown)) == formulas


def test_a_formula_on_its_own_line_scrolls_by_itself() -> None:
    """By keyboard too; within a line, only a long one does."""
    assert to_html("$$x$$").startswith('<div class="formula" tabindex="0"><math display="block">')
    assert to_html("$x$").startswith('<p><math display="inline">')
    assert '<span class="wide-formula" tabindex="0">' in to_html(f"${'+'.join('x' * 30)}$")
    assert count(inline("as $x^2$ grows")) == 1


def test_functions_stand_apart_from_their_arguments() -> None:
    """As in print: a thin space in log x, none in log(x)."""
    assert '<mi>log</mi><mspace width="0.1667em"></mspace><mi>x</mi>' in to_html(r"$\log x$")
    assert '<mi>log</mi><mo stretchy="false">(</mo>' in to_html(r"$\log(x)$")


def test_alphabets_are_characters_that_every_browser_shows() -> None:
    """Browsers ignore `mathvariant`, apart from upright letters."""
    math = fromstring(to_mathml(r"\boldsymbol{\theta} \mathbf{ab1} \mathcal{B} \mathfrak{C}"))

    assert "".join(math[0][0].itertext()) == "𝜽𝐚𝐛𝟏ℬℭ"


def test_digits_in_formulas_of_a_page_are_not_typed_numbers(tmp_path: Path) -> None:
    """They are part of a statement, and not measured; the same digits in prose are still refused."""
    assert mistakes(tmp_path, {"topic/learn.md": PAGE}) == []
    typed = change("here.", "here, 3.", PAGE)
    assert mistakes(tmp_path, {"topic/learn.md": typed}) == [("topic/learn.md", 4, "typed-number")]


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("What does this give?", "What does"),
        ("Think before you count.", "Think"),
        ("`{{ side + 7 }}`", "- [ ]"),
        ("  Each number counts once.", "Each number"),
        ("It begins at 0.", "It begins"),
        ("`range(n)` ends before `n`.", "`range(n)` ends"),
    ],
)
def test_a_mistake_in_a_formula_is_reported_at_its_line(place: str, line: str) -> None:
    """Wherever in a problem it stands, once for all variants, and after a formula of several lines too."""
    text = change(place, place + " $\\nonsense{x}$")

    assert [(mistake.line, mistake.code) for mistake in read_problem(text)[1]] == [
        (line_of(line, PROBLEM), "formula-command")
    ]

    text = change(place, place + " $a +\n  b$ $\\nonsense{x}$")
    assert [mistake.line for mistake in read_problem(text)[1]] == [line_of(line, PROBLEM) + 1]


def test_a_mistake_in_a_formula_of_a_page_or_card_is_reported_at_its_line(tmp_path: Path) -> None:
    """The question of a card, too."""
    files: dict[str, str | bytes] = {
        "topic/learn.md": "# P\n\ntext\n\n$$\n\\nonsense\n$$\n",
        "topic/recall.md": "## What is $\\nonsense$?\n\nIt is\n$\\frac{1}$.\n",
    }

    assert mistakes(tmp_path, files) == [
        ("topic/learn.md", 5, "formula-command"),
        ("topic/recall.md", 1, "formula-command"),
        ("topic/recall.md", 4, "formula-syntax"),
    ]


def test_titles_hold_no_formula(tmp_path: Path) -> None:
    """They stand in lists and tabs, as plain text."""
    files: dict[str, str | bytes] = {PATH: change("The sum of", "The $sum$ of"), "topic/learn.md": "# A $p$\n\ntext\n"}

    assert mistakes(tmp_path, files) == [
        (PATH, line_of("# The sum"), "title-not-text"),
        ("topic/learn.md", 1, "title-not-text"),
    ]


def test_parameters_are_filled_into_formulas() -> None:
    """TeX's own braces stand apart from the parameter's."""
    problem = sound(change("What does this give?", r"What is $\frac{ {{ side }} }{2}$?"))

    assert [variant.statement.splitlines()[0] for variant in problem.variants] == [
        r"What is $\frac{ 2 }{2}$?",
        r"What is $\frac{ 3 }{2}$?",
    ]


def test_braces_that_could_be_both_are_explained() -> None:
    """Three braces in a row begin with a parameter's; without parameters, only spaces make them a forgotten one."""
    (mistake,) = read_problem(change("What does this give?", r"What is $\frac{{{side}}}{2}$?"))[1]
    assert (mistake.line, mistake.code) == (line_of("What does"), "placeholder-syntax")
    assert "`{ {`" in mistake.message

    bare = "+++\nlevel = 'beginner'\n[proof]\nvalue = '1 + x'\n+++\n# T\n\n{}\n\n"
    bare += "```python run\nx = 1\n```\n- [x] `2`\n- [ ] `3`\n"
    assert read_problem(bare.replace("{}", "$x^{{n}}$"))[1] == []
    assert [m.code for m in read_problem(bare.replace("{}", "$x^{ {{ n }} }$"))[1]] == ["no-parameters"]


def test_a_filled_percent_sign_does_not_end_a_formula() -> None:
    """It begins a comment in TeX, and a query's filter writes one."""
    assert "".join(fromstring(to_mathml("86\N{NO-BREAK SPACE}% + x"))[0][0].itertext()) == "86%+x"


def test_a_course_with_formulas_is_read(tmp_path: Path) -> None:
    """In pages, problems and cards."""
    root = write(
        tmp_path,
        {
            PATH: change("What does this give?", "Given $\\frac{a}{b}$?"),
            "topic/learn.md": PAGE,
            "topic/recall.md": "## What is $x^2$?\n\nHalf of $2 x^2$.\n",
        },
    )

    assert read_course(root).topics[0].pages["learn"].title == "A page"


def test_every_environment_is_documented() -> None:
    """And the length of a formula."""
    text = section("Formulas")

    assert spans(text) >= ENVIRONMENTS
    assert f"{MAX_LENGTH} characters" in " ".join(text.split())
