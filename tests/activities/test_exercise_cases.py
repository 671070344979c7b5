"""Exercises with test cases: how many pass, what a learner sees of each, and nothing of hidden ones."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.activities.kinds_course import send
from tests.html import STREAM, main_text, result_of, shown_grade
from tests.kinds.test_cases import SOLUTION, with_tests
from tests.web.making import Learner, proved, write

PAGE = "/sums/topic/try/greet"
TESTS = r"""
[[tests]]
name = "Ada"
stdin = "Ada\n36\n"
prints = "Name? Ada is 36"

[[tests]]
name = "Grace"
stdin = "Grace\n85\n"
prints = "Name? Grace is 85"

[[tests]]
name = "secret name"
stdin = "sesame\n40\n"
prints = "Name? sesame is 40"
check = "assert age == 40, 'the secret message'"
hidden = true
points = 2
"""


@pytest.fixture(scope="module")
def greeting(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    files = {
        "course.toml": 'title = "Sums"\n',
        "topic/topic.toml": 'title = "Topic"\n',
        "topic/try/greet.md": with_tests(TESTS),
    }
    return proved(write(tmp_path_factory.mktemp("cases") / "sums", files), pool)


@pytest.fixture
def app(greeting: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([greeting], store, pool))


def test_all_cases_pass(learner: Learner) -> None:
    """The answer is right, and the page says how many test cases there are."""
    html = send(learner, PAGE, "answer", SOLUTION + "\nx = 1").text

    assert shown_grade(html) == "right"
    assert "3 of 3 test cases pass (4 of 4 points)." in main_text(html)


def test_some_cases_pass(learner: Learner) -> None:
    """The answer is not right; of a case that does not pass, its input and both outputs are shown."""
    html = send(learner, PAGE, "answer", SOLUTION.replace("{age}", "{36 if age == 36 else 0}")).text

    assert shown_grade(html) == "wrong"
    assert "1 of 3 test cases pass (1 of 4 points)." in main_text(html)
    for text in ("Grace\n85", "Name? Grace is 85", "Name? Grace is 0"):
        assert f"<pre>{text}" in html


@pytest.mark.parametrize("accept", ["text/html", STREAM], ids=["page", "stream"])
def test_a_hidden_case_shows_only_whether_it_passes(learner: Learner, accept: str) -> None:
    """Neither its name, its input, its check nor what the code prints for it."""
    answer = SOLUTION + "\nif name == 'ses' + 'ame':\n    print('seen', name)\n    age = 0"
    response = send(learner, PAGE, "answer", answer, accept=accept)
    shown = result_of(response) if accept == STREAM else main_text(response.text)

    assert "2 of 3 test cases pass (2 of 4 points)." in shown
    assert "Hidden test case 3" in shown
    assert not [text for text in ("sesame", "secret", "seen sesame") if text in response.text]


def test_an_exception_in_one_case(learner: Learner) -> None:
    """It is explained at its line, and the other cases are run."""
    html = send(learner, PAGE, "answer", SOLUTION + "\nif name == 'Grace':\n    raise KeyError('g')").text

    assert "KeyError at line 5" in html
    assert "2 of 3 test cases pass" in main_text(html)


def test_hidden_cases_are_not_shown_with_the_solution(learner: Learner) -> None:
    """Nor are their check and what the runs of the proof printed for them."""
    html = send(learner, PAGE, "answer", SOLUTION + "\nx = 1").text

    assert "sesame" not in html
    assert "secret" not in html
