"""`pytest --practicum`: one test per variant, page and card; evidence is reused, and mistakes are collection errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from practicum import settings
from practicum.prove.catalogue import load
from tests.prove.making import EXPERIMENTS, SUM, TOPIC, path, problem, write_course
from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]

WRONG = SUM.replace("`6`", "`7`").replace("`10`", "`6`")
MISTAKEN = SUM.replace("level", "levle")
VARIANTS = problem(
    "What is it?\n\n```python run\ntotal = {{ n }} + 1\n```\n\n- [x] `{{ n + 1 }}`\n- [ ] `{{ n }}`\n",
    'value = "total"',
    front='level = "beginner"\n[params]\nn = [1, 2]',
)
PAGE = "# Sums\n\n```python\ntotal = 2 + 3\nprint(total)\n```\n"
DECK = "## How much is 1 + 1?\n\n2\n\n```python claim\n1 + 1 == 2\n```\n\n## Why?\n\nBecause.\n"


def course(pytester: pytest.Pytester, problems: dict[str, str], experiments: str = "") -> Path:
    """A course in the folder `course` below the current one."""
    return write_course(pytester.path / "course", problems, experiments)


def evidence(root: Path, name: str) -> bytes:
    return (root / TOPIC / "evidence/challenge" / f"{name}.json").read_bytes()


def collected(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if "::" in line]


def test_each_variant_page_and_card_is_a_test(pytester: pytest.Pytester, run: Run) -> None:
    """Beside the tests in Python; nothing is run to collect them."""
    root = course(pytester, {"sum": SUM, "many": VARIANTS})
    (root / TOPIC / "learn.md").write_text(PAGE)
    (root / TOPIC / "recall.md").write_text(DECK)
    pytester.makepyfile("def test_own(): pass")

    assert set(collected(run("--practicum", "--collect-only", "-q", "-q"))) == {
        f"course/{path('sum')}::claims",
        f"course/{path('many')}::claims[n = 1]",
        f"course/{path('many')}::claims[n = 2]",
        f"course/{TOPIC}/learn.md::claims",
        f"course/{TOPIC}/recall.md::claims[How much is 1 + 1?]",
        "test_each_variant_page_and_card_is_a_test.py::test_own",
    }


def test_what_has_no_evidence_is_proved_and_then_reused(pytester: pytest.Pytester, prove: Run, run: Run) -> None:
    """Unchanged files start no interpreter; of two files, only the one that changed is proved again."""
    root = course(pytester, {"sum": SUM, "many": VARIANTS})

    prove("--practicum").assert_outcomes(passed=3)
    run("--practicum").assert_outcomes(passed=3)

    kept, stale = evidence(root, "many"), evidence(root, "sum")
    (root / path("sum")).write_text(SUM.replace("range(4)", "range(3, 4)").replace("`6`", "`3`"))
    assert run("--practicum", f"course/{path('many')}").ret == pytest.ExitCode.OK
    prove("--practicum").assert_outcomes(passed=3)
    assert evidence(root, "many") == kept
    assert evidence(root, "sum") != stale


def test_a_failure_shows_verdict_reason_and_place(pytester: pytest.Pytester, prove: Run, run: Run) -> None:
    """Of the part that is wrong; other tests pass. From evidence it reads the same."""
    course(pytester, {"sum": SUM, "wrong": WRONG})

    for result in (prove("--practicum"), run("--practicum")):
        result.assert_outcomes(passed=1, failed=1)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(
            [
                "refuted (wrong-option-marked): *",
                "  option 1, marked right, does not hold: `7`",
                "      6",
                f"course/{path('wrong')}:16: refuted",
                f"FAILED course/{path('wrong')}::claims*refuted*",
            ]
        )


def test_only_the_wrong_variant_fails(pytester: pytest.Pytester, prove: Run) -> None:
    course(pytester, {"many": VARIANTS.replace("+ 1\n```", "* 2\n```").replace("[ ] `{{ n }}`", "[ ] `{{ n + 3 }}`")})

    result = prove("--practicum")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"FAILED course/{path('many')}::claims?n = 2?*"])


def test_a_mistake_is_a_collection_error_of_its_file(pytester: pytest.Pytester, prove: Run) -> None:
    """It interrupts, as in pytest, unless collection errors are allowed: the other files are then proved."""
    course(pytester, {"bad": MISTAKEN, "sum": SUM})

    stopped, done = prove("--practicum"), prove("--practicum", "--continue-on-collection-errors")

    stopped.assert_outcomes(errors=1)
    assert stopped.ret == pytest.ExitCode.INTERRUPTED
    done.assert_outcomes(passed=1, errors=1)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines([f"ERROR course/{path('bad')}*"])
    done.stdout.fnmatch_lines([f"course/{path('bad')}:2: *(unknown-key)"])


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("course.toml", "title = 1\n", "wrong-type"),
        (f"{TOPIC}/topic.toml", "title", "invalid-toml"),
        (f"{TOPIC}/experiments.py", "def half(:\n", "invalid-python"),
    ],
)
def test_no_claim_is_proved_if_a_file_that_it_depends_on_has_a_mistake(
    pytester: pytest.Pytester, run: Run, file: str, text: str, code: str
) -> None:
    """Also if that file is not among those that are collected: the test is not silently missing."""
    root = course(pytester, {"sum": SUM}, EXPERIMENTS)
    (root / file).write_text(text)

    for arguments in ((), (f"course/{path('sum')}",)):
        result = run("--practicum", "--continue-on-collection-errors", *arguments)

        assert result.parseoutcomes().keys() == {"errors"}
        result.stdout.fnmatch_lines([f"ERROR course/{path('sum')}*"])
        result.stdout.re_match_lines([rf"course/{file}:\d+: .*\({code}\)"])


def test_a_mistake_about_a_folder_is_an_error_of_the_course(pytester: pytest.Pytester, prove: Run) -> None:
    """So that it is reported although there is no file to collect."""
    root = course(pytester, {"sum": SUM})
    (root / "empty").mkdir()

    result = prove("--practicum", "--continue-on-collection-errors")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["ERROR course/course.toml*"])


def test_a_file_or_one_of_its_tests_can_be_chosen(pytester: pytest.Pytester, prove: Run) -> None:
    """What is not chosen is not proved."""
    root = course(pytester, {"many": VARIANTS, "sum": SUM, "wrong": WRONG})

    prove("--practicum", f"course/{path('many')}::claims[n = 2]", f"course/{path('sum')}").assert_outcomes(passed=2)

    assert {file.stem for file in (root / TOPIC / "evidence/challenge").iterdir()} == {"many", "sum"}


def test_a_missing_package_fails_the_tests(pytester: pytest.Pytester, run: Run) -> None:
    """Its name is in the report."""
    root = course(pytester, {"sum": SUM})
    (root / "course.toml").write_text('title = "Course"\n\n[environment]\npackages = ["not-installed-anywhere"]\n')

    result = run("--practicum")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*not-installed-anywhere*"])


@pytest.mark.slow
def test_without_the_option_nothing_of_practicum_is_imported(pytester: pytest.Pytester) -> None:
    """Nor is a course collected, whose files may be broken."""
    course(pytester, {"bad": MISTAKEN})
    pytester.makepyfile(
        """
        import sys

        def test_imports():
            names = {name for name in sys.modules if name.partition(".")[0] == "practicum"}
            assert names == {"practicum", "practicum.pytest_plugin"}
        """
    )

    pytester.runpytest_subprocess().assert_outcomes(passed=1)


@pytest.mark.slow
def test_processes_of_xdist_share_the_tests(pytester: pytest.Pytester) -> None:
    """With interpreters of their own, and the failure's report comes back whole."""
    course(pytester, {"sum": SUM, "many": VARIANTS, "wrong": WRONG})

    result = pytester.runpytest_subprocess("--practicum", "-n", "2", "--dist", "loadfile")

    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines([f"course/{path('wrong')}:16: refuted"])


def test_the_shipped_course_passes_from_its_evidence(run: Run) -> None:
    """Each variant, page and card; no interpreter is started."""
    (root,) = settings.shipped_courses()
    files = [root / entry.path for entry in load(root).all.values()]

    result = run("--practicum", "-p", "no:cacheprovider", f"--rootdir={root}", str(root))

    outcomes = result.parseoutcomes()
    assert outcomes.keys() == {"passed"}
    assert outcomes["passed"] >= len(files)
