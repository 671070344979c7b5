"""One's own pictures: fitted by the lab, watched, kept, and refused where the service is not the learner's own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import anyio
import pytest
from httpx2 import Response
from starlette.applications import Starlette
from starlette.requests import Request

from practicum.application import custom_dataset as own
from practicum.application.refusals import Refused
from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.store import Store
from practicum.web.app import create_app
from tests.waiting import eventually
from tests.web.making import HERE, TOPIC, Learner

OWN = f"{TOPIC}/project/own"
STREAM = {"accept": "text/event-stream"}


@pytest.fixture
def app(catalogue: Catalogue, store: Store, tmp_path: Path) -> Starlette:
    return create_app(Site([catalogue], store, local=True, lab=tmp_path / "lab"))


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Another program in the lab's place: quick, and as wrong as a test wants it."""

    def act(code: str) -> None:
        def command(fit: own.Fit, model: Path) -> list[str]:
            return [sys.executable, "-c", code, fit.pictures, str(model)]

        monkeypatch.setattr(own, "command", command)

    return act


GOOD = """import pathlib, sys
print("reading pictures, 3 of 3", file=sys.stderr)
model = pathlib.Path(sys.argv[2]); model.mkdir()
(model / "report.html").write_text("<h1>MarkReport</h1>")
print("Of 100 new pictures like these it will get about 49 right; the honest range is 32 to 66.")
print("Next: more")
"""


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def send(
    learner: Learner, headers: dict[str, str] = STREAM, file: tuple[str, bytes] | None = None, **fields: Any
) -> Response:
    """The form, as a browser sends it."""
    upload = file or ("", b"")
    return learner.http.post(OWN, data=fields, files={"zip": upload}, headers=headers)


def result(answer: Response) -> str:
    assert answer.status_code == 200, answer.text
    name, data = re.findall(r"event: (\w+)\ndata: (.*)\nid", answer.text)[-1]
    assert name == "result"
    return str(json.loads(data))


# --- without the lab


def test_elsewhere_nothing_of_a_form_is_read(catalogue: Catalogue, store: Store, tmp_path: Path) -> None:
    """A file of any size is refused before its first byte."""
    app = create_app(Site([catalogue], store, local=False, lab=tmp_path / "lab"))
    asked: list[str] = []

    async def receive() -> Any:
        asked.append("for a byte")
        return {"type": "http.request", "body": b"x", "more_body": True}

    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    scope = {"type": "http", "method": "POST", "path": OWN, "query_string": b"", "headers": headers, "app": app}
    with pytest.raises(Refused, match="The page says why"):
        anyio.run(own.form, Request(scope, receive), own.FORM)

    assert asked == []


