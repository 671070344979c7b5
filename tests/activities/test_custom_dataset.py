"""A learner's own images: fitted by the lab as a recorded run, and refused where others can reach the service."""

from __future__ import annotations

import errno
import re
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
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request

from practicum.activities.projects.custom_dataset import MAX_UPLOAD, read_local_upload
from practicum.application import custom_dataset
from practicum.application.custom_dataset import LabFit
from practicum.application.refusals import Refused
from practicum.application.site import Site
from practicum.lab.shape_drawings import shapes
from practicum.prove.catalogue import Catalogue
from practicum.store import Store
from practicum.web.app import create_app
from practicum.web.security import Visitor
from tests.conftest import ROOT
from tests.html import STREAM, events, main_text, notice_code, refusal_code, result_of, text_of
from tests.waiting import eventually
from tests.web.making import HERE, TOPIC, Learner

OWN = f"{TOPIC}/project/own"
ACCEPT = {"accept": STREAM}
ZIP = {"zip": ("a.zip", b"PK")}


@pytest.fixture
def app(catalogue: Catalogue, store: Store, tmp_path: Path) -> Starlette:
    return create_app(Site([catalogue], store, local=True, lab=tmp_path / "lab"))


Replace = Callable[[str], None]


@pytest.fixture
def replace_lab(monkeypatch: pytest.MonkeyPatch) -> Replace:
    """Puts a program in the lab's place. Its arguments are the images and the folder of the model."""

    def replace(code: str) -> None:
        def fit_command(fit: LabFit, model: Path) -> list[str]:
            return [sys.executable, "-c", code, fit.images, str(model)]

        monkeypatch.setattr(custom_dataset, "fit_command", fit_command)

    return replace


GOOD = """import pathlib, sys
print("reading images, 3 of 3", file=sys.stderr)
model = pathlib.Path(sys.argv[2]); model.mkdir()
(model / "report.html").write_text("<h1>MarkReport</h1>")
print("Of 100 new images, MarkResult.")
print("Next: more")
"""


def send(
    learner: Learner, headers: dict[str, str] = ACCEPT, file: tuple[str, bytes] | None = None, **fields: Any
) -> Response:
    """Send the form as a browser does."""
    return learner.http.post(OWN, data=fields, files={"zip": file or ("", b"")}, headers=headers)


def reports(learner: Learner) -> list[str]:
    """The addresses of the reports that the page lists."""
    return sorted(set(re.findall(r'href="(/own/[^"]*/report)"', learner.get(OWN).text)))


# --- where others can reach the service


@pytest.mark.parametrize(
    ("local", "max_fits", "path", "length", "code"),
    [
        (False, 20, OWN, 10, "not-local"),
        (True, 0, OWN, 10, "too-many-fits"),
        (True, 20, OWN.replace("lists", "nothing"), 10, "no-such-topic"),
        (True, 20, OWN, MAX_UPLOAD + 1, "file-too-large"),
    ],
)
def test_nothing_is_read_of_an_upload_that_is_refused_anyway(
    catalogue: Catalogue,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    local: bool,
    max_fits: int,
    path: str,
    length: int,
    code: str,
) -> None:
    """Where the service is shared, the learner has too many fits, there is no such page, or the file is too large."""
    monkeypatch.setattr(custom_dataset, "MAX_FITS", max_fits)
    app = create_app(Site([catalogue], store, local=local, lab=tmp_path / "lab"))
    received: list[str] = []

    async def receive() -> Any:
        received.append("a byte")
        return {"type": "http.request", "body": b"x", "more_body": True}

    headers = [(b"content-type", b"multipart/form-data; boundary=b"), (b"content-length", str(length).encode())]
    course, topic = path.split("/")[1:3]
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "path": path,
        "path_params": {"course": course, "topic": topic},
        "visitor": Visitor("a" * 43, new=False),
        "query_string": b"",
        "headers": headers,
        "app": app,
    }
    with pytest.raises(Refused) as refusal:
        anyio.run(read_local_upload, Request(scope, receive), MAX_UPLOAD)

    assert refusal.value.code == code
    assert received == []


