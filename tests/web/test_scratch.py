"""The scratch pad: what a learner's code does, as a page and as it happens; who may run how much; and when it ends."""

from __future__ import annotations

import json
import re
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from httpx2 import Response
from starlette.applications import Starlette

from practicum.application import runs as live
from practicum.application import scratch
from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Cancellation, IsolationMode, Limits, Pool, Result
from practicum.store import Store
from practicum.web.app import create_app
from tests.waiting import eventually
from tests.web.making import TOPIC, Learner

PAD = f"{TOPIC}/scratch"
LOOP = "n = 0\nwhile True:\n    n += 1\n"


@pytest.fixture
def app(catalogue: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([catalogue], store, pool))


def run(learner: Learner, code: str) -> str:
    """The page that comes of this code, without JavaScript."""
    answer = learner.post(PAD, {**learner.form(PAD), "code": code})
    assert answer.status_code == 200
    return answer.text


def watch(learner: Learner, code: str) -> list[tuple[str, object]]:
    """The events that come of this code."""
    return events(learner.post(PAD, {**learner.form(PAD), "code": code}, accept="text/event-stream"))


def events(answer: Response) -> list[tuple[str, object]]:
    """What was told, but for the run's number."""
    blocks = [block.split("\n") for block in answer.text.strip().split("\n\n") if not block.startswith(":")]
    told = [(block[0].removeprefix("event: "), json.loads(block[1].removeprefix("data: "))) for block in blocks]
    assert told[0][0] == "run"
    return told[1:]


def words(html: str) -> str:
    """What is read in a piece of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def outcome(page: str) -> str:
    return page.partition('class="live"')[2]


# --- what the page shows


def test_an_empty_pad(learner: Learner) -> None:
    """It says what a run may use, and is linked from the topic."""
    html = learner.get(PAD).text

    assert "10 s and 4 GB of memory, but no network" in html
    assert '<label for="code">' in html
    assert f'href="{PAD}"' in learner.get(TOPIC).text


def test_what_it_printed(learner: Learner) -> None:
    """Output, what went to stderr apart, the time it took; and the code stays in the box as it was typed."""
    code = "\nimport sys\nprint('<b>&amp;</b>')\nprint('careful', file=sys.stderr)\n"
    html = run(learner, code.replace("\n", "\r\n"))

    assert re.search(r'<pre class="stdout out"[^>]*><code>&lt;b&gt;&amp;amp;&lt;/b&gt;</code>', html)
    assert re.search(r'<pre class="stderr out"[^>]*><code>careful</code>', html)
    assert "Done in" in html
    assert unescape(html.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0]) == code


def test_silence_is_told(learner: Learner) -> None:
    assert re.search(r"Done in .*, without output\.", words(outcome(run(learner, "x = 1"))))


def test_an_endless_loop(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stopped in words, with the line at which the loop begins."""
    monkeypatch.setattr(scratch, "LIMITS", Limits(seconds=0.5))
    html = outcome(run(learner, LOOP))

    assert "Stopped after 0.5 s: the loop at line 2 was still running." in words(html)
    assert re.search(r'class="line here"><span class="n">2</span>while True:', html)


def test_a_memory_bomb(learner: Learner) -> None:
    """It is stopped in words, with how much it asked for and where."""
    html = outcome(run(learner, "import numpy as np\nbig = np.zeros((200_000, 200_000))\n"))

    assert "Stopped at line 2: it asked for 298 GB of memory; a run may use 4 GB." in words(html)
    assert re.search(r'class="line here"><span class="n">2</span>big = ', html)


def test_a_typo(learner: Learner) -> None:
    """The exception with its message and line, the name that was meant, and the traceback for who wants it."""
    html = outcome(run(learner, "best = 3\nprint(bets)\n"))

    assert "NameError at line 2: name 'bets' is not defined" in words(html)
    assert "There is a name best ." in words(html)
    assert "<details><summary>Traceback</summary>" in html
    assert "practicum" not in html.partition("Traceback")[2].partition("</pre>")[0]


def test_a_syntax_error_names_its_line_once(learner: Learner) -> None:
    html = outcome(run(learner, "x = 1\nif x\n    pass\n"))

    assert "SyntaxError at line 2: expected ':'" in words(html)
    assert "&lt;snippet&gt;, line 2)" not in html


def test_what_a_run_printed_before_it_failed_is_shown(learner: Learner) -> None:
    """And before what went wrong."""
    html = outcome(run(learner, "print('so far')\n1 / 0\n"))

    assert html.index("<code>so far") < html.index("<strong>ZeroDivisionError at line 2")


