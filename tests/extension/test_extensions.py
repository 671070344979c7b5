"""What a package adds to practicum with a folder and one line in its entry points, without a change to practicum.

`docs/extending.md` explains the package in `plugin/`.
"""

from __future__ import annotations

import re
import shutil
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.extension.conftest import HERE, Practicum
from tests.web.conftest import Opener

pytestmark = pytest.mark.slow
browser = pytest.mark.browser
TOPIC = "/extensions/topic"


def test_each_extension_is_one_line_in_the_entry_points() -> None:
    """Two modes, a kind, a figure, a command and a format: six folders or modules, six lines."""
    points = ConfigParser(delimiters=("=",))
    points.read(HERE / "plugin" / "practicum_extras-1.0.dist-info" / "entry_points.txt")
    lines = [(group, name) for group in points.sections() for name in points[group]]
    places = [one for one in (HERE / "plugin" / "practicum_extras").iterdir() if not one.name.startswith("__")]

    assert len(lines) == len(places) == 6


def test_a_command_is_listed_and_runs(practicum: Practicum, course: Path) -> None:
    """It has its own help, and works on a course as practicum's own commands do."""
    listed = practicum("--help")
    counted = practicum("count-problems", course)

    assert "count-problems" in listed.stdout
    assert counted.returncode == 0
    assert re.findall(r"\d+", counted.stdout) == ["4", "4"]


def test_an_imported_problem_is_proved(practicum: Practicum, course: Path) -> None:
    """A format becomes course files; the prover settles them like any other."""
    checked = practicum("prove", "--check", course / "topic" / "try" / "sums.md")

    assert checked.returncode == 0


def test_a_wrong_pair_is_refuted(practicum: Practicum, course: Path, tmp_path: Path) -> None:
    """A kind from outside cannot prove a falsehood: its claims are run as those of all kinds are."""
    wrong = tmp_path / "wrong"
    shutil.copytree(course, wrong)
    problem = wrong / "topic" / "try" / "01-match.md"
    problem.write_text(problem.read_text(encoding="utf-8").replace("# 30", "# 20"), encoding="utf-8")
    refuted = practicum("prove", problem)

    assert refuted.returncode == 1
    assert "refuted" in refuted.stdout


@browser
def test_a_mode_has_its_own_page_progress_and_style(opened: Opener) -> None:
    """The topic offers it; its form records a step, from which its progress follows."""
    page = opened(TOPIC)
    page.get_by_role("link", name="Notes").click()
    border = page.locator(".notes-sheet").evaluate("element => getComputedStyle(element).borderLeftWidth")
    page.get_by_role("button", name="I know these").click()

    assert border == "4px"
    page.get_by_text("reviewed", exact=True).wait_for()
    assert page.url.endswith(TOPIC)


@browser
def test_a_second_sitting_mode_has_a_start_problems_and_a_result(opened: Opener) -> None:
    """Its link on the topic's page works, and so does all that a challenge does; it resumes, and awards no badge."""
    page = opened(TOPIC)
    page.get_by_role("link", name="Exam").click()
    page.get_by_role("button", name="Start").click()
    page.locator(".option", has_text="20").click()
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("heading", name="Right").wait_for()
    page.goto(TOPIC)
    page.get_by_role("link", name="Continue with Exam").click()
    page.get_by_role("button", name="Next problem").click()
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="See your result").click()
    page.wait_for_url("**/result")

    assert page.get_by_role("heading", level=1).inner_text().split() == ["1", "of", "2", "right"]
    page.goto("/badges")
    assert page.locator(".badges").count() == 0


@browser
def test_a_kind_has_an_interactive_form(opened: Opener) -> None:
    """Its script assigns values by clicks; a wrong match is not right, the right one is, and the solution is shown."""
    page = opened(f"{TOPIC}/try/01-match")
    values = page.locator(".values button")
    texts = values.all_inner_texts()
    for value in ["30", "3", "10"]:
        page.locator(".values").get_by_role("button", name=value, exact=True).click()
    page.get_by_role("button", name="Check").click()
    page.get_by_text("Not right yet.").first.wait_for()
    for place, value in enumerate(["10", "3", "30"]):
        page.locator("select").nth(place).select_option(label=value)
    page.get_by_role("button", name="Check").click()
    page.locator("strong", has_text="Right.").wait_for()

    assert sorted(texts) == ["10", "3", "30"]
    assert "x[0] is 10" in page.locator(".solution").inner_text()


@browser
def test_a_figure_is_drawn_from_measurements(opened: Opener) -> None:
    """Three seeds were measured by proving; the page shows a bar for each, and the numbers as a table."""
    page = opened(f"{TOPIC}/learn")
    figure = page.locator("figure", has_text="A number per seed")

    assert figure.locator("rect").count() == 3
    figure.locator("summary").click()
    assert figure.locator("tbody tr").count() == 3
