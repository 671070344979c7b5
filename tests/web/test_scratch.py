"""The scratch pad: the result of a learner's code as a page and as a stream, its limits, and its place in the queue."""

from __future__ import annotations

import re
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from httpx2 import Response
from starlette.applications import Starlette

from practicum.application import runs, scratch
from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Cancellation, Client, IsolationMode, Job, Limits, Pool, Result
from practicum.store import Store
from practicum.web.app import create_app
from tests.html import STREAM, editor_text, events, refusal_code, shown_ending, text_of
from tests.waiting import PATIENCE, eventually
from tests.web.making import TOPIC, Learner

PAD = f"{TOPIC}/scratch"
LOOP = "n = 0\nwhile True:\n    n += 1\n"


@pytest.fixture
def app(catalogue: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([catalogue], store, pool))


def run(learner: Learner, code: str) -> str:
    """Run code without JavaScript, and return the page."""
    response = learner.post(PAD, {**learner.form(PAD), "code": code})
    assert response.status_code == 200
    return response.text


def stream(learner: Learner, code: str) -> Response:
    """Run code as a script does, and return the stream."""
    return learner.post(PAD, {**learner.form(PAD), "code": code}, accept=STREAM)


def result_part(page: str) -> str:
    """The part of a page with the result."""
    return page.partition('class="live"')[2]


def marked_line(html: str) -> str:
    """The quoted line of code that an error or a limit is about, with its number."""
    found = re.search(r'<span class="line marked">(.*?)\n</span>', html, re.S)
    return text_of(found[1]) if found else ""


# --- the page


def test_an_empty_pad_shows_what_a_run_may_use(learner: Learner) -> None:
    """The topic links to it."""
    html = learner.get(PAD).text

    assert "10 s and 4 GB of memory" in html
    assert '<label for="code">' in html
    assert f'href="{PAD}"' in learner.get(TOPIC).text


def test_shows_the_output_and_keeps_the_code(learner: Learner) -> None:
    """Escaped, with standard error apart; the code stays as it was typed."""
    code = "\nimport sys\nprint('<b>&amp;</b>')\nprint('careful', file=sys.stderr)\n"
    html = run(learner, code.replace("\n", "\r\n"))

    assert shown_ending(html) == "done"
    assert re.search(r'<pre class="stdout out"[^>]*><code>&lt;b&gt;&amp;amp;&lt;/b&gt;</code>', html)
    assert re.search(r'<pre class="stderr out"[^>]*><code>careful</code>', html)
    assert editor_text(html) == code


def test_a_run_without_output_has_an_ending(learner: Learner) -> None:
    html = result_part(run(learner, "x = 1"))

    assert shown_ending(html) == "done"
    assert 'class="stdout' not in html


def test_shows_what_the_last_expression_returns(learner: Learner) -> None:
    """As a cell does."""
    page = run(learner, "x = 6\nx * 7")

    assert shown_ending(page) == "done"
    assert ">42<" in re.sub(r"\s", "", result_part(page))


def test_a_missing_package_is_explained_by_those_that_are_there(learner: Learner) -> None:
    assert "<code>numpy</code>" in result_part(run(learner, "import no_such_package"))


def test_an_endless_loop_is_stopped_at_its_line(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "SHORT", Limits(seconds=0.5))
    html = result_part(run(learner, LOOP))

    assert shown_ending(html) == "failed"
    assert marked_line(html) == "2 while True:"


def test_what_the_sandbox_does_not_allow_is_shown_at_its_line(learner: Learner) -> None:
    """Even if the code catches the exception."""
    html = result_part(run(learner, "import os\ntry:\n    os.fork()\nexcept OSError:\n    print('caught')\n"))

    assert shown_ending(html) == "failed"
    assert marked_line(html) == "3 os.fork()"
    assert "caught" in html


def test_a_run_that_needs_too_much_memory_is_stopped_at_its_line(learner: Learner) -> None:
    """With how much it asked for."""
    html = result_part(run(learner, "import numpy as np\nbig = np.zeros((200_000, 200_000))\n"))

    assert shown_ending(html) == "failed"
    assert "298 GB" in text_of(html)
    assert marked_line(html).startswith("2 big = ")