@pytest.mark.tensorflow
@pytest.mark.slow
def test_a_figure(learner: Learner) -> None:
    """As a picture that holds itself, in SVG, and in PNG to be saved; never as a part of the page."""
    html = outcome(run(learner, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('<script>')\n"))
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
def test_training_is_told_epoch_by_epoch(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row more with each, without a word in the code for it; the bar of each epoch is one line."""
    monkeypatch.setattr(scratch, "LIMITS", Limits(seconds=60))
    told = watch(learner, FIT)
    tables = [str(data) for name, data in told if name == "epochs"]
    counts = [len(re.findall(r'<th scope="row"', table)) for table in tables]
    last = str(told[-1][1])

    assert counts == sorted(counts)
    assert counts[-1] == 3
    assert re.findall(r'<th scope="col"[^>]*>(\w+)', last) == ["Epoch", "loss", "val_loss", "Seconds"]
    assert re.findall(r'<th scope="row"[^>]*>([^<]+)', last) == ["1/3", "2/3", "3/3"]
    printed = last.partition('<pre class="stdout')[2].partition("</pre>")[0]
    assert len(printed.strip().splitlines()) == 6
    assert "\x1b" not in printed


# --- as it happens


def test_it_is_told_as_it_happens(learner: Learner) -> None:
    """That it runs, what it prints, and last the same outcome that the page would show."""
    told = watch(learner, "import time\nprint('one', flush=True)\ntime.sleep(1)\nprint('two', flush=True)\n")
    printed = [data for name, data in told if name == "output"]

    assert told[0] == ("state", {"words": "Running …", "running": True, "seconds": 0.0})
    assert printed == [
        {"stream": "stdout", "at": 0, "add": "one\n", "line": ""},
        {"stream": "stdout", "at": 4, "add": "two\n", "line": ""},
    ]
    assert told[-1][0] == "result"
    assert "one\ntwo" in str(told[-1][1])


def test_a_bar_that_writes_over_itself_stays_a_line(learner: Learner) -> None:
    """Live, and without its colours."""
    bar = "    print(f'\\r\\x1b[1mstep {n}\\x1b[0m', end='', flush=True)\n    time.sleep(0.6)\n"
    told = watch(learner, f"import time\nfor n in range(3):\n{bar}")
    lines = [data["line"] for name, data in told if name == "output" and isinstance(data, dict)]

    assert lines == ["step 0", "step 1", "step 2"]


def test_a_silence_is_bridged(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """By comments, so that no proxy takes the connection for dead."""
    monkeypatch.setattr(live, "KEEP_ALIVE", 0.05)
    answer = learner.post(PAD, {**learner.form(PAD), "code": "import time\ntime.sleep(1)"}, accept="text/event-stream")

    assert answer.text.count(": still here\n\n") > 2
    assert events(answer)[-1][0] == "result"


# --- limits


@pytest.mark.parametrize(
    ("code", "says"), [(" \n", "There is nothing to run yet."), ("#" * 50_001, "50,001 characters; a run takes 50,000")]
)
def test_what_is_not_run_says_why(learner: Learner, code: str, says: str) -> None:
    """On the page, where the code stays, and in the stream's place."""
    fields = {**learner.form(PAD), "code": code}
    page = learner.post(PAD, fields)
    streamed = learner.post(PAD, fields, accept="text/event-stream")

    assert says in page.text
    assert code in page.text
    assert says in streamed.text
    assert "<" not in streamed.text


def test_the_longest_code_is_run(learner: Learner) -> None:
    """Whatever its letters are: a form writes some of them as twelve."""
    head = "print('long'); x = '"
    html = run(learner, head + "𝕏" * (50_000 - len(head) - 1) + "'")

    assert re.search(r"<code>long</code>", html)


def test_without_a_runner_there_is_no_pad(catalogue: Catalogue, store: Store) -> None:
    learner = Learner(create_app(Site([catalogue], store)))

    assert learner.get(PAD).status_code == 404
    assert "scratch" not in learner.get(TOPIC).text


@pytest.fixture
def plain() -> Iterator[Pool]:
    """A pool without isolation."""
    with pytest.warns(UserWarning, match="without isolation"):
        pool = Pool(1, IsolationMode.SUBPROCESS)
    with pool:
        yield pool


def test_without_isolation_it_is_for_this_machine_only(catalogue: Catalogue, store: Store, plain: Pool) -> None:
    """Elsewhere it runs nothing, and says how to get isolation."""
    learner = Learner(create_app(Site([catalogue], store, plain, local=False)))
    page = learner.get(PAD).text

    assert "practicum doctor" in page
    assert "<textarea" not in page
    assert "scratch" not in learner.get(TOPIC).text
    fields = {**learner.form(f"{TOPIC}/challenge"), "code": "print(6 * 7)"}
    assert learner.post(PAD, fields).status_code == 403


def test_without_isolation_on_this_machine_it_says_so(catalogue: Catalogue, store: Store, plain: Pool) -> None:
    learner = Learner(create_app(Site([catalogue], store, plain, local=True)))
    page = learner.get(PAD).text

    assert "Without isolation." in page
    assert "no network" not in page
    assert "<code>42</code>" in run(learner, "print(6 * 7)")


def test_nothing_is_kept(learner: Learner, store: Store) -> None:
    """Not even that somebody was there."""
    run(learner, "x = 1")

    assert store.learner_for(learner.http.cookies["practicum"]) is None


def test_a_form_needs_its_proof(learner: Learner) -> None:
    """In the stream's place too it is refused in words, not in a page."""
    learner.get(PAD)
    answer = learner.post(PAD, {"code": "print(1)"}, accept="text/event-stream")

    assert answer.status_code == 403
    assert answer.text.startswith("This page was too old.")


# --- a problem's code


def test_a_closed_problem_can_be_tried(learner: Learner) -> None:
    """The pad is filled with its code once its answer is in, and not before."""
    page = learner.begin() + "/1"
    before = learner.get(f"{page}/scratch")
    assert "/scratch" not in learner.get(page).text
    learner.send(page, "skip")
    shown = learner.get(page).text
    html = learner.get(f"{page}/scratch").text

    assert before.status_code == 409
    assert "numbers" not in before.text
    assert f'href="{page}/scratch"' in shown
    assert "numbers[1:" in html.partition("<textarea")[2].partition("</textarea>")[0]
    assert f'href="{page}"' in html


# --- turns


@contextmanager
def occupied(pool: Pool, person: str, count: int) -> Iterator[Cancellation]:
    """Somebody's runs, under way or waiting, until the end."""
    cancel = Cancellation()
    from practicum.runner import Job

    def work() -> None:
        pool.run(Job(code="import time\ntime.sleep(60)", limits=Limits(seconds=60)), cancel=cancel, person=person)

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        assert eventually(lambda: pool.queue.running + pool.queue.waiting >= count)
        yield cancel
    finally:
        cancel.set()
        for thread in threads:
            thread.join()


def test_the_place_in_the_queue_is_told(catalogue: Catalogue, store: Store) -> None:
    """While others hold all places it says how many go first, and then it runs."""
    with Pool(1) as pool:
        learner = Learner(create_app(Site([catalogue], store, pool)))
        learner.get(PAD)
        fields = {**learner.form(PAD), "code": "print('at last')"}
        answers: list[Response] = []
        with occupied(pool, "bob", 1) as bobs, occupied(pool, "eve", 1) as eves:
            thread = threading.Thread(
                target=lambda: answers.append(learner.post(PAD, fields, accept="text/event-stream"))
            )
            thread.start()
            assert eventually(lambda: pool.queue.waiting == 2)
            time.sleep(1)
            eves.set()
            time.sleep(1)
            bobs.set()
            thread.join(60)
    told = [data["words"] for name, data in events(answers[0]) if name == "state" and isinstance(data, dict)]

    assert told == ["Waiting: 1 run goes first", "Waiting: you are next", "Running …"]
    assert "at last" in answers[0].text


def test_many_runs_of_one_do_not_hold_up_anothers_first(catalogue: Catalogue, store: Store) -> None:
    """Forty in the queue, and another learner's run ends while they wait."""
    with Pool(2, per_person=1) as pool:
        app = create_app(Site([catalogue], store, pool))
        with occupied(pool, "bob", 40):
            learner = Learner(app)
            html = run(learner, "print('mine')")

            assert "<code>mine</code>" in html
            assert pool.queue.waiting >= 38


def test_two_browsers_are_two_persons(app: Starlette, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a browser is always the same."""
    persons: list[str] = []

    def noted(job: object, tell: object, cancel: object, person: str) -> Result:
        persons.append(person)
        return Result()

    monkeypatch.setattr(pool, "run", noted)
    ada, bob = Learner(app), Learner(app)
    for learner in (ada, bob, ada):
        run(learner, "x = 1")

    assert persons[0] == persons[2] != persons[1]
    assert ada.http.cookies["practicum"] not in persons


# --- the end


def test_when_the_service_stops_a_run_is_ended_in_words(app: Starlette, learner: Learner, pool: Pool) -> None:
    """And none begins any more."""
    fields = {**learner.form(PAD), "code": LOOP}
    answers: list[Response] = []
    thread = threading.Thread(target=lambda: answers.append(learner.post(PAD, fields, accept="text/event-stream")))
    thread.start()
    assert eventually(lambda: pool.queue.running == 1)
    app.state.site.runs.cancel_all()
    thread.join(5)
    refused = learner.post(PAD, fields, accept="text/event-stream")

    assert "The service was stopped, and this run with it." in answers[0].text
    assert refused.status_code == 503
    assert refused.text.startswith("The service is stopping.")
    assert pool.queue.running == 0


def test_too_many_runs_are_refused(learner: Learner, app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds a thread, so there is a bound for all persons together."""
    monkeypatch.setattr(live, "MOST", 0)
    answer = learner.post(PAD, {**learner.form(PAD), "code": "x = 1"})

    assert answer.status_code == 503
    assert "Too much is waiting" in answer.text
