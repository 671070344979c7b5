"""A run may continue where the same person's last run ended; what it shows is what a run from nothing would show."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.course.cell_dependencies import find_dependencies
from practicum.runner import Client, Epoch, IsolationMode, Job, KeepLimits, Limits, Pool, Preload, Result
from practicum.runner.isolation_mode import why_not
from practicum.runner.kept_sessions import missing_texts
from practicum.runner.zygote_client import ChildSession
from tests.waiting import PATIENCE, eventually

ANN, BOB = Client("ann", "1.1.1.1"), Client("bob", "2.2.2.2")
COUNT = "print('runs')"


@pytest.fixture(params=[IsolationMode.FULL, IsolationMode.BARE], ids=str)
def keeping(request: pytest.FixtureRequest) -> Iterator[Pool]:
    """A pool that keeps interpreters, in each mode that isolates."""
    if why := why_not(request.param):
        pytest.skip(why)
    with Pool(size=2, mode=request.param, keep=KeepLimits(4)) as pool:
        yield pool


def run(pool: Pool, code: str, *above: str, client: Client = ANN, **more: object) -> Result:
    """Run a cell after those above it."""
    job = Job(code, **{"quiet": True, "echo": True, "limits": Limits(seconds=PATIENCE), **more})  # type: ignore[arg-type]
    return pool.run_after(job, above, find_dependencies(above, code), "page", client=client)


def test_a_run_continues_in_the_interpreter_of_the_last(keeping: Pool) -> None:
    """What was printed above is not printed again, and nothing above runs again."""
    first = run(keeping, "import time\nx = [time.monotonic_ns()]\nprint(x[0])")
    second = run(keeping, "print(x[0])", "import time\nx = [time.monotonic_ns()]\nprint(x[0])")

    assert first.stdout == second.stdout != ""
    assert second.ok


CELLS = ["x = 1\nx", "x += 1\nx", "import random\nrandom.random()", "x += 1\n(x, random.random())"]


def test_every_order_shows_what_a_run_from_nothing_shows(keeping: Pool) -> None:
    """Cells in order, again, edited, and back: each shows what it shows in an interpreter of its own."""
    steps: list[tuple[str, Sequence[str]]] = [(cell, CELLS[:number]) for number, cell in enumerate(CELLS)]
    steps += [(CELLS[3], CELLS[:3]), (CELLS[1], CELLS[:1]), ("x += 10\nx", CELLS[:1])]
    steps += [("x * 2", [CELLS[0], "x += 10\nx"]), (CELLS[2], CELLS[:2])]

    for code, above in steps:
        fresh = keeping.run(Job(code, setup="\n".join(above), quiet=True, echo=True))
        assert run(keeping, code, *above).stdout == fresh.stdout, (code, above)


def test_a_cell_that_raised_leaves_nothing(keeping: Pool) -> None:
    """After a failure, the next run sees what was there before it."""
    run(keeping, "x = 1")
    failed = run(keeping, "x = 2\n1 / 0", "x = 1")
    again = run(keeping, "x", "x = 1")

    assert failed.failure is not None
    assert (failed.failure.type, failed.failure.line, failed.failure.where) == ("ZeroDivisionError", 2, "snippet")
    assert again.stdout.strip() == "1"


def test_a_failure_in_a_function_from_above_is_not_at_a_line_of_this_cell(keeping: Pool) -> None:
    """Each cell keeps its own source, so that a line is never that of another cell."""
    above = "def f():\n    pass\n    return 1 / 0"
    run(keeping, above)
    failed = run(keeping, "y = 1\nf()", above)

    assert failed.failure is not None
    assert (failed.failure.where, failed.failure.line) == ("setup", 3)
    assert 'File "<snippet>", line 2' in failed.traceback
    assert 'File "<setup>", line 3' in failed.traceback


def test_a_stopped_cell_is_reported_at_its_own_line(keeping: Pool) -> None:
    """An endless loop in a later run has its line, and its interpreter is not kept."""
    run(keeping, "x = 1")
    stopped = run(keeping, "y = x\nwhile True: pass", "x = 1", limits=Limits(seconds=0.5))

    assert (stopped.code, stopped.stopped_at) == ("time-limit", 2)
    assert run(keeping, "x", "x = 1").stdout.strip() == "1"


def test_nothing_is_shared_between_persons_and_pages(keeping: Pool) -> None:
    """Neither a person nor a page sees what another one has left."""
    run(keeping, "import builtins\nbuiltins.left = 1")
    look = "import builtins\nhasattr(builtins, 'left')"

    assert run(keeping, look, client=BOB).stdout.strip() == "False"
    assert keeping.run_after(Job(look, echo=True), (), (), "other", client=ANN).stdout.strip() == "False"


def test_what_a_cell_left_harms_no_later_one_from_nothing(keeping: Pool) -> None:
    """A run that does not build on the last one does not see what it has patched."""
    run(keeping, "import builtins\nbuiltins.len = lambda x: 42")

    assert run(keeping, "len([])", "x = 1").stdout.strip() == "0"


def test_a_kept_interpreter_computes_nothing(keeping: Pool) -> None:
    """A thread that a cell has left is stopped with its interpreter: in between it counts no further."""
    run(
        keeping,
        "import threading\ndef work():\n    while True: pass\nthreading.Thread(target=work, daemon=True).start()",
    )
    [session] = keeping.kept_sessions._kept
    assert eventually(lambda: _cpu(session.child) == _cpu(session.child))
    before = _cpu(session.child)
    burn = "import time\nbegan = time.process_time()\nwhile time.process_time() - began < 0.5: pass"
    assert run(keeping, burn, client=BOB).ok

    assert _cpu(session.child) < before + 0.05  # a thread that runs gets its share of half a second


def _cpu(child: ChildSession) -> float:
    child.request_use()
    while True:
        for source, data in child.events(PATIENCE):
            if source == "report":
                return float(json.loads(data)["cpu"])


def test_the_last_cell_again_finds_its_state_prepared(keeping: Pool) -> None:
    """While the learner reads, the cells above run again elsewhere; then the last cell continues there."""
    above = "import time\nx = time.monotonic_ns()"
    run(keeping, above)
    first = run(keeping, "x", above)
    assert keeping.wait_until_prepared(PATIENCE)
    [prepared] = [each for each in keeping.kept_sessions._kept if each.executed == (above,)]

    again = run(keeping, "x", above)

    assert again.ok
    assert again.stdout != first.stdout
    assert prepared.executed == (above, "x")


def test_another_person_comes_before_what_is_prepared(keeping: Pool) -> None:
    """A preparation ends when its owner's next run comes, and holds a slot of its owner only."""
    slow = "import time\nif getattr(time, 'seen', 0): time.sleep(1000)"
    run(keeping, slow)
    assert run(keeping, "1", slow).ok  # its preparation may run; the next run ends it
    assert run(keeping, "2", slow, "1").ok


