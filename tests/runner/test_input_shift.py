"""A run with shifted inputs sees another date, time zone, locale, folder and so on; everything else stays as it is."""

from __future__ import annotations

import pytest

from practicum.runner import IsolationMode, Job, Limits, Pool
from practicum.runner.inside.input_shift import ALTERNATIVES, INPUTS
from practicum.runner.job import InputShift

from .conftest import pool_in

LIMITS = Limits(seconds=30)
IMPORTS = "import datetime, locale, multiprocessing, os, pathlib, pickle, platform, shutil, socket, tempfile, time\n"
ZONE = "datetime.datetime.fromtimestamp(0).isoformat()"
SEEN = {
    "clock": (
        "int(time.time() // 86400)",
        "datetime.date.today().isoformat()",
        "datetime.datetime.today().date().isoformat()",
        "datetime.datetime.now().date().isoformat()",
        "datetime.datetime.now(datetime.UTC).date().isoformat()",
        "datetime.datetime.utcnow().date().isoformat()",
        "time.strftime('%x')",
        "time.gmtime()[:3]",
        "time.localtime()[:3]",
        "time.ctime()[-4:]",
        "time.asctime()[-4:]",
        "time.time_ns() // 86400_000_000_000",
    ),
    "time-zone": (ZONE, "time.localtime(0).tm_hour", "datetime.datetime.now().astimezone().utcoffset()"),
    "locale": ("os.environ['LANG']", "os.environ.get('LC_ALL')"),
    "terminal": ("tuple(shutil.get_terminal_size())",),
    "folder": ("os.getcwd()", "str(pathlib.Path.home())", "tempfile.gettempdir()", "os.path.abspath('x')"),
    "user": ("os.environ.get('USER')", "os.getuid()"),
    "host": ("socket.gethostname()", "platform.node()", "platform.release()", "os.uname().nodename"),
    "processors": ("os.cpu_count()", "multiprocessing.cpu_count()"),
}
"""For each input, expressions whose values depend on it, the first on no other: local dates depend on the zone."""


def values(pool: Pool, expressions: tuple[str, ...], shift: InputShift | None, code: str = "") -> list[object]:
    job = Job(code=IMPORTS + code, values={text: text for text in expressions}, input_shift=shift, limits=LIMITS)
    result = pool.run(job)
    assert result.ok, result
    return [result.values[text] for text in expressions]


def test_every_input_is_tested() -> None:
    assert set(SEEN) == set(INPUTS)


@pytest.mark.parametrize("name", INPUTS)
def test_a_shifted_input_is_seen_everywhere(name: str, pool: Pool) -> None:
    """By each function that returns it, in each alternative."""
    own = values(pool, SEEN[name], None)

    for number in range(1, ALTERNATIVES + 1):
        shifted = values(pool, SEEN[name], InputShift(number, (name,)))
        assert [text for text, *both in zip(SEEN[name], own, shifted, strict=True) if both[0] == both[1]] == []


@pytest.mark.parametrize("name", INPUTS)
def test_the_other_inputs_stay(name: str, isolated: Pool) -> None:
    """So that what moves has one cause. A folder is another one for each job in bare mode."""
    others = tuple(texts[0] for other, texts in SEEN.items() if other not in (name, "folder"))

    assert values(isolated, others, InputShift(1, (name,))) == values(isolated, others, None)


@pytest.mark.slow
def test_the_alternatives_of_the_clock_differ() -> None:
    """In the year, the month, the day of the week or the end of a month; the first is a weekend if today is not."""
    pool = pool_in(IsolationMode.FULL)
    now = "datetime.datetime.now(datetime.UTC)"
    dates = [values(pool, (f"{now}.date()", f"{now}.hour < 12"), None)]

    dates += [values(pool, (f"{now}.date()", f"{now}.hour < 12"), InputShift(n, ("clock",))) for n in range(1, 5)]

    days, halves = zip(*dates, strict=True)
    assert len({day.year for day in days}) == len(days)
    assert len({day.weekday() > 4 for day in days[:2]}) == 2
    assert {(day.month, day.day) for day in days[1:]} >= {(2, 29), (12, 31), (10, 31)}
    assert halves[0] != halves[1]


def test_types_stay_as_they_are(pool: Pool) -> None:
    """Dates and times are of the classes that code compares, derives from and pickles."""
    code = (
        "class Later(datetime.datetime):\n    pass\n"
        "now, today = datetime.datetime.now(), datetime.date.today()\n"
        "utc = datetime.datetime.now(tz=datetime.UTC)\n"
        "import random, calendar, zoneinfo\n"
    )
    expressions = (
        "type(now) is datetime.datetime and isinstance(now, datetime.date)",
        "type(today) is datetime.date and today.__class__.today() == today",
        "type(Later.now()) is Later and type(Later.today()) is Later",
        "pickle.loads(pickle.dumps(now)) == now and pickle.loads(pickle.dumps(datetime.datetime)) is datetime.datetime",
        "utc.tzinfo is datetime.UTC and datetime.timedelta(0) <= datetime.datetime.now(datetime.UTC) - utc",
        "abs(datetime.datetime.now().timestamp() - time.time()) < 60",
        "time.strftime('%Y', time.gmtime(0)) == '1970' and time.ctime(0)[-4:] == '1970'",
        "datetime.date(2026, 1, 31).isoformat() == '2026-01-31'",
    )

    assert values(pool, expressions, InputShift(1), code) == [True] * len(expressions)


def test_elapsed_time_is_measured_as_ever(pool: Pool) -> None:
    """With every clock."""
    clocks = "[clock() for clock in (time.time, time.monotonic, time.perf_counter)]"
    code = f"before = {clocks}\ntime.sleep(0.02)\nafter = {clocks}\n"

    (passed,) = values(pool, ("[end - start for start, end in zip(before, after)]",), InputShift(1), code)

    assert all(0.015 < seconds < 30 for seconds in passed)  # type: ignore[attr-defined]


def test_numpy_sees_the_shifted_date(isolated: Pool) -> None:
    """Where the code names it; NumPy reads the system's clock itself."""
    code = "import numpy as np\n"
    expressions = ("str(np.datetime64('today'))", "str(np.datetime64( \"now\", 'D'))")

    found = values(isolated, (*expressions, "datetime.date.today().isoformat()"), InputShift(2, ("clock",)), code)

    assert len(set(found)) == 1


def test_a_check_sees_the_same(isolated: Pool) -> None:
    """It runs in a process of its own."""
    seen = "[datetime.date.today().isoformat(), *time.tzname, os.cpu_count()]"
    check = f"{IMPORTS}assert seen == {seen}"

    result = isolated.run(Job(code=f"{IMPORTS}seen = {seen}", check=check, input_shift=InputShift(1), limits=LIMITS))

    assert result.ok, result


@pytest.mark.slow
def test_a_spare_child_has_the_shift_of_its_job() -> None:
    """It has been forked before its job is known."""
    pool_in(IsolationMode.FULL)
    shift = InputShift(1, ("clock", "time-zone"))
    with Pool(size=1, mode=IsolationMode.FULL, spares=1) as pool:
        expected = values(pool, SEEN["clock"][:1], shift)
        assert pool.wait_until_ready()
        shifted = [values(pool, (SEEN["clock"][0], ZONE), shift) for _ in range(2)]
        own = values(pool, (SEEN["clock"][0], ZONE), None)

    assert [date for date, _ in shifted] == expected * 2
    assert own[0] not in expected
    assert own[1] not in {zone for _, zone in shifted}