def test_an_error_is_explained(learner: Learner) -> None:
    """With its line, the name that was meant, and a traceback without frames of practicum."""
    html = result_part(run(learner, "best = 3\nprint(bets)\n"))

    assert 'data-line="2"' in html
    assert "NameError at line 2" in text_of(html)
    assert "<code>best</code>" in html.partition('class="aside"')[2]
    assert "<details><summary>Traceback</summary>" in html
    assert "practicum" not in html.partition("Traceback")[2].partition("</pre>")[0]


def test_a_syntax_error_names_its_line_once(learner: Learner) -> None:
    html = result_part(run(learner, "x = 1\nif x\n    pass\n"))

    assert "SyntaxError at line 2" in text_of(html)
    assert "&lt;snippet&gt;, line 2)" not in html


def test_output_before_an_error_is_shown_above_it(learner: Learner) -> None:
    html = result_part(run(learner, "print('so far')\n1 / 0\n"))

    assert html.index("<code>so far") < html.index("<strong>ZeroDivisionError at line 2")


@pytest.mark.tensorflow
@pytest.mark.slow
def test_a_figure_is_an_image(learner: Learner) -> None:
    """In SVG, and in PNG to save; its SVG is never part of the page."""
    html = result_part(run(learner, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('<script>')\n"))
    svg = re.search(r'<img src="data:image/svg\+xml;base64,([^"]+)"', html)
    png = re.search(r'href="data:image/png;base64,([^"]+)" download', html)

    assert svg
    assert b"<svg" in b64decode(svg[1])
    assert png
    assert b64decode(png[1]).startswith(b"\x89PNG")
    assert "<script" not in html


FIT = """import numpy as np, keras
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.zeros((32, 2)), np.zeros(32), epochs=3, verbose=1, validation_split=0.5)
"""


@pytest.mark.tensorflow
@pytest.mark.slow
def test_training_is_shown_epoch_by_epoch(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table grows although the code does nothing for it; the progress bar of each epoch is one line of output."""
    monkeypatch.setattr(scratch, "SHORT", Limits(seconds=60))
    received = events(stream(learner, FIT))
    counts = [len(re.findall(r'<th scope="row"', table)) for name, table in received if name == "epochs"]
    last = str(received[-1][1]).replace("<wbr>", "")
    printed = last.partition('<pre class="stdout')[2].partition("</pre>")[0]

    assert counts == sorted(counts)
    assert counts[-1] == 3
    assert re.findall(r'<th scope="col"[^>]*>(\w+)', last) == ["Epoch", "loss", "val_loss", "Seconds"]
    assert re.findall(r'<th scope="row"[^>]*>([^<]+)', last) == ["1/3", "2/3", "3/3"]
    assert len(printed.strip().splitlines()) == 6
    assert "\x1b" not in printed


# --- the stream


def test_a_stream_has_the_state_the_output_and_the_result(learner: Learner) -> None:
    """Output arrives as it is printed; the result is the one that the page would show."""
    response = stream(learner, "import time\nprint('one', flush=True)\ntime.sleep(1)\nprint('two', flush=True)\n")
    received = [(name, data) for name, data in events(response) if name != "run"]
    states = [data for name, data in received if name == "state"]

    assert (states[0]["running"], states[0]["seconds"]) == (True, 0.0)
    assert [data for name, data in received if name == "output"] == [
        {"stream": "stdout", "at": 0, "add": "one\n", "line": ""},
        {"stream": "stdout", "at": 4, "add": "two\n", "line": ""},
    ]
    assert received[-1][0] == "result"
    assert "one\ntwo" in received[-1][1]


def test_a_progress_bar_stays_one_line(learner: Learner) -> None:
    """Without its colours."""
    bar = "    print(f'\\r\\x1b[1mstep {n}\\x1b[0m', end='', flush=True)\n    time.sleep(0.6)\n"
    response = stream(learner, f"import time\nfor n in range(3):\n{bar}")

    assert [data["line"] for name, data in events(response) if name == "output"] == ["step 0", "step 1", "step 2"]


def test_a_silent_stream_has_heartbeats(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no proxy closes the connection."""
    monkeypatch.setattr(runs, "KEEP_ALIVE", 0.05)
    response = stream(learner, "import time\ntime.sleep(1)")

    assert len(re.findall(r"^:", response.text, re.M)) > 2
    assert events(response)[-1][0] == "result"


# --- limits


@pytest.mark.parametrize(("code", "status"), [(" \n", 422), ("#" * 50_001, 413)])
def test_refuses_code_that_is_empty_or_too_long(learner: Learner, code: str, status: int) -> None:
    """It stays on the page, with the reason; a stream gets plain text."""
    page = learner.post(PAD, {**learner.form(PAD), "code": code})
    streamed = stream(learner, code)

    assert '<div class="notice wrong">' in result_part(page.text)
    assert editor_text(page.text) == code
    assert (streamed.status_code, refusal_code(streamed)) == (status, "code-not-runnable")
    assert "<" not in streamed.text


def test_runs_code_of_the_greatest_length(learner: Learner) -> None:
    """Whatever its characters: a form writes some of them as twelve."""
    head = "print('long'); x = '"
    html = run(learner, head + "𝕏" * (50_000 - len(head) - 1) + "'")

    assert "<code>long</code>" in html


def test_without_a_runner_there_is_no_pad(catalogue: Catalogue, store: Store) -> None:
    learner = Learner(create_app(Site([catalogue], store)))
    response = learner.get(PAD)

    assert (response.status_code, refusal_code(response)) == (404, "no-runner")
    assert PAD not in learner.get(TOPIC).text


@pytest.fixture
def plain() -> Iterator[Pool]:
    """A pool without isolation."""
    with pytest.warns(UserWarning, match="isolation"):
        pool = Pool(1, IsolationMode.SUBPROCESS)
    with pool:
        yield pool


def test_without_isolation_a_shared_service_runs_nothing(catalogue: Catalogue, store: Store, plain: Pool) -> None:
    """The page names the command that shows how to get isolation."""
    learner = Learner(create_app(Site([catalogue], store, plain, local=False)))
    page = learner.get(PAD).text
    response = learner.post(PAD, {"code": "print(6 * 7)"})

    assert "practicum doctor" in page
    assert "<textarea" not in page
    assert PAD not in learner.get(TOPIC).text
    assert (response.status_code, refusal_code(response)) == (403, "code-is-not-run")


def test_without_isolation_a_local_service_runs_code_with_a_notice(
    catalogue: Catalogue, store: Store, plain: Pool
) -> None:
    learner = Learner(create_app(Site([catalogue], store, plain, local=True)))
    page = learner.get(PAD).text

    assert "practicum doctor" in page
    assert "no network" not in page
    assert "<code>42</code>" in run(learner, "print(6 * 7)")


def test_stores_nothing(learner: Learner, store: Store) -> None:
    """Not even that there is such a learner."""
    run(learner, "x = 1")

    assert store.learner_for(learner.http.cookies["practicum"]) is None


# --- the code of a problem


def test_a_closed_problem_can_be_tried(learner: Learner) -> None:
    """The pad has its code, and a link back; while the problem is open it is refused."""
    page = learner.begin() + "/1"
    before = learner.get(f"{page}/scratch")
    linked_before = "/scratch" in learner.get(page).text
    learner.send(page, "skip")
    verdict = learner.get(page).text
    html = learner.get(f"{page}/scratch").text

    assert (before.status_code, refusal_code(before)) == (409, "answer-first")
    assert "numbers" not in before.text
    assert not linked_before
    assert f'href="{page}/scratch"' in verdict
    assert "numbers[1:" in editor_text(html)
    assert f'href="{page}"' in html


# --- the queue


@contextmanager
def occupied(pool: Pool, *clients: Client) -> Iterator[Cancellation]:
    """Runs of other learners, in progress or waiting, until the end."""
    cancel = Cancellation()

    def work(client: Client) -> None:
        job = Job(code="import time\ntime.sleep(60)", limits=Limits(seconds=60))
        pool.run(job, cancel=cancel, client=client)

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    before = pool.queue.running + pool.queue.waiting
    for thread in threads:
        thread.start()
    try:
        assert eventually(lambda: pool.queue.running + pool.queue.waiting >= before + len(clients))
        yield cancel
    finally:
        cancel.set()
        for thread in threads:
            thread.join()


def test_a_waiting_run_reports_its_place(catalogue: Catalogue, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts down as the runs before it end."""
    with Pool(1) as pool:
        site = Site([catalogue], store, pool)
        learner, started, start = Learner(create_app(site)), list[Any](), site.runs.start
        monkeypatch.setattr(site.runs, "start", lambda *rest: started.append(start(*rest)) or started[-1])  # type: ignore[func-returns-value]
        learner.get(PAD)
        responses: list[Response] = []

        def place() -> str | None:
            """What a client that joins now sees of the run's state."""
            messages = started[0].since(0)[0] if started else []
            return next((message.data["words"] for message in messages if message.name == "state"), None)

        with occupied(pool, Client("bob", "b")) as bobs, occupied(pool, Client("eve", "e")) as eves:
            thread = threading.Thread(target=lambda: responses.append(stream(learner, "print('at last')")))
            thread.start()
            assert eventually(lambda: place() is not None)
            second = place()
            eves.set()
            assert eventually(lambda: place() != second)
            first = place()
            bobs.set()
            thread.join(PATIENCE)
    states = [data for name, data in events(responses[0]) if name == "state"]

    assert second
    assert "1 run" in second
    assert first
    assert "next" in first
    assert states[-1]["running"]
    assert "at last" in responses[0].text


def test_many_runs_of_one_learner_do_not_hold_up_anothers(catalogue: Catalogue, store: Store) -> None:
    """It ends while they wait."""
    with Pool(2, per_person=1) as pool:
        app = create_app(Site([catalogue], store, pool))
        with occupied(pool, *[Client("bob", "b")] * 40):
            html = run(Learner(app), "print('own')")

            assert "<code>own</code>" in html
            assert pool.queue.waiting >= 38


def test_many_identities_of_one_address_do_not_hold_up_another(catalogue: Catalogue, store: Store) -> None:
    """Its run ends while they wait, and so does that of a learner who has no cookie yet."""
    with Pool(2, per_person=1, per_address=1) as pool:
        app = create_app(Site([catalogue], store, pool))
        with occupied(pool, *(Client(f"greedy {number}", "192.0.2.66", newcomer=True) for number in range(20))):
            learner = Learner(app)
            first, second = run(learner, "print('own')"), run(learner, "print('again')")

            assert "<code>own</code>" in first
            assert "<code>again</code>" in second
            assert pool.queue.waiting >= 18


def test_each_browser_takes_its_own_turns(app: Starlette, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a name that does not reveal its cookie."""
    persons: list[str] = []

    def record(job: object, on_event: object, cancel: object, client: Client) -> Result:
        persons.append(client.person)
        return Result()

    monkeypatch.setattr(pool, "run", record)
    ada, bob = Learner(app), Learner(app)
    for learner in (ada, bob, ada):
        run(learner, "x = 1")

    assert persons[0] == persons[2] != persons[1]
    assert ada.http.cookies["practicum"] not in persons


# --- the end of the service


def test_a_stopping_service_ends_runs_with_a_result(app: Starlette, learner: Learner, pool: Pool) -> None:
    """No other begins."""
    learner.get(PAD)
    responses: list[Response] = []
    thread = threading.Thread(target=lambda: responses.append(stream(learner, LOOP)))
    thread.start()
    assert eventually(lambda: pool.queue.running == 1)
    app.state.site.runs.cancel_all()
    thread.join(PATIENCE)
    refused = stream(learner, LOOP)
    result: Any = events(responses[0])[-1]

    assert result[0] == "result"
    assert shown_ending(result[1]) == "stopped"
    assert (refused.status_code, refusal_code(refused)) == (503, "service-stopping")
    assert pool.queue.running == 0


def test_refuses_more_runs_than_there_are_places(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds a thread, so that the number of all learners' runs is limited."""
    monkeypatch.setattr(runs, "MAX_RUNS", 0)
    response = learner.post(PAD, {**learner.form(PAD), "code": "x = 1"})

    assert (response.status_code, refusal_code(response)) == (503, "too-many-runs")