def test_a_fit_that_does_not_begin_leaves_nothing(
    learner: Learner, app: Starlette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a zip nor a folder: where no run may begin, and where its beginning cannot be noted."""

    def full(place: Path, fit: own.Fit) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("practicum.application.runs.MAX_RUNS", 0)
        busy = learner.http.post(OWN, data={}, files={"zip": ("a.zip", b"PK")}, headers=STREAM)
    with monkeypatch.context() as patch:
        patch.setattr(own, "_write", full)
        unwritten = learner.http.post(OWN, data={}, files={"zip": ("a.zip", b"PK")}, headers=STREAM)
    monkeypatch.setattr("secrets.token_urlsafe", lambda size=0: "x" * 300)  # No folder can be called that.
    unmade = [
        learner.http.post(OWN, data={}, files={"zip": ("a.zip", b"PK")}, headers=headers) for headers in (STREAM, {})
    ]

    assert busy.status_code == 503
    assert "cannot be written (the disk is full)" in unwritten.text
    for answer in unmade:
        assert "cannot be written (File name too long)" in unescape(answer.text)
        assert "fault in practicum" not in answer.text
    assert not [file for file in (tmp_path / "lab").rglob("*") if file.is_file()]


def test_elsewhere_it_says_why_and_how(catalogue: Catalogue, store: Store, tmp_path: Path) -> None:
    """Where others can reach the service there is no form, and none is taken."""
    learner = Learner(create_app(Site([catalogue], store, local=False, lab=tmp_path)))
    html = learner.get(OWN).text
    learner.get(f"{TOPIC}/challenge")
    refused = learner.http.post(OWN, data={"folder": "/etc"}, files={"zip": ("", b"")})

    assert "practicum lab fit path/to/pictures" in html
    assert "<form" not in html.partition("<main")[2].partition("</main>")[0]
    assert refused.status_code == 403


def test_a_fit_is_watched_kept_and_deleted(learner: Learner, acting: Callable[[str], None], tmp_path: Path) -> None:
    """What the command says comes as it says it; its report is shown under a policy of its own; then all is gone."""
    acting(GOOD)
    answer = send(learner, folder=str(tmp_path / "leaves"), minutes="0")
    came = result(answer)
    page = learner.get(OWN).text
    [url] = set(re.findall(r'href="(/own/[^"]*/report)"', page))
    report = learner.get(url)
    place = next(next((tmp_path / "lab").iterdir()).iterdir())
    deleted = learner.post(url.replace("report", "delete"), {})

    assert "reading pictures, 3 of 3" in answer.text
    assert "Of 100 new pictures like these it will get about 49 right" in words(came)
    assert "leaves" in words(page)
    assert "MarkReport" in report.text
    [policy] = report.headers.get_list("content-security-policy")
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in policy
    assert "sandbox" in policy
    assert report.headers["x-content-type-options"] == "nosniff"
    assert (deleted.status_code, deleted.headers["location"]) == (303, f"{OWN}#fits")
    assert not place.exists()
    assert "None yet." in learner.get(OWN).text
    assert learner.get(url).status_code == 404


def test_a_fit_whose_end_cannot_be_noted_has_its_report(
    learner: Learner, acting: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be written is told in words; the model is complete, and is shown as that."""
    write = own._write

    def full(place: Path, fit: own.Fit) -> None:
        if fit.ended is not None:
            raise OSError("the disk is full")
        write(place, fit)

    acting(GOOD)
    monkeypatch.setattr(own, "_write", full)
    answer = send(learner, folder="/leaves")
    page = learner.get(OWN).text
    [url] = set(re.findall(r'href="(/own/[^"]*/report)"', page))

    assert "event: trouble" in answer.text
    assert "cannot be written (the disk is full)" in answer.text
    assert "It is done." in words(page)
    assert "Interrupted" not in words(page)
    assert "MarkReport" in learner.get(url).text


def test_another_persons_fit_is_not_there(
    learner: Learner, another: Callable[[], Learner], acting: Callable[[str], None]
) -> None:
    """Neither its report nor its deletion."""
    acting(GOOD)
    result(send(learner, folder="/leaves"))
    [url] = set(re.findall(r'href="(/own/[^"]*/report)"', learner.get(OWN).text))
    bob = another()

    assert bob.get(url).status_code == 404
    assert bob.post(url.replace("report", "delete"), {}).status_code == 404
    assert learner.get(url).status_code == 200


def test_an_error_is_shown_as_the_command_says_it(learner: Learner, acting: Callable[[str], None]) -> None:
    """And listed, without a report."""
    acting("import sys\nprint('reading')\nsys.exit('leaves: holds no class that can be learned')")
    came = result(send(learner, folder="/leaves"))
    page = learner.get(OWN).text

    assert "Leaves: holds no class that can be learned." in words(came)
    assert "Leaves: holds no class that can be learned." in words(page)
    assert "/report" not in page


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Name a folder, or choose a zip."),
        ({"folder": "leaves"}, "Write the whole path of the folder"),
        ({"folder": "~nobody-at-all/leaves"}, "Nobody here is called ~nobody-at-all"),
        ({"folder": "/leaves", "minutes": "many"}, "Give it between 0 and 120 minutes."),
        ({"folder": "/leaves", "minutes": "nan"}, "Give it between 0 and 120 minutes."),
        ({"folder": "/leaves", "file": ("x.zip", b"x")}, "one of the two"),
    ],
)
def test_a_form_that_makes_no_sense(learner: Learner, fields: dict[str, Any], says: str) -> None:
    """Says so, on the page and in the stream's place; the folder stays in its field."""
    page, streamed = send(learner, headers={}, **fields), send(learner, **fields)

    assert says in page.text
    assert says in streamed.text
    assert streamed.status_code == 422
    assert f'value="{fields.get("folder", "")}"' in page.text