def test_the_interpreters_of_one_person_and_address_are_limited() -> None:
    """The address that holds most loses its least recently used one, so that a person elsewhere keeps theirs."""
    with Pool(size=2, keep=KeepLimits(3)) as pool:
        run(pool, "x = 1", client=BOB)
        for number in range(6):
            run(pool, "x = 1", client=Client(f"person {number}", "3.3.3.3"))
        pool.wait_until_prepared(PATIENCE)
        kept = [each.client for each in pool.kept_sessions._kept]

        assert len(kept) == 3
        assert BOB in kept
        assert Client("person 5", "3.3.3.3") in kept


def test_an_interpreter_that_is_too_large_is_not_kept() -> None:
    """Its next run starts from nothing, with the same result."""
    with Pool(size=2, keep=KeepLimits(3, memory=64 << 20)) as pool:
        run(pool, "x = bytearray(200 << 20)")

        assert len(pool.kept_sessions) == 0
        assert run(pool, "len(x) >> 20", "x = bytearray(200 << 20)").stdout.strip() == "200"


def test_an_unused_interpreter_ends() -> None:
    """After the idle time, no process is left."""
    with Pool(size=2, keep=KeepLimits(3, idle_seconds=0.3)) as pool:
        run(pool, "x = 1")

        assert eventually(lambda: len(pool.kept_sessions) == 0)
        assert run(pool, "x", "x = 1").stdout.strip() == "1"


def test_a_dead_interpreter_is_replaced(keeping: Pool) -> None:
    """A run that cannot continue starts from nothing."""
    run(keeping, "x = 1")
    for interpreter in keeping.warm_pool.interpreters.values():
        if interpreter.zygote:
            interpreter.zygote.close()

    assert run(keeping, "x + 1", "x = 1").stdout.strip() == "2"


def test_figures_and_epochs_are_of_the_cell_alone(keeping: Pool) -> None:
    """A figure that a cell drew is not that of the next; every epoch is reported once."""
    train = (
        "import keras, numpy\nkeras.utils.set_random_seed(0)\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')"
    )
    fit = (
        "history = model.fit(numpy.ones((4, 2)), numpy.ones((4, 1)), epochs=3, verbose=0)\nhistory.history['loss'][-1]"
    )
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2])"
    first = [run(keeping, code, *above, preload=Preload.TENSORFLOW) for code, above in _in_order(train, fit, draw, "1")]

    assert [len(result.epochs) for result in first] == [0, 3, 0, 0]
    assert all(isinstance(epoch, Epoch) for epoch in first[1].epochs)
    assert [len(result.figures) for result in first] == [0, 0, 1, 0]
    fresh = keeping.run(Job(fit, setup=train, quiet=True, echo=True))
    assert first[1].stdout == fresh.stdout


def _in_order(*cells: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(cell, cells[:number]) for number, cell in enumerate(cells)]


def test_two_runs_at_a_time_share_no_interpreter(keeping: Pool) -> None:
    """One continues; the other starts from nothing."""
    run(keeping, "x = 1")
    results: list[Result] = []
    wait = "import time\ntime.sleep(0.2)\nx += 1\nx"
    threads = [threading.Thread(target=lambda: results.append(run(keeping, wait, "x = 1"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [result.stdout.strip() for result in results] == ["2", "2"]


@given(st.data())
def test_what_is_missing_keeps_the_order(data: st.DataObject) -> None:
    """What has run and what is missing are together all that is needed, in the order of the page."""
    above = data.draw(st.lists(st.sampled_from("abcdef"), max_size=6, unique=True))
    needed = sorted(data.draw(st.sets(st.sampled_from(range(len(above))))) if above else [])
    executed = data.draw(st.lists(st.sampled_from("abcdef"), max_size=4))

    missing = missing_texts(executed, above, needed)

    if missing is not None:
        places = [above.index(text) for text in (*executed, *missing)]
        assert all(first < second for first, second in pairwise(places))
        assert {above[index] for index in needed} <= {*executed, *missing}
