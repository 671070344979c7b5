"""A result that depends on the date, the time zone, the locale and the like is unstable, and its cause is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from practicum.model import Verdict
from practicum.prove.input_dependence import NAMES
from practicum.runner import Pool
from practicum.runner.inside.input_shift import INPUTS
from tests.kinds.settling import Case, cases, check, settle, value
from tests.kinds.test_answered import answered
from tests.kinds.test_claims import claims
from tests.prove.making import write_course
from tests.prove.test_pages import course, page_of, proved
from tests.prove.test_prover import prove

P, R, U = Verdict.PROVED, Verdict.REFUTED, Verdict.UNSTABLE
BY_INPUT = {
    "clock": "__import__('datetime').date.today().year",
    "time-zone": "__import__('datetime').datetime.fromtimestamp(0).isoformat()",
    "locale": "__import__('os').environ['LANG']",
    "terminal": "__import__('shutil').get_terminal_size().columns",
    "folder": "__import__('os').getcwd()",
    "user": "__import__('os').environ.get('USER')",
    "host": "__import__('platform').node()",
    "processors": "__import__('os').cpu_count()",
}


def named(why: str) -> set[str]:
    """The inputs that a reason names."""
    return {name for name, text in NAMES.items() if text in why}


@pytest.mark.parametrize("name", INPUTS)
def test_the_input_is_named(name: str, tmp_path: Path, pool: Pool) -> None:
    """And no other."""
    entry = settle(tmp_path, pool, value(f"x = {BY_INPUT[name]}", "[x] 1", "[ ] 2"))

    assert entry.evidence is not None
    assert (entry.verdict, entry.evidence.variants[0].code) == (U, "depends-on-input")
    assert named(entry.why) == {name}


def test_several_inputs_are_all_named(tmp_path: Path, pool: Pool) -> None:
    code = f"x = ({BY_INPUT['clock']}, {BY_INPUT['processors']})"

    assert named(settle(tmp_path, pool, value(code, "[x] 1", "[ ] 2")).why) == {"clock", "processors"}


YEAR = "import datetime\nx = datetime.date.today().year"
SOON = "def double(x):\n    import datetime\n    return x + x if datetime.date.today().year < 2027 else x"


@cases(
    Case("chance", value("import time\nx = time.perf_counter()", "[x] 1", "[ ] 2"), U, "depends-on-chance"),
    Case(
        "chance and the date",
        value("import datetime\nx = datetime.datetime.now().isoformat()", "[x] 1", "[ ] 2"),
        U,
        "depends-on-chance",
    ),
    Case("a fixed date", value("import datetime\nx = datetime.date(2026, 1, 31).isoweekday()", "[x] 6", "[ ] 7"), P),
    Case(
        "a difference of dates",
        value("import datetime\nx = (datetime.date.today() - datetime.date.today()).days", "[x] 0", "[ ] 1"),
        P,
    ),
    Case(
        "a date that settles nothing",
        value(YEAR + "\nprint(x)", "[x] True", "[ ] False", proof='value = "x > 2000"'),
        P,
    ),
    Case(
        "wrong whatever the date",
        value(YEAR, "[x] False", "[ ] True", proof='value = "x > 2000"'),
        R,
        "wrong-option-marked",
    ),
    Case("a claim", claims("x == 2026", "x < 2020", code=YEAR), U, "depends-on-input", (NAMES["clock"],)),
    Case(
        "a claim that raises elsewhere",
        claims(
            "[0][cores - cores_here] == 0",
            "cores < 0",
            code="import os\ncores, cores_here = os.cpu_count(), len(open('/proc/stat').read().split('cpu')) - 2",
        ),
        U,
        "depends-on-input",
        (NAMES["processors"],),
    ),
    Case("a solution", answered("code", solution=SOON), U, "depends-on-input", (NAMES["clock"],)),
    Case(
        "a mutant",
        answered("code", mutants=(SOON.replace("<", ">="),)),
        U,
        "depends-on-input",
        ("mutant 1", NAMES["clock"]),
    ),
)
def test_a_result_is_stable_only_if_it_is_the_same_with_other_inputs(case: Case, tmp_path: Path, pool: Pool) -> None:
    """What differs with other seeds alone is chance; what a proof does not compare may differ."""
    check(case, settle(tmp_path, pool, case.text))


@pytest.mark.parametrize(
    "page",
    [
        "{{ gives(\"len(str(__import__('datetime').date.today().year)) * __import__('os').cpu_count()\") }}",
        "```python run\nimport os\nprint(os.cpu_count())\n```",
    ],
)
def test_so_is_a_page(page: str, tmp_path: Path, pool: Pool) -> None:
    """What its cells print, and what it gives in its prose."""
    entry = page_of(proved(course(tmp_path, f"# A page\n\n{page}\n"), pool))

    assert entry.evidence is not None
    assert (entry.verdict, entry.evidence.variants[0].code) == (U, "depends-on-input")
    assert named(entry.why) == {"processors"}


def test_so_is_an_experiment(tmp_path: Path, pool: Pool) -> None:
    """Its call is made twice, and the second time with other inputs."""
    experiments = "def tall(*, step, seed=0):\n    import os\n    return {'height': step * os.cpu_count()}\n"

    entry = settle(tmp_path, pool, claims("tall(step=3, seed=seed).height > 2", "len(x) == 3"), experiments)

    assert entry.evidence is not None
    assert (entry.verdict, entry.evidence.variants[0].code) == (U, "experiment-varies")


@pytest.mark.parametrize(("boxes", "verdict"), [(("[x] 6", "[ ] 7"), P), (("[x] 7", "[ ] 8"), R)])
def test_what_does_not_depend_on_them_costs_no_more_runs(
    boxes: tuple[str, ...], verdict: Verdict, tmp_path: Path, pool: Pool
) -> None:
    """Proved or refuted: the repeats that are made anyway have shifted inputs."""
    entries, recorded = prove(write_course(tmp_path, {"one": value("x = 6", *boxes)}), pool)

    assert entries["one"].verdict is verdict
    assert len(recorded.jobs) == 5
    assert [job.input_shift is None for job in recorded.jobs] == [True, False, False, False, False]
    assert len({job.input_shift for job in recorded.jobs}) == 5