def test_a_shared_service_has_no_form(catalogue: Catalogue, store: Store, tmp_path: Path) -> None:
    """The page shows the command for the learner's own machine."""
    learner = Learner(create_app(Site([catalogue], store, local=False, lab=tmp_path)))
    html = learner.get(OWN).text
    response = learner.http.post(OWN, data={"folder": "/etc"}, files={"zip": ("", b"")})

    assert "practicum lab fit" in html
    assert "<form" not in html.partition("<main")[2].partition("</main>")[0]
    assert (response.status_code, refusal_code(response)) == (403, "not-local")


# --- a fit


def test_a_fit_is_followed_listed_and_deleted(learner: Learner, replace_lab: Replace, tmp_path: Path) -> None:
    """The output of the command comes as it is printed; its report has a policy of its own."""
    replace_lab(GOOD)
    response = send(learner, folder=str(tmp_path / "leaves"), minutes="0")
    result = result_of(response)
    page = learner.get(OWN).text
    [url] = reports(learner)
    report = learner.get(url)
    place = next(next((tmp_path / "lab").iterdir()).iterdir())
    deleted = learner.post(url.replace("report", "delete"), {})

    assert any(name == "output" and "reading images, 3 of 3" in data["add"] for name, data in events(response))
    assert "MarkResult" in text_of(result)
    assert "MarkResult" in main_text(page)
    assert "leaves" in main_text(page)
    assert "MarkReport" in report.text
    [policy] = report.headers.get_list("content-security-policy")
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in policy
    assert "sandbox" in policy
    assert report.headers["x-content-type-options"] == "nosniff"
    assert (deleted.status_code, deleted.headers["location"]) == (303, f"{OWN}#fits")
    assert not place.exists()
    assert reports(learner) == []
    assert refusal_code(learner.get(url)) == "no-such-fit"


def fail_to_write(monkeypatch: pytest.MonkeyPatch, when: Callable[[str], bool]) -> None:
    """Make the disk refuse the record of a fit, if its text is such."""
    write = Path.write_text

    def write_text(path: Path, text: str, *rest: Any, **options: Any) -> int:
        if path.name.startswith(".fit-") and when(text):
            raise OSError(errno.ENOSPC, "no space left")
        return write(path, text, *rest, **options)

    monkeypatch.setattr(Path, "write_text", write_text)