def test_a_zip_is_kept_under_a_name_of_its_own(learner: Learner, acting: Callable[[str], None], tmp_path: Path) -> None:
    """In the fit's folder, wherever its name would lead; and the lab is given it as it came."""
    acting("import sys\nsys.exit(repr(open(sys.argv[1]).read()) + ' in ' + sys.argv[1])")
    came = words(result(send(learner, file=("../../evil/My leaves!.zip", b"as it came"))))

    assert "'as it came' in " in came
    assert re.search(rf"{re.escape(str(tmp_path / 'lab'))}/[^/]+/[^/]+/My leaves\.zip", came)
    assert [file.name for file in tmp_path.rglob("*.zip")] == ["My leaves.zip"]


def test_too_large_a_zip_is_refused(learner: Learner) -> None:
    """While it comes, and nothing is kept of it."""
    huge = (b"x" * (1 << 20) for _ in range(258))
    head = b'--b\r\nContent-Disposition: form-data; name="zip"; filename="x.zip"\r\n\r\n'

    def body() -> Any:
        yield head
        yield from huge

    answer = learner.http.post(OWN, content=body(), headers={"content-type": "multipart/form-data; boundary=b"})

    assert answer.status_code == 413
    assert "256 MB" in answer.text


def test_stop_ends_the_command_and_all_it_started(
    learner: Learner, app: Starlette, acting: Callable[[str], None], tmp_path: Path
) -> None:
    """And the fit is listed as stopped."""
    alive = tmp_path / "alive"
    child = "import sys, time\nwhile True:\n    open(sys.argv[1], 'w')\n    time.sleep(0.1)"
    acting(
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}, {str(alive)!r}])\n"
        "time.sleep(60)"
    )
    answer = send(learner, headers={}, folder="/leaves")
    assert answer.status_code == 303
    page = learner.get(OWN).text
    id = re.findall(r'data-run="([^"]+)"', page)[0]
    assert eventually(alive.exists)
    stopped = learner.post(f"/runs/{id}/stop", {})

    def writes_no_more() -> bool:
        alive.unlink(missing_ok=True)
        time.sleep(0.5)
        return not alive.exists()

    assert stopped.status_code == 303
    assert eventually(writes_no_more)
    assert "Stopped." in words(learner.get(OWN).text)


def test_the_end_of_the_service_interrupts_it(learner: Learner, app: Starlette, acting: Callable[[str], None]) -> None:
    """Which is told afterwards."""
    acting("import time\ntime.sleep(60)")
    send(learner, headers={}, folder="/leaves")
    app.state.site.runs.cancel_all()

    assert eventually(lambda: not len(app.state.site.runs))
    assert "Interrupted: the service ended." in words(learner.get(OWN).text)


def test_a_form_needs_its_proof(learner: Learner) -> None:
    learner.get(OWN)
    answer = learner.http.post(OWN, data={"folder": "/leaves"}, files={"zip": ("x.zip", b"x")})

    assert answer.status_code == 403


# --- with it


@pytest.mark.slow
@pytest.mark.tensorflow
def test_a_real_fit_of_a_zip(learner: Learner, tmp_path: Path) -> None:
    """Thirty drawn pictures: the report as the lab writes it."""
    pictures = tmp_path / "shapes"
    draw = ["lab", "draw", str(pictures), "--per-class", "6", "--side", "48"]
    subprocess.run([sys.executable, "-m", "practicum", *draw], check=True, stdout=subprocess.DEVNULL)
    packed = tmp_path / "shapes.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for picture in pictures.rglob("*.png"):
            file.write(picture, picture.relative_to(tmp_path))
    answer = send(learner, file=("shapes.zip", packed.read_bytes()), minutes="0")
    page = learner.get(OWN).text
    [url] = set(re.findall(r'href="(/own/[^"]*/report)"', page))
    report = learner.get(url).text

    assert "writing the report" in answer.text
    assert re.search(r"Of 100 new pictures like these it will get about \d+ right", words(result(answer)))
    assert "shapes" in words(page)
    assert "Practicum lab" in report
    assert HERE not in report