def test_a_fit_that_does_not_begin_leaves_nothing(
    learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a zip nor a folder: where no run may begin, and where its beginning cannot be recorded."""
    with monkeypatch.context() as patch:
        patch.setattr("practicum.application.runs.MAX_RUNS", 0)
        busy = learner.http.post(OWN, data={}, files=ZIP, headers=ACCEPT)
    with monkeypatch.context() as patch:
        fail_to_write(patch, lambda text: True)
        unwritten = learner.http.post(OWN, data={}, files=ZIP, headers=ACCEPT)
    monkeypatch.setattr("secrets.token_urlsafe", lambda size=0: "x" * 300)  # No folder can have such a name.
    unmade = learner.http.post(OWN, data={}, files=ZIP, headers=ACCEPT)
    page = learner.http.post(OWN, data={}, files=ZIP)

    assert (busy.status_code, refusal_code(busy)) == (503, "too-many-runs")
    for response in (unwritten, unmade):
        name, message = events(response)[-1]
        assert name == "trouble"
        assert str(tmp_path) not in message
    assert "disk is full" in events(unwritten)[-1][1]
    assert page.status_code == 503
    assert refusal_code(page) == "not-writable"
    assert not [file for file in (tmp_path / "lab").rglob("*") if file.is_file()]


def test_a_fit_whose_end_cannot_be_recorded_has_its_report(
    learner: Learner, replace_lab: Replace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is complete, and is listed as such."""
    replace_lab(GOOD)
    fail_to_write(monkeypatch, lambda text: '"ended": null' not in text)
    response = send(learner, folder="/leaves")
    [url] = reports(learner)
    name, message = events(response)[-1]

    assert name == "trouble"
    assert "disk is full" in message
    assert "MarkReport" in learner.get(url).text


def test_another_learners_fit_does_not_exist(
    learner: Learner, another: Callable[[], Learner], replace_lab: Replace
) -> None:
    """Neither its report nor its deletion."""
    replace_lab(GOOD)
    result_of(send(learner, folder="/leaves"))
    [url] = reports(learner)
    bob = another()
    responses = [bob.get(url), bob.post(url.replace("report", "delete"), {})]

    assert [(response.status_code, refusal_code(response)) for response in responses] == [(404, "no-such-fit")] * 2
    assert learner.get(url).status_code == 200


def test_an_error_of_the_command_is_shown(learner: Learner, replace_lab: Replace) -> None:
    """The fit is listed without a report."""
    replace_lab("import sys\nprint('reading')\nsys.exit('leaves: MarkError')")
    result = result_of(send(learner, folder="/leaves"))

    assert "MarkError" in text_of(result)
    assert "MarkError" in main_text(learner.get(OWN).text)
    assert reports(learner) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "nothing-named"),
        ({"folder": "leaves"}, "path-not-absolute"),
        ({"folder": "~no-such-user/leaves"}, "no-such-user"),
        ({"folder": "/leaves", "minutes": "many"}, "minutes-out-of-range"),
        ({"folder": "/leaves", "minutes": "nan"}, "minutes-out-of-range"),
        ({"folder": "/leaves", "minutes": "121"}, "minutes-out-of-range"),
        ({"folder": "/leaves", "file": ("x.zip", b"x")}, "both-named"),
    ],
)
def test_refuses_a_form_that_does_not_name_what_to_fit(learner: Learner, fields: dict[str, Any], code: str) -> None:
    """On the page and as a stream; the folder stays in its field."""
    page, streamed = send(learner, headers={}, **fields), send(learner, **fields)

    assert (page.status_code, notice_code(page.text)) == (400, code)
    assert (streamed.status_code, refusal_code(streamed)) == (422, code)
    assert f'value="{fields.get("folder", "")}"' in page.text


def test_a_zip_is_kept_under_a_safe_name(learner: Learner, replace_lab: Replace, tmp_path: Path) -> None:
    """In the folder of its fit, wherever its name would lead; the lab gets its bytes as they came."""
    replace_lab("import sys\nsys.exit(repr(open(sys.argv[1]).read()) + ' in ' + sys.argv[1])")
    result = text_of(result_of(send(learner, file=("../../evil/My leaves!.zip", b"the bytes"))))

    assert "'the bytes' in " in result
    assert str(tmp_path) not in result
    [kept] = tmp_path.rglob("*.zip")
    assert re.fullmatch(rf"{re.escape(str(tmp_path / 'lab'))}/[^/]+/[^/]+/My leaves\.zip", str(kept))


def test_refuses_a_zip_that_is_too_large(learner: Learner, tmp_path: Path) -> None:
    """While it arrives; nothing of it is kept."""
    huge = (b"x" * (1 << 20) for _ in range(258))
    head = b'--b\r\nContent-Disposition: form-data; name="zip"; filename="x.zip"\r\n\r\n'

    def body() -> Any:
        yield head
        yield from huge

    response = learner.http.post(OWN, content=body(), headers={"content-type": "multipart/form-data; boundary=b"})

    assert (response.status_code, refusal_code(response)) == (413, "file-too-large")
    assert not list(tmp_path.rglob("*.zip"))


def test_stop_ends_the_command_and_its_children(learner: Learner, replace_lab: Replace, tmp_path: Path) -> None:
    """The fit is listed without a report, and no longer runs."""
    alive = tmp_path / "alive"
    child = "import sys, time\nwhile True:\n    open(sys.argv[1], 'w')\n    time.sleep(0.1)"
    replace_lab(
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}, {str(alive)!r}])\n"
        "time.sleep(60)"
    )
    response = send(learner, headers={}, folder="/leaves")
    [id] = re.findall(r'data-run="([^"]+)"', learner.get(OWN).text)
    assert eventually(alive.exists)
    stopped = learner.post(f"/runs/{id}/stop", {})

    def writes_no_more() -> bool:
        alive.unlink(missing_ok=True)
        time.sleep(0.5)
        return not alive.exists()

    assert response.status_code == stopped.status_code == 303
    assert eventually(writes_no_more)
    assert "data-run=" not in learner.get(OWN).text
    assert reports(learner) == []


def test_a_fit_in_progress_is_not_deleted(learner: Learner, app: Starlette, replace_lab: Replace) -> None:
    replace_lab("import time\ntime.sleep(60)")
    send(learner, headers={}, folder="/leaves")
    [id] = re.findall(r'data-run="([^"]+)"', learner.get(OWN).text)
    response = learner.post(f"/own/{id}/delete", {})
    app.state.site.runs.cancel_all()

    assert (response.status_code, refusal_code(response)) == (409, "still-fitting")
    assert eventually(lambda: not len(app.state.site.runs))


def test_a_fit_that_the_end_of_the_service_interrupted_is_listed_as_such(
    learner: Learner, app: Starlette, replace_lab: Replace
) -> None:
    replace_lab("import time\ntime.sleep(60)")
    send(learner, headers={}, folder="/leaves")
    app.state.site.runs.cancel_all()
    ended = eventually(lambda: not len(app.state.site.runs))

    assert ended
    assert "Interrupted" in main_text(learner.get(OWN).text)


def test_a_zip_is_named_as_the_learner_named_it(learner: Learner, replace_lab: Replace, tmp_path: Path) -> None:
    """Messages of the lab name the zip, and not where this service keeps it."""
    replace_lab("import sys\nopen(sys.argv[1]).close()\nsys.exit(f'{sys.argv[1]}: MarkUnreadable')")

    shown = text_of(result_of(send(learner, file=("leaves.zip", b"MarkContent"))))

    assert "leaves.zip: MarkUnreadable" in shown
    assert str(tmp_path) not in shown


# --- with the lab

WITH_A_SMALL_NETWORK = f"""import sys
sys.path.insert(0, {str(ROOT)!r})
from practicum.__main__ import run
from practicum.lab.determinism import make_deterministic
from tests.lab.small import SIDE, small_network
make_deterministic()
small_network().save(sys.argv[1])
sys.argv[1:] = [*sys.argv[2:], "--backbone", sys.argv[1], "--side", str(SIDE)]
run()
"""
"""The lab's command on a network that is loaded and exported in a second, rather than in twelve."""


@pytest.mark.slow
@pytest.mark.tensorflow
def test_fits_a_zip_of_images(learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty drawn images: the report is the one that the lab writes, and names files as the learner does."""
    command = custom_dataset.fit_command

    def fit_command(fit: LabFit, model: Path) -> list[str]:
        [python, _, _, *arguments] = command(fit, model)
        return [python, "-c", WITH_A_SMALL_NETWORK, str(tmp_path / "small.keras"), *arguments]

    monkeypatch.setattr(custom_dataset, "fit_command", fit_command)
    drawn, packed = shapes(6, seed=0, side=48), tmp_path / "shapes.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for number, (pixels, label) in enumerate(zip(drawn.pixels, drawn.labels, strict=True)):
            with file.open(f"shapes/{drawn.classes[label]}/{number}.png", "w") as image:
                Image.fromarray(pixels).save(image, "PNG")
    response = send(learner, file=("shapes.zip", packed.read_bytes()), minutes="0")
    [url] = reports(learner)
    report = learner.get(url).text

    assert re.search(r"Of 100 .*\d+", text_of(result_of(response)))
    assert "shapes" in main_text(learner.get(OWN).text)
    assert "Practicum lab" in unescape(report)
    assert HERE not in report
    assert "shapes.zip" in report
    assert str(tmp_path) not in report
